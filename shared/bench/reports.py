"""What a month's report and the page of today cost over old tickets, with three sizes of history: how it grows."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from statistics import median

from shared.bench.figure import Figure
from shared.bench.installation import Installation
from shared.bench.measure import Measure
from shared.bench.planting import one_visit, plant
from shared.domain.reports.period import Period, PeriodKind
from shared.engine.reports import today as report_today
from shared.engine.reports.tables import Compared, tables
from shared.store import reads
from shared.store.office import Store
from shared.store.reports.period import period_report

MONTH_S, DAY_S = 2.0, 0.2
SIZES = (100, 10, 1)
"""Parts of the whole history."""


def measure(bench: Measure) -> Iterator[Figure]:
    one_visit(bench.installation)
    for part in SIZES:
        size = bench.history // part
        old = replace(bench.installation, folder=bench.folder / f"history-{size}")
        shutil.copytree(bench.installation.folder, old.folder)
        plant(old.url, size)
        yield from _figures(old, size, bench.rounds)
        shutil.rmtree(old.folder)


def _figures(old: Installation, size: int, rounds: int) -> Iterator[Figure]:
    store, now = Store(old.url), datetime.now(UTC)
    office = store.office_config(next(row.id for row in store.ask(reads.offices) if row.slug == old.office))
    month = Period.of(PeriodKind.MONTH, office.calendar.day_of(now)).previous()

    def whole_month() -> int:
        """With what it is compared with, as the page makes it; how many visits it counts."""
        with store.read() as connection:
            made = [
                period_report(connection, store.office_configs, office, each, now)
                for each in (month, month.previous(), month.year_before())
            ]
        tables(Compared(office, made[0], made[1], made[2], {}), str)
        return made[0].visits.total.taken

    def day() -> int:
        with store.read() as connection:
            return report_today.today(connection, store.office_configs, office, now).visits.total.taken

    for name, work, limit in (("report_month", whole_month, MONTH_S), ("report_today", day, DAY_S)):
        seconds, visits = _time(work, rounds)
        note = f"{visits} visits in it"
        yield Figure(f"{name}_of_{size}", seconds, "s", limit, seconds / limit, f"<= {limit} s", seconds <= limit, note)
    store.close()


def _time(work: Callable[[], int], rounds: int) -> tuple[float, int]:
    """The median of several times, the first one (a cold cache) included."""
    took, visits = [], 0
    for _ in range(rounds):
        begins = time.perf_counter()
        visits = work()
        took.append(time.perf_counter() - begins)
    return median(took), visits
