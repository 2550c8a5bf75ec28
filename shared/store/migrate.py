"""Brings a database to the newest schema; each step is a file in `migrations/versions`."""

from __future__ import annotations

import sqlite3
from functools import cache
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.pool import NullPool

from shared.domain.errors import Refusal
from shared.store.sqlite_file import open_by

MIGRATIONS = Path(__file__).parent / "migrations"


UPGRADE_LOCK = 7_061_020
"""PostgreSQL: whoever brings the schema up holds this number; any number that nobody else uses."""


class NewerSchema(Refusal):
    """The database was made by a newer Loket than this one; nothing was changed."""


def upgrade(url: str) -> None:
    """Does every step that the database at `url` has not seen; safe to call at each start. Raises `NewerSchema`."""
    present = schema_of(url)
    if present is not None:
        require_known(present)
    if present == revisions()[-1]:
        return
    engine = create_engine(url, poolclass=NullPool)
    open_by(engine)
    if engine.dialect.name == "sqlite":
        _begin_at_once(engine)
    try:
        with engine.begin() as connection:
            if engine.dialect.name == "postgresql":
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": UPGRADE_LOCK})
            if present_revision(connection) != revisions()[-1]:  # nobody else did it while this one waited
                _upgrade(connection)
    finally:
        engine.dispose()


def schema_of(url: str) -> str | None:
    """The schema of the database at `url`; None of one that holds nothing yet."""
    engine = create_engine(url, poolclass=NullPool)
    open_by(engine)
    try:
        with engine.connect() as connection:
            return present_revision(connection)
    finally:
        engine.dispose()


def _begin_at_once(engine: Engine) -> None:
    """SQLite takes its lock when the steps begin, and all of them stand or none: the driver itself begins only at the
    first row, so that a power cut could leave half a step.
    """

    @event.listens_for(engine, "connect")
    def no_transaction_of_the_driver(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def require_known(revision: str) -> None:
    """Raises `NewerSchema` when this program has no such step."""
    if revision not in revisions():
        raise NewerSchema("newer_schema", found=revision, known=revisions()[-1])


@cache
def revisions() -> tuple[str, ...]:
    """Every schema that this program knows, the newest last: what the file names of the steps begin with."""
    return tuple(sorted(path.name.partition("_")[0] for path in (MIGRATIONS / "versions").glob("[0-9]*.py")))


def present_revision(connection: Connection) -> str | None:
    """The schema of the database; None of one that holds nothing yet."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return None if found is None else str(found)


def _upgrade(connection: Connection) -> None:
    from alembic import command  # only now: nearly every start finds the newest schema
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
