"""The print job: one slip on its way to paper; everything that moves it stands in the table MOVES."""

from __future__ import annotations

from enum import StrEnum

from shared.domain.moves import Moves
from shared.domain.queue.ticket import State


class JobState(StrEnum):
    QUEUED = "queued"
    SENDING = "sending"
    CONFIRMED = "confirmed"
    FAILED = "failed"
    EXPIRED = "expired"


class JobAction(StrEnum):
    CLAIM = "claim"
    CONFIRM = "confirm"
    SHOW = "show"
    RETURN = "return"
    DOUBT = "doubt"
    EXPIRE = "expire"
    GIVE_UP = "give_up"


QUEUED, SENDING, CONFIRMED = JobState.QUEUED, JobState.SENDING, JobState.CONFIRMED
FAILED, EXPIRED = JobState.FAILED, JobState.EXPIRED

# fmt: off
MOVES = Moves[JobState, JobAction]([
    # from     action             to
    (QUEUED,   JobAction.CLAIM,   SENDING),    # somebody sends it now, and holds it for a lease
    (SENDING,  JobAction.CLAIM,   SENDING),    # the same sender asks again
    (SENDING,  JobAction.CONFIRM, CONFIRMED),  # the printer said so
    (SENDING,  JobAction.RETURN,  QUEUED),     # nothing was sent: it may be printed again, unmarked
    (SENDING,  JobAction.DOUBT,   FAILED),     # it may be on paper: one more print follows, marked SALINAN
    (FAILED,   JobAction.CONFIRM, CONFIRMED),  # the printer's word came after the lease
    (QUEUED,   JobAction.SHOW,    CONFIRMED),  # the virtual printer: a page, and nothing to wait for
    (QUEUED,   JobAction.EXPIRE,  EXPIRED),    # its time is over, or nobody needs it any more
    (QUEUED,   JobAction.GIVE_UP, FAILED),     # by an officer, or because its lines make no slip
])
# fmt: on

UNSENT = (QUEUED, SENDING)

NUMBER = "number"
"""The kind of the slip with a visitor's number."""

STILL_NEEDS_NUMBER = (State.WAITING, State.CALLED, State.ABSENT)
"""States of a ticket in which its number slip is of use; whoever is at the counter has been found without it."""

SERVED, TOO_LATE = "served", "too_late"
"""Why a slip expired, when no printer hindered it."""


def after(state: JobState, action: JobAction) -> JobState:
    """The state that `action` leads to; raises `NotAllowed("stale")` when `state` does not know it."""
    return MOVES.ends[state, action]


def starts(action: JobAction) -> tuple[JobState, ...]:
    """The states that know `action`: a conditional update moves a row only out of these."""
    return tuple(start for start, each, _ in MOVES if each == action)


def end(action: JobAction) -> JobState:
    """Where `action` leads; each leads to one state only."""
    return next(end for _, each, end in MOVES if each == action)
