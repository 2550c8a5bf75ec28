"""Where backups lie and which of them stay; the command, the nightly timer and the page of the setup make them here."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from shared.loop import Tell, silent
from shared.store.copies import back_up
from shared.store.migrate import require_known, revisions, schema_of, upgrade
from shared.web.conditions import BACKUP_MARK
from shared.web.settings import Settings

NAMES = "loket-[0-9]*-[0-9]*.db"
"""What copies are called in a folder; nothing else there is ever taken away."""
KEPT = 14
"""Copies that the page keeps."""
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


def make_into(settings: Settings, folder: Path, keep: int | None, tell: Tell = silent) -> Path:
    """A copy under a name of its own in the folder, of which then only the newest `keep` stay."""
    file = folder / f"loket-{datetime.now():%Y%m%d-%H%M%S}.db"
    make(settings, file, tell)
    if keep:
        for old in sorted(folder.glob(NAMES))[:-keep]:
            old.unlink()
    return file


def make(settings: Settings, file: Path, tell: Tell = silent) -> None:
    """A copy in this file, which counts as the last backup."""
    back_up(settings.database(), file, tell)
    (settings.data / BACKUP_MARK).touch()


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
    """When the last backup was made, wherever it went."""
    mark = settings.data / BACKUP_MARK
    return datetime.fromtimestamp(mark.stat().st_mtime, UTC) if mark.exists() else None


def kept(settings: Settings) -> list[Backup]:
    """Those of the page, the newest first."""
    files = [path for path in own_folder(settings).glob(NAMES) if _NAME.fullmatch(path.name)]
    facts = [(path.name, path.stat()) for path in sorted(files, reverse=True)]
    return [Backup(name, datetime.fromtimestamp(fact.st_mtime, UTC), fact.st_size) for name, fact in facts]
