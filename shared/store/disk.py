"""What the disk says, as a refusal with a sentence: full, not writable, broken."""

from __future__ import annotations

import errno
import sqlite3

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from shared.domain.errors import Refusal

_BY_ERRNO = {
    **dict.fromkeys((errno.ENOSPC, errno.EDQUOT, errno.EFBIG), "disk_full"),
    **dict.fromkeys((errno.EACCES, errno.EPERM, errno.EROFS), "disk_refuses"),
    **dict.fromkeys((errno.EIO, errno.ENXIO, errno.ENODEV, errno.ESTALE, errno.EUCLEAN), "disk_broken"),
    **dict.fromkeys((errno.ENOENT, errno.ENOTDIR, errno.EISDIR, errno.EEXIST, errno.ELOOP), "disk_missing"),
    **dict.fromkeys((errno.EMFILE, errno.ENFILE), "files_open"),
}
_BY_SQLSTATE = {
    "53100": "disk_full",
    "25006": "database_reads",  # a copy that follows another server, or a server that was set to be read only
    "58030": "disk_broken",
    "XX001": "disk_broken",
    "XX002": "disk_broken",
}
"""Of PostgreSQL, whose disk may be another machine's."""
_BY_SQLITE = {
    sqlite3.SQLITE_FULL: "disk_full",
    sqlite3.SQLITE_READONLY: "disk_refuses",
    sqlite3.SQLITE_PERM: "disk_refuses",
    sqlite3.SQLITE_CANTOPEN: "disk_refuses",
    sqlite3.SQLITE_IOERR: "disk_broken",
    sqlite3.SQLITE_CORRUPT: "disk_broken",
    sqlite3.SQLITE_NOTADB: "disk_broken",
}


class DiskFault(Refusal):
    """The disk did not do what it should; what was asked for did not happen."""

    status = 507


class Away(Refusal):
    """The database cannot be reached now; it may come back by itself."""

    status = 503


def database_away(error: BaseException) -> Away | None:
    """The refusal for a database that does not answer; None when the error is another one."""
    if isinstance(error, DBAPIError) and isinstance(error.orig, sqlite3.Error):
        error = error.orig
    if disk_fault(error) is not None:
        return None
    if isinstance(error, sqlite3.Error):
        return Away("database_busy") if _sqlite_code(error) in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED) else None
    return Away("database_away") if isinstance(error, (OperationalError, InterfaceError, PoolTimeout)) else None


def is_read_only(error: BaseException | None) -> bool:
    """SQLite opened the file when it could not be written."""
    fault = None if error is None else disk_fault(error)
    return fault is not None and fault.code == "disk_refuses"


def _sqlite_code(error: sqlite3.Error) -> int:
    return (getattr(error, "sqlite_errorcode", None) or 0) & 0xFF


def disk_fault(error: BaseException) -> DiskFault | None:
    """The refusal for a fault of the disk, also when SQLite met it; None when the disk is not to blame."""
    if isinstance(error, DBAPIError) and isinstance(error.orig, sqlite3.Error):
        error = error.orig
    if isinstance(error, sqlite3.Error):
        code = _BY_SQLITE.get(_sqlite_code(error))
        return DiskFault(code, place="") if code else None
    if isinstance(error, DBAPIError):
        code = _BY_SQLSTATE.get(getattr(error.orig, "sqlstate", None) or "")
        return DiskFault(code, place="") if code else None
    if isinstance(error, OSError) and not isinstance(error, (ConnectionError, TimeoutError)):
        code = _BY_ERRNO.get(error.errno or 0)
        return DiskFault(code, place=error.filename or "") if code else None
    return None
