"""The officers' screen: its blueprints, with the routes that the files beside this one bring."""

from __future__ import annotations

from counter import (
    audit,
    clicks,
    complaints,
    day,
    desks,
    devices,
    evidence,
    files,
    letters,
    menu,
    payments,
    persons,
    programs,
    recaps,
    regency,
    register,
    register_files,
    reminders,
    report_sheets,
    reports,
    seat,
    second_factor,
    seek,
    sessions,
    setup,
    sign_in,
    supervisor,
    survey,
    survey_papers,
    tray,
    work,
)
from counter.blueprint import blueprint
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
