"""The tables of an office's report, in the words of a language: the same for the page, the PDF and the XLSX."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from shared.domain.office import OfficeConfig
from shared.domain.reports.files import AGES_DAYS, FileCounts
from shared.domain.reports.table import Cell, Column, ColumnKind, ReportTable
from shared.domain.reports.visits import WAIT_EDGES_MIN, Spread, StayCounts, VisitCounts, change
from shared.engine.reports.more import Say, complaints, disturbances, late, promised, satisfaction
from shared.standards import village_names
from shared.store.reports.period import PeriodReport

TEXT, COUNT, MINUTES, HOURS = ColumnKind.TEXT, ColumnKind.COUNT, ColumnKind.MINUTES, ColumnKind.HOURS
SHARE, CHANGE = ColumnKind.SHARE, ColumnKind.CHANGE


@dataclass(frozen=True, slots=True)
class Compared:
    """A period's report with those that it is measured against; `officers`: names, None where they are not shown."""

    office: OfficeConfig
    now: PeriodReport
    before: PeriodReport
    a_year_ago: PeriodReport
    officers: Mapping[int, str] | None = None


def tables(compared: Compared, say: Say) -> list[ReportTable]:
    """Everything about the period; a table without rows is left out, the summary never."""
    report, office = compared.now, compared.office
    found = [
        summary(compared, say),
        services(report, office, say),
        files_by_service(report, office, say),
        _reasons(report, say),
        _ages(report, say),
        _villages(report, say),
        complaints(report, say),
        satisfaction(report, say),
        promised(report, say),
        *_times(report, say),
        _counters(report, office, say),
        *([] if compared.officers is None else [_officers(report, compared.officers, say)]),
        _steps(report, office, say),
        _waits(report, say),
        arrivals(report, say),
        disturbances(report, office, say),
        late(report, office, say),
    ]
    return [found[0], *(table for table in found[1:] if table.rows)]


def figures(report: PeriodReport) -> dict[str, tuple[ColumnKind, Cell]]:
    """The key figures of a period: words `report.<key>`."""
    visits, files = report.visits.total, report.files.total
    judged = files.finished - files.without_promise
    promised = report.visits.promised
    return {
        "taken": (COUNT, visits.taken),
        "called": (COUNT, visits.called),
        "served": (COUNT, visits.served),
        "missed": (COUNT, visits.missed),
        "cancelled": (COUNT, visits.cancelled),
        "expired": (COUNT, visits.expired),
        "priority": (COUNT, visits.priority),
        "walk_in": (COUNT, visits.walk_in),
        "returning": (COUNT, visits.returning),
        "wait_median": (MINUTES, visits.wait.median_s),
        "wait_p90": (MINUTES, visits.wait.p90_s),
        "service_median": (MINUTES, visits.service.median_s),
        "service_p90": (MINUTES, visits.service.p90_s),
        "promise_kept": (SHARE, 1 - promised.beyond_upper if promised else None),
        "received": (COUNT, files.received),
        "returned": (COUNT, files.returned),
        "refused": (COUNT, files.refused),
        "withdrawn": (COUNT, files.withdrawn),
        "finished": (COUNT, files.finished),
        "on_time_gross": (SHARE, _part(files.on_time_gross, judged)),
        "on_time_net": (SHARE, _part(files.on_time_net, judged)),
        "open": (COUNT, files.open),
        "late_files": (COUNT, files.late),
        "uncollected": (COUNT, files.uncollected),
        "fees": (ColumnKind.RUPIAH, files.fees),
        "complaints": (COUNT, report.complaints.total),
        "complaints_in_time": (SHARE, _part(report.complaints.in_time, report.complaints.answered)),
        "complaints_late": (COUNT, report.complaints.late),
        "satisfaction": (TEXT, _index(report)),
        "disturbances": (COUNT, len(report.disturbances)),
        "disturbed_min": (COUNT, report.disturbed_min),
        "closures": (COUNT, len(report.closures)),
    }


def _index(report: PeriodReport) -> str | None:
    """The newest index of the survey with its grade, how many answered, and when."""
    newest = report.newest_satisfaction
    return f"{newest.written} {newest.grade} (n = {newest.n}; {newest.key})" if newest else None


def summary(compared: Compared, say: Say) -> ReportTable:
    now, before, a_year_ago = (figures(each) for each in (compared.now, compared.before, compared.a_year_ago))
    rows, kinds = [], []
    for key, (kind, value) in now.items():
        was, long_ago = before[key][1], a_year_ago[key][1]
        rows.append((say(f"report.{key}"), value, was, _change(value, was), long_ago, _change(value, long_ago)))
        kinds.append(kind)
    return ReportTable(
        "summary",
        say("report.summary"),
        (
            Column(say("report.figure"), TEXT),
            Column(say("report.this_period")),
            Column(say("report.before")),
            Column(say("report.change"), CHANGE),
            Column(say("report.a_year_ago")),
            Column(say("report.change"), CHANGE),
        ),
        tuple(rows),
        kinds=tuple(kinds),
        note=_summary_note(compared.now, say),
    )


def _summary_note(report: PeriodReport, say: Say) -> str:
    notes = []
    if report.files.total.hours_unknown:
        notes.append(say("report.hours_unknown") % {"count": report.files.total.hours_unknown})
    if report.visits.total.late:
        notes.append(say("report.late_note") % {"count": report.visits.total.late})
    return " ".join(notes)


def services(report: PeriodReport, office: OfficeConfig, say: Say) -> ReportTable:
    lines = [(name, report.visits.by_service[key]) for key, name in _services(office, report.visits.by_service)]
    return _visit_table("services", say("report.service"), lines, report.visits.total, say)


def files_by_service(report: PeriodReport, office: OfficeConfig, say: Say) -> ReportTable:
    lines = [(name, report.files.by_service[key]) for key, name in _services(office, report.files.by_service)]
    columns = (
        Column(say("report.service"), TEXT),
        *(Column(say(f"report.{key}"), COUNT, is_summed=True) for key in FILE_COUNTS),
        Column(say("report.fees"), ColumnKind.RUPIAH, is_summed=True),
        Column(say("report.net_median"), HOURS),
        Column(say("report.net_p90"), HOURS),
    )
    rows = tuple((name, *_file_cells(line)) for name, line in lines)
    total = (say("report.total"), *_file_cells(report.files.total))
    return ReportTable("files", say("report.files_by_service"), columns, rows, total, note=say("report.on_time_note"))


FILE_COUNTS = {
    "received": "received",
    "returned": "returned",
    "refused": "refused",
    "withdrawn": "withdrawn",
    "finished": "finished",
    "on_time_gross_count": "on_time_gross",
    "on_time_net_count": "on_time_net",
    "without_promise": "without_promise",
    "open": "open",
    "late_files": "late",
    "uncollected": "uncollected",
    "paid": "paid",
}
"""Word of a column -> the figure."""


def _file_cells(line: FileCounts) -> tuple[Cell, ...]:
    return *(getattr(line, name) for name in FILE_COUNTS.values()), line.fees, line.net.median_s, line.net.p90_s


VISIT_COUNTS = ("taken", "called", "served", "missed", "cancelled", "expired", "here", "priority", "walk_in")
SPREADS = ("wait_median", "wait_p90", "service_median", "service_p90")


def _visit_table(
    key: str, first: str, lines: Sequence[tuple[str, VisitCounts]], total: VisitCounts, say: Say
) -> ReportTable:
    columns = (
        Column(first, TEXT),
        *(Column(say(f"report.{name}"), COUNT, is_summed=True) for name in VISIT_COUNTS),
        *(Column(say(f"report.{name}"), MINUTES) for name in SPREADS),
    )
    rows = tuple((name, *_visit_cells(line)) for name, line in lines)
    return ReportTable(key, say(f"report.by_{key}"), columns, rows, (say("report.total"), *_visit_cells(total)))


def _visit_cells(line: VisitCounts) -> tuple[Cell, ...]:
    return *(getattr(line, name) for name in VISIT_COUNTS), *_spreads(line.wait, line.service)


def _spreads(wait: Spread, service: Spread) -> tuple[Cell, ...]:
    return wait.median_s, wait.p90_s, service.median_s, service.p90_s


def _times(report: PeriodReport, say: Say) -> Iterable[ReportTable]:
    weekdays = [(say(f"weekday.{key}"), line) for key, line in sorted(report.visits.by_weekday.items())]
    hours = [(hour(key), line) for key, line in sorted(report.visits.by_hour.items())]
    yield _visit_table("weekdays", say("report.weekday"), weekdays, report.visits.total, say)
    yield _visit_table("hours", say("report.hour"), hours, report.visits.total, say)


def _counters(report: PeriodReport, office: OfficeConfig, say: Say) -> ReportTable:
    names = {counter.id: counter.name for counter in office.counters}
    lines = report.visits.by_counter.items()
    named = _by_name((names.get(key or 0, say("report.no_counter")), line) for key, line in lines)
    return _stay_table("counters", say("report.counter"), named, say)


def _officers(report: PeriodReport, officers: Mapping[int, str], say: Say) -> ReportTable:
    lines = report.visits.by_officer.items()
    named = _by_name((officers.get(key or 0, say("report.no_officer")), line) for key, line in lines)
    return _stay_table("officers", say("report.officer"), named, say)


def _by_name(lines: Iterable[tuple[str, StayCounts]]) -> list[tuple[str, StayCounts]]:
    """Two may have the same name."""
    return sorted(lines, key=lambda line: line[0])


def _stay_table(key: str, first: str, lines: Sequence[tuple[str, StayCounts]], say: Say) -> ReportTable:
    columns = (
        Column(first, TEXT),
        *(Column(say(f"report.{name}"), COUNT, is_summed=True) for name in ("calls", "served", "missed")),
        *(Column(say(f"report.{name}"), MINUTES) for name in SPREADS),
    )
    rows = tuple(
        (name, line.calls, line.served, line.missed, *_spreads(line.wait, line.service)) for name, line in lines
    )
    return ReportTable(key, say(f"report.by_{key}"), columns, rows)


def _reasons(report: PeriodReport, say: Say) -> ReportTable:
    counted = sorted(report.files.reasons.items(), key=lambda each: (-each[1], each[0]))
    columns = Column(say("report.act"), TEXT), Column(say("report.reason"), TEXT), Column(say("report.times"))
    rows = tuple((say(f"report.act_{action}"), _reason(reason, say), times) for (action, reason), times in counted)
    return ReportTable("reasons", say("report.reasons"), columns, rows)


def _reason(reason: str, say: Say) -> str:
    """The words of a reason from a list; else what an officer wrote."""
    if not reason:
        return say("report.no_reason")
    known = say(f"pause.{reason}")
    return reason if known == f"pause.{reason}" else known


def _ages(report: PeriodReport, say: Say) -> ReportTable:
    edges = [0, *AGES_DAYS]
    names = [f"{low}–{high - 1}" for low, high in zip(edges, AGES_DAYS, strict=False)] + [f"≥ {AGES_DAYS[-1]}"]
    columns = (
        Column(say("report.age_days"), TEXT),
        Column(say("report.open_files"), COUNT, is_summed=True),
        Column(say("report.uncollected"), COUNT, is_summed=True),
    )
    counts = list(zip(names, report.files.ages, report.files.uncollected_ages, strict=True))
    total = say("report.total"), sum(report.files.ages), sum(report.files.uncollected_ages)
    return ReportTable("ages", say("report.ages"), columns, tuple(counts) if any(total[1:]) else (), total)


def _villages(report: PeriodReport, say: Say) -> ReportTable:
    names = village_names()
    counted = sorted(report.files.by_village.items(), key=lambda each: (-each[1], each[0]))
    rows = tuple((names.get(code, code) or say("report.village_unknown"), count) for code, count in counted)
    columns = Column(say("report.village"), TEXT), Column(say("report.received"), COUNT, is_summed=True)
    total = say("report.total"), sum(report.files.by_village.values())
    return ReportTable("villages", say("report.by_villages"), columns, rows, total)


def _steps(report: PeriodReport, office: OfficeConfig, say: Say) -> ReportTable:
    columns = (
        Column(say("report.service"), TEXT),
        Column(say("report.step"), TEXT),
        Column(say("report.left")),
        Column(say("report.lay_median"), HOURS),
        Column(say("report.lay_p90"), HOURS),
    )
    rows = []
    for service_id, name in _services(office, {key for key, _ in report.files.steps}):
        titles = step_titles(office, service_id)
        for key in [*titles, *(key for of, key in report.files.steps if of == service_id and key not in titles)]:
            line = report.files.steps.get((service_id, key))
            if line is not None:
                rows.append((name, titles.get(key, key), line.left, line.lay.median_s, line.lay.p90_s))
    return ReportTable("steps", say("report.by_steps"), columns, tuple(rows))


def _waits(report: PeriodReport, say: Say) -> ReportTable:
    columns = Column(say("report.wait_min"), TEXT), Column(say("report.visits"), COUNT, is_summed=True)
    counts = report.visits.waits
    rows: tuple[tuple[Cell, ...], ...] = tuple(zip(wait_names(), counts, strict=True)) if any(counts) else ()
    return ReportTable("waits", say("report.waits"), columns, rows, (say("report.total"), sum(counts)))


def arrivals(report: PeriodReport, say: Say) -> ReportTable:
    """Numbers taken by weekday and hour: what the heat map shows."""
    hours = sorted({each for _, each in report.visits.arrivals})
    days = sorted({day for day, _ in report.visits.arrivals})
    columns = Column(say("report.hour"), TEXT), *(Column(say(f"weekday.{day}"), COUNT, is_summed=True) for day in days)
    counts = report.visits.arrivals
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (hour(each), *(counts.get((day, each), 0) for day in days)) for each in hours
    )
    sums = (sum(count for (on, _), count in counts.items() if on == day) for day in days)
    return ReportTable("arrivals", say("report.arrivals"), columns, rows, (say("report.total"), *sums))


# --- words and numbers ---


def wait_names() -> list[str]:
    edges = [0, *WAIT_EDGES_MIN]
    return [f"{low}–{high}" for low, high in zip(edges, WAIT_EDGES_MIN, strict=False)] + [f"≥ {WAIT_EDGES_MIN[-1]}"]


def hour(of_day: int) -> str:
    return f"{of_day:02}.00"


def step_titles(office: OfficeConfig, service_id: int) -> dict[str, str]:
    """Key -> title of the steps of a service's newest standard, in their order."""
    service = office.service_ids.get(service_id)
    return {step.key: step.title for step in service.standard.steps} if service else {}


def _services(office: OfficeConfig, asked: Iterable[int]) -> list[tuple[int, str]]:
    """Those of the services that are asked for, in the office's order."""
    wanted = set(asked)
    return [(each.id, each.standard.short_name) for each in office.services if each.id in wanted]


def _part(count: int, of: int) -> float | None:
    return count / of if of else None


def _change(value: Cell, was: Cell) -> float | None:
    return change(value, was) if not isinstance(value, str) and not isinstance(was, str) else None
