"""What past waits and visits teach: stays at counters, learned means, quotes and what became of them; reads only."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, func, select

from shared.domain.numbering import office_day
from shared.domain.office import OfficeConfig
from shared.domain.queue.estimate import FIRST_Q90
from shared.domain.queue.overtaking import UsualDay
from shared.domain.queue.policy import Lane
from shared.domain.queue.ticket import AT_COUNTER, Action
from shared.domain.standards.standard import Role
from shared.store.tables import Event, LearnedDay, OccupiedTime, Ticket

Key = tuple[int, Role]
"""A service and the role of the counter: what `estimate` calls a key."""

_LEAVES = frozenset(
    {Action.FINISH, Action.MISS, Action.HOLD, Action.TRANSFER, Action.PASS_ON, Action.PROCESS, Action.CANCEL}
)
"""Actions that end a visit at a counter and count as service time; a call by mistake (release, undo) does not."""

_EVENTS = (
    select(Event.version, Event.at, Event.action, Event.to_state, Event.ticket_id, Event.counter_id, Ticket.service_id)
    .join(Ticket, Ticket.id == Event.ticket_id)
    .order_by(Event.version, Event.id)
)


@dataclass(frozen=True, slots=True)
class Stay:
    """One visitor at one counter, from the call until they left it."""

    key: Key
    seconds: float


@dataclass(slots=True)
class CounterVisits:
    """The stays of one day so far; `seen` is the version up to which events are counted."""

    on_day: date
    seen: int = 0
    done: list[Stay] = field(default_factory=list)
    called_at: dict[int, datetime] = field(default_factory=dict)
    """Ticket id -> since when it stands at a counter."""

    def read(self, connection: Connection, office: OfficeConfig) -> None:
        """Counts the events that came since the last time."""
        mine = Ticket.office_id == office.office_id, Ticket.on_day == self.on_day
        # The first time by the day's tickets, later by the newest events: neither touches the history.
        newer = (Event.office_id == office.office_id, Event.version > self.seen) if self.seen else ()
        for row in connection.execute(_EVENTS.where(*mine, *newer)):
            self._count(row, office)
            self.seen = row.version

    def _count(self, row: Row[*tuple[Any, ...]], office: OfficeConfig) -> None:
        if row.action == Action.CALL:
            self.called_at[row.ticket_id] = row.at
        elif row.to_state not in AT_COUNTER:
            since = self.called_at.pop(row.ticket_id, None)
            # A visit that only the night ended says nothing about how long it took.
            is_of_today = office_day(row.at, office.zone) == self.on_day
            if since is not None and row.action in _LEAVES and is_of_today:
                self.done.append(Stay(_key(row, office), (row.at - since).total_seconds()))


def _key(row: Row[*tuple[Any, ...]], office: OfficeConfig) -> Key:
    """A counter that does the service's first work counts for that, another for its own."""
    service = office.service_ids[row.service_id]
    counter = office.counter_by_id(row.counter_id)
    role = office.first_role(service)
    if counter is None or role in counter.roles or not counter.roles:
        return service.id, role
    return service.id, min(counter.roles)


def occupied(connection: Connection, office_id: int) -> dict[Key, float]:
    """The newest mean occupied time of each key, seconds."""
    newest = (
        select(OccupiedTime.service_id, OccupiedTime.role, func.max(OccupiedTime.on_day).label("on_day"))
        .where(OccupiedTime.office_id == office_id)
        .group_by(OccupiedTime.service_id, OccupiedTime.role)
        .subquery()
    )
    rows = connection.execute(
        select(OccupiedTime)
        .join(
            newest,
            (OccupiedTime.service_id == newest.c.service_id)
            & (OccupiedTime.role == newest.c.role)
            & (OccupiedTime.on_day == newest.c.on_day),
        )
        .where(OccupiedTime.office_id == office_id)
    )
    return {(row.service_id, row.role): row.mean_s for row in rows}


def learned(connection: Connection, office_id: int) -> tuple[date | None, int, float]:
    """The last day that was learned from, the visitors known until then, and the q90 to quote with."""
    row = connection.execute(
        select(LearnedDay).where(LearnedDay.office_id == office_id).order_by(LearnedDay.on_day.desc()).limit(1)
    ).first()
    return (None, 0, FIRST_Q90) if row is None else (row.on_day, row.visitors, row.q90)


def unlearned_days(connection: Connection, office_id: int, after: date | None, today: date) -> Sequence[date]:
    """Past days with tickets that were not learned from yet, oldest first."""
    days = select(Ticket.on_day).where(Ticket.office_id == office_id, Ticket.on_day < today)
    if after is not None:
        days = days.where(Ticket.on_day > after)
    return connection.execute(days.distinct().order_by(Ticket.on_day)).scalars().all()


def usual_day(connection: Connection, office: OfficeConfig, today: date, days: int = 28) -> UsualDay:
    """How the numbers of the last days were spread over the hours of the office."""
    mine = Ticket.office_id == office.office_id, Ticket.on_day >= today - timedelta(days=days), Ticket.on_day < today
    by_hour, seen = [0] * 24, set()
    for row in connection.execute(select(Ticket.on_day, Ticket.taken_at).where(*mine)):
        by_hour[row.taken_at.astimezone(office.zone).hour] += 1
        seen.add(row.on_day)
    return UsualDay(tuple(by_hour), len(seen))


def taken_today(connection: Connection, office_id: int, today: date) -> list[tuple[int, Lane, int]]:
    """Service, lane and count of the numbers of today."""
    mine = Ticket.office_id == office_id, Ticket.on_day == today
    grouped = select(Ticket.service_id, Ticket.lane, func.count()).where(*mine).group_by(Ticket.service_id, Ticket.lane)
    return [(service_id, lane, count) for service_id, lane, count in connection.execute(grouped)]


@dataclass(frozen=True, slots=True)
class Quoted:
    """A quote that was given, and the wait that came of it, in seconds."""

    service_id: int
    on_day: date
    low_min: int
    high_min: int
    estimate_s: float
    actual_s: float


def quoted(connection: Connection, office_id: int, from_on: date, until_on: date) -> list[Quoted]:
    """The quotes of the tickets of these days, both included, that were called at least once."""
    first_call = (
        select(Event.ticket_id, func.min(Event.at).label("at"))
        .join(Ticket, Ticket.id == Event.ticket_id)
        .where(*_quoted(office_id, from_on, until_on), Event.action == Action.CALL)
        .group_by(Event.ticket_id)
        .subquery()
    )
    rows = connection.execute(
        select(
            Ticket.service_id,
            Ticket.on_day,
            Ticket.quote_low,
            Ticket.quote_high,
            Ticket.estimate_s,
            Ticket.taken_at,
            first_call.c.at,
        ).join(first_call, first_call.c.ticket_id == Ticket.id)
    )
    return [
        Quoted(r.service_id, r.on_day, r.quote_low, r.quote_high, r.estimate_s, (r.at - r.taken_at).total_seconds())
        for r in rows
    ]


def _quoted(office_id: int, from_on: date, until_on: date) -> Iterable[Any]:
    days = Ticket.on_day >= from_on, Ticket.on_day <= until_on
    return Ticket.office_id == office_id, *days, Ticket.estimate_s.is_not(None)


def means(stays: Iterable[Stay]) -> Mapping[Key, tuple[float, int]]:
    """Key -> mean seconds and number of the given stays."""
    by_key: dict[Key, list[float]] = {}
    for stay in stays:
        by_key.setdefault(stay.key, []).append(stay.seconds)
    return {key: (sum(seconds) / len(seconds), len(seconds)) for key, seconds in by_key.items()}
