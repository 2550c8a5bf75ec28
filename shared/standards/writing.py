"""Writes a service standard as TOML, in the form that `shared.standards` reads; knows only what a standard holds."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

_BARE = re.compile(r"[A-Za-z0-9_-]+")


def toml(table: Mapping[str, object]) -> str:
    """The table of `standard.to_table` as a file; lists of tables stand last, each part under its own heading."""
    lines = [f"{_key(key)} = {_value(value)}" for key, value in table.items() if not _is_parts(value)]
    for key, value in table.items():
        if isinstance(value, list) and _is_parts(value):
            for part in value:
                lines += ["", f"[[{_key(key)}]]"]
                lines += [f"{_key(name)} = {_value(each)}" for name, each in part.items()]
    return "\n".join(lines) + "\n"


def _is_parts(value: object) -> bool:
    return isinstance(value, list) and bool(value) and isinstance(value[0], Mapping)


def _key(key: str) -> str:
    return key if _BARE.fullmatch(key) else _value(key)


def _value(value: object) -> str:
    """JSON's strings, numbers and booleans are TOML's too; only tables differ, and None has no place in either."""
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{_key(key)} = {_value(each)}" for key, each in value.items()) + " }"
    if isinstance(value, list):
        if value and all(isinstance(each, str) for each in value):
            return "[\n" + "".join(f"  {_value(each)},\n" for each in value) + "]"
        return "[" + ", ".join(_inline(each) for each in value) + "]"
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _inline(value: object) -> str:
    """A value inside an inline list or table, where older readers want no line break."""
    if isinstance(value, list):
        return "[" + ", ".join(_inline(each) for each in value) + "]"
    return _value(value)
