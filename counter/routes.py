"""The officers' screen: its blueprints, with the routes that the files beside this one bring."""

from __future__ import annotations

from counter import audit, complaints, devices, menu, persons, programs, setup
from counter.account import second_factor, sessions, sign_in, work
from counter.blueprint import blueprint
from counter.files import files, letters, payments, recaps, reminders, seek, tray, uncollected
from counter.queue import clicks, day, desks, seat, supervisor
from counter.register import files as register_files
from counter.register import register
from counter.reports import evidence, regency, reports
from counter.reports import sheets as report_sheets
from counter.surveys import papers as survey_papers
from counter.surveys import survey
from shared.web.screens import Screen

ROUTES = (
    audit,
    clicks,
    complaints,
    day,
    evidence,
    desks,
    files,
    letters,
    payments,
    persons,
    recaps,
    regency,
    register,
    register_files,
    reminders,
    report_sheets,
    reports,
    seat,
    seek,
    second_factor,
    sessions,
    sign_in,
    supervisor,
    tray,
    survey,
    survey_papers,
    uncollected,
    work,
)
"""Each has put its routes on the one blueprint when it was imported."""

SCREEN = Screen(
    title="Counters",
    home="counter.home",
    blueprints=(
        (blueprint, "/<office>/counter"),
        (devices.blueprint, "/<office>/counter/devices"),
        (programs.blueprint, "/<office>/counter/programs"),
        (setup.blueprint, "/<office>/counter/setup"),
    ),
    sign_in="counter.sign_in",
    new_password="counter.change_password",
    menu=menu.menu,
)
