"""Everything moves from SQLite to PostgreSQL and back, is proved to be the same, and the office goes on there."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import inspect, select, update
from world import World

from shared.domain.queue.ticket import Action
from shared.store import moving, tables
from shared.store.moving import MovedTable, MoveFailed, move
from shared.store.office import Store
from shared.web.cli import main


def test_an_office_moves_to_postgresql_and_back_and_goes_on(
    here: World, sqlite_url: str, postgresql: Callable[[], str], tmp_path: Path, open_store: Callable[[str], Store]
) -> None:
    for _ in range(3):
        here.take()
    called = here.call_next()
    assert called is not None
    here.act(Action.START, called["id"])
    there, back = postgresql(), f"sqlite:///{tmp_path / 'back.db'}"

    first, second = move(sqlite_url, there), move(there, back)

    assert _but_office(first) == _but_office(second)
    assert {table.name: table.rows for table in first}["ticket"] == 3
    for url in (there, back):
        moved = World(open_store(url), here.id, here.slug, here.officers, here.now)
        assert moved.take().number == "A-004"
        moved.act(Action.FINISH, called["id"])
        assert _epoch(moved) != _epoch(here)


def _but_office(moved: list[MovedTable]) -> list[MovedTable]:
    """The epoch of an office is another one in each place."""
    return [table for table in moved if table.name != "office"]


def _epoch(world: World) -> str:
    with world.store.read() as connection:
        return str(connection.execute(select(tables.Office.epoch).where(tables.Office.id == world.id)).scalar_one())


def test_nothing_is_moved_where_something_is_or_where_it_would_not_be_the_same(
    here: World,
    sqlite_url: str,
    postgresql: Callable[[], str],
    monkeypatch: pytest.MonkeyPatch,
    open_store: Callable[[str], Store],
) -> None:
    here.take()
    there = postgresql()
    with monkeypatch.context() as patch:
        patch.setattr(moving, "_plain", lambda value: object() if isinstance(value, int) else value)
        with pytest.raises(MoveFailed, match="move_differs"):
            move(sqlite_url, there)
    move(sqlite_url, there)

    nowhere = ["loket.db", "sqlite://", "sqlite:///:memory:", "nonsense://x", "mysql://x/y", "://"]
    wrong = dict.fromkeys(nowhere, "move_no_url")
    for target, code in {there: "move_not_empty", sqlite_url: "move_itself", **wrong}.items():
        with pytest.raises(MoveFailed, match=code):
            move(sqlite_url, target)
    here.store.write(update(tables.Ticket).values(language="en"))
    with open_store(there).read() as connection:
        assert connection.execute(select(tables.Ticket.language)).scalars().all() == ["id"]


def test_the_command_names_each_table_and_what_to_do_next(
    here: World,
    sqlite_url: str,
    postgresql: Callable[[], str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    open_store: Callable[[str], Store],
) -> None:
    here.take()
    here.store.close()
    fresh = "import shared.web.commands.move; from shared.store.schema import all_tables; print(len(all_tables()))"
    known = subprocess.run([sys.executable, "-c", fresh], capture_output=True, text=True, check=True).stdout
    monkeypatch.setenv("LOKET_DATA", str(tmp_path))
    monkeypatch.delenv("LOKET_DATABASE_URL", raising=False)

    said = CliRunner().invoke(main, ["move", postgresql()])

    assert said.exit_code == 0, said.output
    assert "ticket " in said.output
    present = inspect(open_store(sqlite_url).engine).get_table_names()
    assert int(known) == len(present) - 1, "the command alone knows every table, but the one of the migrations"
    assert "LOKET_DATABASE_URL" in said.output
