"""Addresses that leave the machine: what a phone in the room can open."""

from __future__ import annotations

import socket
import time
from functools import lru_cache
from urllib.parse import urlsplit

from flask import current_app, request

from shared.web.server.hosts import is_loopback
from shared.web.server.machine import own_addresses
from shared.web.settings import Settings

LOOPBACK_NAMES = ("localhost", "ip6-localhost")
ASKED_EVERY_S = 10
"""The machine's address may change, or come when the cable is put in."""
_found: tuple[float, str] = (float("-inf"), "")


def public_url(path: str) -> str:
    """`path` as a phone opens it: the setting's address, else this machine's own in the office's network."""
    settings: Settings = current_app.extensions["loket_settings"]
    if settings.public_url:
        return settings.public_url.rstrip("/") + path
    if settings.host in ("0.0.0.0", "::"):
        return f"http://{_own_address()}:{settings.port}{path}"
    return f"{request.scheme}://{request.host}{path}"


def paper_url(path: str) -> str:
    """The same for what is printed or scanned: never an address that means another machine on every phone."""
    url = public_url(path)
    if not _is_loopback_url(url):
        return url
    settings: Settings = current_app.extensions["loket_settings"]
    return f"http://{_own_address()}:{settings.port}{path}"


@lru_cache(maxsize=64)
def _is_loopback_url(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    return host in LOOPBACK_NAMES or is_loopback(host)


def is_for_this_machine_only(settings: Settings) -> bool:
    """No phone can open what stands on the slips, because the server listens to its own machine only."""
    public = urlsplit(settings.public_url).hostname or settings.host
    return public in LOOPBACK_NAMES or is_loopback(public)


def _own_address() -> str:
    """As it is now; the machine's name in the local network while it has no address."""
    global _found
    asked_at, address = _found
    if time.monotonic() - asked_at >= ASKED_EVERY_S:
        addresses = [each for each in own_addresses() if ":" not in each]
        address = addresses[0] if addresses else f"{socket.gethostname().partition('.')[0]}.local"
        _found = (time.monotonic(), address)
    return address


def came_from() -> str | None:
    """The page of ours on which the button was pressed; None when there is none, or it is the one that failed."""
    came = urlsplit(request.referrer or "")
    here = came.netloc == request.host and came.path.startswith("/") and not came.path.startswith("//")
    if not here or (request.method == "GET" and came.path == request.path):
        return None
    return f"{came.path}?{came.query}" if came.query else came.path
