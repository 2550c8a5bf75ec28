"""The blueprint of the officers' pages, and what their answers have in common."""

from __future__ import annotations

from functools import partial
from typing import Any

from flask import Blueprint, current_app, render_template, url_for
from flask_babel import gettext

from counter.panel import current_panel
from shared.web.clicks import Screen, wants_fragment
from shared.web.screen import office_config

blueprint = Blueprint("counter", __name__, template_folder="templates")

DESK_ROLES = ("loket", "operator", "kasi", "sekretariat", "admin")
"""Who may sit at a counter."""
CHIEFS = ("kasi", "admin")
"""Who runs the day."""


MENU: list[tuple[str, str, tuple[str, ...]]] = [
    ("counter.tray", "Files", (*DESK_ROLES, "camat")),
    ("counter.supervisor_page", "Supervisor", (*CHIEFS, "camat")),
    ("counter.day_page", "The day", CHIEFS),
    ("counter.audit_page", "Audit", (*CHIEFS, "camat")),
    ("setup.overview", "Setup", ("admin", "kasi")),
    ("counter.sessions_page", "Where you are signed in", ()),
    ("counter.change_password", "Change password", ()),
]
"""Endpoint, words, and the roles of which one is needed; none: everybody."""


@blueprint.app_context_processor
def _menu() -> dict[str, Any]:
    return {"said": _said, "counter_menu": lambda: [one for one in MENU if one[0] in current_app.view_functions]}


def _said(prefix: str, word: str) -> str:
    """The word of the catalogue for what an event recorded; else what a person wrote."""
    for key in (prefix + word, *(f"{kind}.{word}" for kind in ("action", "case_event", "pause"))):
        found = str(gettext(key))
        if found != key:
            return found
    return word


def at_counter(number: int, nothing: object = None) -> Screen[Any]:
    """The panel of this counter, as the page of a button."""
    return Screen(partial(panel_page, number), lambda _: url_for("counter.panel", number=number), nothing=nothing)


def panel_page(number: int, message: str | None = None) -> str:
    """The counter's page; as a fragment for the page that is already open."""
    template = "counter/_panel.html" if wants_fragment() else "counter/page.html"
    return render_template(template, office=office_config(), panel=current_panel(number), message=message)
