"""What every measurement gets: where, how long, how often."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from shared.bench.installation import Installation


@dataclass(frozen=True, slots=True)
class Measure:
    installation: Installation
    folder: Path
    """For other files, on the disk of the data folder."""
    seconds: float
    """Of one round."""
    rounds: int
    """How often each round is repeated, in turn with its yardstick."""
    clicks: int
    history: int
    """Old tickets."""
    seeds: int
    days: int

    @classmethod
    def full(cls, installation: Installation, folder: Path) -> Measure:
        return cls(installation, folder, seconds=3, rounds=5, clicks=200, history=1_000_000, seeds=8, days=20)

    @classmethod
    def brief(cls, installation: Installation, folder: Path) -> Measure:
        """For a table of many measurements within a few minutes."""
        return cls(installation, folder, seconds=1, rounds=3, clicks=120, history=1_000_000, seeds=2, days=5)

    @classmethod
    def quick(cls, installation: Installation, folder: Path) -> Measure:
        """To see that everything runs; the figures say little."""
        return cls(installation, folder, seconds=0.3, rounds=1, clicks=5, history=2_000, seeds=1, days=2)
