"""The report to the bupati: one row for each service of each office of this installation, and one for each office."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from shared.domain.office import OfficeConfig
from shared.domain.reports.files import FileCounts
from shared.domain.reports.period import Period
from shared.domain.reports.table import Cell, Column, ColumnKind, ReportTable
from shared.domain.reports.visits import VisitCounts
from shared.engine.reports.more import Say
from shared.store import reads
from shared.store.office import Store
from shared.store.reports.period import PeriodReport, period_report

TEXT, COUNT, MINUTES, SHARE = ColumnKind.TEXT, ColumnKind.COUNT, ColumnKind.MINUTES, ColumnKind.SHARE
_SUMMED = ("taken", "served", "missed", "priority")
_FILES = ("received", "finished", "returned", "open", "late_files")


@dataclass(frozen=True, slots=True)
class OfficeReport:
    office: OfficeConfig
    report: PeriodReport


def region_offices(store: Store) -> list[OfficeConfig]:
    """Practice offices are left out."""
    known = (store.office_config(each.id) for each in store.ask(reads.offices))
    return [office for office in known if not office.settings.is_practice]


def office_report(store: Store, office: OfficeConfig, period: Period, now: datetime) -> OfficeReport:
    """What one office adds to the report."""
    with store.read_at_length() as connection:
        return OfficeReport(office, period_report(connection, store.office_configs, office, period, now))


def region_tables(reports: Sequence[OfficeReport], say: Say) -> list[ReportTable]:
    return [_services(reports, say), _offices(reports, say)]


def _services(reports: Iterable[OfficeReport], say: Say) -> ReportTable:
    rows = [row for each in reports for row in _service_rows(each, say)]
    columns = (
        Column(say("report.office"), TEXT),
        Column(say("report.service"), TEXT),
        *(Column(say(f"report.{key}"), is_summed=True) for key in _SUMMED),
        Column(say("report.wait_median"), MINUTES),
        Column(say("report.wait_p90"), MINUTES),
        *(Column(say(f"report.{key}"), is_summed=True) for key in _FILES),
        Column(say("report.on_time_gross"), SHARE),
        Column(say("report.on_time_net"), SHARE),
        Column(say("report.complaints"), is_summed=True),
        Column(say("report.ikm"), TEXT),
        Column(say("report.answers")),
    )
    total = tuple(_sum(rows, place) if column.is_summed else None for place, column in enumerate(columns))
    return ReportTable("region", say("report.region"), columns, tuple(rows), (say("report.total"), "", *total[2:]))


def _service_rows(each: OfficeReport, say: Say) -> Iterable[tuple[Cell, ...]]:
    """None of a service about which there is nothing to say; what complaints say of no service has a row at the end."""
    report, complained = each.report, dict(each.report.complaints.by_service)
    indices = report.newest_satisfaction.services if report.newest_satisfaction else {}
    for service in each.office.services:
        visits, files = report.visits.by_service.get(service.id), report.files.by_service.get(service.id)
        complaints, found = complained.pop(service.id, 0), indices.get(service.id)
        if visits is not None or files is not None or complaints:
            index, n = (f"{found[0]:.2f}".replace(".", ","), found[1]) if found else (None, None)
            cells = (*_visit_cells(visits), *_file_cells(files), complaints, index, n)
            yield each.office.name, service.standard.short_name, *cells
    if complained:
        cells = (*_visit_cells(None), *_file_cells(None), sum(complained.values()), None, None)
        yield each.office.name, say("report.no_service"), *cells


def _visit_cells(line: VisitCounts | None) -> tuple[Cell, ...]:
    if line is None:
        return 0, 0, 0, 0, None, None
    return line.taken, line.served, line.missed, line.priority, line.wait.median_s, line.wait.p90_s


def _file_cells(line: FileCounts | None) -> tuple[Cell, ...]:
    if line is None:
        return 0, 0, 0, 0, 0, None, None
    judged = line.finished - line.without_promise
    parts = (line.on_time_gross / judged, line.on_time_net / judged) if judged else (None, None)
    return line.received, line.finished, line.returned, line.open, line.late, *parts


def _offices(reports: Iterable[OfficeReport], say: Say) -> ReportTable:
    """What is said of an office as a whole: its index, and how it answers complaints."""
    columns = (
        Column(say("report.office"), TEXT),
        Column(say("report.taken"), is_summed=True),
        Column(say("report.received"), is_summed=True),
        Column(say("report.complaints"), is_summed=True),
        Column(say("report.complaints_in_time"), SHARE),
        Column(say("report.complaints_late"), is_summed=True),
        Column(say("report.survey_period"), TEXT),
        Column(say("report.ikm"), TEXT),
        Column(say("report.grade"), TEXT),
        Column(say("report.answers")),
    )
    rows = tuple(_office_row(each) for each in reports)
    total = tuple(_sum(rows, place) if column.is_summed else None for place, column in enumerate(columns))
    return ReportTable("offices", say("report.offices"), columns, rows, (say("report.total"), *total[1:]))


def _office_row(each: OfficeReport) -> tuple[Cell, ...]:
    said, newest = each.report.complaints, each.report.newest_satisfaction
    counts = each.report.visits.total.taken, each.report.files.total.received, said.total
    kept = said.in_time / said.answered if said.answered else None
    index = (newest.key, newest.written, newest.grade, newest.n) if newest else (None, None, None, None)
    return each.office.name, *counts, kept, said.late, *index


def _sum(rows: Sequence[tuple[Cell, ...]], place: int) -> int:
    return sum(cell for row in rows if isinstance(cell := row[place], int))
