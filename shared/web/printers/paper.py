"""Paper on a screen: how the printers are, the last slips dot for dot, and the buttons to print one again."""

from __future__ import annotations

import io
from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from flask import Blueprint, abort, g, redirect, render_template, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from pydantic import BaseModel, Field

from shared.domain.errors import Invalid, NotAllowed, Unknown
from shared.domain.rights import Right
from shared.domain.slips.print_job import JobState
from shared.domain.slips.slip import from_json, to_json, without_address
from shared.engine.paper import slips as paper
from shared.engine.people.data_view import note_view
from shared.printing.address import address
from shared.printing.advice import way_out
from shared.printing.made import make
from shared.printing.profiles import profile
from shared.printing.raster import draw
from shared.printing.status import Status
from shared.store import reads
from shared.web.access.auth import is_signed_in_here, may, officers_only, store
from shared.web.clicks import actor, change
from shared.web.forms import read
from shared.web.openapi import described
from shared.web.screen import office_config, sentence
from shared.web.server.hosts import is_local

P = ParamSpec("P")
R = TypeVar("R")

blueprint = Blueprint("paper", __name__)


class PrintAgain(BaseModel):
    """`shown`: the printer whose page the button stands on."""

    reason: str = Field("", max_length=200)
    printer: str = Field("", max_length=40)
    shown: str = Field("", max_length=40)


SHOWN = 12
PUBLIC_KINDS = ("number", "missing", "survey", "recap", "test")
"""Slips without personal data; the others are shown to officers only, and each look is noted."""
SECRET_KINDS = ("complaint",)
"""Slips whose code opens what only their holder may read: on a screen they stand without it."""
HANDED_OVER = ("queue", "sent")
"""Evidence that proves less than a printed slip."""
FAULT_WORDS = {"usb_ambiguous": "ambiguous"}
REASONS = ("jam", "faint", "lost", "torn", "other_printer")


def readers_only(route: Callable[P, R]) -> Callable[P, Any]:
    """Officers of the office, and whoever sits at the server itself, so that the first run shows its paper."""
    guarded = officers_only()(route)

    @wraps(route)
    def opened(*args: P.args, **kwargs: P.kwargs) -> Any:
        return route(*args, **kwargs) if is_local() else guarded(*args, **kwargs)

    return opened


@blueprint.get("/<office>/paper")
@blueprint.get("/<office>/paper/<printer>")
@readers_only
def page(printer: str | None = None) -> str:
    """The printers, and the newest slips of one of them: the virtual printer's paper comes out here."""
    chosen = office_config().printer(printer)
    if printer is not None and (chosen is None or chosen.slug != printer):
        raise Unknown("printer")
    with store().read() as connection:
        printers = reads.printers(connection, g.office_id)
        slips = reads.print_jobs(connection, g.office_id, chosen.id, SHOWN) if chosen else []
    return render_template(
        "paper/page.html",
        office=office_config(),
        printers=printers,
        chosen=chosen,
        slips=slips,
        may_act=is_signed_in_here() and may(Right.PRINT),
        may_see=[slip.id for slip in slips if _may_see(slip.kind)],
        reasons=REASONS,
        advice={each.slug: _advice(each) for each in printers},
        fault_words=fault_words,
        handed_over=HANDED_OVER,
        unsent=(JobState.QUEUED, JobState.SENDING),
    )


def _advice(printer: reads.PrinterView) -> str | None:
    """What to do about this printer, in a sentence; None when there is nothing to do."""
    status = Status(printer.status)
    if status in (Status.ADDRESS, Status.AMBIGUOUS) and printer.device_id is None:
        try:
            address(printer.kind, printer.address)
        except Invalid as error:
            return sentence(error)
    found = way_out(printer.kind, status, printer.answers, has_agent=printer.device_id is not None)
    return str(gettext(f"printer_hint.{found}")) if found else None


def fault_words(fault: str) -> str:
    """What hinders a slip, or ended it."""
    says = fault.partition("says:")[2]
    if says:
        return str(gettext("printer.says", words=says))
    return str(gettext(f"printer.{FAULT_WORDS.get(fault, 'address' if fault.startswith('address_') else fault)}"))


@blueprint.get("/<office>/paper/slips/<int:job_id>.png")
@readers_only
def picture(job_id: int) -> ResponseReturnValue:
    """The slip as its printer would print it, from the same bytes."""
    with store().read() as connection:
        found = reads.print_job(connection, g.office_id, job_id)
    if found is None:
        raise Unknown("print_job")
    job, printed_as = found
    if not _may_see(job.kind):
        abort(403)
    if job.emptied_at is not None:
        raise NotAllowed("slip_emptied")
    if job.kind not in PUBLIC_KINDS and job.case_id is not None:
        store().write_with(note_view, g.office_id, job.case_id, actor())
    lines = to_json(without_address(from_json(job.lines))) if job.kind in SECRET_KINDS else job.lines
    made = make(lines, printed_as, office_config().profile.get("logo"))
    png = io.BytesIO()
    draw(made.data, profile(printed_as).width_dots).save(png, "PNG")
    png.seek(0)
    return send_file(png, "image/png")


@blueprint.post("/<office>/paper/slips/<int:job_id>/reprint")
@officers_only(Right.PRINT)
@described(takes=PrintAgain)
def reprint(job_id: int) -> ResponseReturnValue:
    asked = read(PrintAgain)
    change(paper.reprint, job_id, asked.reason, printer=asked.printer or None)
    return _back(asked)


@blueprint.post("/<office>/paper/slips/<int:job_id>/give-up")
@officers_only(Right.PRINT)
@described(takes=PrintAgain)
def give_up(job_id: int) -> ResponseReturnValue:
    asked = read(PrintAgain)
    change(paper.give_up, job_id)
    return _back(asked)


@blueprint.post("/<office>/paper/<printer>/new-roll")
@officers_only(Right.PRINT)
@described(takes=PrintAgain)
def new_roll(printer: str) -> ResponseReturnValue:
    asked = read(PrintAgain)
    change(paper.roll_changed, printer)
    return _back(asked)


def _back(asked: PrintAgain) -> ResponseReturnValue:
    return redirect(url_for("paper.page", printer=asked.shown or None))


def _may_see(kind: str) -> bool:
    return kind in PUBLIC_KINDS or is_signed_in_here()
