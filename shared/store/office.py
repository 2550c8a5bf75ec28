"""The one writer: every change of an office runs through `Store.change`, which takes the office's row first."""

from __future__ import annotations

import sqlite3
import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Concatenate, NoReturn, ParamSpec, TypeVar

import structlog
from sqlalchemy import (
    Connection,
    Engine,
    Executable,
    NullPool,
    Result,
    Row,
    bindparam,
    create_engine,
    event,
    insert,
    update,
)

from shared.domain.actor import Actor
from shared.domain.errors import Unknown
from shared.domain.office import CounterConfig, OfficeConfig
from shared.domain.standard import ServiceStandard
from shared.loop import off_the_loop
from shared.store.office_config import VERSION, OfficeConfigCache
from shared.store.prepared import PreparedConnection, PreparedStatements, Rows
from shared.store.tables import Event, Office
from shared.store.undo import as_json

P = ParamSpec("P")
T = TypeVar("T")
Work = Callable[[Connection], tuple[Any, int | None]]
"""Does something on a connection; what it answers, and the office's new version if it has one."""

log = structlog.get_logger()

LOCK_TIMEOUT_S = 30
BATCH = 64
"""The most changes that share one commit on SQLite: bounds how long the first of them waits for the last."""

_TAKE_OFFICE = (
    update(Office)
    .where(Office.id == bindparam("the_office"))
    .values(version=Office.version + 1)
    .returning(Office.version, Office.setup_version)
    .execution_options(prepared=True)
)
_RECORD = insert(Event).execution_options(prepared=True)


class _Unchanged(Exception):
    def __init__(self, answer: Any) -> None:
        self.answer = answer


class Transaction:
    """What a verb works with: the office is locked, `version` is this change's place in its history.

    `actor`: who does it; `now`: when.
    """

    def __init__(self, connection: Connection, office_configs: OfficeConfigCache, office_id: int, actor: Actor) -> None:
        self.connection = connection
        self.office_id = office_id
        self.actor = actor
        row = self.execute(_TAKE_OFFICE, {"the_office": office_id}).first()
        if row is None:
            raise Unknown("office")
        self.version: int = row.version
        self.office: OfficeConfig = office_configs.get(connection, office_id, row.setup_version)
        self._office_configs = office_configs

    @property
    def now(self) -> datetime:
        return self.actor.now

    @contextmanager
    def acting(self, actor: Actor) -> Iterator[None]:
        """A part of the change that somebody else does, or that is entered with another time than now."""
        before, self.actor = self.actor, actor
        try:
            yield
        finally:
            self.actor = before

    @property
    def counter(self) -> CounterConfig:
        """The counter at which the actor acts; raises `Unknown("counter")` away from the counters."""
        counter = self.office.counter_by_id(self.actor.counter_id)
        if counter is None:
            raise Unknown("counter")
        return counter

    def standard(self, standard_id: int) -> ServiceStandard:
        """One version of a service standard, old or new."""
        return self._office_configs.standard(self.connection, standard_id)

    def execute(self, statement: Executable, values: Any = None) -> Any:
        return self.connection.execute(statement, values)

    def first(self, statement: Executable) -> Row[Any] | None:
        return self.connection.execute(statement).first()

    def all(self, statement: Executable) -> Sequence[Row[Any]]:
        return self.connection.execute(statement).all()

    def record(
        self,
        action: str,
        *,
        from_state: str | None = None,
        to_state: str | None = None,
        ticket_id: int | None = None,
        case_id: int | None = None,
        counter_id: int | None = None,
        reason: str | None = None,
        detail: Mapping[str, object] | None = None,
    ) -> None:
        """Writes one event row with the actor of this change; `counter_id`: another counter than the actor's."""
        by = self.actor
        self.execute(
            _RECORD,
            {
                "office_id": self.office_id,
                "version": self.version,
                "at": by.now,
                "action": action,
                "from_state": from_state,
                "to_state": to_state,
                "ticket_id": ticket_id,
                "case_id": case_id,
                "counter_id": counter_id or by.counter_id,
                "officer_id": by.officer_id,
                "device_id": by.device_id,
                "address": by.address,
                "reason": reason,
                "detail": detail,
            },
        )

    def unchanged(self, answer: object) -> NoReturn:
        """Ends the verb with `answer` and leaves no trace: what was written, the version included, is taken back."""
        raise _Unchanged(answer)


class Store:
    """The database of one installation; safe for threads, and for greenlets under gevent.

    `url`: an SQLAlchemy URL, sqlite or postgresql. The schema must be there: see `migrate`.
    """

    def __init__(self, url: str) -> None:
        self.is_sqlite = url.startswith("sqlite")
        self.engine: Engine = _sqlite(url) if self.is_sqlite else _postgresql(url)
        self.office_configs = OfficeConfigCache()
        self._prepared = PreparedStatements(self.engine.dialect) if self.is_sqlite else None
        self._readers: deque[PreparedConnection] = deque()
        """Connections that nobody reads from now; only of SQLite."""
        self._reads = self.engine.execution_options(isolation_level="AUTOCOMMIT")
        self._writer = _SqliteWriter(self._reads, self._prepared) if self._prepared else None
        self._run: Callable[[Work], tuple[Any, int | None]] = self._writer.run if self._writer else self._run_alone
        self._listeners: list[Callable[[int, int], None]] = []

    def change(
        self,
        office_id: int,
        actor: Actor,
        verb: Callable[Concatenate[Transaction, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """What `verb(transaction, ...)` returns, after the commit. When it raises, nothing of it was written."""

        def work(connection: Connection) -> tuple[T, int]:
            transaction = Transaction(connection, self.office_configs, office_id, actor)
            return verb(transaction, *args, **kwargs), transaction.version

        answer, version = self._run(work)
        if version is not None:
            self._announce(office_id, version)
        return answer  # type: ignore[no-any-return]

    def write(self, statement: Executable, values: Any = None) -> int:
        """Rows touched by a statement that no queue depends on (last seen, printer state): no office is locked."""
        return self.write_with(lambda connection: connection.execute(statement, values).rowcount)

    def write_with(self, work: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """What `work(connection, ...)` returns, after the commit; for what belongs to no office's queue."""
        answer, _ = self._run(lambda connection: (work(connection, *args, **kwargs), None))
        return answer  # type: ignore[no-any-return]

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection for reading; each statement sees the newest commit: read the version first, the rows after."""
        if self._prepared is None:
            with self._reads.connect() as connection:
                yield connection
            return
        reader = self._readers.pop() if self._readers else PreparedConnection(self._reads, self._prepared)
        try:
            yield reader
        finally:
            self._readers.append(reader)

    def ask(self, statement: Executable, values: Mapping[str, Any]) -> Result[Any] | Rows:
        """The rows of one prepared statement, of the newest commit."""
        with self.read() as connection:
            rows = connection.execute(statement, values)
            return rows if self._prepared else rows.freeze()()

    def office_config(self, office_id: int) -> OfficeConfig:
        """The office's services, counters and printers as they are now; raises `Unknown("office")`."""
        version = self.ask(VERSION, {"the_office": office_id}).scalar_one_or_none()
        cached = self.office_configs.cached(office_id, version)
        if cached is not None:
            return cached
        with self.read() as connection:
            return self.office_configs.read(connection, office_id)

    def on_change(self, listener: Callable[[int, int], None]) -> None:
        """`listener(office_id, version)` is called after each commit that changed an office."""
        self._listeners.append(listener)

    def close(self) -> None:
        """Ends the writer after what it has begun, and closes every connection; the store is not used again."""
        if self._writer is not None:
            self._writer.close()
        while self._readers:
            self._readers.pop().close()
        self.engine.dispose()

    def _announce(self, office_id: int, version: int) -> None:
        for listener in self._listeners:
            try:
                listener(office_id, version)
            except Exception:
                log.exception("listener_failed", office=office_id, version=version)

    def _run_alone(self, work: Work) -> tuple[Any, int | None]:
        try:
            with self.engine.begin() as connection:
                return work(connection)
        except _Unchanged as nothing:
            return nothing.answer, None


@dataclass(slots=True)
class _Change:
    work: Work
    done: threading.Event = field(default_factory=threading.Event)
    answer: tuple[Any, int | None] = (None, None)
    fault: BaseException | None = None


class _SqliteWriter:
    """Runs the waiting changes of all callers one after the other and commits them together.

    Each has a savepoint of its own, so one that fails takes back only itself. Nobody is answered before the commit,
    which waits for the disk outside the event loop.
    """

    def __init__(self, engine: Engine, statements: PreparedStatements) -> None:
        self._engine, self._statements = engine, statements
        self._waiting: deque[_Change] = deque()
        self._wake = threading.Event()
        self._thread: threading.Thread | None = None
        self._starting = threading.Lock()
        self._is_closing = False

    def run(self, work: Work) -> tuple[Any, int | None]:
        change = _Change(work)
        self._waiting.append(change)
        self._wake.set()
        if self._thread is None:
            self._start()
        change.done.wait()
        if change.fault is not None:
            raise change.fault
        return change.answer

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
        with PreparedConnection(self._engine, self._statements) as connection:
            while not self._is_closing:
                self._wake.wait()
                self._wake.clear()
                while self._waiting:
                    self._commit([self._waiting.popleft() for _ in range(min(len(self._waiting), BATCH))], connection)

    def _commit(self, batch: list[_Change], connection: Connection) -> None:
        driver: Any = connection.connection.dbapi_connection
        try:
            _begin(driver)
            for change in batch:
                self._try(change, connection, driver)
            off_the_loop(driver.execute, "COMMIT")
        except Exception as fault:
            log.exception("commit_failed", changes=len(batch))
            for change in batch:
                change.fault = change.fault or fault
            if driver.in_transaction:
                driver.execute("ROLLBACK")
        for change in batch:
            change.done.set()

    def _try(self, change: _Change, connection: Connection, driver: Any) -> None:
        driver.execute("SAVEPOINT change")
        try:
            change.answer = change.work(connection)
        except _Unchanged as nothing:
            change.answer = (nothing.answer, None)
            driver.execute("ROLLBACK TO change")
        except Exception as fault:  # noqa: BLE001 (raised again in the caller of `run`)
            change.fault = fault
            driver.execute("ROLLBACK TO change")
        driver.execute("RELEASE change")


def _begin(driver: Any) -> None:
    """Takes the file's write lock at once when it is free; waits for another process outside the event loop."""
    driver.execute("PRAGMA busy_timeout = 0")
    try:
        driver.execute("BEGIN IMMEDIATE")
    except sqlite3.OperationalError:
        driver.execute(f"PRAGMA busy_timeout = {LOCK_TIMEOUT_S * 1000}")
        off_the_loop(driver.execute, "BEGIN IMMEDIATE")


def _sqlite(url: str) -> Engine:
    connect = {"check_same_thread": False, "timeout": LOCK_TIMEOUT_S}
    # no pool: the store keeps its own connections
    engine = create_engine(url, connect_args=connect, poolclass=NullPool, json_serializer=as_json)

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # transactions begin where this file says so
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")  # a power cut loses nothing that was acknowledged
        connection.execute("PRAGMA foreign_keys = ON")

    return engine


def _postgresql(url: str) -> Engine:
    return create_engine(url, pool_size=8, max_overflow=24, pool_pre_ping=True, json_serializer=as_json)
