"""The blueprint of the officers' pages, and what their answers have in common."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, current_app, jsonify, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from counter.panel import current_panel
from shared.domain.errors import Refusal
from shared.web import auth
from shared.web.screen import office_config, sentence

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


def click(number: int, change: Callable[[], Any], *, quiet: object = "") -> ResponseReturnValue:
    """Does it and answers as asked: JSON, panel or page. A refused click gets the fresh panel and one calm line.

    `quiet`: the line when the change answers None, because there was nothing to do; made into words only then.
    """
    if not auth.wants_page():
        found = change()
        return ("", 204) if found is None else jsonify(found)
    status, message = 200, None
    try:
        if change() is None and quiet:
            message = str(quiet)
    except Refusal as error:
        status, message = error.status, sentence(error)
    if not wants_fragment() and message is None:
        return redirect(url_for("counter.panel", number=number))
    return make_response(panel_page(number, message), status)


def panel_page(number: int, message: str | None = None) -> str:
    """The counter's page; as a fragment for the page that is already open."""
    template = "counter/_panel.html" if wants_fragment() else "counter/page.html"
    return render_template(template, office=office_config(), panel=current_panel(number), message=message)


def wants_fragment() -> bool:
    return "X-Fragment" in request.headers
