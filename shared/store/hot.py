"""The few statements that run at every click, each as one typed function; `Statement` is for others of that kind.

They are compiled once and then run by the driver, sqlite3 or psycopg, which saves most of what a statement costs.
Everything that is asked less often is an ordinary statement of SQLAlchemy.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from functools import cache
from importlib import import_module
from secrets import token_urlsafe
from typing import Any, Generic, NoReturn, Protocol, TypeVar, cast

from sqlalchemy import Connection, Dialect, Insert, Select, Update, bindparam, insert, select, update
from sqlalchemy.engine.interfaces import DBAPIModule
from sqlalchemy.exc import DBAPIError, IntegrityError

from shared.domain.queue.room import Seat
from shared.domain.queue.ticket import QueueTicket
from shared.store import tables

T = TypeVar("T")
Values = Mapping[str, object]


class _Cursor(Protocol):
    rowcount: int

    @property
    def description(self) -> Sequence[Sequence[object]] | None: ...
    def fetchall(self) -> list[Any]: ...


class _Driver(Protocol):
    """A connection as sqlite3 and psycopg have it."""

    def execute(self, text: str, values: Sequence[object] | Values) -> _Cursor: ...


class Statement(Generic[T]):
    """One statement, kept for good, whose rows become `make(*columns)`.

    It has no list of values in it, and an insert is given every column that is to be written.
    """

    def __init__(self, statement: Select[*tuple[Any, ...]] | Insert | Update, make: Callable[..., T]) -> None:
        self._statement, self._make = statement, make
        self._compiled: dict[str, _Compiled] = {}

    def all(self, connection: Connection, values: Values) -> list[T]:
        make = self._make
        return [make(*row) for row in self._for(connection, values).rows(connection, values)]

    def first(self, connection: Connection, values: Values) -> T | None:
        found = self.all(connection, values)
        return found[0] if found else None

    def run(self, connection: Connection, values: Values) -> int:
        """How many rows it touched."""
        return self._for(connection, values).execute(connection, values).rowcount

    def _for(self, connection: Connection, values: Values) -> _Compiled:
        name = connection.dialect.name
        compiled = self._compiled.get(name)
        if compiled is None:
            compiled = self._compiled[name] = _Compiled(self._statement, connection.dialect, values)
        return compiled


class _Compiled:
    """The statement as the driver takes it: its text, and what turns values into columns and back."""

    def __init__(self, statement: Any, dialect: Dialect, values: Values) -> None:
        compiled = statement.compile(dialect=dialect, column_keys=list(values))
        self._text = str(compiled)
        self._constants = {name: value for name, value in compiled.params.items() if name not in values}
        self._is_positional = bool(compiled.positional)
        self._binds = [
            (name, compiled.binds[name].type.dialect_impl(dialect).bind_processor(dialect))
            for name in compiled.positiontup or compiled.bind_names.values()
        ]
        self._columns = [column.type.dialect_impl(dialect) for column in statement.exported_columns]
        self._dialect = dialect
        self._readers: list[Callable[[object], object] | None] | None = None
        """None until the database has told how it sends each column; empty when all columns stay as they are."""

    def execute(self, connection: Connection, values: Values) -> _Cursor:
        given = {**self._constants, **values} if self._constants else values
        driver = cast(_Driver, connection.connection.dbapi_connection)
        try:
            if self._is_positional:
                bound = [given[name] if write is None else write(given[name]) for name, write in self._binds]
                return driver.execute(self._text, bound)
            named = {name: given[name] if write is None else write(given[name]) for name, write in self._binds}
            return driver.execute(self._text, named)
        except sqlite3.IntegrityError as error:
            raise IntegrityError(self._text, None, error) from error
        except sqlite3.Error:
            raise
        except self._dialect.loaded_dbapi.Error as error:
            self._tell(connection, error)

    def _tell(self, connection: Connection, error: DBAPIModule.Error) -> NoReturn:
        """Raises it as SQLAlchemy does, which has to know when the server has gone."""
        is_gone = self._dialect.is_disconnect(error, connection.connection.dbapi_connection, None)
        if is_gone:
            connection.invalidate(error)
        base = self._dialect.loaded_dbapi.Error
        raise DBAPIError.instance(
            self._text, None, error, base, connection_invalidated=is_gone, dialect=self._dialect
        ) from error

    def rows(self, connection: Connection, values: Values) -> list[Any]:
        cursor = self.execute(connection, values)
        if self._readers is None:
            told = zip(self._columns, cursor.description or (), strict=True)
            made = [column.result_processor(self._dialect, each[1]) for column, each in told]
            self._readers = made if any(made) else []
        found, readers = cursor.fetchall(), self._readers
        if not readers:
            return found
        return [
            [value if read is None else read(value) for read, value in zip(readers, row, strict=True)] for row in found
        ]


# --- the office's row ---


@dataclass(frozen=True, slots=True)
class Head:
    """How far an office is: what a process compares with what it remembers."""

    version: int
    setup_version: int
    access_version: int
    epoch: str


_HEAD = (tables.Office.version, tables.Office.setup_version, tables.Office.access_version, tables.Office.epoch)
_OFFICE = tables.Office.id == bindparam("the_office")
_TAKE: Statement[Head] = Statement(
    update(tables.Office).where(_OFFICE).values(version=tables.Office.version + 1).returning(*_HEAD), Head
)
_READ: Statement[Head] = Statement(select(*_HEAD).where(_OFFICE), Head)


def take_office(connection: Connection, office_id: int) -> Head | None:
    """Locks the office for this transaction and gives it its next version; None when there is no such office."""
    return _TAKE.first(connection, {"the_office": office_id})


def head(connection: Connection, office_id: int) -> Head | None:
    return _READ.first(connection, {"the_office": office_id})


# --- tickets ---

_NAMES = tuple(field.name for field in fields(QueueTicket))
COLUMNS = tuple(getattr(tables.Ticket, name) for name in _NAMES)
"""What `QueueTicket` is made of, in its order."""
_WRITTEN = tuple(name for name in _NAMES if name != "id")
MUTABLE = (
    "service_id",
    "state",
    "lane",
    "role",
    "queued_at",
    "since_at",
    "counter_id",
    "recalls",
    "note",
    "return_counter_id",
    "case_id",
)
"""The columns of a ticket that change after it was taken."""

_TICKET: Statement[QueueTicket] = Statement(
    select(*COLUMNS).where(tables.Ticket.id == bindparam("the_id"), tables.Ticket.office_id == bindparam("the_office")),
    QueueTicket,
)
_BY_NONCE: Statement[QueueTicket] = Statement(
    select(*COLUMNS).where(
        tables.Ticket.office_id == bindparam("the_office"), tables.Ticket.nonce == bindparam("the_nonce")
    ),
    QueueTicket,
)
_INSERT: Statement[int] = Statement(insert(tables.Ticket).returning(tables.Ticket.id), int)
_ONE_TICKET = update(tables.Ticket).where(
    tables.Ticket.id == bindparam("the_id"), tables.Ticket.state == bindparam("the_state")
)


@cache
def _update(_columns: tuple[str, ...]) -> Statement[int]:
    """One statement for each set of columns that change together: there are few."""
    return Statement(_ONE_TICKET, int)


def ticket(connection: Connection, office_id: int, ticket_id: int) -> QueueTicket | None:
    return _TICKET.first(connection, {"the_id": ticket_id, "the_office": office_id})


def ticket_by_nonce(connection: Connection, office_id: int, nonce: str) -> QueueTicket | None:
    return _BY_NONCE.first(connection, {"the_office": office_id, "the_nonce": nonce})


def insert_ticket(connection: Connection, new: QueueTicket) -> int:
    """Writes a ticket, whatever its `id` says; the id that it gets."""
    return _INSERT.all(connection, {name: getattr(new, name) for name in _WRITTEN})[0]


def update_ticket(connection: Connection, changed: QueueTicket, before: QueueTicket) -> bool:
    """Writes what has changed since `before`; False when its row is not in that state any more."""
    names = tuple(name for name in MUTABLE if getattr(changed, name) != getattr(before, name)) or ("state",)
    values = {name: getattr(changed, name) for name in names}
    return _update(names).run(connection, {**values, "the_id": changed.id, "the_state": before.state}) == 1


def keep_brought(connection: Connection, ticket_id: int, said: Values) -> None:
    """Writes what its visitor said at the kiosk; the room decides nothing by it."""
    connection.execute(update(tables.Ticket).where(tables.Ticket.id == ticket_id).values(brought=dict(said)))


def forget_brought(connection: Connection, office_id: int, before: date) -> int:
    """Takes what was said by the visitors of earlier days; how many."""
    old = (tables.Ticket.office_id == office_id, tables.Ticket.brought.is_not(None), tables.Ticket.on_day < before)
    return connection.execute(update(tables.Ticket).where(*old).values(brought=None)).rowcount


def clear_notes(connection: Connection, office_id: int, from_on: date, before: date) -> int:
    """Takes the notes about the visitors of these days; how many."""
    old = tables.Ticket.on_day >= from_on, tables.Ticket.on_day < before
    noted = (tables.Ticket.office_id == office_id, *old, tables.Ticket.note.is_not(None))
    return connection.execute(update(tables.Ticket).where(*noted).values(note=None)).rowcount


GONE = "gone-"
"""What the nonce of a ticket begins with whose details were cleared."""


def clear_details(connection: Connection, office_id: int, before: date, at_once: int) -> list[int]:
    """Tickets of earlier days lose the address of their page and their note; the ids of those, at most `at_once`."""
    ticket = tables.Ticket
    old = ticket.office_id == office_id, ticket.on_day < before, tables.KNOWN
    # In the order of their index: PostgreSQL would rather read the whole table, for it takes most tickets to be known.
    ids = list(connection.execute(select(ticket.id).where(*old).order_by(ticket.on_day).limit(at_once)).scalars())
    if ids:
        # Another random token: an address that somebody kept opens nothing, and no other can be guessed.
        fresh = [{"the_id": each, "token": token_urlsafe(16), "nonce": f"{GONE}{each}"} for each in ids]
        connection.execute(update(ticket).where(ticket.id == bindparam("the_id")).values(note=None), fresh)
    return ids


_SEAT: Statement[int] = Statement(update(tables.Counter).where(tables.Counter.id == bindparam("the_counter")), int)


def update_seat(connection: Connection, seat: Seat) -> None:
    values = {name: getattr(seat, name) for name in ("officer_id", "streak", "paused_at", "pause_reason")}
    _SEAT.run(connection, {**values, "the_counter": seat.counter_id})


# --- what is written with them ---

_EVENT: Statement[int] = Statement(insert(tables.Event), int)
_JOB: Statement[int] = Statement(insert(tables.PrintJob).returning(tables.PrintJob.id), int)


def insert_event(connection: Connection, values: Values) -> None:
    """`values`: every column of the event."""
    _EVENT.run(connection, values)


def insert_job(connection: Connection, values: Values) -> int:
    """A print job that waits; `values`: its office, printer, ticket, file, kind, lines and times. Its id."""
    waits = {"state": "queued", "attempts": 0, "is_uncertain": False}
    return _JOB.all(connection, {**waits, **values})[0]


def next_number(connection: Connection, office_id: int, on_day: date, letter: str) -> int:
    """One more than the last number of this letter on this day; 1 is the first."""
    values = {"office_id": office_id, "on_day": on_day, "letter": letter, "last_number": 1}
    return _next_number(connection.dialect.name).all(connection, values)[0]


@cache
def _next_number(dialect: str) -> Statement[int]:
    upsert = import_module(f"sqlalchemy.dialects.{dialect}").insert  # only the one in use: it costs at every start
    key = ["office_id", "on_day", "letter"]
    one_more = {"last_number": tables.Series.last_number + 1}
    wanted = upsert(tables.Series).on_conflict_do_update(index_elements=key, set_=one_more)
    return Statement(wanted.returning(tables.Series.last_number), int)


# --- what the board asks beside the room ---

_HEARD: Statement[int] = Statement(
    select(tables.HeardCall.call_id).where(
        tables.HeardCall.office_id == bindparam("the_office"), tables.HeardCall.call_id >= bindparam("the_oldest")
    ),
    int,
)


def heard_calls(connection: Connection, office_id: int, oldest: int) -> list[int]:
    """The ids of the calls from `oldest` on that a display has begun to speak."""
    return _HEARD.all(connection, {"the_office": office_id, "the_oldest": oldest})
