"""Which calls are to be spoken and which were: the line between the counters and the loudspeakers in the room."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select

from shared.domain.errors import Unknown
from shared.domain.numbering import label
from shared.domain.office import CounterConfig, OfficeConfig
from shared.store import hot
from shared.store.tables import CALLS, Event, HeardCall, Ticket


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


def heard(connection: Connection, office_id: int, ids: Collection[int]) -> list[int]:
    """Those of the calls that a display has begun to speak, in order."""
    if not ids:
        return []
    return sorted(each for each in hot.heard_calls(connection, office_id, min(ids)) if each in ids)


def hear(connection: Connection, office: OfficeConfig, call_id: int, now: datetime) -> bool:
    """Notes that a display has begun to speak this call; False when another one had. Raises `Unknown("call")`."""
    announcement(connection, office, call_id)
    if heard(connection, office.office_id, {call_id}):
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
