"""The open door for complaints: the page to write on, the answer behind a token, and the month's page."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Concatenate, ParamSpec, TypeVar

from flask import Blueprint, g, jsonify, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_date, gettext
from werkzeug.exceptions import TooManyRequests

from shared.domain.complaint import ComplaintAction, ComplaintKind, Entrance, PersonKept, allowed
from shared.domain.errors import Refusal, Unknown
from shared.domain.numbering import office_day
from shared.engine import complaint as engine
from shared.engine.complaint import Received
from shared.store import complaints
from shared.store.complaints import ComplaintView
from shared.store.office import Transaction
from shared.web import forms
from shared.web.access.auth import now, store, wants_page
from shared.web.answers import ReceivedComplaint
from shared.web.complaint_forms import Complaining, ReplyToAnswer, counters_of
from shared.web.context import nobody
from shared.web.i18n import language
from shared.web.openapi import described
from shared.web.screen import office_config, sentence
from shared.web.server.limits import limiter, shared_by_all
from shared.web.urls import paper_url
from shared.words import words

P = ParamSpec("P")
T = TypeVar("T")

blueprint = Blueprint("complaint", __name__)
answers = Blueprint("answer", __name__)

MOST_FROM_ONE = "6/minute;30/hour;100/day"
"""From one address; a waiting room's phones may share one."""
MOST_IN_ALL = "500/day"
"""Of one office: more than its officers could read."""
FEW = "3/hour;10/day"
"""From one address, when that many have come."""


@blueprint.get("/<office>/complaint")
def page() -> str:
    return _page()


@blueprint.post("/<office>/complaint")
@described(ReceivedComplaint, takes=Complaining, status=201)
def send() -> ResponseReturnValue:
    """A refused one is shown again with all that was typed."""
    try:
        _count_sender()
        _count_office()
        wanted = forms.read(Complaining)
        made = _by_nobody(_receive, wanted, paper_url("/a/"))
    except (Refusal, TooManyRequests) as error:
        if not wants_page():
            raise
        return _again(error)
    if not wants_page():
        return jsonify(made.facts()), 201
    return redirect(url_for("answer.answer", token=made.token, new=1), 303)


@blueprint.get("/<office>/complaint/answers")
def month() -> str:
    """What was said and what was done about it, in the words of the office; nobody is named."""
    office = office_config()
    today = office_day(now(), office.zone)
    begins = _month(request.args.get("month", "")) or today.replace(day=1)
    ends = (begins + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    with store().read() as connection:
        shown = complaints.published(connection, office, begins, ends)
        figures = complaints.figures(connection, office, begins, ends, now())
    return render_template(
        "complaint/month.html",
        office=office,
        shown=shown,
        figures=figures,
        month=format_date(begins, "MMMM y"),
        before=(begins - timedelta(days=1)).strftime("%Y-%m"),
        after=(ends + timedelta(days=1)).strftime("%Y-%m") if ends < today else None,
    )


@answers.get("/<token>")
def answer(token: str) -> str:
    """How far a complaint is, and its answer; nothing of what was said, because slips are lost."""
    return _answer(_find(token))


@answers.post("/<token>")
@limiter.limit("10/minute")
@described(takes=ReplyToAnswer)
def reply(token: str) -> ResponseReturnValue:
    """The writer says that it is not settled."""
    found = _find(token)
    try:
        wanted = forms.read(ReplyToAnswer)
        _by_nobody(engine.reply, token, wanted.text)
    except Refusal as error:
        if not wants_page():
            raise
        return make_response(_answer(_find(token), sentence(error)), error.status)
    return redirect(url_for("answer.answer", token=found.token), 303) if wants_page() else ("", 204)


# --- inside ---


@limiter.limit(MOST_FROM_ONE)
def _count_sender() -> None:
    """Raises `TooManyRequests`."""


_count_office = shared_by_all("complaints", MOST_IN_ALL, FEW, lambda: str(g.office_id))


def _by_nobody(verb: Callable[Concatenate[Transaction, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Done by the public, whoever is signed in in this browser: an officer may complain about a colleague."""
    return store().change(g.office_id, replace(nobody(), language=language()), verb, *args, **kwargs)


def _receive(tx: Transaction, wanted: Complaining, answer_url: str) -> Received:
    said = wanted.said(tx, Entrance.PHONE)
    return engine.receive(tx, said, nonce=wanted.nonce, answer_url=answer_url, on_paper=False)


def _again(error: Refusal | TooManyRequests) -> ResponseReturnValue:
    message = sentence(error) if isinstance(error, Refusal) else str(gettext("error.too_many"))
    return make_response(_page(message), error.status if isinstance(error, Refusal) else 429)


def _page(message: str | None = None) -> str:
    office, typed = office_config(), forms.sent()
    return render_template(
        "complaint/page.html",
        office=office,
        kinds=[each.value for each in ComplaintKind],
        people=[each.value for each in PersonKept],
        services=[each for each in office.services if each.is_active],
        counters=counters_of(office),
        ticket=typed.get("ticket") or request.args.get("ticket", "")[:32],
        nonce=typed.get("nonce") or secrets.token_urlsafe(16),
        typed=typed,
        message=message,
    )


def _find(token: str) -> ComplaintView:
    """The complaint, and its office as the office of this request; raises `Unknown("complaint")`."""
    with store().read() as connection:
        found = complaints.by_token(connection, token)
        if found is None:
            raise Unknown("complaint")
        g.office_config = store().office_configs.read(connection, found.office_id)
    g.office, g.office_id = g.office_config.slug, found.office_id
    if "lang" not in request.args:
        g.language = found.language
    return found


def _answer(found: ComplaintView, message: str | None = None) -> str:
    office = office_config()
    answer_by = found.answer_by if found.due_at else None
    return render_template(
        "complaint/answer.html",
        office=office,
        found=found,
        due=_day(answer_by.astimezone(office.zone).date()) if answer_by else None,
        is_late=answer_by is not None and now() > answer_by,
        can_reply=ComplaintAction.REOPEN in allowed(found.state),
        is_answered=answer_by is None and bool(found.row.answer),
        is_new="new" in request.args,
        token=found.token,
        typed=forms.sent(),
        message=message,
    )


def _day(day: date) -> str:
    return words(language()).day(day).replace("\N{NO-BREAK SPACE}", " ")


def _month(text: str) -> date | None:
    """`2026-11`; None for anything else."""
    try:
        found = date.fromisoformat(f"{text}-01")
    except ValueError:
        return None
    return found if 2000 <= found.year <= 2099 else None
