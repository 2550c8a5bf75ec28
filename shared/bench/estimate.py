"""The error of the promised wait next to the best of the usual ways to guess it, on synthetic days."""

from __future__ import annotations

from collections.abc import Iterator
from statistics import mean

from shared.bench.figure import Figure
from shared.bench.measure import Measure
from shared.bench.simulation import METHODS, OURS, compare, gain

GAIN = 0.25


def measure(bench: Measure) -> Iterator[Figure]:
    """Mean absolute errors over several seeds; every method sees the same visitors."""
    seen = [compare(bench.days, seed) for seed in range(bench.seeds)]
    errors = {name: mean(each[name] for each in seen) for name in METHODS}
    best = min(error for name, error in errors.items() if name != OURS)
    is_met = gain(errors) >= GAIN
    for name, error in errors.items():
        if name == OURS:
            target = f"ratio <= {1 - GAIN}"
            yield Figure("estimate_error", error / 60, "min", best / 60, error / best, target, is_met)
        else:
            yield Figure(f"estimate_error_{name}", error / 60, "min")
