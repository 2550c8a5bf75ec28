"""One measured figure with its yardstick and its target, and the little arithmetic that the measurements share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from math import ceil
from statistics import median


@dataclass(frozen=True, slots=True)
class Figure:
    """`yardstick`: what it is compared with, in the same unit; `ratio`: value / yardstick; None where there is none."""

    measure: str
    value: float | None
    unit: str
    yardstick: float | None = None
    ratio: float | None = None
    target: str | None = None
    met: bool | None = None
    note: str | None = None

    def line(self) -> dict[str, object]:
        """As it is printed: floats to four significant digits, no note when there is nothing to note."""
        rounded = {name: float(f"{v:.4g}") if isinstance(v, float) else v for name, v in asdict(self).items()}
        return {name: v for name, v in rounded.items() if name != "note" or v is not None}


def median_ratio(values: Sequence[float], yardsticks: Sequence[float]) -> float:
    """The median of the rounds' ratios, so that a busy minute hits both."""
    return median(value / yardstick for value, yardstick in zip(values, yardsticks, strict=True))


def at_least(
    measure: str, values: Sequence[float], yardsticks: Sequence[float], target: float | None, unit: str = "1/s"
) -> Figure:
    """Medians of several rounds."""
    ratio = median_ratio(values, yardsticks)
    return Figure(
        measure,
        median(values),
        unit,
        median(yardsticks),
        ratio,
        None if target is None else f"ratio >= {target}",
        None if target is None else ratio >= target,
    )


def percentile(values: Sequence[float], percent: float) -> float:
    """The smallest value that at least `percent` of all values do not exceed."""
    return sorted(values)[max(0, ceil(len(values) * percent / 100) - 1)]
