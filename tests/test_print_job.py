"""The moves of a print job: legal ones lead where the table says, all others are refused."""

from __future__ import annotations

import itertools

import pytest

from shared.domain.errors import NotAllowed
from shared.domain.slips.print_job import MOVES, JobAction, JobState, after, end, starts


@pytest.mark.parametrize(("state", "action"), list(itertools.product(JobState, JobAction)))
def test_every_state_and_action_is_a_move_or_refused(state: JobState, action: JobAction) -> None:
    to = [there for here, each, there in MOVES if (here, each) == (state, action)]

    if to:
        assert after(state, action) == to[0] == end(action)
        assert state in starts(action)
    else:
        assert state not in starts(action)
        with pytest.raises(NotAllowed, match="stale"):
            after(state, action)


def test_no_move_leaves_what_is_confirmed_or_expired() -> None:
    assert {start for start, _, _ in MOVES} == {JobState.QUEUED, JobState.SENDING, JobState.FAILED}
