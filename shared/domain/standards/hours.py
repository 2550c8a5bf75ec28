"""The hours of one service within those of its office: the recording of identity cards on Friday from ten, say."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from shared.domain.calendar import Calendar
from shared.domain.queue.availability import Availability, Code
from shared.domain.standards.parts import ServiceHours, Weekday

_LOOK_AHEAD_DAYS = 31
_WEEK = tuple(Weekday)


def outside_its_hours(hours: Sequence[ServiceHours], now: datetime, calendar: Calendar) -> Availability | None:
    """That the service is not given now, and when it is again; None while it is, or when it has no hours of its own."""
    if not hours:
        return None
    local = now.astimezone(calendar.zone)
    if any(opens <= local.time() < closes for opens, closes in _of_day(hours, local.date())):
        return None
    for days in range(_LOOK_AHEAD_DAYS):
        day = local.date() + timedelta(days=days)
        begins = [opens for opens, _ in _of_day(hours, day) if days or opens > local.time()]
        if begins and (days == 0 or calendar.is_working_day(day)):
            again = datetime.combine(day, min(begins), calendar.zone)
            return Availability(False, Code.OUTSIDE_HOURS, "", day, again)
    return Availability(False, Code.OUTSIDE_HOURS)


def _of_day(hours: Sequence[ServiceHours], day: date) -> list[tuple[time, time]]:
    mine = [each for each in hours if _WEEK[day.weekday()] in each.days]
    return [(time_of(each.opens), time_of(each.closes)) for each in mine]


def time_of(text: str) -> time:
    """As a standard writes it: "10:00" or "10.00"."""
    return time.fromisoformat(text.replace(".", ":"))
