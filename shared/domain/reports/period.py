"""A stretch of whole days that a report speaks of: how it is written in an address, what came before it; no clock."""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from enum import StrEnum

from shared.domain.errors import Invalid

LONGEST_RANGE_DAYS = 366 * 3
"""Of a range that somebody typed: more is a slip of the finger, and long work for nothing."""


class PeriodKind(StrEnum):
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    SEMESTER = "semester"
    YEAR = "year"
    RANGE = "range"


_MONTHS = {PeriodKind.MONTH: 1, PeriodKind.QUARTER: 3, PeriodKind.SEMESTER: 6, PeriodKind.YEAR: 12}
"""Kinds that are so many months of one year."""


@dataclass(frozen=True, slots=True)
class Period:
    """From `first` to `last`, both included, in the office's own days."""

    kind: PeriodKind
    first: date
    last: date

    @classmethod
    def of(cls, kind: PeriodKind, day: date) -> Period:
        """The period of that kind in which `day` lies; a range of one day for RANGE."""
        if kind in (PeriodKind.DAY, PeriodKind.RANGE):
            return cls(kind, day, day)
        if kind == PeriodKind.WEEK:
            monday = day - timedelta(days=day.weekday())
            return cls(kind, monday, monday + timedelta(days=6))
        months = _MONTHS[kind]
        first = day.month - (day.month - 1) % months
        last = first + months - 1
        return cls(kind, date(day.year, first, 1), date(day.year, last, calendar.monthrange(day.year, last)[1]))

    @classmethod
    def range(cls, first: date, last: date) -> Period:
        """Any days; raises `Invalid("period")` when they are not in order or too many."""
        if not 0 <= (last - first).days < LONGEST_RANGE_DAYS:
            raise Invalid("period", fields=["from_on", "until_on"])
        return cls(PeriodKind.RANGE, first, last)

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def address(self) -> str:
        """As it stands in an address, and as `parse` reads it: `2026-11-26`, `2026-W48`, `2026-11`, `2026-Q4`,
        `2026-S2`, `2026`, `2026-01-05..2026-02-10`."""
        match self.kind:
            case PeriodKind.DAY:
                return self.first.isoformat()
            case PeriodKind.WEEK:
                year, week, _ = self.first.isocalendar()
                return f"{year:04}-W{week:02}"
            case PeriodKind.MONTH:
                return f"{self.first:%Y-%m}"
            case PeriodKind.QUARTER | PeriodKind.SEMESTER:
                return f"{self.first:%Y}-{'Q' if self.kind == PeriodKind.QUARTER else 'S'}{self.part}"
            case PeriodKind.YEAR:
                return f"{self.first:%Y}"
        return f"{self.first.isoformat()}..{self.last.isoformat()}"

    @property
    def part(self) -> int:
        """Which quarter or semester of its year, from 1; the month's or week's own number likewise."""
        if self.kind == PeriodKind.WEEK:
            return self.first.isocalendar().week
        return (self.first.month - 1) // _MONTHS.get(self.kind, 1) + 1

    def months(self) -> list[Period]:
        """The months that the period touches, in order."""
        found = [Period.of(PeriodKind.MONTH, self.first)]
        while found[-1].last < self.last:
            found.append(found[-1].next())
        return found

    def each_day(self) -> Iterator[date]:
        return (self.first + timedelta(days=n) for n in range(self.days))

    def contains(self, day: date) -> bool:
        return self.first <= day <= self.last

    def previous(self) -> Period:
        """The period of the same kind right before; of a range, as many days."""
        day_before = self.first - timedelta(days=1)
        if self.kind == PeriodKind.RANGE:
            return Period(self.kind, self.first - timedelta(days=self.days), day_before)
        return Period.of(self.kind, day_before)

    def next(self) -> Period:
        """The period of the same kind right after."""
        day_after = self.last + timedelta(days=1)
        if self.kind == PeriodKind.RANGE:
            return Period(self.kind, day_after, self.last + timedelta(days=self.days))
        return Period.of(self.kind, day_after)

    def year_before(self) -> Period:
        """The same period a year ago: the same week number (week 53 becomes 52), the same dates (29 February: 28)."""
        if self.kind == PeriodKind.WEEK:
            year, week, _ = self.first.isocalendar()
            last_week = date(year - 1, 12, 28).isocalendar().week
            return Period.of(self.kind, date.fromisocalendar(year - 1, min(week, last_week), 1))
        if self.kind in _MONTHS:
            return Period.of(self.kind, _year_before(self.first))
        return Period(self.kind, _year_before(self.first), _year_before(self.last))

    def starts_at(self, zone: tzinfo) -> datetime:
        """The first moment in the office's time zone."""
        return span(self.first, self.last, zone)[0]

    def ends_at(self, zone: tzinfo) -> datetime:
        """The first moment after it."""
        return span(self.first, self.last, zone)[1]


def span(first: date, last: date, zone: tzinfo) -> tuple[datetime, datetime]:
    """From the first moment of these whole days, both included, to the first one after them."""
    return datetime.combine(first, time(), zone), datetime.combine(last + timedelta(days=1), time(), zone)


def parse(text: str) -> Period:
    """The period of an address (see `Period.address`); raises `Invalid("period")` for anything else."""
    found = _ADDRESS.fullmatch(text.strip())
    try:
        return _parsed(found) if found else _range(text)
    except ValueError:
        raise Invalid("period", fields=["period"]) from None


_ADDRESS = re.compile(
    r"(?P<year>(?:19|20|21)[0-9]{2})"
    r"(?:-(?:W(?P<week>[0-9]{2})|Q(?P<quarter>[1-4])|S(?P<semester>[12])|(?P<month>[0-9]{2})(?:-(?P<day>[0-9]{2}))?))?",
    re.ASCII,
)


def _parsed(found: re.Match[str]) -> Period:
    year, part = int(found["year"]), {name: int(text) for name, text in found.groupdict().items() if text}
    if "week" in part:
        return Period.of(PeriodKind.WEEK, date.fromisocalendar(year, part["week"], 1))
    if "quarter" in part:
        return Period.of(PeriodKind.QUARTER, date(year, part["quarter"] * 3, 1))
    if "semester" in part:
        return Period.of(PeriodKind.SEMESTER, date(year, part["semester"] * 6, 1))
    if "day" in part:
        return Period.of(PeriodKind.DAY, date(year, part["month"], part["day"]))
    if "month" in part:
        return Period.of(PeriodKind.MONTH, date(year, part["month"], 1))
    return Period.of(PeriodKind.YEAR, date(year, 1, 1))


def _range(text: str) -> Period:
    first, between, last = text.strip().partition("..")
    days = [one for one in (first, last) if _DAY.fullmatch(one)]
    if not between or len(days) != 2:
        raise ValueError(text)
    return Period.range(date.fromisoformat(first), date.fromisoformat(last))


_DAY = re.compile(r"(?:19|20|21)[0-9]{2}-[0-9]{2}-[0-9]{2}", re.ASCII)


def _year_before(day: date) -> date:
    last = calendar.monthrange(day.year - 1, day.month)[1]
    return date(day.year - 1, day.month, min(day.day, last))
