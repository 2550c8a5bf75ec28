"""Which calls are to be spoken and which were: the line between the counters and the loudspeakers in the room."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select

from shared.domain.board import Call
from shared.domain.errors import Unknown
from shared.domain.numbering import label, office_day
from shared.domain.office import CounterConfig, OfficeConfig
from shared.domain.ticket import State
from shared.store.tables import CALLS, Event, HeardCall, Ticket

SPOKEN_WITHIN = timedelta(seconds=60)
"""An older call is not spoken any more."""
LOOKED_AT = 20
"""Calls and recalls among which the board looks for the last five different numbers."""
MOST_LOOKED_AT = 300
"""When those were all of the last minute."""


@dataclass(frozen=True, slots=True)
class Announcement:
    """What a display says for one call."""

    number: str
    counter: CounterConfig
    language: str


def announcement(connection: Connection, office: OfficeConfig, call_id: int) -> Announcement:
    """The call with this id, the version of its event; raises `Unknown("call")`."""
    row = connection.execute(
        select(Event.counter_id, Ticket.series, Ticket.number, Ticket.language)
        .join(Ticket, Ticket.id == Event.ticket_id)
        .where(Event.office_id == office.office_id, Event.version == call_id, CALLS)
    ).first()
    counter = office.counter_by_id(row.counter_id) if row else None
    if row is None or counter is None:
        raise Unknown("call")
    return Announcement(label(row.series, row.number), counter, row.language)


def recent(connection: Connection, office: OfficeConfig, now: datetime) -> list[Call]:
    """The last calls of today, newest first, without those that were taken back (released, cancelled).

    At least those among which the board looks for its own, and all of the last minute.
    """
    today, since = office_day(now, office.zone), now - SPOKEN_WITHIN
    rows = connection.execute(_RECENT, {"the_office": office.office_id, "the_limit": LOOKED_AT}).all()
    if len(rows) == LOOKED_AT and rows[-1].at > since:
        rows = connection.execute(_RECENT, {"the_office": office.office_id, "the_limit": MOST_LOOKED_AT}).all()
    calls = []
    for row in rows:
        counter = office.counter_by_id(row.counter_id)
        if counter is not None and row.on_day == today and row.state not in (State.WAITING, State.CANCELLED):
            calls.append(Call(row.version, label(row.series, row.number), counter.number, counter.name, row.at))
    return calls


def speech(
    connection: Connection, office: OfficeConfig, now: datetime, calls: Sequence[Call], shown: Iterable[int]
) -> dict[str, Any]:
    """Facts for the board. `speak`: those of the recent `calls` that are of the last minute, oldest first.

    `heard`: the ids among those and the `shown` ones that a display has begun to speak.
    """
    speak = [call.facts() for call in reversed(calls) if call.at > now - SPOKEN_WITHIN]
    return {"speak": speak, "heard": sorted(_heard(connection, office, {*shown, *(call["id"] for call in speak)}))}


_NEWEST = (
    select(Event.version, Event.at, Event.ticket_id, Event.counter_id)
    .where(Event.office_id == bindparam("the_office"), CALLS)
    .order_by(Event.version.desc())
    .limit(bindparam("the_limit"))
    .subquery()
)
_RECENT = (
    select(_NEWEST, Ticket.series, Ticket.number, Ticket.on_day, Ticket.state)
    .join(Ticket, Ticket.id == _NEWEST.c.ticket_id)
    .order_by(_NEWEST.c.version.desc())
    .execution_options(prepared=True)
)


def _heard(connection: Connection, office: OfficeConfig, ids: set[int]) -> list[int]:
    if not ids:
        return []
    rows = connection.execute(_HEARD, {"the_office": office.office_id, "the_oldest": min(ids)})
    return [each for each in rows.scalars() if each in ids]


_HEARD = (
    select(HeardCall.call_id)
    .where(HeardCall.office_id == bindparam("the_office"), HeardCall.call_id >= bindparam("the_oldest"))
    .execution_options(prepared=True)
)


def hear(connection: Connection, office: OfficeConfig, call_id: int, now: datetime) -> bool:
    """Notes that a display has begun to speak this call; False when another one had. Raises `Unknown("call")`."""
    announcement(connection, office, call_id)
    if _heard(connection, office, {call_id}):
        return False
    connection.execute(insert(HeardCall), {"office_id": office.office_id, "call_id": call_id, "at": now})
    return True


@dataclass(frozen=True, slots=True)
class LastCall:
    """The newest call of a ticket, for its counter: "panggilan belum terdengar" when nobody spoke it in time."""

    id: int
    at: datetime
    is_heard: bool


def last_call(connection: Connection, office_id: int, ticket_id: int) -> LastCall | None:
    """None when the ticket was never called."""
    row = connection.execute(
        select(Event.version, Event.at, HeardCall.call_id)
        .outerjoin(HeardCall, (HeardCall.office_id == Event.office_id) & (HeardCall.call_id == Event.version))
        .where(Event.ticket_id == ticket_id, Event.office_id == office_id, CALLS)
        .order_by(Event.version.desc())
        .limit(1)
    ).first()
    return None if row is None else LastCall(row.version, row.at, row.call_id is not None)
