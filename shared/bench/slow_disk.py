"""A disk like an SD card: every fsync and fdatasync of the server waits 20 ms longer (`slow_sync.c`, preloaded)."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from shared.bench.figure import Figure, percentile
from shared.bench.installation import Installation, Serving, load, result, run_load, served
from shared.bench.measure import Measure
from shared.bench.takes import kiosk_plan

CLIENTS = 8
DELAY_MS = 20
TAKES_PER_S = 200
PAGE_P99_MS = 10


def measure(bench: Measure) -> Iterator[Figure]:
    compiler = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
    if compiler is None:
        for name, unit in (("slow_disk_takes_8", "1/s"), ("slow_disk_page_p99", "ms")):
            yield Figure(name, None, unit, note="not measured: no C compiler on this machine")
        return
    shim = bench.folder / "slow_sync.so"
    source = Path(__file__).with_name("slow_sync.c")
    subprocess.run([compiler, "-O2", "-shared", "-fPIC", "-o", str(shim), str(source), "-ldl"], check=True)
    with served(bench.installation, LD_PRELOAD=str(shim), SLOW_SYNC_MS=str(DELAY_MS)) as serving:
        page = _ticket_page(bench.installation, serving)
        rounds = [_round(bench, serving, page) for _ in range(bench.rounds)]
    rate, page_ms = median(rate for rate, _ in rounds), median(page_ms for _, page_ms in rounds)
    yield Figure("slow_disk_takes_8", rate, "1/s", target=f">= {TAKES_PER_S}", met=rate >= TAKES_PER_S)
    yield Figure("slow_disk_page_p99", page_ms, "ms", target=f"<= {PAGE_P99_MS}", met=page_ms <= PAGE_P99_MS)


def _round(bench: Measure, serving: Serving, page: str) -> tuple[float, float]:
    """Takes per second, and the 99th percentile in ms of a page that was opened all the while."""
    bench.installation.clear_line()
    plan = {"clients": CLIENTS, "seconds": bench.seconds, **kiosk_plan(bench.installation)}
    with (
        load("takes", serving.port, **plan) as takes,
        load("pages", serving.port, path=page, seconds=bench.seconds) as p,
    ):
        waits = result(p)["waits_s"]
        return float(result(takes)["rate"]), percentile(waits, 99) * 1000


def _ticket_page(installation: Installation, serving: Serving) -> str:
    """The page of a ticket on its visitor's phone: it reads and writes nothing."""
    run_load("takes", serving, clients=1, seconds=0.2, **kiosk_plan(installation))
    return f"/t/{installation.newest_token()}"
