"""Choosing a counter, resting, leaving it and handing it to the next shift."""

from __future__ import annotations

from flask import g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from counter.blueprint import DESK_ROLES, blueprint, click
from shared.domain.counter import PauseReason
from shared.domain.errors import Invalid
from shared.domain.numbering import office_day
from shared.engine import seat
from shared.store import floor
from shared.web.auth import now, officers_only, store
from shared.web.screen import office_config


@blueprint.get("")
@officers_only()
def home() -> str:
    """The counters of the office: who sits where, and whom they have."""
    today = office_day(now(), office_config().zone)
    with store().read() as connection:
        counters = floor.counters(connection, office_config(), today)
    return render_template("counter/home.html", office=office_config(), counters=counters)


@blueprint.post("/<int:number>/open")
@officers_only(*DESK_ROLES)
def open_counter(number: int) -> ResponseReturnValue:
    return click(number, lambda: store().change(g.office_id, seat.sit, number, current_user.id, now()))


@blueprint.post("/<int:number>/close")
@officers_only(*DESK_ROLES)
def close_counter(number: int) -> ResponseReturnValue:
    store().change(g.office_id, seat.leave, number, current_user.id, now())
    return redirect(url_for("counter.home"))


@blueprint.post("/<int:number>/hand-over")
@officers_only(*DESK_ROLES)
def hand_over_counter(number: int) -> ResponseReturnValue:
    note = request.form.get("note", "").strip()[:200] or None
    store().change(g.office_id, seat.hand_over, number, current_user.id, now(), note)
    return redirect(url_for("counter.home"))


@blueprint.post("/<int:number>/pause")
@officers_only(*DESK_ROLES)
def pause_counter(number: int) -> ResponseReturnValue:
    try:
        reason = PauseReason(request.form.get("reason", ""))
    except ValueError:
        raise Invalid("fields", fields=["reason"]) from None
    return click(number, lambda: store().change(g.office_id, seat.pause, number, current_user.id, now(), reason))


@blueprint.post("/<int:number>/resume")
@officers_only(*DESK_ROLES)
def resume_counter(number: int) -> ResponseReturnValue:
    return click(number, lambda: store().change(g.office_id, seat.resume, number, current_user.id, now()))
