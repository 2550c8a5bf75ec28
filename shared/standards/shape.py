"""The shape of a standard, taken from its dataclasses: which fields a part has, and what a form types into them.

A field that is added to `shared.domain.standards.standard` is read from pages, JSON and TOML alike without a line here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import is_dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from types import NoneType
from typing import TypeAlias, get_args, get_origin, get_type_hints

from shared.domain.merge import Json
from shared.domain.problem import Path

Table: TypeAlias = "dict[str, Json]"

PAIRS = tuple[tuple[str, str], ...]
_WHOLE = re.compile(r"-?[0-9]{1,9}")
_DECIMAL = re.compile(r"[0-9]{1,9}(?:[.,][0-9]{1,6})?")
_THOUSANDS = re.compile(r"(?:Rp\.?\s*)?([0-9]{1,3}(?:\.[0-9]{3})+|[0-9]{1,9})(?:,-|,00)?")


@cache
def fields_of(part: type) -> Mapping[str, object]:
    """Field -> its type without None."""
    return {name: _bare(hint) for name, hint in get_type_hints(part).items()}


def cut(root: type, path: Path) -> tuple[Path, type, object]:
    """The path up to its first field that holds no parts; the part it belongs to; and that field's type.

    The type is None for a path that names a part itself, and for a field that the part does not have.
    """
    part: type = root
    for length, name in enumerate(path, 1):
        if isinstance(name, int):
            continue
        if name not in fields_of(part):
            return path[:length], part, None
        inner = part_of(fields_of(part)[name])
        if inner is None:
            return path[:length], part, fields_of(part)[name]
        part = inner
    return path, part, None


def from_form(typed: Mapping[str, object], part: type) -> Table:
    """What was typed as the JSON that the part is read from; what is left empty is absent, what is no number stays."""
    known = fields_of(part)
    found = {name: _value(value, known.get(name)) for name, value in typed.items()}
    unticked: Table = {name: False for name, kind in known.items() if kind is bool}
    return {**unticked, **{name: value for name, value in found.items() if value is not None}}


def dates_as_words(value: object, kind: object) -> object:
    """What TOML wrote, with a date as JSON has it, but only where a date belongs."""
    if isinstance(value, list):
        return [dates_as_words(each, kind) for each in value]
    if isinstance(value, Mapping):
        inner = part_of(kind)
        known = fields_of(inner) if inner is not None else {}
        return {name: dates_as_words(each, known.get(name)) for name, each in value.items()}
    return value.isoformat() if kind is date and type(value) is date else value


def to_form(table: Mapping[str, Json], part: type) -> Table:
    """The JSON of a part in the shape of the form: the pairs of a condition are one word each."""
    return {name: _shown(value, fields_of(part).get(name)) for name, value in table.items()}


def _value(value: object, kind: object) -> Json:
    inner = part_of(kind)
    if isinstance(value, (bool, int, float)):
        return value
    if inner is not None:
        if isinstance(value, Mapping):
            part = from_form(value, inner)
            return part if any(_says(each, fields_of(inner).get(name)) for name, each in part.items()) else None
        return [from_form(row, inner) if isinstance(row, Mapping) else _text(row) for row in _several(value)]
    if get_origin(kind) is tuple:
        lines = [_text(each) for each in _several(value)]
        if kind == PAIRS:
            return [[*line.split("=", 1)] for line in lines if line]
        return [line for line in lines if line]
    text = _text(value)
    if text is not None and kind is bool:
        return {"true": True, "false": False}.get(text, text)
    if text is not None and kind is float and _DECIMAL.fullmatch(text):
        return float(text.replace(",", "."))
    return _whole(text) if text is not None and kind is int else text


def _says(value: Json, kind: object) -> bool:
    """Whether it was typed: a list always has something chosen, and what is not ticked says nothing."""
    return value is not False and value != [] and not (isinstance(kind, type) and issubclass(kind, StrEnum))


def _shown(value: Json, kind: object) -> Json:
    inner = part_of(kind)
    if inner is not None and isinstance(value, dict):
        return to_form(value, inner)
    if isinstance(value, list) and (inner is not None or kind == PAIRS):
        if inner is not None:
            return [to_form(row, inner) if isinstance(row, dict) else row for row in value]
        return ["=".join(map(str, pair)) for pair in value if isinstance(pair, list)]
    return value


def _several(value: object) -> list[object]:
    """The answers of a field that takes several: the lines of a large one, or what was ticked."""
    return list(value.splitlines()) if isinstance(value, str) else list(value) if isinstance(value, list) else [value]


def _text(value: object) -> str | None:
    return str(value).replace("\r\n", "\n").strip() or None if value is not None else None


def _whole(text: str) -> int | str:
    """The number, also as people write money: "Rp10.000,-"."""
    money = _THOUSANDS.fullmatch(text)
    text = money[1].replace(".", "") if money else text
    return int(text) if _WHOLE.fullmatch(text) else text


def _bare(hint: object) -> object:
    """A hint without its None."""
    kinds = [each for each in get_args(hint) if each is not NoneType]
    return kinds[0] if NoneType in get_args(hint) and len(kinds) == 1 else hint


def part_of(kind: object) -> type | None:
    """The part that a field holds one or several of."""
    arguments = get_args(kind)
    if get_origin(kind) is tuple and arguments[1:] == (...,):
        kind = arguments[0]
    return kind if isinstance(kind, type) and is_dataclass(kind) else None
