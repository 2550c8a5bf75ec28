"""Pairing of devices: one asks and an admin types the code that it shows, or an admin makes a code for an agent."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, and_, delete, insert, select, update

from shared.domain.errors import Invalid, NotAllowed, Unknown
from shared.domain.identity import plain
from shared.store import rows
from shared.store.tables import Device, Pairing

PURPOSES = ("kiosk", "display", "agent")
CODE_LIFE = timedelta(minutes=15)
MOST_PENDING = 20
"""Devices of one office that may wait at once; more is no office that is being set up."""
MOST_OF_ONE_ADDRESS = 3
TOKEN_LIFE = timedelta(days=365)
"""Of a program that acts for an officer; devices keep theirs until it is taken back."""
CODE_DIGITS = 6
INVITATION = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""What a code of an admin is made of, without the signs that are read as others."""
INVITATION_LENGTH = 8
TOKEN = re.compile(r"[A-Za-z0-9_-]{43,100}")
SEEN_EVERY = timedelta(seconds=30)
"""A heartbeat is written no more often than this."""
OFFLINE_AFTER = timedelta(minutes=3)


@dataclass(frozen=True, slots=True)
class Asked:
    """A device that waits. `token` is its own from now on, and works once the code was confirmed."""

    code: str
    token: str
    expires_at: datetime


def ask(connection: Connection, office_id: int, purpose: str, now: datetime, address: str = "") -> Asked:
    """Begins a pairing; only the token's hash is kept.

    Raises `Unknown("purpose")`, and `NotAllowed("many_pairings")` when nobody knows whose codes could give way.
    """
    if purpose not in PURPOSES:
        raise Unknown("purpose")
    connection.execute(delete(Pairing).where(Pairing.office_id == office_id, Pairing.expires_at <= now))
    _make_room(connection, office_id, address)
    taken = set(connection.execute(select(Pairing.code).where(Pairing.office_id == office_id)).scalars())
    code = next(each for each in iter(_new_code, "") if each not in taken)
    token, expires_at = secrets.token_urlsafe(32), now + CODE_LIFE
    columns = {"office_id": office_id, "purpose": purpose, "code": code, "token_hash": digest(token)}
    connection.execute(insert(Pairing), {**columns, "asked_at": now, "expires_at": expires_at, "address": address})
    return Asked(code, token, expires_at)


def _make_room(connection: Connection, office_id: int, address: str) -> None:
    """An address that asks too often loses its oldest code; when all places are taken, the largest crowd does."""
    wanted = select(Pairing.id, Pairing.address).where(Pairing.office_id == office_id, Pairing.name.is_(None))
    waiting: dict[str, list[int]] = {}
    for row in connection.execute(wanted.order_by(Pairing.id)):
        waiting.setdefault(row.address, []).append(row.id)
    crowd = waiting.get(address, [])
    if not address or len(crowd) < MOST_OF_ONE_ADDRESS:
        if sum(map(len, waiting.values())) < MOST_PENDING:
            return
        known = [ids for each, ids in waiting.items() if each]
        if not known:
            raise NotAllowed("many_pairings")
        crowd = max(known, key=lambda ids: (len(ids), -ids[0]))
    connection.execute(delete(Pairing).where(Pairing.id == crowd[0]))


def confirm(connection: Connection, office_id: int, code: str, name: str, now: datetime) -> int:
    """The admin typed what the device shows: the device's id. Raises `Unknown("pairing")`, `Invalid("fields")`."""
    name = plain_name(name)
    shown = re.sub("[^0-9]", "", plain(code))
    fits = Pairing.code == shown, Pairing.name.is_(None), Pairing.expires_at > now
    pairing = rows.first(connection, select(Pairing).where(Pairing.office_id == office_id, *fits))
    if pairing is None:
        raise Unknown("pairing")
    return _admit(connection, pairing, name, pairing.token_hash, now)


def invite(connection: Connection, office_id: int, name: str, now: datetime) -> str:
    """A code that lets one print agent in, once and soon; it is to be typed where the agent runs. Raises `Invalid`."""
    name = plain_name(name)
    connection.execute(delete(Pairing).where(Pairing.office_id == office_id, Pairing.expires_at <= now))
    code = "".join(secrets.choice(INVITATION) for _ in range(INVITATION_LENGTH))
    columns = {"office_id": office_id, "purpose": "agent", "name": name, "code": code, "token_hash": digest(code)}
    connection.execute(insert(Pairing), {**columns, "asked_at": now, "expires_at": now + CODE_LIFE})
    return code


def redeem(connection: Connection, code: str, token: str, now: datetime) -> int:
    """The agent that shows the code of an admin is let in with the token that it made itself: its office.

    The code says which office; it is used up by this. The same token once more is the same agent, whose answer was
    lost. Raises `Unknown("pairing")`, `Invalid("fields")`.
    """
    if not TOKEN.fullmatch(token):
        raise Invalid("fields", fields=["token"])
    shown = digest(token)
    known = select(Device.office_id).where(Device.token_hash == shown, Device.revoked_at.is_(None))
    office_id = connection.execute(known).scalar_one_or_none()
    if office_id is not None:
        return int(office_id)
    typed = "".join(each for each in plain(code).upper() if each in INVITATION)
    fits = Pairing.token_hash == digest(typed), Pairing.name.is_not(None), Pairing.expires_at > now
    pairing = rows.first(connection, select(Pairing).where(*fits))
    if pairing is None or pairing.name is None:
        raise Unknown("pairing")
    _admit(connection, pairing, pairing.name, shown, now)
    return pairing.office_id


def invitations(connection: Connection, office_id: int, now: datetime) -> Sequence[Pairing]:
    """The codes of an admin that no agent has used yet."""
    mine = and_(Pairing.office_id == office_id, Pairing.name.is_not(None), Pairing.expires_at > now)
    return rows.every(connection, select(Pairing).where(mine).order_by(Pairing.id))


def revoke(connection: Connection, office_id: int, device_id: int, now: datetime) -> None:
    """From now on its token opens nothing. Raises `Unknown("device")`."""
    _set(connection, office_id, device_id, revoked_at=now)


def configure(
    connection: Connection, office_id: int, device_id: int, name: str, settings: Mapping[str, object]
) -> None:
    """`settings`: services (slugs; absent is all), printer (slug), zone (words). Raises `Unknown("device")`."""
    name = plain_name(name)
    _set(connection, office_id, device_id, name=name, settings=dict(settings))


def pending(connection: Connection, office_id: int, token: str, now: datetime) -> Pairing | None:
    """The pairing that waits for this token; None when it expired, was confirmed, or never was."""
    mine = Pairing.office_id == office_id, Pairing.token_hash == digest(token), Pairing.expires_at > now
    return rows.first(connection, select(Pairing).where(*mine))


def devices(connection: Connection, office_id: int) -> Sequence[Device]:
    """Those that were not revoked, by purpose and name; programs of officers are no devices."""
    mine = Device.office_id == office_id, Device.revoked_at.is_(None), Device.purpose.in_(PURPOSES)
    return rows.every(connection, select(Device).where(*mine).order_by(Device.purpose, Device.name, Device.id))


def is_offline(last_seen_at: datetime | None, now: datetime, lost_at: datetime | None = None) -> bool:
    """`lost_at`: when its live line ended; it counts as long as there was no heartbeat since."""
    if last_seen_at is None or now - last_seen_at > OFFLINE_AFTER:
        return True
    return lost_at is not None and last_seen_at <= lost_at


def digest(token: str) -> str:
    """What is kept of a token, or of the key of a session."""
    return hashlib.sha256(token.encode()).hexdigest()


def issue_token(
    connection: Connection,
    office_id: int,
    purpose: str,
    name: str,
    made_at: datetime,
    officer_id: int | None = None,
    *,
    scopes: Sequence[str] | None = None,
    expires_at: datetime | None = None,
) -> str:
    """A new token for a device, or for a program that acts for an officer; only its hash is kept.

    A program's ends after `TOKEN_LIFE` when nothing else is said; without `scopes` it may do all that its officer may.
    """
    text = secrets.token_urlsafe(32)
    columns = {"office_id": office_id, "purpose": purpose, "name": name, "officer_id": officer_id, "made_at": made_at}
    ends = {} if officer_id is None else {"expires_at": expires_at or made_at + TOKEN_LIFE}
    limits = {} if scopes is None else {"scopes": list(scopes)}
    connection.execute(insert(Device), {**columns, **ends, **limits, "token_hash": digest(text)})
    return text


def seen(connection: Connection, device_id: int, now: datetime) -> None:
    connection.execute(update(Device).where(Device.id == device_id).values(last_seen_at=now))


def lost(connection: Connection, device_id: int, now: datetime) -> None:
    """Its live line ended."""
    connection.execute(update(Device).where(Device.id == device_id).values(lost_at=now))


def _set(connection: Connection, office_id: int, device_id: int, **columns: object) -> None:
    found = update(Device).where(
        Device.id == device_id,
        Device.office_id == office_id,
        Device.purpose.in_(PURPOSES),
        Device.revoked_at.is_(None),
    )
    if connection.execute(found.values(**columns)).rowcount != 1:
        raise Unknown("device")


def _admit(connection: Connection, pairing: Pairing, name: str, token_hash: str, now: datetime) -> int:
    """Of two that come with the same code one finds it."""
    if connection.execute(delete(Pairing).where(Pairing.id == pairing.id)).rowcount != 1:
        raise Unknown("pairing")
    columns = {"office_id": pairing.office_id, "purpose": pairing.purpose, "name": name, "token_hash": token_hash}
    values = {**columns, "made_at": now}
    return connection.execute(insert(Device).returning(Device.id), values).scalar_one()


def plain_name(text: str) -> str:
    """A device's name as it is kept; raises `Invalid("fields")` when nothing is left of it."""
    name = " ".join(text.split())[:80]
    if not name:
        raise Invalid("fields", fields=["name"])
    return name


def _new_code() -> str:
    return f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}d}"
