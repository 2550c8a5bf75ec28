"""Complaints on the pages: the open door, the answer behind a token, and a name that only few pages ever hold."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from answers import held_to_description
from desks import Desks
from flask import Flask
from flask.testing import FlaskClient
from people import Browser, csrf, sign_in
from sqlalchemy import select
from werkzeug.test import TestResponse

from shared.engine.people.device import issue_token
from shared.store.tables import ComplaintRecord, DataView, Event
from shared.web.app import create_app
from shared.web.public import complaints as public
from shared.web.server.limits import limiter, shared_by_all
from shared.web.settings import Settings

WRITER, CONTACT, TEXT = "Siti Pengadu", "0812-7777-1234", "Petugas di meja itu membentak saya"
FORM = {"kind": "complaint", "text": TEXT, "person": "secret", "name": WRITER, "contact": CONTACT}


@pytest.fixture
def app(desks: Desks, tmp_path: Path) -> Iterator[Flask]:
    whole = create_app(Settings(data=tmp_path), desks.store, clock=lambda: desks.now, async_mode="threading")
    limiter.reset()
    yield held_to_description(whole)
    limiter.reset()


def visitor(app: Flask, address: str = "192.168.1.77") -> FlaskClient:
    client = app.test_client()
    client.environ_base.update({"REMOTE_ADDR": address, "HTTP_ACCEPT": "text/html"})
    return client


def send(client: FlaskClient, **form: str) -> TestResponse:
    page = client.get("/lumajang/complaint")
    nonce = re.search(r'name="nonce" value="([^"]+)"', page.text)
    assert nonce
    return client.post("/lumajang/complaint", data={"csrf_token": csrf(page), "nonce": nonce[1], **FORM, **form})


def made(desks: Desks) -> Any:
    with desks.store.read() as connection:
        return connection.execute(select(ComplaintRecord).order_by(ComplaintRecord.id.desc()).limit(1)).one()


def act(browser: Browser, complaint_id: int, action: str, **form: str) -> None:
    answer = browser.post(f"/lumajang/counter/complaints/{complaint_id}/{action}", **form)
    assert answer.status_code == 302, answer.text


def test_a_visitor_writes_and_reads_the_answer_behind_the_token(app: Flask, desks: Desks) -> None:
    client = visitor(app)

    sent = send(client)
    assert sent.status_code == 303
    page = client.get(sent.location).text
    assert "P-1/2026" in page
    assert "2 Desember 2026" in page
    kasi = sign_in(app, "kasi", office="lumajang")
    act(kasi, made(desks).id, "verify", kind="complaint")
    act(kasi, made(desks).id, "answer", text="Kami minta maaf. Petugas sudah ditegur.")

    page = client.get(urlsplit(sent.location).path).text
    assert "Petugas sudah ditegur" in page
    assert 'href="/lumajang/?lang=en"' in client.get(f"{urlsplit(sent.location).path}?lang=en").text
    english = client.get("/lumajang/?lang=en&_scheme=javascript").text  # what is chosen goes along to the next page
    assert 'href="/lumajang/complaint?lang=en"' in english
    assert "javascript:" not in english
    assert [each for each in (WRITER, CONTACT, TEXT) if each in page] == []


def test_a_refused_one_is_shown_again_with_all_that_was_typed(app: Flask) -> None:
    client = visitor(app)

    refused = send(client, name="", wanted="Minta maaf", about="heads")

    assert refused.status_code == 422
    for kept in (TEXT, CONTACT, "Minta maaf", 'value="heads" selected', 'value="secret" checked'):
        assert kept in refused.text, kept


@pytest.mark.parametrize(
    "form", [{"text": "a" * 5000}, {"text": "a\x00b"}, {"kind": "rumor"}, {"about": "kepala"}, {"service": "tiada"}]
)
def test_what_is_no_complaint_is_refused_without_a_fault_and_changes_nothing(
    app: Flask, desks: Desks, form: dict[str, str]
) -> None:
    answer = send(visitor(app), **form)

    assert 400 <= answer.status_code < 500
    with desks.store.read() as connection:
        assert connection.execute(select(ComplaintRecord.id)).all() == []


def test_the_open_door_is_shut_for_one_address_that_sends_too_much_and_keeps_its_words(app: Flask) -> None:
    client = visitor(app)

    answers = [send(client) for _ in range(7)]

    assert [answer.status_code for answer in answers] == [303] * 6 + [429]
    assert TEXT in answers[-1].text


def test_addresses_that_use_up_the_complaints_of_a_day_leave_some_to_everybody(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(public, "_count_office", shared_by_all("of-this-test", "4/day", "1/hour"))

    crowd = [send(visitor(app, f"203.0.113.{host}")).status_code for host in (1, 2, 3, 4, 5, 5)]

    assert crowd == [303] * 5 + [429]
    assert send(visitor(app, "203.0.113.6")).status_code == 303


def test_ten_sendings_of_one_page_are_one_complaint(app: Flask, desks: Desks) -> None:
    client = visitor(app)
    page = client.get("/lumajang/complaint")
    form = {"csrf_token": csrf(page), "nonce": "the-same-nonce", **FORM}

    tokens = {client.post("/lumajang/complaint", data=form).location for _ in range(4)}

    assert len(tokens) == 1


def test_a_program_sends_and_is_told_number_and_token(app: Flask) -> None:
    answer = app.test_client().post(
        "/lumajang/complaint", json={**FORM, "nonce": "n" * 12}, headers={"Accept": "application/json"}
    )

    assert (answer.status_code, answer.json["number"], answer.json["job"]) == (201, "P-1/2026", None)


def test_an_officer_who_writes_by_the_open_door_is_nobody_in_the_audit(app: Flask, desks: Desks) -> None:
    clerk = sign_in(app, "loket2", office="lumajang", address="192.168.1.50")

    assert clerk.post("/lumajang/complaint", **FORM, nonce="n" * 12).status_code == 303

    with desks.store.read() as connection:
        event = connection.execute(select(Event).where(Event.complaint_id.is_not(None))).one()
    assert (event.officer_id, event.address) == (None, None)


def pages(app: Flask, complaint_id: int) -> list[str]:
    """Every address that is read by GET and that an officer of the office could open; parameters are those of today."""
    known = {"office": "lumajang", "number": 1, "complaint_id": complaint_id, "case_id": 1, "ticket_id": 1}
    with app.test_request_context():
        return sorted(
            rule.build({name: known.get(name, "1") for name in rule.arguments})[1]
            for rule in app.url_map.iter_rules()
            if "GET" in (rule.methods or ()) and not re.search(r"^/static|\.wav$|/setup/|openapi", rule.rule)
            and "<int:" not in re.sub(r"<int:(number|complaint_id|case_id|ticket_id)>", "", rule.rule)
        )  # fmt: skip


def test_a_secret_name_is_on_no_page_and_the_complaint_on_none_of_whom_it_is_about(app: Flask, desks: Desks) -> None:
    taken = desks.take()
    desks.serve_next("loket1")
    desks.receive("loket1", taken.id)
    send(visitor(app), about="heads")  # kasi, camat and admin lead the office
    complaint_id = made(desks).id
    handler = sign_in(app, "sekretariat", office="lumajang")
    act(handler, complaint_id, "verify", kind="complaint")
    addresses = [*pages(app, complaint_id), f"/a/{made(desks).token}"]
    assert len(addresses) > 40

    for who in ("loket1", "kasi", "sekretariat", "camat"):
        is_about = who in ("kasi", "camat")
        token = desks.store.write_with(issue_token, desks.id, "officer", who, desks.now, desks.officers[who])
        as_json = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
        browser, program = sign_in(app, who, office="lumajang"), app.test_client()
        for address in addresses:
            answers = [browser.get(address)]
            if who != "camat":
                answers.append(program.get(address, headers=as_json))
            for answer in answers:
                shown = whole(answer)
                assert answer.status_code < 500, (who, address)
                assert WRITER.encode() not in shown, (who, address)
                assert CONTACT.encode() not in shown, (who, address)
                assert not (is_about and TEXT.encode() in shown), (who, address)
        if who != "sekretariat":
            for what in ("verify", "answer", "about", "publish", "slip", "person"):
                answer = browser.post(f"/lumajang/counter/complaints/{complaint_id}/{what}", text="x")
                assert answer.status_code == 403, (who, what)
                assert WRITER not in answer.text


def whole(answer: TestResponse) -> bytes:
    """What is shown, also inside of an archive or a workbook."""
    shown = answer.get_data()
    if not shown.startswith(b"PK"):
        return shown
    archive = zipfile.ZipFile(io.BytesIO(shown))
    return b"".join(archive.read(name) for name in archive.namelist())


def test_the_handler_sees_a_secret_name_after_a_click_that_is_written_down(app: Flask, desks: Desks) -> None:
    send(visitor(app))
    complaint_id = made(desks).id
    kasi, camat = (sign_in(app, who, office="lumajang") for who in ("kasi", "camat"))
    act(kasi, complaint_id, "verify", kind="complaint")
    path = f"/lumajang/counter/complaints/{complaint_id}"
    assert WRITER not in kasi.get(path).text

    shown = kasi.post(f"{path}/person")

    assert WRITER in shown.text
    assert camat.post(f"{path}/person").status_code == 403
    with desks.store.read() as connection:
        (view,) = connection.execute(select(DataView.officer_id, DataView.complaint_id, DataView.what)).all()
    assert view == (desks.officers["kasi"], complaint_id, "person")
    assert "penyampai pengaduan" in kasi.get("/lumajang/counter/audit").text


def test_what_came_in_the_box_is_written_down_with_a_slip(app: Flask, desks: Desks) -> None:
    clerk = sign_in(app, "loket1", office="lumajang")
    form = {**FORM, "entrance": "box", "nonce": "n" * 12}

    written = clerk.post("/lumajang/counter/complaints/new", **form, follow_redirects=True)

    assert "P-1/2026" in written.text
    assert [job.kind for job in desks.jobs()] == ["complaint"]
    assert clerk.post("/lumajang/counter/complaints/new", **{**form, "entrance": "kiosk"}).status_code == 400


def test_late_ones_stand_on_the_supervisors_page(app: Flask, desks: Desks) -> None:
    send(visitor(app))
    desks.later(days=2)
    near = sign_in(app, "kasi", office="lumajang").get("/lumajang/counter/supervisor").text
    desks.later(days=2)

    late = sign_in(app, "kasi", office="lumajang").get("/lumajang/counter/supervisor").text

    assert 'data-condition="complaint_near"' in near
    assert 'data-condition="complaint_late"' in late
    assert "P-1/2026" in late


def test_the_months_page_shows_the_handlers_words_and_nobody(app: Flask, desks: Desks) -> None:
    client = visitor(app)
    send(client)
    kasi, complaint_id = sign_in(app, "kasi", office="lumajang"), made(desks).id
    act(kasi, complaint_id, "verify", kind="complaint")
    act(kasi, complaint_id, "answer", text="Sudah ditegur.")
    act(kasi, complaint_id, "publish", said="Petugas kurang ramah", done="Pelatihan melayani")

    page = client.get("/lumajang/complaint/answers?month=2026-11").text

    assert "Pelatihan melayani" in page
    assert [each for each in (WRITER, CONTACT, TEXT, "Sudah ditegur") if each in page] == []
    for odd in ("2026-13", "99999-01", "x", "0001-01"):
        assert client.get(f"/lumajang/complaint/answers?month={odd}").status_code == 200


def test_the_writer_says_behind_the_token_that_it_is_not_settled(app: Flask, desks: Desks) -> None:
    client = visitor(app)
    path = urlsplit(send(client).location).path
    kasi, complaint_id = sign_in(app, "kasi", office="lumajang"), made(desks).id
    assert (
        client.post(path, data={"csrf_token": csrf(client.get("/lumajang/complaint")), "text": "x"}).status_code == 409
    )
    said = {"csrf_token": csrf(client.get("/lumajang/complaint")), "text": "Masih terjadi"}
    assert client.post(path, data=said).status_code == 409
    act(kasi, complaint_id, "verify", kind="complaint")
    act(kasi, complaint_id, "answer", text="Sudah.")

    answer = client.post(path, data=said)

    assert answer.status_code == 303
    assert "Masih terjadi" in kasi.get(f"/lumajang/counter/complaints/{complaint_id}").text
    assert client.get("/a/" + "x" * 22).status_code == 404
