"""Founding an office from its standard file: services, counters, a printer and its first officers."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, update

from shared.domain.standard import OfficeStandard, Role
from shared.standards import holidays, service_to_json
from shared.store.tables import Counter, Holiday, Office, Officer, OfficerRole, Printer, Service, StandardVersion


@dataclass(frozen=True, slots=True)
class Password:
    """A one-time password, told once on the console; the officer must choose another at the first sign-in."""

    office: str
    login: str
    name: str
    password: str


_OFFICERS: Sequence[tuple[str, str, tuple[Role, ...]]] = (
    ("loket1", "Petugas Loket 1", (Role.LOKET,)),
    ("loket2", "Petugas Loket 2", (Role.LOKET,)),
    ("operator", "Petugas Operator", (Role.OPERATOR, Role.LOKET)),
    ("kasi", "Kepala Seksi Pelayanan", (Role.KASI,)),
    ("sekretariat", "Petugas Sekretariat", (Role.SEKRETARIAT,)),
    ("camat", "Camat", (Role.CAMAT,)),
    ("admin", "Admin Kantor", tuple(role for role in Role if role != Role.APPLICANT)),
)
_COUNTERS: Sequence[tuple[int, str, tuple[Role, ...]]] = (
    (1, "Loket 1", (Role.LOKET,)),
    (2, "Loket 2", (Role.LOKET,)),
    (3, "Meja Operator", (Role.OPERATOR,)),
)


def found(
    connection: Connection, standard: OfficeStandard, now: datetime, hash_password: Callable[[str], str]
) -> list[Password]:
    """Writes the whole office; the passwords of its demo officers, which are kept nowhere else."""
    office_id = _id(connection, insert(Office), slug=standard.slug, name=standard.name, timezone=standard.timezone)
    profile = {"address": standard.address, "phone": standard.phone, "web": standard.web, "pledge": standard.pledge}
    profile["region_code"] = standard.region_code
    known = {key: value for key, value in profile.items() if value}
    connection.execute(update(Office).where(Office.id == office_id).values(profile=known))
    for position, service in enumerate(standard.services):
        columns = {"slug": service.slug, "series": service.series, "position": position}
        service_id = _id(connection, insert(Service), office_id=office_id, **columns)
        body = service_to_json(service)
        version = {"office_id": office_id, "service_id": service_id, "number": 1, "body": body, "made_at": now}
        standard_id = _id(connection, insert(StandardVersion), **version)
        connection.execute(update(Service).where(Service.id == service_id).values(standard_id=standard_id))
    for number, name, roles in _COUNTERS:
        _id(connection, insert(Counter), office_id=office_id, number=number, name=name, roles=list(roles))
    days = [{"office_id": office_id, "on_day": day, "name": name} for day, name in holidays().items()]
    connection.execute(insert(Holiday), days)
    _id(connection, insert(Printer), office_id=office_id, slug="virtual")
    return [_officer(connection, office_id, standard.slug, officer, hash_password) for officer in _OFFICERS]


def _officer(
    connection: Connection,
    office_id: int,
    office: str,
    officer: tuple[str, str, tuple[Role, ...]],
    hash_password: Callable[[str], str],
) -> Password:
    login, name, roles = officer
    password = secrets.token_urlsafe(9)
    columns = {"login": login, "name": name, "password_hash": hash_password(password)}
    officer_id = _id(connection, insert(Officer), office_id=office_id, **columns)
    for role in roles:
        _id(connection, insert(OfficerRole), officer_id=officer_id, role=role)
    return Password(office, login, name, password)


def _id(connection: Connection, statement: Any, **columns: Any) -> int:
    key: Any = connection.execute(statement, columns).inserted_primary_key
    return int(key[0])
