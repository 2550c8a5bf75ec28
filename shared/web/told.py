"""Problems told with their place, for a console or the top of a page: "layanan 2, tahap 3, role: ..."."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Protocol

from shared.domain.problem import Path, Problem


class Say(Protocol):
    """The words of a catalogue: its key itself where it has none."""

    def __call__(self, key: str, /, **facts: str | int) -> str: ...


def told(found: Iterable[Problem], say: Say) -> list[str]:
    """One line for each problem, with the names of the file: for who wrote the file."""
    return _lines(found, say, lambda path: str(path[-1]), lambda each: say(f"wrong.{each.code}", **each.facts))


def told_on_page(found: Iterable[Problem], say: Say, label: Callable[[Path], str]) -> list[str]:
    """One line for each problem, with the words of the page: for who filled in the form. `label`: of a field."""
    return _lines(found, say, label, lambda each: said(each, say))


_KINDS = {"collects": "collects", "first": "collects", "role": "role"}
"""Facts that are keys of a file, and the family of their words."""


def said(problem: Problem, say: Say) -> str:
    """What is wrong, with the words of the page."""
    named = {
        key: _or(say, f"{_KINDS[key]}.{value}", str(value)) if key in _KINDS else value
        for key, value in problem.facts.items()
    }
    return say(f"wrong.{problem.code}", **named)


def _lines(
    found: Iterable[Problem], say: Say, named: Callable[[Path], str], words: Callable[[Problem], str]
) -> list[str]:
    lines = []
    for each in found:
        where, what = place(each.path, say, named), words(each)
        lines.append(f"{where}: {what}" if where else what)
    return list(dict.fromkeys(lines))


def place(path: Path, say: Say, named: Callable[[Path], str]) -> str:
    """("services", 1, "steps", 2, "role") as "layanan 2, tahap 3, role": rows are counted from 1."""
    words = []
    for length, (name, following) in enumerate(zip(path, (*path[1:], None), strict=False), 1):
        if isinstance(name, int):
            continue
        part = _or(say, f"place.{name}", name)
        words.append(
            f"{part} {following + 1}" if isinstance(following, int) else part if following else named(path[:length])
        )
    return ", ".join(words)


def _or(say: Say, key: str, otherwise: str) -> str:
    said = say(key)
    return otherwise if said == key else said
