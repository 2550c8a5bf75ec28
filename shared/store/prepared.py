"""Hot statements on SQLite: compiled once and then run by the driver, which saves most of what a statement costs.

A statement asks for it with `.execution_options(prepared=True)`. It is one object, kept for good; one that takes values
has no list in it (`in_`); no column default is a function. PostgreSQL runs it as any other.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import Connection, Dialect, Engine, Executable, Row
from sqlalchemy.engine.result import SimpleResultMetaData
from sqlalchemy.exc import IntegrityError, MultipleResultsFound, NoResultFound


class Rows:
    """The rows of a prepared statement: as much of SQLAlchemy's `Result` as its users ask for, and nothing to close.

    `rowcount`: how many rows it touched.
    """

    __slots__ = ("_rows", "rowcount")

    def __init__(self, rows: list[Row[Any]], rowcount: int) -> None:
        self._rows, self.rowcount = rows, rowcount

    def __iter__(self) -> Iterator[Row[Any]]:
        return iter(self._rows)

    def all(self) -> list[Row[Any]]:
        return self._rows

    def first(self) -> Row[Any] | None:
        return self._rows[0] if self._rows else None

    def one(self) -> Row[Any]:
        if len(self._rows) != 1:
            raise (MultipleResultsFound if self._rows else NoResultFound)(f"{len(self._rows)} rows")
        return self._rows[0]

    def scalars(self) -> list[Any]:
        """The first column."""
        return [row[0] for row in self._rows]

    def scalar_one(self) -> Any:
        return self.one()[0]

    def scalar_one_or_none(self) -> Any:
        return self.one()[0] if self._rows else None


class Prepared:
    """One statement for one set of parameter names."""

    def __init__(self, statement: Any, dialect: Dialect, names: Mapping[str, Any]) -> None:
        spelled = {"render_postcompile": True}
        compiled = statement.compile(dialect=dialect, column_keys=list(names), compile_kwargs=spelled)
        defaults = {column.key: column.default.arg for column in compiled.insert_prefetch}
        self._sql = str(compiled)
        self._constants = {**compiled.params, **defaults}
        self._binds = [(name, compiled._bind_processors.get(name)) for name in compiled.positiontup or ()]
        columns = compiled._result_columns
        self._metadata = SimpleResultMetaData([column.keyname for column in columns])
        self._keys = self._metadata._key_to_index
        processors = [column.type._cached_result_processor(dialect, None) for column in columns]
        self._processors = processors if any(processors) else None

    def run(self, driver: Any, values: Mapping[str, Any]) -> Rows:
        """Runs it on a connection of sqlite3; every row is read at once. Raises SQLAlchemy's `IntegrityError`."""
        given = {**self._constants, **values}
        bound = [given[name] if process is None else process(given[name]) for name, process in self._binds]
        try:
            cursor = driver.execute(self._sql, bound)
        except sqlite3.IntegrityError as error:
            raise IntegrityError(self._sql, None, error) from error
        metadata, processors, keys = self._metadata, self._processors, self._keys
        return Rows([Row(metadata, processors, keys, raw) for raw in cursor.fetchall()], cursor.rowcount)


class PreparedStatements:
    """The prepared statements of one engine, made when they are first run."""

    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect
        self._kept: dict[tuple[Executable, tuple[str, ...]], Prepared] = {}

    def run(self, driver: Any, statement: Executable, values: Mapping[str, Any]) -> Rows:
        key = (statement, tuple(values))
        prepared = self._kept.get(key)
        if prepared is None:
            prepared = self._kept[key] = Prepared(statement, self._dialect, values)
        return prepared.run(driver, values)


class PreparedConnection(Connection):
    """A connection of SQLAlchemy to SQLite on which prepared statements take the short way."""

    def __init__(self, engine: Engine, statements: PreparedStatements) -> None:
        super().__init__(engine)
        self._statements = statements
        self._driver: Any = self.connection.dbapi_connection

    def execute(self, statement: Any, parameters: Any = None, **options: Any) -> Any:
        if not options and statement.get_execution_options().get("prepared"):
            return self._statements.run(self._driver, statement, parameters or {})
        return super().execute(statement, parameters, **options)
