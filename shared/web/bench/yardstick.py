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


def issues_per_s(folder: Path, seconds: float) -> float:
    """Issue transactions per second: counter + ticket + event + commit, WAL, synchronous=FULL."""
    path = folder / f"yardstick-{secrets.token_hex(4)}.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.executescript(SCHEMA)
        count = 0
        began = time.perf_counter()
        while (spent_s := time.perf_counter() - began) < seconds:
            _issue(connection)
            count += 1
    for each in folder.glob(f"{path.name}*"):
        each.unlink()
    return count / spent_s


def _issue(connection: sqlite3.Connection) -> None:
    connection.execute("BEGIN IMMEDIATE")
    number = connection.execute(
        "INSERT INTO series VALUES ('2026-11-23', 'A', 1) "
        "ON CONFLICT DO UPDATE SET last_number = last_number + 1 RETURNING last_number"
    ).fetchone()[0]
    ticket = connection.execute(
        "INSERT INTO ticket (on_day, letter, number, token, state, taken_at) VALUES ('2026-11-23', 'A', ?, ?, ?, ?)",
        (number, secrets.token_urlsafe(16), "waiting", "2026-11-23 08:15:00"),
    ).lastrowid
    connection.execute(
        "INSERT INTO event (ticket_id, at, action) VALUES (?, ?, ?)", (ticket, "2026-11-23 08:15:00", "take")
    )
    connection.execute("COMMIT")
