"""What a request shows of who asks: cookies, out of reach of scripts and of other sites, and the tokens of programs.

One browser has one set of cookies for all ports of a server. A name that begins with "__Host-" is taken and sent over
https alone, so what was given there never travels in the clear, and a page without https cannot put another in its
place; the same browser may use the port without https beside it.
"""

from __future__ import annotations

from flask import current_app, request
from werkzeug.wrappers import Response

from shared.engine.people import device
from shared.store.access import KnownDevice
from shared.web.context import access, now, store

SESSION = "loket"
DEVICE = "loket_device"
KNOWN = "loket_known"


def name(base: str) -> str:
    return f"__Host-{base}" if request.is_secure else base


def is_secure() -> bool:
    return request.is_secure or bool(current_app.config["SESSION_COOKIE_SECURE"])


def kept(base: str) -> str | None:
    """Also one from before the server spoke https."""
    return request.cookies.get(name(base)) or request.cookies.get(base)


def keep(response: Response, base: str, value: str, life_s: int) -> None:
    """For the whole server: one browser is one device."""
    response.set_cookie(name(base), value, max_age=life_s, httponly=True, samesite="Lax", secure=is_secure())


def bearer() -> str | None:
    """The token of a program that asks, from its header."""
    kind, _, shown = request.environ.get("HTTP_AUTHORIZATION", "").partition(" ")
    return shown.strip() or None if kind.lower() == "bearer" else None


def token() -> str | None:
    """What the device or program shows: a Bearer token, else the device's cookie."""
    return bearer() or kept(DEVICE)


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
