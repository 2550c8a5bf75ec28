"""Who may come in: devices, programs, officers and their sessions, remembered by each process.

What is remembered holds for one `Office.access_version`, which the database itself raises with every change of them: a
token that was taken back opens nothing at the next request, in whichever process.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, bindparam, select

from shared.domain.standards.standard import Role
from shared.store import tables
from shared.store.hot import Head, Statement


@dataclass(slots=True)
class KnownDevice:
    """A device whose token is good; `last_seen_at` moves on with its heartbeats."""

    id: int
    office_id: int
    purpose: str
    officer_id: int | None
    settings: dict[str, Any]
    last_seen_at: datetime | None
    lost_at: datetime | None
    expires_at: datetime | None
    scopes: list[object] | None


@dataclass(frozen=True, slots=True)
class KnownOfficer:
    id: int
    office_id: int
    name: str
    login: str
    must_change_password: bool
    is_active: bool


@dataclass(frozen=True, slots=True)
class HeldRole:
    """A role with the days between which it is held; None: without end."""

    role: Role
    from_on: date | None
    until_on: date | None

    def is_held(self, day: date) -> bool:
        return (self.from_on is None or self.from_on <= day) and (self.until_on is None or day <= self.until_on)


class Access:
    """Who may come into one office; what it does not know yet it reads. Of other offices it remembers nobody."""

    def __init__(self, read: Callable[[], AbstractContextManager[Connection]], office_id: int, head: Head) -> None:
        self._read, self._office_id, self._head = read, office_id, head
        self._devices: dict[str, KnownDevice] = {}
        self._officers: dict[int, tuple[KnownOfficer, list[HeldRole]]] = {}
        self._sessions: set[tuple[str, int]] = set()

    def is_of(self, head: Head) -> bool:
        return (self._head.epoch, self._head.access_version) == (head.epoch, head.access_version)

    def device(self, token_hash: str) -> KnownDevice | None:
        """The device or program with this token."""
        found = self._devices.get(token_hash)
        if found is None:
            with self._read() as connection:
                found = device(connection, token_hash)
            if found is not None and found.office_id == self._office_id:
                self._devices[token_hash] = found
        return found

    def officer(self, officer_id: int) -> tuple[KnownOfficer, list[HeldRole]] | None:
        """The account, and the roles that it holds at some time."""
        found = self._officers.get(officer_id)
        if found is None:
            with self._read() as connection:
                account = officer(connection, officer_id)
                if account is None:
                    return None
                found = account, _ROLES.all(connection, {"the_officer": officer_id})
            if account.office_id == self._office_id:
                self._officers[officer_id] = found
        return found

    def is_session_running(self, key_hash: str, officer_id: int) -> bool:
        """Whether the session behind the cookie was begun for this officer and not ended."""
        if (key_hash, officer_id) not in self._sessions:
            with self._read() as connection:
                if not _SESSION.all(connection, {"the_key": key_hash, "the_officer": officer_id}):
                    return False
            if officer_id in self._officers:
                self._sessions.add((key_hash, officer_id))
        return True


def _columns(table: type[tables.Base], kind: type[Any]) -> list[Any]:
    return [getattr(table, field.name) for field in fields(kind)]


_DEVICE: Statement[KnownDevice] = Statement(
    select(*_columns(tables.Device, KnownDevice)).where(
        tables.Device.token_hash == bindparam("the_hash"), tables.Device.revoked_at.is_(None)
    ),
    KnownDevice,
)
_OFFICER: Statement[KnownOfficer] = Statement(
    select(*_columns(tables.Officer, KnownOfficer)).where(tables.Officer.id == bindparam("the_officer")), KnownOfficer
)
_ROLES: Statement[HeldRole] = Statement(
    select(*_columns(tables.OfficerRole, HeldRole)).where(tables.OfficerRole.officer_id == bindparam("the_officer")),
    HeldRole,
)
_SESSION: Statement[int] = Statement(
    select(tables.OfficerSession.id).where(
        tables.OfficerSession.key_hash == bindparam("the_key"),
        tables.OfficerSession.officer_id == bindparam("the_officer"),
        tables.OfficerSession.ended_at.is_(None),
    ),
    int,
)


def device(connection: Connection, token_hash: str) -> KnownDevice | None:
    return _DEVICE.first(connection, {"the_hash": token_hash})


def officer(connection: Connection, officer_id: int) -> KnownOfficer | None:
    return _OFFICER.first(connection, {"the_officer": officer_id})
