"""What an admin does with devices: let one in by its code, name and settle it, take its token away; each recorded."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select

from shared.engine import device
from shared.store.office import Transaction
from shared.store.tables import Device, Event


def confirm(tx: Transaction, officer_id: int | None, code: str, name: str, now: datetime) -> int:
    """As `device.confirm`."""
    device_id = device.confirm(tx.connection, tx.office_id, code, name, now)
    _record(tx, "device", officer_id, device_id, device.plain_name(name), now)
    return device_id


def invite(tx: Transaction, officer_id: int | None, name: str, now: datetime) -> str:
    """As `device.invite`."""
    code = device.invite(tx.connection, tx.office_id, name, now)
    tx.record("setup.device_invited", at=now, officer_id=officer_id, reason=device.plain_name(name))
    return code


def joined(tx: Transaction, token: str, now: datetime) -> None:
    """Notes once that a print agent came in by an admin's code; asked again, it has joined already."""
    found = tx.first(select(Device.id).where(Device.token_hash == device.digest(token)))
    if found is None or tx.first(select(Event.id).where(Event.device_id == found.id).limit(1)) is not None:
        tx.unchanged(None)
    tx.record("device_joined", at=now, device_id=found.id)


def configure(
    tx: Transaction, officer_id: int | None, device_id: int, name: str, settings: Mapping[str, Any], now: datetime
) -> None:
    """As `device.configure`."""
    device.configure(tx.connection, tx.office_id, device_id, name, settings)
    _record(tx, "device", officer_id, device_id, device.plain_name(name), now, dict(settings))


def revoke(tx: Transaction, officer_id: int | None, device_id: int, now: datetime) -> None:
    """As `device.revoke`."""
    named = {row.id: row.name for row in device.devices(tx.connection, tx.office_id)}
    device.revoke(tx.connection, tx.office_id, device_id, now)
    _record(tx, "device_revoked", officer_id, device_id, named.get(device_id, ""), now)


def _record(
    tx: Transaction,
    what: str,
    officer_id: int | None,
    device_id: int,
    name: str,
    now: datetime,
    settings: dict[str, Any] | None = None,
) -> None:
    detail = {"device": device_id} | ({"settings": settings} if settings is not None else {})
    tx.record(f"setup.{what}", at=now, officer_id=officer_id, reason=name, detail=detail)
