"""Copies of the whole database: a consistent one while the office works, and the way back; SQLite and PostgreSQL."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from pathlib import Path

from sqlalchemy import make_url


class CopyFailed(Exception):
    """No copy was made, or nothing was put back; the text says why."""


def back_up(url: str, file: Path) -> int:
    """Writes the database at `url` into `file`, whole or not at all; its bytes. The office may go on working.

    The file holds personal data and password hashes: only its owner may read it.
    """
    part = file.with_name(f".{file.name}.part")
    part.unlink(missing_ok=True)
    os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    try:
        if url.startswith("sqlite"):
            _copy(Path(make_url(url).database or ""), part)
            require_whole(part)
        else:
            _run("pg_dump", "--format=custom", "--no-owner", f"--file={part}", _libpq(url))
        part.replace(file)
    finally:
        part.unlink(missing_ok=True)
    return file.stat().st_size


def restore(url: str, file: Path, keep: Path) -> None:
    """Puts the copy in the place of the database; what was there is kept in `keep` first. No server may run.

    Raises `CopyFailed` and changes nothing when the file is no whole copy.
    """
    if url.startswith("sqlite"):
        require_whole(file)
        present = Path(make_url(url).database or "")
        if present.exists():
            back_up(url, keep)
        _copy(file, present)
        return
    _run("pg_restore", "--list", str(file))
    back_up(url, keep)
    _run(
        "pg_restore",
        "--clean",
        "--if-exists",
        "--no-owner",
        "--single-transaction",
        f"--dbname={_libpq(url)}",
        str(file),
    )


def require_whole(file: Path) -> None:
    """Raises `CopyFailed` when the file is no sound SQLite database of this program."""
    if not file.is_file():
        raise CopyFailed(f"berkas tidak ada (no such file): {file}")
    connection = sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True)
    try:
        found = connection.execute("PRAGMA integrity_check").fetchone()[0]
        if found != "ok":
            raise CopyFailed(f"berkas rusak (damaged): {found}")
        connection.execute("SELECT version_num FROM alembic_version").fetchone()
        connection.execute("SELECT count(*) FROM office").fetchone()
    except sqlite3.DatabaseError as error:
        raise CopyFailed(f"bukan salinan basis data Loket (no copy of Loket): {error}") from None
    finally:
        connection.close()


def _copy(source: Path, target: Path) -> None:
    """SQLite's own way: page by page under its locks, so that the copy is one moment of the database."""
    if not source.is_file():
        raise CopyFailed(f"basis data tidak ada (no database): {source}")
    reading, writing = sqlite3.connect(source, timeout=30), sqlite3.connect(target, timeout=30)
    try:
        reading.backup(writing)
    except sqlite3.DatabaseError as error:
        raise CopyFailed(str(error)) from None
    finally:
        reading.close()
        writing.close()


def _libpq(url: str) -> str:
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


def _run(program: str, *arguments: str) -> None:
    if shutil.which(program) is None:
        raise CopyFailed(f"{program} tidak terpasang; pasang paket postgresql-client (not installed)")
    done = subprocess.run([program, *arguments], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise CopyFailed(f"{program}: {done.stderr.strip()[:500]}")
