"""Years of history cost nobody anything: what is asked at pages, clicks and rounds finds its rows by an index."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable
from contextlib import closing, suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from desks import Desks, signing_in
from flask import Flask
from people import sign_in
from sqlalchemy import event
from test_every_page import worked
from test_pages_open import pages

from shared.domain.errors import Unknown
from shared.engine.people.data_view import note_view
from shared.engine.surveys import answer as survey_answer
from shared.store import codes
from shared.store.files import files, register
from shared.store.files.register import RegisterSearch
from shared.store.office import Store
from shared.web.app import create_app
from shared.web.server.running import work_round
from shared.web.settings import Settings

GROWING = ("ticket", "event", "print_job", "case_file", "data_view")
ALL_OF_IT = re.compile(
    rf"""SCAN\ ({"|".join(GROWING)})\b      # every row
    | SEARCH\ ({"|".join(GROWING)})\ USING\ (COVERING\ )?INDEX\ \w+\ \((office_id=\?|(office_id=\?\ AND\ )?\w+<\?)\)""",
    re.VERBOSE,
)
"""A plan that reads all rows of such a table, or all of the office, or all before some day."""
FIRST_ONLY = re.compile(r"SELECT (EXISTS|min\()")
"""It stops at the first row that the index gives."""
SMALL = re.compile(
    r"ix_ticket_(active|brought|known)|ix_event_said|ix_print_job_(with_words|failed)|ix_data_view_at|ix_case_file_(running|work_left)"
)
"""Indexes of rows that the nights take out of them: what is before some day is little."""
WHOLE = re.compile(
    rf"""Seq\ Scan\ on\ ({"|".join(GROWING)})\b
    | (?<!Backward\ )(using|Index\ Scan\ on)\ (ix|uq)_({"|".join(GROWING)})\w*[^;]*
      ;\ +Index\ Cond:\ \(office_id\ =\ \d+\)""",
    re.VERBOSE,
)
"""The same of PostgreSQL."""
KNOWN = {
    "SELECT print_job.id, print_job.office_id, print_job.printer_id": "the newest twelve of a printer",
    "SELECT count(*) AS count_1 FROM case_file WHERE case_file.office_id": "the register says how many files it has",
    "SELECT case_file.id FROM case_file WHERE case_file.office_id": "its first page, in the order of the index",
    "SELECT event.at FROM event WHERE event.office_id = ? ORDER BY event.version DESC LIMIT": "the newest 50",
    "SELECT anon_1.version, anon_1.ticket_id": "the newest calls, in the order of the index",
    "SELECT DISTINCT ticket.on_day FROM ticket WHERE ticket.office_id": "before the first evening has taught anything",
    "SELECT count(*) AS count_1 FROM ticket WHERE ticket.office_id = ? AND ticket.on_day = (": "only its newest day",
    "SELECT case_file.id, case_file.office_id": "once a night: the files whose time is over",
}


@pytest.fixture
def asked(sqlite_store: Store) -> set[str]:
    """Every statement that the store runs, with its values."""
    found: set[str] = set()
    event.listen(sqlite_store.engine, "connect", lambda driver, _: driver.set_trace_callback(found.add))
    return found


@pytest.fixture
def desks(asked: set[str], sqlite_store: Store) -> Desks:
    return signing_in(sqlite_store)


@pytest.fixture
def app(desks: Desks, tmp_path: Path) -> Flask:
    return create_app(Settings(data=tmp_path), desks.store, clock=lambda: desks.now, async_mode="threading")


def test_nothing_that_is_asked_reads_all_history(asked: set[str], app: Flask, desks: Desks, sqlite_url: str) -> None:
    known = worked(desks)
    browser = sign_in(app, "admin", office="lumajang")
    for path in [*pages(app), *known.values()]:
        if "sign-out" not in path:
            browser.get(path)
    look_up(desks)
    for years in (1, 6):
        work_round(app.extensions["loket_live"], desks.store, desks.id, desks.now + timedelta(days=365 * years), None)

    plans = _plans(asked, sqlite_url.removeprefix("sqlite:///"))

    assert len(plans) > 200
    found = [f"{plan} <- {said}" for said, plan in plans.items() if _reads_all(said, plan)]
    found += [said for said, plan in plans.items() if "ticket_id IS NULL OR" in said and "ix_event_at" in plan]
    assert not found, "\n\n".join(found)


def look_up(desks: Desks) -> None:
    """What is typed: numbers, codes and names."""
    office, wanted = desks.store.office_config(desks.id), "ACD-EFG"
    with desks.store.read() as connection:
        with suppress(Unknown):
            files.token_on_receipt(connection, desks.id, wanted, desks.now)
        codes.of_visits_and_files(connection, desks.now, timedelta(days=90))
        for text in (wanted, "12/2026", "3508205708909992"):
            files.meant(connection, desks.id, text)
            files.returned(connection, desks.id, text)
        for text in ("12/2026", "3508205708909992", "Siti"):
            register.find(connection, office, RegisterSearch(text))
        survey_answer._by_token(connection, office, "a" * 22)


def _plans(asked: set[str], database: str) -> dict[str, str]:
    with closing(sqlite3.connect(database)) as connection:
        connection.create_function("nothing", 0, lambda: None)
        wanted = {re.sub(r"'[^']*'|\b\d+\b", "?", each): each for each in asked if each[:4] in ("SELE", "UPDA", "DELE")}
        return {
            " ".join(said.split()): "; ".join(row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {one}"))
            for said, one in wanted.items()
        }


def _reads_all(said: str, plan: str) -> bool:
    if any(said.startswith(each) for each in KNOWN) or FIRST_ONLY.search(said):
        return False
    return any(ALL_OF_IT.search(step) and not SMALL.search(step) for step in plan.split("; "))


# on PostgreSQL


def test_a_night_of_years_reads_no_whole_table_of_postgresql(
    postgresql: Callable[[], str], open_store: Callable[[str], Store], tmp_path: Path
) -> None:
    """Which index it takes of several only millions of rows tell; but whether there is one, its planner says."""
    url = postgresql()
    desks = signing_in(open_store(url))
    worked(desks)
    desks.store.write_with(note_view, desks.id, 1, desks.actor("kasi"))
    said: dict[str, object] = {}

    class Heard(psycopg.Cursor[Any]):
        def execute(self, query: Any, params: Any = None, **settings: Any) -> Heard:
            said[query if isinstance(query, str) else query.decode()] = params
            return super().execute(query, params, **settings)

    night = open_store(url)
    event.listen(night.engine, "connect", lambda driver, _: setattr(driver, "cursor_factory", Heard))
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as planner:
        live = create_app(Settings(data=tmp_path), night, async_mode="threading").extensions["loket_live"]
        for years in (0, 1, 6):
            work_round(live, night, desks.id, desks.now + timedelta(days=1 + 365 * years), None)

        planner.execute("SET enable_seqscan = off")
        plans = {
            words: "; ".join(row[0] for row in planner.execute(f"EXPLAIN {words}".encode(), params))  # type: ignore[arg-type]
            for words, params in said.items()
            if words.lstrip()[:6] in ("SELECT", "UPDATE", "DELETE") and any(each in words for each in GROWING)
        }

    assert len(plans) > 15
    found = [
        f"{plan} <- {words}"
        for words, plan in plans.items()
        if any(not SMALL.search(each[0]) for each in WHOLE.finditer(plan))
    ]
    assert not found, "\n\n".join(found)
