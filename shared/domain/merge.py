"""Two changes of one thing from the same beginning: what each changed is kept, where both changed the same is told.

Values are those of JSON. Rows that have a name of their own (`id`, `slug`, `key`, `on_day`) are the same row wherever
they stand; other rows and answers are the same when they are equal.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from shared.domain.problem import Path

Json: TypeAlias = "str | int | float | bool | list[Json] | dict[str, Json] | None"

NAMES = ("id", "slug", "key", "on_day")
"""What names a row, the first that it has."""

Clash: TypeAlias = "tuple[Path, Json]"
"""Where both changed the same, in the merged value, and what the other made of it."""


def merge(base: Json, mine: Json, theirs: Json) -> tuple[Json, list[Clash]]:
    """What both made of `base`; where they clash mine stands, and theirs is told."""
    if mine == theirs or theirs == base:
        return mine, []
    if mine == base:
        return theirs, []
    if isinstance(mine, dict) and isinstance(theirs, dict):
        return _tables(base if isinstance(base, dict) else {}, mine, theirs)
    if isinstance(mine, list) and isinstance(theirs, list):
        return _lists(base if isinstance(base, list) else [], mine, theirs)
    return mine, [((), theirs)]


def _tables(base: dict[str, Json], mine: dict[str, Json], theirs: dict[str, Json]) -> tuple[Json, list[Clash]]:
    merged: dict[str, Json] = {}
    clashes: list[Clash] = []
    for name in dict.fromkeys((*mine, *theirs)):
        merged[name], found = merge(base.get(name), mine.get(name), theirs.get(name))
        clashes += [((name, *path), value) for path, value in found]
    return {name: value for name, value in merged.items() if value is not None or name in mine}, clashes


def _lists(base: list[Json], mine: list[Json], theirs: list[Json]) -> tuple[Json, list[Clash]]:
    was, own, other = _named(base), _named(mine), _named(theirs)
    merged: list[Json] = []
    clashes: list[Clash] = []
    for name in _order(list(was), list(own), list(other)):
        value, found = _row(name, was, own, other)
        if value is _GONE:
            continue
        clashes += [((len(merged), *path), each) for path, each in found]
        merged.append(value)  # type: ignore[arg-type]
    return merged, clashes


_GONE = object()


def _row(
    name: object, was: dict[object, Json], own: dict[object, Json], other: dict[object, Json]
) -> tuple[object, list[Clash]]:
    if name in own and name in other:
        return merge(was.get(name), own[name], other[name])
    if name in own:  # added here, or taken away there
        is_kept = name not in was or own[name] != was[name]
        return (own[name], [((), None)] if name in was else []) if is_kept else (_GONE, [])
    if name not in was or other[name] != was[name]:  # added there, or changed there and taken away here
        return other[name], [((), other[name])] if name in was else []
    return _GONE, []


def _named(rows: list[Json]) -> dict[object, Json]:
    """Each row under its name; a new row, which has none yet, under its place."""
    named: dict[object, Json] = {}
    for place, row in enumerate(rows):
        name = _name(row)
        named[("new", place) if name is None else name] = row
    return named


def _name(row: Json) -> object:
    if not isinstance(row, dict):
        return repr(row)
    for field in NAMES:
        if field in row:
            return None if row[field] is None else (field, repr(row[field]))
    return repr(sorted(row.items(), key=str))


def _order(was: Sequence[object], own: Sequence[object], other: Sequence[object]) -> list[object]:
    """Mine when rows were moved here, else theirs; what only the other has follows."""
    moved = [name for name in own if name in was] != [name for name in was if name in own]
    first, second = (own, other) if moved else (other, own)
    return list(dict.fromkeys((*first, *second)))
