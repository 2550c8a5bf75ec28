"""A simulated quarter: every figure of page, PDF and workbook against the event rows, counted in another way."""

from __future__ import annotations

import re
import sqlite3
import subprocess
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache
from io import BytesIO
from pathlib import Path
from statistics import median

import pytest
from desks import Desks
from flask import Flask
from openpyxl import load_workbook
from openpyxl.workbook import Workbook
from people import Browser, sign_in
from quarter import enter_late, simulate
from world import know_passwords

from shared.store.office import Store
from shared.web.app import create_app
from shared.web.settings import Settings

VISITS = 5000
WIB = timedelta(hours=7)
Quarter = tuple[Flask, list[Desks], Path]
SIGNED = {"2026-07": datetime(2026, 8, 3, 2, 0, tzinfo=UTC)}
PERIODS = {
    "2026-Q3": (date(2026, 7, 1), date(2026, 9, 30)),
    "2026-07": (date(2026, 7, 1), date(2026, 7, 31)),
    "2026-08": (date(2026, 8, 1), date(2026, 8, 31)),
    "2026-W36": (date(2026, 8, 31), date(2026, 9, 6)),
}


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@dataclass
class Replayed:
    """One ticket as its events, played one by one, leave it; an undo puts back what was before the last one."""

    taken_at: datetime
    service: int
    on_day: str
    state: str = "waiting"
    flags: set[str] = field(default_factory=set)
    calls: list[tuple[datetime, datetime | None]] = field(default_factory=list)
    """When called, and since when they had waited."""
    service_s: list[int] = field(default_factory=list)
    waits_since: datetime | None = None
    started_at: datetime | None = None
    entered_at: datetime | None = None

    def copy(self) -> Replayed:
        return Replayed(**{**self.__dict__, "flags": set(self.flags), "calls": list(self.calls),
                           "service_s": list(self.service_s)})  # fmt: skip


@cache
def replay(database: Path, office: int) -> list[Replayed]:
    with closing(sqlite3.connect(database)) as connection:
        rows = connection.execute(
            "SELECT t.id, t.service_id, t.on_day, t.lane, e.at, e.action, e.reason, e.to_state FROM ticket t "
            "JOIN event e ON e.ticket_id = t.id WHERE t.office_id = ? ORDER BY t.id, e.id", [office]
        ).fetchall()  # fmt: skip
    past: dict[int, list[Replayed]] = {}
    for ticket, service, on_day, lane, text, action, reason, to_state in rows:
        moment = at(text)
        if ticket not in past:
            past[ticket] = [Replayed(moment, service, on_day, waits_since=moment)]
            if lane == "priority" or reason == "priority":
                past[ticket][-1].flags.add("priority")
            continue
        if action == "undo":
            past[ticket].pop()
            continue
        one = past[ticket][-1].copy()
        past[ticket].append(one)
        if to_state:
            one.state = to_state
        if action == "walk_in":
            one.flags.add("walk_in")
        elif action == "late_entry":
            one.entered_at = moment
        elif action == "call":
            one.calls.append((moment, one.waits_since))
            one.waits_since = one.started_at = None
        elif action == "release":
            called = one.calls.pop()
            one.waits_since = called[1]
        elif action == "start":
            one.started_at = moment
            one.flags.add("served")
        elif action == "miss":
            one.flags.add("missed")
        if action in ("finish", "hold", "transfer", "pass_on", "process") and one.started_at:
            if reason != "close_day":
                one.service_s.append(int((moment - one.started_at).total_seconds()))
            one.started_at = None
        if to_state == "waiting" and action != "release":
            one.waits_since = moment
    return [states[-1] for states in past.values()]


def minutes(values: list[int], share: float | None = None) -> str:
    """Median, or the smallest that so large a share does not exceed, in minutes with one decimal."""
    ordered = sorted(values)
    seconds = (
        median(ordered) if share is None else next(v for n, v in enumerate(ordered, 1) if n >= share * len(ordered))
    )
    tenths = int(seconds / 6 + 0.5)
    return f"{tenths // 10},{tenths % 10}"


def expected_visits(database: Path, office: int, first: date, last: date) -> dict[str, str]:
    """The summary's rows about visits of the period, as they are written."""
    mine = []
    for one in replay(database, office):
        closed, stands_on = SIGNED.get(one.on_day[:7]), one.on_day
        if one.entered_at and closed and one.entered_at > closed:
            stands_on = (one.entered_at + WIB).date().isoformat()
        if first.isoformat() <= stands_on <= last.isoformat():
            mine.append(one)
    waits = [int((one.calls[0][0] - one.taken_at).total_seconds()) for one in mine if one.calls]
    served = [sum(one.service_s) for one in mine if one.service_s]
    ends: Counter[str] = Counter()
    for one in mine:
        ends["served" if "served" in one.flags else "missed" if "missed" in one.flags else one.state] += 1
    found = {
        "Nomor diambil": len(mine), "Dipanggil": sum(bool(one.calls) for one in mine), "Dilayani": ends["served"],
        "Tidak hadir": ends["missed"], "Dibatalkan": ends["cancelled"], "Tidak terlayani": ends["expired"],
        "Prioritas": sum("priority" in one.flags for one in mine),
        "Lewat petugas": sum("walk_in" in one.flags for one in mine),
    }  # fmt: skip
    return {key: f"{count:,}".replace(",", ".") for key, count in found.items()} | {
        "Menunggu, median (menit)": minutes(waits),
        "Menunggu, 90 % (menit)": minutes(waits, 0.9),
        "Dilayani, median (menit)": minutes(served),
        "Dilayani, 90 % (menit)": minutes(served, 0.9),
    }


def expected_files(database: Path, office: int, first: date, last: date) -> dict[str, str]:
    """The summary's rows about files, by plain SQL over the event rows of the files."""
    begins, ends = (f"{each} 17:00:00" for each in (first - timedelta(days=1), last))
    standing = """
        WITH standing AS (SELECT * FROM event e WHERE office_id = :office AND case_id IS NOT NULL AND ticket_id IS NULL
          AND action <> 'undo' AND NOT EXISTS (SELECT 1 FROM event u WHERE u.action = 'undo' AND u.case_id = e.case_id
            AND u.ticket_id IS NULL AND u.id = (SELECT min(id) FROM event n WHERE n.case_id = e.case_id
              AND n.ticket_id IS NULL AND n.id > e.id)))
    """
    within = "at >= :begins AND at < :ends"
    questions = {
        "Berkas masuk": f"SELECT count(*) FROM (SELECT case_id, min(at) AS at FROM standing WHERE action = 'accept' "
        f"GROUP BY case_id) WHERE {within}",
        "Dikembalikan": f"SELECT count(*) FROM standing WHERE action = 'return_to_applicant' AND {within}",
        "Ditarik": f"SELECT count(*) FROM standing WHERE action = 'withdraw' AND {within}",
        "Selesai": "SELECT count(*) FROM standing WHERE from_state <> to_state AND to_state = 'completed' "
        f"AND {within}",
        "Berkas terbuka": "SELECT count(*) FROM (SELECT case_id, to_state, max(id) FROM standing WHERE at < :ends "
        "AND to_state IS NOT NULL GROUP BY case_id) WHERE to_state IN ('open', 'paused')",
        "Gangguan sistem": "SELECT count(*) FROM outage "
        "WHERE office_id = :office AND from_at < :ends AND until_at > :begins",
    }
    asked = {"office": office, "begins": begins, "ends": ends}
    with closing(sqlite3.connect(database)) as connection:
        return {key: str(connection.execute(standing + sql, asked).fetchone()[0]) for key, sql in questions.items()}


# --- what stands there ---


def rows_of_page(html: str, table: str) -> dict[str, list[str]]:
    body = html.partition(f'data-table="{table}"')[2].partition("</table>")[0].partition("<tbody>")[2]
    rows = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row) for row in body.split("<tr")[1:]]
    return {row[0]: row[1:] for row in rows}


def rows_of_pdf(content: bytes, labels: list[str]) -> dict[str, str]:
    """Label -> the figure behind it on the one page."""
    text = subprocess.run(
        ["pdftotext", "-layout", "-", "-"], input=content, capture_output=True, check=True
    ).stdout.decode()
    assert text.count("\f") == 1, "one page"
    found: dict[str, str] = {}
    for line in text.splitlines():
        for label in labels:
            if line.strip().startswith(label + " ") and label not in found:
                found[label] = line.strip()[len(label) :].split()[0]
    return found


def evaluated(book: Workbook, formula: str) -> float:
    """A formula of the workbook worked out here: the few functions that it uses."""
    span = re.compile(r"(?:'([^']+)'!)?\$?([A-Z]+)\$?(\d+):\$?([A-Z]+)\$?(\d+)")

    def cells(text: str, here: str) -> list[object]:
        found = span.fullmatch(text)
        assert found, text
        sheet = book[found[1] or here]
        return [row[0].value for row in sheet[f"{found[2]}{found[3]}:{found[4]}{found[5]}"]]

    here, _, text = formula.partition("|=")
    call = re.fullmatch(r"(\w+)\((.*)\)(?:/60)?", text)
    assert call, text
    parts = call[2].split(",")
    numbers = [v for v in cells(parts[0], here) if v is not None]
    match call[1]:
        case "SUM":
            return sum(evaluated(book, f"{here}|{v}") if isinstance(v, str) else v for v in numbers)  # type: ignore[misc]
        case "COUNTA":
            return len(numbers)
        case "COUNTIF" | "COUNTIFS":
            wanted = book[here][parts[1].replace("$", "")].value
            flags = cells(parts[2], here) if len(parts) > 2 else [1] * len(cells(parts[0], here))
            return sum(v == wanted and f == 1 for v, f in zip(cells(parts[0], here), flags, strict=True))
        case "MEDIAN":
            return median(numbers) / 60  # type: ignore[type-var]
        case "SMALL":
            return sorted(numbers)[-(-len(numbers) * 9 // 10) - 1] / 60  # type: ignore[operator, type-var]
    raise AssertionError(text)


@pytest.fixture(scope="module")
def quarter(
    tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path
) -> Iterator[tuple[Flask, list[Desks], Path]]:
    folder = tmp_path_factory.mktemp("quarter")
    database = folder / "loket.db"
    database.write_bytes(sqlite_template.read_bytes())
    store = Store(f"sqlite:///{database}")
    made = simulate(store, VISITS)
    for each in made:
        each.now = datetime(2026, 8, 3, 2, 0, tzinfo=UTC)
        enter_late(each, date(2026, 7, 31), 4, "before")
    know_passwords(store)
    app = create_app(Settings(data=folder), store, clock=lambda: made[0].now, async_mode="threading")
    for each, slug in zip(made, ("lumajang", "ranuyoso"), strict=True):
        kasi = sign_in(app, "kasi", office=slug)
        said = {"number": f"400/7/{slug}", "place": "Lumajang", "on_day": "2026-08-03", "post": "Kasi", "name": "Sri"}
        assert kasi.post(f"/{slug}/counter/reports", period="2026-07", **said).status_code == 302
        each.now = datetime(2026, 8, 5, 2, 0, tzinfo=UTC)
        enter_late(each, date(2026, 7, 30), 3, "after")
        made[0].now = datetime(2026, 8, 3, 2, 0, tzinfo=UTC)
    for each in made:
        each.now = datetime(2026, 10, 5, 2, 0, tzinfo=UTC)
    yield app, made, database
    store.close()


@pytest.fixture
def kasis(quarter: Quarter) -> list[tuple[Browser, str, int]]:
    app, made, _ = quarter
    return [(sign_in(app, "kasi", office=s), s, d.id) for s, d in zip(("lumajang", "ranuyoso"), made, strict=True)]


@pytest.mark.parametrize("address", PERIODS)
def test_page_pdf_and_workbook_say_what_the_events_say(
    quarter: Quarter, kasis: list[tuple[Browser, str, int]], address: str
) -> None:
    for kasi, slug, office in kasis:
        first, last = PERIODS[address]
        visits = expected_visits(quarter[2], office, first, last)
        expected = visits | expected_files(quarter[2], office, first, last)
        root = f"/{slug}/counter/reports"

        page = rows_of_page(kasi.get(f"{root}?period={address}").text, "summary")
        pdf = rows_of_pdf(kasi.get(f"{root}.pdf?period={address}").data, list(expected))

        assert {key: page[key][0] for key in expected} == expected
        assert pdf == expected


@pytest.mark.parametrize(("place", "address"), [(0, "2026-Q3"), (1, "2026-W36")])
def test_the_workbook_says_what_the_events_say_and_so_do_its_formulas(
    quarter: Quarter, kasis: list[tuple[Browser, str, int]], place: int, address: str
) -> None:
    kasi, slug, office = kasis[place]
    expected = expected_visits(quarter[2], office, *PERIODS[address])
    expected |= expected_files(quarter[2], office, *PERIODS[address])
    content = kasi.get(f"/{slug}/counter/reports.xlsx?period={address}").data

    book, shown = load_workbook(BytesIO(content)), load_workbook(BytesIO(content), data_only=True)

    summary = {row[0].value: row[1].value for row in shown.worksheets[0].iter_rows(min_row=6, max_col=2)}
    counts = {key: int(value.replace(".", "")) for key, value in expected.items() if "," not in value}
    assert {key: summary[key] for key in counts} == counts
    formulas = [
        (evaluated(book, f"{sheet.title}|{cell.value}"), shown[sheet.title][cell.coordinate].value, cell.value)
        for sheet in book.worksheets
        for row in sheet.iter_rows(min_row=5)
        for cell in row
        if isinstance(cell.value, str) and cell.value.startswith("=")
    ]
    assert len(formulas) > 50
    assert [each for each in formulas if abs(each[0] - each[1]) > 1e-9] == []


def test_each_visit_and_each_finished_file_is_in_exactly_one_month(
    quarter: Quarter, kasis: list[tuple[Browser, str, int]]
) -> None:
    for kasi, slug, office in kasis:
        months = [kasi.get(f"/{slug}/counter/reports?period=2026-{month:02}").text for month in range(6, 11)]
        with closing(sqlite3.connect(quarter[2])) as connection:
            tickets = connection.execute("SELECT count(*) FROM ticket WHERE office_id = ?", [office]).fetchone()[0]
            done = connection.execute(
                "SELECT count(*) FROM case_file WHERE office_id = ? AND state = 'completed'", [office]
            ).fetchone()[0]

        taken = [int(rows_of_page(page, "summary")["Nomor diambil"][0].replace(".", "")) for page in months]
        finished = [int(rows_of_page(page, "summary")["Selesai"][0]) for page in months]

        assert (sum(taken), sum(finished)) == (tickets, done)
        assert "3 kunjungan hari sebelumnya" in months[2]
