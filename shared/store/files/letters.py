"""Letters as their rows hold them: those of a file, those of a list, the last number of a series; reads only."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from pydantic import TypeAdapter
from sqlalchemy import Connection, func, select

from shared.domain.files.letters import IssuedLetter, Signer
from shared.domain.identity import folded
from shared.domain.numbering import register_label
from shared.store.tables import AnyRow, FileRecord, LetterCounter, LetterRecord, Officer

_SIGNER = TypeAdapter(Signer | None)


@dataclass(frozen=True, slots=True)
class LetterLine:
    """A letter in a list of them."""

    letter: IssuedLetter
    made_at: datetime
    officer: str
    register: str | None
    """Of the file that it belongs to."""
    voided_at: datetime | None


def signer_to_json(signer: Signer | None) -> dict[str, object] | None:
    """As it stands in the letter's row."""
    made: dict[str, object] | None = _SIGNER.dump_python(signer, mode="json")
    return made


def find(connection: Connection, office_id: int, letter_id: int) -> IssuedLetter | None:
    row = connection.execute(
        select(LetterRecord).where(LetterRecord.office_id == office_id, LetterRecord.id == letter_id)
    ).first()
    return None if row is None else _letter(row)


def of_files(connection: Connection, case_ids: Iterable[int]) -> dict[int, list[IssuedLetter]]:
    """File -> its letters in the order in which they were given, void ones included."""
    found: dict[int, list[IssuedLetter]] = {}
    mine = select(LetterRecord).where(LetterRecord.case_id.in_(list(case_ids))).order_by(LetterRecord.id)
    for row in connection.execute(mine):
        found.setdefault(row.case_id, []).append(_letter(row))
    return found


def standing(
    connection: Connection, office_id: int, case_id: int, series: str, step: str | None
) -> IssuedLetter | None:
    """The letter of that series that the step of a file has already, unless it is void."""
    mine = (
        LetterRecord.office_id == office_id,
        LetterRecord.case_id == case_id,
        LetterRecord.series == series,
        LetterRecord.step == step if step else LetterRecord.step.is_(None),
        LetterRecord.voided_at.is_(None),
    )
    row = connection.execute(select(LetterRecord).where(*mine).order_by(LetterRecord.id.desc())).first()
    return None if row is None else _letter(row)


def last_numbers(connection: Connection, office_id: int, year: int) -> dict[str, int]:
    """Series -> the last number that was given in that year."""
    mine = LetterCounter.office_id == office_id, LetterCounter.year == year
    return {row.series: row.last_number for row in connection.execute(select(LetterCounter).where(*mine))}


@dataclass(frozen=True, slots=True)
class SeriesCount:
    """What one series gave in one year; `first` and `last`: the running numbers."""

    title: str
    count: int
    void: int
    of_files: int
    first: int
    last: int

    @property
    def missing(self) -> int:
        """Numbers between the first and the last that no letter has: given on paper meanwhile."""
        return self.last - self.first + 1 - self.count


def counts(connection: Connection, office_id: int, year: int) -> list[SeriesCount]:
    """The series that gave numbers in that year."""
    given = func.count(LetterRecord.id).label("given")
    query = (
        select(
            func.max(LetterRecord.title).label("title"),
            given,
            func.count(LetterRecord.voided_at).label("void"),
            func.count(LetterRecord.case_id).label("of_files"),
            func.min(LetterRecord.serial).label("first"),
            func.max(LetterRecord.serial).label("last"),
        )
        .where(LetterRecord.office_id == office_id, LetterRecord.year == year)
        .group_by(LetterRecord.series)
        .order_by(LetterRecord.series)
    )
    return [
        SeriesCount(row.title, row.given, row.void, row.of_files, row.first, row.last)
        for row in connection.execute(query)
    ]


def years(connection: Connection, office_id: int) -> Sequence[int]:
    """The years in which letters were given, newest first."""
    mine = select(LetterRecord.year).where(LetterRecord.office_id == office_id).distinct()
    return connection.execute(mine.order_by(LetterRecord.year.desc())).scalars().all()


def listed(
    connection: Connection,
    office_id: int,
    *,
    year: int | None = None,
    series: str | None = None,
    text: str = "",
    limit: int,
    offset: int = 0,
) -> tuple[list[LetterLine], int]:
    """The letters, newest first, and how many there are; `text`: in number, subject or addressee, however typed."""
    where = [LetterRecord.office_id == office_id]
    if year is not None:
        where.append(LetterRecord.year == year)
    if series:
        where.append(LetterRecord.series == series)
    newest = LetterRecord.on_day.desc(), LetterRecord.id.desc()
    query = (
        select(LetterRecord, Officer.name.label("officer"), FileRecord.register_number, FileRecord.register_year)
        .join(Officer, Officer.id == LetterRecord.officer_id)
        .outerjoin(FileRecord, FileRecord.id == LetterRecord.case_id)
        .order_by(*newest)
    )
    wanted = folded(text)
    if not wanted:
        count = connection.execute(select(func.count(LetterRecord.id)).where(*where)).scalar_one()
        return [_line(row) for row in connection.execute(query.where(*where).limit(limit).offset(offset))], count
    # No database folds accents the same way, so the texts are compared here.
    columns = LetterRecord.number, LetterRecord.subject, LetterRecord.addressee
    texts = connection.execute(select(LetterRecord.id, *columns).where(*where).order_by(*newest)).all()
    ids = [row.id for row in texts if any(wanted in folded(each) for each in row[1:])]
    page = query.where(LetterRecord.id.in_(ids[offset : offset + limit]))
    return [_line(row) for row in connection.execute(page)], len(ids)


def _line(row: AnyRow) -> LetterLine:
    register = register_label(row.register_number, row.register_year)
    return LetterLine(_letter(row), row.made_at, row.officer, register, row.voided_at)


def _letter(row: AnyRow) -> IssuedLetter:
    return IssuedLetter(
        row.id,
        row.series,
        row.title,
        row.number,
        row.on_day,
        _SIGNER.validate_python(row.signer),
        row.subject,
        row.addressee,
        row.case_id,
        row.step,
        row.void_reason,
    )
