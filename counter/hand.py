"""Who clicks on a file, and the page of a refused click."""

from __future__ import annotations

from collections.abc import Callable

from flask import make_response
from flask.typing import ResponseReturnValue
from flask_login import current_user

from shared.domain.errors import Refusal
from shared.domain.standard import Role
from shared.engine.hand import Hand
from shared.store import files
from shared.web.auth import now, store, wants_page
from shared.web.screen import sentence
from shared.web.urls import public_url


def hand() -> Hand:
    with store().read() as connection:
        seat = files.seat_of(connection, current_user.id)
    return Hand(current_user.id, current_user.name, roles(), now(), seat.id if seat else None, url=public_url("/t/"))


def roles() -> frozenset[Role]:
    return frozenset(Role(role) for role in current_user.roles)


def refused(error: Refusal, page: Callable[[str], str]) -> ResponseReturnValue:
    """The page as it was typed, with the sentence; a program gets the error as JSON."""
    if not wants_page():
        raise error
    return make_response(page(sentence(error)), error.status)
