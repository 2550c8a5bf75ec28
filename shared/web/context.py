"""What every request has at hand: the store and the clock of its app."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import cast

from flask import current_app, request

from shared.domain.actor import Actor
from shared.store.office import Store
from shared.store.seal import Seal


def store() -> Store:
    return cast(Store, current_app.extensions["loket_store"])


def now() -> datetime:
    """The one clock of the web floor; everything below gets the time as an argument."""
    return cast(Callable[[], datetime], current_app.extensions["loket_clock"])()


def seal() -> Seal:
    """With the server's key."""
    return cast(Seal, current_app.extensions["loket_seal"])


def address() -> str:
    """Where the present request comes from."""
    return (request.remote_addr or "")[:45]


def nobody() -> Actor:
    """Who asks while nobody is signed in."""
    return Actor.public(now(), address=address() or None)
