"""What pydantic says is wrong, as problems with our codes: one table for forms, JSON and TOML. Knows no request."""

from __future__ import annotations

import re

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from shared.domain.problem import Path, Problem

MOST = 200
"""Faults that are told at once: nobody reads more, and a page of ten thousand takes seconds."""
SHOWN = 40
"""Letters of a wrong value that a sentence repeats."""

CODES = {
    "missing": "missing",
    "string_too_short": "missing",
    "string_too_long": "too_long",
    "too_short": "choose",
    "too_long": "too_many",
    "int_parsing": "whole_number",
    "int_from_float": "whole_number",
    "int_type": "whole_number",
    "string_type": "no_text",
    "bool_type": "yes_or_no",
    "bool_parsing": "yes_or_no",
    "tuple_type": "no_list",
    "list_type": "no_list",
    "dataclass_type": "no_table",
    "model_type": "no_table",
    "greater_than_equal": "at_least",
    "less_than_equal": "at_most",
    "literal_error": "choose",
    "unexpected_keyword_argument": "unknown_key",
    "control": "control",
}
_PATTERNS = {"login": "login", "series": "letter"}


def problems(error: ValidationError, above: int = 0) -> list[Problem]:
    """What the model says is wrong, the first of it; a fault of one of several answers belongs to their field.

    `above`: parts of the path that the reader put around what was read, to be left out.
    """
    return [_problem(each, tuple(each["loc"])[above:]) for each in error.errors(include_url=False)[:MOST]]


def _problem(error: ErrorDetails, path: Path) -> Problem:
    if len(path) > 1 and isinstance(path[-1], int) and error["type"] not in ("dataclass_type", "model_type"):
        path = path[:-1]
    field = str(path[-1]) if path else ""
    if error["type"] == "enum":
        return Problem(path, "not_one_of", {"value": shown(error["input"]), "allowed": _allowed(error)})
    context = {key: value if isinstance(value, int) else _said(value) for key, value in error.get("ctx", {}).items()}
    return Problem(path, _code(error["type"], field), context)


def _said(value: object) -> str:
    """A bound as people write it; a day comes as Python writes it."""
    day = re.fullmatch(r"datetime\.date\((\d+), (\d+), (\d+)\)", str(value))
    return str(value) if day is None else f"{int(day[3]):02}-{int(day[2]):02}-{day[1]}"


def shown(value: object) -> str:
    """A wrong value as a sentence repeats it."""
    return str(value)[:SHOWN]


def _allowed(error: ErrorDetails) -> str:
    """The values of a closed set, which pydantic tells as "'a', 'b' or 'c'"."""
    return ", ".join(re.findall("'([^']*)'", str(error.get("ctx", {}).get("expected", ""))))


def _code(kind: str, field: str) -> str:
    if kind == "string_pattern_mismatch":
        return _PATTERNS.get(field, "slug")
    if kind.startswith(("time_", "date_")):
        return kind[:4]
    return CODES.get(kind, "invalid")
