"""What no program of these parts can do better: the same clients before Flask, Flask-SocketIO and the raw transaction.

A target that this does not reach either is out of reach with one process of Python on this machine.
"""

from __future__ import annotations

from collections.abc import Iterator

from shared.bench.figure import Figure, at_least
from shared.bench.installation import run_load, served
from shared.bench.measure import Measure
from shared.bench.screens import DISPLAYS, bare, board_bytes, compare
from shared.bench.takes import TARGETS, kiosk_plan
from shared.bench.yardstick import issues_per_s


def measure(bench: Measure) -> Iterator[Figure]:
    with served(bench.installation) as serving:
        size = board_bytes(bench.installation, serving)
    raw: list[float] = []
    rates: dict[int, list[float]] = {clients: [] for clients in TARGETS}
    with bare("bare_flask", size, str(bench.folder)) as flask, bare("bare", size) as websocket:
        for _ in range(bench.rounds):
            raw.append(issues_per_s(bench.folder, bench.seconds / 2))
            for clients, seen in rates.items():
                plan = kiosk_plan(bench.installation)
                done = run_load("takes", flask, clients=clients, seconds=bench.seconds, **plan)
                seen.append(float(done["rate"]))
        for clients, target in TARGETS.items():
            yield at_least(f"ceiling_takes_{clients}", rates[clients], raw, target)
        for displays in DISPLAYS:
            yield from compare(bench, "ceiling_click_to_screen", flask, websocket, displays)
