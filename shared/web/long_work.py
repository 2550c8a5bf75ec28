"""Long work, such as a report of a year or a folder of evidence: it goes on while its officer does other things.

    begin(WorkOrder("evidence", "2026", "bukti-2026.zip", "application/zip", Right.MAKE_EVIDENCE), work)

`work(progress, file)` runs beside the requests, in the office and the language of the one that began it, and writes
the file; after each part it says `progress(done, total)`, which lets others run and ends it when its officer said stop.
What takes long without a pause goes through `shared.loop.off_the_loop`. Every piece of work is two files in the data
folder, so that every process that shares the folder knows it; both go after `KEPT_S`.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from pathlib import Path

import structlog
from flask import copy_current_request_context, current_app, g

from shared.domain.errors import NotAllowed, Refusal, Unknown
from shared.domain.rights import Right
from shared.store.disk import database_away, disk_fault
from shared.web.access.auth import current_user
from shared.web.context import now
from shared.web.i18n import language
from shared.web.live import Live
from shared.web.settings import Settings

log = structlog.get_logger()

KEPT_S = 24 * 60 * 60
"""How long a finished file can be fetched; it may hold personal data, and can be made again."""
SILENT_S = 15 * 60
"""Work that has said nothing for so long ended with its process."""
MOST_AT_ONCE = 2
"""Pieces of work that one officer may have running."""
MOST_KEPT = 20
"""Pieces of work of one officer that lie there."""
SAID_EVERY_S = 0.3

_ID = re.compile("[0-9a-f]{32}")


class WorkState(StrEnum):
    RUNNING = "running"
    DONE = "done"
    STOPPED = "stopped"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class WorkOrder:
    """What is to be made. `kind`: the catalogues' `work.<kind>`; `about`: what of it, such as a year;
    `filename`: "" when the file is not for fetching.
    """

    kind: str
    about: str
    filename: str
    media_type: str
    right: Right
    """Who lost it meanwhile does not get the file."""


@dataclass(frozen=True, slots=True)
class LongWork:
    """One piece of work as it stands now. `said_at`, `begun_at`: seconds since 1970."""

    id: str
    office_id: int
    officer_id: int
    kind: str
    about: str
    filename: str
    media_type: str
    right: str
    begun_at: float
    said_at: float
    status: WorkState = WorkState.RUNNING
    done: int = 0
    total: int = 0
    fault: str = ""
    """The code of the refusal that ended it."""
    facts: dict[str, object] = field(default_factory=dict)
    """What its sentence names."""

    @property
    def is_running(self) -> bool:
        return self.status == WorkState.RUNNING

    @property
    def percent(self) -> int:
        return 100 if self.status == WorkState.DONE else min(99, 100 * self.done // self.total) if self.total else 0


class WorkStopped(Exception):
    """Its officer said stop."""


class Progress:
    """What work says of itself after each part; raises `WorkStopped`."""

    def __init__(self, place: WorkPlace, work: LongWork, sleep: Callable[[float], object]) -> None:
        self._place, self._sleep = place, sleep
        self.work = work

    def __call__(self, done: int, total: int) -> None:
        self._sleep(0)
        if self._place.is_told_to_stop(self.work.id):
            raise WorkStopped
        is_due = time.time() - self.work.said_at >= SAID_EVERY_S
        self.work = replace(self.work, done=done, total=total)
        if is_due:
            self.work = self._place.keep(replace(self.work, said_at=time.time()))


class WorkPlace:
    """The folder in which work and what it made is kept."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def keep(self, work: LongWork) -> LongWork:
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        part = self.folder / f".{work.id}.part"
        part.write_text(json.dumps(asdict(work), default=str))
        part.replace(self.folder / f"{work.id}.json")
        return work

    def read(self, work_id: str) -> LongWork:
        """Raises `Unknown("work")`."""
        path = self.folder / f"{work_id}.json"
        if not _ID.fullmatch(work_id) or not path.is_file():
            raise Unknown("work")
        found = LongWork(**json.loads(path.read_text()))
        found = replace(found, status=WorkState(found.status))
        is_lost = found.is_running and time.time() - found.said_at > SILENT_S
        return replace(found, status=WorkState.FAILED) if is_lost else found

    def all(self) -> list[LongWork]:
        """The newest first."""
        found = [self.read(path.stem) for path in self.folder.glob("*.json")] if self.folder.is_dir() else []
        return sorted(found, key=lambda work: -work.begun_at)

    def file(self, work_id: str) -> Path:
        return self.folder / f"{work_id}.bin"

    def stop(self, work_id: str) -> None:
        (self.folder / f"{work_id}.stop").touch()

    def is_told_to_stop(self, work_id: str) -> bool:
        return (self.folder / f"{work_id}.stop").exists()

    def sweep(self, officer_id: int | None = None) -> None:
        """Takes what is older than `KEPT_S`, and of that officer all but the newest: a report that is made again and
        again does not fill the disk.
        """
        for path in self.folder.iterdir() if self.folder.is_dir() else ():
            if time.time() - path.stat().st_mtime > KEPT_S:
                path.unlink(missing_ok=True)
        ended = [each.id for each in self.all() if each.officer_id == officer_id and not each.is_running]
        for work_id in ended[MOST_KEPT - 1 :]:
            for path in self.folder.glob(f"{work_id}.*"):
                path.unlink(missing_ok=True)


Work = Callable[[Progress, Path], None]


def begin(order: WorkOrder, work: Work) -> str:
    """Begins the work in this request's office for who asks; its id. Raises `NotAllowed("work_runs")`."""
    here = place()
    officer_id = int(current_user.id)
    here.sweep(officer_id)
    if sum(each.is_running for each in here.all() if each.officer_id == officer_id) >= MOST_AT_ONCE:
        raise NotAllowed("work_runs")
    begun = here.keep(
        LongWork(
            secrets.token_hex(16),
            g.office_id,
            officer_id,
            order.kind,
            order.about,
            order.filename,
            order.media_type,
            order.right.value,
            time.time(),
            time.time(),
        )
    )
    office, office_id, at, spoken = g.office, g.office_id, now(), language()
    live: Live = current_app.extensions["loket_live"]

    @copy_current_request_context
    def run() -> None:
        g.office, g.office_id, g.language = office, office_id, spoken
        _run(here, Progress(here, begun, live.socketio.sleep), work, at)

    live.socketio.start_background_task(run)
    return begun.id


def _run(here: WorkPlace, progress: Progress, work: Work, begun_at: datetime) -> None:
    kind, file = progress.work.kind, here.file(progress.work.id)
    status = WorkState.DONE
    known: Refusal | None = None
    try:
        os.close(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))
        work(progress, file)
    except WorkStopped:
        status = WorkState.STOPPED
    except Refusal as refusal:
        status, known = WorkState.FAILED, refusal
    except Exception as error:
        known = disk_fault(error) or database_away(error)
        log.exception("work_failed", kind=kind, begun_at=begun_at)
        status = WorkState.FAILED
    if status != WorkState.DONE:
        file.unlink(missing_ok=True)  # on a full disk this also makes the room to say so
    fault, facts = (known.code, dict(known.facts)) if known else ("", {})
    here.keep(replace(progress.work, status=status, fault=fault, facts=facts, said_at=time.time()))


def place() -> WorkPlace:
    settings: Settings = current_app.extensions["loket_settings"]
    return WorkPlace(settings.data / "work")


def mine() -> list[LongWork]:
    """The work of who asks, in this office; the newest first."""
    here = g.office_id, int(current_user.id)
    return [each for each in place().all() if (each.office_id, each.officer_id) == here]


def one(work_id: str) -> LongWork:
    """A piece of work of who asks; raises `Unknown("work")`, also for somebody else's."""
    found = place().read(work_id)
    if (found.office_id, found.officer_id) != (g.office_id, int(current_user.id)):
        raise Unknown("work")
    return found
