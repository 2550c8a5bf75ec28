"""The ticket machine: one table is the machine, and a refusal says what was tried."""

from __future__ import annotations

from itertools import product

import pytest

from shared.domain.errors import NotAllowed
from shared.domain.queue.ticket import AT_COUNTER, ENDED, MOVES, Action, State, after, allowed

# The table of moves, written again by hand: what an action does, from where.
# fmt: off
WANTED = {
    Action.CALL:      ({"waiting", "absent", "held"}, "called"),
    Action.RECALL:    ({"called"}, "called"),
    Action.START:     ({"called"}, "serving"),
    Action.RELEASE:   ({"called"}, "waiting"),
    Action.MISS:      ({"called"}, "absent"),
    Action.RESTORE:   ({"absent"}, "waiting"),
    Action.HOLD:      ({"serving"}, "held"),
    Action.TRANSFER:  ({"serving"}, "waiting"),
    Action.PASS_ON:   ({"serving"}, "waiting"),
    Action.PROCESS:   ({"serving"}, "processing"),
    Action.READY:     ({"processing"}, "waiting"),
    Action.FINISH:    ({"serving", "processing"}, "done"),
    Action.CANCEL:    ({"waiting", "called", "held", "absent", "processing"}, "cancelled"),
    Action.CLOSE_DAY: ({"waiting", "called", "held", "absent", "processing"}, "expired"),
}
# fmt: on


@pytest.mark.parametrize("action", list(WANTED))
def test_an_action_leads_where_the_design_says_and_from_nowhere_else(action: Action) -> None:
    starts, end = WANTED[action]

    for state in State:
        if state.value in starts:
            assert after(state, action) == end
        else:
            with pytest.raises(NotAllowed, match="stale"):
                after(state, action)


def test_every_pair_stands_in_the_table_once() -> None:
    pairs = [(start, action) for start, action, _ in MOVES]

    assert len(pairs) == len(set(pairs))


def test_what_is_allowed_is_what_works() -> None:
    for state, action in product(State, Action):
        assert (action in allowed(state)) == any((state, action) == move[:2] for move in MOVES)


def test_an_ended_ticket_never_moves_again() -> None:
    assert [allowed(state) for state in ENDED] == [[], [], []]


def test_every_ticket_that_is_not_ended_can_still_end() -> None:
    reached = set(ENDED)
    while more := {start for start, _, end in MOVES if end in reached} - reached:
        reached |= more

    assert reached == set(State)


def test_a_refusal_says_what_was_tried() -> None:
    with pytest.raises(NotAllowed) as refusal:
        after(State.DONE, Action.CALL)

    assert (refusal.value.status, refusal.value.facts) == (409, {"state": "done", "action": "call"})


def test_only_called_and_served_visitors_occupy_a_counter() -> None:
    assert AT_COUNTER == (State.CALLED, State.SERVING)
