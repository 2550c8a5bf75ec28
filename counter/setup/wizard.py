"""Setup: the steps of the first day that have no page of their own elsewhere; a step left out, and the first number."""

from __future__ import annotations

from flask import g
from flask.typing import ResponseReturnValue

from counter.setup import first_day
from counter.setup.page import page, setup_page
from shared.domain.numbering import office_day
from shared.engine.setup import first_day as engine
from shared.store.queue import days
from shared.web.access.auth import now, store
from shared.web.clicks import change
from shared.web.forms import read
from shared.web.openapi import described
from shared.web.screen import office_config


@setup_page("/first-day/skip", methods=["POST"])
@described(takes=engine.SkipForm)
def skip_step() -> ResponseReturnValue:
    """A step that this office does without, or wants again after all."""
    wanted = read(engine.SkipForm)
    change(engine.skip, wanted)
    return first_day.onward(wanted.step.value)


@setup_page("/first-number", methods=["GET"])
def first_number() -> ResponseReturnValue:
    """Takes and calls the first number together with the admin: what has come so far."""
    office, moment = office_config(), now()
    with store().room(g.office_id, moment) as room, store().read() as connection:
        summary = days.day_summary(connection, office, office_day(moment, office.zone))
        newest = max(room.tickets.values(), key=lambda one: one.id, default=None)
    return page("number", "first_number", summary=summary, newest=newest.label if newest else None)
