"""What comes with a click on a file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Said:
    """What comes with a click on a file; all of it may be absent."""

    collected: Mapping[str, Any] = field(default_factory=dict)
    applicant: Mapping[str, str] | None = None
    answers: Mapping[str, str] | None = None
    target: str | None = None
    reason: str | None = None
    note: str | None = None
