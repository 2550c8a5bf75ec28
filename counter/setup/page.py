"""What the pages of the setup share: who may open them, their frame, rows that come and go, and saving."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import wraps
from typing import Any, TypeVar

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from pydantic import BaseModel
from werkzeug.wrappers import Response

from counter.setup.first_day import read_first_day
from shared.domain.errors import Invalid, Refusal
from shared.domain.merge import Json, merge
from shared.domain.problem import Path, Problem
from shared.domain.rights import Right
from shared.web.access import auth
from shared.web.access.auth import may, officers_only
from shared.web.forms import Shown, Table, check, pressed, problems_of, typed
from shared.web.screen import office_config, sentence

M = TypeVar("M", bound=BaseModel)
View = Callable[..., ResponseReturnValue]

blueprint = Blueprint("setup", __name__)

THEMES = (
    ("office", "setup.office", "building-2", "Office"),
    ("services", "setup.services", "layout-grid", "Services"),
    ("counters", "setup.counters", "monitor", "Counters"),
    ("officers", "setup.officers", "users", "Officers"),
    ("hours", "setup.hours", "clock", "Opening hours"),
    ("holidays", "setup.holidays", "calendar-days", "Holidays"),
    ("letters", "setup.letters", "stamp", "Letters and signers"),
    ("register", "setup.register", "table-properties", "Columns of the register"),
    ("rules", "setup.rules", "scale", "Rules of the queue"),
    ("survey", "setup.survey", "smile", "Satisfaction survey"),
    ("privacy", "setup.privacy", "shield-check", "Complaints and personal data"),
    ("display", "setup.display", "tv", "Display and voice"),
    ("media", "setup.slides", "clapperboard", "Slides and videos"),
    ("voice", "setup.recordings", "mic", "The office's own voice"),
    ("printers", "setup.printers", "printer", "Printers"),
    ("devices", "devices_setup.page", "tablet-smartphone", "Devices"),
    ("programs", "programs_setup.page", "waypoints", "Other programs"),
    ("backup", "setup.backup", "database-backup", "Backup"),
    ("found", "setup.found", "map-pin-plus", "New office"),
)
"""The pages of the setup: name, endpoint, icon, words. Devices and programs have files beside this folder."""


def setup_page(
    rule: str, methods: Iterable[str] = ("GET", "POST"), right: Right = Right.CHANGE_SETUP
) -> Callable[[View], View]:
    """A page of the setup: read with one right, changed with another (`right`)."""

    def register(view: View) -> View:
        reading, writing = officers_only(Right.SEE_SETUP)(view), officers_only(right)(view)

        @wraps(view)
        def guarded(**values: object) -> ResponseReturnValue:
            return (reading if request.method == "GET" else writing)(**values)

        blueprint.add_url_rule(rule, view.__name__, guarded, methods=list(methods))
        return guarded

    return register


def page(theme: str, template: str, shown: Shown | None = None, status: int = 200, **facts: Any) -> Response:
    """The page of a theme around `shown`; for who may change it, with the step of the first day that it is."""
    may_write = may(Right.CHANGE_SETUP)
    body = render_template(
        f"counter/setup/{template}.html",
        office=office_config(),
        themes=THEMES,
        theme_here=theme,
        form=shown,
        may_write=may_write,
        first_day=read_first_day() if may_write else None,
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
    now = plain(present())
    if request.method == "GET":
        return page(theme, template, unchanged(now), **facts)
    table, base = typed(), pressed("_base")
    if change_rows(table):
        return page(theme, template, Shown(table, base=base), **facts)
    try:
        wanted, clash = settle(model, table, base, now)
        if clash:
            return page(theme, template, clash, 409, **facts)
        if base:
            base, table = kept(now), wanted.model_dump(mode="json")
        address = save(wanted)
    except Refusal as error:
        if not auth.wants_page():
            raise
        return page(theme, template, refused(error, table, base), error.status, **facts)
    return redirect(address or url_for(request.endpoint or "", saved=1, **(request.view_args or {})), 303)


def unchanged(present: Table) -> Shown:
    """The form as it is, before anybody typed."""
    return Shown(present, base=kept(present))


def plain(value: Mapping[str, Any] | BaseModel) -> Table:
    """What is, in the shape of what was typed."""
    return value.model_dump(mode="json") if isinstance(value, BaseModel) else dict(value)


# --- what others saved meanwhile ---


def settle(model: type[M], table: Table, base: str, now: Table) -> tuple[M, Shown | None]:
    """What is wanted, with what others saved since the page was opened, and the page when both changed the same.

    `base`: what the page showed first, "" from a program, whose word counts as it is. Raises `Invalid("fields")`.
    """
    wanted = check(model, table)
    if not base:
        return wanted, None
    made, clashes = merged(_canonical(model, _read(base)), wanted.model_dump(mode="json"), _canonical(model, now))
    if clashes:
        return wanted, clashing(made, clashes, kept(now))
    return check(model, made), None


def merged(base: Table, mine: Table, theirs: Table) -> tuple[Table, list[Problem]]:
    """What this page and others made of what both began with, and a problem wherever both changed the same."""
    made, clashes = merge(base, mine, theirs)
    return made if isinstance(made, dict) else mine, [_clash(path, value) for path, value in clashes]


def clashing(table: Table, clashes: Sequence[Problem], base: str) -> Shown:
    """The page with both versions: one's own in its fields, the other's beside them. Saved again, one's own counts."""
    message = gettext("Somebody else saved this page meanwhile. Look at what is marked, then save again.")
    shown = Shown(table, {}, message, base=base)
    shown.add(clashes)
    return shown


def _clash(path: Path, theirs: Json) -> Problem:
    if theirs is None or theirs == "":
        return Problem(path, "removed_elsewhere")
    if isinstance(theirs, dict):
        return Problem(path, "changed_row_elsewhere")
    return Problem(path, "changed_elsewhere", {"value": _words(theirs)})


def _words(value: Json) -> str:
    if isinstance(value, bool):
        return str(gettext("yes") if value else gettext("no"))
    if isinstance(value, list):
        return ", ".join(_words(each) for each in value) or "–"
    return str(value)


def kept(table: Table) -> str:
    """What a page shows first, as its form keeps it in `_base`."""
    return json.dumps(table, default=str, separators=(",", ":"))


def _read(base: str) -> Table:
    try:
        found = json.loads(base)
    except (ValueError, RecursionError):
        raise Invalid("fields", fields=["base"]) from None
    return found if isinstance(found, dict) else {}


def _canonical(model: type[BaseModel], table: Table) -> Table:
    """The table as the model would write it, so that two of them can be compared."""
    try:
        return check(model, table).model_dump(mode="json")
    except Invalid:
        return table


# --- rows that come and go ---


_PLACE = re.compile("[0-9]{1,5}")
_ROW = re.compile(r"(add|remove|up|down):([a-z_]+(?:-[0-9]{1,5}-[a-z_]+)*)(?:-([0-9]{1,5}))?")


def change_rows(typed: Table) -> bool:
    """Does what a row's button asks, with or without a script; False when none was pressed.

    Buttons are named `row` and say "add:counters", "remove:counters-2", "up:steps-3"; a draft that is given back
    says "show".
    """
    if pressed() == "show":
        return True
    asked = _ROW.fullmatch(pressed())
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


def _rows(typed: Table, path: list[str]) -> list[Any] | None:
    """The rows at that place of the form, made when there are none; None when there is no such place."""
    place: Any = typed
    for part in path[:-1]:
        if isinstance(place, list) and _PLACE.fullmatch(part) and int(part) < len(place):
            place = place[int(part)]
        elif isinstance(place, dict):
            place = place.get(part)
    rows = place.setdefault(path[-1], []) if isinstance(place, dict) else None
    return rows if isinstance(rows, list) else None


def refused(error: Refusal, typed: Table, base: str = "") -> Shown:
    """The form as it was typed, with the sentences of the refusal."""
    found = problems_of(error)
    if not found:
        return Shown(typed, {}, sentence(error), base=base)
    shown = Shown(typed, {}, gettext("Nothing was saved yet. Please correct what is marked."), base=base)
    shown.add(found)
    return shown
