"""Epson Server Direct Print: the printer asks for XML, and tells what became of it.

Built from the maker's public "Server Direct Print User's Manual" (TM-i, TM-DT, TM-T88VI; XML versions 2.00 and
3.00) and tried with emulated printers only.
"""

from __future__ import annotations

from datetime import timedelta
from xml.etree import ElementTree

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue

from shared.engine.paper import printer_state
from shared.engine.paper.printer_state import KnownPrinter
from shared.printing import epson as xml
from shared.printing.delivery import Outcome, Result
from shared.printing.status import Status
from shared.web.access.auth import machines_only, now, store
from shared.web.printers.pulling import claimed, finish, held, keep_status, pulling

blueprint = Blueprint("epson", __name__)

FRESH, STALE, LONG_AGO = timedelta(seconds=30), timedelta(seconds=8), timedelta(days=1)
"""A printer gets a slip when it told how it is not longer ago than FRESH; idle it is asked again after STALE."""


@blueprint.post("/<office>/paper/<printer>/epson/<key>")
@machines_only
def ask(printer: str, key: str) -> ResponseReturnValue:
    """What the printer sends by `ConnectionType`: a request for a job, the result of one, or how it is."""
    row = pulling(printer, "epson", key)
    asked = request.form.get("ConnectionType", "")
    if asked == "GetRequest":
        return _job(row)
    if asked == "SetResponse":
        _result(row, request.form.get("ResponseFile", ""))
    elif asked == "SetStatus":
        _status(row, request.form.get("Status", ""))
    return _xml("")


def _job(printer: KnownPrinter) -> Response:
    """A job while the printer is known to be well, else an empty one: the answer to it says how the printer is."""
    if Status(printer.status) != Status.OFFLINE:
        keep_status(printer, Status(printer.status))
    if held(printer) is not None:
        return _xml("")
    can_print = Status(printer.status).can_print
    told_ago = now() - printer.asked_at if printer.asked_at else LONG_AGO
    ready = claimed(printer) if can_print and told_ago < FRESH else None
    if ready is not None:
        return _xml(render_template("paper/epson.xml", job_id=str(ready[0].id), command=ready[1].data.hex()))
    if not can_print or told_ago > STALE:
        return _xml(render_template("paper/epson.xml", job_id="status", command=""))
    return _xml("")


def _result(printer: KnownPrinter, text: str) -> None:
    """Version 2.00 answers each job by its number; a printer that takes no jobs at all says so in 3.00."""
    root = xml.parsed(text)
    for block in root.iter("ePOSPrint"):
        answer = block.find(".//{*}response")
        if answer is None:
            continue
        status = xml.word(xml.bits(answer.get("status"), 10))
        job = block.findtext("Parameter/printjobid") or ""
        if xml.JOB.fullmatch(job):
            finish(printer, int(job), _outcome(answer, status))
        _told(printer, status)
    for words in xml.refusals(root):
        _not_taken(printer, words)


def _not_taken(printer: KnownPrinter, words: str) -> None:
    """The printer took nothing of the slip and says why, such as "ePOS-Print not activated"."""
    job = held(printer)
    if job is not None:
        finish(printer, job.id, Outcome(Result.FAILED, f"says:{words}" if words else "no_answer"))
    printer_state.note(store(), printer, Status.UNKNOWN, now())


def _outcome(answer: ElementTree.Element, status: Status) -> Outcome:
    """The printer says "failed" also for paper that ended in the middle: only what it did not accept is sure."""
    if answer.get("success") in ("true", "1"):
        return Outcome(Result.CONFIRMED, None, status, "printer")
    is_sure = answer.get("code") in xml.NEVER_BEGAN
    is_silent = status.can_print or status is Status.UNKNOWN
    return Outcome(Result.FAILED if is_sure else Result.UNCERTAIN, "no_answer" if is_silent else status.value, status)


def _status(printer: KnownPrinter, text: str) -> None:
    for told in xml.parsed(text).iter("printerstatus"):
        if told.get("devicename") == "local_printer":
            _told(printer, xml.word(xml.bits(told.get("asbstatus"), 16)))


def _told(printer: KnownPrinter, status: Status) -> None:
    keep_status(printer, status)
    printer_state.heard(store(), printer.id, now())


def _xml(text: str) -> Response:
    return Response(text, content_type="text/xml; charset=utf-8")
