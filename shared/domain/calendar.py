"""When the office works and when a promise is due: hours, holidays, working days; it knows no clock and no country.

Every moment that comes in is timezone-aware (any zone), every moment that goes out is in the calendar's own zone. The
Indonesian zones have no summer time. While an office has written down no hours at all for a time of the year they are
unknown, and unknown means open: such a day counts from midnight to midnight, and closes, for what is printed on a slip,
at 23:59. Where hours are written, a weekday without any is closed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from zoneinfo import ZoneInfo

from shared.domain.errors import Invalid
from shared.domain.standards.parts import Unit

MONDAY_TO_FRIDAY = frozenset(range(5))
"""Five working days. Source: Perpres 21/2023."""

WESTERN_TIME = ZoneInfo("Asia/Jakarta")
"""WIB, the zone of Lumajang; an office in another zone sets its own."""

END_OF_DAY = time(23, 59)
"""When a day of unknown hours closes: still the same day on paper."""

AMBER_SHARE = 0.25
"""The light turns amber in the last quarter of the promised working time; our own choice."""

Pause = tuple[datetime, datetime | None]
"""From when until when a file was paused; None while it still is."""


class Convention(StrEnum):
    """How "n working days" is counted; a setting of the office. See `due_at`."""

    NEXT = "next"
    SAME_DAY = "same_day"


class Light(StrEnum):
    GREEN = "green"
    AMBER = "amber"
    RED = "red"


@dataclass(frozen=True, slots=True)
class OpeningHours:
    """Opening hours of one weekday (Monday is 0), for good or from one day until another, both included.

    Among several that fit a day the one with the shortest range wins: Ramadan before the rest of the year.
    The break is one in which nobody works; counters that take breaks in turns have none here.
    Raises `Invalid("bad_hours")` when the times do not follow one another.
    """

    weekday: int
    opens: time
    closes: time
    from_on: date | None = None
    until_on: date | None = None
    break_from: time | None = None
    break_until: time | None = None

    def __post_init__(self) -> None:
        fields = ["weekday"] if self.weekday not in range(7) else []
        if self.opens >= self.closes:
            fields.append("closes")
        if self.from_on and self.until_on and self.from_on > self.until_on:
            fields.append("until_on")
        if (self.break_from is None) != (self.break_until is None):
            fields.append("break_until")
        elif self.break_from and self.break_until and not self.opens < self.break_from < self.break_until < self.closes:
            fields.append("break_from")
        if fields:
            raise Invalid("bad_hours", fields=fields)

    def fits(self, day: date) -> bool:
        """Whether these hours speak of `day`."""
        return day.weekday() == self.weekday and self.holds_on(day)

    def holds_on(self, day: date) -> bool:
        """Whether `day` lies in their range, whatever its weekday."""
        return self._first <= day <= self._last

    @property
    def range_days(self) -> int:
        """The length of its range in days; an open end reaches to the end of the calendar."""
        return (self._last - self._first).days

    @property
    def _first(self) -> date:
        return self.from_on or date.min

    @property
    def _last(self) -> date:
        return self.until_on or date.max


@dataclass(frozen=True, slots=True)
class OpenPeriod:
    """One open day. `is_known` is False when the office has not written down the hours of that day."""

    opens_at: datetime
    closes_at: datetime
    break_from: datetime | None = None
    break_until: datetime | None = None
    is_known: bool = True


@dataclass(frozen=True, slots=True)
class Calendar:
    """The days and hours of one office. `holidays`: public holidays and collective leave, day to name.

    `weekdays`: the working days of a week (Monday is 0); a day with written hours is one in any case.
    Raises `Invalid("bad_calendar")` when no day of the week is a working day.
    """

    hours: tuple[OpeningHours, ...] = ()
    holidays: Mapping[date, str] = field(default_factory=dict)
    weekdays: frozenset[int] = MONDAY_TO_FRIDAY
    zone: tzinfo = WESTERN_TIME
    _spans: dict[date, list[tuple[datetime, datetime]]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )
    """What `spans` said before: a calendar never changes, and a page of files asks for the same few days."""
    _openings: dict[date, OpenPeriod | None] = field(default_factory=dict, init=False, repr=False, compare=False)
    """The same of `opening`: every board asks for today once for each service."""

    def __post_init__(self) -> None:
        if not self.weekdays & frozenset(range(7)):
            raise Invalid("bad_calendar", fields=["weekdays"])

    def day_of(self, moment: datetime) -> date:
        """The office's date at `moment`."""
        return moment.astimezone(self.zone).date()

    def hours_of(self, day: date) -> OpeningHours | None:
        """The written hours that hold on `day`, holidays aside; None when there are none."""
        return min((hours for hours in self.hours if hours.fits(day)), key=lambda hours: hours.range_days, default=None)

    def is_working_day(self, day: date) -> bool:
        """Whether `day` counts for a promise: no holiday, and written hours, or a working weekday of unknown ones."""
        if day in self.holidays:
            return False
        return self.hours_of(day) is not None or (day.weekday() in self.weekdays and not self.has_hours(day))

    def has_hours(self, day: date) -> bool:
        """Whether hours are written for the time of the year of `day`, for whichever weekday."""
        return any(hours.holds_on(day) for hours in self.hours)

    def opening(self, day: date) -> OpenPeriod | None:
        """The hours of `day`; None when the office is closed all day.

        An office that has written down no hours at all is open every day but the holidays, so that it can begin; one
        that has none for this time of the year, on every working weekday.
        """
        if day not in self._openings:
            self._openings[day] = self._opening_of(day)
        return self._openings[day]

    def _opening_of(self, day: date) -> OpenPeriod | None:
        if day in self.holidays or (self.hours and not self.is_working_day(day)):
            return None
        hours = self.hours_of(day)
        if hours is None:
            return OpenPeriod(self._at(day, time.min), self._at(day, END_OF_DAY), is_known=False)
        return OpenPeriod(
            opens_at=self._at(day, hours.opens),
            closes_at=self._at(day, hours.closes),
            break_from=self._at(day, hours.break_from) if hours.break_from else None,
            break_until=self._at(day, hours.break_until) if hours.break_until else None,
        )

    def spans(self, day: date) -> list[tuple[datetime, datetime]]:
        """The stretches of `day` in which the office works, without its break; unknown hours: the whole day."""
        known = self._spans.get(day)
        if known is None:
            known = self._spans[day] = self._spans_of(day)
        return known

    def _spans_of(self, day: date) -> list[tuple[datetime, datetime]]:
        opening = self.opening(day)
        if opening is None:
            return []
        if not opening.is_known:
            return [(opening.opens_at, self._at(day + timedelta(days=1), time.min))]
        if opening.break_from and opening.break_until:
            return [(opening.opens_at, opening.break_from), (opening.break_until, opening.closes_at)]
        return [(opening.opens_at, opening.closes_at)]

    def next_working_day(self, day: date) -> date:
        """The first working day after `day`."""
        return next(later for later in _days_after(day) if self.is_working_day(later))

    def _at(self, day: date, at: time) -> datetime:
        return datetime.combine(day, at, self.zone)


def due_at(
    complete_at: datetime, working_days: int, calendar: Calendar, convention: Convention = Convention.NEXT
) -> datetime:
    """When a promise of `working_days` (1 or more) is due, for a file that was complete at `complete_at`.

    NEXT: the day of acceptance is day 0, the promise is due at the close of the n-th working day after it. That holds
    for a file accepted after the close or on a free day too: the office still has n whole working days.
    SAME_DAY: the day of acceptance is day 1, so "1 hari kerja" is the close of that day; what is accepted at or after
    the close, or on a free day, begins with the next working day.
    The standards of both offices promise "1 (satu) hari kerja" and do not say how to count it: hence a setting.
    """
    if working_days < 1:
        raise ValueError("a promise in working days is of one day or more")
    day = calendar.day_of(complete_at)
    counts_today = (
        convention == Convention.SAME_DAY and calendar.is_working_day(day) and complete_at < _close(calendar, day)
    )
    for _ in range(working_days - counts_today):
        day = calendar.next_working_day(day)
    return _close(calendar, day)


def promised_at(
    complete_at: datetime, value: int, unit: Unit, calendar: Calendar, convention: Convention = Convention.NEXT
) -> datetime:
    """When a promise in any unit is due; minutes and hours run only while the office works (see `later`).

    Days of the calendar end with the close of the last one, or of the first working day after it.
    """
    if unit == Unit.WORKING_DAYS:
        return due_at(complete_at, value, calendar, convention)
    if unit == Unit.DAYS:
        last = calendar.day_of(complete_at) + timedelta(days=value)
        return _close(calendar, last if calendar.is_working_day(last) else calendar.next_working_day(last))
    return later(complete_at, value * (3600 if unit == Unit.HOURS else 60), calendar)


def later(start: datetime, working_s: float, calendar: Calendar) -> datetime:
    """The moment at which `working_s` seconds of working time have passed since `start`.

    Also moves a due moment by the time that a file rested. A stretch used up to its end gives the close, not the next
    opening. Where no hours are written, time runs through every day but the holidays.
    """
    left, start = timedelta(seconds=working_s), start.astimezone(calendar.zone)
    if left <= timedelta():
        return start
    for opens, closes in _spans_from(start, calendar):
        worked = closes - max(opens, start)
        if left <= worked:
            return max(opens, start) + left
        left -= max(worked, timedelta())
    raise AssertionError("spans never end")


def working_time_s(start: datetime, end: datetime, calendar: Calendar) -> float:
    """Seconds between two moments in which the office worked; 0 when `end` is not after `start`."""
    total = timedelta()
    start, end = start.astimezone(calendar.zone), end.astimezone(calendar.zone)  # of one zone they compare fast
    for opens, closes in _spans_from(start, calendar):
        if opens >= end:
            break
        total += max(min(closes, end) - max(opens, start), timedelta())
    return total.total_seconds()


def net_s(accepted_at: datetime, end: datetime, pauses: Iterable[Pause], calendar: Calendar) -> float:
    """Working seconds between acceptance and `end` in which the file was not paused; overlapping pauses count once."""
    return working_time_s(accepted_at, end, calendar) - paused_s(accepted_at, end, pauses, calendar)


def paused_s(accepted_at: datetime, end: datetime, pauses: Iterable[Pause], calendar: Calendar) -> float:
    """Working seconds between acceptance and `end` in which the file was paused; overlapping pauses count once."""
    total, counted_until = 0.0, accepted_at
    for began_at, ended_at in sorted(((began, ended or end) for began, ended in pauses), key=lambda pause: pause[0]):
        until = min(ended_at, end)
        total += working_time_s(max(began_at, counted_until), until, calendar)
        counted_until = max(counted_until, until)
    return total


def light(now: datetime, due_at: datetime, accepted_at: datetime, calendar: Calendar) -> Light:
    """The traffic light of a promise: red once it is broken, amber when little working time is left.

    Little is AMBER_SHARE of the working time between acceptance and due moment.
    """
    if now > due_at:
        return Light.RED
    left_s = working_time_s(now, due_at, calendar)
    return Light.AMBER if left_s <= AMBER_SHARE * working_time_s(accepted_at, due_at, calendar) else Light.GREEN


def _close(calendar: Calendar, day: date) -> datetime:
    opening = calendar.opening(day)
    assert opening is not None, "a working day has an opening"
    return opening.closes_at


def _spans_from(start: datetime, calendar: Calendar) -> Iterator[tuple[datetime, datetime]]:
    """All stretches of work from the day of `start` on, without end."""
    today = calendar.day_of(start)
    yield from calendar.spans(today)
    for day in _days_after(today):
        yield from calendar.spans(day)


def _days_after(day: date) -> Iterator[date]:
    while True:
        day += timedelta(days=1)
        yield day
