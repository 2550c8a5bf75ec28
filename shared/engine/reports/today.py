"""What the head of a section looks at today: files that are late or due, returned and why, and not collected."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from sqlalchemy import Connection

from shared.domain.calendar import Light
from shared.domain.office import OfficeConfig
from shared.domain.reports.period import Period, PeriodKind
from shared.domain.reports.visits import VisitFigures, visit_figures
from shared.domain.standards.standard import Role
from shared.store import complaints
from shared.store.complaints import ComplaintView
from shared.store.files import views as file_views
from shared.store.files.views import FileLine, FileView
from shared.store.office_config import OfficeConfigCache
from shared.store.reports import visits as report
from shared.store.reports.files import ReturnedFile, returned_since


@dataclass(frozen=True, slots=True)
class TodaysWork:
    """`visits`: of today so far. `late` and `due`: files under way, what is due first first."""

    at: datetime
    visits: VisitFigures
    late: Sequence[FileLine]
    due: Sequence[FileLine]
    returned: Sequence[ReturnedFile]
    """Today."""
    complaints: Sequence[ComplaintView]
    """Unanswered ones whose next day is today, tomorrow or past; nobody's words."""
    uncollected: Sequence[FileView]
    """The oldest first."""


def later_day(moment: datetime, office: OfficeConfig) -> datetime:
    """The end of the first working day from then on: what is due until there is near."""
    day = office.calendar.day_of(moment)
    while not office.calendar.is_working_day(day):
        day += timedelta(days=1)
    return datetime.combine(day + timedelta(days=1), time(), office.zone)


def today(connection: Connection, configs: OfficeConfigCache, office: OfficeConfig, now: datetime) -> TodaysWork:
    period = Period.of(PeriodKind.DAY, office.calendar.day_of(now))
    begins, ends = period.starts_at(office.zone), period.ends_at(office.zone)
    answer_until = later_day(ends, office)
    under_way = file_views.tray(connection, configs, office, set(Role), now).files
    late = [file for file in under_way if file.light == Light.RED]
    near = [file for file in under_way if file.light in (Light.GREEN, Light.AMBER)]
    due = [file for file in near if file.due_at is not None and file.due_at < ends]
    return TodaysWork(
        now,
        visit_figures(report.visits(connection, office, period), office.zone),
        late,
        due,
        returned_since(connection, office.office_id, begins),
        [one for one in complaints.waiting(connection, office.office_id) if one.due_at and one.due_at < answer_until],
        file_views.uncollected(connection, configs, office, now),
    )
