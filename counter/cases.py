"""Files at the officers' desks: the checklist, one file and its steps, the tray, the register."""

from __future__ import annotations

from functools import partial
from typing import Any

from flask import g, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import insert

from counter.blueprint import blueprint
from shared.domain.case import FileAction, FilePauseReason, FileState
from shared.domain.errors import Invalid, Unknown
from shared.domain.identity import nik_check
from shared.domain.numbering import label, office_day
from shared.domain.procedure import actions_for, first_desk, send_back_targets
from shared.domain.rights import Right
from shared.domain.standard import needed, next_question
from shared.engine import case, case_slips, outage
from shared.engine.hand import Said
from shared.standards import regions
from shared.store import files
from shared.store.tables import DataView
from shared.web.answers import FileFacts
from shared.web.api import body
from shared.web.auth import now, officers_only, store
from shared.web.clicks import ButtonPage, do
from shared.web.openapi import described
from shared.web.screen import office_config, sentence

BESIDE = 50
"""So many files stand beside the panel, what is due first first; all are on a page of their own."""


class FileClick(BaseModel):
    """What goes with an action on a file."""

    model_config = ConfigDict(extra="forbid")

    action: str = Field("", max_length=24)
    collected: dict[str, dict[str, Any]] = Field(default_factory=dict)
    applicant: dict[str, str] | None = None
    answers: dict[str, str] | None = None
    target: str | None = Field(None, max_length=40)
    reason: str | None = Field(None, max_length=200)
    note: str | None = Field(None, max_length=400)

    def said(self) -> Said:
        return Said(self.collected, self.applicant, self.answers, self.target, self.reason, self.note)


# --- pages ---


@blueprint.get("/files")
@officers_only(Right.SEE_FILES)
def tray() -> str:
    """The files at the steps of this officer's roles; as a fragment for the page that is already open."""
    if "X-Fragment" in request.headers:
        return render_template("counter/_tray.html", office=office_config())
    return _tray_page()


def _tray_page(message: str | None = None) -> str:
    return render_template("counter/files.html", office=office_config(), tray=read_tray(None), message=message)


@blueprint.app_context_processor
def _tray_words() -> dict[str, Any]:
    """`read_tray` for the panel's page, which shows queue and tray side by side."""
    return {"read_tray": read_tray}


def read_tray(limit: int | None = BESIDE) -> files.Tray:
    """The first of this officer's files as they stand beside the panel; None: all of them."""
    with store().read() as connection:
        return files.tray(connection, store().office_configs, office_config(), current_user.roles, now(), limit)


@blueprint.get("/cases/<int:case_id>")
@officers_only(Right.SEE_FILES)
def file(case_id: int) -> str:
    """One file; that somebody looked at its data is written down."""
    store().write(
        insert(DataView), {"office_id": g.office_id, "case_id": case_id, "officer_id": current_user.id, "at": now()}
    ) if _exists(case_id) else None
    return _file_page(case_id)


@blueprint.get("/<int:number>/tickets/<int:ticket_id>/file")
@officers_only(Right.SERVE)
def desk(number: int, ticket_id: int) -> ResponseReturnValue:
    """The checklist for the visitor at this counter; a file that is past it is shown itself."""
    with store().read() as connection:
        ticket = files.ticket_of(connection, g.office_id, ticket_id)
        found = (
            ticket
            and ticket.case_id
            and files.one(connection, store().office_configs, office_config(), ticket.case_id, now())
        )
    if found and found.row.state != FileState.RETURNED:
        return redirect(url_for("counter.file", case_id=found.row.id))
    return _desk_page(number, ticket_id)


@blueprint.get("/register")
@officers_only(Right.SEE_FILES)
def register() -> str:
    year = request.args.get("year", default=office_day(now(), office_config().zone).year, type=int)
    text = request.args.get("text", "").strip()
    with store().read() as connection:
        found = files.register(connection, store().office_configs, office_config(), year, text, now())
    return render_template("counter/register.html", office=office_config(), files=found, year=year, text=text)


@blueprint.get("/results")
@officers_only(Right.SEE_FILES)
def results() -> str:
    """Results that nobody has collected yet, with their age."""
    with store().read() as connection:
        waiting = files.uncollected(connection, store().office_configs, office_config(), now())
    return render_template("counter/results.html", office=office_config(), files=waiting, now=now())


# --- clicks ---


@blueprint.post("/<int:number>/tickets/<int:ticket_id>/file")
@officers_only(Right.SERVE)
@described(FileFacts, takes=FileClick)
def receive(number: int, ticket_id: int) -> ResponseReturnValue:
    """Accept the file of the visitor at this counter, or return it with what is missing."""
    click = _click()
    page = partial(_desk_page, number, ticket_id)
    screen = ButtonPage[dict[str, Any]](page, lambda _: url_for("counter.panel", number=number))
    return do(screen, case.receive, ticket_id, _action(click.action), click.said())


@blueprint.post("/<int:number>/tickets/<int:ticket_id>/file/find")
@officers_only(Right.SERVE)
def find_returned(number: int, ticket_id: int) -> ResponseReturnValue:
    """Opens the checklist again for somebody who comes back with what was missing, by NIK or by the slip's code."""
    wanted = request.form.get("wanted", "").strip()
    with store().read() as connection:
        row = files.returned(connection, g.office_id, wanted) if wanted else None
    if row is None:
        return make_response(_desk_page(number, ticket_id, sentence(Unknown("returned_file"))), 404)
    here = url_for("counter.desk", number=number, ticket_id=ticket_id)
    return do(ButtonPage[None](partial(_desk_page, number, ticket_id), lambda _: here), case.take_up, ticket_id, row.id)


@blueprint.post("/cases/<int:case_id>/<action>")
@officers_only(Right.LEAD_FILES)
@described(FileFacts, takes=FileClick)
def act_on_file(case_id: int, action: str) -> ResponseReturnValue:
    """Does an action of the case's machine; also `collect` (keep without ending the step) and `undo`."""
    if action == "undo":
        return do(_of_file(case_id), case.undo, case_id)
    said = _click().said()
    if action == case.COLLECT:
        return do(_of_file(case_id), case.collect, case_id, said)
    return do(_of_file(case_id), case.act, case_id, _action(action), said)


def _of_file(case_id: int) -> ButtonPage[Any]:
    return ButtonPage(partial(_file_page, case_id), lambda _: url_for("counter.file", case_id=case_id))


@blueprint.post("/cases/<int:case_id>/slips/<kind>")
@officers_only(Right.PRINT)
def print_slip(case_id: int, kind: str) -> ResponseReturnValue:
    return do(_of_file(case_id), case_slips.print_again, case_id, kind)


@blueprint.post("/outage/<what>")
@officers_only(Right.REPORT_OUTAGE)
def disturb(what: str) -> ResponseReturnValue:
    """OSS does not answer (`begin`), or answers again (`end`): all files at its steps rest or go on."""
    if what not in ("begin", "end"):
        raise Unknown("page")
    screen = ButtonPage[int](_tray_page, lambda _: url_for("counter.tray"), lambda files: {"files": files})
    return do(screen, outage.begin if what == "begin" else outage.end)


# --- inside ---


def _file_page(case_id: int, message: str | None = None) -> str:
    with store().read() as connection:
        found = files.one(connection, store().office_configs, office_config(), case_id, now())
        if found is None:
            raise Unknown("case")
        events = files.history(connection, case_id)
        views = files.views(connection, case_id)
        twin = files.with_nib(connection, g.office_id, found.row.nik, case_id)
        running = files.outage(connection, g.office_id)
        seat = files.seat_of(connection, current_user.id)
    last = next((event for event in reversed(events) if event.ticket_id is None), None)
    steps = found.service.steps
    return render_template(
        "counter/case.html",
        office=office_config(),
        file=found,
        actions=[action.value for action in actions_for(found.row.state, steps, found.row.step, current_user.roles)],
        may_collect=found.step is not None and found.step.role in current_user.roles,
        targets=send_back_targets(steps, found.step) if found.step else [],
        requirements=needed(found.service, found.row.answers),
        can_undo=last is not None and case.is_undoable(last, current_user.id, now()),
        events=events,
        views=views,
        twin=twin,
        warnings=_warnings(found.row.nik),
        outage=running,
        reasons=list(FilePauseReason),
        net_hours=files.net_hours(found, office_config(), now()),
        counter=office_config().counter_by_id(seat.id) if seat else None,
        villages=_villages(),
        form=request.form,
        message=message,
    )


def _desk_page(number: int, ticket_id: int, message: str | None = None) -> str:
    with store().read() as connection:
        ticket = files.ticket_of(connection, g.office_id, ticket_id)
        if ticket is None:
            raise Unknown("ticket")
        found = (
            files.one(connection, store().office_configs, office_config(), ticket.case_id, now())
            if ticket.case_id
            else None
        )
    service = found.service if found else office_config().service_ids[ticket.service_id].standard
    answers = {question.key: request.form.get(f"answers.{question.key}", "") for question in service.questions}
    known = {key: answer for key, answer in {**(found.row.answers if found else {}), **answers}.items() if answer}
    asked = {key: value for key, value in request.args.items() if key in {q.key for q in service.questions}}
    known |= asked
    return render_template(
        "counter/desk.html",
        office=office_config(),
        counter=office_config().counter(number),
        ticket=ticket,
        number=label(ticket.series, ticket.number),
        service=service,
        file=found,
        answers=known,
        question=next_question(service, known),
        requirements=needed(service, known),
        step=first_desk(service.steps),
        may_return=True,
        villages=_villages(),
        form=request.form,
        message=message,
    )


def _click() -> FileClick:
    """The click as JSON, or as a form whose names are paths: `collected.archive.place`, `applicant.nik`."""
    if request.is_json:
        return body(FileClick)
    values: dict[str, Any] = {}
    for name, value in request.form.items():
        if name == "csrf_token":
            continue
        *path, last = name.split(".")
        place = values
        for part in path:
            place = place.setdefault(part, {})
        place[last] = True if value == "true" else value
    _as_list(values)
    return FileClick.model_validate({key: value for key, value in values.items() if value != ""})


def _as_list(values: dict[str, Any]) -> None:
    """Documents of the product come as lines of one field."""
    product = values.get("collected", {}).get("product")
    if isinstance(product, dict) and isinstance(product.get("documents"), str):
        product["documents"] = [line.strip() for line in product["documents"].splitlines() if line.strip()]


def _action(word: str) -> FileAction:
    try:
        return FileAction(word)
    except ValueError:
        raise Invalid("unknown_action", fields=["action"]) from None


def _exists(case_id: int) -> bool:
    with store().read() as connection:
        return files.one(connection, store().office_configs, office_config(), case_id, now()) is not None


def _warnings(nik: str) -> tuple[str, ...]:
    return nik_check(nik, str(office_config().profile.get("region_code", ""))).warnings if nik else ()


def _villages() -> list[tuple[str, str]]:
    """Code and name of the villages of this office's sub-district, then of the others of the regency."""
    own = str(office_config().profile.get("region_code", ""))
    districts = sorted(regions(), key=lambda district: district.code != own)
    return [(v.code, f"{v.name}, {d.name}") for d in districts for v in d.villages]
