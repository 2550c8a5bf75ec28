"""What differs between two versions of a service standard, as a person would list it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from enum import StrEnum

from shared.domain.standards.standard import ServiceStandard


class ChangeKind(StrEnum):
    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    MOVED = "moved"
    """The same parts in another order."""


@dataclass(frozen=True, slots=True)
class Difference:
    """`field` is a field of `Service`; `what` the words that name the part, "" when the field has one value."""

    field: str
    kind: ChangeKind
    what: str = ""


def differences(before: Mapping[str, object], after: Mapping[str, object]) -> list[Difference]:
    """From one table of `standard.to_table` to the next, in the order of the fields; empty when they are equal."""
    found: list[Difference] = []
    for field in fields(ServiceStandard):
        was, becomes = _full(before.get(field.name)) or None, _full(after.get(field.name)) or None
        if was == becomes:
            continue
        if isinstance(was, list) or isinstance(becomes, list):
            found += _parts(field.name, _listed(was), _listed(becomes))
        else:
            kind = ChangeKind.ADDED if was is None else ChangeKind.REMOVED if becomes is None else ChangeKind.CHANGED
            found.append(Difference(field.name, kind))
    return found


def _full(value: object) -> object:
    """Without what says nothing: an older version wrote it, a newer one leaves it out."""
    if isinstance(value, Mapping):
        return {key: _full(part) for key, part in value.items() if part not in (None, "", []) and part is not False}
    return [_full(part) for part in value] if isinstance(value, list) else value


def _listed(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _parts(field: str, was: list[object], becomes: list[object]) -> Iterator[Difference]:
    old, new = {_key(part): part for part in was}, {_key(part): part for part in becomes}
    yield from (Difference(field, ChangeKind.ADDED, _name(new[key])) for key in new if key not in old)
    yield from (Difference(field, ChangeKind.REMOVED, _name(old[key])) for key in old if key not in new)
    both = [key for key in new if key in old]
    yield from (
        Difference(field, ChangeKind.CHANGED, _name(new[key]))
        for key in both
        if _meaning(new[key]) != _meaning(old[key])
    )
    if both != [key for key in old if key in new]:
        yield Difference(field, ChangeKind.MOVED)


_SETS = ("collects", "may_send_back_to")
"""Of a step: the order in which they were ticked says nothing."""


def _meaning(part: object) -> object:
    if not isinstance(part, Mapping):
        return part
    return {**part, **{name: sorted(part[name]) for name in _SETS if name in part}}


def _key(part: object) -> str:
    """What makes it the same part in both versions; a channel, a criterion and the like are what they say."""
    return str(part.get("key") or sorted(part.items())) if isinstance(part, Mapping) else str(part)


def _name(part: object) -> str:
    if not isinstance(part, Mapping):
        return str(part)
    return str(next((part[name] for name in ("title", "text", "value", "label", "kind") if part.get(name)), ""))
