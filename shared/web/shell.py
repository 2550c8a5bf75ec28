"""The frame of the officers' pages: what the menu and the bar above say, and the messages after a redirect."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

from flask import Flask, flash, g, get_flashed_messages, request

from shared.domain.standards.standard import system_name
from shared.store import reads
from shared.store.queue import outages
from shared.web import screens
from shared.web.access.auth import is_officer_here, store
from shared.web.screens import Menu

THEMES = ("light", "dark", "auto")
CALM = ("ok", "unknown", "near_end", "slow")
"""Printers in these states are not worth a word above every page."""


@dataclass(frozen=True, slots=True)
class Shell:
    """`outages`: systems that do not answer, with since when. `printers`: slug and status of those that need a hand."""

    menu: Menu
    outages: list[tuple[str, datetime]]
    printers: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Toast:
    """One message after a redirect. `undo`: the address of the form that takes it back."""

    text: str
    undo: str | None = None


def init_app(app: Flask) -> None:
    app.jinja_env.globals.update(shell=shell, theme=theme, toasts=toasts)


def shell() -> Shell | None:
    """Of the officer of this request; None when nobody of this office is signed in."""
    if "office_id" not in g or not is_officer_here():
        return None
    if "shell" not in g:
        with store().read() as connection:
            running = outages.running(connection, g.office_id)
            printers = [(each.slug, each.status) for each in reads.paper(connection, g.office_id)]
        troubled = [each for each in printers if each[1] not in CALM]
        menu = screens.of_officers().menu
        assert menu is not None
        g.shell = Shell(menu(), [(system_name(each.system), each.from_at) for each in running], troubled)
    return g.shell  # type: ignore[no-any-return]


def theme() -> str:
    """What the officer chose in this browser; "auto" follows the computer."""
    chosen = request.cookies.get("theme", "auto")
    return chosen if chosen in THEMES else "auto"


def say(told: str | Toast | None) -> None:
    """Says it on the page that comes after the redirect."""
    toast = Toast(told) if isinstance(told, str) else told
    if toast is not None:
        flash(json.dumps([toast.text, toast.undo]), "toast")


def toasts() -> list[Toast]:
    """What is to be said now; it is said once."""
    return [Toast(*json.loads(str(each))) for each in get_flashed_messages(category_filter=["toast"])]
