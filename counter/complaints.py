"""The book of complaints at the officers' desks: those that came in, one of them, and writing one down for somebody."""

from __future__ import annotations

import secrets
from enum import StrEnum
from functools import partial
from typing import TypeVar

from flask import g, render_template, request, url_for
from flask.typing import ResponseReturnValue

from counter.blueprint import blueprint
from shared.domain.complaint import (
    ENTERED,
    ComplaintAction,
    ComplaintKind,
    ComplaintState,
    Entrance,
    PersonKept,
    Reader,
    may_see_person,
    must_not_be_about,
    offered,
)
from shared.domain.errors import Forbidden, Invalid, Unknown
from shared.domain.numbering import office_day
from shared.domain.rights import Right
from shared.domain.undo import undo_left_s
from shared.engine import complaint as engine
from shared.engine.complaint import Given, Received
from shared.engine.people.data_view import note_person_view
from shared.store import audit, complaints
from shared.store import events as past
from shared.store.complaints import BookFilter, ComplaintView
from shared.store.office import Transaction
from shared.web import forms
from shared.web.access.auth import current_user, may, now, officers_only, store
from shared.web.answers import ComplaintFacts, ReceivedComplaint
from shared.web.bounds import query_number
from shared.web.clicks import ButtonPage, actor, change, do, serve, take
from shared.web.complaint_forms import AboutWhom, ComplaintClick, OnThePage, WrittenDown, counters_of
from shared.web.openapi import described
from shared.web.screen import office_config
from shared.web.urls import paper_url

# --- pages ---


@blueprint.get("/complaints")
@officers_only(Right.ENTER_COMPLAINTS)
def complaint_book() -> str:
    """The newest first; whoever may only write them down sees the way to do so."""
    wanted = _filter()
    office, moment = office_config(), now()
    shown: list[ComplaintView] = []
    if may(Right.HANDLE_COMPLAINTS):
        with store().read() as connection:
            shown = complaints.book(connection, office, wanted, before=query_number("before"))
            names = audit.officer_names(connection, g.office_id)
    else:
        names = {}
    return render_template(
        "counter/complaints.html",
        office=office,
        shown=shown,
        names=names,
        wanted=wanted,
        late=[each.id for each in shown if each.is_late(moment)],
        older=shown[-1].id if len(shown) == complaints.PAGE else None,
        states=[each.value for each in ComplaintState],
        kinds=[each.value for each in ComplaintKind],
        entrances=[each.value for each in Entrance],
    )


@blueprint.get("/complaints/new")
@officers_only(Right.ENTER_COMPLAINTS)
def new_complaint() -> str:
    return _new_page()


@blueprint.get("/complaints/<int:complaint_id>")
@officers_only(Right.HANDLE_COMPLAINTS)
def complaint(complaint_id: int) -> str:
    """One of them; whom it is about reads nothing of it."""
    return _page(complaint_id)


# --- clicks ---


@blueprint.post("/complaints/new")
@officers_only(Right.ENTER_COMPLAINTS)
@described(ReceivedComplaint, takes=WrittenDown)
def enter_complaint() -> ResponseReturnValue:
    """Writes down what somebody said at the desk, by telephone, in the box; a slip with its number is printed."""

    def work() -> Received:
        return change(_enter, forms.read(WrittenDown), paper_url("/a/"))

    return serve(ButtonPage[Received](_new_page, _after_entering), work)


@blueprint.post("/complaints/<int:complaint_id>/<action>")
@officers_only(Right.HANDLE_COMPLAINTS)
@described(ComplaintFacts, takes=ComplaintClick)
def act_on_complaint(complaint_id: int, action: str) -> ResponseReturnValue:
    """Does an action of the complaint's machine; also `undo`."""
    screen = _of(complaint_id)
    if action == "undo":
        return do(screen, engine.undo, complaint_id)

    def work(click: ComplaintClick) -> dict[str, object]:
        given = Given(click.text, click.handler_id, click.kind)
        return change(engine.act, complaint_id, _action(action), given)

    return take(screen, ComplaintClick, work)


@blueprint.post("/complaints/<int:complaint_id>/about")
@officers_only(Right.HANDLE_COMPLAINTS)
@described(takes=AboutWhom)
def about_whom(complaint_id: int) -> ResponseReturnValue:
    """Says which officers it is about; they read nothing of it from now on."""
    screen = _of(complaint_id)
    shows = partial(_about_shows, complaint_id)
    return take(screen, AboutWhom, lambda said: change(engine.say_whom_about, complaint_id, said.officers), shows)


@blueprint.post("/complaints/<int:complaint_id>/publish")
@officers_only(Right.HANDLE_COMPLAINTS)
@described(takes=OnThePage)
def publish_complaint(complaint_id: int) -> ResponseReturnValue:
    """What stands on the month's page, in the handler's own words."""
    screen = _of(complaint_id)
    shows = partial(_page_shows, complaint_id)
    return take(screen, OnThePage, lambda words: change(engine.publish, complaint_id, words.said, words.done), shows)


@blueprint.post("/complaints/<int:complaint_id>/slip")
@officers_only(Right.HANDLE_COMPLAINTS)
def complaint_slip(complaint_id: int) -> ResponseReturnValue:
    """Prints its slip once more."""
    screen = _of(complaint_id)
    return serve(screen, lambda: {"job": change(engine.print_again, complaint_id, paper_url("/a/"))})


@blueprint.post("/complaints/<int:complaint_id>/person")
@officers_only(Right.HANDLE_COMPLAINTS)
def complaint_person(complaint_id: int) -> ResponseReturnValue:
    """Shows who wrote it, to whom that is for; that they looked is written down."""
    with store().read() as connection:
        found = _find(complaint_id)
        writer = complaints.writer(connection, complaint_id)
    if not may_see_person(found.person, found.handler_id, found.barred, _reader()):
        raise Forbidden("complaint_person")
    store().write_with(note_person_view, g.office_id, complaint_id, actor())
    return _page(complaint_id, writer=writer or complaints.Writer("–", ""))


# --- inside ---


def _of(complaint_id: int) -> ButtonPage[object]:
    return ButtonPage(partial(_page, complaint_id), lambda _: url_for("counter.complaint", complaint_id=complaint_id))


def _enter(tx: Transaction, wanted: WrittenDown, answer_url: str) -> Received:
    if wanted.entrance not in ENTERED:
        raise Invalid("fields", fields=["entrance"])
    said = wanted.said(tx, wanted.entrance, wanted.foreign_number)
    return engine.receive(tx, said, nonce=wanted.nonce, answer_url=answer_url)


def _after_entering(made: Received) -> str:
    if may(Right.HANDLE_COMPLAINTS):
        return url_for("counter.complaint", complaint_id=made.id)
    return url_for("counter.complaint_book", made=made.number)


def _action(word: str) -> ComplaintAction:
    if word == ComplaintAction.REOPEN:
        raise Invalid("unknown_action", fields=["action"])  # the writer's alone
    try:
        return ComplaintAction(word)
    except ValueError:
        raise Invalid("unknown_action", fields=["action"]) from None


def _reader() -> Reader:
    return Reader(int(current_user.id), may(Right.LEAD_COMPLAINTS))


def _find(complaint_id: int) -> ComplaintView:
    """Raises `Unknown("complaint")`, and `Forbidden("complaint_about_you")` for whom it is about."""
    with store().read() as connection:
        found = complaints.find(connection, g.office_id, complaint_id)
    if found is None:
        raise Unknown("complaint")
    must_not_be_about(found.barred, _reader())
    return found


def _about_shows(complaint_id: int) -> forms.Shows:
    return {"officers[]": [str(each) for each in sorted(_find(complaint_id).barred)]}


def _page_shows(complaint_id: int) -> forms.Shows:
    row = _find(complaint_id).row
    return {"said": row.public_said, "done": row.public_done}


def _page(complaint_id: int, message: str | None = None, writer: complaints.Writer | None = None) -> str:
    found, reader = _find(complaint_id), _reader()
    today = office_day(now(), office_config().zone)
    with store().read() as connection:
        events = complaints.history(connection, complaint_id)
        last = past.of_complaint(connection, complaint_id)
        handlers = complaints.handlers(connection, g.office_id, today)
        names = audit.officer_names(connection, g.office_id)
    is_mine = last is not None and last.officer_id == current_user.id and engine.is_undoable(last.action)
    service = office_config().service_ids.get(found.row.service_id)
    return render_template(
        "counter/complaint.html",
        office=office_config(),
        found=found,
        service=service.standard.name if service else None,
        actions=[each.value for each in offered(found.state, found.handler_id, found.barred, reader)],
        is_handler=found.handler_id == reader.officer_id,
        has_person=may_see_person(found.person, found.handler_id, found.barred, reader),
        writer=writer,
        handlers={key: name for key, name in handlers.items() if key not in found.barred},
        names=names,
        events=events,
        can_undo=last is not None and is_mine and undo_left_s(last.at, now()) > 0,
        is_late=found.is_late(now()),
        about_shows=_about_shows(complaint_id),
        page_shows=_page_shows(complaint_id),
        kinds=[each.value for each in ComplaintKind],
        form=forms.sent(),
        pressed=(request.view_args or {}).get("action") or (request.endpoint or "").rpartition(".")[2],
        message=message,
    )


def _new_page(message: str | None = None) -> str:
    typed = forms.sent()
    return render_template(
        "counter/new_complaint.html",
        office=office_config(),
        kinds=[each.value for each in ComplaintKind],
        entrances=[each.value for each in ENTERED],
        people=[each.value for each in PersonKept],
        services=[each for each in office_config().services if each.is_active],
        counters=counters_of(office_config()),
        nonce=typed.get("nonce") or secrets.token_urlsafe(16),
        form=typed,
        message=message,
    )


def _filter() -> BookFilter:
    """What the address asks for; a word that is none is as good as absent."""
    asked = request.args
    return BookFilter(
        _one_of(ComplaintState, asked.get("state", "")),
        _one_of(ComplaintKind, asked.get("kind", "")),
        _one_of(Entrance, asked.get("entrance", "")),
        query_number("year", 2000, 2100),
        is_open=asked.get("open") == "1",
        text=asked.get("text", "")[:60],
    )


E = TypeVar("E", bound=StrEnum)


def _one_of(enum: type[E], word: str) -> E | None:
    return next((each for each in enum if each.value == word), None)
