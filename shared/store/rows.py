"""Rows as typed objects of their table, so that a wrong column is found before the program runs.

For reads outside the hot path. The objects belong to no session: they are facts of the moment, and setting an
attribute writes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar

from sqlalchemy import Connection, Select

from shared.store.tables import Base

T = TypeVar("T", bound=Base)


def first(connection: Connection, wanted: Select[T]) -> T | None:
    """The first row that `select(Table)...` finds, or None."""
    return next(_found(connection, wanted, {}), None)


def every(connection: Connection, wanted: Select[T], **values: object) -> Sequence[T]:
    """All rows that `select(Table)...` finds, in its order; `values` of its parameters."""
    return list(_found(connection, wanted, values))


def _found(connection: Connection, wanted: Select[T], values: dict[str, object]) -> Iterator[T]:
    table: type[T] = wanted.selected_columns[0].table.info["class"]
    with connection.execute(wanted, values) as result:
        for row in result.mappings():
            yield table(**row)
