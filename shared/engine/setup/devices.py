"""What an admin does with devices: let one in by its code, name and settle it, take its token away; each recorded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from sqlalchemy import select

from shared.engine.people import device
from shared.store.office import Transaction
from shared.store.tables import Device, Event


def confirm(tx: Transaction, code: str, name: str) -> int:
    """As `device.confirm`."""
    device_id = device.confirm(tx.connection, tx.office_id, code, name, tx.now)
    _record(tx, "device", device_id, device.plain_name(name))
    return device_id


def invite(tx: Transaction, name: str) -> str:
    """As `device.invite`."""
    code = device.invite(tx.connection, tx.office_id, name, tx.now)
    tx.record("setup.device_invited", reason=device.plain_name(name))
    return code


def joined(tx: Transaction, token: str) -> None:
    """Notes once that a print agent came in by an admin's code; asked again, it has joined already."""
    found = tx.first(select(Device.id).where(Device.token_hash == device.digest(token)))
    if found is None or tx.first(select(Event.id).where(Event.device_id == found.id).limit(1)) is not None:
        tx.unchanged(None)
    with tx.acting(replace(tx.actor, device_id=found.id)):
        tx.record("device_joined")


def configure(tx: Transaction, device_id: int, name: str, settings: Mapping[str, object]) -> None:
    """As `device.configure`."""
    device.configure(tx.connection, tx.office_id, device_id, name, settings)
    _record(tx, "device", device_id, device.plain_name(name), settings=dict(settings))


def revoke(tx: Transaction, device_id: int) -> None:
    """As `device.revoke`."""
    named = {row.id: row.name for row in device.devices(tx.connection, tx.office_id)}
    device.revoke(tx.connection, tx.office_id, device_id, tx.now)
    _record(tx, "device_revoked", device_id, named.get(device_id, ""))


def _record(tx: Transaction, what: str, device_id: int, name: str, **settings: object) -> None:
    tx.record(f"setup.{what}", reason=name, detail={"device": device_id, **settings})
