"""Print agents ask here: the token of their pairing opens it, and the printer is on their own machine."""

from __future__ import annotations

import base64
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from flask import Blueprint, current_app, g, jsonify
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue
from pydantic import Field

from shared.domain.bounds import HIGHEST
from shared.domain.errors import NotAllowed
from shared.engine.paper import print_queue, printer_state
from shared.engine.paper import slips as paper
from shared.engine.paper.print_queue import QueuedSlip
from shared.engine.paper.printer_state import KnownPrinter
from shared.engine.setup.office import Form
from shared.engine.setup.printers import WiredKind
from shared.printing.delivery import Answers, Outcome, Result
from shared.printing.made import Made
from shared.printing.profiles import profile
from shared.printing.status import Status
from shared.store.office import Store
from shared.web.access.auth import NotSignedIn, devices_only, now, store
from shared.web.answers import AgentPrinterName, OfferedSlip, PrintJobNumber
from shared.web.clicks import change
from shared.web.forms import read
from shared.web.openapi import described
from shared.web.printers.pulling import HEARD_S, keep_status, next_slip, printer_here

blueprint = Blueprint("agents", __name__)

LOOK_S = 1.0
"""How often an open question looks at the rows again: another process may have queued the slip."""
LONGEST_WAIT_S = 20.0


class AgentPrinter(Form):
    """The printer that hangs on an agent."""

    slug: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=40)
    kind: WiredKind
    address: str = Field(max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")
    profile: str = Field(max_length=40)
    answers: Answers


class AskForSlip(Form):
    """`status`: how the printer is now; `wait_s`: how long the answer may take when there is no slip."""

    slug: str = Field(max_length=40)
    status: Status
    wait_s: float = Field(0, ge=0, le=LONGEST_WAIT_S)


class Claim(Form):
    """`status`: how the printer is, when the slip is being printed already: an agent claims it again as a heartbeat."""

    install: str = Field(pattern=r"^[0-9a-f]{4,32}$")
    size: int = Field(ge=0, le=HIGHEST)
    status: Status | None = None


class Report(Form):
    """What became of a slip: see `printing.delivery.Outcome`."""

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
    printer = printer_here(asked.slug, _agent())
    printer_state.note(store(), printer, asked.status, now(), refresh_s=HEARD_S)
    ready = _wait(printer, asked.wait_s if asked.status.can_print else 0)
    if ready is None:
        return jsonify(job=None)
    job, made = ready
    return jsonify(job=job.id, data=base64.b64encode(made.data).decode(), length_mm=made.length_mm)


@blueprint.post("/<office>/paper/agent/jobs/<int:job_id>/claim")
@devices_only("agent")
@described(PrintJobNumber, takes=Claim)
def claim(job_id: int) -> ResponseReturnValue:
    wanted = read(Claim)
    printer = _printer_of(job_id)
    if not print_queue.claim(store(), job_id, _owner(wanted.install), now(), print_queue.lease_s(wanted.size)):
        raise NotAllowed("not_waiting")
    if wanted.status is not None:
        printer_state.note(store(), printer, wanted.status, now(), refresh_s=HEARD_S)
    return jsonify(job=job_id)


@blueprint.post("/<office>/paper/agent/jobs/<int:job_id>")
@devices_only("agent")
@described(PrintJobNumber, takes=Report)
def report(job_id: int) -> ResponseReturnValue:
    told = read(Report)
    printer = _printer_of(job_id)
    outcome = Outcome(told.result, told.reason, told.status, told.evidence)
    if not print_queue.finish(store(), job_id, _owner(told.install), outcome, now(), told.length_mm):
        raise NotAllowed("not_waiting")
    keep_status(printer, told.status)
    return jsonify(job=job_id)


def _agent() -> int:
    if g.device.id is None or g.device.purpose != "agent":
        raise NotSignedIn("not_paired")
    return int(g.device.id)


def _owner(install: str) -> str:
    return f"agent/{g.device.id}/{install}"


def _printer_of(job_id: int) -> KnownPrinter:
    """The agent's printer that this job is for; raises `NotAllowed` for one that went elsewhere: the agent lets go."""
    with store().read() as connection:
        job = print_queue.find(connection, g.office_id, job_id)
        printer = printer_state.printer(connection, job.printer_id) if job else None
    if printer is None or printer.device_id != _agent():
        raise NotAllowed("not_waiting")
    return printer


def _wait(printer: KnownPrinter, wait_s: float) -> tuple[QueuedSlip, Made] | None:
    """The next slip; keeps the question open until there is one."""
    until = time.monotonic() + wait_s
    signal: ChangeSignal = current_app.extensions["loket_change_signal"]
    with signal.listening(g.office_id) as changed:
        while True:
            ready = next_slip(printer)
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
