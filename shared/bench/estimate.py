"""The error of the promised wait next to the best of the usual ways to guess it, on synthetic days."""

from __future__ import annotations

from collections.abc import Iterator
from statistics import mean

from shared.bench.figure import Figure
from shared.bench.measure import Measure
from shared.bench.simulation import METHODS, OURS, bias, compare, gain
from shared.domain.queue.policy import Lane

GAIN = 0.25
_LANES = (Lane.ORDINARY, Lane.PRIORITY)


def measure(bench: Measure) -> Iterator[Figure]:
    """Mean absolute errors over several seeds; every method sees the same visitors."""
    seen = [compare(bench.days, seed) for seed in range(bench.seeds)]
    errors = {name: mean(each[name] for each in seen) for name in METHODS}
    best = min(error for name, error in errors.items() if name != OURS)
    is_met = gain(errors) >= GAIN
    for name, error in errors.items():
        if name == OURS:
            target = f"ratio <= {1 - GAIN}"
            biases = {lane: mean(bias(bench.days, s, lane) for s in range(bench.seeds)) / 60 for lane in _LANES}
            note = "bias " + ", ".join(f"{lane} {minutes:+.2f} min" for lane, minutes in biases.items())
            yield Figure("estimate_error", error / 60, "min", best / 60, error / best, target, is_met, note)
        else:
            yield Figure(f"estimate_error_{name}", error / 60, "min")
