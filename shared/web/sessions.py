"""The signed-in browsers of officers, kept by the server, so that each can be ended; coming and going is recorded."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from flask import request, session
from sqlalchemy import Connection, Row, insert, select, update

from shared.domain.actor import Actor
from shared.domain.errors import Unknown
from shared.store import hot
from shared.store.office import Store, Transaction
from shared.store.tables import Officer, OfficerSession

KEY = "session_key"
LISTED = timedelta(minutes=30)
"""One that was not seen for longer has signed itself out."""

_BROWSERS = (("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("Chrome", "Chrome"), ("Safari", "Safari"))


def begin(store: Store, office_id: int, actor: Actor) -> None:
    """Writes a new session down and puts its key into the cookie; earlier wrong passwords are forgotten."""
    key = secrets.token_urlsafe(18)
    session[KEY] = key
    store.change(office_id, actor, _sign_in, _hash(key), _browser())


def _sign_in(tx: Transaction, key_hash: str, browser: str) -> None:
    officer_id = tx.actor.officer_id
    tx.execute(update(Officer).where(Officer.id == officer_id).values(failed_sign_ins=0, locked_until=None))
    known = {"officer_id": officer_id, "key_hash": key_hash, "made_at": tx.now, "seen_at": tx.now}
    tx.execute(insert(OfficerSession), {**known, "address": tx.actor.address or "", "browser": browser})
    tx.record("sign_in")


def fail(tx: Transaction, officer_id: int, login: str, failed: int, locked_until: datetime | None) -> None:
    """A wrong password for the account `login`, the `failed`th in a row; nobody knows who typed it."""
    columns = {"failed_sign_ins": failed, "locked_until": locked_until}
    tx.execute(update(Officer).where(Officer.id == officer_id).values(**columns))
    tx.record("sign_in_failed", reason=login, detail={"of": officer_id})


def is_running(store: Store, officer_id: int) -> bool:
    """Whether the session of this request's cookie was begun for this officer and not ended."""
    if KEY not in session:
        return False
    return store.ask(hot.is_session_running, _hash(session[KEY]), officer_id)


def seen(store: Store, now: datetime) -> None:
    store.write(_this().values(seen_at=now))


def end_this(store: Store, actor: Actor, reason: str | None = None) -> None:
    """The officer signs out here; `reason`: "idle" when nobody did it."""
    if KEY not in session:
        return
    mine = OfficerSession.key_hash == _hash(session[KEY]), OfficerSession.ended_at.is_(None)
    with store.read() as connection:
        found = connection.execute(
            select(OfficerSession.id, OfficerSession.officer_id, Officer.office_id)
            .join(Officer, Officer.id == OfficerSession.officer_id)
            .where(*mine)
        ).first()
    if found is not None:
        store.change(found.office_id, replace(actor, officer_id=found.officer_id), _sign_out, found.id, reason)


def _sign_out(tx: Transaction, session_id: int, reason: str | None) -> None:
    tx.execute(update(OfficerSession).where(OfficerSession.id == session_id).values(ended_at=tx.now))
    tx.record("sign_out", reason=reason)


def new_password(tx: Transaction, password_hash: str, kept: str | None) -> None:
    """The officer chose another password: every other browser of theirs has to sign in again, but `kept` (a key)."""
    columns = {"password_hash": password_hash, "must_change_password": False}
    officer_id = tx.actor.officer_id
    tx.execute(update(Officer).where(Officer.id == officer_id).values(**columns))
    others = OfficerSession.officer_id == officer_id, OfficerSession.key_hash != _hash(kept or "")
    tx.execute(update(OfficerSession).where(*others, OfficerSession.ended_at.is_(None)).values(ended_at=tx.now))
    tx.record("password")


def running(
    connection: Connection, office_id: int, officer_id: int | None, now: datetime
) -> Sequence[Row[*tuple[Any, ...]]]:
    """Those that are signed in now, of one officer or (None) of the whole office, newest first."""
    wanted = (
        select(OfficerSession, Officer.name.label("officer"))
        .join(Officer, Officer.id == OfficerSession.officer_id)
        .where(Officer.office_id == office_id, OfficerSession.ended_at.is_(None), OfficerSession.seen_at > now - LISTED)
        .order_by(OfficerSession.seen_at.desc())
    )
    return connection.execute(
        wanted if officer_id is None else wanted.where(OfficerSession.officer_id == officer_id)
    ).all()


def current_id(store: Store) -> int | None:
    with store.read() as connection:
        key = _hash(session.get(KEY, ""))
        return connection.execute(select(OfficerSession.id).where(OfficerSession.key_hash == key)).scalar_one_or_none()


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


def _this() -> Any:
    return update(OfficerSession).where(OfficerSession.key_hash == _hash(session.get(KEY, "")))


def _hash(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


def _browser() -> str:
    """A short name that a person knows again: `Chrome, Windows`."""
    said = request.user_agent.string
    name = next((name for mark, name in _BROWSERS if mark in said), "?")
    system = re.search(r"Windows|Android|iPhone|iPad|Mac OS|Linux", said)
    return f"{name}, {system[0]}" if system else name
