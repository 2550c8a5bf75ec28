"""Bounds of every value from outside: looked at once before a route sees it; and the readers of query values.

A number in an address is at most `HIGHEST`, a day lies between `FIRST_DAY` and `LAST_DAY`, text holds no NUL and no
lone surrogate (no database keeps them), a JSON body is an object of a sane size, and nothing has thousands of fields.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from typing import Annotated

from flask import Flask, request
from flask.json.provider import DefaultJSONProvider
from pydantic import Field
from werkzeug.exceptions import NotFound
from werkzeug.routing import IntegerConverter

from shared.domain.bounds import HIGHEST, is_text
from shared.domain.errors import Invalid
from shared.domain.typed import written_day

MOST_FIELDS = 3000
"""Of a form. The longest standard in use has about 500."""
MOST_VALUES, DEEPEST = 5000, 20
"""Of a JSON body: values in all, and values inside each other."""

Id = Annotated[int, Field(ge=1, le=HIGHEST)]

_NUMBER = re.compile("[0-9]{1,10}")


def init_app(app: Flask) -> None:
    """Before the first route is added, and before anything looks at a form."""
    app.url_map.converters["int"] = Number
    app.json = Json(app)
    app.before_request(_check_address)


class Number(IntegerConverter):
    """`<int:...>` with plain digits and an upper bound: what is no such number is no such page."""

    regex = _NUMBER.pattern

    def __init__(self, *args: object, **options: object) -> None:
        super().__init__(*args, **{"max": HIGHEST, **options})  # type: ignore[arg-type]


class Json(DefaultJSONProvider):
    """Flask's own, for which too deep is as malformed as any other mistake, and NaN is no number.

    Answers keep the order of their keys.
    """

    sort_keys = False

    def loads(self, s: str | bytes, **options: object) -> object:
        try:
            return super().loads(s, **{"parse_constant": _no_number, **options})
        except RecursionError:
            raise ValueError("too deep") from None


def _no_number(word: str) -> None:
    raise ValueError(word)


# --- before every request ---


def _check_address() -> None:
    if not is_text(request.path):
        raise NotFound
    _check_texts(request.args.items(multi=True))


def check_body() -> None:
    """After the route said how large the body may be, and before anything else looks at it."""
    if request.is_json:
        _check_json()
        return
    is_form = request.mimetype == "application/x-www-form-urlencoded"
    # Counted in the bytes: to parse 100,000 fields takes as long as a hundred clicks.
    if is_form and request.get_data(cache=True).count(b"&") >= MOST_FIELDS:
        raise Invalid("many_fields", fields=[])
    _check_texts(request.form.items(multi=True))


def _check_texts(pairs: Iterable[tuple[str, str]]) -> None:
    for name, text in pairs:
        if not is_text(text) or not is_text(name):
            raise Invalid("unreadable", fields=[name if is_text(name) else ""])


def _check_json() -> None:
    if not request.get_data(cache=True).strip():
        return
    body = request.get_json(silent=True)
    if not isinstance(body, dict):
        raise Invalid("malformed_json", fields=[])
    count, level = 0, [body]
    for _ in range(DEEPEST):
        below: list[object] = []
        for value in level:
            if isinstance(value, dict):
                below += [*value, *value.values()]
            elif isinstance(value, list):
                below += value
            elif isinstance(value, str) and not is_text(value):
                raise Invalid("unreadable", fields=[])
            elif isinstance(value, int) and not -HIGHEST <= value <= HIGHEST:
                raise Invalid("number_size", fields=[])
        count += len(below)
        if count > MOST_VALUES:
            raise Invalid("many_fields", fields=[])
        if not below:
            return
        level = below  # type: ignore[assignment]
    raise Invalid("malformed_json", fields=[])


# --- what stands behind the question mark ---


def query_number(name: str, lowest: int = 0, highest: int = HIGHEST) -> int | None:
    """The number; None when it is absent or empty. Raises `Invalid("fields")` for what is none."""
    text = request.args.get(name, "").strip()
    return number(text, name, lowest, highest) if text else None


def query_day(name: str) -> date | None:
    """The day; None when it is absent or empty. Raises `Invalid("day")`."""
    text = request.args.get(name, "").strip()
    return day(text) if text else None


def number(text: str, name: str, lowest: int = 0, highest: int = HIGHEST) -> int:
    """Plain digits within bounds; raises `Invalid("fields")`."""
    if not _NUMBER.fullmatch(text) or not lowest <= int(text) <= highest:
        raise Invalid("fields", fields=[name])
    return int(text)


def day(text: str) -> date:
    """`2026-11-24` or `24-11-2026`; raises `Invalid("day")`."""
    found = written_day(text)
    if found is None:
        raise Invalid("day", fields=["day"])
    return found
