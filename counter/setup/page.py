"""What the pages of the setup share: a form as it was typed, rows that come and go, sentences at their fields.

Fields of a row are named `counters-0-name`, and those with several answers end in `[]`. The order of the rows on the
page is the order that counts; the numbers only hold a row's fields together.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import wraps
from typing import Any, TypeVar

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from pydantic import BaseModel, ValidationError
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from shared.domain.errors import Invalid, Refusal
from shared.domain.rights import Right
from shared.web import auth
from shared.web.auth import may, officers_only
from shared.web.screen import office_config, sentence

M = TypeVar("M", bound=BaseModel)
Typed = dict[str, Any]

blueprint = Blueprint("setup", __name__)

THEMES = (
    ("office", "setup.office", "building-2", "Office"),
    ("services", "setup.services", "layout-grid", "Services"),
    ("counters", "setup.counters", "monitor", "Counters"),
    ("officers", "setup.officers", "users", "Officers"),
    ("hours", "setup.hours", "clock", "Opening hours"),
    ("holidays", "setup.holidays", "calendar-days", "Holidays"),
    ("rules", "setup.rules", "scale", "Rules of the queue"),
    ("display", "setup.display", "tv", "Display and voice"),
    ("media", "setup.slides", "clapperboard", "Slides and videos"),
    ("voice", "setup.recordings", "mic", "The office's own voice"),
    ("printers", "setup.printers", "printer", "Printers"),
    ("devices", "devices_setup.page", "tablet-smartphone", "Devices"),
    ("found", "setup.found", "map-pin-plus", "New office"),
)
"""The pages of the setup: name, endpoint, icon, words. The devices have a file of their own beside this folder."""

DEEPEST = 6
"""Parts of a field's name: a row in a row, and its field, with room to spare."""


@dataclass
class Shown:
    """A form on its page: what is typed in it, and the sentence at each field that is not right."""

    values: Typed
    errors: dict[str, str] = field(default_factory=dict)
    message: str | None = None
    places: list[str] = field(default_factory=list)
    """Sentences that belong to no single field."""

    def at(self, name: str) -> str | None:
        """The sentence of this field."""
        return self.errors.get(name)

    def within(self, prefix: str) -> bool:
        """Whether something in this row is not right."""
        return any(name == prefix or name.startswith(prefix + "-") for name in self.errors)


def setup_page(
    rule: str, methods: Iterable[str] = ("GET", "POST")
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """A page of the setup: read with one right, changed with another."""

    def register(view: Callable[..., Any]) -> Callable[..., Any]:
        reading, writing = officers_only(Right.SEE_SETUP)(view), officers_only(Right.CHANGE_SETUP)(view)

        @wraps(view)
        def guarded(**values: Any) -> Any:
            return (reading if request.method == "GET" else writing)(**values)

        blueprint.add_url_rule(rule, view.__name__, guarded, methods=list(methods))
        return guarded

    return register


def page(theme: str, template: str, shown: Shown | None = None, status: int = 200, **facts: Any) -> Response:
    """The page of a theme around `shown`."""
    body = render_template(
        f"counter/setup/{template}.html",
        office=office_config(),
        themes=THEMES,
        theme=theme,
        form=shown,
        may_write=may(Right.CHANGE_SETUP),
        saved=request.args.get("saved"),
        **facts,
    )
    return make_response(body, status)


def edit(
    theme: str,
    template: str,
    model: type[M],
    present: Callable[[], Mapping[str, Any] | BaseModel],
    save: Callable[[M], str | None],
    **facts: Any,
) -> ResponseReturnValue:
    """GET shows what is; POST saves and goes to the address that `save` returns (None: back here), or says what is
    wrong with everything still in its place. A button that adds, removes or moves a row only changes the page.
    """
    if request.method == "GET":
        return page(theme, template, Shown(plain(present())), **facts)
    typed = read(request.form)
    if change_rows(typed, request.form):
        return page(theme, template, Shown(typed), **facts)
    try:
        address = save(model.model_validate(without_empty(typed)))
    except (ValidationError, Refusal) as error:
        if not auth.wants_page() and isinstance(error, Refusal):
            raise
        shown = refused(error, typed)
        return page(theme, template, shown, error.status if isinstance(error, Refusal) else 422, **facts)
    return redirect(address or url_for(request.endpoint or "", saved=1, **(request.view_args or {})), 303)


# --- what was typed ---


def read(form: MultiDict[str, str]) -> Typed:
    """The form as nested lists and tables of texts, rows in the order of the page."""
    typed: Typed = {}
    for name in form:
        if name in ("csrf_token", "row") or name.startswith("_"):
            continue
        bare = name.removesuffix("[]")
        path = bare.split("-")
        if len(path) <= DEEPEST:
            _put(typed, path, form.getlist(name) if bare != name else form[name])
    listed: Typed = _listed(typed)
    return listed


def _put(table: Typed, path: list[str], value: Any) -> None:
    for part in path[:-1]:
        below = table.setdefault(part, {})
        if not isinstance(below, dict):
            return
        table = below
    table[path[-1]] = value


def _listed(value: Any) -> Any:
    """Tables whose keys are numbers are rows."""
    if not isinstance(value, dict):
        return value
    if value and all(key.isdigit() for key in value):
        return [_listed(part) for part in value.values()]
    return {key: _listed(part) for key, part in value.items()}


def without_empty(value: Any) -> Any:
    """What was typed without the fields that were left empty."""
    if isinstance(value, dict):
        return {key: without_empty(part) for key, part in value.items() if part not in ("", None)}
    return [without_empty(part) for part in value] if isinstance(value, list) else value


def plain(value: Mapping[str, Any] | BaseModel) -> Typed:
    """What is, in the shape of what was typed."""
    return value.model_dump(mode="json") if isinstance(value, BaseModel) else dict(value)


_ROW = re.compile(r"(add|remove|up|down):([a-z_]+(?:-\d+-[a-z_]+)*)(?:-(\d+))?")


def change_rows(typed: Typed, form: MultiDict[str, str]) -> bool:
    """Does what a row's button asks, with or without a script; False when none was pressed.

    Buttons are named `row` and say "add:counters", "remove:counters-2", "up:steps-3".
    """
    asked = _ROW.fullmatch(form.get("row", ""))
    if asked is None:
        return False
    action, path, number = asked[1], asked[2].split("-"), asked[3]
    rows = _rows(typed, path)
    if rows is None:
        return False
    if action == "add":
        rows.append({})
    elif number is not None and int(number) < len(rows):
        row = rows.pop(int(number))
        if action != "remove":
            rows.insert(max(0, int(number) + (-1 if action == "up" else 1)), row)
    return True


def _rows(typed: Typed, path: list[str]) -> list[Any] | None:
    """The rows at that place of the form, made when there are none; None when there is no such place."""
    place: Any = typed
    for part in path[:-1]:
        if isinstance(place, list) and part.isdigit() and int(part) < len(place):
            place = place[int(part)]
        elif isinstance(place, dict):
            place = place.get(part)
    rows = place.setdefault(path[-1], []) if isinstance(place, dict) else None
    return rows if isinstance(rows, list) else None


# --- what is not right ---


def refused(error: ValidationError | Refusal, typed: Typed) -> Shown:
    """The form as it was typed, with the sentences of the refusal."""
    message = gettext("Nothing was saved yet. Please correct what is marked.")
    if isinstance(error, ValidationError):
        return Shown(typed, {_name(each["loc"]): _said(each) for each in error.errors(include_url=False)}, message)
    if isinstance(error, Invalid) and "faults" in error.facts:
        faults = error.facts["faults"].items()
        return Shown(typed, {name: gettext(f"wrong.{code}", **facts) for name, (code, facts) in faults}, message)
    return Shown(typed, {}, sentence(error))


def _name(loc: tuple[int | str, ...]) -> str:
    """The field's name; a fault of one of several answers belongs to the field."""
    parts = list(loc)
    if len(parts) > 1 and isinstance(parts[-1], int):
        parts.pop()
    return "-".join(map(str, parts))


_CODES = {
    "missing": "missing",
    "string_too_short": "missing",
    "string_too_long": "too_long",
    "too_short": "choose",
    "too_long": "too_many",
    "int_parsing": "whole_number",
    "int_from_float": "whole_number",
    "greater_than_equal": "at_least",
    "less_than_equal": "at_most",
    "enum": "choose",
    "literal_error": "choose",
    "control": "control",
}


def _said(error: Mapping[str, Any]) -> str:
    kind, last = error["type"], str(error["loc"][-1])
    context = {key: value for key, value in error.get("ctx", {}).items() if isinstance(value, int | str)}
    if kind == "string_pattern_mismatch":
        code = {"login": "login", "series": "letter"}.get(last, "slug")
    elif kind.startswith("time_"):
        code = "time"
    elif kind.startswith("date_"):
        code = "date"
    else:
        code = _CODES.get(kind, "invalid")
    return str(gettext(f"wrong.{code}", **context))
