"""What pages show of files: the tray of a role, one file with its history, the register, results not yet collected."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, bindparam, func, select

from shared.domain.calendar import Light, due_at, light, net_s
from shared.domain.files.collecting import confirmation_missing
from shared.domain.files.file import File
from shared.domain.files.procedure import ENDED, RUNNING, FileState, find_step
from shared.domain.files.promise import is_ready_at
from shared.domain.numbering import register_label
from shared.domain.office import OfficeConfig
from shared.domain.standards.standard import Role, ServiceStandard, Step
from shared.store.files import files
from shared.store.files.at_work import AT_A_STEP
from shared.store.office_config import OfficeConfigCache
from shared.store.tables import FILES_WITH_WORK, RUNNING_FILES, AnyRow, DataView, Event, FileRecord, Officer, Recap


@dataclass(frozen=True)
class FileView:
    """A file with what its standard says about it."""

    file: File
    service: ServiceStandard
    step: Step | None
    """Where it lies; None when no step is left."""
    light: Light | None
    """How near its promise is; None when none is running."""
    due_at: datetime | None = None
    """By when it is promised, or, while another house has it, when that house should be done."""

    @property
    def id(self) -> int:
        return self.file.id

    @property
    def register(self) -> str:
        return self.file.register

    @property
    def state(self) -> FileState:
        return self.file.state

    @property
    def is_ready(self) -> bool:
        """Only its applicant is missing."""
        return self.state in RUNNING and is_ready_at(self.step)

    @property
    def confirmation_valid(self) -> bool:
        """The applicant has said yes to the data as they are now."""
        seen = self.file.collected.seen_from(self.step) if self.step else {}
        return not confirmation_missing(seen)


@dataclass(frozen=True, slots=True)
class FileLine:
    """A file in a list of those under way, without the applicant's data."""

    id: int
    register: str
    service: ServiceStandard
    step: Step | None
    state: FileState
    due_at: datetime | None
    """None while nothing is promised, and when the applicant has what was."""
    light: Light | None
    since_at: datetime
    """When it came to its present step."""

    @property
    def is_ready(self) -> bool:
        return self.state in RUNNING and is_ready_at(self.step)


@dataclass(frozen=True, slots=True)
class Tray:
    """`files`: those that are shown; `count`: how many there are."""

    files: list[FileLine]
    count: int


def tray(
    connection: Connection,
    office_configs: OfficeConfigCache,
    office: OfficeConfig,
    roles: Collection[Role],
    now: datetime,
    limit: int | None = None,
) -> Tray:
    """The files that lie at a step of one of `roles`, without the applicants' data.

    What is due first comes first; then what is ready for its applicant, and last what the applicant has already.
    """
    rows = connection.execute(_TRAY, {"the_office": office.office_id}).all()
    steps = {
        key: find_step(office_configs.standard(connection, key[0]).steps, key[1])
        for key in {_place(row) for row in rows}
    }
    mine = [row for row in rows if not set(steps[_place(row)].roles).isdisjoint(roles)]
    ready = {place for place, step in steps.items() if is_ready_at(step)}
    mine.sort(key=lambda row: 2 if row.state not in RUNNING else _place(row) in ready)
    return Tray([_line(connection, office_configs, office, row, now) for row in mine[:limit]], len(mine))


def people(connection: Connection, case_ids: Sequence[int]) -> dict[int, tuple[str, str]]:
    """Name and telephone of the applicants of these files."""
    rows = connection.execute(select(FileRecord.id, FileRecord.applicant).where(FileRecord.id.in_(case_ids)))
    said = ((row.id, row.applicant or {}) for row in rows)
    return {case_id: (str(one.get("name", "")), str(one.get("phone", ""))) for case_id, one in said}


def places(connection: Connection, office_configs: OfficeConfigCache, office_id: int) -> list[tuple[Step, int]]:
    """How many files lie at each step, one entry for each version of a standard."""
    rows = connection.execute(_PLACES, {"the_office": office_id}).all()
    return [(find_step(office_configs.standard(connection, row[0]).steps, row[1]), row[2]) for row in rows]


_MINE = FileRecord.office_id == bindparam("the_office")
_RUNNING = select(FileRecord.id).where(_MINE, FileRecord.state.in_(RUNNING), *AT_A_STEP)
_AT_WORK = FileRecord.id.in_(_RUNNING.union_all(select(FileRecord.id).where(_MINE, FILES_WITH_WORK)))
"""It lies at somebody's step; files that wait for the recap only do not. Each half by its own index."""

_PLACES = (
    select(FileRecord.standard_id, FileRecord.step, func.count())
    .where(_AT_WORK)
    .group_by(FileRecord.standard_id, FileRecord.step)
)


def overdue(
    connection: Connection, office_configs: OfficeConfigCache, office: OfficeConfig, now: datetime
) -> tuple[int, int]:
    """How many files are under way, and how many of them are late."""
    counted = connection.execute(_OVERDUE, {"the_office": office.office_id, "now": now}).all()
    running = late = 0
    for row in counted:
        step = find_step(office_configs.standard(connection, row.standard_id).steps, row.step)
        running += row.files
        if step.elsewhere is not None:
            late += _late_elsewhere(connection, step, row, office, now)
        elif not is_ready_at(step):
            late += row.late
    return running, late


def _late_elsewhere(connection: Connection, step: Step, row: AnyRow, office: OfficeConfig, now: datetime) -> int:
    here = FileRecord.standard_id == row.standard_id, FileRecord.step == row.step, RUNNING_FILES
    since = select(FileRecord.since_at).where(FileRecord.office_id == office.office_id, *here)
    dues = (_clock(step, at, None, None, office)[0] for at in connection.execute(since).scalars())
    return sum(due is not None and due < now for due in dues)


_OVERDUE = (
    select(
        FileRecord.standard_id,
        FileRecord.step,
        func.count().label("files"),
        func.count().filter(FileRecord.due_at < bindparam("now", type_=FileRecord.due_at.type)).label("late"),
    )
    .where(_MINE, *AT_A_STEP)
    .group_by(FileRecord.standard_id, FileRecord.step)
)


def _line(
    connection: Connection, office_configs: OfficeConfigCache, office: OfficeConfig, row: AnyRow, now: datetime
) -> FileLine:
    service = office_configs.standard(connection, row.standard_id)
    register = register_label(row.register_number, row.register_year) or "–"
    step = find_step(service.steps, row.step)
    due, since = _clock(step, row.since_at, row.due_at, row.accepted_at, office)
    near = _light(row.state, step, due, since, office, now)
    runs = due if row.state in RUNNING else None
    return FileLine(row.id, register, service, step, row.state, runs, near, row.since_at)


def _place(row: AnyRow) -> tuple[int, str]:
    return row.standard_id, row.step


_TRAY = (
    select(
        FileRecord.id,
        FileRecord.standard_id,
        FileRecord.state,
        FileRecord.step,
        FileRecord.register_year,
        FileRecord.register_number,
        FileRecord.accepted_at,
        FileRecord.due_at,
        FileRecord.since_at,
    )
    .where(_AT_WORK)
    .order_by(FileRecord.work_left, FileRecord.due_at, FileRecord.id)
)


def uncollected(
    connection: Connection, office_configs: OfficeConfigCache, office: OfficeConfig, now: datetime
) -> list[FileView]:
    """Finished results that wait for their applicant, the oldest first."""
    there = {step.key for step, _ in places(connection, office_configs, office.office_id) if is_ready_at(step)}
    found = files.under_way(connection, office.office_id, there)
    shown = [view(connection, office_configs, office, file, now) for file in found]
    return [each for each in shown if each.is_ready]


def one(
    connection: Connection, office_configs: OfficeConfigCache, office: OfficeConfig, case_id: int, now: datetime
) -> FileView | None:
    file = files.find(connection, office.office_id, case_id)
    return None if file is None else view(connection, office_configs, office, file, now)


@dataclass(frozen=True, slots=True)
class FileDeed:
    """An event of a file, or of a visitor of it (`ticket_id`). `officer`: a name; None when nobody was signed in."""

    at: datetime
    action: str
    ticket_id: int | None
    reason: str | None
    detail: Mapping[str, object]
    officer: str | None

    def of(self, name: str) -> str | None:
        """A word of the detail, such as the `step`."""
        word = self.detail.get(name)
        return word if isinstance(word, str) else None


def history(connection: Connection, case_id: int) -> list[FileDeed]:
    """The events of a file and of its visitors, oldest first."""
    found = connection.execute(
        select(Event.at, Event.action, Event.ticket_id, Event.reason, Event.detail, Officer.name)
        .outerjoin(Officer, Officer.id == Event.officer_id)
        .where(Event.case_id == case_id)
        .order_by(Event.id)
    )
    return [FileDeed(at, action, ticket, reason, detail or {}, by) for at, action, ticket, reason, detail, by in found]


@dataclass(frozen=True, slots=True)
class Looked:
    """Somebody looked at the data of a file."""

    at: datetime
    officer: str


def views(connection: Connection, case_id: int, limit: int = 20) -> list[Looked]:
    """Who looked at the file's data, newest first."""
    mine = select(DataView.at, Officer.name).join(Officer, Officer.id == DataView.officer_id)
    found = connection.execute(mine.where(DataView.case_id == case_id).order_by(DataView.id.desc()).limit(limit))
    return [Looked(*row) for row in found]


@dataclass(frozen=True, slots=True)
class RecapMade:
    """A recap with the number of its files and the name of who made it."""

    id: int
    number: str
    on_day: date
    from_on: date
    until_on: date
    files: int
    officer: str


def recaps(connection: Connection, office_id: int) -> list[RecapMade]:
    """The recaps so far, newest first."""
    mine = FileRecord.recap_id.in_(select(Recap.id).where(Recap.office_id == office_id))
    listed = select(FileRecord.recap_id, func.count().label("files")).where(mine).group_by(FileRecord.recap_id)
    of = listed.subquery()
    found = connection.execute(
        select(
            Recap.id,
            Recap.number,
            Recap.on_day,
            Recap.from_on,
            Recap.until_on,
            func.coalesce(of.c.files, 0),
            Officer.name,
        )
        .join(Officer, Officer.id == Recap.officer_id)
        .outerjoin(of, of.c.recap_id == Recap.id)
        .where(Recap.office_id == office_id)
        .order_by(Recap.id.desc())
    )
    return [RecapMade(*row) for row in found]


def view(
    connection: Connection, office_configs: OfficeConfigCache, office: OfficeConfig, file: File, now: datetime
) -> FileView:
    service = office_configs.standard(connection, file.standard_id)
    step = file.at_step(service.steps) if file.step else None
    due, since = _clock(step, file.since_at, file.due_at, file.accepted_at, office)
    return FileView(file, service, step, _light(file.state, step, due, since, office, now), due)


def _clock(
    step: Step | None, since_at: datetime, due: datetime | None, accepted_at: datetime | None, office: OfficeConfig
) -> tuple[datetime | None, datetime | None]:
    """By when, and since when: of the promise, or of the other house that has the file meanwhile."""
    if step is None or step.elsewhere is None:
        return due, accepted_at
    return due_at(since_at, step.norm_days, office.calendar) if step.norm_days else None, since_at


def _light(
    state: FileState,
    step: Step | None,
    due: datetime | None,
    since: datetime | None,
    office: OfficeConfig,
    now: datetime,
) -> Light | None:
    if state not in RUNNING or is_ready_at(step) or due is None or since is None:
        return None
    return light(now, due, since, office.calendar)


def net_hours(file: File, finished_at: datetime | None, office: OfficeConfig, now: datetime) -> float | None:
    """Working hours that the file took until its result was ready, or takes so far, without its pauses."""
    if file.accepted_at is None:
        return None
    pauses = [(pause.from_at, pause.until_at) for pause in file.pauses]
    ended_at = finished_at or (file.since_at if file.state in ENDED else now)
    return net_s(file.accepted_at, ended_at, pauses, office.calendar) / 3600
