"""Boxes for a day or a time that look the same in every browser: plain text, read by the server."""

from __future__ import annotations

from datetime import date, time

from flask import Flask, request
from flask_babel import gettext
from jinja2 import Undefined
from markupsafe import Markup

from shared.domain.typed import as_typed

_PATTERNS = {
    "date": r"\d{1,2}[\-.\/ ]\d{1,2}[\-.\/ ]\d{4}|\d{4}-\d{2}-\d{2}",
    "time": r"([01]?\d|2[0-3])[.:]?[0-5]\d(:00)?",
}
"""What a browser lets through; the server says in words what is wrong with the rest."""


def init_app(app: Flask) -> None:
    app.jinja_env.globals["box"] = box
    app.jinja_env.filters["typed"] = typed


def box(kind: str) -> Markup:
    """The attributes of an input for a "date" or a "time"; those of another kind are its type."""
    if kind not in _PATTERNS:
        return Markup('type="{}"').format(kind)
    shape, example = (
        (gettext("dd-mm-yyyy"), gettext("A day such as 26-11-2026"))
        if kind == "date"
        else (gettext("hh.mm, 24 hours"), gettext("A time such as 07.30, from 00.00 to 23.59"))
    )
    attributes = 'type="text" inputmode="decimal" size="11" data-box="{}" pattern="{}" placeholder="{}" title="{}"'
    return Markup(attributes).format(kind, _PATTERNS[kind], shape, example)


def typed(value: date | time | str | Undefined | None) -> str:
    """What stands in such a box; on the page of a refused form exactly what was typed."""
    if isinstance(value, Undefined) or not value:
        return ""
    if isinstance(value, str):
        return value if request.method == "POST" else as_typed(value)
    return as_typed(value.isoformat())
