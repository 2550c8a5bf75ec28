"""Files as their rows hold them: one by its id, by its NIK or NIB, by what it waits for; and the row of a file."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import fields
from datetime import date, datetime

from sqlalchemy import ColumnElement, Connection, Select, TextClause, bindparam, func, or_, select

from shared.domain.errors import Unknown
from shared.domain.files.collected import Collected
from shared.domain.files.file import File, Pause
from shared.domain.files.procedure import RUNNING, FileState
from shared.domain.identity import plain, sought, tidy, unlabelled
from shared.domain.numbering import claim_code, parse_claim, parse_register, parse_short, token_of
from shared.domain.office import OfficeConfig
from shared.domain.reports.period import span
from shared.domain.standards.standard import Collects
from shared.standards import village_names
from shared.store import rows
from shared.store.files.at_work import AT_A_STEP, running_files
from shared.store.tables import RESTING, RUNNING_FILES, TO_RECAP, AnyRow, FileRecord, Ticket


def find(connection: Connection, office_id: int, case_id: int) -> File | None:
    """One file of the office."""
    row = connection.execute(_FILE, {"the_id": case_id, "the_office": office_id}).first()
    return None if row is None else _file(row)


def known(connection: Connection, office_id: int, case_id: int) -> File:
    """The same; raises `Unknown("case")` when the office has none such."""
    file = find(connection, office_id, case_id)
    if file is None:
        raise Unknown("case")
    return file


_FILE = select(FileRecord).where(FileRecord.id == bindparam("the_id"), FileRecord.office_id == bindparam("the_office"))


def token_on_receipt(connection: Connection, office_id: int, code: str, ended_after: datetime | None = None) -> str:
    """The token that a receipt shows: in an address, bare, or as a code below it. Raises `Unknown("case")`.

    The code: six signs, or ten digits. A register number is no proof: anybody can count. The code of a file that has
    ended is known only when it did so after `ended_after`.
    """
    digits, signs = parse_claim(code), parse_short(code)
    if digits is None and signs is None:
        last = plain(code).rstrip("/").rsplit("/", 1)[-1].split("?")[0]
        if not _TOKEN.fullmatch(last):
            raise Unknown("case")
        return last
    wanted = [select(FileRecord.token).where(*running_files(office_id))]
    if ended_after is not None:
        ended = FileRecord.office_id == office_id, RESTING, FileRecord.since_at > ended_after
        wanted.append(select(FileRecord.token).where(*ended))
    tokens = {token for each in wanted for token in connection.scalars(each)}
    by_digits = (token for token in tokens if claim_code(token) == digits)
    found = token_of(signs, tokens) if signs else next(by_digits, None)
    if found is None:
        raise Unknown("case")
    return found


_TOKEN = re.compile(r"[A-Za-z0-9_-]{16,32}")


def in_state(connection: Connection, office_id: int, state: FileState) -> list[File]:
    """The files at a step that are in this state, the oldest acceptance first."""
    mine = FileRecord.office_id == office_id, FileRecord.state == state, *AT_A_STEP
    return _files(connection, select(FileRecord).where(*mine).order_by(FileRecord.accepted_at, FileRecord.id))


def with_same_nib(connection: Connection, office_id: int, file: File) -> File | None:
    """Another file of the office that has the NIB of this one."""
    same = FileRecord.office_id == office_id, FileRecord.nib == file.nib, FileRecord.id != file.id
    return _first(connection, select(FileRecord).where(*same))


def returned(connection: Connection, office_id: int, wanted: str) -> File | None:
    """The newest returned file of a NIK, or the one of the code on its slip or of its register number."""
    mine = FileRecord.state == FileState.RETURNED, *running_files(office_id)
    match = [
        FileRecord.nik == tidy(unlabelled(wanted)),
        FileRecord.token == plain(wanted).rstrip("/").rsplit("/", 1)[-1],
    ]
    match += _with_code(connection, wanted, *mine)
    number, year = parse_register(wanted) or (0, None)
    if year:
        match.append((FileRecord.register_number == number) & (FileRecord.register_year == year))
    return _first(connection, select(FileRecord).where(*mine, or_(*match)).order_by(FileRecord.id.desc()))


def meant(connection: Connection, office_id: int, wanted: str) -> list[int]:
    """Ids of the newest two files with this NIK, NIB, register number or token, also within a receipt's address.

    A register number without its year means the newest year.
    """
    match = [FileRecord.token == plain(wanted).rstrip("/").rsplit("/", 1)[-1]]
    match += _with_code(connection, wanted, *running_files(office_id))
    digits = tidy(unlabelled(wanted))
    if digits.isdecimal():
        match += [FileRecord.nik == digits, FileRecord.nib == digits]
    number, year = parse_register(wanted) or (0, None)
    if number:
        is_year = FileRecord.register_year == year if year else FileRecord.register_year.is_not(None)
        match.append((FileRecord.register_number == number) & is_year)
    # Each by its own index: with OR between them all files of the office would be read.
    asked = [select(FileRecord.id).where(FileRecord.office_id == office_id, one) for one in match]
    found = sorted({each for one in asked for each in connection.scalars(one)}, reverse=True)[:2]
    return found[:1] if number and not year else found


def _with_code(
    connection: Connection, wanted: str, *where: ColumnElement[bool] | TextClause
) -> list[ColumnElement[bool]]:
    """The file among these whose slip has these six signs, as a condition; nothing when it is no such code."""
    code = parse_short(wanted)
    if code is None:
        return []
    return [FileRecord.token == token_of(code, connection.scalars(select(FileRecord.token).where(*where)))]


def of_visit(connection: Connection, office_id: int, series: str, number: int, on_day: date) -> list[int]:
    """The id of the file of the visitor who has this number on that day, if they have one."""
    mine = Ticket.office_id == office_id, Ticket.on_day == on_day, Ticket.series == series, Ticket.number == number
    found = connection.execute(select(Ticket.case_id).where(*mine)).scalars()
    return [each for each in found if each is not None]


def with_nib(connection: Connection, office_id: int, nik: str, but: int) -> File | None:
    """Another file of the same NIK that has an NIB already."""
    mine = FileRecord.office_id == office_id, FileRecord.nik == nik, FileRecord.id != but, FileRecord.nib.is_not(None)
    return _first(connection, select(FileRecord).where(*mine).order_by(FileRecord.id.desc())) if nik else None


def to_recap(connection: Connection, office: OfficeConfig, from_on: date, until_on: date) -> list[File]:
    """The files completed from the one day to the other, both included, that stand in no recap yet.

    Files of every service: of those whose procedure has no step for it, too.
    """
    mine = select(FileRecord).where(*_to_recap(office, from_on, until_on))
    return _files(connection, mine.order_by(FileRecord.register_year, FileRecord.register_number))


def count_to_recap(connection: Connection, office: OfficeConfig, from_on: date, until_on: date) -> int:
    """How many `to_recap` finds."""
    query = select(func.count(FileRecord.id)).where(*_to_recap(office, from_on, until_on))
    return int(connection.execute(query).scalar_one())


def _to_recap(office: OfficeConfig, from_on: date, until_on: date) -> list[ColumnElement[bool] | TextClause]:
    begins, ends = span(from_on, until_on, office.zone)
    period = FileRecord.completed_at >= begins, FileRecord.completed_at < ends
    return [FileRecord.office_id == office.office_id, TO_RECAP, *period]


def archive_numbers(connection: Connection, office_id: int) -> list[str]:
    """The archive numbers of the newest files that have one, the newest first."""
    mine = select(FileRecord).where(FileRecord.office_id == office_id, FileRecord.register_number.is_not(None))
    entries = [each.collected.of(Collects.ARCHIVE) for each in _files(connection, mine.order_by(*_NEWEST).limit(200))]
    known = [(str(each.get("at", "")), str(each["number"])) for each in entries if each.get("number")]
    return [number for _, number in sorted(known, reverse=True)]


_NEWEST = FileRecord.register_year.desc(), FileRecord.register_number.desc()


def of_recap(connection: Connection, office_id: int, recap_id: int) -> list[File]:
    """The files of one recap in the order of the register."""
    mine = select(FileRecord).where(FileRecord.office_id == office_id, FileRecord.recap_id == recap_id)
    return _files(connection, mine.order_by(FileRecord.register_year, FileRecord.register_number))


def by_id(connection: Connection, ids: Sequence[int]) -> dict[int, File]:
    """The files of these ids."""
    return {file.id: file for file in _files(connection, select(FileRecord).where(FileRecord.id.in_(ids)))}


def under_way(connection: Connection, office_id: int, steps: Collection[str]) -> list[File]:
    """The files that lie at a step with one of these keys, the longest there first."""
    mine = FileRecord.office_id == office_id, FileRecord.state.in_(RUNNING), FileRecord.step.in_(steps), RUNNING_FILES
    return _files(connection, select(FileRecord).where(*mine).order_by(FileRecord.since_at, FileRecord.id))


def paid_on(connection: Connection, office: OfficeConfig, day: date) -> list[File]:
    """The files for which money was taken in on that day of the office, in the order of taking it."""
    begins, ends = span(day, day, office.zone)
    taken = FileRecord.paid_at >= begins, FileRecord.paid_at < ends
    mine = select(FileRecord).where(FileRecord.office_id == office.office_id, *taken)
    return _files(connection, mine.order_by(FileRecord.paid_at, FileRecord.id))


def last_archive_place(connection: Connection, office_id: int) -> str:
    """Where the newest archived file was put; "" when none was."""
    mine = select(FileRecord).where(FileRecord.office_id == office_id, FileRecord.register_number.is_not(None))
    entries = (each.collected.of(Collects.ARCHIVE) for each in _files(connection, mine.order_by(*_NEWEST).limit(50)))
    return next((str(each["place"]) for each in entries if each.get("place")), "")


def ticket_of(connection: Connection, office_id: int, ticket_id: int) -> Ticket | None:
    return rows.first(connection, select(Ticket).where(Ticket.id == ticket_id, Ticket.office_id == office_id))


def columns(file: File) -> dict[str, object]:
    """The file as the values of its row; who it belongs to and its id stay as they are."""
    values = {name: getattr(file, name) for name in _KEPT}
    pauses = [
        [each.reason, each.from_at.isoformat(), each.until_at and each.until_at.isoformat()] for each in file.pauses
    ]
    documents = {"applicant": dict(file.applicant), "answers": dict(file.answers), "matter": dict(file.matter)}
    return {**values, **documents, "collected": file.collected.to_json(), "pauses": pauses}


_DOCUMENTS = ("applicant", "answers", "matter", "collected", "pauses")
_KEPT = [each.name for each in fields(File) if each.name not in ("id", *_DOCUMENTS)]


def with_sought(values: Mapping[str, object]) -> dict[str, object]:
    """The values of a file's row; beside new data of its applicant also the text by which it is found.

    That text stands in no event, where erasing a person would not know it again.
    """
    applicant = values.get("applicant")
    new = {"sought": sought(applicant, village_names())} if isinstance(applicant, Mapping) else {}
    return {**values, **new}


def _file(row: AnyRow) -> File:
    kept = {name: getattr(row, name) for name in (*_KEPT, "id", "applicant", "answers", "matter")}
    return File(**kept, collected=Collected.from_json(row.collected), pauses=tuple(map(_pause, row.pauses)))


def _first(connection: Connection, statement: Select[object]) -> File | None:
    return next(iter(_files(connection, statement.limit(1))), None)


def _files(connection: Connection, statement: Select[object]) -> list[File]:
    return [_file(row) for row in connection.execute(statement)]


def _pause(kept: Sequence[str | None]) -> Pause:
    reason, began, until = kept
    return Pause(str(reason), datetime.fromisoformat(str(began)), datetime.fromisoformat(until) if until else None)
