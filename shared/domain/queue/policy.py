"""Whom a counter calls next: recalls and the priority lane go first, but by a ratio, so that nobody starves."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

RATIO = 2
"""After this many calls from a higher lane one ordinary visitor is called, when one waits. Office setting."""


class Lane(StrEnum):
    """The three lanes, first one first. All but ORDINARY are "higher" lanes."""

    RECALL = "recall"  # a ticket whose file needs the person again: confirmation, hand-over
    PRIORITY = "priority"
    ORDINARY = "ordinary"


@dataclass(frozen=True, slots=True)
class Waiting:
    """One waiting ticket as the policy sees it; `queued_at` is its place in the lane, `ticket_id` settles a tie."""

    ticket_id: int
    lane: Lane
    queued_at: datetime


def pick(waiting: Sequence[Waiting], streak: int, ratio: int = RATIO) -> Waiting | None:
    """Who is called next by one counter, out of all that this counter may call; None when nobody waits.

    `streak`: what `next_streak` returned after this counter's last call (0 for a new counter).
    Recalls come before priority, priority before ordinary, the oldest first in each lane. Once `streak` has reached
    `ratio` and an ordinary visitor waits, the oldest ordinary one is called. Ratio 0: ordinary visitors always first.

    How often an ordinary visitor V is overtaken. Let m counters be able to call V, and let k ordinary visitors be
    called by them while V waits (in one queue: those who stood before V). Then at most `bound(k, m, ratio)` =
    ratio * (k + m) calls from higher lanes happen before V is called, and no smaller bound holds.
    Proof. While V waits, an ordinary visitor waits for each of the m counters, so each of their higher calls adds one
    to that counter's streak, and none is made at a streak of `ratio`: between two ordinary calls of one counter, before
    its first and after its last, there are at most `ratio` higher ones. Let counter i make c_i of the k + 1 ordinary
    calls that end with V's. The counter that calls V makes nothing after its last: at most ratio * c_i. Each of the
    other m - 1: at most ratio * (c_i + 1). Sum: ratio * (k + 1) + ratio * (m - 1). It is reached when all streaks are 0
    at V's arrival, the higher lanes never run dry, m - 1 counters call `ratio` of them each, and the last one the rest.
    """
    lane = _next_lane({ticket.lane for ticket in waiting}, streak, ratio)
    return min((ticket for ticket in waiting if ticket.lane == lane), key=_age, default=None)


def next_streak(streak: int, picked_lane: Lane, ordinary_waits: bool) -> int:
    """The counter's streak after it called somebody from `picked_lane`.

    `ordinary_waits`: an ordinary visitor whom this counter may call was waiting at that moment. Without one nobody was
    overtaken, so the count starts again.
    """
    return streak + 1 if ordinary_waits and picked_lane != Lane.ORDINARY else 0


def order(waiting: Iterable[Waiting], streak: int, ratio: int = RATIO) -> list[Waiting]:
    """Everybody who waits, in the order in which one counter alone would call them: `pick` and `next_streak` repeated.

    The index in this list is the number of people ahead. Sorts once and then walks the three lanes: linear when
    `waiting` comes by age, as it does from the store.
    """
    lanes: dict[Lane, deque[Waiting]] = {lane: deque() for lane in Lane}
    for ticket in sorted(waiting, key=_age):
        lanes[ticket.lane].append(ticket)
    called: list[Waiting] = []
    while (lane := _next_lane({lane for lane in Lane if lanes[lane]}, streak, ratio)) is not None:
        streak = next_streak(streak, lane, bool(lanes[Lane.ORDINARY]))
        called.append(lanes[lane].popleft())
    return called


def bound(ordinary_before: int, counters: int, ratio: int = RATIO) -> int:
    """The most higher calls that an ordinary visitor can see before their own; the proof stands at `pick`."""
    return ratio * (ordinary_before + counters)


def _next_lane(lanes: set[Lane], streak: int, ratio: int) -> Lane | None:
    """The lane that is called from when somebody waits in each of `lanes`; None when nobody waits anywhere."""
    if streak >= ratio and Lane.ORDINARY in lanes:
        return Lane.ORDINARY
    return next((lane for lane in Lane if lane in lanes), None)


def _age(ticket: Waiting) -> tuple[datetime, int]:
    return ticket.queued_at, ticket.ticket_id


def ahead(lane: Lane, waiting: Mapping[Lane, int], ratio: int = RATIO) -> int:
    """How many of the `waiting` (people per lane) are called before a newcomer of `lane`, when no more arrive.

    The same as the newcomer's index in `order` with streak 0, from counts alone.
    """
    ordinary = waiting.get(Lane.ORDINARY, 0)
    if lane == Lane.ORDINARY:
        higher = waiting.get(Lane.RECALL, 0) + waiting.get(Lane.PRIORITY, 0)
        return ordinary + min(higher, ratio * (ordinary + 1))
    higher = waiting.get(Lane.RECALL, 0) + (waiting.get(Lane.PRIORITY, 0) if lane == Lane.PRIORITY else 0)
    return higher + min(ordinary, higher // ratio if ratio else ordinary)
