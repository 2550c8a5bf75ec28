"""Setup: when the office works; opening hours by weekday and range, working days, holidays of a year."""

from __future__ import annotations

from flask import redirect, url_for
from flask.typing import ResponseReturnValue

from counter.setup.page import edit, kept, page, plain, refused, settle, setup_page
from shared.domain.errors import Refusal
from shared.domain.numbering import office_day
from shared.engine import setup_hours as engine
from shared.web.auth import now, wants_page
from shared.web.bounds import query_number
from shared.web.clicks import change
from shared.web.forms import Table, pressed, typed
from shared.web.openapi import described
from shared.web.screen import office_config


@setup_page("/hours")
@described(takes=engine.HoursForm)
def hours() -> ResponseReturnValue:
    return edit(
        "hours",
        "hours",
        engine.HoursForm,
        lambda: engine.hours_form(office_config()),
        lambda wanted: change(engine.change_hours, wanted),
        **_week(),
    )


@setup_page("/hours/week", methods=["POST"])
@described(takes=engine.WeekForm)
def week() -> ResponseReturnValue:
    """The working days; what is wrong with them is said on the page of the hours."""
    try:
        wanted, _ = settle(engine.WeekForm, typed(), pressed("_base"), _present_week())  # ticks of a list never clash
        change(engine.change_week, wanted)
    except Refusal as error:
        if not wants_page():
            raise
        hours = plain(engine.hours_form(office_config()))
        shown = refused(error, hours, kept(hours))
        return page("hours", "hours", shown, 400, **_week())
    return redirect(url_for("setup.hours", saved=1), 303)


def _week() -> dict[str, object]:
    """The working days, and what the form of them begins with."""
    return {"week": office_config().settings.weekdays, "week_base": kept(_present_week())}


def _present_week() -> Table:
    return {"weekdays": list(office_config().settings.weekdays)}


@setup_page("/holidays")
@described(takes=engine.HolidaysForm)
def holidays() -> ResponseReturnValue:
    this_year = office_day(now(), office_config().zone).year
    year = query_number("year", 2020, 2100) or this_year

    def save(wanted: engine.HolidaysForm) -> str:
        change(engine.change_holidays, wanted)
        return url_for("setup.holidays", year=wanted.year, saved=1)

    present = engine.holidays_form(office_config(), min(max(year, 2020), 2100))
    years = range(this_year - 1, this_year + 3)
    return edit("holidays", "holidays", engine.HolidaysForm, lambda: present, save, years=years, year=year)
