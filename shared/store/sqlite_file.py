"""How the file of SQLite is opened, also to be read alone where the disk takes nothing: full, or read-only."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from sqlalchemy import Engine, event

from shared.store.disk import disk_fault


def open_by(engine: Engine) -> None:
    """The engine's connections are opened here; one of another database is left alone."""
    if engine.dialect.name == "sqlite":
        event.listen(engine, "do_connect", lambda _dialect, _record, args, how: _open(*args, **how))


def _open(place: str, *, timeout: float = 5, check_same_thread: bool = True) -> sqlite3.Connection:
    """A file whose log was put away cannot even be read in the usual way where no new log can begin."""
    connection = sqlite3.connect(place, timeout, check_same_thread=check_same_thread)
    try:
        connection.execute("SELECT 1 FROM sqlite_schema LIMIT 1").fetchone()
    except sqlite3.Error as error:
        path = Path(place)
        if disk_fault(error) is None or not path.is_file() or _has_log(path):
            raise
        connection.close()
        still = f"{path.resolve().as_uri()}?immutable=1"
        connection = sqlite3.connect(still, timeout, check_same_thread=check_same_thread, uri=True)
    return connection


def _has_log(path: Path) -> bool:
    """What stands in the log is not in the file."""
    log = path.with_name(f"{path.name}-wal")
    return log.exists() and log.stat().st_size > 0
