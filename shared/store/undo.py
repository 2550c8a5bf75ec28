"""What a row was before a change, as an event keeps it, and the row's values again: by the types of its columns."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from enum import Enum

from shared.store.tables import Base


def restored(table: type[Base], was: Mapping[str, object]) -> dict[str, object]:
    """The values of columns that an event kept."""
    return {name: _value(table.__table__.columns[name].type.python_type, kept) for name, kept in was.items()}


class WrittenJson(str):
    """A value of a JSON column that is written as JSON already."""

    __slots__ = ()


def as_json(values: object) -> str:
    """JSON of what an event keeps: times and words of a column may stand in it."""
    return values if isinstance(values, WrittenJson) else _encode(values)


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} is no JSON")


_encode = json.JSONEncoder(default=_plain).encode


def _value(kind: type, kept: object) -> object:
    if isinstance(kept, str) and issubclass(kind, datetime):
        return datetime.fromisoformat(kept)
    return kind(kept) if kept is not None and issubclass(kind, Enum) else kept
