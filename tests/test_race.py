"""Eight processes at once on one office: no number twice, nobody called twice, and no gap in numbers or versions."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import world
from sqlalchemy import select

from shared.store.office import Store
from shared.store.tables import Event, Ticket

PROCESSES, TAKES, CALLS = 8, 200, 200
LIMIT_S = 240
ROOT = Path(__file__).resolve().parents[1]

# One process makes the others when it has loaded what they need; each opens the database by itself, waits at the
# barrier until the last one is ready, and does its share.
RACE = """
import json, sys
from multiprocessing import get_context
from world import World
from shared.store import office, writer
from shared.store.office import Store

office.LOCK_TIMEOUT_S = writer.LOCK_TIMEOUT_S = 240  # a busy machine is no fault

{share}

def run(place, barrier, answers, facts):
    answers.put((place, share(barrier.wait, *facts)))

shares, forks = json.loads(sys.argv[1]), get_context("fork")
barrier, answers = forks.Barrier(len(shares)), forks.SimpleQueue()
for place, facts in enumerate(shares):
    forks.Process(target=run, args=(place, barrier, answers, facts)).start()
found = dict(answers.get() for _ in shares)
print(json.dumps([found[place] for place in range(len(shares))]), flush=True)
"""

CLICKS = """
def share(all_ready, url, office_id, officers, counter, takes, calls):
    office = World(Store(url), office_id, "uji", officers)
    all_ready()
    numbers = [office.take(nonce=f"proses-{counter}-{n:04d}").number for n in range(takes)]
    called = []
    while len(called) < calls:
        ticket = office.call_next(counter)
        if ticket is None:
            continue
        called.append(ticket["number"])
        office.act("start", ticket["id"], counter)
        office.act("finish", ticket["id"], counter)
    return {"numbers": numbers, "called": called}
"""

TAPS = """
def share(all_ready, url, office_id):
    office = World(Store(url), office_id, "uji", [])
    all_ready()
    return [office.take(nonce=f"jari-{n:04d}").number for n in range(10)]
"""


def together(code: str, shares: Sequence[list[Any]]) -> list[Any]:
    """What each process answered; all of them begin when the last one is ready."""
    process = subprocess.Popen(
        [sys.executable, "-c", RACE.replace("{share}", code), json.dumps(shares)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": f"{ROOT}:{ROOT / 'tests'}"},
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        found: list[Any] = json.loads(process.communicate(timeout=LIMIT_S)[0])
        return found
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def rows(store: Store, statement: Any) -> Sequence[Any]:
    with store.read() as connection:
        return connection.execute(statement).scalars().all()


def test_eight_processes_take_and_call_without_a_number_twice_or_a_gap(
    database_url: str, open_store: Callable[[str], Store]
) -> None:
    store = open_store(database_url)
    office = world.office(store, services=1, counters=PROCESSES)

    shares = [
        [database_url, office.id, office.officers, number, TAKES // PROCESSES, CALLS // PROCESSES]
        for number in range(1, PROCESSES + 1)
    ]
    results = together(CLICKS, shares)

    taken = [number for result in results for number in result["numbers"]]
    called = [number for result in results for number in result["called"]]
    wanted = [f"A-{number:03d}" for number in range(1, TAKES + 1)]
    assert sorted(taken) == wanted
    assert sorted(called) == wanted
    assert sorted(rows(store, select(Ticket.number))) == list(range(1, TAKES + 1))
    # each change has one version, each version at least one event, and nothing is left out
    versions = rows(store, select(Event.version).where(Event.version > 0).distinct().order_by(Event.version))
    assert versions == list(range(1, office.version + 1))
    assert office.version == TAKES + 3 * CALLS
    calls = rows(store, select(Event.ticket_id).where(Event.action == "call"))
    assert len(calls) == len(set(calls)) == CALLS


def test_the_same_nonce_from_eight_processes_is_one_ticket(
    database_url: str, open_store: Callable[[str], Store]
) -> None:
    store = open_store(database_url)
    office = world.office(store, services=1, counters=1)

    answers = together(TAPS, [[database_url, office.id]] * PROCESSES)

    assert answers == [[f"A-{number:03d}" for number in range(1, 11)]] * PROCESSES
    assert office.version == 10
