"""What is kept of one person: their files with all that was written about them, and who looked; requests about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, select

from shared.domain.identity import tidy, unlabelled
from shared.domain.numbering import label, parse_register, register_label
from shared.domain.office import OfficeConfig
from shared.store.tables import AnyRow, DataRequest, DataView, Event, FileRecord, Office, Officer, PrintJob, Ticket

MOST_FILES = 50


@dataclass(frozen=True, slots=True)
class FileSheet:
    """One file of a person: their data, and what was done with them."""

    id: int
    register: str
    service: str
    state: str
    opened_at: datetime
    completed_at: datetime | None
    applicant: Mapping[str, object]
    matter: Mapping[str, object]
    collected: Mapping[str, object]
    nib: str | None
    numbers: tuple[str, ...]
    """Queue numbers of their visits, with the day."""
    acts: tuple[tuple[datetime, str, str], ...]
    """When, what, by whom."""
    slips: tuple[tuple[datetime, str], ...]
    readers: tuple[tuple[datetime, str, str], ...]
    """When, who looked, at what."""


def cases_of(connection: Connection, office_id: int, wanted: str) -> Sequence[AnyRow]:
    """The files behind a NIK or a register number; of a register number also the others of the same NIK."""
    mine = FileRecord.office_id == office_id
    digits, register = tidy(unlabelled(wanted)), parse_register(wanted)
    if len(digits) == 16 and digits.isdecimal():
        which = FileRecord.nik == digits
    elif register is not None and register[1] is not None:
        here = FileRecord.register_number == register[0], FileRecord.register_year == register[1]
        row = connection.execute(select(FileRecord.id, FileRecord.nik).where(mine, *here)).first()
        if row is None:
            return []
        which = FileRecord.nik == row.nik if row.nik else FileRecord.id == row.id
    else:
        return []
    return connection.execute(select(FileRecord).where(mine, which).order_by(FileRecord.id).limit(MOST_FILES)).all()


def sheet(connection: Connection, office: OfficeConfig, row: AnyRow) -> FileSheet:
    """All that is kept of the person in this file."""
    of_case = Officer.name.label("officer")
    visits = connection.execute(
        select(Ticket.series, Ticket.number, Ticket.on_day).where(Ticket.case_id == row.id).order_by(Ticket.id)
    )
    acts = connection.execute(
        select(Event.at, Event.action, of_case)
        .outerjoin(Officer, Officer.id == Event.officer_id)
        .where(Event.case_id == row.id)
        .order_by(Event.id)
    )
    slips = connection.execute(
        select(PrintJob.made_at, PrintJob.kind).where(PrintJob.case_id == row.id).order_by(PrintJob.id)
    )
    readers = connection.execute(
        select(DataView.at, of_case, DataView.what)
        .join(Officer, Officer.id == DataView.officer_id)
        .where(DataView.case_id == row.id)
        .order_by(DataView.id)
    )
    return FileSheet(
        row.id,
        register_label(row.register_number, row.register_year) or "–",
        office.service_ids[row.service_id].standard.name,
        row.state.value,
        row.opened_at,
        row.completed_at,
        row.applicant,
        row.matter,
        row.collected,
        row.nib,
        tuple(f"{label(each.series, each.number)} ({each.on_day.isoformat()})" for each in visits),
        tuple((each.at, each.action, each.officer or "") for each in acts),
        tuple((each.made_at, each.kind) for each in slips),
        tuple((each.at, each.officer, each.what) for each in readers),
    )


def requests(connection: Connection, office_id: int, *, is_open: bool, limit: int = 50) -> Sequence[AnyRow]:
    """What people asked about their data: the open ones, what is due first first; or the answered, newest first."""
    ended = DataRequest.ended_at.is_(None) if is_open else DataRequest.ended_at.is_not(None)
    order = DataRequest.due_at if is_open else DataRequest.ended_at.desc()
    return connection.execute(
        select(DataRequest, Officer.name.label("officer"))
        .join(Officer, Officer.id == DataRequest.officer_id)
        .where(DataRequest.office_id == office_id, ended)
        .order_by(order)
        .limit(limit)
    ).all()


def due_requests(connection: Connection, office_id: int, now: datetime, within: timedelta) -> int:
    """Open requests that have to be answered within that time, or are late."""
    return sum(row.due_at <= now + within for row in requests(connection, office_id, is_open=True))


def erased_at(connection: Connection, office_id: int) -> datetime | None:
    """When something of this office was erased whose bytes may still lie in the files of the database."""
    return connection.execute(select(Office.erased_at).where(Office.id == office_id)).scalar_one()
