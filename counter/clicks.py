"""The panel and its clicks: each is one POST and one engine function."""

from __future__ import annotations

import secrets
from functools import partial
from typing import Any

from flask import g, jsonify, request
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext
from flask_login import current_user

from counter.blueprint import DESK_ROLES, blueprint, click, panel_page
from shared.domain.errors import Invalid
from shared.domain.ticket import Action
from shared.engine import officer
from shared.engine.officer import Onward
from shared.web.api import Act, body
from shared.web.auth import now, officers_only, store
from shared.web.live import live_board
from shared.web.urls import public_url


@blueprint.get("/<int:number>")
@officers_only(*DESK_ROLES)
def panel(number: int) -> str:
    return panel_page(number)


@blueprint.get("/board.json")
@officers_only()
def board() -> ResponseReturnValue:
    """What the live line of the counter pages asks for when it hears nothing."""
    return jsonify(live_board(g.office_id))


@blueprint.post("/<int:number>/next")
@officers_only(*DESK_ROLES)
def call_next(number: int) -> ResponseReturnValue:
    return click(number, partial(_change, officer.call_next, number), quiet=lazy_gettext("Nobody is waiting."))


@blueprint.post("/<int:number>/tickets/<int:ticket_id>/<action>")
@officers_only(*DESK_ROLES)
def act(number: int, ticket_id: int, action: str) -> ResponseReturnValue:
    try:
        wanted = Action(action)
    except ValueError:
        raise Invalid("unknown_action", fields=["action"]) from None
    said = body(Act)
    onward = Onward(said.to_counter, said.to_service, said.place, said.returns)
    return click(
        number, lambda: _change(officer.act, number, wanted, ticket_id=ticket_id, reason=said.reason, onward=onward)
    )


def _change(verb: Any, number: int, *args: Any, ticket_id: int | None = None, **kwargs: Any) -> Any:
    """Runs the verb for this counter, officer and moment."""
    ticket = () if ticket_id is None else (ticket_id,)
    change: Any = store().change
    return change(g.office_id, verb, number, *ticket, *args, current_user.id, now(), **kwargs)


@blueprint.post("/<int:number>/call")
@officers_only(*DESK_ROLES)
def call_number(number: int) -> ResponseReturnValue:
    wanted, reason = request.form.get("number", ""), request.form.get("reason", "")[:200]
    return click(number, lambda: _change(officer.call_number, number, wanted, reason=reason))


@blueprint.post("/<int:number>/undo")
@officers_only(*DESK_ROLES)
def undo(number: int) -> ResponseReturnValue:
    return click(number, partial(_change, officer.undo, number))


@blueprint.post("/<int:number>/tickets/<int:ticket_id>/note")
@officers_only(*DESK_ROLES)
def write_note(number: int, ticket_id: int) -> ResponseReturnValue:
    text = request.form.get("text", "")[:200]
    return click(number, lambda: _change(officer.write_note, number, ticket_id=ticket_id, text=text))


@blueprint.post("/<int:number>/tickets/<int:ticket_id>/next-service")
@officers_only(*DESK_ROLES)
def next_service(number: int, ticket_id: int) -> ResponseReturnValue:
    slug = request.form.get("service", "")
    return click(number, lambda: _change(officer.next_service, number, ticket_id=ticket_id, slug=slug))


@blueprint.post("/<int:number>/walk-in")
@officers_only(*DESK_ROLES)
def walk_in(number: int) -> ResponseReturnValue:
    form = request.form
    wanted: dict[str, Any] = {
        "slug": form.get("service", ""),
        "is_priority": form.get("priority") == "true",
        "nonce": form.get("nonce") or secrets.token_hex(16),
        "url": public_url("/t/"),
    }
    return click(number, lambda: _change(officer.walk_in, number, **wanted).facts())
