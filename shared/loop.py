"""Runs a blocking call where the event loop does not wait for it; knows nothing of what the call does."""

from __future__ import annotations

import select
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from gevent import get_hub
from gevent.monkey import get_original, is_module_patched

P = ParamSpec("P")
T = TypeVar("T")

Tell = Callable[[int, int], None]
"""Hears how much of how much is done."""
TOLD_EVERY_S = 0.2


class NobodyHears(Exception):
    """Ends a call in its thread: who waited for it has gone."""


def silent(done: int, total: int) -> None:
    """For who does not ask how far it is."""


def has_something_to_read(file: int) -> bool:
    """Whether something came on a socket, its end included; asks the kernel alone, and the loop not at all."""
    poll = get_original("select", "poll")()
    poll.register(file, select.POLLIN)
    return bool(poll.poll(0))


def off_the_loop(call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """What `call` returns or raises; under gevent it runs in a native thread, otherwise right here."""
    if not is_module_patched("threading"):
        return call(*args, **kwargs)
    result: T = get_hub().threadpool.apply(call, args, kwargs)
    return result


def off_the_loop_telling(call: Callable[[Tell], T], tell: Tell) -> T:
    """What `call` returns or raises; what it says of its progress reaches `tell` on the loop, a few times a second.

    What `tell` raises ends the call when it says its next word.
    """
    if not is_module_patched("threading"):
        return call(tell)
    said, is_over = [(0, 0)], [False]

    def hear(done: int, total: int) -> None:
        said[0] = done, total
        if is_over[0]:
            raise NobodyHears

    running = get_hub().threadpool.spawn(call, hear)
    try:
        while not running.ready():
            running.wait(TOLD_EVERY_S)
            tell(*said[0])
    finally:
        is_over[0] = True
        running.wait()
    result: T = running.get()
    return result
