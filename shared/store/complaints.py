"""The book of complaints: one of them, those that an officer looks for, those that are late; who wrote them apart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, Connection, func, or_, select

from shared.domain.bounds import FIRST_DAY, LAST_DAY
from shared.domain.complaint import (
    OPEN,
    ComplaintKind,
    ComplaintState,
    Entrance,
    PersonKept,
    complaint_label,
    due,
    parse_complaint,
)
from shared.domain.office import OfficeConfig
from shared.domain.reports.period import span
from shared.domain.rights import RIGHTS, Right
from shared.store.tables import AnyRow, ComplaintPerson, ComplaintRecord, Event, Officer, OfficerRole, Ticket

PAGE = 100
"""Complaints on one page of the book."""


@dataclass(frozen=True, slots=True)
class ComplaintView:
    """One complaint without its writer. `row`: every column, for the pages and for taking back."""

    row: AnyRow
    id: int
    office_id: int
    label: str
    token: str
    kind: ComplaintKind
    entrance: Entrance
    person: PersonKept
    state: ComplaintState
    handler_id: int | None
    barred: frozenset[int]
    language: str
    received_at: datetime
    since_at: datetime
    verify_by: datetime
    answer_by: datetime
    answered_at: datetime | None

    @property
    def due_at(self) -> datetime | None:
        """Its next deadline; None when nobody waits any more."""
        return due(self.state, self.verify_by, self.answer_by)

    def is_late(self, now: datetime) -> bool:
        return self.due_at is not None and now > self.due_at


@dataclass(frozen=True, slots=True)
class BookFilter:
    """What of the book is wanted; None: all. `text`: a number, or words of what was said."""

    state: ComplaintState | None = None
    kind: ComplaintKind | None = None
    entrance: Entrance | None = None
    year: int | None = None
    from_on: date | None = None
    until_on: date | None = None
    is_open: bool = False
    text: str = ""


@dataclass(frozen=True, slots=True)
class Writer:
    """Who wrote it."""

    name: str
    contact: str


# --- one ---


def find(connection: Connection, office_id: int, complaint_id: int) -> ComplaintView | None:
    return _one(connection, ComplaintRecord.office_id == office_id, ComplaintRecord.id == complaint_id)


def by_nonce(connection: Connection, office_id: int, nonce: str) -> ComplaintView | None:
    return _one(connection, ComplaintRecord.office_id == office_id, ComplaintRecord.nonce == nonce)


def by_token(connection: Connection, token: str) -> ComplaintView | None:
    """Of whichever office."""
    return _one(connection, ComplaintRecord.token == token)


def writer(connection: Connection, complaint_id: int) -> Writer | None:
    """Who wrote it, for somebody who `may_see_person`; None for nobody, and when the time for it is over."""
    row = connection.execute(select(ComplaintPerson).where(ComplaintPerson.complaint_id == complaint_id)).first()
    return None if row is None else Writer(row.name, row.contact)


def history(connection: Connection, complaint_id: int) -> Sequence[AnyRow]:
    """Its events, oldest first, with the officer's name."""
    return connection.execute(
        select(Event.at, Event.action, Event.from_state, Event.to_state, Officer.name.label("officer"))
        .outerjoin(Officer, Officer.id == Event.officer_id)
        .where(Event.complaint_id == complaint_id)
        .order_by(Event.id)
    ).all()


# --- many ---


def book(
    connection: Connection,
    office: OfficeConfig,
    wanted: BookFilter,
    *,
    before: int | None = None,
    limit: int | None = PAGE,
) -> list[ComplaintView]:
    """The newest first, without their writers; `limit` None: all of them, for an export."""
    mine = [ComplaintRecord.office_id == office.office_id, *_filters(office, wanted)]
    if before is not None:
        mine.append(ComplaintRecord.id < before)
    rows = connection.execute(select(ComplaintRecord).where(*mine).order_by(ComplaintRecord.id.desc()).limit(limit))
    return [_made(row) for row in rows]


def in_state(connection: Connection, office_id: int, *states: ComplaintState) -> list[ComplaintView]:
    """The oldest first."""
    mine = ComplaintRecord.office_id == office_id, ComplaintRecord.state.in_([state.value for state in states])
    return [_made(row) for row in connection.execute(select(ComplaintRecord).where(*mine).order_by(ComplaintRecord.id))]


def waiting(connection: Connection, office_id: int) -> list[ComplaintView]:
    """Those that nobody has answered yet."""
    return in_state(connection, office_id, *OPEN)


def published(connection: Connection, office: OfficeConfig, from_on: date, until_on: date) -> Sequence[AnyRow]:
    """What stands on the page of these days: `public_said`, `public_done`, `kind`, `answered_at`; nobody's words."""
    begins, ends = span(from_on, until_on, office.zone)
    return connection.execute(
        select(
            ComplaintRecord.kind,
            ComplaintRecord.public_said,
            ComplaintRecord.public_done,
            ComplaintRecord.answered_at,
        )
        .where(
            ComplaintRecord.office_id == office.office_id,
            ComplaintRecord.public_said != "",
            ComplaintRecord.answered_at >= begins,
            ComplaintRecord.answered_at < ends,
        )
        .order_by(ComplaintRecord.answered_at)
    ).all()


# --- officers ---


def handlers(
    connection: Connection, office_id: int, today: date, right: Right = Right.HANDLE_COMPLAINTS
) -> dict[int, str]:
    """Id -> name of the officers who may handle complaints today, or have another right in them."""
    rows = connection.execute(
        select(Officer.id, Officer.name)
        .join(OfficerRole, OfficerRole.officer_id == Officer.id)
        .where(
            Officer.office_id == office_id,
            Officer.is_active,
            OfficerRole.role.in_(RIGHTS[right]),
            or_(OfficerRole.from_on.is_(None), OfficerRole.from_on <= today),
            or_(OfficerRole.until_on.is_(None), OfficerRole.until_on >= today),
        )
        .order_by(Officer.name)
    )
    return {row.id: row.name for row in rows}


def last_at_counter(connection: Connection, counter_id: int) -> set[int]:
    """Who did something there last."""
    last = (
        select(Event.officer_id)
        .where(Event.counter_id == counter_id, Event.officer_id.is_not(None))
        .order_by(Event.id.desc())
        .limit(1)
    )
    return {officer_id for officer_id in connection.execute(last).scalars() if officer_id is not None}


def who_served(connection: Connection, office_id: int, ticket_token: str) -> set[int]:
    """The officers who did something with this visitor's number."""
    served = (
        select(Event.officer_id)
        .join(Ticket, Ticket.id == Event.ticket_id)
        .where(Ticket.token == ticket_token, Ticket.office_id == office_id, Event.officer_id.is_not(None))
        .distinct()
    )
    return {officer_id for officer_id in connection.execute(served).scalars() if officer_id is not None}


# --- figures ---


@dataclass(frozen=True, slots=True)
class ComplaintFigures:
    """A period's complaints by the day on which they came in."""

    came_in: dict[tuple[str, str, str], int]
    """(kind, entrance, state now) -> how many."""
    answered: int
    in_time: int
    """Of the answered ones, those before their day."""
    late: int
    """Of those that still wait."""
    days: list[float]
    """Of each answered one, from its coming in to its answer."""
    by_service: dict[int | None, int]
    """None: about no service in particular."""

    @property
    def total(self) -> int:
        return sum(self.came_in.values())


def figures(
    connection: Connection,
    office: OfficeConfig,
    from_on: date,
    until_on: date,
    now: datetime,
    service_id: int | None = None,
) -> ComplaintFigures:
    """Both days included; `service_id`: only about that service."""
    begins, ends = span(from_on, until_on, office.zone)
    within = [
        ComplaintRecord.office_id == office.office_id,
        ComplaintRecord.received_at >= begins,
        ComplaintRecord.received_at < ends,
    ]
    if service_id is not None:
        within.append(ComplaintRecord.service_id == service_id)
    names = ComplaintRecord.kind, ComplaintRecord.entrance, ComplaintRecord.state
    counted = connection.execute(select(*names, func.count()).where(*within).group_by(*names))
    came_in = {(kind, entrance, state): count for kind, entrance, state, count in counted}
    times = connection.execute(
        select(
            ComplaintRecord.received_at,
            ComplaintRecord.answered_at,
            ComplaintRecord.answer_by,
            ComplaintRecord.state,
            ComplaintRecord.service_id,
        ).where(*within)
    ).all()
    answered = [row for row in times if row.answered_at is not None]
    open_states = {state.value for state in OPEN}
    return ComplaintFigures(
        came_in,
        len(answered),
        sum(row.answered_at <= row.answer_by for row in answered),
        sum(row.state in open_states and row.answer_by < now for row in times),
        [(row.answered_at - row.received_at).total_seconds() / 86400 for row in answered],
        Counter(row.service_id for row in times),
    )


# --- inside ---


def _one(connection: Connection, *which: ColumnElement[bool]) -> ComplaintView | None:
    row = connection.execute(select(ComplaintRecord).where(*which)).first()
    return None if row is None else _made(row)


def _made(row: AnyRow) -> ComplaintView:
    return ComplaintView(
        row,
        row.id,
        row.office_id,
        complaint_label(row.number, row.year),
        row.token,
        ComplaintKind(row.kind),
        Entrance(row.entrance),
        PersonKept(row.person),
        ComplaintState(row.state),
        row.handler_id,
        frozenset(row.barred),
        row.language,
        row.received_at,
        row.since_at,
        row.verify_by,
        row.answer_by,
        row.answered_at,
    )


def _filters(office: OfficeConfig, wanted: BookFilter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    for column, value in (
        (ComplaintRecord.state, wanted.state),
        (ComplaintRecord.kind, wanted.kind),
        (ComplaintRecord.entrance, wanted.entrance),
    ):
        if value is not None:
            found.append(column == value.value)
    if wanted.year is not None:
        found.append(ComplaintRecord.year == wanted.year)
    if wanted.from_on or wanted.until_on:
        begins, ends = span(wanted.from_on or FIRST_DAY, wanted.until_on or LAST_DAY, office.zone)
        found += [ComplaintRecord.received_at >= begins, ComplaintRecord.received_at < ends]
    if wanted.is_open:
        found.append(ComplaintRecord.state.in_([state.value for state in OPEN]))
    if wanted.text.strip():
        found.append(_about(wanted.text.strip()))
    return found


def _about(text: str) -> ColumnElement[bool]:
    """A number, or the number that it has elsewhere. What was said is not searched: it may be barred to the reader."""
    number = parse_complaint(text)
    foreign = ComplaintRecord.foreign_number == text
    if number is None:
        return foreign
    here = ComplaintRecord.number == number[0]
    return or_(here & (ComplaintRecord.year == number[1]) if number[1] else here, foreign)
