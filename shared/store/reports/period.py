"""The one function behind every report: all figures of a period, of a whole office or of one service; reads only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection

from shared.domain.office import OfficeConfig
from shared.domain.reports.files import FileFact, FileFigures, file_figures
from shared.domain.reports.period import Period, PeriodKind
from shared.domain.reports.visits import Visit, VisitFigures, visit_figures
from shared.domain.surveys.survey import LEAST, Scores, shown_classes
from shared.store import complaints
from shared.store.complaints import ComplaintFigures
from shared.store.office_config import OfficeConfigCache
from shared.store.reports.files import files
from shared.store.reports.visits import Closure, Disturbance, closures, disturbances, visits
from shared.store.surveys import survey


@dataclass(frozen=True, slots=True)
class Satisfaction:
    """The index of one closed period of the survey, with the number of answers behind it.

    `services`: index and n of those services of which so many answered that it may be shown.
    """

    key: str
    index: float
    grade: str
    n: int
    services: Mapping[int, tuple[float, int]]

    @property
    def written(self) -> str:
        return f"{self.index:.2f}".replace(".", ",")


@dataclass(frozen=True, slots=True)
class PeriodReport:
    """What happened in a period, as known at `as_of`."""

    period: Period
    as_of: datetime
    visits: VisitFigures
    files: FileFigures
    disturbances: Sequence[Disturbance]
    closures: Sequence[Closure]
    working_days: int
    holidays: Sequence[tuple[date, str]]
    complaints: ComplaintFigures
    satisfaction: Sequence[Satisfaction]
    """Of the survey's periods that ended in this one and are published."""
    newest_satisfaction: Satisfaction | None
    """Of the last one that ended in this period or before it."""
    late: Sequence[Visit]
    """Visits of earlier days that stand here because they were entered after their month had been reported."""

    @property
    def disturbed_min(self) -> int:
        lasting = ((one.until_at or self.as_of) - one.from_at for one in self.disturbances)
        return round(sum(each.total_seconds() for each in lasting) / 60)


def period_report(
    connection: Connection,
    configs: OfficeConfigCache,
    office: OfficeConfig,
    period: Period,
    now: datetime,
    service_id: int | None = None,
) -> PeriodReport:
    """The figures of the period; `service_id`: only of that service."""
    begins, ends = period.starts_at(office.zone), period.ends_at(office.zone)
    came, touched = facts(connection, configs, office, period, service_id)
    indices = _satisfaction(connection, office, period, now, service_id)
    holidays = [(day, office.calendar.holidays[day]) for day in period.each_day() if day in office.calendar.holidays]
    return PeriodReport(
        period,
        now,
        visit_figures(came, office.zone),
        file_figures(touched, begins, ends, now, office.calendar),
        disturbances(connection, office, period, now),
        closures(connection, office, period),
        sum(office.calendar.is_working_day(day) for day in period.each_day()),
        holidays,
        complaints.figures(connection, office, period.first, period.last, now, service_id),
        [one for last_on, one in indices if period.contains(last_on)],
        indices[0][1] if indices else None,
        [visit for visit in came if visit.is_late],
    )


def newest_satisfaction(connection: Connection, office: OfficeConfig, now: datetime) -> Satisfaction | None:
    """The index that is published now."""
    found = _satisfaction(connection, office, Period.of(PeriodKind.DAY, office.calendar.day_of(now)), now, None)
    return found[0][1] if found else None


def _satisfaction(
    connection: Connection, office: OfficeConfig, period: Period, now: datetime, service_id: int | None
) -> list[tuple[date, Satisfaction]]:
    """Of the survey's periods that ended before this one did and are published, the newest first, by their last day."""
    today, found = office.calendar.day_of(now), []
    for each in survey.periods(connection, office.office_id):
        scores = (each.result or {}).get("scores")
        if each.last_on <= period.last and each.is_published(today) and isinstance(scores, dict):
            of_services = {key: Scores.from_json(kept) for key, kept in scores.items() if key != "all"}
            shown = {key: of_services[key] for key in shown_classes({key: one.n for key, one in of_services.items()})}
            asked = Scores.from_json(scores["all"]) if service_id is None else shown.get(str(service_id), Scores())
            services = {int(key): (float(one.index), one.n) for key, one in shown.items()}
            if asked.n >= LEAST:
                one = Satisfaction(each.key, float(asked.index), asked.grade.value, asked.n, services)
                found.append((each.last_on, one))
    return found


def facts(
    connection: Connection,
    configs: OfficeConfigCache,
    office: OfficeConfig,
    period: Period,
    service_id: int | None = None,
) -> tuple[list[Visit], list[FileFact]]:
    """What the figures are made from."""
    came = visits(connection, office, period)
    begins, ends = period.starts_at(office.zone), period.ends_at(office.zone)
    touched = files(connection, office, lambda key: configs.standard(connection, key), begins, ends)
    if service_id is None:
        return came, touched
    return [one for one in came if one.service_id == service_id], [
        one for one in touched if one.service_id == service_id
    ]
