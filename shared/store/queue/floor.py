"""What the floor plan reads: every counter with its officer, its visitor and since when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Connection, func, select

from shared.domain.office import CounterConfig, OfficeConfig, ServiceConfig
from shared.domain.queue.counter import Load, Wait, wait_level
from shared.domain.queue.room import Room
from shared.domain.queue.ticket import QueueTicket, State
from shared.store.tables import FAILED, Event, Officer, PrintJob, Ticket


@dataclass(frozen=True, slots=True)
class Visitor:
    id: int
    number: str
    state: State
    since_at: datetime
    service: str


@dataclass(frozen=True, slots=True)
class CounterNow:
    counter: CounterConfig
    officer_id: int | None
    officer: str | None
    paused_at: datetime | None
    pause_reason: str | None
    visitor: Visitor | None

    @property
    def shown_state(self) -> str:
        """That of its visitor; without one, whether somebody sits there."""
        if self.visitor is not None:
            return self.visitor.state.value
        return "open" if self.officer_id else "empty"


def counters(connection: Connection, room: Room) -> list[CounterNow]:
    """Every counter of the office as it is now, by number."""
    names = select(Officer.id, Officer.name).where(Officer.office_id == room.office.office_id)
    officers = {row.id: row.name for row in connection.execute(names)}
    found = []
    for one in room.office.counters:
        seat, here = room.seat(one), room.at_counter(one)
        name = None if seat.officer_id is None else officers.get(seat.officer_id)
        visitor = None if here is None else _visitor(room, here)
        found.append(CounterNow(one, seat.officer_id, name, seat.paused_at, seat.pause_reason, visitor))
    return found


def _visitor(room: Room, here: QueueTicket) -> Visitor:
    service = room.office.service_ids[here.service_id].standard.short_name
    return Visitor(here.id, here.label, here.state, here.since_at, service)


@dataclass(frozen=True, slots=True)
class Queue:
    """One service's line."""

    service: ServiceConfig
    waiting: int
    longest_s: int
    """Of those who wait now; 0 when nobody does."""
    is_red: int
    """How many wait longer than the service's second limit."""


def queues(room: Room, now: datetime) -> list[Queue]:
    """Every offered service's line, in the order of the office; one that was withdrawn while somebody waits for it."""
    waits: dict[int, list[float]] = {}
    for one in room.waiting():
        waits.setdefault(one.service_id, []).append((now - one.taken_at).total_seconds())
    return [
        Queue(
            one,
            len(mine := waits.get(one.id, [])),
            int(max(mine, default=0)),
            sum(wait_level(wait_s, room.office.settings.wait_limits(one.slug)) == Wait.TOO_LONG for wait_s in mine),
        )
        for one in room.office.services
        if one.is_active or one.id in waits
    ]


def load(connection: Connection, office: OfficeConfig, today: date, now: datetime) -> Load:
    """Arrivals of the last hour, and the mean time from start to finish of those who were served today."""
    hour_ago = now - timedelta(hours=1)
    today_all = Ticket.office_id == office.office_id, Ticket.on_day == today
    came = connection.execute(select(func.count()).where(*today_all, Ticket.taken_at > hour_ago)).scalar_one()
    started = (
        select(Event.ticket_id, func.max(Event.at).label("at"))
        .where(
            Event.action == "start",
            Event.ticket_id.in_(select(Ticket.id).where(*today_all, Ticket.state == State.DONE)),
        )
        .group_by(Event.ticket_id)
        .subquery()
    )
    times = connection.execute(select(Ticket.since_at, started.c.at).join(started, started.c.ticket_id == Ticket.id))
    spent = [(row.since_at - row.at).total_seconds() for row in times]
    return Load(float(came), sum(spent) / len(spent) if spent else None)


def failed_slips(connection: Connection, office: OfficeConfig, now: datetime) -> int:
    """Slips of the last day that failed."""
    mine = PrintJob.office_id == office.office_id, FAILED, PrintJob.made_at > now - timedelta(days=1)
    return connection.execute(select(func.count()).where(*mine)).scalar_one()
