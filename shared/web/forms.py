"""What a page or a program sends, read by path and checked by a model: the same for forms and JSON, on every page.

`counters-0-name` is the name of the first counter; where a part may hold a dash itself the parts stand between dots
(`collected.documents.foto-4x6`). A name that ends in `[]`, or comes several times, takes several
answers. The order of rows on the page is the
order that counts; their numbers only hold the fields of a row together.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias, TypeVar

from flask import Flask, g, request
from flask_babel import gettext
from markupsafe import Markup
from pydantic import BaseModel, ValidationError
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.wrappers import Response

from shared.domain.errors import Invalid, NotAllowed, Refusal
from shared.domain.problem import Problem
from shared.faults import problems
from shared.web.told import said

M = TypeVar("M", bound=BaseModel)

Value: TypeAlias = "str | int | float | bool | list[Value] | Table | None"
Table: TypeAlias = "dict[str, Value]"

DEEPEST = 8
"""Parts of a field's name: a row in a row in a row, and its field, with room to spare."""

TAKEN_KEPT_S = 120
ONLY_THE_PAGE = ("row", "_answer", "_preview")
"""Buttons that change what the page shows and save nothing."""
_PLACE = re.compile("[0-9]{1,5}")
_SENT = re.compile("[a-z0-9]{8,40}")


Shows: TypeAlias = "Mapping[str, str | list[str]]"
"""What a form of a click shows before anybody typed: the text of a field, or the ticks of a list, by name."""


def read(model: type[M], now: Callable[[], Shows] | None = None) -> M:
    """The request's JSON object or form as `model`; raises `Invalid("fields")` with its `problems`.

    `now`: what the form would show now, read only where it matters; what its page did not change is not saved over
    what others saved meanwhile.
    Raises `NotAllowed("changed_elsewhere")` where both changed the same.
    """
    return check(model, typed(None if now is None or request.is_json else _settled(now())))


def shown_first(now: Shows) -> Markup:
    """For the form of a click: what its page shows first, and which sending it answers."""
    refused = g.get("settled") == now  # with nothing taken over yet: what the page shows is as old as it was
    base = request.form["_base"] if refused else json.dumps(now, separators=(",", ":"))
    kept = Markup('<input type="hidden" name="_base" value="{}">').format(base)
    answered = request.form.get("_sent")
    return kept + (Markup('<input type="hidden" name="_sent" value="{}">').format(answered) if answered else Markup())


def _settled(now: Shows) -> MultiDict[str, str]:
    form = MultiDict(request.form)
    try:
        base = json.loads(form.get("_base", "{}"))
    except (ValueError, RecursionError):
        raise Invalid("fields", fields=["_base"]) from None
    clashes = []
    for name, theirs in now.items():
        was = base.get(name) if isinstance(base, dict) else None
        mine = form.getlist(name)
        if isinstance(theirs, list) and isinstance(was, list):
            ticked = [each for each in mine if each in theirs or each not in was]
            form.poplist(name)
            form.update({name: ticked + [each for each in theirs if each not in (*was, *mine)]})
        elif isinstance(theirs, str) and isinstance(was, str) and theirs != was:
            own = [_one_line_end(each) for each in mine]
            if own == [_one_line_end(was)] or (not own and _is_added_row(form, name)):
                form[name] = theirs
            elif not own:
                continue  # it is not on this page
            elif own != [_one_line_end(theirs)]:
                clashes.append(Problem((name,), "changed_elsewhere", {"value": theirs or "–"}))
    if clashes:
        raise NotAllowed("changed_elsewhere", problems=tuple(clashes))
    g.settled = now if "_base" in form else None
    return form


def _is_added_row(form: MultiDict[str, str], name: str) -> bool:
    """Whether this field, which the page did not have, is of a row behind those that it had."""
    group = f"{name.rsplit('.', 2)[0]}."
    return name.count(".") > 2 and any(each.startswith(group) for each in form)


def check(model: type[M], table: Table) -> M:
    """The table as `model`; what a form left empty is absent. Raises `Invalid("fields")` with its `problems`."""
    try:
        return model.model_validate(table if request.is_json else without_empty(table))
    except ValidationError as error:
        raise invalid(problems(error)) from None


def invalid(found: Sequence[Problem]) -> Invalid:
    """The refusal for these problems."""
    names = [".".join(map(str, each.path)) for each in found]
    return Invalid("fields", fields=list(dict.fromkeys(names)), problems=tuple(found))


def _one_line_end(text: str) -> str:
    """Browsers end the lines of a textarea by another sign than what it was filled with."""
    return text.replace("\r\n", "\n")


def typed(form: MultiDict[str, str] | None = None) -> Table:
    """What the request holds as nested tables and lists: a JSON object as it is, a form by the names of its fields.

    `form`: instead of the one that came. Raises `Invalid("fields")` when one name is a value and a table at once.
    """
    if request.is_json:
        body = request.get_json(silent=True)
        if not isinstance(body, dict):
            raise Invalid("malformed_json", fields=[])
        return body
    found: Table = {}
    came = request.form if form is None else form
    for name in came:
        if name in ("csrf_token", "row", "base") or name.startswith("_"):
            continue
        bare = name.removesuffix("[]")
        values: list[Value] = [*came.getlist(name)]
        _put(found, path_of(bare), values if bare != name or len(values) > 1 else values[0])
    return {key: _listed(part) for key, part in found.items()}


def sent() -> MultiDict[str, str]:
    """What was typed as it came, to be shown again on the page of a refused click; empty on a fresh page."""
    return request.form


def pressed(name: str = "row") -> str:
    """What the pressed button of this name says, such as "add:counters"; "" when another one was pressed."""
    return request.form.get(name, "")


def is_pressed(name: str) -> bool:
    """Whether the button of this name was pressed."""
    return name in request.form


def init_app(app: Flask) -> None:
    app.after_request(_confirm)
    app.jinja_env.globals["shown_first"] = shown_first


def _confirm(response: Response) -> Response:
    """Tells the page's script which sending was taken, so that it lets its draft go; refused ones stay."""
    if request.method != "POST" or "form" not in request.mimetype:
        return response
    if response.status_code >= 400 or "/sign-in" in (response.location or ""):
        return response  # a refused form may be too large to be looked at
    if any(map(is_pressed, ONLY_THE_PAGE)):
        return response
    name = request.form.get("_sent", "")
    if _SENT.fullmatch(name):
        response.set_cookie("loket_taken", name, max_age=TAKEN_KEPT_S, samesite="Lax", secure=request.is_secure)
    return response


def file(name: str) -> FileStorage | None:
    """The file that was chosen in this field; None when there is none."""
    found = request.files.get(name)
    return found if found is not None and found.filename else None


def files(name: str) -> list[FileStorage]:
    """The files that were chosen in this field."""
    return [each for each in request.files.getlist(name) if each.filename]


def path_of(name: str) -> tuple[str, ...]:
    """The parts of a field's name."""
    return tuple(name.split("." if "." in name else "-"))


def _put(table: Table, path: tuple[str, ...], value: Value) -> None:
    if len(path) > DEEPEST:
        raise invalid([Problem(path, "invalid")])
    for part in path[:-1]:
        below = table.setdefault(part, {})
        if not isinstance(below, dict):
            raise invalid([Problem(path, "invalid")])
        table = below
    if isinstance(table.get(path[-1]), dict):
        raise invalid([Problem(path, "invalid")])
    table[path[-1]] = value


def _listed(value: Value) -> Value:
    """Tables whose keys are numbers are rows. The row that a page holds ready for its script is none."""
    if not isinstance(value, dict):
        return value
    rows = {key: part for key, part in value.items() if not key.startswith("__")}
    if value and all(map(_PLACE.fullmatch, rows)):
        return [_listed(part) for part in rows.values()]
    return {key: _listed(part) for key, part in value.items()}


def without_empty(value: Value) -> Value:
    """What was typed without the fields that were left empty."""
    if isinstance(value, dict):
        full = {key: without_empty(part) for key, part in value.items()}
        return {key: part for key, part in full.items() if part not in ("", None, {})}
    return [without_empty(part) for part in value] if isinstance(value, list) else value


# --- what is not right ---


@dataclass
class Shown:
    """A form on its page: what is typed in it, and the sentence at each field that is not right."""

    values: Table
    errors: dict[tuple[str, ...], str] = field(default_factory=dict)
    message: str | None = None
    places: list[str] = field(default_factory=list)
    """Sentences that belong to no single field."""
    base: str = ""
    """What the page showed first, as JSON: what it did not change is not saved over what others saved meanwhile."""

    def at(self, name: str) -> str | None:
        """The sentence of this field."""
        return self.errors.get(path_of(name))

    def within(self, prefix: str) -> bool:
        """Whether something in this row is not right."""
        path = path_of(prefix)
        return any(where[: len(path)] == path for where in self.errors)

    def add(self, found: Sequence[Problem]) -> None:
        """The problems at their fields."""
        for each in found:
            where = tuple(map(str, each.path))
            sentence = words(each)
            self.errors[where] = f"{self.errors[where]} {sentence}" if where in self.errors else sentence
            _drop_table(self.values, where)


def _drop_table(place: Value, path: tuple[str, ...]) -> None:
    """Takes fields that stand where a text should: no page can show them."""
    for part in path[:-1]:
        if isinstance(place, list):
            place = place[int(part)] if _PLACE.fullmatch(part) and int(part) < len(place) else None
        else:
            place = place.get(part) if isinstance(place, dict) else None
    if isinstance(place, dict) and path and not isinstance(place.get(path[-1]), str):
        place.pop(path[-1], None)


def words(problem: Problem) -> str:
    """What is wrong, for a person."""
    return said(problem, gettext)


def problems_of(error: Refusal) -> tuple[Problem, ...]:
    """The problems at fields that a refusal names; none for one that is about something else."""
    found = error.facts.get("problems", ())
    return tuple(each for each in found if isinstance(each, Problem))
