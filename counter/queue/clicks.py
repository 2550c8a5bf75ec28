"""The panel and its clicks: each is one POST and one engine function."""

from __future__ import annotations

import secrets
from dataclasses import replace
from typing import cast

from flask import g, jsonify
from flask.typing import ResponseReturnValue
from flask_babel import gettext, lazy_gettext

from counter.blueprint import at_counter, blueprint, panel_page
from counter.queue.click_forms import CallNumber, NextService, Note, WalkIn
from counter.queue.panel import work_left
from shared.domain.errors import Invalid, Missing
from shared.domain.queue.ticket import Action
from shared.domain.rights import Right
from shared.engine.queue import officer
from shared.engine.queue.officer import Onward
from shared.engine.queue.visitor import Taken
from shared.web.access.auth import officers_only, wants_page
from shared.web.answers import BoardFacts, TakenTicket, TicketFacts
from shared.web.api import Act
from shared.web.clicks import change, do, take, wants_fragment
from shared.web.live import live_board
from shared.web.openapi import described


@blueprint.get("/<int:number>")
@officers_only(Right.SERVE)
def panel(number: int) -> str:
    return panel_page(number)


@blueprint.get("/board.json")
@officers_only()
@described(BoardFacts)
def board() -> ResponseReturnValue:
    """What the live line of the counter pages asks for when it hears nothing."""
    return jsonify(live_board(g.office_id))


@blueprint.post("/<int:number>/next")
@officers_only(Right.SERVE)
@described(TicketFacts)
def call_next(number: int) -> ResponseReturnValue:
    return do(at_counter(number, lazy_gettext("Nobody is waiting.")), officer.call_next)


@blueprint.post("/<int:number>/tickets/<int:ticket_id>/<action>")
@officers_only(Right.SERVE)
@described(TicketFacts, takes=Act)
def act(number: int, ticket_id: int, action: str) -> ResponseReturnValue:
    try:
        wanted = Action(action)
    except ValueError:
        raise Invalid("unknown_action", fields=["action"]) from None

    def work(said: Act) -> dict[str, object]:
        if wanted == Action.FINISH and wants_page() and not said.reason and work_left(ticket_id):
            raise Missing("reason", missing=["reason"])
        onward = Onward(said.to_counter, said.to_service, said.place, said.returns)
        return change(officer.act, ticket_id, wanted, reason=said.reason, onward=onward)

    return take(at_counter(number), Act, work)


@blueprint.post("/<int:number>/call")
@officers_only(Right.SERVE)
@described(TicketFacts)
def call_number(number: int) -> ResponseReturnValue:
    return take(at_counter(number), CallNumber, lambda form: change(officer.call_number, form.number, form.reason))


@blueprint.post("/<int:number>/undo")
@officers_only(Right.SERVE)
@described(TicketFacts)
def undo(number: int) -> ResponseReturnValue:
    return do(at_counter(number), officer.undo)


@blueprint.post("/<int:number>/tickets/<int:ticket_id>/note")
@officers_only(Right.SERVE)
@described(TicketFacts)
def write_note(number: int, ticket_id: int) -> ResponseReturnValue:
    return take(at_counter(number), Note, lambda form: change(officer.write_note, ticket_id, form.text))


@blueprint.post("/<int:number>/tickets/<int:ticket_id>/next-service")
@officers_only(Right.SERVE)
@described(TicketFacts)
def next_service(number: int, ticket_id: int) -> ResponseReturnValue:
    return take(at_counter(number), NextService, lambda form: change(officer.next_service, ticket_id, form.service))


@blueprint.post("/<int:number>/walk-in")
@officers_only(Right.SERVE)
@described(TakenTicket)
def walk_in(number: int) -> ResponseReturnValue:
    def work(form: WalkIn) -> Taken:
        nonce = form.nonce or secrets.token_hex(16)
        g.given = change(officer.walk_in, form.service, is_priority=form.priority, nonce=nonce)
        return cast(Taken, g.given)

    screen = replace(at_counter(number), said=_given)
    return take(screen, WalkIn, work)


def _given(done: object) -> str | None:
    """Told on the page after the redirect; the panel itself says it in a bar with a button."""
    if wants_fragment() or not isinstance(done, Taken):
        return None
    return str(gettext("Number %(number)s given, %(count)s people ahead.", number=done.number, count=done.ahead))
