"""What one counter's panel reads: few statements, and whole rows only of the tickets that are shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, func, or_, select, union_all

from shared.domain.office import CounterConfig, OfficeConfig
from shared.domain.policy import Lane
from shared.domain.ticket import AT_COUNTER, State
from shared.store.tables import ACTIVE, Counter, CounterMessage, Event, Office, Officer, Ticket


@dataclass(frozen=True, slots=True)
class Today:
    """What an officer did today, as they count it themselves."""

    served: int
    missed: int
    mean_s: int | None = None
    """From the start to the finish of a visitor; None while nobody was served."""


def seat(connection: Connection, counter: CounterConfig) -> Row[*tuple[Any, ...]]:
    """`version` of the office, and of the counter its officer, streak and rest."""
    return connection.execute(_SEAT, {"the_counter": counter.id}).one()


_SEAT = (
    select(
        Office.version,
        Counter.officer_id,
        Counter.streak,
        Counter.paused_at,
        Counter.pause_reason,
        Officer.name.label("officer_name"),
    )
    .select_from(Counter)
    .join(Office, Office.id == Counter.office_id)
    .join(Officer, Officer.id == Counter.officer_id, isouter=True)
    .where(Counter.id == bindparam("the_counter"))
)


def front_of_lines(
    connection: Connection, office: OfficeConfig, counter: CounterConfig, today: date, limit: int
) -> Sequence[Row[*tuple[Any, ...]]]:
    """The first `limit` of each lane who wait for this counter: `id`, `lane` and `queued_at`."""
    return connection.execute(_HEADS, {**_reach(office, counter, today), "the_limit": limit}).all()


def waiting(connection: Connection, office: OfficeConfig, counter: CounterConfig, today: date) -> dict[int, int]:
    """Service id -> people who wait for this counter."""
    rows = connection.execute(_WAITING, _reach(office, counter, today))
    return {row.service_id: row.people for row in rows}


def here(
    connection: Connection, office: OfficeConfig, counter: CounterConfig, today: date
) -> Sequence[Row[*tuple[Any, ...]]]:
    """Tickets at this counter, held by it, or missed and callable from it; yesterday's that still stand here too."""
    return [
        *connection.execute(_STUCK, {"the_counter": counter.id, "the_day": today}),
        *connection.execute(_HERE, _reach(office, counter, today)),
    ]


def tickets(connection: Connection, ids: Sequence[int]) -> dict[int, Row[*tuple[Any, ...]]]:
    """Whole rows by id."""
    rows = connection.execute(_TICKETS, {"the_ids": list(ids)}) if ids else ()
    return {row.id: row for row in rows}


def last_action(connection: Connection, officer_id: int) -> Row[*tuple[Any, ...]] | None:
    """The newest event of this officer, with `series` and `ticket_number` of its ticket."""
    return connection.execute(_LAST, {"the_officer": officer_id}).first()


def done_today(connection: Connection, officer_id: int, since: datetime) -> Today:
    """Folded from the officer's events; what was taken back does not count."""
    began: dict[int, datetime] = {}
    spent_s: dict[int, float] = {}
    missed = 0
    for row in connection.execute(_DONE, {"the_officer": officer_id, "since": since}):
        if row.action == "start":
            began[row.ticket_id] = row.at
        elif row.action == "finish":
            spent_s[row.ticket_id] = (row.at - began.get(row.ticket_id, row.at)).total_seconds()
        elif row.action == "miss":
            missed += 1
        elif row.from_state == State.DONE:
            spent_s.pop(row.ticket_id, None)
        elif row.from_state == State.ABSENT:
            missed -= 1
    return Today(len(spent_s), missed, round(sum(spent_s.values()) / len(spent_s)) if spent_s else None)


def messages(connection: Connection, office_id: int, now: datetime) -> Sequence[Row[*tuple[Any, ...]]]:
    """What the supervisor tells the counters now, newest first."""
    return connection.execute(_MESSAGES, {"the_office": office_id, "now": now}).all()


def _reach(office: OfficeConfig, counter: CounterConfig, today: date) -> dict[str, Any]:
    ids = counter.service_ids if counter.service_ids is not None else office.service_ids.keys()
    return {
        "the_office": office.office_id,
        "the_day": today,
        "the_counter": counter.id,
        "the_roles": list(counter.roles),
        "the_services": list(ids),
    }


_TODAY = (Ticket.office_id == bindparam("the_office")) & (Ticket.on_day == bindparam("the_day")) & ACTIVE
_SERVED_HERE = Ticket.role.in_(bindparam("the_roles", expanding=True)) & Ticket.service_id.in_(
    bindparam("the_services", expanding=True)
)
_WAITS_HERE = (
    _TODAY
    & (Ticket.state == State.WAITING)
    & _SERVED_HERE
    & or_(Ticket.counter_id.is_(None), Ticket.counter_id == bindparam("the_counter"))
)


def _head(lane: Lane) -> Select[Any]:
    first = (
        select(Ticket.id, Ticket.lane, Ticket.queued_at)
        .where(_WAITS_HERE, Ticket.lane == lane)
        .order_by(Ticket.queued_at, Ticket.id)
        .limit(bindparam("the_limit"))
        .subquery()
    )
    return select(first)


_HEADS = union_all(*(_head(lane) for lane in Lane))
_WAITING = select(Ticket.service_id, func.count().label("people")).where(_WAITS_HERE).group_by(Ticket.service_id)
_HERE = (
    select(Ticket)
    .where(
        _TODAY,
        or_(
            (Ticket.counter_id == bindparam("the_counter")) & Ticket.state.in_((*AT_COUNTER, State.HELD)),
            (Ticket.state == State.ABSENT) & _SERVED_HERE,
        ),
    )
    .order_by(Ticket.since_at.desc(), Ticket.id)
)
_STUCK = select(Ticket).where(
    Ticket.counter_id == bindparam("the_counter"), Ticket.state.in_(AT_COUNTER), Ticket.on_day < bindparam("the_day")
)
_TICKETS = select(Ticket).where(Ticket.id.in_(bindparam("the_ids", expanding=True)))
_LAST = (
    select(Event, Ticket.series, Ticket.number.label("ticket_number"))
    .join(Ticket, Ticket.id == Event.ticket_id, isouter=True)
    .where(Event.officer_id == bindparam("the_officer"))
    .order_by(Event.id.desc())
    .limit(1)
)
_DONE = (
    select(Event.action, Event.at, Event.ticket_id, Event.from_state)
    .where(
        Event.officer_id == bindparam("the_officer"),
        Event.at >= bindparam("since"),
        Event.action.in_(("start", "finish", "miss", "undo")),
        Event.ticket_id.is_not(None),
    )
    .order_by(Event.id)
)
_MESSAGES = (
    select(CounterMessage)
    .where(CounterMessage.office_id == bindparam("the_office"), CounterMessage.until_at > bindparam("now"))
    .order_by(CounterMessage.id.desc())
    .limit(3)
)
