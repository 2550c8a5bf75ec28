"""Calls per second over HTTP with 1, 8 and 32 officers, next to takes per second in the same round.

One call is one "next" answered 200 at a free counter; freeing the counters again is not timed (`load.calls`).
"""

from __future__ import annotations

from collections.abc import Iterator

from shared.bench.figure import Figure, at_least
from shared.bench.installation import COUNTERS, Installation, Serving, run_load, served
from shared.bench.measure import Measure
from shared.bench.takes import kiosk_plan, takes_per_s

TARGETS = {1: 1.0, 8: 1.0, 32: 1.0}


def measure(bench: Measure) -> Iterator[Figure]:
    takes: dict[int, list[float]] = {clients: [] for clients in TARGETS}
    rates: dict[int, list[float]] = {clients: [] for clients in TARGETS}
    with served(bench.installation) as serving:
        for _ in range(bench.rounds):
            for clients in TARGETS:
                takes[clients].append(takes_per_s(bench.installation, serving, clients, bench.seconds / 2))
                rates[clients].append(calls_per_s(bench.installation, serving, clients, bench.seconds / 2))
    for clients, target in TARGETS.items():
        yield at_least(f"calls_{clients}", rates[clients], takes[clients], target)


def calls_per_s(installation: Installation, serving: Serving, clients: int, seconds: float) -> float:
    """One round, with somebody waiting for every counter."""
    fill_line(installation, serving, COUNTERS)
    plan = {"office": installation.office, "tokens": installation.officers, "clients": clients, "seconds": seconds}
    return float(run_load("calls", serving, **plan)["rate"])


def fill_line(installation: Installation, serving: Serving, people: int) -> None:
    """At least so many people wait afterwards, and not many more."""
    installation.clear_line()
    waiting = 0
    while waiting < people:
        done = run_load("takes", serving, clients=1, seconds=0.2, **kiosk_plan(installation))
        waiting += len(done["waits_s"])
