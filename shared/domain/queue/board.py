"""The board: the whole public picture of one office; facts only, never a name, a reason or a delicate service."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NotRequired, TypedDict

from shared.domain.queue.availability import Availability

LAST_CALLS = 5
"""One large call and the four before it."""


class BoardService(TypedDict):
    """Whether a service gives numbers, on the wire. `words`: language -> [why not, when again], when it gives none."""

    is_open: bool
    code: str
    reason: str
    opens_again_on: str | None
    opens_again_at: str | None
    words: NotRequired[dict[str, list[str]]]


class BoardCall(TypedDict):
    """A call on the wire."""

    id: int
    number: str
    counter: int
    counter_name: str
    at: str


class BoardSeat(TypedDict):
    """A counter on the wire: see `BoardCounter`."""

    number: int
    name: str
    is_open: bool
    serving: str | None


class Board(TypedDict):
    """What `board` makes."""

    office: str
    version: int
    calls: list[BoardCall]
    waiting: dict[str, int]
    waiting_total: int
    counters: list[BoardSeat]
    availability: dict[str, BoardService]
    minute: str


class RoomBoard(Board):
    """The public picture that `Room.board` makes. `speak`: the calls of the last minute, oldest first."""

    epoch: str
    setup: int
    speak: list[BoardCall]
    printers: dict[str, str]
    outages: list[str]


class HeardBoard(RoomBoard):
    """With the ids of its calls that a display has begun to speak."""

    heard: list[int]


@dataclass(frozen=True, slots=True)
class Call:
    """`id` grows with every call and recall of the office; a display speaks ids above the last spoken one."""

    id: int
    number: str
    counter: int
    counter_name: str
    at: datetime

    def facts(self) -> BoardCall:
        """The call as it goes over the wire."""
        return {
            "id": self.id,
            "number": self.number,
            "counter": self.counter,
            "counter_name": self.counter_name,
            "at": self.at.isoformat(),
        }


@dataclass(frozen=True, slots=True)
class BoardCounter:
    number: int
    name: str
    is_open: bool
    """Somebody sits there."""
    serving: str | None
    """The number that is called or served there."""


def board(
    office: str,
    version: int,
    calls: Iterable[Call],
    waiting: Mapping[str, int],
    desks: Iterable[BoardCounter],
    availability: Mapping[str, Availability],
    at: datetime,
) -> Board:
    """The board as it goes over the wire and into the page.

    `calls`: newest first; of one ticket only the newest call stays. `waiting`: service slug -> people who wait.
    `availability`: service slug -> whether it gives numbers. `at`: the office's own time; the board carries its minute,
    because with the minute the availability changes, without any click.
    """
    newest: dict[str, Call] = {}
    for call in calls:
        newest.setdefault(call.number, call)
    return {
        "office": office,
        "version": version,
        "calls": [call.facts() for call in list(newest.values())[:LAST_CALLS]],
        "waiting": dict(waiting),
        "waiting_total": sum(waiting.values()),
        "counters": [
            {"number": desk.number, "name": desk.name, "is_open": desk.is_open, "serving": desk.serving}
            for desk in desks
        ],
        "availability": {slug: facts(found) for slug, found in availability.items()},
        "minute": at.replace(second=0, microsecond=0).isoformat(),
    }


def facts(found: Availability) -> BoardService:
    """Whether a service gives numbers, as it goes over the wire: days and moments in ISO 8601, None when unknown."""
    return {
        "is_open": found.is_open,
        "code": found.code.value,
        "reason": found.reason,
        "opens_again_on": found.opens_again_on.isoformat() if found.opens_again_on else None,
        "opens_again_at": found.opens_again_at.isoformat() if found.opens_again_at else None,
    }
