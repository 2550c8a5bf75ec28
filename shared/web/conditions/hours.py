"""What `conditions` says of the hours and days of an office."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from shared.domain.numbering import office_day
from shared.store.queue import outages
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


def override_left(scene: Scene) -> Iterator[dict[str, object]]:
    """The supervisor opened or closed something on an earlier day until they take it back, and may have forgotten."""
    office = scene.office
    services = [(each.standard.short_name, each.override) for each in office.services if each.is_active]
    for name, override in ((office.name, office.override), *services):
        if override is None or override.made_at is None or override.until_at is not None:
            continue
        if office_day(override.made_at, office.zone) < office_day(scene.now, office.zone):
            yield {
                "name": name,
                "word": partial(_word, is_open=override.is_open),
                "since": partial(Words.short, at=override.made_at.astimezone(office.zone)),
            }


def _word(told: Words, *, is_open: bool) -> str:
    return told("override.open" if is_open else "override.closed")


def outage_left(scene: Scene) -> Iterator[dict[str, object]]:
    """A disturbance of an earlier day that nobody has ended: its files rest, and their promises with them."""
    zone = scene.office.zone
    for each in outages.running(scene.connection, scene.office.office_id):
        if office_day(each.from_at, zone) < office_day(scene.now, zone):
            since = partial(Words.short, at=each.from_at.astimezone(zone))
            yield {"system": each.system.upper(), "since": since, "count": each.paused}
