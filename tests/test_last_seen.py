"""A start compares with what the server last saw: a log that is gone, a clock far ahead, a key that was lost."""

from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError
from test_migrations import old_database
from world import MORNING, World

from shared.domain.queue.ticket import State
from shared.store import reads
from shared.store.copies import back_up, restore
from shared.store.migrate import revisions, schema_of, upgrade
from shared.store.office import Store
from shared.web import backups
from shared.web.server import data_folder, last_seen
from shared.web.server.data_folder import NotSound
from shared.web.server.first_run import prepare
from shared.web.server.last_seen import LastSeen, doubted_at, keep, kept, present
from shared.web.settings import Settings

SEEN = LastSeen(MORNING, "this boot", 1000.0)


def heads(store: Store) -> dict[str, tuple[str, int]]:
    with store.read() as connection:
        return {row.slug: (row.epoch, row.version) for row in reads.offices(connection)}


def test_a_database_whose_log_stayed_behind_is_not_served_and_the_way_back_is_told(here: World, tmp_path: Path) -> None:
    settings = Settings(data=tmp_path / "copied")
    settings.data.mkdir()
    here.take()
    back_up(str(here.store.engine.url), settings.data / "loket.db")
    keep(settings, present(here.now, heads(here.store)))
    prepare(settings, here.now)

    here.take()
    keep(settings, present(here.now, heads(here.store)))
    with pytest.raises(NotSound) as refused:
        prepare(settings, here.now)

    assert (refused.value.code, refused.value.facts["missing"]) == ("database_older", 1)
    (settings.data / last_seen.NAME).unlink()
    prepare(settings, here.now)


def test_a_copy_that_was_put_back_is_served_although_it_is_older(here: World, tmp_path: Path) -> None:
    settings = Settings(data=tmp_path / "data")
    settings.data.mkdir()
    back_up(str(here.store.engine.url), tmp_path / "copy.db")
    here.take()
    back_up(str(here.store.engine.url), settings.data / "loket.db")
    keep(settings, present(here.now, heads(here.store)))

    restore(settings.database(), tmp_path / "copy.db", tmp_path / "before.db")

    prepare(settings, here.now)


@pytest.mark.parametrize(
    ("passed", "elapsed_s", "boot", "is_doubted"),
    [
        (timedelta(minutes=5), 300, "this boot", False),
        (timedelta(days=3), 3 * 86400, "this boot", False),
        (timedelta(days=1), 300, "this boot", True),
        (timedelta(days=-20), 300, "this boot", False),
        (timedelta(days=10), 5, "another boot", False),
        (timedelta(days=400), 5, "another boot", True),
    ],
    ids=["a restart", "days without a server", "a day ahead", "back", "after the holidays", "a year ahead"],
)
def test_a_clock_is_doubted_at_a_start_when_it_cannot_have_gone_so_far(
    passed: timedelta, elapsed_s: float, boot: str, is_doubted: bool
) -> None:
    here = LastSeen(MORNING + passed, boot, SEEN.elapsed_s + elapsed_s)

    assert doubted_at(SEEN, here) == (here.at if is_doubted else None)


def test_a_doubt_stands_over_the_next_start_until_the_clock_was_set_right(tmp_path: Path) -> None:
    doubted = replace(SEEN, jumped_at=MORNING)

    assert doubted_at(doubted, replace(SEEN, at=MORNING + timedelta(minutes=1), elapsed_s=1060)) == MORNING
    assert doubted_at(doubted, replace(SEEN, at=MORNING - timedelta(days=1), elapsed_s=1060)) is None


def test_a_start_by_a_doubted_clock_closes_no_day(here: World, tmp_path: Path, sqlite_url: str) -> None:
    left = here.take()
    settings = Settings(data=tmp_path, database_url=sqlite_url)

    prepare(settings, here.later(days=30), is_clock_good=False)
    assert here.state(left.id) == State.WAITING
    prepare(settings, here.now)
    assert here.state(left.id) == State.EXPIRED


@pytest.mark.parametrize("text", ["", "{", "[]", '{"at": 1}', '{"at": "x", "offices": {"a": 1}}', "\0"])
def test_what_cannot_be_read_of_it_is_as_if_it_were_not_there(tmp_path: Path, text: str) -> None:
    (tmp_path / last_seen.NAME).write_text(text)

    assert kept(Settings(data=tmp_path)) is None


def test_what_is_kept_comes_back_as_it_was(tmp_path: Path) -> None:
    seen = replace(SEEN, jumped_at=MORNING, offices={"uji": ("abc", 7)})

    keep(Settings(data=tmp_path), seen)

    assert kept(Settings(data=tmp_path)) == seen
    assert [path.name for path in tmp_path.iterdir()] == [last_seen.NAME]


def test_a_lost_key_is_noticed_where_there_is_a_database(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path)
    assert not data_folder.is_key_lost(settings)
    (tmp_path / "loket.db").write_text("something")
    assert data_folder.is_key_lost(settings)

    settings.secret_key()

    assert not data_folder.is_key_lost(settings)


# the schema


def revision(file: Path) -> str:
    with closing(sqlite3.connect(file)) as connection:
        return str(connection.execute("SELECT version_num FROM alembic_version").fetchone()[0])


def test_a_database_of_an_earlier_loket_is_copied_before_it_is_brought_up(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path)
    old_database(tmp_path / "loket.db", "0017")

    backups.upgrade_after_backup(settings)
    backups.upgrade_after_backup(settings)

    [copy] = (tmp_path / "backups").iterdir()
    assert copy.name.startswith("before-upgrade-0017-")
    assert (revision(copy), revision(tmp_path / "loket.db")) == ("0017", revisions()[-1])


def test_steps_of_the_schema_that_fail_in_the_middle_leave_the_database_as_it_was(tmp_path: Path) -> None:
    file = tmp_path / "loket.db"
    old_database(file, "0017")
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("CREATE TABLE second_factor (in_the_way INTEGER)")
        before = list(connection.execute("SELECT sql FROM sqlite_schema ORDER BY name"))

    with pytest.raises(OperationalError):
        upgrade(f"sqlite:///{file}")

    with closing(sqlite3.connect(file)) as connection:
        assert list(connection.execute("SELECT sql FROM sqlite_schema ORDER BY name")) == before
    assert revision(file) == "0017"


@pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgresql", marks=pytest.mark.long)])
def test_of_two_that_bring_a_database_up_at_once_one_waits(
    tmp_path: Path, request: pytest.FixtureRequest, kind: str
) -> None:
    if kind == "sqlite":
        url = f"sqlite:///{tmp_path / 'loket.db'}"
    else:
        url = request.getfixturevalue("postgresql")()
        engine = create_engine(url)
        with engine.begin() as connection:
            connection.execute(text("DROP SCHEMA public CASCADE"))
            connection.execute(text("CREATE SCHEMA public"))
        engine.dispose()

    with ThreadPoolExecutor(2) as both:
        assert list(both.map(upgrade, [url, url])) == [None, None]

    assert schema_of(url) == revisions()[-1]
