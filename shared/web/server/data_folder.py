"""The data folder at a start: for one server at a time, never founded anew over what was there."""

from __future__ import annotations

import contextlib
import fcntl
import os
import sqlite3
import tempfile
import time
from pathlib import Path

import structlog

from shared.domain.errors import Refusal
from shared.web.settings import Settings

LOCK_WAIT_S = 10
"""A server that was killed takes a moment to be gone."""
CHECKED_UP_TO = 64_000_000
"""Bytes of a database that is looked through at each start; a larger one is looked through by `loket check`."""

_held: dict[Path, int] = {}
log = structlog.get_logger()


class NotSound(Refusal):
    """The data folder cannot be served from; the sentence says the way back."""


def try_to_write(folder: Path) -> None:
    """Raises `OSError` when the folder takes nothing; leaves nothing behind."""
    with tempfile.TemporaryFile(dir=folder) as probe:
        probe.write(b"x" * 4096)


def take_alone(settings: Settings) -> None:
    """Holds the folder for this process until it ends. Raises `NotSound("second_server")`.

    With a database server several processes work together; each row is locked there.
    """
    if settings.database_url or settings.data in _held:
        return
    settings.data.mkdir(parents=True, exist_ok=True)
    lock = _lock_file(settings.data / "server.lock")
    if lock is None:
        return
    until = time.monotonic() + LOCK_WAIT_S
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > until:
                os.close(lock)
                raise NotSound("second_server", folder=str(settings.data)) from None
            time.sleep(0.1)
        else:
            _held[settings.data] = lock
            return


def _lock_file(path: Path) -> int | None:
    """Open; None where the disk takes no new file: a server there only reads."""
    try:
        return os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        log.warning("reading_only", error=error.strerror, place=str(path))
    try:
        return os.open(path, os.O_RDONLY)
    except OSError:
        return None


def require_sound(settings: Settings) -> None:
    """Raises `NotSound("database_damaged")`; a database that is missing is looked at by `require_offices`."""
    path = settings.data / "loket.db"
    if settings.database_url or not path.is_file() or not 0 < path.stat().st_size <= CHECKED_UP_TO:
        return
    try:
        with contextlib.closing(sqlite3.connect(path)) as connection:
            found = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    except sqlite3.DatabaseError as error:
        if error.sqlite_errorcode not in (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT):
            return  # a full or read-only disk is another sentence
        found = str(error)
    if found != "ok":
        raise NotSound("database_damaged", place=str(path))


def is_key_lost(settings: Settings) -> bool:
    """The folder was in use, but its secret key is gone or damaged: a new one is made, and everybody signs in again."""
    database = settings.data / "loket.db"
    return not settings.has_key() and database.is_file() and database.stat().st_size > 0


def require_offices(settings: Settings, has_offices: bool) -> None:
    """Raises `NotSound("database_gone")` when the folder was in use, but its database knows no office any more."""
    was_used = (settings.data / "secret_key").exists()
    if not settings.database_url and was_used and not has_offices:
        raise NotSound("database_gone", place=str(settings.data / "loket.db"), key=str(settings.data / "secret_key"))
