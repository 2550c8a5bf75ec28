"""Files at the officers' desks: the checklist, one file and its steps, the tray."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial

from flask import g, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from counter.blueprint import blueprint
from counter.files.after import after_file, after_receiving, received, said
from counter.files.forms import FileClick
from counter.files.page import correction_shows, declared_at, file_page, proposed_at, shown_applicant, villages
from counter.queue.click_forms import FindReturned
from shared.domain.errors import Invalid, NotAllowed, Unknown
from shared.domain.files.at_once import AT_ONCE
from shared.domain.files.collected import Collected
from shared.domain.files.file import COLLECT, File, FileInput
from shared.domain.files.matter import facts_of, fee_of, masked, products_of, unmasked
from shared.domain.files.procedure import asked_besides, first_desk, way
from shared.domain.files.state import FileAction, FileState
from shared.domain.identity import mask
from shared.domain.numbering import label
from shared.domain.queue.ticket import Brought
from shared.domain.rights import Right
from shared.domain.standards.parts import FieldKind
from shared.domain.standards.standard import Collects, ServiceStandard, needed, next_question
from shared.engine.files import file as file_engine
from shared.engine.files import slips as file_slips
from shared.engine.people.data_view import note_view
from shared.store.files import files
from shared.store.files import views as file_views
from shared.store.queue import brought
from shared.web import forms
from shared.web.access.auth import now, officers_only, store
from shared.web.answers import FileFacts
from shared.web.clicks import ButtonPage, actor, change, do, serve
from shared.web.openapi import described
from shared.web.screen import office_config, sentence

# --- pages ---


@blueprint.get("/cases/<int:case_id>")
@officers_only(Right.SEE_FILES)
def file(case_id: int) -> str:
    """One file; that somebody looked at its data is written down."""
    shown = file_page(case_id)
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
    """Accept the file of the visitor at this counter, or return it with what is missing.

    `at_once` accepts and ends it, where the procedure has one step: all is there, done and handed over.
    """
    page = partial(_desk_page, number, ticket_id)
    if forms.pressed("_answer"):
        return page()  # a question was answered: only the page changes, with all that was typed
    screen = ButtonPage[dict[str, object]](page, partial(after_receiving, number), said=received)

    def work() -> dict[str, object]:
        click = forms.read(FileClick)
        with store().read() as connection:
            ticket = files.ticket_of(connection, g.office_id, ticket_id)
        given = _unmasked(click.given(), ticket.case_id if ticket else None)
        if click.action == AT_ONCE:
            return change(file_engine.receive_at_once, ticket_id, given)
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
    """Does an action of the case's machine; also `collect` (keep without ending the step) and `undo`.

    `advance` ends the following steps of the same sitting as well, when what they collect comes with it.
    """
    screen = ButtonPage(partial(file_page, case_id), partial(after_file, case_id, action), said=partial(said, action))
    if action == "undo":
        return do(screen, file_engine.undo, case_id)

    def work() -> dict[str, object]:
        shows = partial(correction_shows, case_id) if action == FileAction.CORRECT else None
        given = _unmasked(forms.read(FileClick, shows).given(), case_id)
        if action == COLLECT:
            return change(file_engine.collect, case_id, given)
        if action == FileAction.ADVANCE:
            return change(file_engine.advance, case_id, given)
        return change(file_engine.act, case_id, _action(action), given)

    return serve(screen, work)


@blueprint.post("/cases/<int:case_id>/nik")
@officers_only(Right.SEE_FILES)
def whole_nik(case_id: int) -> ResponseReturnValue:
    """The same page with whole NIKs instead of their last four digits; that somebody looked is written down."""
    page = file_page(case_id, whole=True)
    store().write_with(note_view, g.office_id, case_id, actor(), "nik")
    return page


@blueprint.post("/cases/<int:case_id>/slips/<kind>")
@officers_only(Right.PRINT)
def print_slip(case_id: int, kind: str) -> ResponseReturnValue:
    back = url_for("counter.file", case_id=case_id)
    told = gettext("%(slip)s is printed.", slip=gettext(f"slip.{kind}"))
    screen = ButtonPage[object](partial(file_page, case_id), lambda _: back, said=lambda _: told)
    return do(screen, file_slips.print_again, case_id, kind)


# --- inside ---


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
    step = first_desk(service.steps)
    fresh = File(ticket.service_id, 0, "", now(), now(), fee=fee_of(service, facts, matter))
    with store().read() as connection:
        proposed = proposed_at(connection, step)
    return render_template(
        "counter/checklist.html",
        office=office_config(),
        counter=office_config().counter(number),
        ticket=ticket,
        number=label(ticket.series, ticket.number),
        service=service,
        file=found,
        view=found or Unwritten(fresh, service),
        besides=asked_besides(way(service.steps, facts)),
        proposed=proposed,
        products=products_of(service, facts),
        collected=found.file.collected if found else _ticked(service, said),
        said=said,
        applicant=shown_applicant(found.file.applicant if found else {}),
        answers=known,
        question=next_question(service, known),
        requirements=needed(service, facts),
        declared=declared_at(service, step, facts),
        matter=masked(service.fields, matter),
        step=step,
        may_return=True,
        villages=villages(),
        form=forms.sent(),
        message=message,
    )


@dataclass(frozen=True, slots=True)
class Unwritten:
    """A file that is on the desk and nowhere else, for what its page shows of a file."""

    file: File
    service: ServiceStandard
    confirmation_valid: bool = False


def _ticked(service: ServiceStandard, said: Brought) -> Collected:
    """The checklist as the visitor ticked it at the kiosk; what is there is for the officer to say."""
    entries = {Collects.DOCUMENTS.value: dict.fromkeys(said.ready, True)} if said.ready else {}
    return Collected().put(first_desk(service.steps).key, entries)


def _choices(service: ServiceStandard) -> dict[str, str]:
    """The choices that stand in the sent form: they say which papers and fields are asked for."""
    chosen = {each.key: forms.sent().get(f"matter.{each.key}", "") for each in service.fields}
    return {each.key: chosen[each.key] for each in service.fields if each.kind == FieldKind.CHOICE and chosen[each.key]}


def _unmasked(given: FileInput, case_id: int | None) -> FileInput:
    """A masked NIK that came back as it was shown means the one that is there."""
    if case_id is None or "*" not in f"{given.applicant} {given.matter}":
        return given
    with store().read() as connection:
        file = files.find(connection, g.office_id, case_id)
        standard = store().office_configs.standard(connection, file.standard_id) if file else None
    if file is None or standard is None:
        return given
    if given.matter is not None:
        given = replace(given, matter=unmasked(standard.fields, given.matter, file.matter))
    if given.applicant and given.applicant.get("nik") == mask(file.applicant.get("nik", "")):
        given = replace(given, applicant={**given.applicant, "nik": file.applicant.get("nik", "")})
    return given


def _action(word: str) -> FileAction:
    try:
        return FileAction(word)
    except ValueError:
        raise Invalid("unknown_action", fields=["action"]) from None
