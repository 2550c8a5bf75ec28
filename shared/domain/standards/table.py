"""A standard as plain JSON values and back: how a version of it is stored, and what a TOML file of it holds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from types import UnionType
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

from shared.domain.channel import Channel
from shared.domain.standards.standard import OfficeStandard, ServiceStandard
from shared.domain.typed import iso_day

_T = TypeVar("_T")

_EMPTY = (None, False, (), "")


def to_table(standard: ServiceStandard | OfficeStandard) -> dict[str, Any]:
    """The standard as plain JSON values; what says nothing (None, no, an empty list) is left out."""
    table = _plain(standard)
    assert isinstance(table, dict)
    return table


def from_table(table: Mapping[str, object]) -> ServiceStandard:
    """The service that `to_table` wrote. It trusts the table; what a person wrote goes through `shared.standards`."""
    return _built(ServiceStandard, table)


def channels(tables: Iterable[Mapping[str, object]]) -> tuple[Channel, ...]:
    """What `to_table` made of channels."""
    return tuple(_built(Channel, each) for each in tables)


def _plain(value: object) -> object:
    if is_dataclass(value) and not isinstance(value, type):
        parts = {each.name: (getattr(value, each.name), each.default) for each in fields(value)}
        return {name: _plain(part) for name, (part, default) in parts.items() if not _says_nothing(part, default)}
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    if isinstance(value, date):
        return value.isoformat()
    return value.value if isinstance(value, StrEnum) else value


def _says_nothing(part: object, default: object) -> bool:
    """0 is a fee, and says much; a default that is something itself is written, so that it cannot change later."""
    return part is None or (part == default and any(part is each for each in _EMPTY))


def _built(kind: type[_T], table: Mapping[str, object]) -> _T:
    hints = _hints(kind)  # type: ignore[arg-type] # a class is hashable
    return kind(**{name: _value(hints[name], value) for name, value in table.items()})


@cache
def _hints(kind: object) -> dict[str, object]:
    return get_type_hints(kind)


def _value(kind: object, value: object) -> object:
    if value is None:
        return None
    if get_origin(kind) is UnionType:
        return _value(get_args(kind)[0], value)
    if get_origin(kind) is tuple and isinstance(value, list | tuple):
        inner = get_args(kind)
        return tuple(_value(each, part) for each, part in zip(_each(inner, len(value)), value, strict=True))
    if isinstance(kind, type) and is_dataclass(kind) and isinstance(value, Mapping):
        return _built(kind, value)
    if kind is date:
        return date.fromisoformat(iso_day(str(value)))
    return kind(str(value)) if isinstance(kind, type) and issubclass(kind, StrEnum) else value


def _each(inner: tuple[object, ...], length: int) -> tuple[object, ...]:
    return inner[:1] * length if Ellipsis in inner else inner
