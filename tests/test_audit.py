"""The audit is whole: every address that changes something leaves who, when and from where; each is tried here."""

from __future__ import annotations

import io
import re
import wave
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from html import unescape
from itertools import count
from math import sin
from pathlib import Path
from typing import Any

import pytest
import tomli_w
import world
from answers import held_to_description
from desks import Desks
from flask import Flask
from flask.testing import FlaskClient
from people import csrf, sign_in
from PIL import Image
from pyotp import TOTP
from sqlalchemy import select, update
from werkzeug.test import TestResponse
from world import PASSWORD, World

from shared import standards
from shared.domain.actor import Actor
from shared.domain.queue.ticket import Action
from shared.domain.standards.standard import Role
from shared.domain.surveys.settings import SurveySettings
from shared.domain.surveys.survey import ELEMENTS
from shared.engine.paper import print_queue
from shared.engine.people import device, second_factor
from shared.engine.people.device import issue_token
from shared.engine.queue.officer import OFFERED
from shared.engine.setup.imports import keep_draft
from shared.engine.setup.office import services_form
from shared.engine.surveys import survey
from shared.standards import service_to_json
from shared.store import tables
from shared.store.office import Store
from shared.store.outbox_tables import WebhookRecord
from shared.store.second_factor import factor
from shared.store.surveys.tables import SurveyAction
from shared.web.access.sign_in import IDLE
from shared.web.app import create_app
from shared.web.server.limits import limiter
from shared.web.settings import Settings
from shared.words import words

DESK = "192.168.1.50"
"""The address of the officer's computer."""
DOOR = "192.168.1.77"
"""The address of the kiosk."""
PAGE = {"Accept": "text/html"}
JSON = {"Accept": "application/json"}

UNRECORDED = {
    "devices.ask": "a code on a screen: it opens nothing before an admin confirms it, and that is recorded",
    "devices_setup.tell": "a display blinks, sounds or loads its page again: nothing is other than before",
    "devices_setup.test_call": "the same for every display",
    "setup.find_printers": "it looks at USB ports and into the network, and keeps nothing",
    "counter.stop_work": "one's own long work ends; that it was begun is recorded",
    "counter.find_person": "the same: who looked at whose data",
    "counter.whole_nik": "the same: who looked at whose data",
    "counter.seek": "leads to a page; that one writes down who looked",
    "counter.complaint_person": "noted among who looked at whose data, which the audit page shows below",
    "kiosk.file": "a look by the receipt: nothing changes, and no person is named",
    "sound.spoken": "a display's word that it has begun to speak a call; the call itself is recorded",
    "agents.offer": "a print agent asks for work",
    "agents.claim": "the print job's own row keeps who sends it, since when and how often",
    "agents.report": "the print job's own row keeps what became of it; a printer's new state is recorded",
    "epson.ask": "the same for a printer that asks by itself",
    "star.poll": "the same for a printer that asks by itself",
    "star.done": "the same for a printer that asks by itself",
    **dict.fromkeys(
        (
            "kiosk_survey.visit",
            "kiosk_survey.refuse",
            "kiosk_survey.answer",
            "survey.begin",
            "survey.refuse",
            "survey.answer",
        ),
        "an event with its time would tell which visitor answered what; only counts are kept",
    ),
    "kiosk_survey.drop_coin": "an anonymous touch of a face; counted by counter and day",
}
"""Addresses of machines that are no act of anybody in the office, with the reason."""


@dataclass
class Click:
    """One request that changes something, and who stands in the audit for it."""

    path: str
    form: dict[str, Any] = field(default_factory=dict)
    json: dict[str, Any] | None = None
    headers: dict[str, str] = field(default_factory=dict)
    who: str = "Admin"
    address: str = DESK


class House:
    """Two offices on one store: `uji`, small, and Lumajang with its files; both clocks are the same."""

    def __init__(self, store: Store, data: Path) -> None:
        self.store = store
        self.uji: World = world.office(store)
        self.desks = Desks(store)
        cheap = select(tables.Officer.password_hash).where(tables.Officer.id == self.uji.officers[0]).scalar_subquery()
        admin = tables.Officer.id == self.desks.officers["admin"]
        known = {"password_hash": cheap, "must_change_password": False}
        store.write(update(tables.Officer).where(admin).values(**known, name="Admin"))
        store.write(update(tables.Officer).where(tables.Officer.login == "camat").values(**known))
        store.write_with(world.add_officer, self.uji.id, "camat", Role.CAMAT)
        self.app: Flask = held_to_description(
            create_app(Settings(data=data), store, clock=lambda: self.uji.now, async_mode="threading")
        )
        self.browsers: dict[str, FlaskClient] = {}
        self._nonces = count(1)

    def browser(self, office: str = "uji") -> FlaskClient:
        """Signed in as the office's admin."""
        if office not in self.browsers:
            self.browsers[office] = self.sign_in(office, "admin")
        return self.browsers[office]

    def sign_in(self, office: str, login: str) -> FlaskClient:
        return sign_in(self.app, login, office=office, address=DESK).client

    def send(self, client: FlaskClient, click: Click) -> TestResponse:
        if click.json is not None:
            around = {"REMOTE_ADDR": click.address}
            return client.post(click.path, json=click.json, headers={**JSON, **click.headers}, environ_overrides=around)
        return client.post(click.path, data={"csrf_token": self._token(client, click.path), **click.form})

    def _token(self, client: FlaskClient, path: str) -> str:
        office = path.split("/")[1]
        page = client.get(f"/{office}/counter/password", follow_redirects=True)
        return csrf(page)

    def do(self, path: str, **form: Any) -> TestResponse:
        """What must be done before; it succeeds."""
        answer = self.send(self.browser(path.split("/")[1]), Click(path, form))
        assert answer.status_code < 400, (path, answer.status_code, answer.text)
        return answer

    def row(self, table: Any, *where: Any) -> Any:
        with self.store.read() as connection:
            return connection.execute(select(table).where(*where).order_by(table.id.desc()).limit(1)).one()

    def events(self, after: int) -> list[Any]:
        with self.store.read() as connection:
            return list(connection.execute(select(tables.Event).where(tables.Event.id > after)))

    @property
    def newest(self) -> int:
        return int(self.row(tables.Event).id)

    def nonce(self) -> str:
        return f"nonce-audit-{next(self._nonces)}"

    def later(self) -> None:
        self.uji.later(minutes=1)
        self.desks.later(minutes=1)

    # states to begin with

    def called(self) -> int:
        ticket_id = self.uji.take().id
        self.do("/uji/counter/1/next")
        return ticket_id

    def serving(self) -> int:
        ticket_id = self.called()
        self.do(f"/uji/counter/1/tickets/{ticket_id}/start")
        return ticket_id

    def applicant(self) -> int:
        """The ticket of somebody who stands at counter 1 of Lumajang with a file."""
        ticket_id = self.desks.take().id
        self.do("/lumajang/counter/1/next")
        self.do(f"/lumajang/counter/1/tickets/{ticket_id}/start")
        return ticket_id

    def token(self, purpose: str, office: World | Desks) -> dict[str, str]:
        text = self.store.write_with(issue_token, office.id, purpose, "Anjungan", office.now)
        return {"Authorization": f"Bearer {text}"}

    def slip_job(self) -> int:
        self.uji.take()
        return int(self.row(tables.PrintJob).id)


ROWS: list[tuple[str, str, Callable[[House], Click]]] = []
"""Endpoint, name of the test, and what makes ready and says the click."""


def clicks(endpoint: str, name: str = "") -> Callable[[Callable[[House], Click]], Callable[[House], Click]]:
    def add(row: Callable[[House], Click]) -> Callable[[House], Click]:
        ROWS.append((endpoint, name or endpoint, row))
        return row

    return add


# --- the counter ---


@clicks("counter.open_counter")
def _(house: House) -> Click:
    return Click("/uji/counter/1/open")


@clicks("counter.close_counter")
def _(house: House) -> Click:
    house.do("/uji/counter/1/open")
    return Click("/uji/counter/1/close")


@clicks("counter.hand_over_counter")
def _(house: House) -> Click:
    house.do("/uji/counter/1/open")
    return Click("/uji/counter/1/hand-over", {"note": "Tinta habis"})


@clicks("counter.pause_counter")
def _(house: House) -> Click:
    house.do("/uji/counter/1/open")
    return Click("/uji/counter/1/pause", {"reason": "prayer"})


@clicks("counter.resume_counter")
def _(house: House) -> Click:
    house.do("/uji/counter/1/open")
    house.do("/uji/counter/1/pause", reason="prayer")
    return Click("/uji/counter/1/resume")


@clicks("counter.call_next")
def _(house: House) -> Click:
    house.uji.take()
    return Click("/uji/counter/1/next")


def _move(action: Action) -> Callable[[House], Click]:
    """Brings a ticket where the action is possible."""

    def row(house: House) -> Click:
        ticket_id = house.called()
        at = f"/uji/counter/1/tickets/{ticket_id}"
        before = {
            Action.CALL: ("start", "hold"),
            Action.RESTORE: ("miss",),
            Action.HOLD: ("start",),
            Action.TRANSFER: ("start",),
            Action.FINISH: ("start",),
        }
        for step in before.get(action, ()):
            house.do(f"{at}/{step}")
        form = {Action.TRANSFER: {"to_counter": "2"}, Action.CANCEL: {"reason": "left"}}.get(action, {})
        return Click(f"{at}/{action.value}", form)

    return row


for each in sorted(OFFERED):
    clicks("counter.act", f"counter.act {each.value}")(_move(each))


@clicks("counter.call_number")
def _(house: House) -> Click:
    house.uji.take()
    return Click("/uji/counter/1/call", {"number": "A-001", "reason": "frail"})


@clicks("counter.undo")
def _(house: House) -> Click:
    house.uji.take()
    house.later()
    house.do("/uji/counter/1/next")
    return Click("/uji/counter/1/undo")


@clicks("counter.write_note")
def _(house: House) -> Click:
    return Click(f"/uji/counter/1/tickets/{house.called()}/note", {"text": "Kursi roda"})


@clicks("counter.next_service")
def _(house: House) -> Click:
    return Click(f"/uji/counter/1/tickets/{house.serving()}/next-service", {"service": "layanan-2"})


@clicks("counter.walk_in")
def _(house: House) -> Click:
    return Click("/uji/counter/1/walk-in", {"service": "layanan-1"})


# --- the room and the day ---


@clicks("counter.send_message")
def _(house: House) -> Click:
    return Click("/uji/counter/supervisor/message", {"text": "Rapat pukul 12", "minutes": "30"})


@clicks("counter.force_hours", "counter.force_hours open")
def _(house: House) -> Click:
    return Click("/uji/counter/supervisor/force", {"word": "open"})


@clicks("counter.force_hours", "counter.force_hours close")
def _(house: House) -> Click:
    return Click("/uji/counter/supervisor/force", {"word": "close", "reason": "Listrik padam"})


@clicks("counter.force_hours", "counter.force_hours calendar")
def _(house: House) -> Click:
    return Click("/uji/counter/supervisor/force", {"word": "calendar"})


@clicks("counter.take_over_ticket")
def _(house: House) -> Click:
    return Click(f"/uji/counter/supervisor/tickets/{house.called()}/take-over", {"reason": "Petugas sakit"})


@clicks("counter.empty_counter")
def _(house: House) -> Click:
    house.do("/uji/counter/1/open")
    return Click("/uji/counter/supervisor/counters/1/empty", {"reason": "Lupa menutup"})


@clicks("counter.confirm_clock")
def _(house: House) -> Click:
    return Click("/uji/counter/supervisor/clock")


@clicks("counter.open_day")
def _(house: House) -> Click:
    return Click("/uji/counter/day/open", {"note": "Semua diperiksa"})


@clicks("counter.close_day")
def _(house: House) -> Click:
    return Click("/uji/counter/day/close", {"note": "Semua diperiksa"})


@clicks("counter.enter_late")
def _(house: House) -> Click:
    return Click("/uji/counter/day/late-entry", {"service": "layanan-1", "written": "7", "taken_at": "08:00"})


# --- coming and going ---


@clicks("counter.do_sign_in")
def _(house: House) -> Click:
    house.browsers["uji"] = house.app.test_client()
    house.browsers["uji"].environ_base.update({"REMOTE_ADDR": DESK, "HTTP_ACCEPT": "text/html"})
    return Click("/uji/counter/sign-in", {"login": "admin", "password": PASSWORD})


@clicks("counter.sign_out")
def _(house: House) -> Click:
    return Click("/uji/counter/sign-out")


@clicks("counter.do_change_password")
def _(house: House) -> Click:
    new = "kata-sandi-lain"
    return Click("/uji/counter/password", {"current": PASSWORD, "wanted": new, "repeated": new})


def code_of(house: House, officer_id: int, ahead: int = 0) -> str:
    """What the officer's telephone shows in so many steps."""
    with house.store.read() as connection:
        found = factor(connection, officer_id)
    assert found is not None
    return TOTP(house.app.extensions["loket_seal"].open(found.secret)).at(house.uji.now + timedelta(seconds=30 * ahead))


def with_second_factor(house: House, officer_id: int) -> None:
    acting, seal = replace(Actor.system(house.uji.now), officer_id=officer_id), house.app.extensions["loket_seal"]
    house.store.change(house.uji.id, acting, second_factor.begin, officer_id, seal)
    house.store.change(house.uji.id, acting, second_factor.confirm, officer_id, code_of(house, officer_id), seal)


def admin_of(house: House) -> int:
    return int(house.row(tables.Officer, tables.Officer.office_id == house.uji.id, tables.Officer.login == "admin").id)


@clicks("counter.do_sign_in_code")
def _(house: House) -> Click:
    with_second_factor(house, admin_of(house))
    house.browsers["uji"] = house.app.test_client()
    house.browsers["uji"].environ_base.update({"REMOTE_ADDR": DESK, "HTTP_ACCEPT": "text/html"})
    house.do("/uji/counter/sign-in", login="admin", password=PASSWORD)
    return Click("/uji/counter/sign-in/code", {"code": code_of(house, admin_of(house), 1)})


@clicks("counter.begin_second_factor")
def _(house: House) -> Click:
    return Click("/uji/counter/second-factor")


@clicks("counter.confirm_second_factor")
def _(house: House) -> Click:
    house.do("/uji/counter/second-factor")
    return Click("/uji/counter/second-factor/confirm", {"code": code_of(house, admin_of(house)), "current": PASSWORD})


@clicks("counter.end_second_factor")
def _(house: House) -> Click:
    house.browser()
    with_second_factor(house, admin_of(house))
    return Click("/uji/counter/second-factor/end", {"code": code_of(house, admin_of(house), 1)})


@clicks("setup.reset_second_factor")
def _(house: House) -> Click:
    with_second_factor(house, house.uji.officers[0])
    return Click(f"{SETUP}/officers/{house.uji.officers[0]}/second-factor")


@clicks("counter.end_session")
def _(house: House) -> Click:
    house.sign_in("uji", "petugas1")
    session = house.row(tables.OfficerSession, tables.OfficerSession.officer_id == house.uji.officers[0])
    return Click(f"/uji/counter/sessions/{session.id}/end")


@clicks("counter.end_token")
def _(house: House) -> Click:
    office = house.uji
    house.store.write_with(issue_token, office.id, "officer", "program", office.now, office.officers[0])
    token = house.row(tables.Device, tables.Device.officer_id == office.officers[0])
    return Click(f"/uji/counter/tokens/{token.id}/end")


# --- files ---


@clicks("counter.receive", "counter.receive accept")
def _(house: House) -> Click:
    ticket_id = house.applicant()
    documents = {f"collected.documents.{key}": "true" for key in house.desks.documents("oss")}
    person = {
        "applicant.name": "Siti Contoh",
        "applicant.nik": "3508205708909992",
        "applicant.phone": "081234567890",
        "applicant.email": "siti@contoh.example",
        "applicant.village": "35.08.20.2001",
        "applicant.business": "Keripik Contoh",
        "applicant.kbli": "10799",
    }
    return Click(f"/lumajang/counter/1/tickets/{ticket_id}/file", {"action": "accept", **documents, **person})


@clicks("counter.receive", "counter.receive return")
def _(house: House) -> Click:
    form = {"action": "return_to_applicant", "reason": "KTP tidak terbaca", "applicant.name": "Siti Contoh"}
    return Click(f"/lumajang/counter/1/tickets/{house.applicant()}/file", form)


@clicks("counter.find_returned")
def _(house: House) -> Click:
    form = {"action": "return_to_applicant", "reason": "KTP tidak terbaca", "applicant.nik": "3508205708909992"}
    house.do(f"/lumajang/counter/1/tickets/{house.applicant()}/file", **form)
    ticket_id = house.applicant()
    return Click(f"/lumajang/counter/1/tickets/{ticket_id}/file/find", {"wanted": "3508205708909992"})


def _at_step(step: str, action: str, **form: str) -> Callable[[House], Click]:
    def row(house: House) -> Click:
        return Click(f"/lumajang/counter/cases/{house.desks.to_step(step)}/{action}", form)

    return row


for action, step, form in (
    ("advance", "validate", {"collected.validation.is_valid": "true"}),
    ("send_back", "validate", {"target": "receive", "reason": "Fotokopi KTP tidak terbaca"}),
    ("return_to_applicant", "validate", {"reason": "Surat tanah kurang"}),
    ("correct", "confirm", {"applicant.business": "Keripik Baru"}),
    ("collect", "confirm", {"collected.confirmation.is_approved": "true"}),
    ("pause", "validate", {"reason": "power_cut"}),
    ("withdraw", "validate", {"reason": "Atas permintaan pemohon"}),
):
    clicks("counter.act_on_file", f"counter.act_on_file {action}")(_at_step(step, action, **form))


def _collects(house: House) -> str:
    """The address of a finished file whose applicant stands at the counter."""
    file = house.desks.to_step("handover")
    house.desks.serve_next("loket1")
    return f"/lumajang/counter/cases/{file}/hand_over"


@clicks("counter.act_on_file", "counter.act_on_file hand_over")
def _(house: House) -> Click:
    return Click(_collects(house), {"collected.receiver.kind": "self"})


@clicks("counter.act_on_file", "counter.act_on_file resume")
def _(house: House) -> Click:
    file = house.desks.to_step("validate")
    house.do(f"/lumajang/counter/cases/{file}/pause", reason="power_cut")
    return Click(f"/lumajang/counter/cases/{file}/resume")


@clicks("counter.act_on_file", "counter.act_on_file undo")
def _(house: House) -> Click:
    file = house.desks.to_step("validate")
    house.do(f"/lumajang/counter/cases/{file}/advance", **{"collected.validation.is_valid": "true"})
    return Click(f"/lumajang/counter/cases/{file}/undo")


@clicks("counter.print_slip")
def _(house: House) -> Click:
    return Click(f"/lumajang/counter/cases/{house.desks.to_step('validate')}/slips/receipt")


@clicks("counter.remind")
def _(house: House) -> Click:
    return Click(f"/lumajang/counter/cases/{house.desks.to_step('handover')}/remind/ready")


@clicks("counter.send_message_to")
def _(house: House) -> Click:
    house.do("/lumajang/counter/programs/gateway", **GATEWAY)
    return Click(f"/lumajang/counter/cases/{house.desks.to_step('handover')}/message/ready")


@clicks("counter.disturb", "counter.disturb begin")
def _(house: House) -> Click:
    return Click("/lumajang/counter/outage/begin")


@clicks("counter.disturb", "counter.disturb end")
def _(house: House) -> Click:
    house.do("/lumajang/counter/outage/begin")
    return Click("/lumajang/counter/outage/end")


@clicks("counter.make_recap")
def _(house: House) -> Click:
    house.do(_collects(house), **{"collected.receiver.kind": "self"})
    today = house.desks.now.date().isoformat()
    return Click(
        "/lumajang/counter/recap", {"number": "100/1/2026", "on_day": today, "from_on": today, "until_on": today}
    )


# --- complaints ---

COMPLAINTS = "/uji/counter/complaints"
SAID = {"kind": "complaint", "text": "Antre tiga jam", "person": "named", "name": "Siti"}


@clicks("complaint.send")
def _(house: House) -> Click:
    house.browsers["uji"] = house.app.test_client()
    house.browsers["uji"].environ_base.update({"REMOTE_ADDR": DOOR, "HTTP_ACCEPT": "text/html"})
    return Click("/uji/complaint", {**SAID, "nonce": house.nonce()}, who="tanpa masuk", address=DOOR)


@clicks("kiosk_complaint.complain")
def _(house: House) -> Click:
    return _kiosk(house, "/uji/kiosk/complaints", **SAID, nonce=house.nonce())


@clicks("counter.enter_complaint")
def _(house: House) -> Click:
    return Click(f"{COMPLAINTS}/new", {**SAID, "entrance": "box", "nonce": house.nonce()})


def _complaint(house: House, *steps: str) -> str:
    """The address of one that was led through these steps."""
    house.do(f"{COMPLAINTS}/new", **SAID, entrance="box", nonce=house.nonce())
    made = house.row(tables.ComplaintRecord)
    for step in steps:
        house.do(f"{COMPLAINTS}/{made.id}/{step}", text="Kami perbaiki")
    return f"{COMPLAINTS}/{made.id}"


for action, steps, form in (
    ("verify", (), {}),
    ("hand_on", ("verify",), {}),
    ("forward", ("verify",), {"text": "Dinas Perhubungan"}),
    ("take_back", ("verify", "forward"), {}),
    ("answer", ("verify",), {"text": "Kami perbaiki"}),
    ("reject", (), {"text": "Bukan wewenang kami"}),
    ("close", ("verify", "answer"), {}),
    ("withdraw", (), {}),
    ("undo", ("verify",), {}),
):

    def _row(house: House, action: str = action, steps: tuple[str, ...] = steps, form: dict[str, str] = form) -> Click:
        if action == "hand_on":
            mine = tables.Officer.office_id == house.uji.id, tables.Officer.login == "camat"
            form = {"handler_id": str(house.row(tables.Officer, *mine).id)}
        return Click(f"{_complaint(house, *steps)}/{action}", form)

    clicks("counter.act_on_complaint", f"counter.act_on_complaint {action}")(_row)


@clicks("answer.reply")
def _(house: House) -> Click:
    _complaint(house, "verify", "answer")
    return Click(f"/a/{house.row(tables.ComplaintRecord).token}", json={"text": "Belum beres"}, who="tanpa masuk")


@clicks("counter.about_whom")
def _(house: House) -> Click:
    return Click(f"{_complaint(house, 'verify')}/about", {"officers[]": [str(house.uji.officers[0])]})


@clicks("counter.publish_complaint")
def _(house: House) -> Click:
    return Click(f"{_complaint(house, 'verify', 'answer')}/publish", {"said": "Antrean lama", "done": "Loket ditambah"})


@clicks("counter.complaint_slip")
def _(house: House) -> Click:
    return Click(f"{_complaint(house)}/slip")


@clicks("counter.sign_report")
def _(house: House) -> Click:
    said = {"number": "400/1/2026", "place": "Lumajang", "on_day": "2026-11-24", "post": "Kepala Seksi", "name": "Sri"}
    return Click("/lumajang/counter/reports", {"period": "2026-10", **said})


@clicks("counter.make_evidence")
def _(house: House) -> Click:
    return Click("/uji/counter/evidence", {"year": "2026"})


# --- personal data ---

PERSONS = "/lumajang/counter/persons"


def _data_asked(house: House) -> str:
    """The address of a request about a file that was withdrawn."""
    file = house.desks.to_step("validate")
    house.do(f"/lumajang/counter/cases/{file}/withdraw", reason="Batal")
    house.do(f"{PERSONS}/requests", **{"cases[]": [str(file)], "wish": "erase", "words": "Mohon dihapus"})
    return f"{PERSONS}/requests/{house.row(tables.DataRequest).id}"


@clicks("counter.ask_data")
def _(house: House) -> Click:
    file = house.desks.to_step("validate")
    return Click(f"{PERSONS}/requests", {"cases[]": [str(file)], "wish": "see", "words": "Ingin tahu"})


@clicks("counter.answer_data", "counter.answer_data grant")
def _(house: House) -> Click:
    return Click(f"{_data_asked(house)}/grant")


@clicks("counter.answer_data", "counter.answer_data refuse")
def _(house: House) -> Click:
    return Click(f"{_data_asked(house)}/refuse", {"reason": "Masih wajib disimpan"})


# --- devices and paper ---


@clicks("devices_setup.confirm")
def _(house: House) -> Click:
    asked = house.store.write_with(device.ask, house.uji.id, "kiosk", house.uji.now)
    return Click("/uji/counter/devices/confirm", {"code": asked.code, "name": "Anjungan depan"})


@clicks("devices_setup.invite")
def _(house: House) -> Click:
    return Click("/uji/counter/devices/invite", {"name": "Anjungan depan"})


@clicks("devices.redeem")
def _(house: House) -> Click:
    code = house.store.write_with(device.invite, house.uji.id, "Anjungan", house.uji.now)
    return Click("/pair", json={"code": code, "token": "t" * 43}, who="Anjungan", address=DOOR)


def _device(house: House) -> int:
    house.token("kiosk", house.uji)
    return int(house.row(tables.Device).id)


@clicks("devices_setup.configure")
def _(house: House) -> Click:
    return Click(f"/uji/counter/devices/{_device(house)}", {"name": "Pintu masuk", "zone": "Lobi"})


@clicks("devices_setup.revoke")
def _(house: House) -> Click:
    return Click(f"/uji/counter/devices/{_device(house)}/revoke")


PROGRAMS = "/uji/counter/programs"


@clicks("programs_setup.make_token")
def _(house: House) -> Click:
    return Click(f"{PROGRAMS}/tokens", {"name": "Papan", "officer": "petugas1", "scopes[]": "read", "days": "30"})


@clicks("programs_setup.add_webhook")
def _(house: House) -> Click:
    return Click(f"{PROGRAMS}/webhooks", {"name": "Pusat", "url": "https://192.0.2.7/h", "topics[]": "ticket"})


def _webhook(house: House) -> int:
    house.do(f"{PROGRAMS}/webhooks", name="Pusat", url="https://192.0.2.7/h", **{"topics[]": "ticket"})
    return int(house.row(WebhookRecord).id)


@clicks("programs_setup.test_webhook")
def _(house: House) -> Click:
    return Click(f"{PROGRAMS}/webhooks/{_webhook(house)}/test")


@clicks("programs_setup.remove_webhook")
def _(house: House) -> Click:
    return Click(f"{PROGRAMS}/webhooks/{_webhook(house)}/remove")


GATEWAY = {"url": "https://192.0.2.7/pesan", "secret": "Bearer rahasia"}


@clicks("programs_setup.save_gateway")
def _(house: House) -> Click:
    return Click(f"{PROGRAMS}/gateway", GATEWAY)


@clicks("programs_setup.test_gateway")
def _(house: House) -> Click:
    house.do(f"{PROGRAMS}/gateway", **GATEWAY)
    return Click(f"{PROGRAMS}/gateway/test", {"number": "0812 3456 7890"})


@clicks("programs_setup.remove_gateway")
def _(house: House) -> Click:
    house.do(f"{PROGRAMS}/gateway", **GATEWAY)
    return Click(f"{PROGRAMS}/gateway/remove")


@clicks("paper.reprint")
def _(house: House) -> Click:
    job = house.slip_job()
    print_queue.show(house.store, house.row(tables.PrintJob).printer_id, house.uji.now)
    return Click(f"/uji/paper/slips/{job}/reprint", {"reason": "jam"})


@clicks("paper.give_up")
def _(house: House) -> Click:
    return Click(f"/uji/paper/slips/{house.slip_job()}/give-up")


@clicks("paper.new_roll")
def _(house: House) -> Click:
    return Click("/uji/paper/virtual/new-roll")


def _kiosk(house: House, path: str, office: World | Desks | None = None, **said: Any) -> Click:
    headers = house.token("kiosk", office or house.uji)
    return Click(path, json=said, headers=headers, who="Anjungan", address=DOOR)


@clicks("kiosk.take")
def _(house: House) -> Click:
    return _kiosk(house, "/uji/kiosk/tickets", service="layanan-1", nonce=house.nonce())


@clicks("kiosk.missing")
def _(house: House) -> Click:
    return _kiosk(house, "/uji/kiosk/missing", service="layanan-1")


@clicks("kiosk.results")
def _(house: House) -> Click:
    code = house.desks.file(house.desks.to_step("handover")).token
    house.desks.later(days=1)
    house.uji.later(days=1)
    return _kiosk(house, "/lumajang/kiosk/results", house.desks, code=code, nonce=house.nonce())


@clicks("agents.attach")
def _(house: House) -> Click:
    said = {"slug": "usb", "kind": "usb", "address": "", "profile": "80mm-48", "answers": "in_order"}
    headers = house.token("agent", house.uji)
    return Click("/uji/paper/agent/printer", json=said, headers=headers, who="Anjungan", address=DOOR)


# --- setup ---

SETUP = "/uji/counter/setup"


@clicks("setup.office")
def _(house: House) -> Click:
    return Click(f"{SETUP}/office", {"name": "Kecamatan Baru", "timezone": "Asia/Jakarta"})


@clicks("setup.logo")
def _(house: House) -> Click:
    picture = io.BytesIO()
    Image.new("RGB", (40, 40), "navy").save(picture, "PNG")
    picture.seek(0)
    return Click(f"{SETUP}/office/logo", {"logo": (picture, "logo.png")})


@clicks("setup.colour")
def _(house: House) -> Click:
    return Click(f"{SETUP}/office/colour", {"colour": "#8C1D2F"})


@clicks("setup.services")
def _(house: House) -> Click:
    form: dict[str, Any] = {}
    for place, row in enumerate(services_form(house.store.office_config(house.uji.id)).services):
        kept = {name: str(getattr(row, name)) for name in ("slug", "series", "amber_min")}
        form |= {f"services-{place}-{name}": value for name, value in {**kept, "red_min": "45"}.items()}
        form |= {f"services-{place}-is_active": "true", f"services-{place}-counters[]": ["1", "2", "3"]}
    return Click(f"{SETUP}/services", form)


@clicks("setup.new_service")
def _(house: House) -> Click:
    return Click(f"{SETUP}/services/new", {"name": "Surat Kosong", "short_name": "Kosong", "series": "D", "like": ""})


@clicks("setup.standard")
def _(house: House) -> Click:
    form = {
        "base": "1", "name": "Layanan yang Lain", "short_name": "Layanan 1", "icon": "file-text",
        "steps-0-key": "datang", "steps-0-title": "Serahkan berkas", "steps-0-role": "pemohon",
        "steps-1-key": "terima", "steps-1-title": "Terima berkas", "steps-1-role": "loket",
        "steps-1-needs_applicant": "true",
    }  # fmt: skip
    return Click(f"{SETUP}/services/layanan-1/standard", form)


@clicks("setup.import_file")
def _(house: House) -> Click:
    table = service_to_json(house.store.office_config(house.uji.id).service("layanan-1").standard)
    file = io.BytesIO(tomli_w.dumps({**table, "name": "Layanan dari Berkas"}).encode())
    return Click(f"{SETUP}/services/layanan-1/import", {"file": (file, "layanan.toml")})


def _two_services(house: House) -> bytes:
    table = service_to_json(house.store.office_config(house.uji.id).service("layanan-1").standard)
    rows = [{**table, "slug": "surat-satu", "series": "K"}, {**table, "slug": "surat-dua", "series": "L"}]
    return tomli_w.dumps({"services": rows}).encode()


def _draft(house: House) -> int:
    return int(house.uji.by_itself(keep_draft, "dua.toml", _two_services(house).decode()))


@clicks("setup.import_services")
def _(house: House) -> Click:
    return Click(f"{SETUP}/services/import", {"file": (io.BytesIO(_two_services(house)), "dua.toml")})


@clicks("setup.import_draft")
def _(house: House) -> Click:
    form = {"services-0-slug": "surat-dua", "services-0-series": "M", "services-0-is_wanted": "true"}
    return Click(f"{SETUP}/services/import/{_draft(house)}", form)


@clicks("setup.drop_draft")
def _(house: House) -> Click:
    return Click(f"{SETUP}/services/import/{_draft(house)}/drop", {})


@clicks("setup.counters")
def _(house: House) -> Click:
    form: dict[str, Any] = {}
    for place, counter in enumerate(house.store.office_config(house.uji.id).counters):
        row = {"id": counter.id, "number": counter.number, "name": f"Meja {counter.number}", "every_service": "true"}
        form |= {f"counters-{place}-{name}": str(value) for name, value in row.items()}
        form[f"counters-{place}-roles[]"] = ["loket"]
    return Click(f"{SETUP}/counters", form)


OFFICER = {"login": "baru", "name": "Petugas Baru", "is_active": "true", "roles-0-role": "loket"}


@clicks("setup.new_officer")
def _(house: House) -> Click:
    return Click(f"{SETUP}/officers/new", OFFICER)


@clicks("setup.officer")
def _(house: House) -> Click:
    return Click(f"{SETUP}/officers/{house.uji.officers[0]}", OFFICER)


@clicks("setup.new_password")
def _(house: House) -> Click:
    return Click(f"{SETUP}/officers/{house.uji.officers[0]}/password")


@clicks("setup.hours")
def _(house: House) -> Click:
    row = {"hours-0-weekdays[]": ["0", "1"], "hours-0-opens": "08:00", "hours-0-closes": "15:00"}
    return Click(f"{SETUP}/hours", row)


@clicks("setup.register")
def _(house: House) -> Click:
    return Click(f"{SETUP}/register", {"columns-0-column": "register", "columns-1-column": "applicant"})


@clicks("counter.amend_row")
def _(house: House) -> Click:
    form = {"column": "applicant", "becomes": "Siti Nur", "reason": "Salah tulis"}
    return Click(f"/lumajang/counter/register/{house.desks.to_step('validate')}", form)


@clicks("counter.close_month")
def _(house: House) -> Click:
    return Click("/uji/counter/register/months", {"month": "2026-10"})


LETTERS = {"letter_series-0-title": "Surat keluar", "letter_series-0-pattern": "400/{no}/{year}",
           "letter_series-0-is_active": "true"}  # fmt: skip


@clicks("setup.letters")
def _(house: House) -> Click:
    return Click(f"{SETUP}/letters", LETTERS)


@clicks("counter.issue_letter")
def _(house: House) -> Click:
    house.do(f"{SETUP}/letters", **LETTERS)
    return Click("/uji/counter/letters", {"series": "surat-keluar", "subject": "Undangan"})


@clicks("counter.void_letter")
def _(house: House) -> Click:
    house.do(f"{SETUP}/letters", **LETTERS)
    house.do("/uji/counter/letters", series="surat-keluar")
    return Click(f"/uji/counter/letters/{house.row(tables.LetterRecord).id}/void", {"reason": "Salah ketik"})


@clicks("setup.privacy")
def _(house: House) -> Click:
    row = {"kinds-0-kind": "complaint", "kinds-0-verify": "2", "kinds-0-answer": "5"}
    return Click(f"{SETUP}/privacy", {**row, "kept-0-which": "views", "kept-0-days": "400"})


@clicks("setup.week")
def _(house: House) -> Click:
    return Click(f"{SETUP}/hours/week", {"weekdays[]": ["0", "1", "2", "3"]})


@clicks("setup.holidays")
def _(house: House) -> Click:
    row = {"year": "2026", "holidays-0-on_day": "2026-12-15", "holidays-0-name": "Hari jadi Lumajang"}
    return Click(f"{SETUP}/holidays", row)


def drawn(house: House) -> str:
    """The number of a visitor on whom the lot fell, served to the end."""
    house.uji.by_itself(survey.change_survey, SurveySettings(method="rate", rate_percent=100))
    house.later()
    taken = house.uji.take("layanan-1")
    house.uji.call_next()
    for action in (Action.START, Action.FINISH):
        house.uji.act(action, taken.id)
    return taken.number


@clicks("counter.survey_paper_out")
def _(house: House) -> Click:
    return Click("/uji/counter/survey/paper-out", {"number": drawn(house)})


@clicks("counter.survey_refused")
def _(house: House) -> Click:
    return Click("/uji/counter/survey/refused", {"number": drawn(house)})


@clicks("counter.enter_survey_paper")
def _(house: House) -> Click:
    drawn(house)
    nine = {f"answers-{each}": "3" for each in ELEMENTS}
    return Click("/uji/counter/survey/paper", {"id": "p" * 20, "period": "2026-S2", **nine})


@clicks("counter.close_survey")
def _(house: House) -> Click:
    house.uji.by_itself(survey.period_of, date(2026, 1, 5))
    return Click("/uji/counter/survey/close")


PLAN = {"element": "waktu", "what": "Loket tambahan", "who": "Kasi", "due_on": "2027-02-01"}


@clicks("counter.plan_survey_action")
def _(house: House) -> Click:
    drawn(house)
    return Click("/uji/counter/survey/2026-S2/actions", PLAN)


@clicks("counter.change_survey_action")
def _(house: House) -> Click:
    drawn(house)
    house.do("/uji/counter/survey/2026-S2/actions", **PLAN)
    action = house.row(SurveyAction).id
    return Click(f"/uji/counter/survey/2026-S2/actions/{action}", {**PLAN, "is_done": "true"})


@clicks("counter.write_survey_texts")
def _(house: House) -> Click:
    drawn(house)
    return Click("/uji/counter/survey/2026-S2/texts", {"background": "Latar"})


@clicks("setup.survey")
def _(house: House) -> Click:
    chosen = {"kind": "year", "method": "rate", "rate_percent": "30", "response_percent": "50"}
    return Click(f"{SETUP}/survey", {**chosen, "collect_days": "5", "publish_days": "9"})


@clicks("setup.rules")
def _(house: House) -> Click:
    return Click(f"{SETUP}/rules", {"ratio": "4", "convention": "same_day", "closes_by_itself_at": "15:30"})


@clicks("setup.display")
def _(house: House) -> Click:
    return Click(f"{SETUP}/display", {"theme": "dark", "voice_style": "digits", "slide_s": "20"})


@clicks("setup.printers")
def _(house: House) -> Click:
    printer = house.store.office_config(house.uji.id).printers[0]
    row = {"id": str(printer.id), "slug": printer.slug, "kind": "virtual", "profile": "58mm", "answers": "in_order"}
    return Click(f"{SETUP}/printers", {f"printers-0-{name}": value for name, value in row.items()})


@clicks("setup.test_page")
def _(house: House) -> Click:
    return Click(f"{SETUP}/printers/virtual/test")


@clicks("setup.use_printer")
def _(house: House) -> Click:
    return Click(f"{SETUP}/printers/use", {"kind": "network", "address": "127.0.0.9", "profile": "58mm"})


@clicks("counter.end_tour")
def _(house: House) -> Click:
    return Click("/uji/counter/tour/end")


@clicks("setup.backup")
def _(house: House) -> Click:
    return Click(f"{SETUP}/backup")


@clicks("setup.skip_step")
def _(house: House) -> Click:
    return Click(f"{SETUP}/first-day/skip", {"step": "printer"})


@clicks("setup.password_sheet")
def _(house: House) -> Click:
    return Click(f"{SETUP}/officers/passwords", {"officers[]": [str(house.uji.officers[0])]})


@clicks("setup.found")
def _(house: House) -> Click:
    return Click(f"{SETUP}/found", {"region_code": "35.08.01", "name": "Kecamatan Tempursari", "slug": "tempursari"})


@clicks("setup.found_by_standard")
def _(house: House) -> Click:
    shipped = (Path(standards.__file__).parent / "ranuyoso.toml").read_bytes()
    return Click(f"{SETUP}/found/standard", {"standard": (io.BytesIO(shipped), "ranuyoso.toml")})


def _picture() -> tuple[io.BytesIO, str]:
    made = io.BytesIO()
    Image.new("RGB", (640, 360), "navy").save(made, "PNG")
    made.seek(0)
    return made, "senam.png"


@clicks("setup.blank_form")
def _(house: House) -> Click:
    form = (io.BytesIO(b"%PDF-1.4 formulir %%EOF"), "formulir.pdf")
    return Click(f"{SETUP}/services/layanan-1/form", {"requirement": "ktp", "form": form})


@clicks("setup.slides", "setup.slides add")
def _(house: House) -> Click:
    return Click(f"{SETUP}/media", {"file": _picture()})


def _shown(house: House) -> str:
    """A picture that the television shows; its name."""
    house.do(f"{SETUP}/media", file=_picture())
    return str(house.row(tables.Event, tables.Event.action == "setup.medium").detail["file"])


@clicks("setup.slides", "setup.slides remove")
def _(house: House) -> Click:
    return Click(f"{SETUP}/media", {"row": f"remove:{_shown(house)}"})


@clicks("setup.slides", "setup.slides move")
def _(house: House) -> Click:
    _shown(house)
    return Click(f"{SETUP}/media", {"row": f"up:{_shown(house)}"})


@clicks("setup.recording")
def _(house: House) -> Click:
    sound = io.BytesIO()
    with wave.open(sound, "wb") as file:
        file.setparams((1, 2, 22050, 0, "NONE", "not compressed"))
        file.writeframes(
            b"".join(round(9000 * sin(place / 8)).to_bytes(2, "little", signed=True) for place in range(22050))
        )
    sound.seek(0)
    return Click(f"{SETUP}/voice/id/digit.1", {"clip": (sound, "satu.wav")})


@clicks("setup.open_practice")
def _(house: House) -> Click:
    return Click(f"{SETUP}/practice")


# --- the test ---


@pytest.fixture
def house(sqlite_store: Store, tmp_path: Path) -> Iterator[House]:
    made = House(sqlite_store, tmp_path)
    limiter.reset()
    yield made
    limiter.reset()


def changing(app: Flask) -> set[str]:
    """The endpoints of every address that takes more than a question."""
    return {rule.endpoint for rule in app.url_map.iter_rules() if (rule.methods or set()) - {"GET", "HEAD", "OPTIONS"}}


def test_every_address_that_changes_something_is_tried_or_has_a_reason(house: House) -> None:
    tried = {endpoint for endpoint, _, _ in ROWS}

    assert changing(house.app) - set(UNRECORDED) == tried


@pytest.mark.parametrize(("endpoint", "row"), [pytest.param(e, row, id=name) for e, name, row in ROWS])
def test_each_change_stands_in_the_audit_with_who_when_and_from_where(
    house: House, endpoint: str, row: Callable[[House], Click]
) -> None:
    click = row(house)
    slug = "lumajang" if click.path.startswith("/lumajang/") else "uji"
    client = house.browser(slug) if click.json is None else house.app.test_client()
    reader = house.sign_in(slug, "camat")
    before = house.newest
    house.uji.later(seconds=7)

    answer = house.send(client, click)

    reached, _ = house.app.url_map.bind("localhost").match(click.path, method="POST")
    assert reached == endpoint
    assert answer.status_code < 400, (answer.status_code, answer.text)
    written = [event for event in house.events(before) if event.at == house.uji.now]
    assert written, "nothing in the audit"
    assert {event.address for event in written} == {click.address}
    here = house.uji.now.astimezone(house.store.office_config(house.uji.id).zone)
    time = words().short(here, seconds=True)
    shown = [text for text in audit_rows(reader, slug) if time in text]
    assert shown, "not on the audit page"
    assert all(click.address in text for text in shown)
    assert any(click.who in text for text in shown), shown
    for text in shown:
        assert not re.search(r"\b(setup\.|act\.|[a-z]+_[a-z]+)", text), f"a word is missing: {text}"


def audit_rows(reader: FlaskClient, slug: str) -> list[str]:
    """The newest rows of the audit page as text."""
    page = reader.get(f"/{slug}/counter/audit").text
    rows = re.findall(r"<tr>(.*?)</tr>", page.partition("<tbody>")[2].partition("</tbody>")[0], re.DOTALL)
    return [unescape(re.sub(r"<[^>]+>", " ", each)) for each in rows]


def test_a_wrong_password_is_noted_without_saying_who_typed_it(house: House) -> None:
    client = house.app.test_client()
    client.environ_base.update({"REMOTE_ADDR": DOOR, "HTTP_ACCEPT": "text/html"})

    answer = house.send(client, Click("/uji/counter/sign-in", {"login": "petugas1", "password": "salah-sekali"}))

    event = house.row(tables.Event)
    assert answer.status_code == 403
    assert (event.action, event.officer_id, event.reason, event.address) == ("sign_in_failed", None, "petugas1", DOOR)


def test_who_did_nothing_for_long_is_signed_out_and_that_is_noted(house: House) -> None:
    client = house.sign_in("uji", "petugas1")
    house.uji.later(seconds=IDLE.total_seconds() + 1)

    client.get("/uji/counter")

    event = house.row(tables.Event)
    assert (event.action, event.officer_id, event.reason) == ("sign_out", house.uji.officers[0], "idle")


def test_what_the_server_does_by_itself_has_no_address(house: House) -> None:
    house.uji.take()

    assert house.row(tables.Event).address is None
