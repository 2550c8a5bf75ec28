"""The whole trial of a regency, with all that it promises; minutes long, for a machine that does nothing else."""

from __future__ import annotations

import shutil

import pytest
from trial_regency import play


@pytest.mark.long
@pytest.mark.skipif(shutil.which("nginx") is None, reason="nginx is not installed")
def test_twenty_one_offices_on_two_processes_are_right_within_a_second_and_soon_after_an_outage() -> None:
    found = play(2000, 100.0)

    assert (found["numbers_twice"], found["called_twice"]) == (0, 0), found
    assert "500" not in found["statuses"], found
    assert found["right_p99_s"] <= 1, found
    assert found["right_after_return_max_s"] <= 5, found
