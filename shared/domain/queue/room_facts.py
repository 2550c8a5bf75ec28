"""What a room is made of: tickets, seats, calls, numbers, and the one rule for whom a counter may call."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from shared.domain.numbering import label
from shared.domain.office import CounterConfig
from shared.domain.queue.policy import Lane
from shared.domain.queue.ticket import State
from shared.domain.standards.standard import Role


class WaitsFor(NamedTuple):
    """Whom a ticket waits for: any counter of the role that serves the service, or one counter by name."""

    role: Role
    service_id: int
    counter_id: int | None = None


class LinePlace(NamedTuple):
    """A place in a lane; the id settles a tie."""

    queued_at: datetime
    ticket_id: int


@dataclass(frozen=True, slots=True)
class QueueTicket:
    """A person in the room on one day; the columns of its row (`store.tables.Ticket` says what each one means)."""

    id: int
    office_id: int
    on_day: date
    series: str
    number: int
    service_id: int
    token: str
    nonce: str
    state: State
    lane: Lane
    role: Role
    language: str
    taken_at: datetime
    queued_at: datetime
    since_at: datetime
    counter_id: int | None = None
    recalls: int = 0
    note: str | None = None
    return_counter_id: int | None = None
    case_id: int | None = None
    quota_service_id: int | None = None
    estimate_s: float | None = None
    quote_low: int | None = None
    quote_high: int | None = None

    @property
    def label(self) -> str:
        """The number as people read it."""
        return label(self.series, self.number)

    @property
    def waits_for(self) -> WaitsFor:
        return WaitsFor(self.role, self.service_id, self.counter_id)

    @property
    def place(self) -> LinePlace:
        return LinePlace(self.queued_at, self.id)


@dataclass(frozen=True, slots=True)
class Seat:
    """Who sits at a counter, whether it is paused, and its `streak`: see `policy.pick`."""

    counter_id: int
    officer_id: int | None = None
    streak: int = 0
    paused_at: datetime | None = None
    pause_reason: str | None = None


@dataclass(frozen=True, slots=True)
class CallMade:
    """A call or a recall; `id` is the version of its event."""

    id: int
    ticket_id: int
    number: str
    counter_id: int | None
    at: datetime
    on_day: date
    """The day of the ticket."""


@dataclass(frozen=True, slots=True)
class NumberGiven:
    """How many numbers a service gave today."""

    service_id: int
    number: int


Fact = QueueTicket | Seat | CallMade | NumberGiven
"""What a change can teach a room."""


def may_call(counter: CounterConfig, wanted: WaitsFor) -> bool:
    """The one rule for whom a counter may call: who was sent to it by name, and whom its role and services cover."""
    if wanted.counter_id is not None:
        return wanted.counter_id == counter.id
    return counter.serves(wanted.role, wanted.service_id)
