"""What the kiosk tells the holder of a receipt about their file; never a name, and no service that is delicate."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import Connection, select

from shared.domain.errors import Unknown
from shared.domain.files.matter import facts_of
from shared.domain.files.procedure import ENDED, RUNNING, FileState, awaited_at, way
from shared.domain.files.promise import is_ready_at
from shared.domain.numbering import register_label
from shared.domain.office import OfficeConfig
from shared.domain.queue.room import Room
from shared.domain.queue.ticket import State
from shared.domain.standards.facts import due
from shared.domain.standards.standard import Role, Step
from shared.store.office_config import OfficeConfigCache
from shared.store.tables import FileRecord
from shared.web.answers import FileLook, FileLookStep
from shared.words import words

STILL_KNOWN = timedelta(days=90)
"""For so long the code of a file that has ended is answered; its QR code always is."""

PICTURES = {
    "working": "loader-circle",
    "sitting": "armchair",
    "at_counter": "hand-helping",
    "ready": "package-check",
    FileState.NEW.value: "file-text",
    FileState.PAUSED.value: "circle-pause",
    FileState.RETURNED.value: "file-warning",
    FileState.COMPLETED.value: "circle-check-big",
    FileState.WITHDRAWN.value: "file-x",
    FileState.REFUSED.value: "file-x",
}
"""How a file stands, as the page says it -> its picture; of an open one four things can be said."""

NUMBER_PICTURES = {
    "result": "package-check",
    "ready": "hand-helping",
    FileState.RETURNED.value: "file-warning",
    FileState.REFUSED.value: "file-x",
}
"""For what a file needs its applicant, as the screen with their number says it -> its picture."""

IN_LINE = (State.WAITING, State.CALLED, State.ABSENT)
"""Whoever is here for the file and in one of these keeps the number that they have, and is shown it again."""


def look(
    connection: Connection, office: OfficeConfig, standards: OfficeConfigCache, room: Room, token: str, language: str
) -> FileLook:
    """Where the file of this token stands; raises `Unknown("case")`."""
    file = connection.execute(
        select(FileRecord).where(FileRecord.office_id == office.office_id, FileRecord.token == token)
    ).first()
    if file is None:
        raise Unknown("case")
    standard = standards.standard(connection, file.standard_id)
    visit = room.active_ticket_of(file.id)
    awaited = awaited_at(file.state, standard.steps, file.step)
    is_awaited = awaited is not None
    goes = way(standard.steps, facts_of(standard, file.answers, file.matter), file.step)
    steps = [step for step in goes if step.role != Role.APPLICANT]
    due_at = file.due_at.astimezone(office.zone) if file.due_at and file.state in RUNNING else None
    ended_at = (file.completed_at or file.since_at).astimezone(office.zone)
    is_over = file.state in ENDED
    return FileLook(
        state=file.state,
        register_number=register_label(file.register_number, file.register_year),
        service=None if standard.is_delicate else standard.name_in(language),
        may_come=is_awaited and (visit is None or visit.state in IN_LINE),
        is_ready=is_awaited and file.state == FileState.OPEN,
        is_result=is_ready_at(awaited) and file.state == FileState.OPEN,
        number=visit.label if visit else None,
        promised=due(standard.promise, due_at, words(language)) or None,
        ended_on=words(language).day(ended_at.date()) if is_over else None,
        steps=[] if is_over or standard.is_delicate else _steps(steps, file.step, language),
    )


def _steps(steps: list[Step], now_at: str | None, language: str) -> list[FileLookStep]:
    keys = [step.key for step in steps]
    place = keys.index(now_at) if now_at in keys else len(keys)
    return [
        FileLookStep(
            title=step.title_in(language),
            is_done=number < place,
            is_now=number == place,
        )
        for number, step in enumerate(steps)
    ]
