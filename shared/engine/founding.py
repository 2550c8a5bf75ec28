"""Founding an office by one plan: from the setup, the console, the file of a standard, or to practise in."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import Connection, Insert, insert, select, update

from shared.domain.office import OfficeConfig
from shared.domain.problem import Problem
from shared.domain.region import REGION_CODE
from shared.domain.standards.standard import OFFICE_ROLES, OfficeStandard, Role, ServiceStandard
from shared.domain.standards.table import to_table
from shared.engine.people.session import ONE_TIME_LIFE
from shared.engine.setup.office import raise_if_faults
from shared.standards import holidays, regency_of, service_to_json
from shared.store.tables import (
    Counter,
    Event,
    Holiday,
    Office,
    Officer,
    OfficerRole,
    Printer,
    Service,
    StandardVersion,
)

RESERVED = ("a", "t", "static", "healthz", "metrics", "openapi.json", "pair", "socket.io")
"""First parts of addresses that belong to no office."""


@dataclass(frozen=True, slots=True)
class PlannedRole:
    """`from_on`, `until_on`: for a deputy (Plt/Plh), both days included."""

    role: Role
    from_on: date | None = None
    until_on: date | None = None


@dataclass(frozen=True, slots=True)
class PlannedOfficer:
    login: str
    name: str
    roles: tuple[PlannedRole, ...]
    password_hash: str
    must_change_password: bool = True


@dataclass(frozen=True, slots=True)
class PlannedService:
    """`series`: its letter when it is another than the standard's."""

    standard: ServiceStandard
    is_active: bool = True
    quota: int | None = None
    cutoff_minutes: int = 0
    series: str | None = None


@dataclass(frozen=True, slots=True)
class PlannedCounter:
    """`services`: slugs; None is every service."""

    number: int
    name: str
    roles: tuple[Role, ...]
    services: tuple[str, ...] | None = None
    zone: str | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """A whole office as it begins; its printer is one on the screen. `name` is whole ("Kecamatan Tempeh")."""

    slug: str
    name: str
    officers: Sequence[PlannedOfficer]
    timezone: str = "Asia/Jakarta"
    profile: Mapping[str, object] = field(default_factory=dict)
    settings: Mapping[str, object] = field(default_factory=dict)
    services: Sequence[PlannedService] = ()
    counters: Sequence[PlannedCounter] = ()
    holidays: Mapping[date, str] = field(default_factory=holidays)
    """Those of the country."""
    regency: str | None = None
    """Its name ("Kabupaten Bogor") where the code of the region does not say it."""
    founder: str | None = None
    """The login, among its officers, of who founds it; None: the program at its start."""


def found(connection: Connection, plan: Plan, now: datetime, by: str, address: str | None = None) -> int:
    """The id of the new office, which begins with one event. `by`: from where it was founded.

    Raises `Invalid("fields")` with what is wrong with the address or the code of the region.
    """
    _must_be_possible(connection, plan)
    above = letterhead_of(str(plan.profile.get("region_code", "")), plan.regency)
    profile = {**({"letterhead": above} if above else {}), **plan.profile}
    office = {"name": plan.name, "timezone": plan.timezone, "profile": profile}
    office_id = _id(connection, insert(Office), slug=plan.slug, settings=dict(plan.settings), **office)
    for position, service in enumerate(plan.services):
        _write_service(connection, office_id, position, service, now)
    for counter in plan.counters:
        where = {"number": counter.number, "name": counter.name, "zone": counter.zone}
        served = None if counter.services is None else list(counter.services)
        _id(connection, insert(Counter), office_id=office_id, **where, roles=list(counter.roles), services=served)
    _id(connection, insert(Printer), office_id=office_id, slug="virtual")
    if plan.holidays:
        days = [{"office_id": office_id, "on_day": day, "name": name} for day, name in plan.holidays.items()]
        connection.execute(insert(Holiday), days)
    ids = {officer.login: _write_officer(connection, office_id, officer, now) for officer in plan.officers}
    event = {"office_id": office_id, "version": 0, "at": now, "action": "setup.founded", "address": address}
    connection.execute(insert(Event), {**event, "officer_id": ids.get(plan.founder or ""), "detail": {"by": by}})
    return office_id


def slug_for(name: str) -> str:
    """The address of an office: "Kecamatan Tempeh" is "tempeh", "Dinas Sosial" is "dinas-sosial"."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower().removeprefix("kecamatan ")).strip("-")[:40].strip("-")


# --- from the file of a standard ---


@dataclass(frozen=True, slots=True)
class Password:
    """A one-time password, told once on the console; the officer must choose another at the first sign-in."""

    office: str
    login: str
    name: str
    password: str


_FRONT: Sequence[tuple[str, str, tuple[Role, ...]]] = (
    ("loket1", "Petugas Loket 1", (Role.LOKET,)),
    ("loket2", "Petugas Loket 2", (Role.LOKET,)),
    ("operator", "Petugas Operator", (Role.OPERATOR, Role.LOKET)),
)
_NAMES = {
    Role.KASI: "Kepala Seksi Pelayanan",
    Role.SEKRETARIAT: "Petugas Sekretariat",
    Role.KASIR: "Kasir",
    Role.SEKCAM: "Sekretaris Camat",
    Role.CAMAT: "Camat",
    Role.SEKLUR: "Sekretaris Kelurahan",
    Role.LURAH: "Lurah",
    Role.KABID: "Kepala Bidang Pelayanan",
    Role.SEKDIS: "Sekretaris Dinas",
    Role.KADIS: "Kepala Dinas",
}
"""Of the accounts behind the counters; the officers' own names come later."""

_HEADS: Sequence[tuple[tuple[str, ...], tuple[Role, ...]]] = (
    (("kelurahan", "desa"), (Role.KASI, Role.SEKLUR, Role.LURAH)),
    (("dinas", "badan", "satpol"), (Role.KASI, Role.SEKRETARIAT, Role.KABID, Role.KADIS)),
    (("mal pelayanan", "mpp"), (Role.KASI,)),
    (("",), (Role.KASI, Role.SEKRETARIAT, Role.CAMAT)),
)
"""Words in the kind or name of an office -> whom it begins with; the last line is a kecamatan."""
_COUNTERS = (
    PlannedCounter(1, "Loket 1", (Role.LOKET,)),
    PlannedCounter(2, "Loket 2", (Role.LOKET,)),
    PlannedCounter(3, "Meja Operator", (Role.OPERATOR,)),
)


def _officers_of(standard: OfficeStandard) -> list[tuple[str, str, tuple[Role, ...]]]:
    """The first officers: those that such an office has, and somebody for every step of its standards."""
    kind = f"{standard.unit} {standard.name}".lower()
    usual = next(roles for words, roles in _HEADS if any(word in kind for word in words))
    named = {role for service in standard.services for step in service.steps for role in step.roles}
    heads = [role for role in _NAMES if role in usual or role in named]
    behind = [(role.value, _NAMES[role], (role,)) for role in heads]
    return [*_FRONT, *behind, ("admin", "Admin Kantor", OFFICE_ROLES)]


def _counters_of(standard: OfficeStandard) -> tuple[PlannedCounter, ...]:
    """Three counters, and a fourth for whoever else needs the applicant before them."""
    steps = [step for service in standard.services for step in service.steps if step.needs_applicant]
    there = {role for counter in _COUNTERS for role in counter.roles}
    alone = [step.role for step in steps if step.role != Role.APPLICANT and there.isdisjoint(step.roles)]
    more = tuple(dict.fromkeys(alone))
    return (*_COUNTERS, PlannedCounter(4, "Ruang Pejabat", more)) if more else _COUNTERS


def one_time_password() -> str:
    """A password to be told once; 75 random bits, in signs that nobody takes for another when they stand on paper."""
    return "".join(secrets.choice(_PLAIN_SIGNS) for _ in range(15))


_PLAIN_SIGNS = "abcdefghijkmnpqrstuvwxyz23456789"
"""Without l and 1, o and 0."""


def planned(standard: OfficeStandard, hash_password: Callable[[str], str]) -> tuple[Plan, list[Password]]:
    """The office of a standard with its counters and its first officers, and their passwords, kept nowhere else."""
    people = _officers_of(standard)
    told = [Password(standard.slug, login, name, one_time_password()) for login, name, _ in people]
    officers = [
        PlannedOfficer(login, name, tuple(map(PlannedRole, roles)), hash_password(each.password))
        for (login, name, roles), each in zip(people, told, strict=True)
    ]
    return plan_of(standard, officers), told


def plan_of(standard: OfficeStandard, officers: Sequence[PlannedOfficer], founder: str | None = None) -> Plan:
    """The office of a standard with its services and counters."""
    profile = {name: getattr(standard, name) for name in ("address", "phone", "web", "pledge", "region_code")}
    profile["letterhead"] = list(standard.letterhead)
    profile["complaint"] = to_table(standard).get("complaint")
    return Plan(
        standard.slug,
        standard.name,
        officers,
        standard.timezone,
        {name: value for name, value in profile.items() if value},
        services=[PlannedService(service) for service in standard.services],
        counters=_counters_of(standard),
        founder=founder,
    )


def letterhead_of(region_code: str, regency: str | None = None) -> list[str]:
    """The lines above the office's name: its regency's government; none for a region of which we know no name."""
    regency = regency or regency_of(region_code)
    return [f"Pemerintah {regency}"] if regency else []


def letterhead_missing(office: OfficeConfig) -> str | None:
    """The line that an office of an earlier version has not above its name; None when nothing is missing."""
    line = letterhead_of(str(office.profile.get("region_code", "")))
    is_there = bool(office.profile.get("letterhead")) or office.settings.is_practice
    return line[0] if line and not is_there else None


# --- rows ---


def _must_be_possible(connection: Connection, plan: Plan) -> None:
    faults: list[Problem] = []
    if plan.slug in RESERVED:
        faults.append(Problem(("slug",), "slug_reserved", {"value": plan.slug}))
    elif connection.execute(select(Office.id).where(Office.slug == plan.slug)).first() is not None:
        faults.append(Problem(("slug",), "slug_taken", {"value": plan.slug}))
    region = plan.profile.get("region_code")
    if region is not None and not REGION_CODE.fullmatch(str(region)):
        faults.append(Problem(("region_code",), "region_code"))
    raise_if_faults(faults)


def _write_service(
    connection: Connection, office_id: int, position: int, planned_service: PlannedService, now: datetime
) -> None:
    standard = planned_service.standard
    columns = {"is_active": planned_service.is_active, "quota": planned_service.quota}
    more = {"cutoff_minutes": planned_service.cutoff_minutes, "slug": standard.slug}
    more["series"] = planned_service.series or standard.series
    service_id = _id(connection, insert(Service), office_id=office_id, position=position, **columns, **more)
    version = {"office_id": office_id, "service_id": service_id, "number": 1, "made_at": now}
    standard_id = _id(connection, insert(StandardVersion), **version, body=service_to_json(standard))
    connection.execute(update(Service).where(Service.id == service_id).values(standard_id=standard_id))


def _write_officer(connection: Connection, office_id: int, officer: PlannedOfficer, now: datetime) -> int:
    account = {"login": officer.login, "name": officer.name, "password_hash": officer.password_hash}
    must_change = officer.must_change_password
    once = {"must_change_password": must_change, "one_time_until": now + ONE_TIME_LIFE if must_change else None}
    officer_id = _id(connection, insert(Officer), office_id=office_id, **once, **account)
    for held in officer.roles:
        span = {"from_on": held.from_on, "until_on": held.until_on}
        _id(connection, insert(OfficerRole), officer_id=officer_id, role=held.role, **span)
    return officer_id


def _id(connection: Connection, statement: Insert, **columns: object) -> int:
    key = connection.execute(statement, columns).inserted_primary_key
    assert key is not None
    return int(key[0])
