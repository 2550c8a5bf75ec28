"""The wizard of the first day: one list of what is left to do, above the pages of its steps and on the admin's desk."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from flask import current_app, g, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from shared.domain.first_day import FirstDayStep, FirstStep, first_day
from shared.domain.standards.standard import unfilled
from shared.engine.people.session import ONE_TIME_LIFE
from shared.store.first_day import seen
from shared.web.access.auth import now, store
from shared.web.conditions.conditions import Scene, conditions
from shared.web.i18n import language
from shared.web.screen import office_config
from shared.web.settings import Settings

PLACES = {
    FirstStep.OFFICE: ("office", "setup.office", "building-2"),
    FirstStep.HOURS: ("hours", "setup.hours", "clock"),
    FirstStep.SERVICES: ("services", "setup.services", "layout-grid"),
    FirstStep.COUNTERS: ("counters", "setup.counters", "monitor"),
    FirstStep.OFFICERS: ("officers", "setup.officers", "users"),
    FirstStep.PRINTER: ("printers", "setup.printers", "printer"),
    FirstStep.SCREENS: ("devices", "devices_setup.page", "tv"),
    FirstStep.NUMBER: ("number", "setup.first_number", "ticket"),
}
"""Of each step: its theme among `page.THEMES`, its page and its picture."""


MENDED_AT = {
    "no_service": "setup.services",
    "no_counter": "setup.counters",
    "service_without_counter": "setup.counters",
    "role_without_officer": "setup.officers",
    "one_time_password_lapsed": "setup.officers",
    "hours_unknown": "setup.hours",
    "weekday_without_hours": "setup.hours",
    "closes_while_open": "setup.rules",
    "holidays_unknown": "setup.holidays",
    "counter_unspeakable": "setup.counters",
    "service_unspeakable": "setup.services",
    "qr_for_this_machine_only": "devices_setup.page",
    "printer_not_learned": "setup.printers",
    "printer_in_trouble": "setup.printers",
    "medium_not_playable": "setup.slides",
    "backup_never": "setup.backup",
    "backup_old": "setup.backup",
}
"""The conditions that the setup mends, and the page where."""


@dataclass(frozen=True, slots=True)
class FirstDayLine:
    """A step as the pages show it. `missing`: sentences."""

    key: str
    theme: str
    address: str
    picture: str
    title: str
    missing: list[str]
    is_done: bool
    is_skipped: bool
    is_open: bool


@dataclass(frozen=True, slots=True)
class FirstDay:
    steps: list[FirstDayLine]

    @property
    def left(self) -> list[tuple[str, str]]:
        """What else an office does well to fill in: (address, sentence)."""
        return _left({PLACES[FirstStep(step.key)][1] for step in self.steps if step.is_open})

    @property
    def done(self) -> int:
        return sum(not step.is_open for step in self.steps)

    @property
    def is_over(self) -> bool:
        return self.done == len(self.steps)

    @property
    def next(self) -> FirstDayLine | None:
        return next((step for step in self.steps if step.is_open), None)

    def here(self, theme: str) -> FirstDayLine | None:
        """The step whose page this is."""
        return next((step for step in self.steps if step.theme == theme), None)

    def after(self, here: FirstDayLine) -> FirstDayLine | None:
        """The next step that is not done yet, counted from this one, else from the first."""
        place = self.steps.index(here)
        ahead = [*self.steps[place + 1 :], *self.steps[:place]]
        return next((step for step in ahead if step.is_open), None)


def read_first_day() -> FirstDay:
    """As it is now in the office of this request."""
    with store().read() as connection:
        found = seen(connection, g.office_id, ONE_TIME_LIFE)
    return FirstDay([_line(step) for step in first_day(office_config(), found)])


def _line(step: FirstDayStep) -> FirstDayLine:
    theme, endpoint, picture = PLACES[step.key]
    missing = [gettext(f"missing.{each.code}", service=each.service) for each in step.missing]
    title = gettext(f"first_step.{step.key.value}")
    address = url_for(endpoint)
    return FirstDayLine(
        step.key.value, theme, address, picture, title, missing, step.is_done, step.is_skipped, step.is_open
    )


def _left(busy: Collection[str]) -> list[tuple[str, str]]:
    """What an office can work without, but not well: (address, sentence); what a step of the list says already is
    left out. `busy`: endpoints of the open steps.
    """
    office, found = office_config(), []
    settings: Settings = current_app.extensions["loket_settings"]
    with store().read() as connection:
        holding = conditions(Scene(settings, connection, office, now()), tuple(MENDED_AT))
    for each in holding:
        if MENDED_AT[each.code] not in busy:
            found.append((url_for(MENDED_AT[each.code]), each.sentence(language())))
    for service in office.services:
        count = len(unfilled(service.standard, office.own_channels)) if service.is_active else 0
        if count:
            sentence = gettext(
                "%(service)s: %(count)s components not filled in", service=service.standard.short_name, count=count
            )
            found.append((url_for("setup.standard", slug=service.slug), sentence))
    if not office.profile.get("pledge"):
        found.append((url_for("setup.office"), gettext("The service pledge is not filled in.")))
    return found


def onward(step: str) -> ResponseReturnValue:
    """To the step after this one, or to the list when none is left."""
    day = read_first_day()
    here = next(each for each in day.steps if each.key == step)
    following = day.after(here)
    return redirect(following.address if following else url_for("setup.overview"), 303)
