"""Messages to applicants' phones through a gateway: what goes out, to whom, when, and what nobody ever sees of it."""

from __future__ import annotations

import json
import runpy
import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from desks import APPLICANT, Desks
from flask import Flask
from people import Browser, sign_in
from receivers import Receiver, listening
from sqlalchemy import select, update

from shared.domain.errors import Invalid, NotAllowed
from shared.domain.files.procedure import FileAction
from shared.domain.files.reminder import Reminder
from shared.domain.message import BODY, body, body_template, header_name
from shared.engine import messages as engine
from shared.engine.setup import gateway as setup
from shared.printing.address import Reach, networks
from shared.store import messages as known
from shared.store.outbox_tables import MessageGateway, Outbox
from shared.store.seal import MARK, Seal
from shared.store.tables import FileRecord, Office
from shared.web.app import create_app
from shared.web.outgoing import messages, posting
from shared.web.outgoing.sender import Outgoing
from shared.web.server.limits import limiter
from shared.web.settings import Settings

KEY = "1" * 64
SEAL = Seal(KEY)
HERE = Reach(networks("127.0.0.0/8"))
PHONE = "6281234567890"
SECRET = "Bearer rahasia-sekali"


@pytest.fixture
def gateway(desks: Desks) -> Iterator[Receiver]:
    with listening() as told:
        set_up(desks, url=told.url)
        yield told


def set_up(desks: Desks, **said: Any) -> None:
    wanted = setup.GatewayForm(**{"secret": SECRET, "kinds": ["ready", "incomplete"], **said})
    desks.store.change(desks.id, desks.actor("admin"), setup.save, wanted, wanted.url, SEAL)


def carry(desks: Desks, reach: Reach = HERE, seal: Seal = SEAL) -> None:
    """Everything that is due, carried out."""
    send = {"message": lambda letter: messages.send(desks.store, letter, desks.now, reach, seal)}
    outgoing = Outgoing(desks.store, lambda: desks.now, send)
    while workers := outgoing.look():
        for worker in workers:
            worker.join(60)


def later(desks: Desks, **ago: float) -> None:
    desks.now += timedelta(**ago)


def letters(desks: Desks) -> list[Any]:
    with desks.store.read() as connection:
        return list(connection.execute(select(Outbox).order_by(Outbox.id)))


def states(desks: Desks) -> list[tuple[str, str | None]]:
    return [(each.state, each.fault) for each in letters(desks)]


def ready(desks: Desks) -> int:
    """A file whose result can be collected by somebody who went home."""
    case = at_home(desks, "archive")
    return desks.go_on(case, "handover")


def at_home(desks: Desks, step: str) -> int:
    """A file at a step of the back office, whose applicant waits no more."""
    case = desks.to_step(step)
    with desks.store.room(desks.id, desks.now) as room:
        visit = room.active_ticket_of(case)
    assert visit is not None
    desks.ticket_act("loket1", visit.id, "cancel")
    return case


# --- what a gateway is sent ---


def test_a_template_is_filled_where_its_places_stand_and_nowhere_else() -> None:
    template = '{"to": "+{number}", "type": "text", "text": {"body": ["{text}", 7, true]}, "{number}": null}'

    made = json.loads(body(body_template(template), number=PHONE, text='Ada "{number}"\nbaris', message_id="3"))

    assert made["text"]["body"] == ['Ada "{number}"\nbaris', 7, True], "what a text says is no place"
    assert (made["to"], made["{number}"]) == (f"+{PHONE}", None)
    assert json.loads(body(BODY, number="1", text="x", message_id="3")) == {"to": "1", "text": "x", "id": "3"}


@pytest.mark.parametrize("text", ["", "{", "[]", '{"to": "{number}"}', "{text} {number}", "[" * 2000])
def test_a_template_that_could_carry_no_message_is_refused(text: str) -> None:
    with pytest.raises(Invalid, match="gateway_body"):
        body_template(text)


@pytest.mark.parametrize("name", ["Host", "content-length", "X: y", "X\r\nY", "", "Transfer-Encoding"])
def test_a_header_that_would_change_the_request_is_refused(name: str) -> None:
    with pytest.raises(Invalid, match="gateway_header"):
        header_name(name)


def test_a_step_sends_its_message_after_the_time_to_take_it_back(desks: Desks, gateway: Receiver) -> None:
    case = ready(desks)

    carry(desks)
    assert gateway.got == []
    later(desks, seconds=15)
    carry(desks)

    headers, _ = gateway.got[0]
    assert headers["authorization"] == SECRET
    assert [each["to"] for each in gateway.said] == [PHONE]
    text = gateway.said[0]["text"]
    assert text.startswith("Yth. Bapak/Ibu, hasil berkas nomor 1/2026 di Kecamatan Lumajang sudah siap diambil.")
    standard = desks.store.office_config(desks.id).service("oss").standard
    secrets = (APPLICANT["nik"], APPLICANT["name"], standard.name, standard.short_name, "OSS", "NIB")
    assert not [each for each in secrets if each in text]
    with desks.store.read() as connection:
        assert [(each.kind, each.state) for each in known.of_file(connection, case)] == [("ready", "sent")]


@pytest.mark.parametrize("status", [200, 503])
def test_a_message_of_a_clock_that_was_a_day_ahead_goes_out_when_it_is_right_again(
    desks: Desks, gateway: Receiver, status: int
) -> None:
    """Written by it, or tried by it in vain: neither waits for that day."""
    later(desks, days=1)
    ready(desks)
    gateway.status = status
    if status != 200:
        later(desks, seconds=15)
        carry(desks)
    later(desks, days=-1)
    gateway.status = 200

    carry(desks)

    assert [state for state, _ in states(desks)] == ["sent"]


def test_who_sits_in_the_room_is_called_there_and_gets_no_message(desks: Desks, gateway: Receiver) -> None:
    desks.to_step("handover")

    assert letters(desks) == []


def test_a_file_that_lacks_something_tells_who_went_home(desks: Desks, gateway: Receiver) -> None:
    case = at_home(desks, "validate")
    desks.act("kasi", case, FileAction.RETURN_TO_APPLICANT, reason="KTP buram")
    later(desks, seconds=15)

    carry(desks)

    assert ["perlu dilengkapi" in each["text"] for each in gateway.said] == [True]


def test_what_is_taken_back_in_time_is_never_said(desks: Desks, gateway: Receiver) -> None:
    case = at_home(desks, "validate")
    desks.act("kasi", case, FileAction.RETURN_TO_APPLICANT, reason="KTP buram")

    desks.undo("kasi", case)
    later(desks, seconds=15)
    carry(desks)

    assert (gateway.got, states(desks)) == ([], [("failed", "no_longer")])


def test_no_number_stands_in_the_outbox_and_one_that_was_erased_gets_nothing(desks: Desks, gateway: Receiver) -> None:
    case = ready(desks)
    assert PHONE[2:] not in json.dumps([each.body for each in letters(desks)])

    desks.store.write(update(FileRecord).where(FileRecord.id == case).values(applicant={}))
    later(desks, seconds=15)
    carry(desks)

    assert (gateway.got, states(desks)) == ([], [("failed", "no_number")])


def test_an_invitation_for_tomorrow_is_not_sent_the_day_after(desks: Desks, gateway: Receiver) -> None:
    case = at_home(desks, "validate")
    desks.store.change(desks.id, desks.actor("loket1"), engine.send, case, Reminder.CALLED)
    with pytest.raises(NotAllowed, match="message_waits"):
        desks.store.change(desks.id, desks.actor("loket1"), engine.send, case, Reminder.CALLED)

    gateway.status = 503
    carry(desks)
    later(desks, days=2)
    gateway.status = 200
    carry(desks)

    assert (len(gateway.got), states(desks)) == (1, [("failed", "no_longer")])


def test_a_gateway_that_fails_is_tried_again_and_one_refused_message_holds_up_no_other(
    desks: Desks, gateway: Receiver
) -> None:
    first, _ = ready(desks), ready(desks)
    later(desks, seconds=15)
    gateway.status = 422
    carry(desks)
    assert states(desks) == [("failed", "http_422")] * 2

    desks.store.change(desks.id, desks.actor("loket1"), engine.send, first, Reminder.READY)
    gateway.status = 401
    carry(desks)
    assert states(desks)[2:] == [("waiting", "http_401")]
    gateway.status = 200
    later(desks, seconds=60)
    carry(desks)

    assert states(desks)[2:] == [("sent", None)]
    with pytest.raises(NotAllowed, match="message_sent"):
        desks.store.change(desks.id, desks.actor("loket1"), engine.send, first, Reminder.READY)
    later(desks, hours=1)
    desks.store.change(desks.id, desks.actor("loket1"), engine.send, first, Reminder.READY)


def test_without_https_a_message_stays_in_the_office_and_a_redirect_is_not_followed(
    desks: Desks, gateway: Receiver
) -> None:
    with pytest.raises(Invalid, match="address_open"):
        posting.places("http://8.8.8.8/", Reach(), is_near=True)
    with pytest.raises(Invalid, match="address_open"):
        posting.places("http://[::ffff:8.8.8.8]/", Reach(), is_near=True)
    assert posting.places("https://8.8.8.8/", Reach(), is_near=True) == ["8.8.8.8"]
    with listening() as elsewhere:
        gateway.status, gateway.headers = 307, {"Location": elsewhere.url}
        ready(desks)
        later(desks, seconds=15)
        carry(desks)
        assert (len(gateway.got), elsewhere.got) == (1, [])


def test_the_key_is_closed_in_the_database_and_opened_by_this_server_alone(desks: Desks, gateway: Receiver) -> None:
    kept = desks.store.ask(lambda connection: connection.execute(select(MessageGateway.secret)).scalar_one())
    assert kept.startswith(MARK)
    assert "rahasia" not in kept
    ready(desks)
    later(desks, seconds=15)

    carry(desks, seal=Seal("2" * 64))

    assert (gateway.got, states(desks)) == ([], [("failed", "secret_unreadable")])


def test_a_key_is_not_taken_along_to_another_server(desks: Desks, gateway: Receiver) -> None:
    set_up(desks, url=gateway.url + "&y=2", secret="")
    with pytest.raises(Invalid, match="gateway_secret_again"):
        set_up(desks, url="https://192.0.2.9/", secret="")


def test_who_practises_writes_to_nobody(desks: Desks) -> None:
    practice = {"settings": {"is_practice": True}, "setup_version": Office.setup_version + 1}
    desks.store.write(update(Office).where(Office.id == desks.id).values(**practice))

    with pytest.raises(NotAllowed, match="practice"):
        set_up(desks, url="https://192.0.2.9/")


def test_the_example_takes_what_loket_gives_once_and_only_with_the_key(
    desks: Desks, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("KEY", SECRET)
    example = runpy.run_path(str(Path(__file__).parents[1] / "contrib/message_gateway.py"))
    server = ThreadingHTTPServer(("127.0.0.1", 0), example["Gateway"])
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}).start()
    try:
        set_up(desks, url=f"http://127.0.0.1:{server.server_port}/", secret="Bearer wrong")
        ready(desks)
        later(desks, seconds=15)
        carry(desks)
        refused = states(desks)
        set_up(desks, url=f"http://127.0.0.1:{server.server_port}/")
        for _ in range(2):
            later(desks, minutes=1)
            carry(desks)
            desks.store.write(update(Outbox).values(state="waiting", due_at=desks.now, attempts=1))
    finally:
        server.shutdown()
        server.server_close()

    assert refused == [("waiting", "http_401")]
    assert capsys.readouterr().out.count("sudah siap diambil") == 1


# --- on the pages ---


@pytest.fixture
def app(desks: Desks, tmp_path: Any) -> Iterator[Flask]:
    (tmp_path / "secret_key").write_text(KEY)
    made = create_app(Settings(data=tmp_path), desks.store, clock=lambda: desks.now, async_mode="threading")
    limiter.reset()
    yield made
    limiter.reset()


def page_of(browser: Browser, case: int) -> str:
    return browser.get(f"/lumajang/counter/cases/{case}").text


def test_the_setup_takes_a_gateway_tries_it_and_shows_its_key_to_nobody(desks: Desks, app: Flask) -> None:
    admin = sign_in(app, "admin", office="lumajang")
    at = "/lumajang/counter/programs"
    with listening() as told:
        given = {"url": "https://192.0.2.7/pesan", "secret": SECRET, "kinds[]": "ready"}
        assert admin.post(f"{at}/gateway", **given).status_code == 303
        shown = admin.get(at).text
        desks.store.write(update(MessageGateway).values(url=told.url))
        assert admin.post(f"{at}/gateway/test", number="0812 3456 7890").status_code == 303
        assert admin.post(f"{at}/gateway/test", number="021 555").status_code == 400
        carry(desks)

        assert ("rahasia-sekali" in shown, "192.0.2.7" in shown) == (False, True)
        assert [each["to"] for each in told.said] == [PHONE]
        assert told.said[0]["text"].startswith("Pesan percobaan dari Loket")
    refused = admin.post(f"{at}/gateway", url="http://8.8.8.8/", header="X-Key", body='{"a": 1}')
    assert refused.status_code == 400
    assert "rahasia-sekali" not in refused.text
    assert 'value="X-Key"' in refused.text, "what was typed stays"
    assert admin.post(f"{at}/gateway/remove").status_code == 303
    assert desks.store.office_config(desks.id).gateway is None


def test_a_file_says_when_its_message_was_sent_or_that_whatsapp_is_left(
    desks: Desks, app: Flask, gateway: Receiver
) -> None:
    case = ready(desks)
    loket = sign_in(app, "loket1", office="lumajang")
    assert "sedang dikirim" in page_of(loket, case)

    gateway.status = 400
    later(desks, seconds=15)
    carry(desks)
    assert "gagal, kirim lewat WhatsApp" in page_of(loket, case)
    gateway.status = 200
    assert loket.post(f"/lumajang/counter/cases/{case}/message/ready").status_code == 302
    carry(desks)

    page = page_of(loket, case)
    assert 'data-message="sent"' in page
    assert "terkirim" in page
    assert 'data-action="remind-ready"' in page, "the way without internet stays"
