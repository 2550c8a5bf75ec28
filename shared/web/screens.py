"""What a screen tells the app when it is loaded: its routes, where it begins, where its people sign in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import cast

from flask import Blueprint, current_app


@dataclass(frozen=True, slots=True)
class MenuEntry:
    """`words`: a sentence of the catalogues, unless `is_name`. `count`: of what waits there."""

    address: str
    picture: str
    words: str
    count: int | None
    is_here: bool
    is_name: bool = False


@dataclass(frozen=True, slots=True)
class Menu:
    """`sections` stand at the side, `personal` beneath the officer's name; addresses of the sign-out and of outages."""

    home: str
    sections: list[MenuEntry]
    personal: list[MenuEntry]
    sign_out: str
    outages: str
    seek: str | None
    """Where the box for numbers and names is sent; None for who may see no files."""
    help: str
    """Of the page that is open."""


@dataclass(frozen=True)
class Screen:
    """`title`: a sentence of the catalogues. `home`: the endpoint of its first page."""

    title: str
    home: str
    blueprints: Sequence[tuple[Blueprint, str]]
    """Each with the prefix of its addresses."""
    purpose: str | None = None
    """Of the devices that may show it; None: it is for officers."""
    sign_in: str = ""
    """Endpoint where officers sign in, of the screen that has it."""
    new_password: str = ""
    menu: Callable[[], Menu] | None = None
    """What the menu of the officers' pages offers to the one of this request."""


def loaded() -> Sequence[Screen]:
    """All screens, in the order in which they are offered."""
    return cast("Sequence[Screen]", current_app.extensions["loket_screens"])


def home_for(purpose: str) -> str | None:
    """The endpoint that a device of this purpose opens; None when no screen is for it."""
    return next((each.home for each in loaded() if each.purpose == purpose), None)


def of_officers() -> Screen:
    """The screen on which officers sign in."""
    return next(each for each in loaded() if each.sign_in)
