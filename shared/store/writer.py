"""The writers: the waiting changes of all callers, one after the other, with one commit for all of them."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Any, Generic, TypeAlias, TypeVar, cast

import structlog
from sqlalchemy import Connection, Engine

from shared.loop import off_the_loop
from shared.store.disk import database_away, disk_fault, is_read_only
from shared.store.queue.rooms import OfficeRooms, Rooms
from shared.store.transaction import Unchanged

T = TypeVar("T")
Work = Callable[[Connection], T]

log = structlog.get_logger()

LOCK_TIMEOUT_S = 6
"""How long a change waits for a lock that another program holds; the kiosk waits no longer than 8 s for an answer."""
QUICK_S = 0.003
"""A commit that takes longer is waited for outside the event loop."""
BATCH = 64
"""The most changes that share one commit: bounds how long the first of them waits for the last."""
PAUSES = 4
"""How often at most others are waited for before a commit."""


class _Change(Generic[T]):
    """One change that waits for the writer; its `fault` is raised again where it waits."""

    __slots__ = ("_answer", "_work", "done", "fault")

    def __init__(self, work: Work[T]) -> None:
        self._work = work
        self._answer: T | None = None
        self.fault: BaseException | None = None
        self.done = threading.Event()

    def do(self, connection: Connection) -> None:
        self._answer = self._work(connection)

    def answer(self) -> T:
        self.done.wait()
        if self.fault is not None:
            raise self.fault
        return cast(T, self._answer)


_Waiting: TypeAlias = _Change[Any]


class SqliteWriter:
    """Runs the waiting changes of all callers one after the other and commits them together.

    Each has a savepoint of its own, so one that fails takes back only itself. Nobody is answered before the commit,
    which waits for the disk outside the event loop.
    """

    def __init__(self, engine: Engine, rooms: Rooms, let_go: Callable[[], None]) -> None:
        """`let_go` closes the connections of others, which keep the file as it was when they opened it."""
        self._engine, self._rooms, self._let_go = engine, rooms, let_go
        self._waiting: deque[_Waiting] = deque()
        self._wake = threading.Event()
        self._thread: threading.Thread | None = None
        self._starting = threading.Lock()
        self._is_closing = False
        self._commit_s = 10 * QUICK_S
        """How long commits take now; it rises at once and falls slowly."""

    def run(self, work: Work[T]) -> T:
        change = _Change(work)
        self._waiting.append(change)
        self._wake.set()
        if self._thread is None:
            self._start()
        return change.answer()

    def close(self) -> None:
        """Returns when the thread has done what waits and has ended."""
        self._is_closing = True
        self._wake.set()
        if self._thread is not None:
            self._thread.join()

    def _start(self) -> None:
        with self._starting:
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="loket-writer", daemon=True)
                self._thread.start()

    def _work(self) -> None:
        while not self._is_closing:
            with self._engine.connect() as connection:
                # Each change has a savepoint, for which the pages that it changes are kept: as a file, if not said so.
                driver_of(connection).execute("PRAGMA temp_store = MEMORY")
                self._serve(connection)

    def _serve(self, connection: Connection) -> None:
        """Until the end, or until the file took no change: one that was opened read-only stays so, an own one heals."""
        while not self._is_closing:
            self._wake.wait()
            self._wake.clear()
            while self._waiting:
                self._gather()
                batch = [self._waiting.popleft() for _ in range(min(len(self._waiting), BATCH))]
                self._commit(batch, connection)
                if any(is_read_only(change.fault) for change in batch):
                    self._let_go()
                    self._wake.set()
                    return

    def _gather(self) -> None:
        """Whoever is about to ask for a change shares the commit; where it is slow they are waited for while they come.

        Else those whom the last commit answered would ask during this one, and each commit would have half of them.
        """
        pause_s = 0 if self._commit_s < QUICK_S else min(self._commit_s / 8, QUICK_S)
        for _ in range(PAUSES):
            waiting = len(self._waiting)
            time.sleep(pause_s)
            if len(self._waiting) == waiting:
                return

    def _commit(self, batch: list[_Waiting], connection: Connection) -> None:
        driver = driver_of(connection)
        try:
            _begin(driver)
            for change in batch:
                _try(change, connection, driver)
            self._end(driver)
            self._rooms.commit()
        except Exception as fault:
            if not (disk_fault(fault) or database_away(fault)):  # whoever asked is told those, in one sentence
                log.exception("commit_failed", changes=len(batch))
            for change in batch:
                change.fault = fault if isinstance(change.fault, Unchanged) else change.fault or fault
            if driver.in_transaction:
                driver.execute("ROLLBACK")
            self._rooms.forget_changed()
        for change in batch:
            change.done.set()

    def _end(self, driver: sqlite3.Connection) -> None:
        """Commits. Where the disk is quick that is done right here: a thread for it costs more than the disk does."""
        spent_s = _commit(driver) if self._commit_s < QUICK_S else off_the_loop(_commit, driver)
        self._commit_s = max(spent_s, self._commit_s + (spent_s - self._commit_s) / 4)


class OfficeWriter:
    """The same for one office on PostgreSQL: whoever gets the turn does what waits for all, in one transaction.

    One after the other each would hold the office's row until the disk has its commit. Eight visitors at once, next to
    one change a transaction: 0.47 instead of 1.33 waits for the disk a number, a sixth less CPU of the server, 30 %
    less of PostgreSQL, a third more numbers.
    """

    def __init__(self, connected: Callable[[], Connection], rooms: OfficeRooms) -> None:
        self._connected, self._rooms = connected, rooms

    def run(self, work: Work[T]) -> T:
        change = _Change(work)
        self._rooms.waiting.append(change)
        while not change.done.is_set():
            with self._rooms.writing:
                if not change.done.is_set():
                    self._commit(self._next())
        return change.answer()

    def _next(self) -> list[_Waiting]:
        waiting = self._rooms.waiting
        return [waiting.popleft() for _ in range(min(len(waiting), BATCH))]

    def _commit(self, batch: list[_Waiting]) -> None:
        try:
            with self._connected() as connection, connection.begin():
                if len(batch) == 1:
                    batch[0].do(connection)
                else:
                    for change in batch:
                        _try_nested(change, connection)
            self._rooms.commit()
        except BaseException as fault:  # noqa: BLE001 (raised again in the callers of `run`)
            for change in batch:
                change.fault = fault if isinstance(change.fault, Unchanged) else change.fault or fault
            if self._rooms.has_changes:
                self._rooms.forget()
        for change in batch:
            change.done.set()


def _try_nested(change: _Waiting, connection: Connection) -> None:
    try:
        with connection.begin_nested():
            change.do(connection)
    except Exception as fault:
        if database_away(fault):
            raise
        change.fault = fault


def _commit(driver: sqlite3.Connection) -> float:
    """How long it took."""
    began = time.perf_counter()
    driver.execute("COMMIT")
    return time.perf_counter() - began


def _try(change: _Waiting, connection: Connection, driver: sqlite3.Connection) -> None:
    driver.execute("SAVEPOINT change")
    try:
        change.do(connection)
    except Exception as fault:  # noqa: BLE001 (raised again in the caller of `run`)
        change.fault = fault
        driver.execute("ROLLBACK TO change")
    driver.execute("RELEASE change")


def driver_of(connection: Connection) -> sqlite3.Connection:
    return cast(sqlite3.Connection, connection.connection.dbapi_connection)


def _begin(driver: sqlite3.Connection) -> None:
    """Takes the file's write lock at once when it is free; waits for another process outside the event loop."""
    driver.execute("PRAGMA busy_timeout = 0")
    try:
        driver.execute("BEGIN IMMEDIATE")
    except sqlite3.OperationalError:
        driver.execute(f"PRAGMA busy_timeout = {int(LOCK_TIMEOUT_S * 1000)}")
        off_the_loop(driver.execute, "BEGIN IMMEDIATE")
