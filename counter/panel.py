"""What the panel of one counter shows: whom it has, who comes next, who was missed; all rules come from below."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import g
from flask_login import current_user
from sqlalchemy import Row

from shared.domain.numbering import label, office_day
from shared.domain.policy import Waiting, order
from shared.domain.ticket import AT_COUNTER, Action, State, allowed
from shared.engine.officer import OFFERED
from shared.store import reads
from shared.store.setup import CounterSetup
from shared.web.auth import now, store
from shared.web.screen import setup

PREVIEW = 5


@dataclass(frozen=True)
class Line:
    """One ticket on the panel with the actions that its state allows."""

    id: int
    number: str
    service: str
    state: str
    lane: str
    waited_min: int
    since_s: int
    recalls: int
    actions: list[str]


@dataclass(frozen=True)
class Panel:
    counter: CounterSetup
    version: int
    officer: str | None
    """Who sits here; None when the counter is closed."""
    is_mine: bool
    current: Line | None
    upcoming: list[Line]
    waiting: int
    held: list[Line]
    absent: list[Line]
    others: list[CounterSetup]


def panel(number: int) -> Panel:
    """The panel of this counter for the officer of this request; raises `Unknown("counter")`."""
    counter = setup().counter(number)
    today = office_day(now(), setup().zone)
    with store().read() as connection:
        version = reads.version(connection, g.office_id)
        seat = reads.seats(connection, g.office_id).get(counter.id)
        rows = reads.counter_tickets(connection, g.office_id, counter, today)
        streak = reads.streak(connection, counter.id)
    by_id = {row.id: row for row in rows}
    waiting = [Waiting(r.id, r.lane, r.queued_at) for r in rows if r.state == State.WAITING]
    upcoming = order(waiting, streak, setup().settings.ratio)
    here = next((row for row in rows if row.state in AT_COUNTER), None)
    return Panel(
        counter=counter,
        version=version,
        officer=seat.officer_name if seat else None,
        is_mine=seat is not None and seat.officer_id == current_user.id,
        current=_line(here) if here is not None else None,
        upcoming=[_line(by_id[ticket.ticket_id]) for ticket in upcoming[:PREVIEW]],
        waiting=len(upcoming),
        held=[_line(row) for row in rows if row.state == State.HELD],
        absent=[_line(row) for row in rows if row.state == State.ABSENT],
        others=[other for other in setup().counters if other.id != counter.id],
    )


def _line(row: Row[Any]) -> Line:
    moment = now()
    return Line(
        id=row.id,
        number=label(row.series, row.number),
        service=setup().service_ids[row.service_id].standard.short_name,
        state=row.state.value,
        lane=row.lane.value,
        waited_min=int((moment - row.taken_at).total_seconds() // 60),
        since_s=int((moment - row.since_at).total_seconds()),
        recalls=row.recalls,
        actions=[action.value for action in allowed(row.state) if action in OFFERED and action != Action.TRANSFER],
    )
