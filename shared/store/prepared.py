"""Hot statements on SQLite: compiled once and then run by the driver, which saves most of what a statement costs.

A statement asks for it with `.execution_options(prepared=True)`. It is one object of a module (kept for good); a list
in it (`in_`) is a constant, and no column default is a function. PostgreSQL runs it as any other.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import Connection, Dialect, Engine, Executable
from sqlalchemy.engine import IteratorResult
from sqlalchemy.engine.result import SimpleResultMetaData
from sqlalchemy.exc import IntegrityError

Process = Callable[[Any], Any]


class Rows(IteratorResult[Any]):
    """The rows of a prepared statement; `rowcount`: how many it touched."""

    rowcount: int


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
        processors = [column.type._cached_result_processor(dialect, None) for column in columns]
        self._processors = [(place, process) for place, process in enumerate(processors) if process is not None]

    def run(self, driver: Any, values: Mapping[str, Any]) -> Rows:
        """Runs it on a connection of sqlite3; every row is read at once. Raises SQLAlchemy's `IntegrityError`."""
        given = {**self._constants, **values}
        bound = [given[name] if process is None else process(given[name]) for name, process in self._binds]
        try:
            cursor = driver.execute(self._sql, bound)
        except sqlite3.IntegrityError as error:
            raise IntegrityError(self._sql, None, error) from error
        rows = Rows(self._metadata, map(self._row, cursor.fetchall()))
        rows.rowcount = cursor.rowcount
        return rows

    def _row(self, raw: tuple[Any, ...]) -> tuple[Any, ...]:
        row = list(raw)
        for place, process in self._processors:
            row[place] = process(row[place])
        return tuple(row)


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
