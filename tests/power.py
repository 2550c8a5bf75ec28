"""Power cuts at the level of files: SQLite's writes and syncs are recorded, and a cut keeps only what was synced.

`recorded(folder)` puts a recorder between SQLite and its own file system layer (a VFS, https://sqlite.org/vfs.html), by
ctypes and in this process, so the store under test is the program's own. `Disk.after_cut` is a folder as a disk may
be found after the power went off at some operation: each write that was not synced yet is there, not there, or torn.
"""

from __future__ import annotations

import _sqlite3
import ctypes
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

SECTOR = 512
"""What a disk writes whole; of a longer write any of its sectors may be missing."""
WRITE, CUT, SYNC, GONE = "write", "cut", "sync", "gone"
NAMES = ["xOpen", "xDelete", "xAccess", "xFullPathname", "xDlOpen", "xDlError", "xDlSym", "xDlClose", "xRandomness"]
NAMES += ["xSleep", "xCurrentTime", "xGetLastError", "xCurrentTimeInt64", "xSetSystemCall", "xGetSystemCall"]
NAMES += ["xNextSystemCall"]
METHODS = ["xClose", "xRead", "xWrite", "xTruncate", "xSync", "xFileSize", "xLock", "xUnlock", "xCheckReservedLock"]
METHODS += ["xFileControl", "xSectorSize", "xDeviceCharacteristics", "xShmMap", "xShmLock", "xShmBarrier", "xShmUnmap"]
METHODS += ["xFetch", "xUnfetch"]


class Vfs(ctypes.Structure):
    """`struct sqlite3_vfs`, version 3."""

    _fields_ = [
        ("iVersion", ctypes.c_int),
        ("szOsFile", ctypes.c_int),
        ("mxPathname", ctypes.c_int),
        ("pNext", ctypes.c_void_p),
        ("zName", ctypes.c_char_p),
        ("pAppData", ctypes.c_void_p),
        *[(name, ctypes.c_void_p) for name in NAMES],
    ]


class Methods(ctypes.Structure):
    """`struct sqlite3_io_methods`, version 3."""

    _fields_ = [("iVersion", ctypes.c_int), *[(name, ctypes.c_void_p) for name in METHODS]]


_int, _ptr, _i64 = ctypes.c_int, ctypes.c_void_p, ctypes.c_int64
# Paths stay pointers: SQLite keeps parameters of the file beside the text.
OPEN = ctypes.CFUNCTYPE(_int, _ptr, _ptr, _ptr, _int, _ptr)
DELETE = ctypes.CFUNCTYPE(_int, _ptr, _ptr, _int)
WRITES = ctypes.CFUNCTYPE(_int, _ptr, _ptr, _int, _i64)
TRUNCATES = ctypes.CFUNCTYPE(_int, _ptr, _i64)
SYNCS = ctypes.CFUNCTYPE(_int, _ptr, _int)


@dataclass(frozen=True, slots=True)
class Operation:
    """What SQLite did to the file `name`."""

    kind: str
    name: str
    at: int = 0
    data: bytes = b""


@dataclass
class Disk:
    """Everything that was written under `folder`, in its order."""

    folder: Path
    before: dict[str, bytes]
    """What lay there already, synced."""
    done: list[Operation] = field(default_factory=list)

    def after_cut(self, count: int, chance: random.Random, target: Path) -> None:
        """Writes into `target` what may be left when the power goes off after the first `count` operations.

        A file that was never synced is lost with its name: SQLite syncs the folder with a file's first sync.
        """
        for name in sorted({*self.before, *(each.name for each in self.done[:count])}):
            mine = [each for each in self.done[:count] if each.name == name]
            synced = max((place for place, each in enumerate(mine) if each.kind == SYNC), default=-1)
            if synced < 0 and name not in self.before and chance.random() < 0.5:
                continue
            content = bytearray(self.before[name]) if name in self.before else None
            for place, each in enumerate(mine):
                content = _apply(content, [each] if place <= synced else _maybe(each, chance))
            if content is not None:
                (target / name).write_bytes(content)

    def __len__(self) -> int:
        return len(self.done)


def _apply(content: bytearray | None, done: list[Operation]) -> bytearray | None:
    for each in done:
        if each.kind == SYNC:
            continue
        if each.kind == GONE:
            content = None
            continue
        content = bytearray() if content is None else content
        if len(content) < each.at:
            content.extend(bytes(each.at - len(content)))
        if each.kind == CUT:
            del content[each.at :]
        else:
            content[each.at : each.at + len(each.data)] = each.data
    return content


def _maybe(each: Operation, chance: random.Random) -> list[Operation]:
    """An operation that nobody waited for: done, not done, or done in part."""
    lot = chance.random()
    if lot < 0.7 or each.kind != WRITE:
        return [each] if lot < 0.4 else []
    starts = range(0, len(each.data), SECTOR)
    return [
        Operation(WRITE, each.name, each.at + start, each.data[start : start + SECTOR])
        for start in starts
        if chance.random() < 0.5
    ]


@contextmanager
def recorded(folder: Path) -> Iterator[Disk]:
    """Records what SQLite does to files in `folder` as long as the block lasts; connections are opened inside of it."""
    library: Any = ctypes.CDLL(_sqlite3.__file__)
    library.sqlite3_vfs_find.restype = ctypes.POINTER(Vfs)
    real = library.sqlite3_vfs_find(None)
    disk = Disk(folder, {path.name: path.read_bytes() for path in folder.iterdir()})
    kept = _Hooks()
    own = Vfs.from_buffer_copy(real.contents)
    own.zName, own.pNext = b"recorded", None
    _divert(own, real, disk, kept)
    library.sqlite3_vfs_register(ctypes.byref(own), 1)
    try:
        yield disk
    finally:
        library.sqlite3_vfs_register(real, 1)
        library.sqlite3_vfs_unregister(ctypes.byref(own))
        FOREVER.append((own, kept))


FOREVER: list[object] = []
"""A connection that somebody forgot still calls these."""


class _Hooks:
    """What C holds a pointer to must stay alive."""

    def __init__(self) -> None:
        self.functions: list[object] = []
        self.methods: dict[int, Methods] = {}
        self.names: dict[int, str] = {}

    def keep(self, function: Any) -> int:
        self.functions.append(function)
        return int(ctypes.cast(function, ctypes.c_void_p).value or 0)


def _divert(own: Vfs, real: Any, disk: Disk, kept: _Hooks) -> None:
    really_open, really_delete = OPEN(real.contents.xOpen), DELETE(real.contents.xDelete)

    def opens(_vfs: int, path: int | None, file: int, flags: int, out: int | None) -> int:
        answer = int(really_open(ctypes.addressof(real.contents), path, file, flags, out))
        place = Path(ctypes.string_at(path).decode()) if path else None
        pointer = ctypes.cast(file, ctypes.POINTER(ctypes.c_void_p))
        if answer == 0 and place is not None and place.parent == disk.folder and pointer[0]:
            kept.names[file] = place.name
            pointer[0] = _methods(int(pointer[0]), disk, kept)
        return answer

    def deletes(_vfs: int, path: int, sync: int) -> int:
        place = Path(ctypes.string_at(path).decode())
        if place.parent == disk.folder:
            disk.done.append(Operation(GONE, place.name))
            disk.done += [Operation(SYNC, place.name)] if sync else []
        return int(really_delete(ctypes.addressof(real.contents), path, sync))

    own.xOpen, own.xDelete = kept.keep(OPEN(opens)), kept.keep(DELETE(deletes))


def _methods(found: int, disk: Disk, kept: _Hooks) -> int:
    """The address of the table that does what the one at `found` does, and records it."""
    if found not in kept.methods:
        table = Methods.from_buffer_copy(ctypes.cast(found, ctypes.POINTER(Methods)).contents)
        really_write, really_truncate = WRITES(table.xWrite), TRUNCATES(table.xTruncate)
        really_sync = SYNCS(table.xSync)

        def note(kind: str, file: int, real: Callable[..., int], *said: Any, at: int = 0, data: bytes = b"") -> int:
            answer = int(real(file, *said))
            if answer == 0:
                disk.done.append(Operation(kind, kept.names[file], at, data))
            return answer

        def writes(file: int, data: int, length: int, at: int) -> int:
            return note(WRITE, file, really_write, data, length, at, at=at, data=ctypes.string_at(data, length))

        table.xWrite = kept.keep(WRITES(writes))
        table.xTruncate = kept.keep(TRUNCATES(lambda file, size: note(CUT, file, really_truncate, size, at=size)))
        table.xSync = kept.keep(SYNCS(lambda file, flags: note(SYNC, file, really_sync, flags)))
        kept.methods[found] = table
    return ctypes.addressof(kept.methods[found])
