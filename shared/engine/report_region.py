"""The report to the bupati: one row for each service of each office of this installation."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from shared.domain.period import Period
from shared.domain.report import VisitCounts
from shared.domain.report_files import FileCounts
from shared.domain.report_table import Cell, Column, ColumnKind, ReportTable
from shared.engine.report_more import Say
from shared.store import reads
from shared.store.office import Store
from shared.store.report_period import PeriodReport, period_report

Progressed = Callable[[int, int], object]


def _silent(done: int, of: int) -> None:
    """For who does not ask how far it is."""


_SUMMED = ("taken", "served", "missed", "priority")
_FILES = ("received", "finished", "returned", "open", "late_files")


def region_table(
    store: Store,
    period: Period,
    now: datetime,
    say: Say,
    progress: Callable[[int, int], object] = lambda done, of: None,
) -> ReportTable:
    """Practice offices are left out. `progress(done, of)` is called after each office."""
    offices = store.ask(reads.offices)
    rows: list[tuple[Cell, ...]] = []
    for done, each in enumerate(offices, start=1):
        office = store.office_config(each.id)
        if not office.settings.is_practice:
            with store.read() as connection:
                report = period_report(connection, store.office_configs, office, period, now)
            for service in office.services:
                cells = _cells(report, service.id)
                if cells is not None:
                    rows.append((office.name, service.standard.short_name, *cells))
        progress(done, len(offices))
    columns = (
        Column(say("report.office"), ColumnKind.TEXT),
        Column(say("report.service"), ColumnKind.TEXT),
        *(Column(say(f"report.{key}"), is_summed=True) for key in _SUMMED),
        Column(say("report.wait_median"), ColumnKind.MINUTES),
        Column(say("report.wait_p90"), ColumnKind.MINUTES),
        *(Column(say(f"report.{key}"), is_summed=True) for key in _FILES),
        Column(say("report.on_time_gross"), ColumnKind.SHARE),
        Column(say("report.on_time_net"), ColumnKind.SHARE),
    )
    total = tuple(_sum(rows, place) if column.is_summed else None for place, column in enumerate(columns))
    return ReportTable("region", say("report.region"), columns, tuple(rows), (say("report.total"), "", *total[2:]))


def _cells(report: PeriodReport, service_id: int) -> tuple[Cell, ...] | None:
    """None of a service about which there is nothing to say."""
    visits, files = report.visits.by_service.get(service_id), report.files.by_service.get(service_id)
    if visits is None and files is None:
        return None
    return *_visit_cells(visits), *_file_cells(files)


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


def _sum(rows: list[tuple[Cell, ...]], place: int) -> int:
    return sum(cell for row in rows if isinstance(cell := row[place], int))
