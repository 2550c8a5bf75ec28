"""The practice office: a separate office beside the real one, with its services, counters and accounts, to learn in."""

from __future__ import annotations

from typing import Any

from sqlalchemy import insert, select, update

from shared.domain.errors import Unknown
from shared.standards import service_to_json
from shared.store.office import Transaction
from shared.store.office_config import settings_to_json
from shared.store.tables import Counter, Event, Office, Officer, OfficerRole, Printer, Service, StandardVersion
from shared.words import words


def slug_for(slug: str) -> str:
    """The address of the practice office: "lumajang" is "lumajang-latihan"."""
    return f"{slug[:32]}-latihan"


def open_practice(tx: Transaction) -> str:
    """The slug of this office's practice office, made now when there is none yet; nothing of it counts here.

    It begins with copies: the newest standards, the counters, the officers with their roles and present passwords.
    Its hours are open and its printer is one on the screen. Raises `Unknown("page")` in a practice office itself.
    """
    if tx.office.settings.is_practice:
        raise Unknown("page")
    slug = slug_for(tx.office.slug)
    if tx.first(select(Office.id).where(Office.slug == slug)) is not None:
        tx.unchanged(slug)
    settings = {**settings_to_json(tx.office.settings), "is_practice": True, "printer": None}
    known = {"timezone": tx.office.zone.key, "profile": tx.office.profile, "settings": settings, "version": 1}
    office_id = _id(tx, Office, slug=slug, name=f"{words()('slip.practice')} {tx.office.name}"[:120], **known)
    for service in tx.office.services:
        _copy_service(tx, office_id, service.id)
    for row in tx.all(select(Counter).where(Counter.office_id == tx.office_id, Counter.is_active)):
        kept = {name: getattr(row, name) for name in ("number", "name", "roles", "services", "zone")}
        _id(tx, Counter, office_id=office_id, **kept)
    _id(tx, Printer, office_id=office_id, slug="virtual")
    founder = _copy_officers(tx, office_id)
    event = {"office_id": office_id, "version": 1, "at": tx.now, "action": "setup.founded", "officer_id": founder}
    tx.execute(insert(Event), {**event, "address": tx.actor.address, "detail": {"by": tx.office.slug}})
    tx.record("setup.practice", detail={"slug": slug})
    return slug


def _copy_service(tx: Transaction, office_id: int, service_id: int) -> None:
    row: Any = tx.execute(select(Service).where(Service.id == service_id)).one()
    kept = {name: getattr(row, name) for name in ("slug", "series", "position", "is_active", "quota", "cutoff_minutes")}
    made = _id(tx, Service, office_id=office_id, **kept)
    body = service_to_json(tx.office.service_ids[service_id].standard)
    version = {"office_id": office_id, "service_id": made, "number": 1, "body": body, "made_at": tx.now}
    standard_id = _id(tx, StandardVersion, **version)
    tx.execute(update(Service).where(Service.id == made).values(standard_id=standard_id))


def _copy_officers(tx: Transaction, office_id: int) -> int | None:
    """Those who work here now; who opened it keeps the roles held here. Their id there."""
    ids: dict[int, int] = {}
    for row in tx.all(select(Officer).where(Officer.office_id == tx.office_id, Officer.is_active)):
        kept = {name: getattr(row, name) for name in ("login", "name", "password_hash", "must_change_password")}
        ids[row.id] = _id(tx, Officer, office_id=office_id, **kept)
    for row in tx.all(select(OfficerRole).where(OfficerRole.officer_id.in_(ids))):
        columns = {"role": row.role, "from_on": row.from_on, "until_on": row.until_on}
        _id(tx, OfficerRole, officer_id=ids[row.officer_id], **columns)
    return ids.get(tx.actor.officer_id or 0)


def _id(tx: Transaction, table: Any, **columns: Any) -> int:
    key: Any = tx.execute(insert(table), columns).inserted_primary_key
    return int(key[0])
