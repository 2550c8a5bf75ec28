"""Taking back: one's own last action, within seconds, by a new event; nothing is erased."""

from __future__ import annotations

from datetime import datetime, timedelta

from shared.domain.actor import Actor
from shared.domain.errors import NotAllowed

UNDO_WITHIN = timedelta(seconds=10)


def must_be_undoable(officer_id: int | None, at: datetime, actor: Actor) -> None:
    """Whether the actor may take back now what this officer did then.

    Raises `NotAllowed`: `undo_nothing` (it was somebody else's), `undo_late`.
    """
    if officer_id is None or officer_id != actor.officer_id:
        raise NotAllowed("undo_nothing")
    if undo_left_s(at, actor.now) < 0:
        raise NotAllowed("undo_late")


def undo_left_s(at: datetime, now: datetime) -> float:
    """For how many seconds more something that was done at `at` can be taken back."""
    return (UNDO_WITHIN - (now - at)).total_seconds()
