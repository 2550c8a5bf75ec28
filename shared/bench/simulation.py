"""Our expected wait against the usual ways to guess it, on the same synthetic days; peeks at nothing the office hides.

All methods know who waits, the order of calling, the priority lane and the schedule of rests alike. Of several variants
of each usual way (office-wide, per service, per lane, in plain minutes or in counter minutes) the one that did best
stands here.
"""

from __future__ import annotations

from collections.abc import Mapping
from random import Random
from statistics import mean

from shared.bench.synthetic import (
    OFFICES,
    OPENS,
    SERVICES,
    Method,
    SyntheticCounter,
    SyntheticOffice,
    SyntheticVisitor,
    play,
)
from shared.domain.queue import estimate, policy
from shared.domain.queue.overtaking import Coming, TakenToday


def compare(days: int, seed: int) -> dict[str, float]:
    """Mean absolute error in seconds of every method in METHODS, over `days` days in each office, on the same visitors.

    Visitors who find a free counter are left out: no method can err there. Deterministic in `seed`.
    """
    errors: dict[str, list[float]] = {name: [] for name in METHODS}
    for office in OFFICES:
        for said in play(office, days, Random(f"{seed} {office}"), METHODS):
            for visitor, answers in said:
                for name, seconds in answers.items():
                    errors[name].append(abs(seconds - visitor.called_s + visitor.taken_s))
    return {name: mean(values) for name, values in errors.items()}


def gain(errors: Mapping[str, float]) -> float:
    """How far below the best usual way our error is, as a share: 0.25 is a quarter below."""
    return 1 - errors[OURS] / min(error for name, error in errors.items() if name != OURS)


def bias(days: int, seed: int, lane: policy.Lane) -> float:
    """By how many seconds our answer to visitors of that lane was too long on average; below 0: too short."""
    errors = [
        answers[OURS] - visitor.called_s + visitor.taken_s
        for office in OFFICES
        for said in play(office, days, Random(f"{seed} {office}"), {OURS: ours})
        for visitor, answers in said
        if visitor.lane == lane
    ]
    return mean(errors)


def judge(days: int, seed: int) -> estimate.Accuracy | None:
    """Accuracy of our ranges on such days, with `q90` learned each evening from the days before."""
    quotes = []
    for office in OFFICES:
        past: list[tuple[float, float]] = []
        for said in play(office, days, Random(f"{seed} {office}"), {OURS: ours}):
            q90 = estimate.learn_q90(estimate.ratios(past))
            today = [(answers[OURS], visitor.called_s - visitor.taken_s) for visitor, answers in said]
            for seconds, actual_s in today:
                shown = estimate.quote(seconds, q90)
                quotes.append((shown.low_min, shown.high_min, seconds, actual_s))
            past += today
    return estimate.accuracy(quotes)


def ours(room: SyntheticOffice, visitor: SyntheticVisitor) -> float:
    """What `loket` says: `estimate` fed as the engine feeds it."""
    completions = [(c.service, c.observed_s, c.expected_s) for c in room.done]
    occupied_s = estimate.today_means(room.occupied_s, completions)
    ahead = [other.service for other in _ahead(room, visitor)]
    desks = [_desk(room, counter, occupied_s) for counter in room.counters]
    seconds = estimate.estimate(visitor.service, ahead, desks, occupied_s, history=room.history)
    assert seconds is not None
    if visitor.lane == policy.Lane.PRIORITY:
        return seconds
    taken = [*room.waiting, *room.called]
    counts = {key: sum(other.service == key for other in taken) for key in occupied_s}
    today = TakenToday(counts, sum(other.lane == policy.Lane.PRIORITY for other in taken))
    hour = OPENS + room.now_s / 3600
    return Coming(today, room.usual, hour, desks, occupied_s).overtaken(visitor.service, seconds)


def last_30_waits(room: SyntheticOffice, visitor: SyntheticVisitor) -> float:
    """Mean of the last 30 waits in this lane today."""
    return _as_long_as([other for other in room.called if other.lane == visitor.lane][-30:], room, visitor)


def last_to_enter_service(room: SyntheticOffice, visitor: SyntheticVisitor) -> float:
    """The wait of the last visitor of this lane who was called today."""
    return _as_long_as([other for other in room.called if other.lane == visitor.lane][-1:], room, visitor)


def queue_length(room: SyntheticOffice, visitor: SyntheticVisitor) -> float:
    """(People ahead who share a counter with the newcomer, + 1) x mean service time / open counters."""
    mine = [counter for counter in room.counters if counter.calls(visitor.service)]
    ahead = sum(any(counter.calls(other.service) for counter in mine) for other in _ahead(room, visitor))
    mean_s = sum(service.share * room.occupied_s[service.key] for service in SERVICES)
    return _until_desk_seconds(room, visitor.service, (ahead + 1) * mean_s)


OURS = "loket"

METHODS: Mapping[str, Method] = {
    OURS: ours,
    "last_30_waits": last_30_waits,
    "queue_length": queue_length,
    "last_to_enter_service": last_to_enter_service,
}


def _ahead(room: SyntheticOffice, visitor: SyntheticVisitor) -> list[SyntheticVisitor]:
    """Those who are called before the newcomer, in the order of calling."""
    by_number = {other.number: other for other in [*room.waiting, visitor]}
    order = [waiting.ticket_id for waiting in policy.order([v.as_waiting() for v in by_number.values()], streak=0)]
    return [by_number[number] for number in order[: order.index(visitor.number)]]


def _desk(room: SyntheticOffice, counter: SyntheticCounter, occupied_s: Mapping[str, float]) -> estimate.WorkingCounter:
    free_at_s = 0.0
    if counter.visitor is not None:
        elapsed_s = room.now_s - counter.visitor.called_s
        free_at_s = estimate.remaining_s(elapsed_s, occupied_s[counter.visitor.service])
    rest = (counter.rest[0] - room.now_s, counter.rest[1] - room.now_s)
    return estimate.WorkingCounter("", counter.services, free_at_s, (rest,))


def _as_long_as(others: list[SyntheticVisitor], room: SyntheticOffice, visitor: SyntheticVisitor) -> float:
    """A wait of as many counter seconds as these waits had on average; that is how they know the schedule too."""
    spent = [_desk_seconds(room, other.service, other.taken_s, other.called_s) for other in others]
    return _until_desk_seconds(room, visitor.service, mean(spent) if spent else 0.0)


def _desk_seconds(room: SyntheticOffice, service: str, from_s: float, until_s: float) -> float:
    """Seconds that counters for `service` are planned to be there between two times, summed over the counters."""
    total_s = 0.0
    for counter in room.counters:
        if counter.calls(service):
            resting_s = min(until_s, counter.rest[1]) - max(from_s, counter.rest[0])
            total_s += until_s - from_s - max(0.0, resting_s)
    return total_s


def _until_desk_seconds(room: SyntheticOffice, service: str, work_s: float) -> float:
    """Seconds from now until the counters for `service` have been there for `work_s` in sum."""
    at_s = room.now_s
    for edge_s in sorted({edge_s for counter in room.counters for edge_s in counter.rest if edge_s > room.now_s}):
        step_s = _desk_seconds(room, service, at_s, edge_s)
        if step_s > work_s:
            break
        work_s, at_s = work_s - step_s, edge_s
    there = sum(counter.calls(service) and not counter.rest[0] <= at_s < counter.rest[1] for counter in room.counters)
    return at_s - room.now_s + work_s / there
