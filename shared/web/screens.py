"""What a screen tells the app when it is loaded: its routes, where it begins, where its people sign in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from flask import Blueprint, current_app


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


def loaded() -> Sequence[Screen]:
    """All screens, in the order in which they are offered."""
    return cast("Sequence[Screen]", current_app.extensions["loket_screens"])


def home_for(purpose: str) -> str | None:
    """The endpoint that a device of this purpose opens; None when no screen is for it."""
    return next((each.home for each in loaded() if each.purpose == purpose), None)


def of_officers() -> Screen:
    """The screen on which officers sign in."""
    return next(each for each in loaded() if each.sign_in)
