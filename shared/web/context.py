"""What every request has at hand: the store and the clock of its app, its office, and who may come into that."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import cast

from flask import current_app, g, request

from shared.domain.actor import Actor
from shared.domain.office import OfficeConfig
from shared.store.access import Access
from shared.store.hot import Head
from shared.store.office import Store
from shared.store.seal import Seal


def store() -> Store:
    return cast(Store, current_app.extensions["loket_store"])


def now() -> datetime:
    """The one clock of the web floor; everything below gets the time as an argument."""
    return cast(Callable[[], datetime], current_app.extensions["loket_clock"])()


def head() -> Head:
    """How far the office of this request was when it was first asked: one question for all that is remembered of it."""
    if "head" not in g:
        g.head = store().head(g.office_id)
    return cast(Head, g.head)


def office_config() -> OfficeConfig:
    """The office of this request as it is set up now."""
    if "office_config" not in g:
        g.office_config = store().office_config(g.office_id, head())
    return cast(OfficeConfig, g.office_config)


def access() -> Access:
    """Who may come into the office of this request; where it has none, nothing is remembered."""
    return store().access(g.office_id, head()) if "office_id" in g else Access(store().read, 0, Head(0, 0, 0, ""))


def look_again() -> None:
    """The request has changed its office, or goes to another one."""
    g.pop("head", None)
    g.pop("office_config", None)


def seal() -> Seal:
    """With the server's key."""
    return cast(Seal, current_app.extensions["loket_seal"])


def address() -> str:
    """Where the present request comes from."""
    return (request.remote_addr or "")[:45]


def nobody() -> Actor:
    """Who asks while nobody is signed in."""
    return Actor.public(now(), address=address() or None)
