"""The board: the whole public picture of one office; facts only, never a name, a reason or a delicate service."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

LAST_CALLS = 5
"""One large call and the four before it (UX 17)."""


@dataclass(frozen=True, slots=True)
class Call:
    """`id` grows with every call and recall of the office; a display speaks ids above the last spoken one."""

    id: int
    number: str
    counter: int
    counter_name: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Desk:
    number: int
    name: str
    is_open: bool
    """Somebody sits there."""
    serving: str | None
    """The number that is called or served there."""


def board(
    office: str, version: int, calls: Iterable[Call], waiting: Mapping[str, int], desks: Iterable[Desk]
) -> dict[str, Any]:
    """The board as it goes over the wire and into the page.

    `calls`: newest first; of one ticket only the newest call stays. `waiting`: service slug -> people who wait.
    """
    newest: dict[str, Call] = {}
    for call in calls:
        newest.setdefault(call.number, call)
    return {
        "office": office,
        "version": version,
        "calls": [
            {
                "id": call.id,
                "number": call.number,
                "counter": call.counter,
                "counter_name": call.counter_name,
                "at": call.at.isoformat(),
            }
            for call in list(newest.values())[:LAST_CALLS]
        ],
        "waiting": dict(waiting),
        "waiting_total": sum(waiting.values()),
        "counters": [
            {"number": desk.number, "name": desk.name, "is_open": desk.is_open, "serving": desk.serving}
            for desk in desks
        ],
    }
