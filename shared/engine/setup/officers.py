"""What an admin sets about officers: names, roles with dates, new passwords; and how an office is founded by hand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

from pydantic import BeforeValidator, Field, StringConstraints
from sqlalchemy import Connection, delete, insert, select, update

from shared.domain import identity
from shared.domain.errors import NotAllowed, Unknown
from shared.domain.files.letters import Standing
from shared.domain.problem import Problem
from shared.domain.standards.standard import OfficeStandard, Role
from shared.engine.founding import Plan, PlannedOfficer, PlannedRole, found, plan_of
from shared.engine.people import session
from shared.engine.queue.seat import empty
from shared.engine.setup.office import Day, Form, Line, Slug, lower, raise_if_faults, record_setup_change
from shared.store.office import Transaction
from shared.store.tables import Officer, OfficerRole

Login = Annotated[
    str,
    BeforeValidator(lambda value: identity.login(value) if isinstance(value, str) else value),
    StringConstraints(pattern=r"^[a-z0-9][a-z0-9._-]{1,39}$"),
]


class RoleRow(Form):
    """`from_on`, `until_on`: for a deputy, both days included; `standing`: Plt. or Plh., as their letters say it."""

    role: Role
    from_on: Day | None = None
    until_on: Day | None = None
    standing: Standing = Standing.HOLDER


class OfficerForm(Form):
    login: Login
    name: Line
    is_active: bool = False
    roles: list[RoleRow] = Field(min_length=1)


@dataclass(frozen=True, slots=True)
class OfficerAccount:
    """An officer as the setup shows them."""

    id: int
    form: OfficerForm
    must_change_password: bool


def officers(tx: Transaction | Connection, office_id: int) -> list[OfficerAccount]:
    """Every officer of the office, by name. `tx`: whatever executes statements."""
    rows = tx.execute(select(Officer).where(Officer.office_id == office_id).order_by(Officer.name)).all()
    held: dict[int, list[RoleRow]] = {}
    roles = select(OfficerRole).join(Officer).where(Officer.office_id == office_id).order_by(OfficerRole.id)
    for row in tx.execute(roles):
        known = {"role": row.role, "from_on": row.from_on, "until_on": row.until_on, "standing": row.standing}
        held.setdefault(row.officer_id, []).append(RoleRow.model_construct(**known))
    return [
        OfficerAccount(
            row.id,
            OfficerForm.model_construct(
                login=row.login, name=row.name, is_active=row.is_active, roles=held.get(row.id, [])
            ),
            row.must_change_password,
        )
        for row in rows
    ]


def add_officer(tx: Transaction, wanted: OfficerForm, password_hash: str) -> int:
    """The id of the new officer, who must choose another password at the first sign-in."""
    _check(tx, wanted, None)
    until = tx.now + session.ONE_TIME_LIFE
    officer_id = tx.insert(
        Officer, password_hash=password_hash, one_time_until=until, **wanted.model_dump(exclude={"roles"})
    )
    _write_roles(tx, officer_id, wanted.roles)
    record_setup_change(tx, "officer", {}, _said(wanted, wanted.login))
    return officer_id


def change_officer(tx: Transaction, changed_id: int, wanted: OfficerForm) -> None:
    """Raises `Unknown("officer")`, and `NotAllowed("last_admin")` when nobody could open the setup afterwards."""
    before = account(tx, changed_id)
    _check(tx, wanted, changed_id)
    tx.execute(update(Officer).where(Officer.id == changed_id).values(**wanted.model_dump(exclude={"roles"})))
    if not wanted.is_active:
        session.end_all(tx, changed_id)
        for seat in [one for one in tx.room.seats.values() if one.officer_id == changed_id]:
            empty(tx, seat, "empty_counter")
    tx.execute(delete(OfficerRole).where(OfficerRole.officer_id == changed_id))
    _write_roles(tx, changed_id, wanted.roles)
    _must_have_an_admin(tx)
    record_setup_change(tx, "officer", _said(before.form, wanted.login), _said(wanted, wanted.login))


def reset_password(tx: Transaction, changed_id: int, password_hash: str) -> None:
    """A new password, told once by who made it; the account is unlocked, and signed out wherever it is signed in.

    The audit keeps who, never what.
    """
    login = _write_password(tx, changed_id, password_hash)
    record_setup_change(tx, "password", {}, {"login": login})


def reset_passwords(tx: Transaction, hashes: Mapping[int, str]) -> None:
    """The same for several officers at once, by their ids: for a sheet that is printed and cut apart."""
    if tx.actor.officer_id in hashes:
        raise NotAllowed("own_password")
    logins = [_write_password(tx, officer_id, password_hash) for officer_id, password_hash in hashes.items()]
    record_setup_change(tx, "password", {}, {"login": ", ".join(logins)})


def _write_password(tx: Transaction, changed_id: int, password_hash: str) -> str:
    """Whose it is now: the login."""
    officer = account(tx, changed_id)
    must_be_of_this_office(tx, officer.form.roles)
    columns = {"password_hash": password_hash, "must_change_password": True}
    one_time_until = tx.now + session.ONE_TIME_LIFE
    tx.execute(update(Officer).where(Officer.id == changed_id).values(**columns, one_time_until=one_time_until))
    session.forget_tries(tx.connection, tx.office_id, officer.form.login)
    session.end_all(tx, changed_id)
    return officer.form.login


def must_be_of_this_office(tx: Transaction, roles: Iterable[RoleRow]) -> None:
    """Raises `NotAllowed("regency_account")`: who looks at all offices would lend that to an admin of one of them."""
    if tx.actor.officer_id is not None and any(row.role == Role.KABUPATEN for row in roles):
        raise NotAllowed("regency_account")


def _said(form: OfficerForm, login: str) -> dict[str, object]:
    """The fields of an officer for the audit, each with the login before it, so that an entry says whose it is."""
    return {f"{login}.{key}": value for key, value in form.model_dump(mode="json").items()}


def account(tx: Transaction, officer_id: int) -> OfficerAccount:
    """Raises `Unknown("officer")`."""
    found = next((each for each in officers(tx, tx.office_id) if each.id == officer_id), None)
    if found is None:
        raise Unknown("officer")
    return found


def _check(tx: Transaction, wanted: OfficerForm, officer_id: int | None) -> None:
    faults: list[Problem] = []
    same = select(Officer.id).where(Officer.office_id == tx.office_id, Officer.login == wanted.login)
    other = tx.first(same)
    if other is not None and other.id != officer_id:
        faults.append(Problem(("login",), "login_taken", {"value": wanted.login}))
    held = {row.role for row in account(tx, officer_id).form.roles} if officer_id is not None else set()
    by_operator = tx.actor.officer_id is None
    for place, row in enumerate(wanted.roles):
        is_given_here = row.role != Role.KABUPATEN or by_operator or row.role in held
        if row.role == Role.APPLICANT or not is_given_here:
            faults.append(Problem(("roles", place, "role"), "choose"))
        if row.from_on and row.until_on and row.from_on > row.until_on:
            faults.append(Problem(("roles", place, "until_on"), "after_begin"))
    raise_if_faults(faults)


def _write_roles(tx: Transaction, officer_id: int, rows: Sequence[RoleRow]) -> None:
    for row in rows:
        tx.execute(insert(OfficerRole), {"officer_id": officer_id, **row.model_dump()})


def _must_have_an_admin(tx: Transaction) -> None:
    """Somebody must be able to come back here on every day to come."""
    found = tx.first(
        select(Officer.id)
        .join(OfficerRole, OfficerRole.officer_id == Officer.id)
        .where(
            Officer.office_id == tx.office_id,
            Officer.is_active,
            OfficerRole.role == Role.ADMIN,
            OfficerRole.from_on.is_(None),
            OfficerRole.until_on.is_(None),
        )
        .limit(1)
    )
    if found is None:
        raise NotAllowed("last_admin")


# --- another office ---


class FoundingForm(Form):
    """`region_code`: of what the office serves, regency, sub-district or village: "35.08", "35.08.05", "35.08.05.1001".

    `name` is whole ("Kecamatan Tempeh", "Mal Pelayanan Publik"); `regency` only where the program does not know it.
    """

    region_code: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=13)]
    name: Line
    regency: Line | None = None
    slug: Annotated[Slug, BeforeValidator(lower)]


def found_office(tx: Transaction, wanted: FoundingForm) -> int:
    """The id of a new office, in which the founder has the same account, as its admin.

    Services, counters and officers follow in its setup. Raises what `founding.found` raises.
    """
    admin = _same_account(tx)
    profile = {"region_code": wanted.region_code}
    plan = Plan(wanted.slug, wanted.name, [admin], profile=profile, regency=wanted.regency, founder=admin.login)
    return _found(tx, plan)


def found_by_standard(tx: Transaction, standard: OfficeStandard) -> str:
    """The slug of a new office with the services of a standard, the founder its admin as in `found_office`."""
    admin = _same_account(tx)
    _found(tx, plan_of(standard, [admin], admin.login))
    return standard.slug


def _same_account(tx: Transaction) -> PlannedOfficer:
    founder = tx.execute(select(Officer).where(Officer.id == tx.actor.officer_id)).one()
    return PlannedOfficer(founder.login, founder.name, (PlannedRole(Role.ADMIN),), founder.password_hash, False)


def _found(tx: Transaction, plan: Plan) -> int:
    office_id = found(tx.connection, plan, tx.now, tx.office.slug, tx.actor.address)
    tx.record("setup.founded", detail={"slug": plan.slug, "name": plan.name})
    return office_id
