"""One thing that is wrong with what somebody typed or sent: where, and a code; the words live in the catalogues."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

Path = tuple[str | int, ...]
"""("steps", 2, "role"): the role of the third step."""


@dataclass(frozen=True, slots=True)
class Problem:
    """`path` is empty when the whole is meant; `facts` are what the sentence needs, never personal data."""

    path: Path
    code: str
    facts: Mapping[str, str | int] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The path as the name of a form's field: "steps-2-role"."""
        return "-".join(map(str, self.path))


def under(place: Path, problems: Iterable[Problem]) -> list[Problem]:
    """The problems of a part as those of the whole in which it stands at `place`."""
    return [Problem((*place, *each.path), each.code, each.facts) for each in problems]
