"""Signing in and out: tries that are counted before a password is looked at, sessions, new passwords.

Knows no cookie and no hash: a session is the key that a browser holds, a password the hash that somebody else made.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib import import_module

from sqlalchemy import ColumnElement, Connection, delete, insert, select, update

from shared.domain.errors import Forbidden, Unknown
from shared.engine.people.device import digest
from shared.store import rows
from shared.store.office import Transaction
from shared.store.tables import Device, Officer, OfficerSession, SignInTry

ATTEMPTS = 5
LOCKED = timedelta(minutes=5)
"""After so many wrong passwords from one place that place rests, for this account."""
REFILL = timedelta(seconds=30)
"""Strangers together have ATTEMPTS tries for one account, and one more each time this has passed."""
FORGOTTEN = timedelta(days=1)
ONE_TIME_LIFE = timedelta(hours=24)
"""A one-time password that was not used by then lapses."""
LISTED = timedelta(minutes=30)
"""A session that was not seen for longer has signed itself out."""
LOGIN_LENGTH = 40


@dataclass(frozen=True, slots=True)
class Place:
    """Where a try comes from. `is_known`: a browser in which this officer has signed in before."""

    key: str
    is_known: bool = False


def plain_login(typed: str) -> str:
    """A name as people mean it: without blanks, capitals and signs that cannot be seen."""
    plain = unicodedata.normalize("NFKC", typed).casefold()
    return "".join(sign for sign in plain if sign.isprintable() and not sign.isspace())[:LOGIN_LENGTH]


# tries


def count_try(connection: Connection, office_id: int, login: str, place: Place, now: datetime) -> None:
    """Counts a try as failed, before its password is checked: of many at once only ATTEMPTS are checked.

    `signed_in` forgets it. Raises `Forbidden("wrong_password")`, as for a wrong one, when there were too many.
    Strangers wear out a budget of their own, so they cannot lock out the officer at a known browser.
    """
    connection.execute(delete(SignInTry).where(SignInTry.office_id == office_id, SignInTry.at < now - FORGOTTEN))
    strangers = _locked_row(connection, office_id, login, "", now)
    here = _locked_row(connection, office_id, login, place.key, now)
    if here.locked_until is not None and now < here.locked_until <= now + LOCKED:
        raise Forbidden("wrong_password")
    if not place.is_known:
        used, since = _budget(strangers.failed, strangers.at, now)
        if used >= ATTEMPTS:
            raise Forbidden("wrong_password")
        _write(connection, strangers, failed=used + 1, at=since)
    failed = here.failed + 1
    _write(connection, here, failed=failed, at=now, locked_until=now + LOCKED if failed % ATTEMPTS == 0 else None)


def _budget(used: int, since: datetime, now: datetime) -> tuple[int, datetime]:
    """How much of the strangers' budget is used now, and since when it refills."""
    if since > now:
        return 0, now  # the clock was set back
    refilled = int((now - since) / REFILL)
    return (used - refilled, since + refilled * REFILL) if used > refilled else (0, now)


def _locked_row(connection: Connection, office_id: int, login: str, place: str, now: datetime) -> SignInTry:
    """The row of that place, made when it is missing; it stays locked, so that tries are counted one by one."""
    make = import_module(f"sqlalchemy.dialects.{connection.dialect.name}").insert  # only the one in use
    columns = {"office_id": office_id, "login": login, "place": place, "failed": 0, "at": now}
    connection.execute(make(SignInTry).values(columns).on_conflict_do_nothing())
    mine = SignInTry.office_id == office_id, SignInTry.login == login, SignInTry.place == place
    found = rows.first(connection, select(SignInTry).where(*mine).with_for_update())
    assert found is not None
    return found


def _write(connection: Connection, row: SignInTry, **columns: object) -> None:
    mine = SignInTry.office_id == row.office_id, SignInTry.login == row.login, SignInTry.place == row.place
    connection.execute(update(SignInTry).where(*mine).values(columns))


def forget_tries(connection: Connection, office_id: int, login: str, place: Place | None = None) -> None:
    """Of one place and of strangers; without a place, all."""
    mine = delete(SignInTry).where(SignInTry.office_id == office_id, SignInTry.login == login)
    connection.execute(mine if place is None else mine.where(SignInTry.place.in_((place.key, ""))))


def wrong_password(tx: Transaction, officer_id: int, login: str) -> None:
    """Notes a wrong password for an account that there is; nobody knows who typed it."""
    tx.record("sign_in_failed", reason=login, detail={"of": officer_id})


# sessions


def signed_in(tx: Transaction, login: str, place: Place, key: str, browser: str) -> None:
    """A new session of the acting officer, which the holder of `key` has."""
    forget_tries(tx.connection, tx.office_id, login, place)
    columns = {"officer_id": tx.actor.officer_id, "key_hash": digest(key), "made_at": tx.now, "seen_at": tx.now}
    tx.execute(insert(OfficerSession), {**columns, "address": tx.actor.address or "", "browser": browser[:80]})
    tx.record("sign_in")


def seen(connection: Connection, key: str, now: datetime) -> None:
    connection.execute(update(OfficerSession).where(OfficerSession.key_hash == digest(key)).values(seen_at=now))


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A running session: its own id, its officer and their office."""

    id: int
    officer_id: int
    office_id: int


def find(connection: Connection, key: str) -> OpenSession | None:
    """The running session that `key` opens."""
    wanted = OfficerSession.key_hash == digest(key), OfficerSession.ended_at.is_(None)
    row = connection.execute(
        select(OfficerSession.id, OfficerSession.officer_id, Officer.office_id)
        .join(Officer, Officer.id == OfficerSession.officer_id)
        .where(*wanted)
    ).first()
    return None if row is None else OpenSession(row.id, row.officer_id, row.office_id)


def sign_out(tx: Transaction, session_id: int, reason: str | None) -> None:
    """`reason`: "idle" when nobody asked for it."""
    tx.execute(update(OfficerSession).where(OfficerSession.id == session_id).values(ended_at=tx.now))
    tx.record("sign_out", reason=reason)


def end(tx: Transaction, session_id: int, only_of: int | None) -> None:
    """Ends one session of the office, or only of the officer `only_of`; raises `Unknown("session")`."""
    found = tx.first(
        select(OfficerSession.id, OfficerSession.officer_id)
        .join(Officer, Officer.id == OfficerSession.officer_id)
        .where(OfficerSession.id == session_id, Officer.office_id == tx.office_id)
    )
    if found is None or only_of not in (None, found.officer_id):
        raise Unknown("session")
    tx.execute(update(OfficerSession).where(OfficerSession.id == session_id).values(ended_at=tx.now))
    tx.record("end_session", detail={"of": found.officer_id})


def end_token(tx: Transaction, device_id: int, only_of: int | None) -> None:
    """Takes a program's token back; as `end`."""
    found = tx.first(
        select(Device.officer_id).where(Device.id == device_id, Device.office_id == tx.office_id, *_is_token(tx.now))
    )
    if found is None or only_of not in (None, found.officer_id):
        raise Unknown("session")
    tx.execute(update(Device).where(Device.id == device_id).values(revoked_at=tx.now))
    tx.record("end_token", detail={"of": found.officer_id})


@dataclass(frozen=True, slots=True)
class SessionView:
    """A running session, and whose it is."""

    id: int
    officer: str
    browser: str
    address: str
    made_at: datetime
    seen_at: datetime


def running(connection: Connection, office_id: int, officer_id: int | None, now: datetime) -> list[SessionView]:
    """Those that are signed in now, of one officer or (None) of the whole office, newest first."""
    each = OfficerSession
    wanted = (
        select(each.id, Officer.name, each.browser, each.address, each.made_at, each.seen_at)
        .join(Officer, Officer.id == each.officer_id)
        .where(Officer.office_id == office_id, each.ended_at.is_(None), each.seen_at > now - LISTED)
        .order_by(each.seen_at.desc())
    )
    mine = wanted if officer_id is None else wanted.where(each.officer_id == officer_id)
    return [SessionView(*row) for row in connection.execute(mine)]


@dataclass(frozen=True, slots=True)
class TokenView:
    """A program's token, and for whom it acts."""

    id: int
    officer: str
    name: str
    made_at: datetime
    last_seen_at: datetime | None
    expires_at: datetime | None
    scopes: list[object] | None
    """None: everything that the officer may."""


def tokens(connection: Connection, office_id: int, officer_id: int | None, now: datetime) -> list[TokenView]:
    """The tokens of programs that act for an officer, or (None) for anybody of the office, newest first."""
    wanted = (
        select(
            Device.id,
            Officer.name,
            Device.name,
            Device.made_at,
            Device.last_seen_at,
            Device.expires_at,
            Device.scopes,
        )
        .join(Officer, Officer.id == Device.officer_id)
        .where(Device.office_id == office_id, *_is_token(now))
        .order_by(Device.id.desc())
    )
    mine = wanted if officer_id is None else wanted.where(Device.officer_id == officer_id)
    return [TokenView(*row) for row in connection.execute(mine)]


def _is_token(now: datetime) -> tuple[ColumnElement[bool], ...]:
    is_current = Device.expires_at.is_(None) | (Device.expires_at > now)
    return Device.officer_id.is_not(None), Device.revoked_at.is_(None), is_current


def good_sessions(connection: Connection, key_hashes: Collection[str]) -> set[str]:
    """Those of the key hashes whose session runs, of an officer who still works here."""
    wanted = (
        select(OfficerSession.key_hash)
        .join(Officer, Officer.id == OfficerSession.officer_id)
        .where(OfficerSession.key_hash.in_(key_hashes), OfficerSession.ended_at.is_(None), Officer.is_active)
    )
    return set(connection.execute(wanted).scalars())


def good_devices(connection: Connection, ids: Collection[int], now: datetime) -> set[int]:
    """Those of the devices and programs whose token was not taken back."""
    wanted = (
        select(Device.id)
        .outerjoin(Officer, Officer.id == Device.officer_id)
        .where(
            Device.id.in_(ids),
            Device.revoked_at.is_(None),
            Device.expires_at.is_(None) | (Device.expires_at > now),
            Device.officer_id.is_(None) | Officer.is_active,
        )
    )
    return set(connection.execute(wanted).scalars())


# passwords


def new_password(tx: Transaction, officer_id: int, password_hash: str, kept: str | None) -> None:
    """The officer chose another password: every other browser and every program of theirs has to come in again.

    `kept`: the key of the session in which it was chosen.
    """
    columns = {"password_hash": password_hash, "must_change_password": False, "one_time_until": None}
    tx.execute(update(Officer).where(Officer.id == officer_id).values(**columns))
    end_all(tx, officer_id, kept)
    tx.record("password")


def end_all(tx: Transaction, officer_id: int, kept: str | None = None) -> None:
    """Ends every session and token of an officer, but the session of the key `kept`."""
    others = OfficerSession.officer_id == officer_id, OfficerSession.key_hash != digest(kept or "")
    tx.execute(update(OfficerSession).where(*others, OfficerSession.ended_at.is_(None)).values(ended_at=tx.now))
    theirs = Device.officer_id == officer_id, Device.revoked_at.is_(None)
    tx.execute(update(Device).where(*theirs).values(revoked_at=tx.now))
