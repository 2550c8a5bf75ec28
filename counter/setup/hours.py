"""Setup: when the office works; opening hours by weekday and range, working days, holidays of a year."""

from __future__ import annotations

from dataclasses import replace

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from counter.setup.page import edit, kept, page, plain, refused, settle, setup_page, unchanged
from shared.domain.errors import Refusal
from shared.domain.numbering import office_day
from shared.engine.setup import hours as engine
from shared.web.access.auth import now, wants_page
from shared.web.bounds import query_number
from shared.web.clicks import change
from shared.web.forms import Table, pressed, typed
from shared.web.openapi import described
from shared.web.screen import office_config

PRESETS: dict[str, list[Table]] = {
    "five_days": [
        {"weekdays": [0, 1, 2, 3], "opens": "07:30", "closes": "15:30"},
        {"weekdays": [4], "opens": "07:30", "closes": "14:30"},
    ],
    "five_days_with_break": [
        {"weekdays": [0, 1, 2, 3], "opens": "07:30", "closes": "16:00", "break_from": "12:00", "break_until": "13:00"},
        {"weekdays": [4], "opens": "07:30", "closes": "16:30", "break_from": "11:30", "break_until": "13:00"},
    ],
    "six_days": [
        {"weekdays": [0, 1, 2, 3], "opens": "07:30", "closes": "14:30"},
        {"weekdays": [4], "opens": "07:30", "closes": "11:30"},
        {"weekdays": [5], "opens": "07:30", "closes": "13:00"},
    ],
}
"""What most offices keep; a click puts it into the form, where it can be changed before it is saved."""


@setup_page("/hours")
@described(takes=engine.HoursForm)
def hours() -> ResponseReturnValue:
    wanted = PRESETS.get(request.args.get("preset", ""))
    if request.method == "GET" and wanted:
        present = unchanged(plain(engine.hours_form(office_config())))
        shown = replace(present, values={"hours": [{**row} for row in wanted]})
        return page("hours", "hours", shown, 200, **_week())
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
    """The working days, what the form of them begins with, and the hours that can be put in."""
    return {
        "week": office_config().settings.weekdays,
        "week_base": kept(_present_week()),
        "presets": list(PRESETS),
    }


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
