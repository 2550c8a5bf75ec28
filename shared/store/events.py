"""What was done last, as an undo asks for it: by an officer, to a file, to the ticket of a visitor."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, func, select

from shared.store.tables import Event


@dataclass(frozen=True, slots=True)
class PastEvent:
    """One row of the audit."""

    id: int
    version: int
    at: datetime
    action: str
    from_state: str | None
    ticket_id: int | None
    case_id: int | None
    counter_id: int | None
    officer_id: int | None
    detail: Mapping[str, object]

    @property
    def was(self) -> Mapping[str, object] | None:
        """What the row was before; None when nothing of it can be taken back."""
        was = self.detail.get("was")
        return was if isinstance(was, Mapping) else None


def of_officer(connection: Connection, officer_id: int) -> PastEvent | None:
    """The newest event of this officer."""
    return _newest(connection, Event.officer_id == officer_id)


def last_counter(connection: Connection, officer_id: int) -> int | None:
    """The id of the counter where this officer did something last."""
    acts = select(Event.counter_id).where(Event.officer_id == officer_id).order_by(Event.id.desc()).limit(200)
    return next((each for each in connection.execute(acts).scalars() if each is not None), None)


def of_file(connection: Connection, case_id: int) -> PastEvent | None:
    """The newest thing that was done to the file itself; what its visitor's ticket did meanwhile is not asked."""
    return _newest(connection, Event.case_id == case_id, Event.ticket_id.is_(None))


def of_complaint(connection: Connection, complaint_id: int) -> PastEvent | None:
    """The newest thing that was done with the complaint."""
    return _newest(connection, Event.complaint_id == complaint_id)


def of_visit(connection: Connection, office_id: int, version: int, case_id: int) -> PastEvent | None:
    """What that change of the file did to the ticket of its visitor."""
    same = Event.office_id == office_id, Event.version == version
    return _newest(connection, *same, Event.case_id == case_id, Event.ticket_id.is_not(None))


def is_newest_of_ticket(connection: Connection, event: PastEvent) -> bool:
    """Whether nothing was done with the event's ticket since."""
    newest = select(func.max(Event.id)).where(Event.ticket_id == event.ticket_id)
    return connection.execute(newest).scalar_one() == event.id


_COLUMNS = tuple(getattr(Event, each.name) for each in fields(PastEvent))


def _newest(connection: Connection, *which: ColumnElement[bool]) -> PastEvent | None:
    row = connection.execute(select(*_COLUMNS).where(*which).order_by(Event.id.desc()).limit(1)).first()
    return None if row is None else PastEvent(**{**row._mapping, "detail": row.detail or {}})
