"""The officers' screen: its blueprints, with the routes that the files beside this one bring."""

from __future__ import annotations

from counter import audit, clicks, day, devices, files, recaps, seat, sessions, setup, sign_in, supervisor
from counter.blueprint import blueprint

BLUEPRINTS = (
    (blueprint, "/<office>/counter"),
    (devices.blueprint, "/<office>/counter/devices"),
    (setup.blueprint, "/<office>/counter/setup"),
)

__all__ = [
    "BLUEPRINTS",
    "audit",
    "clicks",
    "day",
    "devices",
    "files",
    "recaps",
    "seat",
    "sessions",
    "sign_in",
    "supervisor",
]
