"""A short day of a television: its memory does not grow with the calls; `soak.py` runs a long one."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import BrowserContext
from server import Server
from soak import soak

CALLS = 150
HEAP_KB = 400
"""What compiled code and caches may still take between the two looks; 135 leaked boards would be more."""


def test_the_memory_of_a_television_does_not_grow_with_its_calls(
    serve: Callable[..., Server], context: Callable[..., BrowserContext]
) -> None:
    page = context(viewport={"width": 1280, "height": 720}).new_page()

    before, after = soak(serve(), page, CALLS, looks=1)

    assert after.calls > before.calls
    assert after.nodes <= before.nodes + 20
    assert after.listeners <= before.listeners + 2
    assert after.heap_kb <= before.heap_kb + HEAP_KB
