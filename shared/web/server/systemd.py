"""What systemd is told of the server: that its loop still turns, so that one which hangs is started again."""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping

ASKED_S = 60
"""The unit's WatchdogSec, once the server is up."""
STARTING_S = 3600
"""So long may a start take that copies and brings up a large database."""


def tell(state: str, environment: Mapping[str, str] = os.environ) -> None:
    """Sends one message of sd_notify(3); nothing where systemd does not ask."""
    place = environment.get("NOTIFY_SOCKET", "")
    if not place:
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
        line.connect("\0" + place[1:] if place.startswith("@") else place)
        line.send(state.encode())


def is_watching(environment: Mapping[str, str] = os.environ) -> bool:
    return bool(environment.get("NOTIFY_SOCKET") and environment.get("WATCHDOG_USEC"))


def wait_for_the_start() -> None:
    if is_watching():
        tell(f"WATCHDOG_USEC={STARTING_S * 1_000_000}")


def started() -> None:
    if is_watching():
        tell(f"READY=1\nWATCHDOG=1\nWATCHDOG_USEC={ASKED_S * 1_000_000}")
