"""The smaller tables of a report: complaints, satisfaction, promised waits, disturbances, what was entered later."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

from shared.domain.office import OfficeConfig
from shared.domain.reports.table import Cell, Column, ColumnKind, ReportTable
from shared.store.reports.period import PeriodReport

Say = Callable[[str], str]
"""The words of a key in the language of the report."""

TEXT, COUNT, MINUTES, SHARE = ColumnKind.TEXT, ColumnKind.COUNT, ColumnKind.MINUTES, ColumnKind.SHARE


def complaints(report: PeriodReport, say: Say) -> ReportTable:
    """By kind and state now; nobody's words."""
    counted: dict[tuple[str, str], int] = {}
    for (kind, _, state), count in report.complaints.came_in.items():
        counted[kind, state] = counted.get((kind, state), 0) + count
    columns = (
        Column(say("report.kind"), TEXT),
        Column(say("report.state"), TEXT),
        Column(say("report.count"), COUNT, is_summed=True),
    )
    rows = tuple(
        (say(f"complaint_kind.{kind}"), say(f"complaint_state.{state}"), count)
        for (kind, state), count in sorted(counted.items())
    )
    return ReportTable(
        "complaints", say("report.by_complaints"), columns, rows, (say("report.total"), "", report.complaints.total)
    )


def satisfaction(report: PeriodReport, say: Say) -> ReportTable:
    columns = (
        Column(say("report.survey_period"), TEXT),
        Column(say("report.ikm"), TEXT),
        Column(say("report.grade"), TEXT),
        Column(say("report.answers")),
    )
    rows = tuple((one.key, one.written, one.grade, one.n) for one in report.satisfaction)
    return ReportTable("satisfaction", say("report.satisfaction"), columns, rows)


def promised(report: PeriodReport, say: Say) -> ReportTable:
    found = report.visits.promised
    columns = Column(say("report.figure"), TEXT), Column(say("report.this_period"))
    rows: tuple[tuple[ColumnKind, str, Cell], ...] = ()
    if found is not None:
        rows = (
            (COUNT, "promised_n", found.n),
            (MINUTES, "promised_error", found.mae_s),
            (MINUTES, "promised_median", found.median_s),
            (MINUTES, "promised_bias", found.bias_s),
            (SHARE, "promised_within", found.within_10_min),
            (SHARE, "promised_beyond", found.beyond_upper),
        )
    cells = tuple((say(f"report.{key}"), value) for _, key, value in rows)
    return ReportTable("promised", say("report.promised"), columns, cells, kinds=tuple(kind for kind, *_ in rows))


def disturbances(report: PeriodReport, office: OfficeConfig, say: Say) -> ReportTable:
    columns = (
        Column(say("report.what"), TEXT),
        Column(say("report.since"), TEXT),
        Column(say("report.until"), TEXT),
        Column(say("report.reason"), TEXT),
    )
    rows: list[tuple[Cell, ...]] = []
    for one in report.disturbances:
        rows.append(
            (say("report.disturbance"), _moment(one.from_at, office), _moment(one.until_at, office), one.system.upper())
        )
    for each in report.closures:
        service = next((known.standard.short_name for known in office.services if known.slug == each.service), None)
        what = say("report.closure") + (f": {service}" if service else "")
        rows.append((what, _moment(each.at, office), _moment(each.until_at, office), each.reason))
    rows += [(say("report.holiday"), _day(on), _day(on), name) for on, name in report.holidays]
    return ReportTable("disturbances", say("report.by_disturbances"), columns, tuple(rows))


def late(report: PeriodReport, office: OfficeConfig, say: Say) -> ReportTable:
    columns = (
        Column(say("report.taken_on"), TEXT),
        Column(say("report.service"), TEXT),
        Column(say("report.entered_on"), TEXT),
    )
    rows = tuple(
        (_moment(one.taken_at, office), _service(office, one.service_id), _day(one.on_day)) for one in report.late
    )
    return ReportTable("late", say("report.late_entries"), columns, rows, note=say("report.late_explained"))


def _moment(at: datetime | None, office: OfficeConfig) -> str:
    return at.astimezone(office.zone).strftime("%d-%m-%Y %H.%M") if at else ""


def _day(on: date) -> str:
    return on.strftime("%d-%m-%Y")


def _service(office: OfficeConfig, service_id: int) -> str:
    return office.service_ids[service_id].standard.short_name
