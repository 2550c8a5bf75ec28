"""The sheets of the reports: the month to the camat on A4, the regency, and both as workbooks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from babel.dates import format_date
from flask import Response, g, redirect, url_for
from flask.typing import ResponseReturnValue

from counter.blueprint import blueprint
from counter.paper_facts import arms
from counter.reports.book import BookFacts, book
from counter.reports.reports import (
    AT_ONCE,
    Progressed,
    asked_period,
    asked_service,
    compared,
    regional,
    silent,
    visits_of,
    visits_of_region,
    words_of,
)
from shared.domain.files.letters import Signer
from shared.domain.office import OfficeConfig
from shared.domain.reports.files import FileFact
from shared.domain.reports.period import Period, PeriodKind
from shared.domain.reports.table import ReportTable
from shared.domain.reports.visits import Visit
from shared.domain.rights import Right
from shared.engine.reports.region import region_tables
from shared.engine.reports.tables import tables
from shared.loop import off_the_loop
from shared.store.office import Store
from shared.store.reports import period as report_period
from shared.store.reports import signed as report_signed
from shared.store.reports.signed import SignedReport
from shared.web import long_work
from shared.web.access.auth import may, officers_only, store
from shared.web.documents import sheet
from shared.web.documents.spreadsheet import XLSX
from shared.web.long_work import Progress, WorkOrder
from shared.web.screen import office_config

FOLDER = Path(__file__).parents[1] / "templates/counter"

SUMMARY = (0, 1, 2, 3, 4, 5)
SERVICES = (0, 1, 2, 3, 4, 6, 8, 10, 11, 12, 13)
"""Columns of the services' table that fit on the page: taken, called, served, missed, expired, priority, times."""
FILES = (0, 1, 2, 3, 4, 5, 6, 7, 9, 10, 11)
MOST_ROWS = 9
"""Services in a table of the one page; the workbook holds all."""
MOST_REASONS = 5


@blueprint.get("/reports.pdf")
@officers_only(Right.SEE_REPORTS)
def report_sheet() -> ResponseReturnValue:
    """The period on one page, in Indonesian: a signed month as it was signed, everything else as a draft."""
    office, period = office_config(), asked_period()
    with store().read() as connection:
        signed = report_signed.of_period(connection, g.office_id, period)

    def made(progress: Progressed) -> bytes:
        found = signed.tables if signed else tables(compared(office, period, progress=progress), words_of("id"))
        return sheet.pdf(FOLDER / "report.typ", sheet_facts(office, period, found, signed))

    return _answer(ReportFile("report", period, "pdf"), 0 if signed else visits_of(period), made)


@blueprint.get("/reports.xlsx")
@officers_only(Right.SEE_REPORTS)
def report_book() -> ResponseReturnValue:
    """All tables of the period with their sums as formulas, and the visits and files that they count."""
    office, period = office_config(), asked_period()
    service, with_officers = asked_service(office), may(Right.SEE_OFFICERS_FIGURES)
    service_id = next((each.id for each in office.services if each.slug == service), None)

    def made(progress: Progressed) -> bytes:
        facts = compared(office, period, service, with_officers=with_officers, progress=progress)
        progress(3, 4)
        visits, files = off_the_loop(_facts, store(), office, period, service_id)
        title = f"Laporan pelayanan {period_words(period)}"
        held = BookFacts(title, office.name, tables(facts, words_of("id")), visits, files)
        return off_the_loop(book, held, office, words_of("id"))

    return _answer(ReportFile("report", period, "xlsx"), visits_of(period), made)


@blueprint.get("/reports/region.pdf")
@officers_only(Right.SEE_REGENCY)
def region_sheet() -> ResponseReturnValue:
    """The report to the bupati on A4."""
    office, period = office_config(), asked_period()

    def made(progress: Progressed) -> bytes:
        services, offices = region_tables(regional(period, progress), words_of("id"))
        facts: dict[str, object] = {
            "title": f"{services.title} {period_words(period)}",
            "office": office.name,
            "tables": [_whole(services, words=2), _whole(offices, words=1)],
        }
        return sheet.pdf(FOLDER / "report_table.typ", facts)

    return _answer(ReportFile("region", period, "pdf"), visits_of_region(period), made)


@blueprint.get("/reports/region.xlsx")
@officers_only(Right.SEE_REGENCY)
def region_book() -> ResponseReturnValue:
    office, period = office_config(), asked_period()

    def made(progress: Progressed) -> bytes:
        found = region_tables(regional(period, progress), words_of("id"))
        facts = BookFacts(f"{found[0].title} {period_words(period)}", office.name, found)
        return book(facts, office, words_of("id"))

    return _answer(ReportFile("region", period, "xlsx"), visits_of_region(period), made)


@dataclass(frozen=True, slots=True)
class ReportFile:
    """A file of a report. `kind`: "report" or "region"; `form`: pdf or xlsx."""

    kind: str
    period: Period
    form: str

    @property
    def right(self) -> Right:
        """Of who may have it: the region's speaks of other offices too."""
        return Right.SEE_REPORTS if self.kind == "report" else Right.SEE_REGENCY

    @property
    def media_type(self) -> str:
        return "application/pdf" if self.form == "pdf" else XLSX

    @property
    def filename(self) -> str:
        about = g.office if self.kind == "report" else "wilayah"
        return f"laporan-{about}-{self.period.address}.{self.form}"


def _answer(what: ReportFile, visits: int, made: Callable[[Progressed], bytes]) -> ResponseReturnValue:
    """The file; of so many visits it is made as long work, which can be left."""
    if visits <= AT_ONCE:
        answer = Response(made(silent), content_type=what.media_type)
        shown = "inline" if what.form == "pdf" else "attachment"
        answer.headers.set("Content-Disposition", shown, filename=what.filename)
        return answer

    def work(progress: Progress, file: Path) -> None:
        file.write_bytes(made(progress))

    order = WorkOrder(what.kind, what.period.address, what.filename, what.media_type, what.right)
    long_work.begin(order, work)
    return redirect(url_for("counter.work_page"))


def _whole(table: ReportTable, words: int) -> dict[str, object]:
    """All of a table that has a total; its first columns are `words`."""
    rows = table.written()
    columns = [column.title for column in table.columns]
    return {"title": table.title, "words": words, "columns": columns, "rows": rows[:-1], "total": rows[-1]}


def _facts(
    of: Store, office: OfficeConfig, period: Period, service_id: int | None
) -> tuple[list[Visit], list[FileFact]]:
    with of.read_at_length() as connection:
        return report_period.facts(connection, of.office_configs, office, period, service_id)


# --- what stands on the page ---


def sheet_facts(
    office: OfficeConfig, period: Period, made: Sequence[ReportTable], signed: SignedReport | None
) -> dict[str, object]:
    by_key = {table.key: table for table in made}
    reasons = by_key.get("reasons")
    signer = signed.signer if signed else Signer("", "........................", "." * 40)
    notes = [table.note for table in (by_key["summary"], by_key.get("files")) if table is not None and table.note]
    left_out = max((len(by_key[key].rows) - MOST_ROWS for key in ("services", "files") if key in by_key), default=0)
    if left_out > 0:
        notes.append(words_of("id")("report.left_out") % {"count": left_out})
    profile = office.profile
    contact = " · ".join(profile[key] for key in ("phone", "email", "web") if profile.get(key))
    place, on = (signed.place, _date(signed.on_day)) if signed else ("....................", "....................")
    return {
        "title": f"Laporan pelayanan {period_words(period)}",
        "period": period_words(period),
        "letterhead": profile.get("letterhead", []),
        "office": office.name,
        "contact": [line for line in (profile.get("address"), contact) if line],
        "arms": arms(office),
        "number": signed.number if signed else "....................",
        "notice": _notice(office, signed),
        "summary": _cut(by_key["summary"], SUMMARY),
        "services": _cut(by_key.get("services"), SERVICES),
        "files": _cut(by_key.get("files"), FILES),
        "reasons_title": reasons.title if reasons else "",
        "reasons": [f"{act}: {why} ({times}×)" for act, why, times in (reasons.rows[:MOST_REASONS] if reasons else ())],
        "notes": notes,
        "initials": ["Kepala Seksi", "Sekretaris"],
        "place_and_date": f"{place}, {on}",
        "heading": list(signer.heading),
        "name": signer.name,
        "below": list(signer.below),
    }


def _notice(office: OfficeConfig, signed: SignedReport | None) -> str:
    if office.settings.is_practice:
        return "LATIHAN: bukan data sebenarnya"
    return "" if signed else "KONSEP: belum bernomor dan belum ditandatangani"


def _cut(table: ReportTable | None, columns: Sequence[int]) -> dict[str, object]:
    """These columns of the table, as words; an empty table has its heading only."""
    if table is None:
        return {"title": "", "columns": [], "rows": [], "total": None}
    rows = table.written()
    total = rows.pop() if table.total is not None else None
    return {
        "title": table.title,
        "columns": [table.columns[place].title for place in columns],
        "rows": [[row[place] for place in columns] for row in rows[: MOST_ROWS if table.key != "summary" else None]],
        "total": [total[place] for place in columns] if total else None,
    }


def period_words(period: Period) -> str:
    """ "November 2026", "Triwulan 4 Tahun 2026", "1 November 2026 sampai dengan 15 November 2026"."""
    year = period.first.year
    match period.kind:
        case PeriodKind.DAY:
            return _date(period.first)
        case PeriodKind.MONTH:
            return format_date(period.first, "MMMM yyyy", locale="id")
        case PeriodKind.QUARTER:
            return f"Triwulan {period.part} Tahun {year}"
        case PeriodKind.SEMESTER:
            return f"Semester {period.part} Tahun {year}"
        case PeriodKind.YEAR:
            return f"Tahun {year}"
    return f"{_date(period.first)} sampai dengan {_date(period.last)}"


def _date(on: date) -> str:
    return format_date(on, "d MMMM yyyy", locale="id")
