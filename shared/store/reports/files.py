"""The files that a period's report speaks of, with the acts that stood; reads only."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import CompoundSelect, Connection, select, union

from shared.domain.calendar import Pause
from shared.domain.files.collected import Collected
from shared.domain.files.file import ELSEWHERE
from shared.domain.files.procedure import FileAction, FileState
from shared.domain.files.promise import is_ready_at
from shared.domain.files.register import RegisterColumn
from shared.domain.identity import folded
from shared.domain.numbering import register_label
from shared.domain.office import OfficeConfig
from shared.domain.reports.files import FileEvent, FileFact
from shared.domain.standards.standard import Collects, ServiceStandard
from shared.standards import village_names
from shared.store.reports.visits import UNDO
from shared.store.tables import REPORTED, RESTING, RUNNING_FILES, AnyRow, Event, FileRecord, RegisterAmendment


def files(
    connection: Connection,
    office: OfficeConfig,
    standard: Callable[[int], ServiceStandard],
    begins: datetime,
    ends: datetime,
) -> list[FileFact]:
    """The files that were under way between these moments, or with which something happened then.

    `standard`: a version of a standard by its id.
    """
    asked = _asked(office.office_id, begins, ends)
    events, corrected = _events(connection, asked)
    amended = _amended_villages(connection, asked)
    rows = connection.execute(
        select(
            FileRecord.id,
            FileRecord.service_id,
            FileRecord.standard_id,
            FileRecord.applicant,
            FileRecord.accepted_at,
            FileRecord.due_at,
            FileRecord.completed_at,
            FileRecord.pauses,
            FileRecord.fee,
            FileRecord.paid_at,
        )
        .where(FileRecord.id.in_(asked))
        .order_by(FileRecord.id)
    )
    return [
        _fact(
            row,
            events.get(row.id, []),
            standard(row.standard_id),
            _village(row, amended.get(row.id), corrected.get(row.id)),
        )
        for row in rows
    ]


def _asked(office_id: int, begins: datetime, ends: datetime) -> CompoundSelect[int]:
    """Ids of the files: also of those that moved on since, and that lay still all the time between."""
    touched = select(Event.case_id).where(
        Event.office_id == office_id,
        Event.at >= begins,
        Event.at < ends,
        Event.ticket_id.is_(None),
        Event.case_id.is_not(None),
        REPORTED,
    )
    here = select(FileRecord.id).where(FileRecord.office_id == office_id, FileRecord.opened_at < ends)
    return union(
        touched,
        here.where(RESTING, FileRecord.since_at >= begins),
        here.where(FileRecord.step.is_not(None), RUNNING_FILES),
    )


_Amended = tuple[datetime, str]


def _amended_villages(connection: Connection, asked: CompoundSelect[int]) -> dict[int, _Amended]:
    """File -> when its village was amended last in the register, and what the register says since."""
    mine = RegisterAmendment.case_id.in_(asked), RegisterAmendment.column_key == RegisterColumn.VILLAGE
    columns = RegisterAmendment.case_id, RegisterAmendment.at, RegisterAmendment.becomes
    rows = connection.execute(select(*columns).where(*mine).order_by(RegisterAmendment.id))
    return {row.case_id: (row.at, row.becomes) for row in rows}


def _village(row: AnyRow, amended: _Amended | None, corrected_at: datetime | None) -> str:
    """The code of the village as the register says it, or its words; whatever was corrected last stands."""
    code = str(row.applicant.get("village", ""))
    if amended is None or (corrected_at is not None and corrected_at > amended[0]):
        return code
    known = [each for each, name in village_names().items() if folded(name) == folded(amended[1])]
    near = [each for each in known if each.rpartition(".")[0] == code.rpartition(".")[0]]
    return next((each[0] for each in (near, known) if len(each) == 1), amended[1])


def _events(
    connection: Connection, asked: CompoundSelect[int]
) -> tuple[dict[int, list[FileEvent]], dict[int, datetime]]:
    """File -> its acts that stood, oldest first: an undo takes back the one right before. And when its applicant's
    village was corrected last."""
    mine = Event.case_id.in_(asked), (Event.ticket_id + 0).is_(None)  # by its index for files, not the one for tickets
    found: dict[int, list[FileEvent]] = {}
    for row in connection.execute(select(*_ACT).where(*mine).order_by(Event.id)):
        acts = found.setdefault(row.case_id, [])
        if row.action == UNDO and acts:
            acts.pop()
        else:
            acts.append(FileEvent(row.at, row.action, row.from_state, row.to_state, row.step, row.to_step, row.reason))
    corrections = select(Event.case_id, Event.at, Event.detail).where(*mine, Event.action == FileAction.CORRECT)
    corrected = {
        row.case_id: row.at
        for row in connection.execute(corrections.order_by(Event.id))
        if any(name == "village" for name, *_ in (row.detail or {}).get("changes", ()))
    }
    return found, corrected


_ACT = (
    Event.case_id,
    Event.at,
    Event.action,
    Event.from_state,
    Event.to_state,
    Event.reason,
    # taken out by the database: to read tens of thousands of details whole is most of a report's time
    Event.detail["step"].as_string().label("step"),
    Event.detail["to_step"].as_string().label("to_step"),
)


def _fact(row: AnyRow, events: list[FileEvent], standard: ServiceStandard, village: str) -> FileFact:
    awaits = frozenset(step.key for step in standard.steps if is_ready_at(step))
    return FileFact(
        row.id,
        row.service_id,
        village,
        row.accepted_at,
        row.due_at,
        row.completed_at,
        tuple(_pause(each) for each in row.pauses),
        tuple(_pause(each) for each in row.pauses if each[0] == ELSEWHERE),
        tuple(events),
        awaits,
        row.fee,
        row.paid_at,
    )


def _pause(kept: Sequence[str | None]) -> Pause:
    _, began, until = kept
    return datetime.fromisoformat(str(began)), datetime.fromisoformat(until) if until else None


@dataclass(frozen=True, slots=True)
class ReturnedFile:
    """A file that went back to its applicant; without their data."""

    id: int
    service_id: int
    register: str | None
    at: datetime
    reason: str | None
    missing: tuple[str, ...]
    """Keys of the documents that were not there."""


def returned_since(connection: Connection, office_id: int, begins: datetime) -> list[ReturnedFile]:
    """The files that are returned now, and were since then; the newest first."""
    mine = Event.office_id == office_id, Event.at >= begins, Event.action == FileAction.RETURN_TO_APPLICANT, REPORTED
    rows = connection.execute(
        select(Event.at, Event.reason, FileRecord)
        .join(FileRecord, FileRecord.id == Event.case_id)
        .where(*mine, FileRecord.state == FileState.RETURNED)
        .order_by(Event.id.desc())
    )
    found: dict[int, ReturnedFile] = {}
    for row in rows:
        register = register_label(row.register_number, row.register_year)
        found.setdefault(row.id, ReturnedFile(row.id, row.service_id, register, row.at, row.reason, _missing(row)))
    return list(found.values())


def _missing(row: AnyRow) -> tuple[str, ...]:
    documents = Collected.from_json(row.collected).of(Collects.DOCUMENTS)
    return tuple(key for key, is_there in documents.items() if is_there is False)
