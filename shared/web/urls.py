"""Addresses that leave the machine: what a phone in the room can open."""

from __future__ import annotations

import socket
from functools import lru_cache

from flask import current_app, request


def public_url(path: str) -> str:
    """`path` as a phone opens it: the setting's address, else this machine's own in the office's network."""
    settings = current_app.extensions["loket_settings"]
    if settings.public_url:
        return str(settings.public_url).rstrip("/") + path
    if settings.host in ("0.0.0.0", "::"):
        return f"http://{_own_address()}:{settings.port}{path}"
    return request.host_url.rstrip("/") + path


@lru_cache(maxsize=1)
def _own_address() -> str:
    """The address of the network interface that faces the office; nothing is sent to find it out."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # RFC 5737: an address for documentation
            return str(probe.getsockname()[0])
        except OSError:
            return "127.0.0.1"
