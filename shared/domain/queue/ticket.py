"""The ticket: a person in the room on one day; everything that moves it stands in the table MOVES."""

from __future__ import annotations

from enum import StrEnum

from shared.domain.errors import NotAllowed


class State(StrEnum):
    WAITING = "waiting"
    CALLED = "called"
    SERVING = "serving"
    HELD = "held"
    PROCESSING = "processing"
    ABSENT = "absent"
    DONE = "done"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


class Action(StrEnum):
    CALL = "call"
    RECALL = "recall"
    START = "start"
    RELEASE = "release"
    MISS = "miss"
    RESTORE = "restore"
    HOLD = "hold"
    TRANSFER = "transfer"
    PASS_ON = "pass_on"
    PROCESS = "process"
    READY = "ready"
    FINISH = "finish"
    CANCEL = "cancel"
    CLOSE_DAY = "close_day"


WAITING, CALLED, SERVING, HELD = State.WAITING, State.CALLED, State.SERVING, State.HELD
PROCESSING, ABSENT, DONE, CANCELLED = State.PROCESSING, State.ABSENT, State.DONE, State.CANCELLED
EXPIRED = State.EXPIRED

# fmt: off
MOVES: list[tuple[State, Action, State]] = [
    # from       action            to
    (WAITING,    Action.CALL,      CALLED),      # by "next" or by number
    (CALLED,     Action.RECALL,    CALLED),      # spoken again
    (CALLED,     Action.START,     SERVING),     # the person stands at the counter
    (CALLED,     Action.RELEASE,   WAITING),     # called by mistake; place kept
    (CALLED,     Action.MISS,      ABSENT),      # nobody came
    (ABSENT,     Action.CALL,      CALLED),      # called back
    (ABSENT,     Action.RESTORE,   WAITING),     # place by original time
    (SERVING,    Action.HOLD,      HELD),        # "isi formulir ini dulu"; the same counter calls again
    (HELD,       Action.CALL,      CALLED),
    (SERVING,    Action.TRANSFER,  WAITING),     # to another counter or service; number kept
    (SERVING,    Action.PASS_ON,   WAITING),     # the next step needs the person at another desk
    (SERVING,    Action.PROCESS,   PROCESSING),  # the back office has the file; the person sits, not callable
    (PROCESSING, Action.READY,     WAITING),     # the file needs the person again
    (SERVING,    Action.FINISH,    DONE),
    (PROCESSING, Action.FINISH,    DONE),
    (WAITING,    Action.CANCEL,    CANCELLED),
    (CALLED,     Action.CANCEL,    CANCELLED),
    (HELD,       Action.CANCEL,    CANCELLED),
    (ABSENT,     Action.CANCEL,    CANCELLED),
    (PROCESSING, Action.CANCEL,    CANCELLED),
    (WAITING,    Action.CLOSE_DAY, EXPIRED),     # the day is over; counted, never lost
    (CALLED,     Action.CLOSE_DAY, EXPIRED),
    (HELD,       Action.CLOSE_DAY, EXPIRED),
    (ABSENT,     Action.CLOSE_DAY, EXPIRED),
    (PROCESSING, Action.CLOSE_DAY, EXPIRED),
]
# fmt: on

_AFTER = {(start, action): end for start, action, end in MOVES}

AT_COUNTER = (CALLED, SERVING)
"""States in which a ticket occupies its counter: at most one such ticket per counter."""

ENDED = (DONE, CANCELLED, EXPIRED)

UNDOABLE = (
    Action.CALL,
    Action.RECALL,
    Action.START,
    Action.RELEASE,
    Action.MISS,
    Action.RESTORE,
    Action.HOLD,
    Action.TRANSFER,
    Action.FINISH,
    Action.CANCEL,
)
"""What its own officer can take back within seconds, by a new event. The moves that a file's way causes are taken back
with the file."""


def after(state: State, action: Action) -> State:
    """The state that `action` leads to; raises `NotAllowed("stale")` when `state` does not know it."""
    try:
        return _AFTER[state, action]
    except KeyError:
        raise NotAllowed("stale", state=state.value, action=action.value) from None


def allowed(state: State) -> list[Action]:
    """The actions that `state` knows, in the order of the table."""
    return [action for start, action, _ in MOVES if start == state]
