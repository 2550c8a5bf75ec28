"""What is read of files: the tray of a role, one file with its history, the register, results that nobody collected."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Connection, Row, bindparam, func, or_, select

from shared.domain.calendar import Light, light, net_s
from shared.domain.case import RUNNING, FileState
from shared.domain.numbering import register_label
from shared.domain.office import OfficeConfig
from shared.domain.procedure import find_step
from shared.domain.standard import Collects, Role, ServiceStandard, Step
from shared.store.office_config import OfficeConfigCache
from shared.store.tables import Case, Counter, DataView, Event, Officer, Outage, Recap, Ticket

AnyRow = Row[*tuple[Any, ...]]


@dataclass(frozen=True)
class File:
    """A file with what its standard says about it."""

    row: AnyRow
    service: ServiceStandard
    step: Step | None
    """Where it lies; None when no step is left."""
    light: Light | None
    """How near its promise is; None when none is running."""

    @property
    def register(self) -> str:
        return register_label(self.row.register_number, self.row.register_year) or "–"


@dataclass(frozen=True, slots=True)
class Tray:
    """`files`: those that are shown, what is due first first; `count`: how many there are."""

    files: list[File]
    count: int


def tray(
    connection: Connection,
    office_configs: OfficeConfigCache,
    office: OfficeConfig,
    roles: Collection[Role],
    now: datetime,
    limit: int | None = None,
) -> Tray:
    """The files that lie at a step of one of `roles`; their rows are without the applicants' data."""
    rows = connection.execute(_TRAY, {"the_office": office.office_id}).all()
    steps = {
        key: find_step(office_configs.standard(connection, key[0]).steps, key[1])
        for key in {_place(row) for row in rows}
    }
    mine = [row for row in rows if steps[_place(row)].role in roles]
    return Tray([as_file(connection, office_configs, office, row, now) for row in mine[:limit]], len(mine))


def _place(row: AnyRow) -> tuple[int, str]:
    return row.standard_id, row.step


_TRAY = (
    select(
        Case.id,
        Case.standard_id,
        Case.state,
        Case.step,
        Case.register_year,
        Case.register_number,
        Case.accepted_at,
        Case.due_at,
    )
    .where(Case.office_id == bindparam("the_office"), Case.state.in_(RUNNING), Case.step.is_not(None))
    .order_by(Case.due_at, Case.id)
)


def uncollected(
    connection: Connection, office_configs: OfficeConfigCache, office: OfficeConfig, now: datetime
) -> list[File]:
    """Finished results that wait for their applicant, the oldest first."""
    mine = Case.office_id == office.office_id, Case.state.in_(RUNNING), Case.step.is_not(None)
    rows = connection.execute(select(Case).where(*mine).order_by(Case.since_at, Case.id)).all()
    files = [as_file(connection, office_configs, office, row, now) for row in rows]
    return [file for file in files if file.step is not None and Collects.RECEIVER in file.step.collects]


def one(
    connection: Connection, office_configs: OfficeConfigCache, office: OfficeConfig, case_id: int, now: datetime
) -> File | None:
    row = connection.execute(select(Case).where(Case.id == case_id, Case.office_id == office.office_id)).first()
    return None if row is None else as_file(connection, office_configs, office, row, now)


def returned(connection: Connection, office_id: int, wanted: str) -> AnyRow | None:
    """The newest returned file of a NIK, or the one of the code on its slip."""
    mine = Case.office_id == office_id, Case.state == FileState.RETURNED
    match = or_(Case.nik == wanted, Case.token == wanted.rsplit("/", 1)[-1])
    return connection.execute(select(Case).where(*mine, match).order_by(Case.id.desc()).limit(1)).first()


def with_nib(connection: Connection, office_id: int, nik: str, but: int) -> AnyRow | None:
    """Another file of the same NIK that has an NIB already."""
    if not nik:
        return None
    same = Case.office_id == office_id, Case.nik == nik, Case.id != but, Case.nib.is_not(None)
    return connection.execute(select(Case).where(*same).order_by(Case.id.desc()).limit(1)).first()


def history(connection: Connection, case_id: int) -> Sequence[AnyRow]:
    """The events of a file and of its visitors, oldest first, with the officer's name."""
    return connection.execute(
        select(Event, Officer.name.label("officer"))
        .outerjoin(Officer, Officer.id == Event.officer_id)
        .where(Event.case_id == case_id)
        .order_by(Event.id)
    ).all()


def views(connection: Connection, case_id: int, limit: int = 20) -> Sequence[AnyRow]:
    """Who looked at the file's data, newest first."""
    return connection.execute(
        select(DataView.at, Officer.name.label("officer"))
        .join(Officer, Officer.id == DataView.officer_id)
        .where(DataView.case_id == case_id)
        .order_by(DataView.id.desc())
        .limit(limit)
    ).all()


def register(
    connection: Connection,
    office_configs: OfficeConfigCache,
    office: OfficeConfig,
    year: int,
    text: str,
    now: datetime,
    limit: int = 200,
) -> list[File]:
    """The register of one year, newest first; `text` is looked for in number, name and NIB."""
    query = select(Case).where(Case.office_id == office.office_id, Case.register_year == year)
    if text.isdigit():
        query = query.where(or_(Case.register_number == int(text), Case.nik == text, Case.nib == text))
    rows = connection.execute(query.order_by(Case.register_number.desc())).all()
    if text and not text.isdigit():
        rows = [row for row in rows if text.casefold() in str(row.applicant.get("name", "")).casefold()]
    return [as_file(connection, office_configs, office, row, now) for row in rows[:limit]]


def to_recap(connection: Connection, office: OfficeConfig, from_on: date, until_on: date) -> int:
    """How many completed files of the period wait for a recap."""
    begins = datetime.combine(from_on, time(), office.zone)
    ends = datetime.combine(until_on + timedelta(days=1), time(), office.zone)
    mine = Case.office_id == office.office_id, Case.state == FileState.COMPLETED, Case.step.is_not(None)
    return connection.execute(
        select(func.count()).where(*mine, Case.completed_at >= begins, Case.completed_at < ends)
    ).scalar_one()


def recaps(connection: Connection, office_id: int) -> Sequence[AnyRow]:
    """The recaps so far, newest first, with the number of their files and the officer's name."""
    files = select(func.count()).where(Case.recap_id == Recap.id).scalar_subquery()
    return connection.execute(
        select(Recap, files.label("files"), Officer.name.label("officer"))
        .join(Officer, Officer.id == Recap.officer_id)
        .where(Recap.office_id == office_id)
        .order_by(Recap.id.desc())
    ).all()


def recap_files(connection: Connection, office: OfficeConfig, recap_id: int) -> Sequence[AnyRow]:
    """The files of one recap in the order of the register."""
    mine = Case.office_id == office.office_id, Case.recap_id == recap_id
    return connection.execute(select(Case).where(*mine).order_by(Case.register_year, Case.register_number)).all()


def outage(connection: Connection, office_id: int) -> AnyRow | None:
    """The disturbance of OSS that lasts now."""
    return connection.execute(select(Outage).where(Outage.office_id == office_id, Outage.until_at.is_(None))).first()


def outage_minutes(
    connection: Connection, office: OfficeConfig, from_on: date, until_on: date, now: datetime
) -> tuple[int, int]:
    """How often OSS was disturbed in the period, both days included, and for how many minutes of it together."""
    begins = datetime.combine(from_on, time(), office.zone)
    ends = min(datetime.combine(until_on + timedelta(days=1), time(), office.zone), now)
    rows = connection.execute(
        select(Outage.from_at, Outage.until_at).where(Outage.office_id == office.office_id, Outage.from_at < ends)
    ).all()
    spans = [(max(row.from_at, begins), min(row.until_at or now, ends)) for row in rows]
    lasting = [(until - since).total_seconds() for since, until in spans if until > since]
    return len(lasting), round(sum(lasting) / 60)


def seat_of(connection: Connection, officer_id: int) -> AnyRow | None:
    """The counter where the officer sits."""
    return connection.execute(select(Counter).where(Counter.officer_id == officer_id)).first()


def ticket_of(connection: Connection, office_id: int, ticket_id: int) -> AnyRow | None:
    return connection.execute(select(Ticket).where(Ticket.id == ticket_id, Ticket.office_id == office_id)).first()


def as_file(
    connection: Connection, office_configs: OfficeConfigCache, office: OfficeConfig, row: AnyRow, now: datetime
) -> File:
    service = office_configs.standard(connection, row.standard_id)
    step = find_step(service.steps, row.step) if row.step else None
    runs = row.state in RUNNING and row.due_at is not None and row.accepted_at is not None
    return File(row, service, step, light(now, row.due_at, row.accepted_at, office.calendar) if runs else None)


def net_hours(file: File, office: OfficeConfig, now: datetime) -> float | None:
    """Working hours that the file took or takes, without its pauses."""
    row = file.row
    if row.accepted_at is None:
        return None
    pauses = [
        (datetime.fromisoformat(began), datetime.fromisoformat(until) if until else None)
        for _, began, until in row.pauses
    ]
    return net_s(row.accepted_at, row.completed_at or now, pauses, office.calendar) / 3600
