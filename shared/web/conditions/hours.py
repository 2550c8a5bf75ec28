"""What `conditions` says of the hours and days of an office."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from shared.domain.numbering import office_day
from shared.words import Words

if TYPE_CHECKING:
    from shared.web.conditions.conditions import Scene


def hours_unknown(scene: Scene) -> Iterator[dict[str, object]]:
    if not scene.office.calendar.hours:
        yield {}


def weekday_without_hours(scene: Scene) -> Iterator[dict[str, object]]:
    calendar, day = scene.office.calendar, office_day(scene.now, scene.office.zone)
    for each in (day + timedelta(days=ahead) for ahead in range(7)):
        if each.weekday() in calendar.weekdays and calendar.has_hours(each) and calendar.hours_of(each) is None:
            yield {"day": partial(Words.short_day, on=each)}


def closes_while_open(scene: Scene) -> Iterator[dict[str, object]]:
    """The day is set to close by itself before the office does."""
    ends_at = scene.office.settings.closes_by_itself_at
    opening = scene.office.calendar.opening(office_day(scene.now, scene.office.zone))
    if ends_at and opening and opening.is_known and ends_at < opening.closes_at.time():
        yield {"at": f"{ends_at:%H.%M}", "closes": f"{opening.closes_at:%H.%M}"}


def holidays_unknown(scene: Scene) -> Iterator[dict[str, object]]:
    """A year without any: promises are counted as if every day were a working day."""
    known = {day.year for day in scene.office.calendar.holidays}
    day = office_day(scene.now, scene.office.zone)
    for year in sorted({day.year, (day + timedelta(days=30)).year} - known):
        yield {"year": year}
