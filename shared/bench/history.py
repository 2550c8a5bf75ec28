"""What a million old tickets, their events and their slips cost the next visitor: takes per second with and without."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from shared.bench.figure import Figure, at_least
from shared.bench.installation import Installation, run_load, served
from shared.bench.measure import Measure
from shared.bench.takes import kiosk_plan, takes_per_s

CLIENTS = 8
TARGET = 0.9
A_DAY = 250
"""Tickets on one old day."""
ACTIONS = ("take", "call", "start", "finish")


def measure(bench: Measure) -> Iterator[Figure]:
    old = _with_history(bench)
    empty_rates, old_rates = [], []
    with served(bench.installation) as empty, served(old) as full:
        for _ in range(bench.rounds):
            empty_rates.append(takes_per_s(bench.installation, empty, CLIENTS, bench.seconds))
            old_rates.append(takes_per_s(old, full, CLIENTS, bench.seconds))
    yield at_least(f"takes_8_after_{bench.history}_tickets", old_rates, empty_rates, TARGET)


def _with_history(bench: Measure) -> Installation:
    """The same installation in another folder, with old tickets like the newest real one."""
    with served(bench.installation) as serving:
        run_load("takes", serving, clients=1, seconds=0.2, **kiosk_plan(bench.installation))
        bench.installation.clear_line()
    old = replace(bench.installation, folder=bench.folder / "history")
    shutil.copytree(bench.installation.folder, old.folder)
    write_history(old.database, bench.history)
    return old


def write_history(database: Path, tickets: int) -> None:
    """`tickets` old tickets with `ACTIONS` events and a printed slip each: copies of the newest ones, on earlier days.

    Written by SQLite itself from a real row, so that it is fast and follows the schema wherever it goes.
    """
    with closing(sqlite3.connect(database, isolation_level=None)) as connection:
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("PRAGMA cache_size = -400000")
        first = connection.execute("SELECT max(id) FROM ticket").fetchone()[0]
        events = connection.execute("SELECT max(id) FROM event").fetchone()[0]
        connection.execute("BEGIN")
        past = f"date('now', '-' || (2 + n / {A_DAY}) || ' days')"
        columns = {"id": f"{first} + n", "on_day": past, "number": f"1 + n % {A_DAY}", "state": "'done'"}
        columns |= {"token": "lower(hex(randomblob(11)))", "nonce": "lower(hex(randomblob(16)))"}
        moments = dict.fromkeys(("taken_at", "queued_at", "since_at"), f"{past} || ' 03:00:00.000000'")
        _copy(connection, "ticket", tickets, columns | moments)
        for place, action in enumerate(ACTIONS):
            columns = {"id": f"{events} + {len(ACTIONS)} * n + {place}", "ticket_id": f"{first} + n"}
            columns |= {"action": f"'{action}'", "at": moments["taken_at"], "version": f"-{len(ACTIONS)} * n + {place}"}
            _copy(connection, "event", tickets, columns)
        slips = {"id": "NULL", "ticket_id": f"{first} + n", "state": "'confirmed'", "made_at": moments["taken_at"]}
        slips |= {"lines": "'[]'", "emptied_at": moments["taken_at"]}
        _copy(connection, "print_job", tickets, slips)
        connection.execute("COMMIT")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _copy(connection: sqlite3.Connection, table: str, times: int, changed: dict[str, str]) -> None:
    """The newest row of `table`, `times` times; `changed`: column -> expression of n = 1 .. times."""
    names = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
    values = ", ".join(changed.get(name, f"pattern.{name}") for name in names)
    connection.execute(
        f"WITH RECURSIVE many(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM many WHERE n < {times}) "
        f"INSERT INTO {table} ({', '.join(names)}) "
        f"SELECT {values} FROM many, (SELECT * FROM {table} ORDER BY id DESC LIMIT 1) AS pattern"
    )
