"""What the checks of a standard have in common: names that must be unique, and conditions that name what exists."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from shared.domain.problem import Path, Problem
from shared.domain.standards.parts import When

_KEY = re.compile(r"[a-z][a-z0-9_-]*")


def keys_problems(name: str, keys: Sequence[str]) -> Iterator[Problem]:
    for place, key in enumerate(keys):
        if key.strip() and not _KEY.fullmatch(key):
            yield Problem((name, place, "key"), "key_spelling", {"value": key})
    yield from taken(name, "key", keys)


def taken(name: str, field: str, values: Iterable[str]) -> Iterator[Problem]:
    """Values that must be unique among their neighbours and are not; the other one is counted from 1."""
    first: dict[str, int] = {}
    for place, value in enumerate(values):
        if value in first:
            yield Problem((name, place, field), "taken", {"value": value, "number": first[value] + 1})
        first.setdefault(value, place)


def when_problems(when: When, known: Mapping[str, Sequence[str]]) -> Iterator[Problem]:
    """`known`: name of what is asked or chosen before -> its answers."""
    for question, answer in when:
        if question not in known:
            yield Problem(("when",), "when_question", {"value": question, "allowed": listed(known)})
        elif answer not in known[question]:
            facts = {"value": answer, "question": question, "allowed": listed(known[question])}
            yield Problem(("when",), "when_option", facts)


def exclude_each_other(one: When, other: When) -> bool:
    """Whether no case meets both: for some name they want different answers."""
    names = {name for name, _ in one} & {name for name, _ in other}
    wanted = [({a for n, a in one if n == name}, {a for n, a in other if n == name}) for name in names]
    return any(mine.isdisjoint(theirs) for mine, theirs in wanted)


def not_one_of(path: Path, value: str, allowed: Iterable[str]) -> Problem:
    return Problem(path, "not_one_of", {"value": value, "allowed": listed(allowed)})


def listed(values: Iterable[str]) -> str:
    return ", ".join(values) or "-"
