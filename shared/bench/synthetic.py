"""Generates synthetic office days from a seed, on which ways to estimate a wait are compared.

A day has a morning peak, lunch with the counters resting in turns, no-shows, a priority lane with a ratio, services of
very different lengths, slow days (of everything, of one service), officers who differ, days with a counter unstaffed.
All numbers are our own choice, none is measured; the mean lengths follow what Indonesian sub-districts publish.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from heapq import heapify, heappop, heappush
from random import Random
from statistics import mean

from shared.domain.queue import estimate, policy
from shared.domain.queue.overtaking import UsualDay

WARM_UP_DAYS = 15
"""Days that only teach the office's history before anything is compared."""

ARRIVALS = (1.5, 1.7, 1.3, 1.0, 0.5, 0.6, 0.4)
"""Relative stream of visitors in each hour from 08.00; numbers are given until 15.00, who has one is served."""

OPENS = 8
"""The hour at which the seconds of a day begin."""

LUNCH_S, REST_S = 4 * 3600.0, 1800.0
"""From 12.00 every other counter rests for half an hour, then the rest of them."""

UNSTAFFED_SHARE = 0.15
PRIORITY_SHARE = 0.12
NO_SHOW_SHARE = 0.08
NO_SHOW_S = 75.0
_EPOCH = datetime(2000, 1, 1)


@dataclass(frozen=True, slots=True)
class SyntheticService:
    """A kind of work: mean minutes of one visitor who came, coefficient of variation, share of all visitors."""

    key: str
    minutes: float
    spread: float
    share: float


SERVICES = (
    SyntheticService("pengambilan", 3, 0.5, 0.25),
    SyntheticService("legalisasi", 4, 0.5, 0.20),
    SyntheticService("surat", 9, 0.6, 0.30),
    SyntheticService("ktp", 12, 0.5, 0.15),
    SyntheticService("nib", 20, 0.6, 0.10),
)

FRONT = frozenset({"pengambilan", "legalisasi", "surat"})
OFFICES: Mapping[str, tuple[tuple[frozenset[str] | None, ...], float]] = {
    "2 counters": ((None, None), 62),
    "3 counters": ((FRONT, FRONT | {"ktp"}, None), 92),
    "4 counters": ((FRONT, FRONT, FRONT | {"ktp"}, frozenset({"ktp", "nib"})), 130),
}
"""What each counter of an office calls, and its mean number of visitors a day."""


@dataclass(slots=True)
class SyntheticVisitor:
    """One ticket of a synthetic day; `occupies_s` is the truth that no method may look at before it is over."""

    number: int
    service: str
    lane: policy.Lane
    taken_s: float
    occupies_s: float
    called_s: float = math.nan

    def as_waiting(self) -> policy.Waiting:
        return policy.Waiting(self.number, self.lane, _EPOCH + timedelta(seconds=self.taken_s))


@dataclass(slots=True)
class SyntheticCounter:
    """A staffed counter: what it calls, its planned rest (from, until), when it is really back, its present work."""

    services: frozenset[str] | None
    rest: tuple[float, float]
    back_s: float
    pace: float
    streak: int = 0
    visitor: SyntheticVisitor | None = None
    until_s: float = 0.0

    def calls(self, service: str) -> bool:
        return self.services is None or service in self.services

    def is_free(self, now_s: float) -> bool:
        return self.visitor is None and not self.rest[0] <= now_s < self.back_s


@dataclass(frozen=True, slots=True)
class Completion:
    """A visitor who left a counter today: seconds there, and what the history before today said of the service."""

    service: str
    observed_s: float
    expected_s: float


@dataclass(slots=True)
class SyntheticOffice:
    """What the office knows at one moment, and all that a method may read; seconds after opening.

    `waiting` by arrival; `called` today, newest last, no-shows too; `occupied_s` and `history` from the days before.
    """

    now_s: float = 0.0
    counters: list[SyntheticCounter] = field(default_factory=list)
    waiting: list[SyntheticVisitor] = field(default_factory=list)
    called: list[SyntheticVisitor] = field(default_factory=list)
    done: list[Completion] = field(default_factory=list)
    occupied_s: dict[str, float] = field(default_factory=dict)
    history: int = 0
    usual: UsualDay = field(default_factory=lambda: UsualDay((0,) * 24, 0))


Method = Callable[[SyntheticOffice, SyntheticVisitor], float]
"""Expected seconds until a newcomer, not yet among those who wait, is called."""

Said = tuple[SyntheticVisitor, dict[str, float]]
"""A visitor who could not be called at once, and the answer of each method when the number was taken."""


def play(office: str, days: int, random: Random, methods: Mapping[str, Method]) -> Iterator[list[Said]]:
    """What was said to the visitors of each day after the warm-up; by then each of them has been called."""
    plan, visitors_a_day = OFFICES[office]
    paces = [random.lognormvariate(0, 0.12) for _ in plan]
    room = SyntheticOffice()
    for day in range(WARM_UP_DAYS + days):
        room.counters = _staff(plan, paces, random)
        if day < WARM_UP_DAYS:
            run_day(room, _visitors(visitors_a_day, random), {})
        else:
            yield run_day(room, _visitors(visitors_a_day, random), methods)


def run_day(room: SyntheticOffice, visitors: Sequence[SyntheticVisitor], methods: Mapping[str, Method]) -> list[Said]:
    """Play one day in `room`, and learn from it in the evening; returns who had to wait and what each was told."""
    room.called, room.done = [], []
    events: list[tuple[float, int, SyntheticVisitor | None]] = [(v.taken_s, v.number, v) for v in visitors]
    events += [(counter.back_s, 0, None) for counter in room.counters]
    heapify(events)
    said: list[Said] = []
    while events:
        room.now_s, _, visitor = heappop(events)
        for counter in room.counters:
            if counter.visitor is not None and counter.until_s <= room.now_s:
                _finish(room, counter)
        if visitor is not None:
            if not any(c.calls(visitor.service) and c.is_free(room.now_s) for c in room.counters):
                said.append((visitor, {name: method(room, visitor) for name, method in methods.items()}))
            room.waiting.append(visitor)
        for counter in room.counters:
            if counter.is_free(room.now_s) and _call(room, counter):
                heappush(events, (counter.until_s, 0, None))
    _learn(room)
    return said


def _call(room: SyntheticOffice, counter: SyntheticCounter) -> bool:
    """Call whom the office's own rule picks; False when nobody waits for this counter."""
    here = [visitor for visitor in room.waiting if counter.calls(visitor.service)]
    picked = policy.pick([visitor.as_waiting() for visitor in here], counter.streak)
    if picked is None:
        return False
    ordinary_waits = any(visitor.lane == policy.Lane.ORDINARY for visitor in here)
    visitor = next(visitor for visitor in here if visitor.number == picked.ticket_id)
    counter.streak = policy.next_streak(counter.streak, visitor.lane, ordinary_waits)
    visitor.called_s = room.now_s
    counter.visitor, counter.until_s = visitor, room.now_s + visitor.occupies_s * counter.pace
    room.waiting.remove(visitor)
    room.called.append(visitor)
    return True


def _finish(room: SyntheticOffice, counter: SyntheticCounter) -> None:
    visitor = counter.visitor
    assert visitor is not None
    observed_s = counter.until_s - visitor.called_s
    expected_s = room.occupied_s.get(visitor.service, observed_s)
    room.done.append(Completion(visitor.service, observed_s, expected_s))
    counter.visitor = None


def _learn(room: SyntheticOffice) -> None:
    """In the evening: today's mean of each service joins the history."""
    lengths: dict[str, list[float]] = {}
    for completion in room.done:
        lengths.setdefault(completion.service, []).append(completion.observed_s)
    for service, observed in lengths.items():
        room.occupied_s[service] = estimate.daily_mean(room.occupied_s.get(service), mean(observed))
    room.history += len(room.done)
    hours = [OPENS + int(visitor.taken_s // 3600) for visitor in room.called]
    by_hour = tuple(count + hours.count(hour) for hour, count in enumerate(room.usual.by_hour))
    room.usual = UsualDay(by_hour, room.usual.days + 1)


def _staff(plan: Sequence[frozenset[str] | None], paces: Sequence[float], random: Random) -> list[SyntheticCounter]:
    """Today's counters: sometimes one is not staffed, if the others can do its work; they rest in turns from 12.00."""
    counters = []
    for place, (services, pace) in enumerate(zip(plan, paces, strict=True)):
        from_s = LUNCH_S + REST_S * (place % 2)
        until_s = from_s + REST_S
        counters.append(SyntheticCounter(services, (from_s, until_s), until_s + random.expovariate(1 / 120), pace))
    without = counters[:]
    without.pop(random.randrange(len(counters)))
    covered = all(any(counter.calls(service.key) for counter in without) for service in SERVICES)
    return without if covered and random.random() < UNSTAFFED_SHARE else counters


def _visitors(visitors_a_day: float, random: Random) -> list[SyntheticVisitor]:
    """The day's visitors by time; all of it, and each service by itself, is slower or faster than usual today."""
    today = random.lognormvariate(0, 0.2)
    paces = {service.key: today * random.lognormvariate(0, 0.15) for service in SERVICES}
    per_hour = visitors_a_day * random.lognormvariate(0, 0.15) / sum(ARRIVALS)
    visitors: list[SyntheticVisitor] = []
    for hour, weight in enumerate(ARRIVALS):
        at_s = hour * 3600.0
        while (at_s := at_s + random.expovariate(per_hour * weight / 3600)) < (hour + 1) * 3600:
            visitors.append(_visitor(len(visitors) + 1, at_s, paces, random))
    return visitors


def _visitor(number: int, at_s: float, paces: Mapping[str, float], random: Random) -> SyntheticVisitor:
    service = random.choices(SERVICES, [service.share for service in SERVICES])[0]
    lane = policy.Lane.PRIORITY if random.random() < PRIORITY_SHARE else policy.Lane.ORDINARY
    sigma = math.sqrt(math.log1p(service.spread**2))
    occupies_s = service.minutes * 60 * paces[service.key] * random.lognormvariate(-(sigma**2) / 2, sigma)
    if random.random() < NO_SHOW_SHARE:
        occupies_s = random.uniform(0.5, 1.5) * NO_SHOW_S
    return SyntheticVisitor(number, service.key, lane, at_s, occupies_s)
