"""Tokens of devices and programs: a Bearer token in a header, or a device's cookie."""

from __future__ import annotations

from flask import request

from shared.engine.people import device
from shared.store.access import KnownDevice
from shared.web.access import cookies
from shared.web.context import access, now, store


def bearer() -> str | None:
    """The token of a program that asks, from its header."""
    kind, _, shown = request.environ.get("HTTP_AUTHORIZATION", "").partition(" ")
    return shown.strip() or None if kind.lower() == "bearer" else None


def token() -> str | None:
    """What the device or program shows: a Bearer token, else the device's cookie."""
    return bearer() or cookies.kept(cookies.DEVICE)


def holder(shown: str | None) -> KnownDevice | None:
    """The device or program whose token that is, while it is good."""
    row = access().device(device.digest(shown)) if shown else None
    return row if row is not None and (row.expires_at is None or row.expires_at > now()) else None


def note_seen(row: KnownDevice) -> None:
    """A sign of life of that device or program."""
    seen_at = row.last_seen_at
    if seen_at is None or device.is_offline(seen_at, now(), row.lost_at) or now() - seen_at > device.SEEN_EVERY:
        store().write_with(device.seen, row.id, now())
        row.last_seen_at = now()
