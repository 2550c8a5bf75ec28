"""A simulated quarter: every figure of page, PDF and workbook against the event rows, counted in another way."""

from __future__ import annotations

import json
import re
import sqlite3
import subprocess
import warnings
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime
from html import unescape
from importlib import import_module
from io import BytesIO
from pathlib import Path

import pytest
from desks import Desks
from flask import Flask
from openpyxl import load_workbook
from people import Browser, sign_in
from quarter import enter_late, simulate
from recount import DAYS, Figure, Recount, Rows, known, shown, span
from world import know_passwords

from counter.reports.sheets import FILES, SERVICES
from shared.store.office import Store
from shared.web.app import create_app
from shared.web.settings import Settings

VISITS = 5000
Quarter = tuple[Flask, list[Desks], Path]
PERIODS = {
    address: [(date.fromisoformat(first), date.fromisoformat(last)) for first, last in days]
    for address, days in {
        "2026-Q3": [("2026-07-01", "2026-09-30"), ("2026-04-01", "2026-06-30"), ("2025-07-01", "2025-09-30")],
        "2026-07": [("2026-07-01", "2026-07-31"), ("2026-06-01", "2026-06-30"), ("2025-07-01", "2025-07-31")],
        "2026-08": [("2026-08-01", "2026-08-31"), ("2026-07-01", "2026-07-31"), ("2025-08-01", "2025-08-31")],
        "2026-W36": [("2026-08-31", "2026-09-06"), ("2026-08-24", "2026-08-30"), ("2025-09-01", "2025-09-07")],
    }.items()
}
"""Each with the period before and the same a year ago."""
EDGES = (5, 10, 15, 20, 30, 45, 60, 90)
WAITS = ("0–5", "5–10", "10–15", "15–20", "20–30", "30–45", "45–60", "60–90", "≥ 90")
PROMISED = ("Perkiraan yang diberikan", "Rata-rata meleset (menit)", "Median meleset (menit)",
            "Rata-rata terlalu lama (+) atau singkat (−), menit", "Meleset paling banyak 10 menit",
            "Lebih lama dari batas atas")  # fmt: skip
COMPLAINED = {
    ("complaint", "answered"): ("Pengaduan", "dijawab"), ("complaint", "received"): ("Pengaduan", "diterima"),
    ("praise", "received"): ("Pujian", "diterima"),
}  # fmt: skip


def recount(quarter: Quarter, place: int) -> Recount:
    """The office's figures from its rows; only names and titles come from the program."""
    desks = quarter[1][place]
    office = desks.store.office_config(desks.id)
    names = tuple((each.id, each.standard.short_name) for each in office.services)
    steps = {each.id: {step.key: step.title for step in each.standard.steps} for each in office.services}
    return known(quarter[2], desks.id, names, json.dumps(steps))


def compared(found: Recount, address: str, now: datetime) -> Rows:
    """The lines of the summary: this period, the one before, a year ago, with their changes; `[label, kind, ...]`."""
    lines: Rows = []
    each = [found.summary(*days, now) for days in PERIODS[address]]
    for (label, kind, value), (_, _, was), (_, _, long_ago) in zip(*each, strict=True):
        cells: list[Figure] = [label, kind, value]
        for earlier in (was, long_ago):
            is_said = isinstance(value, (int, float)) and isinstance(earlier, (int, float)) and earlier
            cells += [earlier, (value - earlier) / earlier if is_said else None]  # type: ignore[operator]
        lines.append(cells)
    return lines


COUNTS, SPREADS = ["n"] * 9, ["min"] * 4
KINDS = {
    "services": ["", *COUNTS, *SPREADS], "weekdays": ["", *COUNTS, *SPREADS], "hours": ["", *COUNTS, *SPREADS],
    "counters": ["", "n", "n", "n", *SPREADS], "officers": ["", "n", "n", "n", *SPREADS],
    "files": ["", *["n"] * 12, "Rp", "h", "h"], "steps": ["", "", "n", "h", "h"],
}  # fmt: skip


def expected(found: Recount, address: str, now: datetime) -> dict[str, list[list[tuple[Figure, str]]]]:
    """Every table of the report: key -> rows of (figure, kind)."""
    first, last = PERIODS[address][0]
    begins, ends = span(first, last)
    visits = found.of_days(first, last)
    names = list(found.names.values())
    of_service = {key: [case for case, row in found.files.items() if row["service_id"] == key] for key in found.names}
    lines = {found.names[key]: found.file_line(cases, begins, ends) for key, cases in of_service.items()}
    waits = [sum(one.wait // 60 >= edge for edge in EDGES) for one in visits if one.wait is not None]
    hours = sorted({one.local.hour for one in visits})
    days = sorted({one.local.weekday() for one in visits})
    arrived = Counter((one.local.weekday(), one.local.hour) for one in visits)
    said = found.complaints(begins, ends, now)
    promised = found.promised(visits)
    tables: dict[str, Rows] = {
        "services": found.visit_table(visits, lambda one: one.service, names),
        "weekdays": found.visit_table(visits, lambda one: DAYS[one.local.weekday()], DAYS),
        "hours": found.visit_table(visits, lambda one: f"{one.local:%H}.00", [f"{hour:02}.00" for hour in hours]),
        "counters": found.call_table(visits, lambda call: call.counter),
        "officers": found.call_table(visits, lambda call: call.officer),
        "files": [[name, *line] for name, line in lines.items() if any(line[n] for n in (0, 1, 2, 3, 4, 8, 11))]
        + [["Jumlah", *found.file_line(list(found.files), begins, ends)]],
        "steps": found.step_table(begins, ends),
        "ages": found.ages(ends),
        "villages": found.villages(begins, ends),
        "waits": [*([name, waits.count(n)] for n, name in enumerate(WAITS)), ["Jumlah", len(waits)]],
        "arrivals": [
            *([f"{hour:02}.00", *(arrived[day, hour] for day in days)] for hour in hours),
            ["Jumlah", *(sum(n for (on, _), n in arrived.items() if on == day) for day in days)],
        ],
        "late": found.late(first, last),
        "disturbances": found.troubles(first, last),
        "reasons": [[act, why, times] for (act, why), times in found.reasons(begins, ends).items()],
        "complaints": [[*COMPLAINED[key], times] for key, times in said["by"].items()]
        + [["Jumlah", "", said["total"]]] * bool(said["by"]),
    }
    made = {
        key: [[(cell, kind) for cell, kind in zip(row, KINDS.get(key, ["n"] * 9), strict=False)] for row in rows]
        for key, rows in tables.items()
    }
    kinds = ("n", "min", "min", "min", "%", "%")
    made["promised"] = [
        [(label, ""), (value, kind)] for label, value, kind in zip(PROMISED, promised, kinds, strict=True)
    ]
    made["summary"] = [
        [(row[0], ""), *((cell, "±" if n in (2, 4) else str(row[1])) for n, cell in enumerate(row[2:]))]
        for row in compared(found, address, now)
    ]
    return {key: rows for key, rows in made.items() if rows}


# --- what stands there ---


def tables_of_page(page: str) -> dict[str, list[list[str]]]:
    """Key of a table -> its rows, as they are read."""
    found = {}
    for part in page.split('data-table="')[1:]:
        body = part.partition("</table>")[0].partition("<tbody>")[2]
        rows = (re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row) for row in body.split("<tr")[1:])
        found[part.partition('"')[0]] = [[unescape(cell) for cell in row] for row in rows]
    return found


SHEET = {"summary": (0, 1, 2, 3, 4, 5), "services": SERVICES, "files": FILES}
"""Columns of the tables that stand on the one page."""


def lines_of_pdf(content: bytes) -> str:
    """The one page, a line each, without the blanks, of which pdftotext sees more or less."""
    text = subprocess.run(
        ["pdftotext", "-layout", "-", "-"], input=content, capture_output=True, check=True
    ).stdout.decode()
    assert text.count("\f") == 1, "one page"
    return "\n".join("".join(line.split()) for line in text.splitlines())


def worked_out(workbook: Path) -> dict[tuple[str, str], float]:
    """(sheet, cell) -> what a spreadsheet program of its own works out there; names in capitals."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its own, of the language and of numpy
        answers = import_module("formulas").ExcelModel().loads(str(workbook)).finish().calculate()
    found = {}
    for key, cell in answers.items():
        place = re.fullmatch(r"'\[.*\](.*)'!([A-Z]+[0-9]+)", str(key))
        if place and isinstance(number := cell.value[0, 0], (int, float)):
            found[place[1], place[2]] = float(number)
    return found


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
def kasis(quarter: Quarter) -> list[tuple[Browser, str]]:
    return [(sign_in(quarter[0], "kasi", office=slug), slug) for slug in ("lumajang", "ranuyoso")]


TITLES = {
    "summary": "Ringkasan", "services": "Kunjungan menurut layanan", "files": "Berkas menurut layanan",
    "reasons": "Alasan berkas dikembalikan, ditolak, ditarik, atau ditunda", "ages": "Berkas terbuka menurut umur",
    "villages": "Berkas masuk menurut desa/kelurahan", "promised": "Ketepatan perkiraan tunggu",
    "complaints": "Pengaduan, saran, permintaan informasi, dan pujian", "weekdays": "Kunjungan menurut hari",
    "hours": "Kunjungan menurut jam datang", "counters": "Panggilan menurut loket",
    "officers": "Panggilan menurut petugas", "steps": "Alur berkas lewat tahap", "waits": "Sebaran waktu tunggu",
    "arrivals": "Kedatangan menurut hari dan jam", "late": "Entri susulan (tanda: S)",
    "disturbances": "Gangguan, penutupan, dan hari libur",
}  # fmt: skip
UNORDERED = ("villages", "reasons", "complaints", "counters", "officers")
"""Tables whose rows stand in an order of their own."""


@pytest.mark.parametrize("address", PERIODS)
def test_every_figure_of_page_and_sheet_is_what_the_rows_say(
    quarter: Quarter, kasis: list[tuple[Browser, str]], address: str
) -> None:
    for place, (kasi, slug) in enumerate(kasis):
        counted = expected(recount(quarter, place), address, quarter[1][0].now)
        written = {key: [[shown(*cell) for cell in row] for row in rows] for key, rows in counted.items()}
        root = f"/{slug}/counter/reports"

        page = tables_of_page(kasi.get(f"{root}?period={address}&whole=1").text)
        sheet = lines_of_pdf(kasi.get(f"{root}.pdf?period={address}").data)

        assert set(page) == set(written)
        for key, rows in written.items():
            mine, theirs = (sorted(each) if key in UNORDERED else each for each in (page[key], rows))
            assert mine == theirs, key
        for key, columns in SHEET.items():
            for row in written.get(key, []):
                assert "".join("".join(row[n] for n in columns).split()) in sheet, (key, row)


@pytest.mark.parametrize(
    ("place", "address"),
    [(1, "2026-W36"), *(pytest.param(0, each, marks=pytest.mark.long) for each in ("2026-08", "2026-Q3"))],
)
def test_the_workbook_says_what_the_rows_say_and_so_do_its_formulas(
    quarter: Quarter, kasis: list[tuple[Browser, str]], tmp_path: Path, place: int, address: str
) -> None:
    kasi, slug = kasis[place]
    counted = expected(recount(quarter, place), address, quarter[1][0].now)
    content = kasi.get(f"/{slug}/counter/reports.xlsx?period={address}").data

    book, values = load_workbook(BytesIO(content)), load_workbook(BytesIO(content), data_only=True)

    found = {
        sheet["A3"].value: [[cell.value for cell in row] for row in sheet.iter_rows(min_row=6)] for sheet in values
    }
    for key, rows in counted.items():
        sheet = found[TITLES[key]]
        wanted = [[scaled(*cell) for cell in row] for row in rows]
        mine = [row[: len(wanted[0])] for row in sheet[: len(wanted)]]
        for row in wanted if key in UNORDERED else ():
            assert any(same(row, each) for each in mine), (key, row)
        assert key in UNORDERED or all(map(same, wanted, mine)), key
    (tmp_path / "laporan.xlsx").write_bytes(content)
    answers = worked_out(tmp_path / "laporan.xlsx")
    wrong, right = [], 0
    for sheet in book.worksheets[: len(counted)]:
        for cell in (cell for row in sheet.iter_rows(min_row=5) for cell in row if str(cell.value).startswith("=")):
            says = values[sheet.title][cell.coordinate].value
            if answers[sheet.title.upper(), cell.coordinate] == pytest.approx(says, abs=1e-9):
                right += 1
            else:
                wrong.append((sheet.title, cell.coordinate, cell.value, says))
    assert wrong == []
    assert right > 50


def scaled(figure: Figure, kind: str) -> Figure:
    """As a workbook keeps it."""
    by = {"min": 60, "h": 3600}.get(kind, 1)
    return figure / by if isinstance(figure, (int, float)) else figure


def same(wanted: list[Figure], found: list[Figure]) -> bool:
    return len(wanted) == len(found) and all(
        mine == theirs or (isinstance(mine, (int, float)) and mine == pytest.approx(theirs))
        for mine, theirs in zip(wanted, found, strict=True)
    )


def test_amendments_are_in_the_register_and_change_no_count(quarter: Quarter, kasis: list[tuple[Browser, str]]) -> None:
    kasi, slug = kasis[0]

    page = kasi.get(f"/{slug}/counter/register?from_on=2026-07-01&until_on=2026-09-30&size=100").text

    assert "<s>Siti Contoh</s>" in page
    assert "Luar kabupaten" in page


def test_each_visit_and_each_finished_file_is_in_exactly_one_month(
    quarter: Quarter, kasis: list[tuple[Browser, str]]
) -> None:
    for desks, (kasi, slug) in zip(quarter[1], kasis, strict=True):
        office = desks.id
        months = [kasi.get(f"/{slug}/counter/reports?period=2026-{month:02}&whole=1").text for month in range(6, 11)]
        with closing(sqlite3.connect(quarter[2])) as connection:
            tickets = connection.execute("SELECT count(*) FROM ticket WHERE office_id = ?", [office]).fetchone()[0]
            done = connection.execute(
                "SELECT count(*) FROM case_file WHERE office_id = ? AND state = 'completed'", [office]
            ).fetchone()[0]

        sums = [{row[0]: row[1] for row in tables_of_page(page)["summary"]} for page in months]
        taken = [int(each["Nomor diambil"].replace(".", "")) for each in sums]
        finished = [int(each["Selesai"]) for each in sums]

        assert (sum(taken), sum(finished)) == (tickets, done)
        assert "3 kunjungan hari sebelumnya" in months[2]
