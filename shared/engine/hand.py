"""Who acts on a file, and what comes with the click."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from shared.domain.standard import Role


@dataclass(frozen=True, slots=True)
class Hand:
    """Who acts, with which roles today, from which counter (None: away from the counters), and when."""

    officer_id: int
    name: str
    roles: frozenset[Role]
    now: datetime
    counter_id: int | None = None
    url: str = "/t/"
    """What stands before a token in an address that a phone can open."""

    def stamp(self) -> dict[str, Any]:
        """Stands beside everything that a step collects."""
        return {"by": self.name, "at": self.now.isoformat(timespec="seconds")}


@dataclass(frozen=True, slots=True)
class Said:
    """What comes with a click on a file; all of it may be absent."""

    collected: Mapping[str, Any] = field(default_factory=dict)
    applicant: Mapping[str, str] | None = None
    answers: Mapping[str, str] | None = None
    target: str | None = None
    reason: str | None = None
    note: str | None = None
