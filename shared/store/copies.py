"""Copies of the whole database: a consistent one while the office works, and the way back; SQLite and PostgreSQL."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import sqlite3
import subprocess
from pathlib import Path

from sqlalchemy import make_url

from shared.domain.errors import Refusal
from shared.loop import Tell, silent
from shared.store.disk import DiskFault, disk_fault
from shared.store.epoch import LEARN_PRINTERS, new_epoch, setup_version_of_now
from shared.store.migrate import require_known, upgrade
from shared.store.office import SERVERS_AT_WORK

SIDECARS = ("-wal", "-shm", "-journal")
"""What SQLite may keep beside a database; "-wal" holds commits."""
PAGES_AT_ONCE = 1000
"""4 MB, between two words about the progress."""
_HEAD = b"SQLite format 3\0"
_HEAD_POSTGRESQL = b"PGDMP"
_BUSY = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


class CopyFailed(Refusal):
    """No copy was made, or nothing was put back."""


def back_up(url: str, file: Path, tell: Tell = silent) -> int:
    """Writes the database at `url` into the one file `file`, whole or not at all; its bytes. The office may work on.

    `tell` hears how many of how many pages are written, of SQLite; what it raises ends the copy.

    The file holds personal data and password hashes: only its owner may read it. Raises `CopyFailed`, also when it
    would take the place of something that is no copy.
    """
    _must_be_free(file)
    part = file.with_name(f".{file.name}.part")
    _remove(part)
    os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    try:
        if url.startswith("sqlite"):
            present = _path(url)
            if file.exists() and present.exists() and file.samefile(present):
                raise CopyFailed("copy_itself", file=file)
            _copy(present, part, tell)
            require_whole(part)
        else:
            _run("pg_dump", "--format=custom", "--no-owner", f"--file={part}", _libpq(url))
        _replace(part, file)
    finally:
        _remove(part)
    return file.stat().st_size


def _must_be_free(file: Path) -> None:
    """A name that was mistyped costs nobody a document, and root no device."""
    if not file.exists():
        return
    if not file.is_file():
        raise CopyFailed("copy_over_other", file=file)
    with file.open("rb") as present:
        head = present.read(len(_HEAD))
    if head and not head.startswith((_HEAD, _HEAD_POSTGRESQL)):
        raise CopyFailed("copy_over_other", file=file)


def restore(url: str, file: Path, keep: Path) -> None:
    """Puts the copy in the place of the database, in the newest schema and with a new epoch; what was there goes to
    `keep` first. No server may run.

    Everything is checked before anything changes. Raises `CopyFailed` and `NewerSchema`, also when a server runs.
    """
    if url.startswith("sqlite"):
        _restore_file(_path(url), file, keep)
    else:
        _restore_postgresql(url, file, keep)


def require_whole(file: Path, of: Path | None = None) -> None:
    """Raises `CopyFailed` when the file is no sound SQLite database of this program; `of`: what it is called then."""
    if not file.is_file():
        raise CopyFailed("copy_missing", file=file)
    connection = sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True)
    try:
        found = connection.execute("PRAGMA integrity_check").fetchone()[0]
        if found != "ok":
            raise CopyFailed("copy_damaged", file=of or file, found=found)
        connection.execute("SELECT version_num FROM alembic_version").fetchone()
        connection.execute("SELECT count(*) FROM office").fetchone()
    except sqlite3.DatabaseError as error:
        code = "copy_damaged" if error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_CORRUPT else "copy_foreign"
        raise CopyFailed(code, file=of or file, found=error) from None
    finally:
        connection.close()


def require_readable(file: Path) -> int:
    """Of a copy of PostgreSQL, read to its end: its offices. Raises `CopyFailed` when pg_restore cannot do that."""
    _run("pg_restore", f"--file={os.devnull}", str(file))
    return len(_rows(file, "office"))


def _rows(file: Path, table: str) -> list[str]:
    """Of that table in a copy of PostgreSQL, as it writes them; raises `CopyFailed` when it has none such."""
    said = _run("pg_restore", "--data-only", f"--table={table}", "--file=-", str(file))
    found = re.search(rf"^COPY public\.{table} [^\n]*\n(.*?)^\\\.$", said, re.MULTILINE | re.DOTALL)
    if found is None:
        raise CopyFailed("copy_foreign", file=file, found="")
    return found[1].splitlines()


def _restore_file(present: Path, file: Path, keep: Path) -> None:
    """All work is done on a file beside the database, which then takes its place in one step."""
    if present.exists() and file.exists() and file.samefile(present):
        raise CopyFailed("copy_itself", file=file)
    fresh = present.with_name(f".{present.name}.restoring")
    _remove(fresh)
    try:
        _fetch(file, fresh)
        require_whole(fresh, file)
        with _open(fresh) as connection:
            require_known(connection.execute("SELECT version_num FROM alembic_version").fetchone()[0])
        upgrade(f"sqlite:///{fresh}")
        with _open(fresh) as connection:
            connection.execute("UPDATE office SET epoch = ?, setup_version = ?", (new_epoch(), setup_version_of_now()))
            connection.execute(LEARN_PRINTERS.format(printer="printer"))
            connection.commit()
        _make_one_file(fresh)
        if present.exists():
            _keep(present, keep)
        _replace(fresh, present)
    finally:
        _remove(fresh)


def _fetch(file: Path, fresh: Path) -> None:
    """The copy's bytes, with the commits that an older Loket left in a file beside it; its place may be read-only."""
    if not file.is_file():
        raise CopyFailed("copy_missing", file=file)
    with file.open("rb") as copy:
        if copy.read(len(_HEAD)) != _HEAD:
            raise CopyFailed("copy_foreign", file=file, found="")
    for suffix in ("", "-wal"):
        source = Path(f"{file}{suffix}")
        if source.is_file():
            target = Path(f"{fresh}{suffix}")
            os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
            shutil.copyfile(source, target)


def _keep(present: Path, keep: Path) -> None:
    """Leaves the database as one file, and a copy of it in `keep`; of a damaged one, its bytes as they are."""
    try:
        _make_one_file(present)
        back_up(f"sqlite:///{present}", keep)
    except sqlite3.DatabaseError as error:
        if error.sqlite_errorcode & 0xFF in _BUSY:
            raise CopyFailed("server_runs") from None
        _keep_damaged(present, keep)
    except CopyFailed:
        _keep_damaged(present, keep)


def _keep_damaged(present: Path, keep: Path) -> None:
    for suffix in ("", *SIDECARS):
        if Path(f"{present}{suffix}").exists():
            shutil.copyfile(f"{present}{suffix}", f"{keep}{suffix}")
            os.chmod(f"{keep}{suffix}", 0o600)
    for suffix in SIDECARS:
        Path(f"{present}{suffix}").unlink(missing_ok=True)


def _copy(source: Path, target: Path, tell: Tell) -> None:
    """SQLite's own way. The reading transaction makes the copy one moment of the database, and keeps it from starting
    anew at every write of the office meanwhile.
    """
    if not source.is_file():
        raise CopyFailed("copy_missing", file=source)
    try:
        with _open(source) as reading, _open(target) as writing:
            reading.isolation_level = None
            reading.execute("BEGIN")
            reading.execute("SELECT count(*) FROM sqlite_schema").fetchone()
            reading.backup(
                writing, pages=PAGES_AT_ONCE, sleep=0, progress=lambda _, left, total: tell(total - left, total)
            )
        _make_one_file(target)
    except sqlite3.DatabaseError as error:
        fault = disk_fault(error)
        if fault is not None and fault.code == "disk_full":
            raise DiskFault(fault.code, place=target.parent) from None
        raise CopyFailed("copy_unmade", found=error) from None


def _make_one_file(file: Path) -> None:
    """Nothing beside it any more, so that it can be read from a place that cannot be written to.

    Raises `sqlite3.OperationalError` (busy) when anybody else has it open.
    """
    with _open(file) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")


def _open(file: Path) -> contextlib.closing[sqlite3.Connection]:
    return contextlib.closing(sqlite3.connect(file, timeout=10))


def _replace(fresh: Path, file: Path) -> None:
    """In one step, and on the disk before this returns; a database keeps its owner and its rights."""
    if file.exists() and file.suffix == ".db":
        before = file.stat()
        if before.st_uid != fresh.stat().st_uid:
            os.chown(fresh, before.st_uid, before.st_gid)
    with fresh.open("rb") as written:
        os.fsync(written.fileno())
    fresh.replace(file)
    folder = os.open(file.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _remove(file: Path) -> None:
    for suffix in ("", *SIDECARS):
        Path(f"{file}{suffix}").unlink(missing_ok=True)


def _restore_postgresql(url: str, file: Path, keep: Path) -> None:
    """One transaction takes what is there away and writes the copy, so that nothing of a newer schema stays behind."""
    if not file.is_file():
        raise CopyFailed("copy_missing", file=file)
    for version in _rows(file, "alembic_version"):
        require_known(version)
    if _run("psql", "--no-psqlrc", "--tuples-only", f"--command={SERVERS_AT_WORK}", _libpq(url)).strip() != "0":
        raise CopyFailed("server_runs")
    script = keep.with_name(f".{keep.name}.sql")
    os.close(os.open(script, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))
    try:
        _run("pg_restore", "--no-owner", "--no-privileges", f"--file={script}", str(file))
        back_up(url, keep)
        options = ("--quiet", "--no-psqlrc", "--single-transaction", "--set=ON_ERROR_STOP=1", "--output=/dev/null")
        _run("psql", *options, f"--command={_EMPTY}", f"--file={script}", _libpq(url))
    finally:
        script.unlink(missing_ok=True)
    upgrade(url)
    begun = f"epoch = '{new_epoch()}', setup_version = {setup_version_of_now()}"
    learn = LEARN_PRINTERS.format(printer="public.printer")
    commands = (f"--command=UPDATE public.office SET {begun}", f"--command={learn}")
    _run("psql", "--quiet", "--no-psqlrc", *commands, _libpq(url))


_EMPTY = """
SET lock_timeout = '20s';
DO $$ DECLARE one record; BEGIN
FOR one IN SELECT tablename FROM pg_tables WHERE schemaname = 'public'
LOOP EXECUTE format('DROP TABLE public.%I CASCADE', one.tablename); END LOOP;
FOR one IN SELECT oid::regprocedure AS name FROM pg_proc WHERE pronamespace = 'public'::regnamespace
    AND proname LIKE 'count_access_of_%'
LOOP EXECUTE format('DROP FUNCTION %s', one.name); END LOOP;
END $$
"""


def _path(url: str) -> Path:
    return Path(make_url(url).database or "")


def _libpq(url: str) -> str:
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


def _run(program: str, *arguments: str) -> str:
    """What the program prints. Raises `CopyFailed`."""
    if shutil.which(program) is None:
        raise CopyFailed("no_program", program=program)
    done = subprocess.run([program, *arguments], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise CopyFailed("program_failed", program=program, found=done.stderr.strip()[:500])
    return done.stdout
