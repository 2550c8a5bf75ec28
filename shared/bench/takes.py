"""Tickets per second over HTTP with 1, 8 and 32 visitors: validation, token, event and print job included."""

from __future__ import annotations

from collections.abc import Iterator

from shared.bench.figure import Figure, at_least
from shared.bench.installation import Installation, Serving, nonces, run_load, served
from shared.bench.measure import Measure
from shared.bench.yardstick import issues_per_s

TARGETS = {1: None, 8: 0.25, 32: 0.3}


def measure(bench: Measure) -> Iterator[Figure]:
    raw: list[float] = []
    rates: dict[int, list[float]] = {clients: [] for clients in TARGETS}
    with served(bench.installation) as serving:
        for _ in range(bench.rounds):
            raw.append(issues_per_s(bench.folder, bench.seconds / 2))
            for clients, seen in rates.items():
                seen.append(takes_per_s(bench.installation, serving, clients, bench.seconds))
    for clients, target in TARGETS.items():
        yield at_least(f"takes_{clients}", rates[clients], raw, target)


def takes_per_s(installation: Installation, serving: Serving, clients: int, seconds: float) -> float:
    """One round; the line is empty before it and stays as it was."""
    installation.clear_line()
    done = run_load("takes", serving, clients=clients, seconds=seconds, **kiosk_plan(installation))
    return float(done["rate"])


def kiosk_plan(installation: Installation) -> dict[str, str]:
    return {
        "office": installation.office,
        "service": installation.service,
        "token": installation.kiosk,
        "nonces": nonces(),
    }
