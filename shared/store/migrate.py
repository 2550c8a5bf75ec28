"""Brings a database to the newest schema; each step is a file in `migrations/versions`."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, create_engine, inspect, text
from sqlalchemy.pool import NullPool

MIGRATIONS = Path(__file__).parent / "migrations"


def upgrade(url: str) -> None:
    """Does every step that the database at `url` has not seen; safe to call at each start."""
    engine = create_engine(url, poolclass=NullPool)
    with engine.begin() as connection:
        if not _is_newest(connection):
            _upgrade(connection)
    engine.dispose()


def _is_newest(connection: Connection) -> bool:
    if not inspect(connection).has_table("alembic_version"):
        return False
    newest = max(path.name.partition("_")[0] for path in (MIGRATIONS / "versions").glob("[0-9]*.py"))
    return bool(connection.execute(text("SELECT version_num FROM alembic_version")).scalar() == newest)


def _upgrade(connection: Connection) -> None:
    from alembic import command  # only now: nearly every start finds the newest schema
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
