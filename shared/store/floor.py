"""What the floor plan reads: every counter with its officer, its visitor and since when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, select

from shared.domain.numbering import label
from shared.domain.ticket import AT_COUNTER, State
from shared.store.setup import CounterSetup, Setup
from shared.store.tables import ACTIVE, Counter, Officer, Ticket


@dataclass(frozen=True, slots=True)
class Visitor:
    id: int
    number: str
    state: State
    since_at: datetime
    service: str


@dataclass(frozen=True, slots=True)
class CounterNow:
    counter: CounterSetup
    officer_id: int | None
    officer: str | None
    paused_at: datetime | None
    pause_reason: str | None
    visitor: Visitor | None


def counters(connection: Connection, setup: Setup, today: date) -> list[CounterNow]:
    """Every counter of the office as it is now, by number."""
    seats = {
        row.id: row
        for row in connection.execute(
            select(
                Counter.id, Counter.officer_id, Counter.paused_at, Counter.pause_reason, Officer.name.label("officer")
            )
            .join(Officer, Officer.id == Counter.officer_id, isouter=True)
            .where(Counter.office_id == setup.office_id)
        )
    }
    visitors = {
        row.counter_id: Visitor(
            row.id,
            label(row.series, row.number),
            row.state,
            row.since_at,
            setup.service_ids[row.service_id].standard.short_name,
        )
        for row in connection.execute(
            select(Ticket).where(
                Ticket.office_id == setup.office_id, Ticket.on_day <= today, ACTIVE, Ticket.state.in_(AT_COUNTER)
            )
        )
    }
    return [
        CounterNow(one, seat.officer_id, seat.officer, seat.paused_at, seat.pause_reason, visitors.get(one.id))
        for one in setup.counters
        if (seat := seats.get(one.id)) is not None
    ]
