"""The raw yardstick: what issuing a number costs through sqlite3 alone, on the same disk, one caller, no server."""

from __future__ import annotations

import secrets
import sqlite3
import time
from contextlib import closing
from pathlib import Path

SCHEMA = """
CREATE TABLE series (on_day TEXT, letter TEXT, last_number INTEGER NOT NULL, PRIMARY KEY (on_day, letter));
CREATE TABLE ticket (
    id INTEGER PRIMARY KEY, on_day TEXT NOT NULL, letter TEXT NOT NULL, number INTEGER NOT NULL,
    token TEXT NOT NULL UNIQUE, state TEXT NOT NULL, taken_at TEXT NOT NULL, UNIQUE (on_day, letter, number)
);
CREATE TABLE event (
    id INTEGER PRIMARY KEY, ticket_id INTEGER NOT NULL REFERENCES ticket (id), at TEXT NOT NULL, action TEXT NOT NULL
);
CREATE INDEX event_ticket ON event (ticket_id);
"""


class Issues:
    """A database of its own in `folder`: counter + ticket + event + commit, WAL, synchronous=FULL."""

    def __init__(self, folder: Path) -> None:
        self.path, self.count = folder / f"yardstick-{secrets.token_hex(4)}.db", 0
        self._connection = sqlite3.connect(self.path, isolation_level=None)
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = FULL")
        self._connection.execute("PRAGMA foreign_keys = ON")
        self._connection.executescript(SCHEMA)

    def issue(self) -> None:
        run = self._connection.execute
        run("BEGIN IMMEDIATE")
        number = run(
            "INSERT INTO series VALUES ('2026-11-23', 'A', 1) "
            "ON CONFLICT DO UPDATE SET last_number = last_number + 1 RETURNING last_number"
        ).fetchone()[0]
        ticket = run(
            "INSERT INTO ticket (on_day, letter, number, token, state, taken_at) VALUES "
            "('2026-11-23', 'A', ?, ?, ?, ?)",
            (number, secrets.token_urlsafe(16), "waiting", "2026-11-23 08:15:00"),
        ).lastrowid
        run("INSERT INTO event (ticket_id, at, action) VALUES (?, ?, ?)", (ticket, "2026-11-23 08:15:00", "take"))
        run("COMMIT")
        self.count += 1

    def close(self) -> None:
        """Ends it and removes its files."""
        self._connection.close()
        for each in self.path.parent.glob(f"{self.path.name}*"):
            each.unlink()


def issues_per_s(folder: Path, seconds: float) -> float:
    """Issue transactions per second."""
    with closing(Issues(folder)) as issues:
        began = time.perf_counter()
        while (spent_s := time.perf_counter() - began) < seconds:
            issues.issue()
        return issues.count / spent_s
