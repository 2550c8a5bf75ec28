"""What one counter's panel reads beside the room: what its officer did today, and the supervisor's messages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, select

from shared.domain.numbering import label
from shared.domain.queue.ticket import State
from shared.store import access
from shared.store.tables import CounterMessage, Event, Ticket


@dataclass(frozen=True, slots=True)
class Today:
    """What an officer did today, as they count it themselves."""

    served: int
    missed: int
    mean_s: int | None = None
    """From the start to the finish of a visitor; None while nobody was served."""


def officer_name(connection: Connection, officer_id: int) -> str | None:
    officer = access.officer(connection, officer_id)
    return officer.name if officer else None


def number_of(connection: Connection, ticket_id: int) -> str:
    """The number of a ticket, of whichever state and day."""
    row = connection.execute(select(Ticket.series, Ticket.number).where(Ticket.id == ticket_id)).one()
    return label(row.series, row.number)


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


@dataclass(frozen=True, slots=True)
class FloorMessage:
    """What the supervisor tells every counter."""

    text: str


def messages(connection: Connection, office_id: int, now: datetime) -> list[FloorMessage]:
    """What the supervisor tells the counters now, newest first."""
    rows = connection.execute(_MESSAGES, {"the_office": office_id, "now": now})
    return [FloorMessage(row.text) for row in rows]


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
