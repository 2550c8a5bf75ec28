"""Brings a database to the newest schema; each step is a file in `migrations/versions`."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from sqlalchemy import Connection, create_engine, inspect, text
from sqlalchemy.pool import NullPool

from shared.domain.errors import Refusal
from shared.store.sqlite_file import open_by

MIGRATIONS = Path(__file__).parent / "migrations"


class NewerSchema(Refusal):
    """The database was made by a newer Loket than this one; nothing was changed."""


def upgrade(url: str) -> None:
    """Does every step that the database at `url` has not seen; safe to call at each start. Raises `NewerSchema`."""
    engine = create_engine(url, poolclass=NullPool)
    open_by(engine)
    try:
        with engine.begin() as connection:
            present = present_revision(connection)
            if present is not None:
                require_known(present)
            if present != revisions()[-1]:
                _upgrade(connection)
    finally:
        engine.dispose()


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
