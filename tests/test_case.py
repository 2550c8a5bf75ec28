"""The machine of the case: every (state, action) pair, legal or refused."""

from __future__ import annotations

import pytest

from shared.domain.case import MOVES, UNDOABLE, Action, State, after, allowed, can_undo
from shared.domain.errors import NotAllowed

LEGAL = {(start, action): end for start, action, end in MOVES}
ALL = [(state, action) for state in State for action in Action]

# fmt: off
KNOWN = {
    State.NEW:       "accept return_to_applicant",
    State.OPEN:      "return_to_applicant advance send_back correct pause hand_over finish withdraw",
    State.PAUSED:    "resume withdraw",
    State.RETURNED:  "accept return_to_applicant withdraw",
    State.COMPLETED: "recap",
    State.WITHDRAWN: "",
}
# fmt: on


def test_every_move_stands_in_the_table_once() -> None:
    assert len(LEGAL) == len(MOVES)


@pytest.mark.parametrize(("state", "action"), ALL)
def test_a_state_knows_exactly_the_actions_written_here(state: State, action: Action) -> None:
    if action.value in KNOWN[state].split():
        assert after(state, action) == LEGAL[state, action]
    else:
        with pytest.raises(NotAllowed) as refused:
            after(state, action)
        assert refused.value.code == "stale"
        assert refused.value.facts == {"state": state.value, "action": action.value}


@pytest.mark.parametrize("state", State)
def test_the_allowed_actions_are_those_of_the_table(state: State) -> None:
    assert {action.value for action in allowed(state)} == set(KNOWN[state].split())


def test_every_state_can_be_reached_and_only_two_have_no_way_out() -> None:
    assert {end for _, _, end in MOVES} == set(State) - {State.NEW}
    assert [state for state in State if not {end for start, _, end in MOVES if start == state} - {state}] == [
        State.COMPLETED,
        State.WITHDRAWN,
    ]


def test_numbers_that_were_given_out_are_not_taken_back() -> None:
    assert set(Action) - set(UNDOABLE) == {Action.ACCEPT, Action.RECAP}


def test_a_file_that_was_never_a_case_has_nothing_to_go_back_to() -> None:
    assert not can_undo(State.NEW, Action.RETURN_TO_APPLICANT)
    assert can_undo(State.OPEN, Action.RETURN_TO_APPLICANT)
    assert not can_undo(State.OPEN, Action.ACCEPT)
