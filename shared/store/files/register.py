"""The register as it is read: rows by number, name, village, NIK, dates and state; its amendments and closed months."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from operator import attrgetter

from pydantic import TypeAdapter
from sqlalchemy import ColumnElement, Connection, Select, false, func, or_, select

from shared.domain.files.procedure import FileState
from shared.domain.files.register import Amendment, RegisterColumn, RegisterEvent, RegisterRow, row_of
from shared.domain.files.register_month import Marks
from shared.domain.identity import folded, phone, plain, tidy, unlabelled
from shared.domain.numbering import label, parse_register
from shared.domain.office import OfficeConfig
from shared.domain.reports.period import Period, PeriodKind
from shared.domain.standards.standard import ServiceStandard
from shared.store.files import files, letters
from shared.store.tables import (
    AnyRow,
    Event,
    FileRecord,
    LetterRecord,
    Officer,
    Recap,
    RegisterAmendment,
    RegisterClosing,
    Ticket,
)

Standards = Callable[[int], ServiceStandard]
"""One version of a standard by its id."""
CHUNK = 400
"""So many files are read at once: every database takes so many values in one statement."""
_MARKS = TypeAdapter(Marks)


@dataclass(frozen=True, slots=True)
class RegisterSearch:
    """What of the register is wanted; all of it when nothing is said. `period`: in which the file was accepted.

    `text`: a register number as printed ("12/2026"; "12" in every year), a NIK, an NIB, a phone number, a letter's
    number, or part of a name or of a village's name.
    """

    text: str = ""
    period: Period | None = None
    state: FileState | None = None
    service_id: int | None = None

    @property
    def nik(self) -> str | None:
        """The NIK that is looked for: whoever it belongs to is looked at by name."""
        digits = tidy(unlabelled(self.text))
        return digits if len(digits) == NIK_DIGITS and digits.isdecimal() else None


NIK_DIGITS, NIB_DIGITS = 16, 13


@dataclass(frozen=True, slots=True)
class Closing:
    """A month as it was closed; `marks`: what stood in its rows."""

    id: int
    month: Period
    officer: str
    made_at: datetime
    row_count: int
    digest: str
    marks: Marks


def find(
    connection: Connection,
    office: OfficeConfig,
    search: RegisterSearch,
    *,
    limit: int | None = None,
    offset: int = 0,
    oldest_first: bool = False,
) -> tuple[list[int], int]:
    """Ids of the files that are wanted, the newest number first, and how many there are."""
    where = _where(office, search)
    exact = _exact(connection, office, search)
    if exact is not None:
        # first by its own index; the office is not named again, lest all its files be read in the order wanted
        meant = connection.scalars(select(FileRecord.id).where(FileRecord.office_id == office.office_id, exact))
        where = [*where[1:], FileRecord.id.in_(meant.all())]
    elif search.text.strip():
        where.append(_by_name(connection, office, search.text))
    query = _ordered(select(FileRecord.id).where(*where), oldest_first=oldest_first).offset(offset)
    count = connection.execute(select(func.count()).select_from(FileRecord).where(*where)).scalar_one()
    found = connection.execute(query if limit is None else query.limit(limit))
    return [row.id for row in found], count


def rows(connection: Connection, standard: Standards, ids: Sequence[int]) -> list[RegisterRow]:
    """The rows of these files, in this order."""
    made: dict[int, RegisterRow] = {}
    for start in range(0, len(ids), CHUNK):
        made |= _rows(connection, standard, ids[start : start + CHUNK])
    return [made[each] for each in ids if each in made]


def of_period(connection: Connection, standard: Standards, office: OfficeConfig, period: Period) -> list[RegisterRow]:
    """The rows of the files accepted in that period, in the order of their numbers."""
    ids, _ = find(connection, office, RegisterSearch(period=period), oldest_first=True)
    return rows(connection, standard, ids)


def closings(connection: Connection, office_id: int, months: Iterable[date] | None = None) -> list[Closing]:
    """The closings so far, newest month first and newest closing first; of those months only, when they are named."""
    query = (
        select(RegisterClosing, Officer.name.label("officer"))
        .join(Officer, Officer.id == RegisterClosing.officer_id)
        .where(RegisterClosing.office_id == office_id)
        .order_by(RegisterClosing.month_on.desc(), RegisterClosing.id.desc())
    )
    if months is not None:
        query = query.where(RegisterClosing.month_on.in_(list(months)))
    return [_closing(row) for row in connection.execute(query)]


def newest_closings(connection: Connection, office_id: int, months: Iterable[date]) -> dict[date, Closing]:
    """First day of a month -> its newest closing."""
    found: dict[date, Closing] = {}
    for closing in closings(connection, office_id, months):
        found.setdefault(closing.month.first, closing)
    return found


def first_day(connection: Connection, office: OfficeConfig) -> date | None:
    """The day of the oldest row."""
    mine = FileRecord.office_id == office.office_id
    at = connection.execute(select(func.min(FileRecord.registered_at)).where(mine)).scalar_one()
    return None if at is None else at.astimezone(office.zone).date()


# --- which files ---


def _where(office: OfficeConfig, search: RegisterSearch) -> list[ColumnElement[bool]]:
    where = [FileRecord.office_id == office.office_id, FileRecord.register_number.is_not(None)]
    if search.period is not None:
        where.append(FileRecord.registered_at >= search.period.starts_at(office.zone))
        where.append(FileRecord.registered_at < search.period.ends_at(office.zone))
    if search.state is not None:
        where.append(FileRecord.state == search.state)
    if search.service_id is not None:
        where.append(FileRecord.service_id == search.service_id)
    return where


def _exact(connection: Connection, office: OfficeConfig, search: RegisterSearch) -> ColumnElement[bool] | None:
    """The condition for a text that is a number; None for a name, and for a phone number, which is looked for in the
    files' data.
    """
    text, digits = search.text.strip(), tidy(unlabelled(search.text))
    written = parse_register(text)
    if search.nik is not None:
        return FileRecord.nik == search.nik
    if len(digits) == NIB_DIGITS and digits.isdecimal():
        return FileRecord.nib == digits
    if written is not None and not phone(text):
        number, year = written
        same = FileRecord.register_number == number
        return same if year is None else same & (FileRecord.register_year == year)
    number_of_letter = func.lower(func.replace(LetterRecord.number, " ", ""))
    mine = LetterRecord.office_id == office.office_id, number_of_letter == plain(text).replace(" ", "").lower()
    case_id = connection.execute(select(LetterRecord.case_id).where(*mine).limit(1)).scalar_one_or_none()
    return None if case_id is None else FileRecord.id == case_id


def _by_name(connection: Connection, office: OfficeConfig, text: str) -> ColumnElement[bool]:
    """The condition for a text that is part of a name, or a phone number: everything that it asks stands in one index,
    which is read from end to end.
    """
    found = [FileRecord.sought.contains(each, autoescape=True) for each in (folded(text), phone(text)) if each]
    amended = _amended_to(connection, office.office_id, folded(text))
    return or_(*found, FileRecord.id.in_(amended)) if amended else or_(*found, false())


def _amended_to(connection: Connection, office_id: int, wanted: str) -> set[int]:
    mine = select(RegisterAmendment.case_id, RegisterAmendment.becomes).where(RegisterAmendment.office_id == office_id)
    return {row.case_id for row in connection.execute(mine) if wanted in folded(row.becomes)}


def _ordered(query: Select[*tuple[object, ...]], *, oldest_first: bool) -> Select[*tuple[object, ...]]:
    number = FileRecord.register_year, FileRecord.register_number
    return query.order_by(*(number if oldest_first else (each.desc() for each in number)))


# --- their rows ---


def of_file(connection: Connection, standard: Standards, office_id: int, case_id: int) -> RegisterRow | None:
    """The row of one file of the office; None before it was accepted."""
    mine = FileRecord.id == case_id, FileRecord.office_id == office_id
    ids = [row.id for row in connection.execute(select(FileRecord.id).where(*mine))]
    return next(iter(rows(connection, standard, ids)), None)


def _rows(connection: Connection, standard: Standards, ids: Sequence[int]) -> dict[int, RegisterRow]:
    known, given = files.by_id(connection, ids), letters.of_files(connection, ids)
    acts, tickets, amendments = events(connection, ids), _tickets(connection, ids), _amendments(connection, ids)
    found = connection.execute(
        select(FileRecord.id, FileRecord.registered_at, Recap.number.label("recap"))
        .outerjoin(Recap, Recap.id == FileRecord.recap_id)
        .where(FileRecord.id.in_(ids), FileRecord.registered_at.is_not(None))
    )
    return {
        row.id: row_of(
            known[row.id],
            standard(known[row.id].standard_id),
            row.registered_at,
            acts.get(row.id, ()),
            queue_number=tickets.get(row.id, ""),
            letters=given.get(row.id, ()),
            amendments=amendments.get(row.id, ()),
            recap=row.recap or "",
        )
        for row in found
    }


def events(connection: Connection, ids: Sequence[int]) -> dict[int, list[RegisterEvent]]:
    """File -> its events, oldest first; of at most `CHUNK` files."""
    found: dict[int, list[RegisterEvent]] = {}
    query = (
        select(Event, Officer.name.label("officer"))
        .outerjoin(Officer, Officer.id == Event.officer_id)
        .where(Event.case_id.in_(ids))  # and nothing else, nor an order: by any other index it takes a hundredfold
    )
    of_file = (row for row in connection.execute(query) if row.ticket_id is None)
    for row in sorted(of_file, key=attrgetter("id")):
        event = RegisterEvent(row.at, row.action, row.officer or "", row.reason, row.detail or {})
        found.setdefault(row.case_id, []).append(event)
    return found


def _tickets(connection: Connection, ids: Sequence[int]) -> dict[int, str]:
    """The number with which the applicant came first."""
    found: dict[int, str] = {}
    query = select(Ticket.case_id, Ticket.series, Ticket.number).where(Ticket.case_id.in_(ids)).order_by(Ticket.id)
    for row in connection.execute(query):
        found.setdefault(row.case_id, label(row.series, row.number))
    return found


def _amendments(connection: Connection, ids: Sequence[int]) -> dict[int, list[Amendment]]:
    found: dict[int, list[Amendment]] = {}
    query = (
        select(RegisterAmendment, Officer.name.label("officer"))
        .join(Officer, Officer.id == RegisterAmendment.officer_id)
        .where(RegisterAmendment.case_id.in_(ids))
        .order_by(RegisterAmendment.id)
    )
    for row in connection.execute(query):
        column = RegisterColumn(row.column_key)
        amendment = Amendment(column, row.was, row.becomes, row.reason, row.officer, row.at)
        found.setdefault(row.case_id, []).append(amendment)
    return found


def _closing(row: AnyRow) -> Closing:
    month = Period.of(PeriodKind.MONTH, row.month_on)
    return Closing(
        row.id, month, row.officer, row.made_at, row.row_count, row.digest, _MARKS.validate_python(row.marks)
    )
