"""The counter as a working place: the next sensible action, when a wait becomes long, how many counters are needed."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

from shared.domain.queue.ticket import Action, State

UNHEARD_AFTER_S = 5
"""Without the word of a display after this long the counter says that the call was not heard yet."""
RECALL_AFTER_S = 15
"""Nobody came in this time: calling again is offered."""
MISS_AFTER_RECALLS = 3
"""After so many recalls "absent" is the next sensible action."""
WAIT_LIMITS_MIN = (15, 30)
"""From here a wait is amber, from there red; an office may choose others for a service."""
LOAD = 0.85
"""Share of its time that a counter can be busy before the line grows without end."""


class Primary(StrEnum):
    """What the one large button does."""

    NEXT = "next"
    START = "start"
    FINISH = "finish"
    MISS = "miss"
    GIVE_BACK = "give_back"
    """Back to the counter that sent the visitor here."""
    RESUME = "resume"
    """The counter's pause ends."""
    FILE = "file"
    """The visitor's file asks for something first."""


class PauseReason(StrEnum):
    BREAK = "break"
    PRAYER = "prayer"
    MEETING = "meeting"
    PAPERS = "papers"
    FAULT = "fault"
    OTHER = "other"


class CallReason(StrEnum):
    """Why somebody is called before their turn."""

    FRAIL = "frail"
    CAME_BACK = "came_back"
    APPOINTMENT = "appointment"
    SAME_VISITOR = "same_visitor"
    OTHER = "other"


class CancelReason(StrEnum):
    LEFT = "left"
    WRONG_SERVICE = "wrong_service"
    TWICE = "twice"
    OTHER = "other"


class Work(StrEnum):
    NOTHING = "nothing"
    """The file has moved on, waits for somebody else, or the service has none."""
    CHECK = "check"
    """The file was not accepted yet."""
    STEP = "step"
    """The file lies at a step of this officer."""


class FinishReason(StrEnum):
    """Why a visit ends although its file asks for something."""

    ONLY_ASKED = "only_asked"
    WRONG_SERVICE = "wrong_service"
    WITHDRAWN = "withdrawn"
    COMES_BACK = "comes_back"


class TransferPlace(StrEnum):
    """Where a transferred visitor stands in the line of the other counter."""

    FRONT = "front"
    KEPT = "kept"
    """By the original time."""
    END = "end"


class Wait(StrEnum):
    SHORT = "short"
    LONG = "long"
    TOO_LONG = "too_long"


@dataclass(frozen=True, slots=True)
class Load:
    """What came to an office lately, for the number of counters that it needs."""

    arrivals_per_hour: float
    service_mean_s: float | None
    """None: nobody was served yet."""


def primary(
    state: State | None,
    recalls: int = 0,
    *,
    is_paused: bool = False,
    is_guest: bool = False,
    work: Work = Work.NOTHING,
) -> Primary:
    """The next sensible action at a counter.

    `state`: of the ticket that is called or served here, None when nobody is. `is_guest`: another counter wants the
    visitor back. `work`: what their file asks of the officer here; a visit ends by itself only when that is nothing.
    """
    if state == State.CALLED:
        return Primary.MISS if recalls >= MISS_AFTER_RECALLS else Primary.START
    if state == State.SERVING and is_guest:
        return Primary.GIVE_BACK
    if state == State.SERVING:
        return Primary.FINISH if work == Work.NOTHING else Primary.FILE
    return Primary.RESUME if is_paused else Primary.NEXT


MOVE_OF = {
    Primary.START: Action.START,
    Primary.FINISH: Action.FINISH,
    Primary.MISS: Action.MISS,
    Primary.GIVE_BACK: Action.TRANSFER,
}
"""The move behind the primary action, when it moves the ticket at the counter."""


def wait_level(waited_s: float, limits_min: tuple[int, int] = WAIT_LIMITS_MIN) -> Wait:
    """How long a wait is, against the two limits (minutes) of the service."""
    amber, red = limits_min
    if waited_s > red * 60:
        return Wait.TOO_LONG
    return Wait.LONG if waited_s >= amber * 60 else Wait.SHORT


def counters_needed(load: Load) -> int | None:
    """ceil(arrivals per hour x mean service hours / 0.85), at least 1; None when nothing is known yet."""
    if load.service_mean_s is None:
        return None
    return max(1, math.ceil(load.arrivals_per_hour * load.service_mean_s / 3600 / LOAD))
