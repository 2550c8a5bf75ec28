"""How long a start takes and how much memory the server holds after work."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from statistics import median

from shared.bench.figure import Figure
from shared.bench.installation import served
from shared.bench.measure import Measure
from shared.bench.processes import tree
from shared.bench.takes import takes_per_s

START_S = 1.0
MEMORY_MB = 110.0
_NOTE = "PSS of all its processes (what they share is counted once), after 8 visitors pressed without a break"


def measure(bench: Measure) -> Iterator[Figure]:
    starts, sizes = [], []
    for _ in range(bench.rounds):
        with served(bench.installation) as serving:
            starts.append(serving.start_s)
            takes_per_s(bench.installation, serving, 8, bench.seconds)
            sizes.append(memory_mb(serving.pid))
            bench.installation.clear_line()  # the next start finds the line of an office, not thousands
    seconds, size = median(starts), median(sizes)
    note = "from `loket run` on an existing installation to the first answer"
    yield Figure("start", seconds, "s", target=f"<= {START_S}", met=seconds <= START_S, note=note)
    yield Figure("memory", size, "MB", target=f"<= {MEMORY_MB}", met=size <= MEMORY_MB, note=_NOTE)


def memory_mb(pid: int) -> float:
    """The proportional set size of the process and all below it."""
    rollups = [Path(f"/proc/{each}/smaps_rollup").read_text() for each in tree(pid)]
    lines = [line for text in rollups for line in text.splitlines() if line.startswith("Pss:")]
    return sum(int(line.split()[1]) for line in lines) * 1024 / 1e6
