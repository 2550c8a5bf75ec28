"""Files at the officers' desks: the checklist, one file and its steps, the tray."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial

from flask import g, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from counter.blueprint import blueprint
from counter.click_forms import FindReturned
from counter.file_forms import FileClick
from shared.domain.brought import Brought
from shared.domain.collected import Collected, Entry
from shared.domain.errors import Invalid, NotAllowed, Unknown
from shared.domain.file import COLLECT, File, FileInput
from shared.domain.file_state import RUNNING, FileAction, FilePauseReason, FileState
from shared.domain.identity import mask, nik_check, with_masked_nik
from shared.domain.matter import asked_at, facts_of, lines, products_of
from shared.domain.numbering import following, label, office_day
from shared.domain.procedure import ENDS_STEP, acting_role, actions_for, first_desk, may_gather, send_back_targets
from shared.domain.rights import Right
from shared.domain.standard import (
    APPLICANT_FIELDS,
    BUSINESS_SYSTEMS,
    Collects,
    ServiceStandard,
    Step,
    applies,
    needed,
    next_question,
)
from shared.domain.standard_parts import DeclaredField, FieldKind
from shared.domain.undo import undo_left_s
from shared.engine import file as file_engine
from shared.engine import file_slips, outage
from shared.engine.data_view import note_view
from shared.standards import regions
from shared.store import brought, file_views, files, outages
from shared.store import events as past
from shared.store.events import PastEvent
from shared.web import forms
from shared.web.answers import FileFacts
from shared.web.auth import now, officers_only, store
from shared.web.clicks import ButtonPage, actor, change, do, serve
from shared.web.openapi import described
from shared.web.screen import office_config, sentence

BESIDE = 50
"""So many files stand beside the panel, what is due first first; all are on a page of their own."""


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
def _tray_words() -> dict[str, object]:
    """`read_tray` for the panel's page, which shows queue and tray side by side."""
    return {"read_tray": read_tray}


def read_tray(limit: int | None = BESIDE) -> file_views.Tray:
    """The first of this officer's files as they stand beside the panel; None: all of them."""
    with store().read() as connection:
        return file_views.tray(connection, store().office_configs, office_config(), current_user.roles, now(), limit)


@blueprint.get("/cases/<int:case_id>")
@officers_only(Right.SEE_FILES)
def file(case_id: int) -> str:
    """One file; that somebody looked at its data is written down."""
    shown = _file_page(case_id)
    store().write_with(note_view, g.office_id, case_id, actor())
    return shown


@blueprint.get("/<int:number>/tickets/<int:ticket_id>/file")
@officers_only(Right.SERVE)
def desk(number: int, ticket_id: int) -> ResponseReturnValue:
    """The checklist for the visitor at this counter; a file that is past it is shown itself."""
    with store().read() as connection:
        ticket = files.ticket_of(connection, g.office_id, ticket_id)
        found = files.find(connection, g.office_id, ticket.case_id) if ticket and ticket.case_id else None
    if found and found.state != FileState.RETURNED:
        return redirect(url_for("counter.file", case_id=found.id))
    return _desk_page(number, ticket_id)


# --- clicks ---


@blueprint.post("/<int:number>/tickets/<int:ticket_id>/file")
@officers_only(Right.SERVE)
@described(FileFacts, takes=FileClick)
def receive(number: int, ticket_id: int) -> ResponseReturnValue:
    """Accept the file of the visitor at this counter, or return it with what is missing."""
    page = partial(_desk_page, number, ticket_id)
    if forms.pressed("_answer"):
        return page()  # a question was answered: only the page changes, with all that was typed
    screen = ButtonPage[dict[str, object]](page, lambda _: url_for("counter.panel", number=number))

    def work() -> dict[str, object]:
        click = forms.read(FileClick)
        with store().read() as connection:
            ticket = files.ticket_of(connection, g.office_id, ticket_id)
        given = _unmasked(click.given(), ticket.case_id if ticket else None)
        return change(file_engine.receive, ticket_id, _action(click.action), given)

    return serve(screen, work)


@blueprint.post("/<int:number>/tickets/<int:ticket_id>/file/find")
@officers_only(Right.SERVE)
@described(takes=FindReturned)
def find_returned(number: int, ticket_id: int) -> ResponseReturnValue:
    """Opens the checklist again for somebody who comes back with what was missing, by NIK or by the slip's code."""
    wanted = forms.read(FindReturned).wanted
    with store().read() as connection:
        row = files.returned(connection, g.office_id, wanted) if wanted else None
    if row is None:
        return make_response(_desk_page(number, ticket_id, sentence(Unknown("returned_file"))), 404)
    here = url_for("counter.desk", number=number, ticket_id=ticket_id)
    page = ButtonPage[None](partial(_desk_page, number, ticket_id), lambda _: here)
    return do(page, file_engine.take_up, ticket_id, row.id)


@blueprint.post("/cases/<int:case_id>/<action>")
@officers_only(Right.LEAD_FILES)
@described(FileFacts, takes=FileClick)
def act_on_file(case_id: int, action: str) -> ResponseReturnValue:
    """Does an action of the case's machine; also `collect` (keep without ending the step) and `undo`."""
    if action == "undo":
        return do(_of_file(case_id), file_engine.undo, case_id)

    def work() -> dict[str, object]:
        given = _unmasked(forms.read(FileClick).given(), case_id)
        if action == COLLECT:
            return change(file_engine.collect, case_id, given)
        return change(file_engine.act, case_id, _action(action), given)

    return serve(_of_file(case_id), work)


def _of_file(case_id: int) -> ButtonPage[object]:
    return ButtonPage(partial(_file_page, case_id), lambda _: url_for("counter.file", case_id=case_id))


@blueprint.post("/cases/<int:case_id>/nik")
@officers_only(Right.SEE_FILES)
def whole_nik(case_id: int) -> ResponseReturnValue:
    """The same page with whole NIKs instead of their last four digits; that somebody looked is written down."""
    page = _file_page(case_id, whole=True)
    store().write_with(note_view, g.office_id, case_id, actor(), "nik")
    forms.mark_taken()
    return page


@blueprint.post("/cases/<int:case_id>/slips/<kind>")
@officers_only(Right.PRINT)
def print_slip(case_id: int, kind: str) -> ResponseReturnValue:
    return do(_of_file(case_id), file_slips.print_again, case_id, kind)


@blueprint.post("/outage/<what>")
@officers_only(Right.REPORT_OUTAGE)
def disturb(what: str) -> ResponseReturnValue:
    """OSS does not answer (`begin`), or answers again (`end`): all files at its steps are paused or go on."""
    if what not in ("begin", "end"):
        raise Unknown("page")
    screen = ButtonPage[int](_tray_page, lambda _: url_for("counter.tray"), lambda files: {"files": files})
    return do(screen, outage.begin if what == "begin" else outage.end)


# --- inside ---


def _file_page(case_id: int, message: str | None = None, *, whole: bool = False) -> str:
    with store().read() as connection:
        found = file_views.one(connection, store().office_configs, office_config(), case_id, now())
        if found is None:
            raise Unknown("case")
        events = file_views.history(connection, case_id)
        last = past.of_file(connection, case_id)
        views = file_views.views(connection, case_id)
        is_of_business = any(step.system in BUSINESS_SYSTEMS for step in found.service.steps)
        twin = files.with_nib(connection, g.office_id, found.file.nik, case_id) if is_of_business else None
        running = outages.running(connection, g.office_id)
        seat = files.seat_of(connection, current_user.id)
        archived = files.archive_numbers(connection, g.office_id) if _archives(found.step) else []
    pressed = (request.view_args or {}).get("action")
    steps, facts = found.file.way(found.service), found.file.facts(found.service)
    matter = lines(found.service, found.file.matter)
    actions = actions_for(found.state, steps, found.file.step, current_user.roles)
    return render_template(
        "counter/file.html",
        office=office_config(),
        file=found,
        actions=[action.value for action in actions],
        ending=[action.value for action in actions if action in ENDS_STEP and action != FileAction.RECAP],
        may_fill=found.step is not None and acting_role(found.step, current_user.roles) is not None,
        way=steps,
        is_running=found.state in RUNNING,
        declared=_declared(found.service, found.step, facts) if found.step else [],
        matter=[(name, said if whole else with_masked_nik(said)) for name, said in matter],
        applicant=_shown(found.file.applicant, whole),
        is_whole=whole,
        products=products_of(found.service, facts),
        signatures=_signatures(found.file, found.service),
        may_collect=may_gather(found.state, found.step, current_user.roles),
        slips=file_slips.offered(found.file),
        targets=send_back_targets(steps, found.step) if found.step else [],
        requirements=needed(found.service, facts),
        can_undo=_can_undo(last),
        events=events,
        views=views,
        twin=twin,
        warnings=_warnings(found.file.nik),
        outage=running,
        reasons=list(FilePauseReason),
        net_hours=file_views.net_hours(found.file, office_config(), now()),
        counter=office_config().counter_by_id(seat.id) if seat else None,
        proposed_archive=following(archived, office_day(now(), office_config().zone).year),
        villages=_villages(),
        fields=APPLICANT_FIELDS,
        form=forms.sent(),
        typed=forms.sent() if pressed in (*ENDS_STEP, COLLECT) else None,
        pressed=pressed,
        message=message,
    )


def _archives(step: Step | None) -> bool:
    return step is not None and Collects.ARCHIVE in step.collects


def _desk_page(number: int, ticket_id: int, message: str | None = None) -> str:
    with store().read() as connection:
        ticket = files.ticket_of(connection, g.office_id, ticket_id)
        if ticket is None:
            raise Unknown("ticket")
        found = (
            file_views.one(connection, store().office_configs, office_config(), ticket.case_id, now())
            if ticket.case_id
            else None
        )
    service = found.service if found else office_config().service_ids[ticket.service_id].standard
    answers = {question.key: forms.sent().get(f"answers.{question.key}", "") for question in service.questions}
    said = Brought() if found else brought.read(ticket.brought, ticket.service_id)
    known = {**(found.file.answers if found else said.answers)} | {key: each for key, each in answers.items() if each}
    asked, _, answer = forms.pressed("_answer").partition("=")
    known |= {question.key: answer for question in service.questions if question.key == asked}
    if not service.steps:
        raise NotAllowed("no_procedure")
    matter = {**(found.file.matter if found else {}), **_choices(service)}
    facts = facts_of(service, known, matter)
    return render_template(
        "counter/checklist.html",
        office=office_config(),
        counter=office_config().counter(number),
        ticket=ticket,
        number=label(ticket.series, ticket.number),
        service=service,
        file=found,
        collected=found.file.collected if found else _ticked(service, said),
        said=said,
        applicant=_shown(found.file.applicant if found else {}),
        answers=known,
        question=next_question(service, known),
        requirements=needed(service, facts),
        declared=_declared(service, first_desk(service.steps), facts),
        matter=matter,
        step=first_desk(service.steps),
        may_return=True,
        villages=_villages(),
        form=forms.sent(),
        message=message,
    )


def _ticked(service: ServiceStandard, said: Brought) -> Collected:
    """The checklist as the visitor ticked it at the kiosk; what is there is for the officer to say."""
    entries = {Collects.DOCUMENTS.value: dict.fromkeys(said.ready, True)} if said.ready else {}
    return Collected().put(first_desk(service.steps).key, entries)


def _choices(service: ServiceStandard) -> dict[str, str]:
    """The choices that stand in the sent form: they say which papers and fields are asked for."""
    chosen = {each.key: forms.sent().get(f"matter.{each.key}", "") for each in service.fields}
    return {each.key: chosen[each.key] for each in service.fields if each.kind == FieldKind.CHOICE and chosen[each.key]}


def _declared(service: ServiceStandard, step: Step, facts: Mapping[str, str]) -> list[DeclaredField]:
    """The fields of the step; also those that depend on a choice made in the same form."""
    here = asked_at(service, step)
    chosen_here = {each.key for each in here if each.kind == FieldKind.CHOICE}
    may_come = [each for each in here if {name for name, _ in each.when} & (chosen_here - facts.keys())]
    return [each for each in here if each in may_come or applies(each.when, facts)]


def _signatures(file: File, service: ServiceStandard) -> list[tuple[Step, Entry]]:
    """Who has signed so far, step by step."""
    signed = [(step, file.collected.at(step.key).get(Collects.SIGNATURE)) for step in service.steps]
    return [(step, entry) for step, entry in signed if entry and entry.get("is_signed") is True]


def _shown(applicant: Mapping[str, str], whole: bool = False) -> dict[str, str]:
    """The applicant's data for a screen: the NIK masked unless somebody asked for it."""
    return {key: value if whole or key != "nik" else mask(value) for key, value in applicant.items()}


def _unmasked(given: FileInput, case_id: int | None) -> FileInput:
    """A masked NIK that came back as it was shown means the one that is there."""
    if case_id is None or not given.applicant or "*" not in given.applicant.get("nik", ""):
        return given
    with store().read() as connection:
        file = files.find(connection, g.office_id, case_id)
    if file is None or given.applicant["nik"] != mask(file.applicant.get("nik", "")):
        return given
    return replace(given, applicant={**given.applicant, "nik": file.applicant.get("nik", "")})


def _action(word: str) -> FileAction:
    try:
        return FileAction(word)
    except ValueError:
        raise Invalid("unknown_action", fields=["action"]) from None


def _can_undo(last: PastEvent | None) -> bool:
    """Whether this newest event of the file is the officer's own, and young enough."""
    if last is None or last.officer_id != current_user.id:
        return False
    return file_engine.is_undoable(last) and undo_left_s(last.at, now()) > 0


def _warnings(nik: str) -> tuple[str, ...]:
    return nik_check(nik, str(office_config().profile.get("region_code", ""))).warnings if nik else ()


def _villages() -> list[tuple[str, str]]:
    """Code and name of the villages of this office's sub-district, then of the others of a regency that we know."""
    own = str(office_config().profile.get("region_code", ""))
    known = [district for district in regions() if district.code[:5] == own[:5]]
    districts = sorted(known, key=lambda district: not own.startswith(district.code))
    return [(v.code, f"{v.name}, {d.name}") for d in districts for v in d.villages]
