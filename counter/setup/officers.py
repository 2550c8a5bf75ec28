"""Setup: the officers; sign-in name, roles with dates, on or off, and a new password that is shown once."""

from __future__ import annotations

from collections.abc import Iterable

from flask import g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from pydantic import BaseModel, ConfigDict, Field

from counter.setup.page import edit, page, refused, setup_page
from shared.domain.errors import Invalid, Unknown
from shared.domain.files.letters import Standing
from shared.domain.numbering import office_day
from shared.domain.rights import Right
from shared.domain.standards.standard import OFFICE_ROLES, Role
from shared.engine.founding import one_time_password
from shared.engine.people import second_factor
from shared.engine.people.session import ONE_TIME_LIFE
from shared.engine.setup import officers as engine
from shared.engine.setup.office import Id
from shared.loop import off_the_loop
from shared.store import second_factor as known_factor
from shared.web.access.auth import current_user, now, store
from shared.web.access.passwords import hash_password
from shared.web.clicks import change
from shared.web.forms import read
from shared.web.openapi import described
from shared.web.screen import office_config
from shared.web.urls import public_url


def _choices(held: Iterable[engine.RoleRow] = ()) -> dict[str, object]:
    """What a role's row offers: the roles, and in which standing somebody holds one."""
    given = [Role.KABUPATEN] if any(row.role == Role.KABUPATEN for row in held) else []
    return {
        "roles": [role.value for role in (*OFFICE_ROLES, *given)],
        "standings": [(each.value, gettext(f"standing.{each.value}")) for each in Standing],
    }


@setup_page("/officers", methods=["GET"])
def officers() -> ResponseReturnValue:
    today = office_day(now(), office_config().zone)
    return page("officers", "officers", officers=_all(), today=today)


@setup_page("/officers/new", right=Right.GIVE_ACCESS)
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
    return page("officers", "password", told=told) if told else answer


@setup_page("/officers/<int:officer_id>", right=Right.GIVE_ACCESS)
@described(takes=engine.OfficerForm)
def officer(officer_id: int) -> ResponseReturnValue:
    found = _one(officer_id)

    def save(wanted: engine.OfficerForm) -> str:
        change(engine.change_officer, officer_id, wanted)
        return url_for("setup.officers", saved=1)

    has_factor = store().ask(known_factor.is_on, officer_id)
    facts = {**_choices(found.form.roles), "officer": found, "has_factor": has_factor}
    return edit("officers", "officer", engine.OfficerForm, lambda: found.form, save, **facts)


@setup_page("/officers/<int:officer_id>/password", methods=["POST"], right=Right.GIVE_ACCESS)
def new_password(officer_id: int) -> ResponseReturnValue:
    """Makes a one-time password and shows it in this answer alone."""
    found = _one(officer_id)
    password = one_time_password()
    change(engine.reset_password, officer_id, off_the_loop(hash_password, password))
    told = {"login": found.form.login, "name": found.form.name, "password": password}
    return page("officers", "password", told=told)


class SheetForm(BaseModel):
    """Ids of the officers who get a new one-time password."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    officers: list[Id] = Field(min_length=1, max_length=100)


@setup_page("/officers/passwords", right=Right.GIVE_ACCESS)
@described(takes=SheetForm)
def password_sheet() -> ResponseReturnValue:
    """Which officers get a new password; then the sheet, shown in this answer alone, to be printed and cut apart."""
    mine = (each for each in _all() if all(row.role != Role.KABUPATEN for row in each.form.roles))
    others = [each for each in mine if each.form.is_active and each.id != current_user.id]
    if request.method == "GET":
        return page("officers", "password_choice", officers=others)
    try:
        wanted = read(SheetForm)
        chosen = [each for each in others if each.id in wanted.officers]
        if len(chosen) != len(set(wanted.officers)):
            raise Unknown("officer")
        passwords = {each.id: one_time_password() for each in chosen}
        hashes = {officer_id: off_the_loop(hash_password, text) for officer_id, text in passwords.items()}
        change(engine.reset_passwords, hashes)
    except Invalid as error:
        return page("officers", "password_choice", refused(error, {}), error.status, officers=others)
    until = (now() + ONE_TIME_LIFE).astimezone(office_config().zone)
    facts = {
        "chosen": chosen,
        "passwords": passwords,
        "until": until,
        "address": public_url(url_for("counter.sign_in")),
    }
    return page("officers", "password_sheet", None, 200, **facts)


@setup_page("/officers/<int:officer_id>/second-factor", methods=["POST"], right=Right.GIVE_ACCESS)
def reset_second_factor(officer_id: int) -> ResponseReturnValue:
    change(second_factor.reset, officer_id)
    return redirect(url_for("setup.officers", saved=1))


def _all() -> list[engine.OfficerAccount]:
    with store().read() as connection:
        return engine.officers(connection, g.office_id)


def _one(officer_id: int) -> engine.OfficerAccount:
    found = next((each for each in _all() if each.id == officer_id), None)
    if found is None:
        raise Unknown("officer")
    return found
