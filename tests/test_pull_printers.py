"""Epson Server Direct Print and Star CloudPRNT, played by printers that know the makers' manuals alone."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import structlog
import world
from flask.testing import FlaskClient
from paper import decode, qr_codes
from PIL import Image
from test_spool import Clock, copies, job, printer, queue
from world import World

from shared.domain.actor import Actor
from shared.domain.slips.print_job import JobState
from shared.engine.paper import print_queue
from shared.engine.paper import slips as paper
from shared.printing.status import Status
from shared.store.office import Store
from shared.web.app import create_app
from shared.web.server import logs
from shared.web.settings import Settings

PRINTED, COVER, OUT = 251658262, 0x20, 0x80000
"""The status of a printed job in the manual's example, and bits that Epson printers tell."""


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def small(sqlite_store: Store) -> World:
    return world.office(sqlite_store)


@pytest.fixture
def client(small: World, clock: Clock, tmp_path: Path) -> FlaskClient:
    app = create_app(Settings(data=tmp_path / "data"), small.store, clock, async_mode="threading")
    return app.test_client()


class Epson:
    """Asks for a job, "prints" it, and sends its result."""

    def __init__(self, client: FlaskClient, office: World, clock: Clock) -> None:
        key = office.store.write_with(paper.link, office.id, "epson", "epson", "80mm-48", clock())
        self.client, self.url = client, f"/{office.slug}/paper/epson/epson/{key}"
        self.paper: list[bytes] = []
        self.status, self.code = PRINTED, ""

    def turn(self) -> str | None:
        """One poll: the id of the job that came, which was answered; None when there was none."""
        text = self.poll()
        return self.answer(text) if text else None

    def poll(self) -> str:
        answer = self.client.post(self.url, data={"ConnectionType": "GetRequest", "ID": "", "Name": ""})
        assert answer.status_code == 200, answer.text
        assert answer.mimetype == "text/xml"
        return answer.text

    def answer(self, text: str) -> str:
        root = ElementTree.fromstring(text)
        job_id = root.findtext("ePOSPrint/Parameter/printjobid") or ""
        command = next(root.iter("{http://www.epson-pos.com/schemas/2011/03/epos-print}command"), None)
        if command is not None and not self.code:
            self.paper.append(bytes.fromhex(command.text or ""))
        self.say(job_id)
        return job_id

    def say(self, job_id: str) -> None:
        success = "false" if self.code else "true"
        told = (
            '<?xml version="1.0" encoding="UTF-8"?><PrintResponseInfo Version="2.00"><ePOSPrint><Parameter>'
            f"<devid>local_printer</devid><printjobid>{job_id}</printjobid></Parameter><PrintResponse>"
            f'<response xmlns="http://www.epson-pos.com/schemas/2011/03/epos-print" success="{success}" '
            f'code="{self.code}" status="{self.status}" battery="0"/></PrintResponse></ePOSPrint></PrintResponseInfo>'
        )
        form = {"ConnectionType": "SetResponse", "ID": "", "Name": "", "ResponseFile": told}
        assert self.client.post(self.url, data=form).status_code == 200


class Star:
    """Polls with its status, fetches a picture, and deletes the job."""

    def __init__(self, client: FlaskClient, office: World, clock: Clock) -> None:
        key = office.store.write_with(paper.link, office.id, "star", "star", "80mm-48", clock())
        self.client, self.url = client, f"/{office.slug}/paper/star/star/{key}"
        self.code = "200%20OK"

    def poll(self, **more: Any) -> dict[str, Any]:
        told = {"status": "23 6 0 0 0 0 0 0 0 ", "printerMAC": "00:11:62:00:00:01", "statusCode": self.code, **more}
        answer = self.client.post(self.url, json=told)
        assert answer.status_code == 200
        return dict(answer.json)

    def fetch(self, token: str) -> Any:
        return self.client.get(self.url, query_string={"mac": "00:11:62:00:00:01", "type": "image/png", "token": token})

    def done(self, token: str, code: str = "200 OK") -> None:
        asked = {"mac": "00:11:62:00:00:01", "code": code, "token": token}
        assert self.client.delete(self.url, query_string=asked).status_code == 200


def test_an_epson_tells_how_it_is_then_prints_and_confirms(small: World, clock: Clock, client: FlaskClient) -> None:
    epson = Epson(client, small, clock)
    wanted = queue(small, "N0001", clock(), "epson")

    assert epson.turn() == "status"
    assert epson.turn() == str(wanted)

    assert job(small.store, wanted).state == JobState.CONFIRMED
    assert "N0001" in decode(epson.paper[0]).text
    assert epson.turn() is None


def test_an_epson_gets_nothing_while_it_is_not_well(small: World, clock: Clock, client: FlaskClient) -> None:
    epson = Epson(client, small, clock)
    wanted = queue(small, "N0001", clock(), "epson")
    epson.status, epson.code = COVER, "EPTR_COVER_OPEN"

    assert [epson.turn() for _ in range(3)] == ["status"] * 3
    with small.store.read() as connection:
        from shared.store import reads

        assert reads.printer_statuses(connection, small.id)["epson"] == "cover_open"
    epson.status, epson.code = PRINTED, ""
    assert [epson.turn(), epson.turn()] == ["status", str(wanted)]
    assert len(epson.paper) == 1


@pytest.mark.parametrize(("code", "is_sure"), [("EPTR_REC_EMPTY", False), ("SchemaError", True)])
def test_a_failure_of_an_epson_is_sure_only_when_it_took_nothing(
    small: World, clock: Clock, client: FlaskClient, code: str, is_sure: bool
) -> None:
    epson = Epson(client, small, clock)
    wanted = queue(small, "N0001", clock(), "epson")
    epson.turn()

    epson.code, epson.status = code, OUT if not is_sure else PRINTED
    epson.turn()

    assert job(small.store, wanted).is_uncertain is not is_sure
    assert len(copies(small.store, wanted)) == (0 if is_sure else 1)


def test_an_epson_that_says_nothing_after_a_slip_leaves_it_in_doubt(
    small: World, clock: Clock, client: FlaskClient
) -> None:
    epson = Epson(client, small, clock)
    wanted = queue(small, "N0001", clock(), "epson")
    epson.turn()
    text = epson.poll()
    assert epson.poll() == ""

    clock.jump(seconds=41)
    print_queue.sweep(small.store, clock(), lambda _owner: False)
    (again,) = copies(small.store, wanted)

    assert again.state == JobState.QUEUED
    epson.answer(text)
    assert job(small.store, wanted).state == JobState.CONFIRMED
    assert not copies(small.store, wanted)


def test_an_epson_may_tell_its_status_by_itself(small: World, clock: Clock, client: FlaskClient) -> None:
    epson = Epson(client, small, clock)
    word = '<printerstatus devicename="local_printer" asbstatus="0x00020004"/>'
    told = f'<statusmonitor Version="1.00">{word}</statusmonitor>'

    client.post(epson.url, data={"ConnectionType": "SetStatus", "ID": "", "Status": told})

    (row,) = [p for p in small.store.office_config(small.id).printers if p.slug == "epson"]
    assert printer(small.store, row.id).status == Status.NEAR_END


@pytest.mark.parametrize("text", ["<broken", '<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>'])
def test_what_is_no_answer_of_a_printer_is_refused(small: World, clock: Clock, client: FlaskClient, text: str) -> None:
    epson = Epson(client, small, clock)

    answer = client.post(epson.url, data={"ConnectionType": "SetResponse", "ResponseFile": text})

    assert answer.status_code == 400


def test_a_star_prints_the_same_dots_and_confirms(small: World, clock: Clock, client: FlaskClient) -> None:
    star = Star(client, small, clock)
    taken = small.store.change(small.id, Actor(clock(), ticket_url="http://x/t/"), _take_on_star)

    offered = star.poll()
    picture = star.fetch(offered["jobToken"])

    assert offered["jobReady"]
    assert picture.headers["Content-Type"] == "image/png"
    assert qr_codes(Image.open(io.BytesIO(picture.data))) == [f"http://x/t/{taken.token}"]
    assert star.fetch(offered["jobToken"]).data == picture.data
    assert not star.poll(printingInProgress=True)["jobReady"]
    star.done(offered["jobToken"])
    assert job(small.store, int(offered["jobToken"])).state == JobState.CONFIRMED
    assert not star.poll()["jobReady"]


def _take_on_star(tx: Any) -> Any:
    from shared.engine.queue.visitor import take

    return take(tx, "layanan-1", is_priority=False, nonce="nonce-star", language="id", printer="star")


def test_a_star_without_paper_is_offered_nothing(small: World, clock: Clock, client: FlaskClient) -> None:
    star = Star(client, small, clock)
    queue(small, "N0001", clock(), "star")
    star.code = "410%20Out%20of%20paper"

    assert not star.poll()["jobReady"]
    star.code = "211 Paper low"
    assert star.poll()["jobReady"]


@pytest.mark.parametrize(("code", "is_sure"), [("410", False), ("520", True), ("511", True)])
def test_a_failure_of_a_star_is_sure_only_when_the_download_failed(
    small: World, clock: Clock, client: FlaskClient, code: str, is_sure: bool
) -> None:
    star = Star(client, small, clock)
    wanted = queue(small, "N0001", clock(), "star")
    token = star.poll()["jobToken"]
    star.fetch(token)

    star.done(token, code)

    assert job(small.store, wanted).state == (JobState.QUEUED if is_sure else JobState.FAILED)
    assert len(copies(small.store, wanted)) == (0 if is_sure else 1)


def test_a_key_opens_its_own_printer_only_and_only_while_it_is_the_last(
    small: World, clock: Clock, client: FlaskClient
) -> None:
    first, star = Epson(client, small, clock), Star(client, small, clock)
    second = Epson(client, small, clock)

    assert client.post(first.url, data={"ConnectionType": "GetRequest"}).status_code == 404
    assert client.post(second.url, data={"ConnectionType": "GetRequest"}).status_code == 200
    swapped = star.url.rpartition("/")[0] + "/" + second.url.rpartition("/")[2]
    assert client.post(swapped, json={"statusCode": "200"}).status_code == 404


@pytest.mark.parametrize("told", ["xyz", "zz", "\u00b2", "-1", "9" * 20, "0x", " "])
def test_a_number_that_is_none_tells_nothing(small: World, clock: Clock, client: FlaskClient, told: str) -> None:
    epson = Epson(client, small, clock)
    before = small.store.office_config(small.id)
    number, answer = f"<printjobid>{told}</printjobid>", f'<x><response status="{told}"/></x>'
    result = f"<r><ePOSPrint><Parameter>{number}</Parameter>{answer}</ePOSPrint></r>"
    status = f'<s><printerstatus devicename="local_printer" asbstatus="{told}"/></s>'

    for kind, field, text in (("SetResponse", "ResponseFile", result), ("SetStatus", "Status", status)):
        assert client.post(epson.url, data={"ConnectionType": kind, field: text}).status_code == 200

    (row,) = [each for each in before.printers if each.slug == "epson"]
    assert printer(small.store, row.id).status == Status.UNKNOWN


@pytest.mark.parametrize("told", ['"x"', "true", "[1]", "1", "null", "[[", "\ud800"])
def test_a_poll_that_is_no_object_is_refused(small: World, clock: Clock, client: FlaskClient, told: str) -> None:
    star = Star(client, small, clock)

    answer = client.post(star.url, data=told.encode("utf-8", "surrogatepass"), content_type="application/json")

    assert answer.status_code == 400


@pytest.mark.parametrize("code", [1, True, None, [], {}, "\u00b2\u00b9", "x" * 5000])
def test_an_odd_status_of_a_star_is_no_fault(small: World, clock: Clock, client: FlaskClient, code: Any) -> None:
    star = Star(client, small, clock)

    assert client.post(star.url, json={"statusCode": code, "printingInProgress": []}).status_code == 200


def test_a_star_gets_no_other_kind_of_picture(small: World, clock: Clock, client: FlaskClient) -> None:
    star = Star(client, small, clock)
    wanted = queue(small, "N0001", clock(), "star")

    assert client.get(star.url, query_string={"type": "text/plain", "token": str(wanted)}).status_code == 415
    assert job(small.store, wanted).state == JobState.QUEUED
    assert star.fetch(str(wanted)).status_code == 200


def test_an_epson_that_takes_no_jobs_says_why(small: World, clock: Clock, client: FlaskClient) -> None:
    epson = Epson(client, small, clock)
    wanted = queue(small, "N0001", clock(), "epson")
    epson.turn()
    epson.poll()
    refused = '<Response Success="false"><ErrorSummary>ePOS-Print not activated</ErrorSummary></Response>'
    text = f'<ServerDirectPrint><Info Version="3.00"/>{refused}</ServerDirectPrint>'

    client.post(epson.url, data={"ConnectionType": "SetResponse", "ResponseFile": text})

    assert job(small.store, wanted).fault == "says:ePOS-Print not activated"
    assert job(small.store, wanted).state == JobState.QUEUED
    assert not copies(small.store, wanted)


def test_the_key_of_a_printer_stands_in_no_log(
    small: World, clock: Clock, client: FlaskClient, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def breaks(*_asked: object) -> None:
        raise RuntimeError("broken")

    epson = Epson(client, small, clock)
    monkeypatch.setattr("shared.web.printers.epson.pulling", breaks)
    before = structlog.get_config()
    logs.init()

    assert client.post(epson.url, data={"ConnectionType": "GetRequest"}).status_code == 500

    structlog.configure(**before)
    said = "".join(capsys.readouterr())
    assert "epson.ask" in said
    assert epson.url.rpartition("/")[2] not in said
