"""Setup: when the office works; opening hours by weekday and range, working days, holidays of a year."""

from __future__ import annotations

from flask import request, url_for
from flask.typing import ResponseReturnValue

from counter.setup.page import change, edit, setup_page
from shared.domain.numbering import office_day
from shared.engine import setup_hours as engine
from shared.web.auth import now
from shared.web.screen import setup

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@setup_page("/hours")
def hours() -> ResponseReturnValue:
    return edit(
        "hours",
        "hours",
        engine.HoursForm,
        lambda: engine.hours_form(setup()),
        lambda wanted: change(engine.change_hours, wanted),
        week=setup().settings.weekdays,
    )


@setup_page("/hours/week", methods=["POST"])
def week() -> ResponseReturnValue:
    def save(wanted: engine.WeekForm) -> str:
        change(engine.change_week, wanted)
        return url_for("setup.hours", saved=1)

    return edit("hours", "week", engine.WeekForm, dict, save)


@setup_page("/holidays")
def holidays() -> ResponseReturnValue:
    this_year = office_day(now(), setup().zone).year
    year = request.values.get("year", this_year, type=int) or this_year

    def save(wanted: engine.HolidaysForm) -> str:
        change(engine.change_holidays, wanted)
        return url_for("setup.holidays", year=wanted.year, saved=1)

    present = engine.holidays_form(setup(), min(max(year, 2020), 2100))
    years = range(this_year - 1, this_year + 3)
    return edit("holidays", "holidays", engine.HolidaysForm, lambda: present, save, years=years, year=year)
