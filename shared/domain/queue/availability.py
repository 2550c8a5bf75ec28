"""Whether a service gives numbers now, and if not, why and when again: the one rule for kiosk, counter and display."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from shared.domain.calendar import Calendar, OpenPeriod
from shared.domain.errors import Closed
from shared.domain.standards.parts import ServiceHours, Weekday

_LOOK_AHEAD = 40
"""So many closed moments later nobody knows when it opens."""


class Code(StrEnum):
    """Why a service is open or closed; `availability.<code>` in the catalogues."""

    OPEN = "open"
    FORCED_OPEN = "forced_open"
    SERVICE_CLOSED = "service_closed"
    FORCED_CLOSED = "forced_closed"
    HOLIDAY = "holiday"
    OUTSIDE_HOURS = "outside_hours"
    BREAK = "break"
    CUTOFF = "cutoff"
    DAY_CLOSED = "day_closed"
    DAY_ENDED = "day_ended"
    NO_COUNTER = "no_counter"
    QUOTA_FULL = "quota_full"


@dataclass(frozen=True, slots=True)
class Override:
    """A supervisor's override of the opening hours: open or closed, why, and until when (None: until taken back)."""

    is_open: bool
    reason: str = ""
    until_at: datetime | None = None
    made_at: datetime | None = None

    def holds(self, now: datetime) -> bool:
        """Whether its time is not over yet."""
        return self.until_at is None or now < self.until_at


@dataclass(frozen=True, slots=True)
class Break:
    """A break of one counter in the office's own time; `weekday` (Monday is 0), None: every day."""

    begins: time
    ends: time
    weekday: int | None = None


@dataclass(frozen=True, slots=True)
class Availability:
    """The answer. `reason` is a person's or a holiday's words, else empty.

    `opens_again_on` is the day of the next opening, `opens_again_at` its moment (None when the hours of that day are
    unknown); both are None when the service is open, or when nobody knows.
    """

    is_open: bool
    code: Code
    reason: str = ""
    opens_again_on: date | None = None
    opens_again_at: datetime | None = None


def availability(
    now: datetime,
    calendar: Calendar,
    *,
    is_offered: bool = True,
    is_served: bool = True,
    override: Override | None = None,
    breaks: Sequence[Sequence[Break]] = (),
    closed_at: datetime | None = None,
    ends_at: time | None = None,
    issued_today: int = 0,
    quota: int | None = None,
    cutoff_minutes: int = 0,
) -> Availability:
    """Whether one service gives numbers at `now`.

    `is_served`: some counter may call for it. `closed_at`: when the closing of the day was signed, if it was.
    `ends_at`: when the day closes by itself where the calendar knows no hours. `breaks`: for each counter that serves
    it, the breaks of that counter; it is closed only while all of them rest. `quota`: numbers a day, None without
    limit. `cutoff_minutes`: how long before the close the last number is given.
    Unknown hours mean open. An override that opens overrules days, hours, breaks, cut-off and an earlier signature,
    but neither the quota nor a service that is not offered or that nobody could call; an override whose time is over
    says nothing.
    """
    if not is_offered:
        return Availability(False, Code.SERVICE_CLOSED)
    if not is_served:
        return Availability(False, Code.NO_COUNTER)
    in_force = override if override and override.holds(now) else None
    if in_force and not in_force.is_open:
        return _forced_closed(in_force, calendar)
    if _is_signed(now, calendar, closed_at, in_force):
        return _until_next_day(Code.DAY_CLOSED, now, calendar)
    closed = None if in_force else _closed_by_calendar(now, calendar, breaks, cutoff_minutes, ends_at)
    if closed:
        return closed
    if quota is not None and issued_today >= quota:
        return _until_next_day(Code.QUOTA_FULL, now, calendar)
    return Availability(True, Code.FORCED_OPEN, in_force.reason) if in_force else Availability(True, Code.OPEN)


def first_opening(found: Availability, at: Callable[[datetime], Availability]) -> Availability:
    """The answer with the first moment that opens, by what is the answer `at` each moment that is promised."""
    again = found
    for _ in range(_LOOK_AHEAD):
        if again.opens_again_at is None:
            break
        then = at(again.opens_again_at)
        if then.is_open:
            return replace(found, opens_again_on=again.opens_again_on, opens_again_at=again.opens_again_at)
        again = then
    return replace(found, opens_again_on=again.opens_again_on, opens_again_at=None)


def later_than(before: Iterable[datetime | None], now: datetime) -> datetime:
    """When something is said that is to count after what was said `before`, also where the clock was set back since."""
    return max([now, *(at + timedelta(microseconds=1) for at in before if at)])


def is_day_over(now: datetime, calendar: Calendar, ends_at: time | None, overrides: Sequence[Override | None]) -> bool:
    """Whether the day may close by itself: `ends_at` has come, and neither written hours nor an override still run."""
    if ends_at is None or now.astimezone(calendar.zone).time() < ends_at:
        return False
    if any(each is not None and each.is_open and each.holds(now) for each in overrides):
        return False
    opening = calendar.opening(calendar.day_of(now))
    return opening is None or not opening.is_known or now >= opening.closes_at


def require_open(found: Availability) -> None:
    """Raises `Closed` with the code of `found` when it gives no numbers."""
    if not found.is_open:
        raise Closed(found.code.value, reason=found.reason, opens_again_at=found.opens_again_at)


def _is_signed(now: datetime, calendar: Calendar, closed_at: datetime | None, opened: Override | None) -> bool:
    """Whether the closing of today was signed, and nobody has opened again since."""
    if closed_at is None or calendar.day_of(closed_at) != calendar.day_of(now):
        return False
    return opened is None or opened.made_at is None or opened.made_at <= closed_at


def _closed_by_calendar(
    now: datetime,
    calendar: Calendar,
    breaks: Sequence[Sequence[Break]],
    cutoff_minutes: int,
    ends_at: time | None = None,
) -> Availability | None:
    today = calendar.day_of(now)
    if today in calendar.holidays:
        return _until_next_day(Code.HOLIDAY, now, calendar, calendar.holidays[today])
    opening = calendar.opening(today)
    if opening is None:
        return _until_next_day(Code.OUTSIDE_HOURS, now, calendar)
    if opening.is_known and now < opening.opens_at:
        return Availability(False, Code.OUTSIDE_HOURS, "", today, opening.opens_at)
    if opening.is_known and now >= opening.closes_at:
        return _until_next_day(Code.OUTSIDE_HOURS, now, calendar)
    if opening.is_known and now >= opening.closes_at - timedelta(minutes=cutoff_minutes):
        return _until_next_day(Code.CUTOFF, now, calendar)
    if not opening.is_known and ends_at is not None and now.astimezone(calendar.zone).time() >= ends_at:
        return _until_next_day(Code.DAY_ENDED, now, calendar)
    return _resting(now, calendar, opening, breaks)


def _resting(
    now: datetime, calendar: Calendar, opening: OpenPeriod, breaks: Sequence[Sequence[Break]]
) -> Availability | None:
    """Closed until nobody's rest stands in the way any more: one rest may begin before another ends."""
    back = now
    while (later := _rest_ends(back, calendar, opening, breaks)) is not None:
        back = later
    return None if back == now else Availability(False, Code.BREAK, "", calendar.day_of(now), back)


def _rest_ends(
    now: datetime, calendar: Calendar, opening: OpenPeriod, breaks: Sequence[Sequence[Break]]
) -> datetime | None:
    """The end of the rest that holds at `now`; None when some counter works."""
    ends = []
    if opening.break_from and opening.break_until and opening.break_from <= now < opening.break_until:
        ends.append(opening.break_until)
    local = now.astimezone(calendar.zone)
    if breaks and all(any(_holds(rest, local) for rest in counter) for counter in breaks):
        first_back = min(max(rest.ends for rest in counter if _holds(rest, local)) for counter in breaks)
        ends.append(datetime.combine(local.date(), first_back, calendar.zone))
    return max(ends, default=None)


def _holds(rest: Break, local: datetime) -> bool:
    return rest.weekday in (None, local.weekday()) and rest.begins <= local.time() < rest.ends


def _forced_closed(override: Override, calendar: Calendar) -> Availability:
    """Closed until the named moment, or until the opening after it when the office is closed then."""
    if override.until_at is None:
        return Availability(False, Code.FORCED_CLOSED, override.reason)
    until_at = override.until_at.astimezone(calendar.zone)
    closed = _closed_by_calendar(until_at, calendar, (), 0)
    if closed:
        return Availability(False, Code.FORCED_CLOSED, override.reason, closed.opens_again_on, closed.opens_again_at)
    return Availability(False, Code.FORCED_CLOSED, override.reason, until_at.date(), until_at)


def _until_next_day(code: Code, now: datetime, calendar: Calendar, reason: str = "") -> Availability:
    day = calendar.next_working_day(calendar.day_of(now))
    opening = calendar.opening(day)
    return Availability(False, code, reason, day, opening.opens_at if opening and opening.is_known else None)


# --- hours of a service of its own: the recording of identity cards on Friday from ten, say ---

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
