"""How long a visitor will wait: the queue played forward through the open counters; knows no clock and no rows."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from heapq import heapify, heappop, heapreplace
from statistics import NormalDist, median

ENOUGH_HISTORY = 50
"""Completed tickets an office needs before it quotes a wait."""

LAST_COMPLETIONS = 25
"""How many of today's completions speak for today."""

FIRST_Q90 = 1.5
"""Upper bound over estimate, until an office has its own history."""

ROUND_MIN = 5

SPREAD = 0.6
"""Coefficient of variation of a service time where none is known: our own choice."""

_NORMAL = NormalDist()


@dataclass(frozen=True, slots=True)
class WorkingCounter:
    """An open counter, times in seconds from now.

    `services`: the keys it may call, None for all. `free_at_s`: when its present visitor leaves (`remaining_s`), 0 when
    idle. `breaks`: (from, until) in order of time; a visitor who is there when a break begins is served to the end. A
    counter that closes has a last break until `math.inf`.
    """

    counter: str
    services: frozenset[str] | None = None
    free_at_s: float = 0.0
    breaks: tuple[tuple[float, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Range:
    """What people read: "10-20 menit", multiples of 5."""

    low_min: int
    high_min: int


@dataclass(frozen=True, slots=True)
class Accuracy:
    """How good past quotes were: mean and median absolute error, bias (mean error, positive: too long), shares 0..1."""

    mae_s: float
    median_s: float
    bias_s: float
    within_10_min: float
    beyond_upper: float
    n: int


def estimate(
    service: str,
    ahead: Sequence[str],
    desks: Sequence[WorkingCounter],
    occupied_s: Mapping[str, float],
    *,
    history: int,
    factor: float = 1.0,
) -> float | None:
    """Expected seconds until a visitor for `service` is called, with `ahead` (keys, in calling order) before them.

    A key is a service, or a service and step, whatever `occupied_s` and the desks use alike. `occupied_s`: mean seconds
    a visitor occupies a counter, no-shows included (`daily_mean`). `factor`: `today_factor`, or 1 with `today_means`.
    `history`: completed tickets known. None with too little history or when no counter will ever call this visitor.
    Deterministic with means. Priority visitors who are still to come are not in it: see `overtaking`.

    Never shorter with one more person directly ahead. Where counters serve different things, a person further up may
    shorten it, as in the room: they can draw a counter away from a long case that would have come to ours.
    """
    return estimates_for_all((service,), ahead, desks, occupied_s, history=history, factor=factor)[service]


def estimates_for_all(
    services: Sequence[str],
    ahead: Sequence[str],
    desks: Sequence[WorkingCounter],
    occupied_s: Mapping[str, float],
    *,
    history: int,
    factor: float = 1.0,
) -> dict[str, float | None]:
    """`estimate` for a newcomer of each of `services` behind the same queue, at the cost of one."""
    waits: dict[str, float | None] = dict.fromkeys(services)
    if history < ENOUGH_HISTORY or not occupied_s:
        return waits
    unknown_s = sum(occupied_s.values()) / len(occupied_s)
    lengths = {key: factor * occupied_s.get(key, unknown_s) for key in set(ahead)}
    lines = {desk.services: _line(ahead, desk.services) for desk in desks}
    taken = bytearray(len(ahead))
    free = [(_after_breaks(desk.free_at_s, desk), index) for index, desk in enumerate(desks)]
    heapify(free)
    open_ends = set(services)
    while free and open_ends and free[0][0] < math.inf:
        now_s, index = free[0]
        desk = desks[index]
        line = lines[desk.services]
        while line and taken[line[-1]]:
            line.pop()
        if line:
            place = line.pop()
            taken[place] = 1
            heapreplace(free, (_after_breaks(now_s + lengths[ahead[place]], desk), index))
            continue
        # Nobody ahead is left for this desk: whoever comes next and may be served here is called now. Those behind
        # never delay those before them, so one run answers for every service.
        heappop(free)
        for service in [key for key in open_ends if desk.services is None or key in desk.services]:
            waits[service] = now_s
            open_ends.discard(service)
    return waits


def call_times(
    ahead: Sequence[str], desks: Sequence[WorkingCounter], lengths: Mapping[str, float]
) -> list[float | None]:
    """Seconds until each person of a queue (keys, in calling order) is called; None when no desk ever calls them.

    `lengths`: seconds that a visitor of each key in `ahead` occupies a counter today.
    """
    times: list[float | None] = [None] * len(ahead)
    lines = {desk.services: _line(ahead, desk.services) for desk in desks}
    free = [(_after_breaks(desk.free_at_s, desk), index) for index, desk in enumerate(desks)]
    heapify(free)
    while free and free[0][0] < math.inf:
        now_s, index = free[0]
        desk = desks[index]
        line = lines[desk.services]
        while line and times[line[-1]] is not None:
            line.pop()
        if not line:
            heappop(free)
            continue
        place = line.pop()
        times[place] = now_s
        heapreplace(free, (_after_breaks(now_s + lengths[ahead[place]], desk), index))
    return times


def _line(ahead: Sequence[str], services: frozenset[str] | None) -> list[int]:
    """Places in the queue that counters for `services` may call, last first: a stack to take the first from."""
    return [place for place in reversed(range(len(ahead))) if services is None or ahead[place] in services]


def _after_breaks(at_s: float, desk: WorkingCounter) -> float:
    for from_s, until_s in desk.breaks:
        if from_s <= at_s < until_s:
            at_s = until_s
    return at_s


def remaining_s(elapsed_s: float, mean_s: float, spread: float = SPREAD) -> float:
    """Expected seconds that a visitor still stays who has been `elapsed_s` at the counter.

    Mean of a lognormal with this mean and coefficient of variation, given that it is longer than `elapsed_s`, less
    `elapsed_s`. Far in the tail, where the sum loses its digits, one mean is answered.
    """
    if elapsed_s <= 0 or mean_s <= 0:
        return max(0.0, mean_s)
    sigma = math.sqrt(math.log1p(spread**2))
    z = (math.log(elapsed_s / mean_s) + sigma**2 / 2) / sigma
    if z > 4:
        return mean_s
    return mean_s * _NORMAL.cdf(sigma - z) / _NORMAL.cdf(-z) - elapsed_s


def quote(seconds: float, q90: float = FIRST_Q90) -> Range:
    """[seconds, seconds x q90] in whole steps of 5 minutes, rounded outwards, never narrower than one step."""
    step_s = ROUND_MIN * 60
    low = math.floor(seconds / step_s)
    high = max(math.ceil(seconds * q90 / step_s), low + 1)
    return Range(low * ROUND_MIN, high * ROUND_MIN)


def daily_mean(previous: float | None, observed_mean: float, weight: float = 0.1) -> float:
    """The mean occupied time after a day whose own mean was `observed_mean`; `previous` None on the first day."""
    return observed_mean if previous is None else previous + weight * (observed_mean - previous)


def today_factor(observed_s: Sequence[float], expected_s: Sequence[float], shrink: float = 8) -> float:
    """How slow today is: observed over expected seconds of the last completions, newest last.

    Only the last 25 count, and `shrink` imagined completions of exactly the expected time hold it near 1.
    """
    observed, expected = observed_s[-LAST_COMPLETIONS:], expected_s[-LAST_COMPLETIONS:]
    if sum(expected) <= 0:
        return 1.0
    return (len(observed) * sum(observed) / sum(expected) + shrink) / (len(observed) + shrink)


def today_means(occupied_s: Mapping[str, float], completions: Sequence[tuple[str, float, float]]) -> dict[str, float]:
    """`occupied_s` as it is today, from today's (key, observed, expected seconds), newest last, all of the day.

    The office's factor over the last 25 completions, times each key's own over its last 25, measured against the first;
    both shrunk. Knowing that only one service is slow today took 3 % off the error in `simulation`. Give the result to
    `estimate` without a `factor`.
    """
    recent = completions[-LAST_COMPLETIONS:]
    office = today_factor([observed for _, observed, _ in recent], [expected for _, _, expected in recent])
    own: dict[str, tuple[list[float], list[float]]] = {key: ([], []) for key in occupied_s}
    for key, observed, expected in completions:
        if key in own:
            own[key][0].append(observed)
            own[key][1].append(expected * office)
    return {key: mean_s * office * today_factor(*own[key]) for key, mean_s in occupied_s.items()}


def ratios(estimated_and_actual_s: Iterable[tuple[float, float]]) -> list[float]:
    """Actual over estimated seconds, for `learn_q90`.

    Estimates under 5 minutes are left out: there seconds make huge ratios, and the rounding of `quote` covers them.
    """
    return [actual_s / seconds for seconds, actual_s in estimated_and_actual_s if seconds >= ROUND_MIN * 60]


def learn_q90(past: Sequence[float]) -> float:
    """The factor that 90 % of past `ratios` did not exceed, at least 1; 1.5 until 50 of them are known."""
    if len(past) < ENOUGH_HISTORY:
        return FIRST_Q90
    ordered = sorted(past)
    return max(1.0, ordered[math.ceil(0.9 * len(ordered)) - 1])


def accuracy(quotes: Sequence[tuple[float, float, float, float]]) -> Accuracy | None:
    """Judge quotes of (quoted low in minutes, quoted high in minutes, estimate in seconds, actual wait in seconds).

    None without quotes. A wait is beyond the upper bound only when it is longer than the quoted high.
    """
    if not quotes:
        return None
    errors = [estimate_s - actual_s for _, _, estimate_s, actual_s in quotes]
    n = len(quotes)
    return Accuracy(
        mae_s=sum(abs(error) for error in errors) / n,
        median_s=median(abs(error) for error in errors),
        bias_s=sum(errors) / n,
        within_10_min=sum(abs(error) <= 600 for error in errors) / n,
        beyond_upper=sum(actual_s > high_min * 60 for _, high_min, _, actual_s in quotes) / n,
        n=n,
    )
