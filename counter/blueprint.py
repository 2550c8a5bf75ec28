"""The blueprint of the officers' pages, and what their answers have in common."""

from __future__ import annotations

from functools import partial

from flask import Blueprint, g, render_template, url_for
from flask_babel import gettext

from counter.queue.panel import current_panel
from shared.domain.queue.counter import CallReason
from shared.web.clicks import ButtonPage, wants_fragment
from shared.web.screen import office_config

blueprint = Blueprint("counter", __name__, template_folder="templates")


@blueprint.app_context_processor
def _event_words() -> dict[str, object]:
    return {"said": _said}


@blueprint.app_template_filter("duration")
def duration(minutes: int) -> str:
    """ "12 min", "3 h 5 min" or "2 days": how long a file or a visitor is where it is."""
    if minutes < 60:
        return str(gettext("%(minutes)s min", minutes=minutes))
    if minutes < 24 * 60:
        return str(gettext("%(hours)s h %(minutes)s min", hours=minutes // 60, minutes=minutes % 60))
    return str(gettext("%(days)s days", days=minutes // (24 * 60)))


def _said(prefix: str, word: str) -> str:
    """The word of the catalogue for what an event recorded; else what a person wrote."""
    for key in (prefix + word, *(f"{kind}.{word}" for kind in ("action", "case_event", "pause"))):
        found = str(gettext(key))
        if found != key:
            return found
    return word


def at_counter(number: int, nothing: object = None) -> ButtonPage[object]:
    """The panel of this counter, as the page of a button."""
    return ButtonPage(partial(panel_page, number), lambda _: url_for("counter.panel", number=number), nothing=nothing)


def panel_page(number: int, message: str | None = None) -> str:
    """The counter's page; as a fragment for the page that is already open."""
    template = "counter/_panel.html" if wants_fragment() else "counter/page.html"
    facts = {"panel": current_panel(number), "message": message, "given": g.get("given")}
    return render_template(template, office=office_config(), call_given_because=CallReason.SAME_VISITOR, **facts)
