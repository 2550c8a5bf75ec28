"""Where backups lie and which of them stay; the command, the nightly timer and the page of the setup make them here."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from shared.loop import Tell, silent
from shared.store import reads
from shared.store.copies import CopyFailed, back_up, require_readable, restore
from shared.store.migrate import require_known, revisions, schema_of, upgrade
from shared.store.office import Store
from shared.web.settings import Settings
from shared.web.unfinished import forget_unfinished

NAMES = "loket-[0-9]*-[0-9]*.db"
"""What copies are called in a folder; nothing else there is ever taken away."""
BACKUP_MARK = "last-backup"
"""A file of the data folder whose time is that of the last backup."""
KEPT = 14
"""Copies that the page keeps."""
GROWTH, LEFT_BYTES = 1.1, 1_000_000
"""How much larger than the newest copy the next one may be, and what stays free beside it."""
_NAME = re.compile(r"loket-\d{8}-\d{6}\.db")


@dataclass(frozen=True, slots=True)
class Backup:
    name: str
    made_at: datetime
    size: int


def own_folder(settings: Settings) -> Path:
    """Where the page of the setup puts them; made when it is not there."""
    folder = settings.data.resolve() / "backups"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def make_into(
    settings: Settings, folder: Path, keep: int | None, tell: Tell = silent, *, is_verified: bool = False
) -> tuple[Path, int]:
    """A copy under a name of its own in the folder, of which then only the newest `keep` stay; and what `make` says."""
    file = folder / f"loket-{datetime.now():%Y%m%d-%H%M%S}.db"
    forget_unfinished(folder, f".{NAMES}.part*")
    others = sorted(each for each in folder.glob(NAMES) if each != file)  # by a clock that may have been set back
    if keep:
        _make_room(folder, others)
    found = make(settings, file, tell, is_verified=is_verified)
    if keep:
        for old in others[: max(0, len(others) + 1 - keep)]:
            old.unlink(missing_ok=True)
    return file, found


def _make_room(folder: Path, others: list[Path]) -> None:
    """Where the next copy would not fit, the oldest go first, if that is enough; the newest stays in any case."""
    if len(others) < 2:
        return
    sizes = [each.stat().st_size for each in others]
    lacking = int(sizes[-1] * GROWTH) + LEFT_BYTES - shutil.disk_usage(folder).free
    if lacking > sum(sizes[:-1]):
        return
    while lacking > 0:
        others.pop(0).unlink()
        lacking -= sizes.pop(0)


def make(settings: Settings, file: Path, tell: Tell = silent, *, is_verified: bool = False) -> int:
    """A copy in this file, which counts as the last backup; when it is verified, what `verify` says of it.

    One that cannot be put back does not stay, where it would take the place of a good one.
    """
    found = 0
    back_up(settings.database(), file, tell)
    if is_verified:
        try:
            found = verify(settings, file)
        except CopyFailed:
            file.unlink(missing_ok=True)
            raise
    mark = settings.data / BACKUP_MARK
    mark.unlink(missing_ok=True)  # it may belong to root, who made a copy by hand
    mark.touch()
    return found


def verify(settings: Settings, file: Path) -> int:
    """Puts the copy back into a place of its own, as a restore would; its offices. Raises what `restore` raises.

    One of PostgreSQL, which has no such place here, is read to its end. What is read comes from the medium.
    """
    with file.open("rb") as copy:
        os.posix_fadvise(copy.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
    forget_unfinished(settings.data, ".verify-*")
    with tempfile.TemporaryDirectory(dir=settings.data, prefix=".verify-") as place:
        if not settings.database().startswith("sqlite"):
            return require_readable(file)
        url = f"sqlite:///{Path(place).resolve() / 'loket.db'}"
        restore(url, file, Path(place) / "before.db")
        store = Store(url)
        try:
            with store.read() as connection:
                return len(reads.offices(connection))
        finally:
            store.close()


STICK_FOLDER = "loket-cadangan"
"""A stick that has this folder gets a copy when it appears."""
STICK_PAUSE = timedelta(hours=20)


def sticks(roots: Sequence[Path], now: datetime) -> list[Path]:
    """Folders of that name on media below `roots` whose newest copy is old, or that have none."""
    found = [each for root in roots for depth in ("*", "*/*") for each in root.glob(f"{depth}/{STICK_FOLDER}")]
    return [each for each in found if each.is_dir() and not _has_fresh(each, now)]


def _has_fresh(folder: Path, now: datetime) -> bool:
    """One of days to come is of a clock that was wrong."""
    ages = (now - datetime.fromtimestamp(path.stat().st_mtime, UTC) for path in folder.glob(NAMES))
    return any(abs(age) < STICK_PAUSE for age in ages)


def upgrade_after_backup(settings: Settings) -> None:
    """Brings the database to the newest schema; first, where that changes anything, it is copied beside the backups.

    Raises `NewerSchema`, and what the copy raises: without room for it nothing is changed.
    """
    url = settings.database()
    before = schema_of(url)
    if before is not None and before != revisions()[-1]:
        require_known(before)
        back_up(url, own_folder(settings) / f"before-upgrade-{before}-{datetime.now():%Y%m%d-%H%M%S}.db")
    upgrade(url)


def last_at(settings: Settings) -> datetime | None:
    """When the last backup was made, wherever it went; None when none is known."""
    try:
        return datetime.fromtimestamp((settings.data / BACKUP_MARK).stat().st_mtime, UTC)
    except OSError:
        return None


def kept(settings: Settings) -> list[Backup]:
    """Those of the page, the newest first."""
    found = []
    for path in sorted(own_folder(settings).glob(NAMES), reverse=True):
        with suppress(FileNotFoundError):  # a backup that ends now takes the oldest away
            if _NAME.fullmatch(path.name):
                fact = path.stat()
                found.append(Backup(path.name, datetime.fromtimestamp(fact.st_mtime, UTC), fact.st_size))
    return found


def open_store(settings: Settings) -> Store:
    """The database in its newest schema, for a command of the console."""
    upgrade_after_backup(settings)
    return Store(settings.database())
