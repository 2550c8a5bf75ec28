"""Printers that ask the server themselves: print agents, Epson Server Direct Print, Star CloudPRNT.

An agent shows the token of its pairing. The two printers know an address only, so a key that was made for one printer
(`loket printer link`) stands in it: an agent's token, kept as a hash, taken back by revoking the device.
All three get one slip at a time and hold it for a lease; no word in time means that nobody knows what is on paper.

Both printers' protocols were built from the makers' public manuals and tried with emulated printers only:
"Server Direct Print User's Manual" (TM-i, TM-DT, TM-T88VI; XML version 2.00) and "Star CloudPRNT Protocol Guide" 2.4
(mC-Print, TSP100IV, TSP654II with HI02X).
"""

from __future__ import annotations

import base64
import io
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from urllib.parse import unquote
from xml.etree import ElementTree

from flask import Blueprint, Response, current_app, g, jsonify, render_template, request
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Row, select, update

from shared.domain.bounds import HIGHEST
from shared.domain.errors import Invalid, NotAllowed, Unknown
from shared.engine import paper, print_queue
from shared.printing import epson as epson_xml
from shared.printing.address import WiredKind
from shared.printing.delivery import Answers, Outcome, Result
from shared.printing.made import Made, make
from shared.printing.profiles import profile
from shared.printing.raster import draw
from shared.printing.status import Status
from shared.store.office import Store
from shared.store.tables import Printer, PrintJob
from shared.web.answers import AgentPrinterName, OfferedSlip, PrintJobNumber
from shared.web.auth import NotSignedIn, devices_only, machines_only, now, store
from shared.web.clicks import change
from shared.web.forms import read
from shared.web.openapi import described
from shared.web.screen import office_config

blueprint = Blueprint("printers", __name__)

LOOK_S = 1.0
"""How often an open question looks at the rows again: another process may have queued the slip."""
LONGEST_WAIT_S = 20.0
PULL_LEASE_S = 40.0
"""A printer that fetched a slip and says nothing for so long is not waited for any more."""
FRESH, STALE, LONG_AGO = timedelta(seconds=30), timedelta(seconds=8), timedelta(days=1)
"""An Epson printer gets a slip when it told how it is not longer ago than FRESH; idle it is asked again after STALE."""
HEARD_S = 4.0


# --- print agents ---


class AgentPrinter(BaseModel):
    """The printer that hangs on an agent."""

    model_config = ConfigDict(extra="forbid")

    slug: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=40)
    kind: WiredKind
    address: str = Field(max_length=200)
    profile: str = Field(max_length=40)
    answers: Answers


class AskForSlip(BaseModel):
    """`status`: how the printer is now; `wait_s`: how long the answer may take when there is no slip."""

    model_config = ConfigDict(extra="forbid")

    slug: str = Field(max_length=40)
    status: Status
    wait_s: float = Field(0, ge=0, le=LONGEST_WAIT_S)


class Claim(BaseModel):
    model_config = ConfigDict(extra="forbid")

    install: str = Field(pattern=r"^[0-9a-f]{4,32}$")
    size: int = Field(ge=0, le=HIGHEST)


class Report(BaseModel):
    """What became of a slip: see `printing.delivery.Outcome`."""

    model_config = ConfigDict(extra="forbid")

    install: str = Field(pattern=r"^[0-9a-f]{4,32}$")
    length_mm: float = Field(ge=0, le=10_000)
    result: Result
    reason: str | None = Field(None, max_length=40)
    status: Status = Status.UNKNOWN
    evidence: str | None = Field(None, max_length=12)


@blueprint.post("/<office>/paper/agent/printer")
@devices_only("agent")
@described(AgentPrinterName, takes=AgentPrinter)
def attach() -> ResponseReturnValue:
    agent, wanted = _agent(), read(AgentPrinter)
    profile(wanted.profile)
    change(paper.attach, agent, wanted.slug, **wanted.model_dump(mode="json", exclude={"slug"}))
    return jsonify(slug=wanted.slug)


@blueprint.post("/<office>/paper/agent/next")
@devices_only("agent")
@described(OfferedSlip, takes=AskForSlip)
def offer() -> ResponseReturnValue:
    """The oldest slip for this printer, as bytes; it is not the agent's before it was claimed."""
    asked = read(AskForSlip)
    printer = _printer(asked.slug, device_id=_agent())
    print_queue.note(store(), printer, asked.status, now(), refresh_s=HEARD_S)
    ready = _wait(printer.id, asked.wait_s if asked.status.can_print else 0)
    if ready is None:
        return jsonify(job=None)
    job, made = ready
    return jsonify(job=job.id, data=base64.b64encode(made.data).decode(), length_mm=made.length_mm)


@blueprint.post("/<office>/paper/agent/jobs/<int:job_id>/claim")
@devices_only("agent")
@described(PrintJobNumber, takes=Claim)
def claim(job_id: int) -> ResponseReturnValue:
    wanted = read(Claim)
    _job_of_agent(job_id)
    if not print_queue.claim(store(), job_id, _owner(wanted.install), now(), print_queue.lease_s(wanted.size)):
        raise NotAllowed("not_waiting")
    return jsonify(job=job_id)


@blueprint.post("/<office>/paper/agent/jobs/<int:job_id>")
@devices_only("agent")
@described(PrintJobNumber, takes=Report)
def report(job_id: int) -> ResponseReturnValue:
    told = read(Report)
    job = _job_of_agent(job_id)
    outcome = Outcome(told.result, told.reason, told.status, told.evidence)
    if not print_queue.finish(store(), job_id, _owner(told.install), outcome, now(), told.length_mm):
        raise NotAllowed("not_waiting")
    if told.status != Status.UNKNOWN:
        print_queue.note(store(), _row(job.printer_id), told.status, now(), refresh_s=HEARD_S)
    return jsonify(job=job_id)


def _agent() -> int:
    if g.device.id is None or g.device.purpose != "agent":
        raise NotSignedIn("not_paired")
    return int(g.device.id)


def _owner(install: str) -> str:
    return f"agent/{g.device.id}/{install}"


def _job_of_agent(job_id: int) -> Row[Any]:
    """Raises `NotAllowed`, so that an agent lets go of a slip that went to a fallback or was never its own."""
    with store().read() as connection:
        row = connection.execute(
            select(PrintJob)
            .join(Printer, Printer.id == PrintJob.printer_id)
            .where(PrintJob.id == job_id, Printer.device_id == _agent())
        ).first()
    if row is None:
        raise NotAllowed("not_waiting")
    return row


# --- Epson Server Direct Print ---


@blueprint.post("/<office>/paper/<printer>/epson/<key>")
@machines_only
def epson(printer: str, key: str) -> ResponseReturnValue:
    """What the printer sends by `ConnectionType`: a request for a job, the result of one, or how it is."""
    row = _pulling(printer, "epson", key)
    asked = request.form.get("ConnectionType", "")
    if asked == "GetRequest":
        return _epson_job(row)
    if asked == "SetResponse":
        _epson_result(row, request.form.get("ResponseFile", ""))
    elif asked == "SetStatus":
        _epson_status(row, request.form.get("Status", ""))
    return _xml("")


def _epson_job(printer: Row[Any]) -> Response:
    """A job while the printer is known to be well, else an empty one: the answer to it says how the printer is."""
    if Status(printer.status) != Status.OFFLINE:
        print_queue.note(store(), printer, Status(printer.status), now(), refresh_s=HEARD_S)
    if _is_sending(printer):
        return _xml("")
    can_print = Status(printer.status).can_print
    told_ago = now() - printer.asked_at if printer.asked_at else LONG_AGO
    ready = _claimed(printer) if can_print and told_ago < FRESH else None
    if ready is not None:
        return _xml(render_template("paper/epson.xml", job_id=str(ready[0].id), command=ready[1].data.hex()))
    if not can_print or told_ago > STALE:
        return _xml(render_template("paper/epson.xml", job_id="status", command=""))
    return _xml("")


def _epson_result(printer: Row[Any], text: str) -> None:
    for block in epson_xml.parsed(text).iter("ePOSPrint"):
        answer = block.find(".//{*}response")
        if answer is None:
            continue
        status = epson_xml.word(epson_xml.bits(answer.get("status"), 10))
        job = block.findtext("Parameter/printjobid") or ""
        if epson_xml.JOB.fullmatch(job):
            _finish(printer, int(job), _epson_outcome(answer, status))
        _epson_told(printer, status)


def _epson_outcome(answer: ElementTree.Element, status: Status) -> Outcome:
    """The printer says "failed" also for paper that ended in the middle: only what it did not accept is sure."""
    if answer.get("success") in ("true", "1"):
        return Outcome(Result.CONFIRMED, None, status, "printer")
    is_sure = answer.get("code") in epson_xml.NEVER_BEGAN
    reason = status.value if not status.can_print else "no_answer"
    return Outcome(Result.FAILED if is_sure else Result.UNCERTAIN, reason, status)


def _epson_status(printer: Row[Any], text: str) -> None:
    for told in epson_xml.parsed(text).iter("printerstatus"):
        if told.get("devicename") == "local_printer":
            _epson_told(printer, epson_xml.word(epson_xml.bits(told.get("asbstatus"), 16)))


def _epson_told(printer: Row[Any], status: Status) -> None:
    print_queue.note(store(), _row(printer.id), status, now(), refresh_s=HEARD_S)
    store().write(update(Printer).where(Printer.id == printer.id).values(asked_at=now()))


def _xml(text: str) -> Response:
    return Response(text, content_type="text/xml; charset=utf-8")


# --- Star CloudPRNT ---


@blueprint.post("/<office>/paper/<printer>/star/<key>")
@machines_only
def star_poll(printer: str, key: str) -> ResponseReturnValue:
    """The printer tells how it is and hears whether there is a job."""
    row = _pulling(printer, "star", key)
    told = request.get_json(silent=True) or {}
    status = _star_word(str(told.get("statusCode") or ""))
    print_queue.note(store(), row, status, now(), refresh_s=HEARD_S)
    if not status.can_print or told.get("printingInProgress") or _is_sending(row):
        return jsonify(jobReady=False)
    with store().read() as connection:
        job = print_queue.waiting(connection, row.id, now())
    if job is None:
        return jsonify(jobReady=False)
    return jsonify(jobReady=True, mediaTypes=["image/png"], jobToken=str(job.id), deleteMethod="DELETE")


@blueprint.get("/<office>/paper/<printer>/star/<key>")
@machines_only
def star_fetch(printer: str, key: str) -> ResponseReturnValue:
    """The job as a picture, the same dots as everywhere; asked again before it is confirmed, it is given again."""
    row = _pulling(printer, "star", key)
    with store().read() as connection:
        held = print_queue.held(connection, row.id, _puller(row))
    ready = (held, _made(row, held)) if held is not None else _claimed(row)
    if ready is None:
        raise Unknown("print_job")
    png = io.BytesIO()
    draw(ready[1].data, profile(row.profile).width_dots).save(png, "PNG")
    return Response(png.getvalue(), content_type="image/png", headers={"X-Star-Cut": "partial; feed=true"})


@blueprint.delete("/<office>/paper/<printer>/star/<key>")
@machines_only
def star_done(printer: str, key: str) -> ResponseReturnValue:
    """What became of the job: 2xx printed, 51x and 52x never begun, anything else perhaps on paper."""
    row = _pulling(printer, "star", key)
    code = unquote(request.args.get("code", ""))
    with store().read() as connection:
        held = print_queue.held(connection, row.id, _puller(row))
    if held is not None and request.args.get("token", str(held.id)) == str(held.id):
        _finish(row, held.id, _star_outcome(code))
    return jsonify()


def _star_outcome(code: str) -> Outcome:
    status = _star_word(code)
    if code.startswith(("2", "OK")):
        return Outcome(Result.CONFIRMED, None, Status.OK, "printer")
    if code.startswith(("51", "52")):
        return Outcome(Result.FAILED, "no_answer", status)
    return Outcome(Result.UNCERTAIN, status.value if not status.can_print else "no_answer", status)


def _star_word(code: str) -> Status:
    """Printer Status Codes of the guide: 2xx online, 41x paper, 42x cover, the rest some trouble."""
    digits = re.match(r"\d+", unquote(code))
    if digits is None:
        return Status.OK if code.startswith("OK") else Status.UNKNOWN
    return next((status for start, status in _STAR_CODES if digits[0].startswith(start)), Status.OFFLINE)


_STAR_CODES = (
    ("210", Status.NEAR_END), ("211", Status.NEAR_END), ("2", Status.OK), ("410", Status.PAPER_OUT),
    ("42", Status.COVER_OPEN), ("5", Status.OK),
)  # fmt: skip


# --- what they share ---


def _pulling(slug: str, kind: str, key: str) -> Row[Any]:
    """The printer of this name and kind, when the key was made for it; says only "unknown" otherwise."""
    with store().read() as connection:
        device = paper.key_holder(connection, g.office_id, slug, key)
    if device is None:
        raise Unknown("printer")
    row = _printer(slug)
    if row.kind != kind:
        raise Unknown("printer")
    return row


def _printer(slug: str, **columns: Any) -> Row[Any]:
    with store().read() as connection:
        row = connection.execute(
            select(Printer).filter_by(office_id=g.office_id, slug=slug, is_active=True, **columns)
        ).first()
    if row is None:
        raise Unknown("printer")
    return row


def _row(printer_id: int) -> Row[Any]:
    with store().read() as connection:
        return connection.execute(select(Printer).where(Printer.id == printer_id)).one()


def _puller(printer: Row[Any]) -> str:
    return f"pull/{printer.id}"


def _is_sending(printer: Row[Any]) -> bool:
    with store().read() as connection:
        return print_queue.held(connection, printer.id, _puller(printer)) is not None


def _claimed(printer: Row[Any]) -> tuple[Row[Any], Made] | None:
    ready = _next(printer.id)
    if ready is None or not print_queue.claim(store(), ready[0].id, _puller(printer), now(), PULL_LEASE_S):
        return None
    return ready


def _finish(printer: Row[Any], job_id: int, outcome: Outcome) -> None:
    with store().read() as connection:
        job = print_queue.held(connection, printer.id, _puller(printer))
    length_mm = _made(printer, job).length_mm if job is not None and job.id == job_id else 0.0
    print_queue.finish(store(), job_id, _puller(printer), outcome, now(), length_mm)


def _made(printer: Row[Any], job: Row[Any]) -> Made:
    return make(job.lines, printer.profile, office_config().profile.get("logo"))


def _next(printer_id: int) -> tuple[Row[Any], Made] | None:
    """The oldest job that waits, made; one that makes no slip is ended on the way."""
    printer = _row(printer_id)
    while True:
        with store().read() as connection:
            job = print_queue.waiting(connection, printer_id, now())
        if job is None:
            return None
        try:
            return job, _made(printer, job)
        except Invalid:
            print_queue.give_up(store(), job.id, "impossible", now())


def _wait(printer_id: int, wait_s: float) -> tuple[Row[Any], Made] | None:
    """The same, but keeps the question open until there is one."""
    until = time.monotonic() + wait_s
    signal: ChangeSignal = current_app.extensions["loket_change_signal"]
    with signal.listening(g.office_id) as changed:
        while True:
            ready = _next(printer_id)
            left = until - time.monotonic()
            if ready is not None or left <= 0:
                return ready
            changed.wait(min(left, LOOK_S))
            changed.clear()


class ChangeSignal:
    """Wakes the open questions of an office when something changed there."""

    def __init__(self, store: Store) -> None:
        self._listening: set[tuple[int, threading.Event]] = set()
        store.on_change(self._changed)

    @contextmanager
    def listening(self, office_id: int) -> Iterator[threading.Event]:
        place = (office_id, threading.Event())
        self._listening.add(place)
        try:
            yield place[1]
        finally:
            self._listening.discard(place)

    def _changed(self, office_id: int, _version: int) -> None:
        for office, event in list(self._listening):
            if office == office_id:
                event.set()


@blueprint.record_once
def _register_change_signal(state: BlueprintSetupState) -> None:
    state.app.extensions["loket_change_signal"] = ChangeSignal(state.app.extensions["loket_store"])
