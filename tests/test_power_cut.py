"""The power goes off while an office works: of the files only what was synced is left, and nothing answered is lost."""

from __future__ import annotations

import random
import shutil
import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import world
from power import Disk, recorded
from sqlalchemy import func, select, text
from world import World

from shared.domain.numbering import label
from shared.domain.queue.ticket import State
from shared.engine.queue.visitor import Taken
from shared.store.office import Store
from shared.store.tables import Event, PrintJob, Ticket

CUTS, FEW = 200, 10
HANDS, TAKES, CALLS = 4, 30, 15
SEED = 20261126


@dataclass
class Morning:
    """What was answered, each with the number of disk operations that were done by then."""

    disk: Disk
    taken: list[tuple[int, str, Taken]] = field(default_factory=list)
    served: list[tuple[int, int]] = field(default_factory=list)


def morning(folder: Path, open_store: Callable[[str], Store]) -> tuple[World, Morning]:
    """Kiosks take numbers and a counter serves, all at once."""
    with recorded(folder) as disk:
        here = world.office(open_store(f"sqlite:///{folder / 'loket.db'}"))
        done = Morning(disk)

        def visit(hand: int) -> None:
            for number in range(TAKES):
                nonce = f"tangan-{hand}-{number:04d}"
                taken = here.take(nonce=nonce)
                done.taken.append((len(disk), nonce, taken))

        def serve() -> None:
            for _ in range(CALLS):
                called = here.call_next()
                if called is not None:
                    here.act("start", called["id"])
                    here.act("finish", called["id"])
                    done.served.append((len(disk), called["id"]))

        hands = [threading.Thread(target=visit, args=(hand,)) for hand in range(HANDS)]
        hands.append(threading.Thread(target=serve))
        for hand in hands:
            hand.start()
        for hand in hands:
            hand.join()
        with here.store.engine.connect() as connection:
            connection.execute(text("PRAGMA wal_checkpoint(RESTART)"))
        for number in range(5):  # into a log that begins anew
            done.taken.append((0, f"lagi-{number:04d}", here.take(nonce=f"lagi-{number:04d}")))
            done.taken[-1] = (len(disk), *done.taken[-1][1:])
    return here, done


def lost_and_doubled(found: Store, here: World, done: Morning, cut: int) -> tuple[list[str], list[str]]:
    """What was answered before the cut and is not there, and what is there twice."""
    lost, doubled = [], []
    with found.read() as connection:
        assert connection.execute(text("PRAGMA integrity_check")).scalar_one() == "ok"
        rows = {row.token: row for row in connection.execute(select(Ticket).where(Ticket.office_id == here.id))}
        jobs = connection.execute(select(func.count()).select_from(PrintJob)).scalar_one()
        takes = connection.execute(select(func.count()).where(Event.action == "take")).scalar_one()
    numbers = sorted(row.number for row in rows.values())
    if numbers != list(range(1, len(numbers) + 1)) or not takes == jobs == len(numbers):
        doubled.append(f"{numbers}, {takes} taken, {jobs} slips")
    for at, nonce, taken in done.taken:
        if at <= cut and (
            taken.token not in rows or label(rows[taken.token].series, rows[taken.token].number) != taken.number
        ):
            lost.append(nonce)
    states = {row.id: row.state for row in rows.values()}
    lost += [f"ticket {ticket}" for at, ticket in done.served if at <= cut and states.get(ticket) != State.DONE]
    again = World(found, here.id, here.slug, here.officers, here.now)
    if again.take(nonce="after-the-cut").number != label("A", len(numbers) + 1):
        doubled.append("the next number")
    answered = [(nonce, taken) for at, nonce, taken in done.taken if at <= cut]
    for nonce, taken in answered[-1:]:
        if again.take(nonce=nonce).token != taken.token:
            doubled.append(nonce)
    return lost, doubled


@pytest.mark.parametrize("cuts", [FEW, pytest.param(CUTS, marks=pytest.mark.long)])
def test_what_was_answered_is_there_after_a_power_cut_at_any_moment(
    tmp_path: Path, sqlite_template: Path, open_store: Callable[[str], Store], cuts: int
) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    shutil.copy(sqlite_template, folder / "loket.db")
    here, done = morning(folder, open_store)
    chance = random.Random(SEED)
    founded = next(at for at, *_ in done.taken)

    faults = []
    for place in range(cuts):
        cut = chance.randrange(founded, len(done.disk) + 1)
        left = tmp_path / f"cut-{place}"
        left.mkdir()
        done.disk.after_cut(cut, chance, left)
        found = Store(f"sqlite:///{left / 'loket.db'}")
        lost, doubled = lost_and_doubled(found, here, done, cut)
        found.close()
        faults += [(cut, lost, doubled)] if lost or doubled else []
        shutil.rmtree(left)

    assert faults == []


def test_the_cuts_find_what_was_answered_without_waiting_for_the_disk(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    left = {"EXTRA": 0, "OFF": 0}
    for safety in left:
        with recorded(folder) as disk, closing(sqlite3.connect(folder / f"{safety}.db")) as connection:
            connection.execute(f"PRAGMA synchronous = {safety}")
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("CREATE TABLE answered (number INTEGER)")
            for number in range(5):
                connection.execute("INSERT INTO answered VALUES (?)", (number,))
                connection.commit()
            answered = len(disk)

        for seed in range(10):
            found = tmp_path / f"{safety}-{seed}"
            found.mkdir()
            disk.after_cut(answered, random.Random(seed), found)
            with closing(sqlite3.connect(found / f"{safety}.db")) as connection, suppress(sqlite3.DatabaseError):
                left[safety] += connection.execute("SELECT count(*) FROM answered").fetchone()[0]

    assert left["EXTRA"] == 50
    assert left["OFF"] < 50
