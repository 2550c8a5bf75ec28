"""Choosing a counter, pausing, leaving it and handing it to the next shift."""

from __future__ import annotations

from functools import partial

from flask import url_for
from flask.typing import ResponseReturnValue

from counter.blueprint import at_counter, blueprint, panel_page
from counter.queue.click_forms import HandOverNote, PauseForm
from shared.domain.rights import Right
from shared.engine.queue import seat
from shared.web.access.auth import officers_only
from shared.web.clicks import ButtonPage, change, do, take


@blueprint.post("/<int:number>/open")
@officers_only(Right.SERVE)
def open_counter(number: int) -> ResponseReturnValue:
    return do(at_counter(number), seat.sit)


@blueprint.post("/<int:number>/close")
@officers_only(Right.SERVE)
def close_counter(number: int) -> ResponseReturnValue:
    return do(_leaving(number), seat.leave)


@blueprint.post("/<int:number>/hand-over")
@officers_only(Right.SERVE)
def hand_over_counter(number: int) -> ResponseReturnValue:
    return take(_leaving(number), HandOverNote, lambda form: change(seat.hand_over, form.note or None))


@blueprint.post("/<int:number>/pause")
@officers_only(Right.SERVE)
def pause_counter(number: int) -> ResponseReturnValue:
    return take(at_counter(number), PauseForm, lambda form: change(seat.pause, form.reason))


@blueprint.post("/<int:number>/resume")
@officers_only(Right.SERVE)
def resume_counter(number: int) -> ResponseReturnValue:
    return do(at_counter(number), seat.resume)


def _leaving(number: int) -> ButtonPage[None]:
    return ButtonPage(partial(panel_page, number), lambda _: url_for("counter.home"))
