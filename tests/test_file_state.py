"""The machine of the case: every (state, action) pair, legal or refused."""

from __future__ import annotations

import pytest

from shared.domain.errors import NotAllowed
from shared.domain.files.procedure import MOVES, UNDOABLE, FileAction, FileState, after, allowed, can_undo

LEGAL = {(start, action): end for start, action, end in MOVES}
ALL = [(state, action) for state in FileState for action in FileAction]

# fmt: off
KNOWN = {
    FileState.NEW:       "accept return_to_applicant",
    FileState.OPEN:      "return_to_applicant advance send_back correct pause hand_over finish withdraw refuse",
    FileState.PAUSED:    "resume withdraw",
    FileState.RETURNED:  "accept return_to_applicant withdraw",
    FileState.COMPLETED: "advance recap",
    FileState.WITHDRAWN: "",
    FileState.REFUSED:   "",
}
# fmt: on


def test_every_move_stands_in_the_table_once() -> None:
    assert len(LEGAL) == len(MOVES)


@pytest.mark.parametrize(("state", "action"), ALL)
def test_a_state_knows_exactly_the_actions_written_here(state: FileState, action: FileAction) -> None:
    if action.value in KNOWN[state].split():
        assert after(state, action) == LEGAL[state, action]
    else:
        with pytest.raises(NotAllowed) as refused:
            after(state, action)
        assert refused.value.code == "stale"
        assert refused.value.facts == {"state": state.value, "action": action.value}


@pytest.mark.parametrize("state", FileState)
def test_the_allowed_actions_are_those_of_the_table(state: FileState) -> None:
    assert {action.value for action in allowed(state)} == set(KNOWN[state].split())


def test_every_state_can_be_reached_and_only_three_have_no_way_out() -> None:
    assert {end for _, _, end in MOVES} == set(FileState) - {FileState.NEW}
    assert [state for state in FileState if not {end for start, _, end in MOVES if start == state} - {state}] == [
        FileState.COMPLETED,
        FileState.WITHDRAWN,
        FileState.REFUSED,
    ]


def test_numbers_that_were_given_out_are_not_taken_back() -> None:
    assert set(FileAction) - set(UNDOABLE) == {FileAction.ACCEPT, FileAction.RECAP}


def test_a_file_that_was_never_a_case_has_nothing_to_go_back_to() -> None:
    assert not can_undo(FileState.NEW, FileAction.RETURN_TO_APPLICANT)
    assert can_undo(FileState.OPEN, FileAction.RETURN_TO_APPLICANT)
    assert not can_undo(FileState.OPEN, FileAction.ACCEPT)
