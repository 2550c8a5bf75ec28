"""Setup: the officers; sign-in name, roles with dates, on or off, and a new password that is shown once."""

from __future__ import annotations

from flask import g, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from counter.setup.page import edit, page, setup_page
from shared.domain.errors import Unknown
from shared.domain.letters import Standing
from shared.domain.numbering import office_day
from shared.domain.standard import Role
from shared.engine import setup_officers as engine
from shared.engine.founding import one_time_password
from shared.loop import off_the_loop
from shared.web.auth import now, store
from shared.web.clicks import change
from shared.web.forms import mark_taken
from shared.web.openapi import described
from shared.web.passwords import hash_password
from shared.web.screen import office_config

ROLES = tuple(role.value for role in Role if role != Role.APPLICANT)


def _choices() -> dict[str, object]:
    """What a role's row offers: the roles, and in which standing somebody holds one."""
    return {"roles": ROLES, "standings": [(each.value, gettext(f"standing.{each.value}")) for each in Standing]}


@setup_page("/officers", methods=["GET"])
def officers() -> ResponseReturnValue:
    today = office_day(now(), office_config().zone)
    return page("officers", "officers", officers=_all(), today=today)


@setup_page("/officers/new")
@described(takes=engine.OfficerForm)
def new_officer() -> ResponseReturnValue:
    told: dict[str, str] = {}

    def save(wanted: engine.OfficerForm) -> str:
        password = one_time_password()
        change(engine.add_officer, wanted, off_the_loop(hash_password, password))
        told.update(login=wanted.login, name=wanted.name, password=password)
        return url_for("setup.officers")

    present = {"is_active": True, "roles": [{"role": "loket"}]}
    answer = edit("officers", "officer", engine.OfficerForm, lambda: present, save, **_choices(), officer=None)
    if told:
        mark_taken()
    return page("officers", "password", told=told) if told else answer


@setup_page("/officers/<int:officer_id>")
@described(takes=engine.OfficerForm)
def officer(officer_id: int) -> ResponseReturnValue:
    found = _one(officer_id)

    def save(wanted: engine.OfficerForm) -> str:
        change(engine.change_officer, officer_id, wanted)
        return url_for("setup.officers", saved=1)

    return edit("officers", "officer", engine.OfficerForm, lambda: found.form, save, **_choices(), officer=found)


@setup_page("/officers/<int:officer_id>/password", methods=["POST"])
def new_password(officer_id: int) -> ResponseReturnValue:
    """Makes a one-time password and shows it in this answer alone."""
    found = _one(officer_id)
    password = one_time_password()
    change(engine.reset_password, officer_id, off_the_loop(hash_password, password))
    told = {"login": found.form.login, "name": found.form.name, "password": password}
    return page("officers", "password", told=told)


def _all() -> list[engine.OfficerAccount]:
    with store().read() as connection:
        return engine.officers(connection, g.office_id)


def _one(officer_id: int) -> engine.OfficerAccount:
    found = next((each for each in _all() if each.id == officer_id), None)
    if found is None:
        raise Unknown("officer")
    return found
