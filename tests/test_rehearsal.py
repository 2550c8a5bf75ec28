"""The whole life of an office's server on bare machines; ten minutes long, and only for root."""

from __future__ import annotations

import pytest
from machines import Cannot
from rehearsal import rehearse


@pytest.mark.long
def test_a_server_is_installed_cut_off_brought_up_to_date_and_restored_elsewhere_without_a_loss() -> None:
    try:
        log = rehearse()
    except Cannot as why:
        pytest.skip(str(why))

    assert log.wrong == []
