"""Files at the officers' desks: what comes with a click on one, and what the click does."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Annotated

from flask import g, make_response, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from counter.blueprint import blueprint
from counter.files.after import after_file, after_receiving, received, said
from counter.files.page import checklist_page, file_page, shown_by
from counter.queue.click_forms import FindReturned
from shared.domain.errors import Invalid, Unknown
from shared.domain.files.at_once import AT_ONCE
from shared.domain.files.file import COLLECT, FileInput
from shared.domain.files.matter import unmasked
from shared.domain.files.procedure import ENDS_STEP, FileAction, FileState
from shared.domain.identity import mask
from shared.domain.rights import Right
from shared.domain.typed import iso_day, typed_amount
from shared.engine.files import file as file_engine
from shared.engine.files import slips as file_slips
from shared.engine.people.data_view import note_view
from shared.engine.setup.office import lines
from shared.store.files import files
from shared.web import forms
from shared.web.access.auth import officers_only, store
from shared.web.answers import FileFacts
from shared.web.clicks import ButtonPage, actor, change, do, serve
from shared.web.openapi import described
from shared.web.screen import sentence

# --- what comes with a click, each thing that a step gathers in its own shape ---

Tick = Annotated[bool, BeforeValidator(lambda value: {"true": True, "false": False}.get(str(value), value))]
Words = Annotated[str, Field(max_length=200)]
WrittenDay = Annotated[str, BeforeValidator(iso_day), Field(max_length=200)]
"""A day; whether it is one, the domain says."""
Answers = dict[Annotated[str, Field(max_length=40)], Annotated[str, Field(max_length=200)]]


Key = Annotated[str, Field(max_length=40)]
Said = Annotated[
    str,
    BeforeValidator(lambda value: str(value) if isinstance(value, int | float) else value),
    Field(max_length=2000),
]
"""What stands in a declared field; a program may send a number as one."""


class PartForm(BaseModel):
    """Of a click on a file; unknown fields are refused."""

    model_config = ConfigDict(extra="forbid", strict=True, defer_build=True)


class TickForm(PartForm):
    """What an officer says by one tick: `is_valid`, `is_done`, `is_approved` or `is_signed`."""

    is_valid: Tick | None = None
    is_done: Tick | None = None
    is_approved: Tick | None = None
    is_signed: Tick | None = None


Product = Annotated[str, Field(max_length=500)]
"""As long as a service standard names its products."""


def _amount(value: object) -> object:
    bare = typed_amount(value) if isinstance(value, str) else value
    return int(bare) if isinstance(bare, str) and bare.isdecimal() and len(bare) <= 12 else bare


def _count(value: object) -> object:
    return int(value) if isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) < 4 else value


Amount = Annotated[int, Field(ge=0, le=2_000_000_000), BeforeValidator(_amount)]
Count = Annotated[int, Field(ge=0, le=99), BeforeValidator(_count)]


class ProductForm(PartForm):
    nib: Annotated[str, Field(max_length=40)] | None = None
    licence: Words | None = None
    documents: Annotated[list[Product], BeforeValidator(lines), Field(max_length=40)] | None = None


class ArchiveForm(PartForm):
    number: Words | None = None
    place: Words | None = None


class ReceiverForm(PartForm):
    kind: Words | None = None
    name: Words | None = None
    letter: Words | None = None


class NumberForm(PartForm):
    """A number with its day: of a letter, of another house, of a recap."""

    number: Words | None = None
    on: WrittenDay | None = None


class BillForm(PartForm):
    amount: Amount | None = None


class PaymentForm(PartForm):
    is_paid: Tick | None = None
    number: Words | None = None
    amount: Amount | None = None


class TakenForm(PartForm):
    """What was taken in of one document, and given back."""

    choice: Words | None = None
    original: Tick | None = None
    copies: Count | None = None
    returned: Tick | None = None


class CollectedForm(PartForm):
    """What the steps of a procedure gather, each kind in its own shape."""

    documents: dict[Words, Tick] | None = None
    remarks: dict[Words, Words] | None = None
    taken: dict[Words, TakenForm] | None = None
    validation: TickForm | None = None
    account: TickForm | None = None
    login: TickForm | None = None
    entry: TickForm | None = None
    confirmation: TickForm | None = None
    product: ProductForm | None = None
    signature: TickForm | None = None
    letter: NumberForm | None = None
    foreign: NumberForm | None = None
    bill: BillForm | None = None
    payment: PaymentForm | None = None
    archive: ArchiveForm | None = None
    receiver: ReceiverForm | None = None
    recap: NumberForm | None = None


class FileClick(PartForm):
    """What goes with an action on a file."""

    action: str = Field("", max_length=24)
    collected: CollectedForm = CollectedForm()
    applicant: Answers | None = None
    answers: Answers | None = None
    target: str | None = Field(None, max_length=40)
    reason: str | None = Field(None, max_length=200)
    note: str | None = Field(None, max_length=400)
    matter: Annotated[dict[Key, Said | list[dict[Key, Said]]], Field(max_length=60)] | None = None
    """What is written down of the declared fields; a group is a list of its entries."""
    matter_is_whole: Tick = False
    """Fields of the step that are not in `matter` were emptied."""
    letter_number: Words = ""
    letter_on: WrittenDay = ""

    def given(self) -> FileInput:
        collected = self.collected.model_dump(exclude_unset=True)
        return FileInput(
            collected,
            self.applicant,
            self.answers,
            self.target,
            self.reason,
            self.note,
            self.matter,
            self.matter_is_whole,
            self.letter_number,
            self.letter_on,
        )


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
    return checklist_page(number, ticket_id)


# --- clicks ---


@blueprint.post("/<int:number>/tickets/<int:ticket_id>/file")
@officers_only(Right.SERVE)
@described(FileFacts, takes=FileClick)
def receive(number: int, ticket_id: int) -> ResponseReturnValue:
    """Accept the file of the visitor at this counter, or return it with what is missing.

    `at_once` accepts and ends it, where the procedure has one step: all is there, done and handed over.
    """
    page = partial(checklist_page, number, ticket_id)
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
        return make_response(checklist_page(number, ticket_id, sentence(Unknown("returned_file"))), 404)
    here = url_for("counter.desk", number=number, ticket_id=ticket_id)
    page = ButtonPage[None](partial(checklist_page, number, ticket_id), lambda _: here)
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
        shows = partial(shown_by, case_id, action) if action in (COLLECT, FileAction.CORRECT, *ENDS_STEP) else None
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
