"""Runs a blocking call where the event loop does not wait for it; knows nothing of what the call does."""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec, TypeVar

from gevent import get_hub
from gevent.monkey import is_module_patched

P = ParamSpec("P")
T = TypeVar("T")


def off_the_loop(call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """What `call` returns or raises; under gevent it runs in a native thread, otherwise right here."""
    if not is_module_patched("threading"):
        return call(*args, **kwargs)
    result: T = get_hub().threadpool.apply(call, args, kwargs)
    return result
