"""Whom a counter calls next, and how often an ordinary visitor is overtaken at most."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.domain.queue.policy import Lane, Waiting, bound, next_streak, order, pick

RECALL, PRIORITY, ORDINARY = Lane.RECALL, Lane.PRIORITY, Lane.ORDINARY
HIGHER = (RECALL, PRIORITY)
OPENING = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


def ticket(number: int, lane: Lane, minute: int | None = None) -> Waiting:
    return Waiting(number, lane, OPENING + timedelta(minutes=number if minute is None else minute))


def queue(lanes: str) -> list[Waiting]:
    """`"oopr"`: two ordinary, one priority, one recall, in the order of their coming, numbered from 1."""
    names = {"o": ORDINARY, "p": PRIORITY, "r": RECALL}
    return [ticket(number, names[letter]) for number, letter in enumerate(lanes, start=1)]


queues = st.lists(
    st.tuples(st.sampled_from(Lane), st.integers(0, 30)),
    max_size=40,
).map(lambda people: [ticket(number, lane, minute) for number, (lane, minute) in enumerate(people)])


@pytest.mark.parametrize(
    ("lanes", "streak", "called"),
    [
        ("", 0, None),
        ("o", 0, 1),
        ("oo", 0, 1),
        ("op", 0, 2),
        ("opr", 0, 3),
        ("oppr", 1, 4),
        ("opr", 2, 1),
        ("opr", 7, 1),
        ("pr", 2, 2),
        ("rr", 5, 1),
    ],
)
def test_the_next_one_is_picked_by_lane_age_and_streak(lanes: str, streak: int, called: int | None) -> None:
    picked = pick(queue(lanes), streak)

    assert (picked and picked.ticket_id) == called


def test_the_smaller_ticket_id_settles_the_same_second() -> None:
    assert pick([ticket(9, ORDINARY, 0), ticket(3, ORDINARY, 0)], 0) == ticket(3, ORDINARY, 0)


@pytest.mark.parametrize(
    ("streak", "lane", "ordinary_waits", "then"),
    [
        (0, PRIORITY, True, 1),
        (1, RECALL, True, 2),
        (2, ORDINARY, True, 0),
        (1, PRIORITY, False, 0),
        (2, ORDINARY, False, 0),
    ],
)
def test_a_streak_counts_higher_calls_only_while_an_ordinary_visitor_waits(
    streak: int, lane: Lane, ordinary_waits: bool, then: int
) -> None:
    assert next_streak(streak, lane, ordinary_waits) == then


def test_after_two_of_a_higher_lane_one_ordinary_visitor_is_called() -> None:
    assert [waiting.ticket_id for waiting in order(queue("oooppppr"), 0)] == [8, 4, 1, 5, 6, 2, 7, 3]


def test_a_ratio_of_nought_lets_ordinary_visitors_go_first() -> None:
    assert [waiting.ticket_id for waiting in order(queue("prpoo"), 0, ratio=0)] == [4, 5, 2, 1, 3]


@settings(deadline=None)
@given(queues, st.integers(0, 5), st.integers(0, 4))
def test_the_whole_order_is_the_next_one_again_and_again(waiting: list[Waiting], streak: int, ratio: int) -> None:
    left, one_by_one = list(waiting), []
    now = streak
    while (picked := pick(left, now, ratio)) is not None:
        now = next_streak(now, picked.lane, any(other.lane == ORDINARY for other in left))
        left.remove(picked)
        one_by_one.append(picked)

    assert order(waiting, streak, ratio) == one_by_one
    assert sorted(one_by_one, key=lambda t: t.ticket_id) == waiting


@settings(deadline=None)
@given(queues, st.integers(0, 5))
def test_inside_a_lane_nobody_is_overtaken(waiting: list[Waiting], streak: int) -> None:
    called = order(waiting, streak)

    for lane in Lane:
        inside = [(t.queued_at, t.ticket_id) for t in called if t.lane == lane]
        assert inside == sorted(inside)


@settings(deadline=None)
@given(st.data(), st.integers(1, 4), st.integers(0, 4), st.integers(0, 6))
def test_an_ordinary_visitor_is_overtaken_at_most_as_often_as_the_bound_says(
    data: st.DataObject, counters: int, ratio: int, before: int
) -> None:
    """Counters take turns in any order and start at any streak; higher visitors come in any number at any time."""
    streaks = data.draw(st.lists(st.integers(0, ratio), min_size=counters, max_size=counters))
    waiting = [ticket(number, ORDINARY) for number in range(before + 1)]
    visitor, number, overtaken = waiting[-1], before + 1, 0
    while visitor in waiting:
        for lane in data.draw(st.lists(st.sampled_from(Lane), max_size=4)):
            waiting.append(ticket(number, lane))
            number += 1
        counter = data.draw(st.integers(0, counters - 1))
        picked = pick(waiting, streaks[counter], ratio)
        assert picked is not None
        streaks[counter] = next_streak(streaks[counter], picked.lane, True)
        waiting.remove(picked)
        overtaken += picked.lane != ORDINARY

    assert overtaken <= bound(before, counters, ratio)


@pytest.mark.parametrize("counters", [1, 2, 5])
@pytest.mark.parametrize("ratio", [1, 2, 3])
@pytest.mark.parametrize("before", [0, 1, 4])
def test_the_bound_is_reached_so_no_smaller_one_holds(counters: int, ratio: int, before: int) -> None:
    waiting = [ticket(number, ORDINARY) for number in range(before + 1)]
    waiting += [ticket(number, PRIORITY) for number in range(before + 1, before + 200)]
    visitor, streaks, overtaken = waiting[before], [0] * counters, 0
    turns = [counter for counter in range(1, counters) for _ in range(ratio)]
    while visitor in waiting:
        counter = turns.pop() if turns else 0
        picked = pick(waiting, streaks[counter], ratio)
        assert picked is not None
        streaks[counter] = next_streak(streaks[counter], picked.lane, True)
        waiting.remove(picked)
        overtaken += picked.lane in HIGHER

    assert overtaken == bound(before, counters, ratio)
