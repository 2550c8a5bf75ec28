"""The one writer: every change of an office runs through `Store.change`, which takes the office's row first."""

from __future__ import annotations

import sqlite3
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Concatenate, ParamSpec, TypeVar

import structlog
from sqlalchemy import Connection, Engine, Executable, NullPool, create_engine, event, func, select, update
from sqlalchemy.exc import OperationalError

from shared.domain.actor import Actor
from shared.domain.errors import Unknown
from shared.domain.numbering import office_day
from shared.domain.office import OfficeConfig
from shared.domain.queue.room import Room
from shared.loop import has_something_to_read, off_the_loop
from shared.store import hot
from shared.store.access import Access
from shared.store.hot import Head
from shared.store.office_config import OfficeConfigCache
from shared.store.queue.rooms import Rooms
from shared.store.sqlite_file import open_by
from shared.store.tables import Office
from shared.store.transaction import Transaction, Unchanged, is_in_the_room
from shared.store.undo import as_json
from shared.store.writer import LOCK_TIMEOUT_S, OfficeWriter, SqliteWriter, driver_of

P = ParamSpec("P")
T = TypeVar("T")

__all__ = ["Store", "Transaction"]

log = structlog.get_logger()


AWAY_S, AGAIN_S = 5.0, 0.25
"""How long a change waits for a database that cannot be reached, and how often it asks."""


class Store:
    """The database of one installation; safe for threads, and for greenlets under gevent.

    `url`: an SQLAlchemy URL, sqlite or postgresql. The schema must be there: see `migrate`.
    """

    def __init__(self, url: str) -> None:
        self.is_sqlite = url.startswith("sqlite")
        self.engine: Engine = _sqlite(url) if self.is_sqlite else _postgresql(url)
        self.office_configs = OfficeConfigCache()
        self.rooms = Rooms()
        self._access: dict[int, Access] = {}
        self._readers: deque[Connection] = deque()
        """Connections that nobody reads from now; only of SQLite."""
        self._reads = self.engine.execution_options(isolation_level="AUTOCOMMIT")
        self._writer = SqliteWriter(self._reads, self.rooms, self._close_readers) if self.is_sqlite else None
        self._listeners: list[Callable[[int, int], None]] = []
        self.server_key = ""
        """What lies beside the database; set by the server, the only one that needs it."""
        self.is_closed = False

    def change(
        self,
        office_id: int,
        actor: Actor,
        verb: Callable[Concatenate[Transaction, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """What `verb(transaction, ...)` returns, after the commit. When it raises, nothing of it was written."""
        rooms = self.rooms.of(office_id)

        def work(connection: Connection) -> tuple[T, int]:
            transaction = Transaction(connection, self.office_configs, rooms, office_id, actor, self.server_key)
            return transaction.run(verb, *args, **kwargs), transaction.version

        try:
            writer = self._writer or OfficeWriter(self._connected, rooms)
            answer, version = writer.run(work)
        except Unchanged as nothing:
            return nothing.answer  # type: ignore[no-any-return]
        self._announce(office_id, version)
        return answer

    def write(self, statement: Executable, values: Any = None) -> int:
        """Rows touched by a statement that no queue depends on (last seen, printer state): no office is locked."""
        touched = self.write_with(lambda connection: connection.execute(statement, values).rowcount)
        if is_in_the_room(statement):
            self.rooms.forget()
        return touched

    def write_with(self, work: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """What `work(connection, ...)` returns, after the commit; for what belongs to no office's queue."""
        if self._writer is not None:
            return self._writer.run(lambda connection: work(connection, *args, **kwargs))
        with self._connected() as connection, connection.begin():
            return work(connection, *args, **kwargs)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection for reading; each statement sees the newest commit: read the version first, the rows after."""
        if not self.is_sqlite:
            with self._reads.connect() as connection:
                yield connection
            return
        reader = self._readers.pop() if self._readers else self._reads.connect()
        try:
            yield reader
        finally:
            self._readers.append(reader)

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """A connection for reading that sees one commit all the time."""
        if not self.is_sqlite:
            with self.engine.connect() as connection:
                yield connection.execution_options(isolation_level="REPEATABLE READ")
            return
        with self.read() as connection:
            driver = driver_of(connection)
            driver.execute("BEGIN")
            try:
                yield connection
            finally:
                driver.execute("COMMIT")

    @contextmanager
    def read_at_length(self) -> Iterator[Connection]:
        """A connection of one's own for much, off the loop: a statement may take as long as it takes."""
        with self.engine.connect() as connection:
            if self.is_sqlite:
                yield connection
            else:
                from shared.store.postgresql_driver import without_limit  # its library is not needed on SQLite

                with without_limit(connection):
                    yield connection

    @contextmanager
    def room(self, office_id: int, now: datetime) -> Iterator[Room]:
        """The office's day as it is now; to be asked inside of the block. Raises `Unknown("office")`."""
        rooms = self.rooms.of(office_id)
        with rooms.reading:
            head = self.head(office_id)
            room = rooms.committed
            if room is None or not rooms.is_at(head, now):
                with self.snapshot() as connection:
                    head = hot.head(connection, office_id) or head
                    office = self.office_configs.get(connection, office_id, head.setup_version)
                    room = rooms.now(connection, office, head, office_day(now, office.zone))
            yield room

    def ask(self, question: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """What `question(connection, ...)` reads of the newest commit."""
        with self.read() as connection:
            return question(connection, *args, **kwargs)

    def head(self, office_id: int) -> Head:
        """How far the office is now; raises `Unknown("office")`."""
        found = self.ask(hot.head, office_id)
        if found is None:
            raise Unknown("office")
        return found

    def office_config(self, office_id: int, head: Head | None = None) -> OfficeConfig:
        """The office's services, counters and printers as they are now, or at `head`; raises `Unknown("office")`."""
        at = head or self.head(office_id)
        with self.read() as connection:
            return self.office_configs.get(connection, office_id, at.setup_version)

    def access(self, office_id: int, head: Head) -> Access:
        """Who may come in, at `head`."""
        known = self._access.get(office_id)
        if known is None or not known.is_of(head):
            known = self._access[office_id] = Access(self.read, office_id, head)
        return known

    def try_to_write(self) -> None:
        """Raises what a change would meet now, such as the lock of another program; writes nothing."""
        if self._writer is not None:
            self._writer.run(lambda connection: connection.exec_driver_sql("UPDATE office SET id = id WHERE id < 0"))

    def on_change(self, listener: Callable[[int, int], None]) -> None:
        """`listener(office_id, version)` is called after each commit that changed an office."""
        self._listeners.append(listener)

    @property
    def erased_at(self) -> datetime | None:
        """When something was erased last whose bytes may still lie in the files; None: nothing."""
        return self.ask(lambda connection: connection.execute(select(func.max(Office.erased_at))).scalar())

    def shred(self) -> bool:
        """Leaves nothing of what was erased in the files of the database; False when that has to be tried again.

        SQLite: the file is written anew and its log emptied. PostgreSQL reuses the room of erased rows by itself; what
        lies in its own log and in its archives is the operator's: see the README.
        """
        erased_at = self.erased_at
        if self.is_sqlite and not off_the_loop(_written_anew, self.engine):
            return False
        if erased_at is not None:
            self.write(update(Office).where(Office.erased_at <= erased_at).values(erased_at=None))
        return True

    def close(self) -> None:
        """Ends the writer after what it has begun, and closes every connection; the store is not used again."""
        self.is_closed = True
        if self._writer is not None:
            self._writer.close()
        self._close_readers()
        self.engine.dispose()

    def _close_readers(self) -> None:
        """Those that nobody reads from now."""
        while self._readers:
            self._readers.pop().close()

    def _announce(self, office_id: int, version: int) -> None:
        for listener in self._listeners:
            try:
                listener(office_id, version)
            except Exception:
                log.exception("listener_failed", office=office_id, version=version)

    def _connected(self) -> Connection:
        """A connection, waited for while the database restarts: nothing was said on it, so nothing happens twice."""
        until = time.monotonic() + AWAY_S
        while True:
            try:
                return self.engine.connect()
            except OperationalError:
                if time.monotonic() > until:
                    raise
                time.sleep(AGAIN_S)


def _sqlite(url: str) -> Engine:
    connect = {"check_same_thread": False, "timeout": LOCK_TIMEOUT_S}
    # no pool: the store keeps its own connections
    engine = create_engine(url, connect_args=connect, poolclass=NullPool, json_serializer=as_json, hide_parameters=True)
    open_by(engine)

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # transactions begin where this file says so
        # A power cut loses nothing that was acknowledged. EXTRA is FULL, and the removal of the old journal, when a
        # database begins to keep a log, is also waited for: if it came back, it would undo what was written since.
        connection.execute("PRAGMA synchronous = EXTRA")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA secure_delete = FAST")  # what is erased is zeroed where that costs no write

    return engine


WORKS_AS = "loket"
"""By this name PostgreSQL knows the connections of a store."""
SERVERS_AT_WORK = f"""
SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = '{WORKS_AS}'
"""
"""For PostgreSQL: how many connections stores have, also of a server on another machine, which no lock tells of."""

VACUUM_WAIT_MS, EMPTY_WAIT_MS = 5000, 200
"""How long a file that is to be written anew waits for the writer, and its log for readers: meanwhile all clicks wait.
What is not free then is tried again in a minute.
"""


def _written_anew(engine: Engine) -> bool:
    try:
        with engine.connect() as connection:
            driver = driver_of(connection)
            driver.execute(f"PRAGMA busy_timeout = {VACUUM_WAIT_MS}")
            driver.execute("VACUUM")
            driver.execute(f"PRAGMA busy_timeout = {EMPTY_WAIT_MS}")
            is_busy, *_ = driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            return not is_busy
    except (sqlite3.OperationalError, OperationalError):
        log.exception("not_shredded")  # no room for a second file, or somebody held it too long: once more later
        return False


def _postgresql(url: str) -> Engine:
    from shared.store.postgresql_driver import ANSWER_S, CONNECT_S, Driver  # its library is not needed on SQLite

    engine = create_engine(
        url,
        connect_args={"application_name": WORKS_AS, "connect_timeout": CONNECT_S},
        pool_size=8,
        max_overflow=24,
        pool_timeout=ANSWER_S,
        pool_pre_ping=True,
        json_serializer=as_json,
        hide_parameters=True,
    )
    ask = engine.dialect.do_ping

    def ping(connection: Any) -> bool:
        """A database that ends says so on each connection: as long as nothing came on it there is nothing to ask."""
        return not has_something_to_read(connection.fileno()) or ask(connection)

    engine.dialect.do_ping = ping  # type: ignore[assignment]
    event.listen(engine, "do_connect", lambda _dialect, _record, args, settings: Driver.connect(*args, **settings))
    return engine
