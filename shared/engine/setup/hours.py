"""What an admin sets about time: working days, opening hours, Ramadan, the office's break, holidays."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from pydantic import Field
from sqlalchemy import delete, insert, select

from shared.domain import calendar
from shared.domain.errors import Invalid
from shared.domain.office import OfficeConfig
from shared.domain.problem import Problem
from shared.engine.setup.office import Clock, Day, Form, Line, change_settings, raise_if_faults, record_setup_change
from shared.store.office import Transaction
from shared.store.tables import Holiday, Hours

Weekday = Annotated[int, Field(ge=0, le=6)]


class HoursRow(Form):
    """The same hours on some weekdays (Monday is 0), for good or from one day until another."""

    weekdays: list[Weekday] = Field(min_length=1)
    opens: Clock
    closes: Clock
    break_from: Clock | None = None
    break_until: Clock | None = None
    from_on: Day | None = None
    until_on: Day | None = None


class HoursForm(Form):
    """No rows: the hours are unknown, which means open."""

    hours: list[HoursRow] = Field(default_factory=list)


def hours_form(office: OfficeConfig) -> HoursForm:
    """The hours as they are now; weekdays with the same hours stand in one row."""
    rows: dict[tuple[Any, ...], list[int]] = {}
    for each in sorted(office.calendar.hours, key=lambda h: (h.from_on or date.min, h.weekday)):
        rows.setdefault(tuple(getattr(each, name) for name in _COLUMNS), []).append(each.weekday)
    return HoursForm(
        hours=[HoursRow(weekdays=days, **dict(zip(_COLUMNS, key, strict=True))) for key, days in rows.items()]
    )


def change_hours(tx: Transaction, wanted: HoursForm) -> None:
    faults: list[Problem] = []
    rows: list[calendar.OpeningHours] = []
    for place, row in enumerate(wanted.hours):
        for weekday in sorted(set(row.weekdays)):
            try:
                hours = calendar.OpeningHours(weekday, **row.model_dump(exclude={"weekdays"}))
            except Invalid as error:
                for field in error.facts["fields"]:
                    faults.append(Problem(("hours", place, _FIELDS.get(field, field)), f"hours_{field}"))
                continue
            if any(_overlaps(hours, other) for other in rows):
                faults.append(Problem(("hours", place, "weekdays"), "hours_twice", {"value": weekday}))
            rows.append(hours)
    raise_if_faults(faults)
    before, after = hours_form(tx.office).model_dump(mode="json"), wanted.model_dump(mode="json")
    tx.execute(delete(Hours).where(Hours.office_id == tx.office_id))
    for hours in rows:
        columns = {name: getattr(hours, name) for name in ("weekday", *_COLUMNS)}
        tx.execute(insert(Hours), {"office_id": tx.office_id, **columns})
    record_setup_change(tx, "hours", before, after)


_COLUMNS = ("opens", "closes", "break_from", "break_until", "from_on", "until_on")
_FIELDS = {"weekday": "weekdays"}


def _overlaps(one: calendar.OpeningHours, other: calendar.OpeningHours) -> bool:
    """Two hours of one weekday with the same range: nobody could say which of them counts."""
    return (one.weekday, one.from_on, one.until_on) == (other.weekday, other.from_on, other.until_on)


class WeekForm(Form):
    weekdays: list[Weekday] = Field(min_length=1)


def change_week(tx: Transaction, wanted: WeekForm) -> None:
    """The working days of a week."""
    days = sorted(set(wanted.weekdays))
    change_settings(tx, "week", {"weekdays": days})


class HolidayRow(Form):
    on_day: Day
    name: Line


class HolidaysForm(Form):
    """The holidays and the collective leave of one year."""

    year: int = Field(ge=2020, le=2100)
    holidays: list[HolidayRow] = Field(default_factory=list)


def holidays_form(office: OfficeConfig, year: int) -> HolidaysForm:
    """The holidays of that year as they are now."""
    known = sorted((day, name) for day, name in office.calendar.holidays.items() if day.year == year)
    return HolidaysForm(year=year, holidays=[HolidayRow(on_day=day, name=name) for day, name in known])


def change_holidays(tx: Transaction, wanted: HolidaysForm) -> None:
    """Replaces the holidays of that year; those of other years stay."""
    faults: list[Problem] = []
    seen: set[date] = set()
    for place, row in enumerate(wanted.holidays):
        if row.on_day.year != wanted.year:
            faults.append(Problem(("holidays", place, "on_day"), "other_year", {"value": wanted.year}))
        elif row.on_day in seen:
            faults.append(Problem(("holidays", place, "on_day"), "day_taken"))
        seen.add(row.on_day)
    raise_if_faults(faults)
    before = {str(day): name for day, name in tx.office.calendar.holidays.items() if day.year == wanted.year}
    mine = Holiday.office_id == tx.office_id
    for kept in tx.all(select(Holiday.on_day).where(mine)):
        if kept.on_day.year == wanted.year:
            tx.execute(delete(Holiday).where(mine, Holiday.on_day == kept.on_day))
    for holiday in wanted.holidays:
        tx.execute(insert(Holiday), {"office_id": tx.office_id, **holiday.model_dump()})
    record_setup_change(tx, "holidays", before, {str(row.on_day): row.name for row in wanted.holidays})
