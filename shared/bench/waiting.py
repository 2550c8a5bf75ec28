"""What a long line costs each click: takes and calls with 500 and 3,000 waiting, next to those with 20."""

from __future__ import annotations

from collections.abc import Iterator

from shared.bench.figure import Figure
from shared.bench.growth import Side, compared
from shared.bench.installation import install, served
from shared.bench.measure import Measure

FEW, MANY = 20, (500, 3000)
DESKS = 4


def measure(bench: Measure) -> Iterator[Figure]:
    other = install(bench.folder / "many")
    for size in MANY if bench.clicks > 100 else (50,):
        with served(bench.installation) as short, served(other) as long:
            sides = (Side(bench.installation, short, None), Side(other, long, None))
            for round_ in range(max(2, bench.rounds)):
                for side, waiting in zip(sides, (FEW, size), strict=True):
                    side.play(is_counted=round_ > 0, waiting=waiting, counters=DESKS)
        yield from compared("waiting", size, *sides)
