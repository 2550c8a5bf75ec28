"""Carries everything from one database into another of either kind, and proves that it is the same there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, Table, create_engine, func, insert, inspect, make_url, select, text, update
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import NullPool

from shared.domain.errors import Refusal
from shared.store.epoch import new_epoch
from shared.store.migrate import present_revision, require_known, revisions, upgrade
from shared.store.office import SERVERS_AT_WORK
from shared.store.schema import all_tables
from shared.store.tables import Office

ROWS_AT_ONCE = 1000


class MoveFailed(Refusal):
    """Nothing was moved: the target is as it was."""


@dataclass(frozen=True, slots=True)
class MovedTable:
    """`digest`: SHA-256 of all rows in the order of their keys, the same on both sides."""

    name: str
    rows: int
    digest: str


def move(source_url: str, target_url: str) -> list[MovedTable]:
    """Copies every row of `source_url` into the empty database at `target_url`, in one transaction.

    The source is only read; nobody may write to it meanwhile. The target gets the newest schema and a new epoch, so
    that screens draw afresh. Raises `MoveFailed` when the source is not in the newest schema, the target is not empty,
    a table differs afterwards or a server works, and `NewerSchema`.
    """
    if not _is_database(target_url):
        raise MoveFailed("move_no_url", target=target_url)
    if source_url == target_url:
        raise MoveFailed("move_itself")
    source, target = (create_engine(url, poolclass=NullPool) for url in (source_url, target_url))
    try:
        with source.connect() as connection:
            is_sqlite = connection.dialect.name == "sqlite"
            reading = connection if is_sqlite else connection.execution_options(isolation_level="REPEATABLE READ")
            _require_newest(reading)
            _require_idle(reading)
            upgrade(target_url)
            with target.begin() as writing:
                _require_empty(writing)
                return _copy_all(reading, writing)
    finally:
        source.dispose()
        target.dispose()


def _is_database(url: str) -> bool:
    """Whether it names a database of a kind that Loket knows; one in memory alone would be gone afterwards."""
    try:
        found = make_url(url)
    except ArgumentError:
        return False
    kind = found.get_backend_name()
    return kind == "postgresql" or (kind == "sqlite" and found.database not in (None, "", ":memory:"))


def _require_newest(connection: Connection) -> None:
    present = present_revision(connection)
    if present is None:
        raise MoveFailed("move_from_nothing")
    require_known(present)
    if present != revisions()[-1]:
        raise MoveFailed("move_from_older")
    left_out = set(inspect(connection).get_table_names()) - {table.name for table in all_tables()} - {"alembic_version"}
    if left_out:
        raise MoveFailed("move_differs", table=", ".join(sorted(left_out)))


def _require_idle(source: Connection) -> None:
    """A server on another machine would go on where nobody looks any more."""
    if source.dialect.name == "postgresql" and source.execute(text(SERVERS_AT_WORK)).scalar_one():
        raise MoveFailed("server_runs")


def _require_empty(connection: Connection) -> None:
    for table in all_tables():
        if connection.execute(select(table).limit(1)).first() is not None:
            raise MoveFailed("move_not_empty", table=table.name)


def _copy_all(reading: Connection, writing: Connection) -> list[MovedTable]:
    if writing.dialect.name == "sqlite":
        writing.execute(text("PRAGMA defer_foreign_keys = ON"))
    moved = []
    for table in all_tables():
        for rows in _batches(reading, table):
            writing.execute(insert(table), rows)
        found = _told(reading, table)
        if _told(writing, table) != found:
            raise MoveFailed("move_differs", table=table.name)
        moved.append(found)
        _go_on_counting(writing, table)
    writing.execute(update(Office).values(epoch=new_epoch()))
    return moved


def _batches(connection: Connection, table: Table) -> Iterator[list[dict[str, Any]]]:
    query = select(table).order_by(*table.primary_key).execution_options(yield_per=ROWS_AT_ONCE)
    rows = connection.execute(query)
    for part in rows.mappings().partitions():
        yield [dict(row) for row in part]


def _told(connection: Connection, table: Table) -> MovedTable:
    """Read back through the types of the tables: what both kinds of database give is the same value."""
    digest, count = sha256(), 0
    for rows in _batches(connection, table):
        for row in rows:
            digest.update(repr([(name, _plain(value)) for name, value in sorted(row.items())]).encode())
            count += 1
    return MovedTable(table.name, count, digest.hexdigest())


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat() if value.tzinfo is None else value.timestamp()
    if isinstance(value, dict):
        return sorted((str(key), repr(_plain(each))) for key, each in value.items())
    return [_plain(each) for each in value] if isinstance(value, list) else value


def _go_on_counting(connection: Connection, table: Table) -> None:
    """PostgreSQL's own counter of a table's ids, which rows with ids of their own do not move."""
    key = list(table.primary_key)
    if connection.dialect.name != "postgresql" or len(key) != 1 or key[0].autoincrement is False:
        return
    sequence = connection.execute(select(func.pg_get_serial_sequence(f'"{table.name}"', key[0].name))).scalar()
    highest = connection.execute(select(func.max(key[0]))).scalar()
    if sequence and highest:
        connection.execute(select(func.setval(sequence, highest)))
