"""What the visits of a period add up to: counts, waits and service times. Pure: facts of events in, figures out.

A visit is one number; a stay is one call of it to a counter, until the visitor left that counter. What was taken back
(undo) and calls by mistake (release) are none. A visit ends as served, missed, cancelled or expired, or is still here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from enum import StrEnum
from statistics import median
from typing import NamedTuple, TypeVar

from shared.domain.queue import estimate
from shared.domain.queue.ticket import State

K = TypeVar("K", bound=Hashable)

WAIT_EDGES_MIN = (5, 10, 15, 20, 30, 45, 60, 90)
"""Where the bars of the distribution of waits end; the last one is open."""


class VisitEnd(StrEnum):
    SERVED = "served"
    MISSED = "missed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    HERE = "here"


@dataclass(frozen=True, slots=True)
class CounterStay:
    """One call to a counter. `queued_at`: since when its visitor waited for it; None when they did not wait (held)."""

    called_at: datetime
    queued_at: datetime | None = None
    started_at: datetime | None = None
    left_at: datetime | None = None
    """When they left the counter after being served; None while there, and when only the night ended it."""
    is_missed: bool = False
    counter_id: int | None = None
    officer_id: int | None = None

    @property
    def wait_s(self) -> int | None:
        return None if self.queued_at is None else _seconds(self.queued_at, self.called_at)

    @property
    def service_s(self) -> int | None:
        return None if self.started_at is None or self.left_at is None else _seconds(self.started_at, self.left_at)


@dataclass(frozen=True, slots=True)
class PromisedWait:
    """The wait that was promised with the number: minutes as printed, seconds as worked out."""

    low_min: int
    high_min: int
    estimate_s: float


@dataclass(frozen=True, slots=True)
class Visit:
    """One number. `on_day`: the day in whose report it stands; `is_late`: an earlier one, entered after its report."""

    ticket_id: int
    service_id: int
    on_day: date
    taken_at: datetime
    state: State
    is_priority: bool = False
    is_walk_in: bool = False
    is_return: bool = False
    """Its visitor came back for a file."""
    is_late: bool = False
    stays: tuple[CounterStay, ...] = ()
    quoted: PromisedWait | None = None

    @property
    def is_called(self) -> bool:
        return bool(self.stays)

    @property
    def wait_s(self) -> int | None:
        """From the number to the first call."""
        return _seconds(self.taken_at, self.stays[0].called_at) if self.stays else None

    @property
    def service_s(self) -> int | None:
        """At all its counters together; None when nobody served it to an end."""
        served = [stay.service_s for stay in self.stays if stay.service_s is not None]
        return sum(served) if served else None

    @property
    def outcome(self) -> VisitEnd:
        if any(stay.started_at for stay in self.stays):
            return VisitEnd.SERVED
        if any(stay.is_missed for stay in self.stays):
            return VisitEnd.MISSED
        return {State.CANCELLED: VisitEnd.CANCELLED, State.EXPIRED: VisitEnd.EXPIRED}.get(self.state, VisitEnd.HERE)


def _seconds(since: datetime, until: datetime) -> int:
    """Whole seconds, never below 0: a clock that was set back makes no negative wait."""
    return max(0, int((until - since).total_seconds()))


# --- figures ---


@dataclass(frozen=True, slots=True)
class Spread:
    """Of so many durations the median and what 90 % of them do not exceed, in seconds; None of none."""

    n: int
    median_s: float | None = None
    p90_s: int | None = None


@dataclass(frozen=True, slots=True)
class VisitCounts:
    """A row of figures about visits; the five outcomes add up to `taken`."""

    taken: int
    called: int
    served: int
    missed: int
    cancelled: int
    expired: int
    here: int
    priority: int
    walk_in: int
    returning: int
    late: int
    wait: Spread
    service: Spread


@dataclass(frozen=True, slots=True)
class StayCounts:
    """A row of figures about the calls at one counter, or by one officer."""

    calls: int
    served: int
    missed: int
    wait: Spread
    service: Spread


@dataclass(frozen=True, slots=True)
class VisitFigures:
    total: VisitCounts
    by_service: Mapping[int, VisitCounts]
    by_weekday: Mapping[int, VisitCounts]
    """Monday is 0."""
    by_hour: Mapping[int, VisitCounts]
    """Of the arrival, in the office's time."""
    by_counter: Mapping[int | None, StayCounts]
    """None: away from the counters, as what was entered later."""
    by_officer: Mapping[int | None, StayCounts]
    arrivals: Mapping[tuple[int, int], int]
    """(weekday, hour) -> numbers taken."""
    waits: tuple[int, ...]
    """Visits by their wait, one more than `WAIT_EDGES_MIN`."""
    promised: estimate.Accuracy | None
    """How well the promised waits were kept; None when none was promised."""


def visit_figures(visits: Sequence[Visit], zone: tzinfo) -> VisitFigures:
    """Everything that a report says about the visits of its period."""
    counted = [_counted(visit, zone) for visit in visits]
    stays = [stay for visit in visits for stay in visit.stays]
    arrivals: dict[tuple[int, int], int] = {}
    for one in counted:
        arrivals[one.weekday, one.hour] = arrivals.get((one.weekday, one.hour), 0) + 1
    return VisitFigures(
        total=_visit_line(counted),
        by_service=_lines(counted, lambda one: one.visit.service_id, _visit_line),
        by_weekday=_lines(counted, lambda one: one.weekday, _visit_line),
        by_hour=_lines(counted, lambda one: one.hour, _visit_line),
        by_counter=_lines(stays, lambda stay: stay.counter_id, stay_line),
        by_officer=_lines(stays, lambda stay: stay.officer_id, stay_line),
        arrivals=arrivals,
        waits=_bins([one.wait_s for one in counted if one.wait_s is not None]),
        promised=_promised(visits),
    )


class _Counted(NamedTuple):
    """A visit with what is asked of it several times."""

    visit: Visit
    end: VisitEnd
    wait_s: int | None
    service_s: int | None
    weekday: int
    hour: int


def _counted(visit: Visit, zone: tzinfo) -> _Counted:
    at = visit.taken_at.astimezone(zone)
    return _Counted(visit, visit.outcome, visit.wait_s, visit.service_s, at.weekday(), at.hour)


def _visit_line(counted: Sequence[_Counted]) -> VisitCounts:
    visits = [one.visit for one in counted]
    ended = Counter(one.end for one in counted)
    return VisitCounts(
        taken=len(visits),
        called=sum(one.wait_s is not None for one in counted),
        served=ended[VisitEnd.SERVED],
        missed=ended[VisitEnd.MISSED],
        cancelled=ended[VisitEnd.CANCELLED],
        expired=ended[VisitEnd.EXPIRED],
        here=ended[VisitEnd.HERE],
        priority=sum(visit.is_priority for visit in visits),
        walk_in=sum(visit.is_walk_in for visit in visits),
        returning=sum(visit.is_return for visit in visits),
        late=sum(visit.is_late for visit in visits),
        wait=spread(one.wait_s for one in counted),
        service=spread(one.service_s for one in counted),
    )


def stay_line(stays: Sequence[CounterStay]) -> StayCounts:
    return StayCounts(
        calls=len(stays),
        served=sum(stay.started_at is not None for stay in stays),
        missed=sum(stay.is_missed for stay in stays),
        wait=spread(stay.wait_s for stay in stays),
        service=spread(stay.service_s for stay in stays),
    )


def spread(durations: Iterable[int | None]) -> Spread:
    """The 90th percentile is the smallest duration that at least 90 % of them do not exceed."""
    known = sorted(seconds for seconds in durations if seconds is not None)
    if not known:
        return Spread(0)
    return Spread(len(known), float(median(known)), known[(9 * len(known) + 9) // 10 - 1])


T = TypeVar("T")
L = TypeVar("L")


def _lines(facts: Iterable[T], key: Callable[[T], K], line: Callable[[Sequence[T]], L]) -> dict[K, L]:
    groups: dict[K, list[T]] = {}
    for fact in facts:
        groups.setdefault(key(fact), []).append(fact)
    return {name: line(group) for name, group in groups.items()}


def _bins(waits_s: Sequence[int]) -> tuple[int, ...]:
    counts = [0] * (len(WAIT_EDGES_MIN) + 1)
    for seconds in waits_s:
        counts[sum(seconds >= edge * 60 for edge in WAIT_EDGES_MIN)] += 1
    return tuple(counts)


def _promised(visits: Iterable[Visit]) -> estimate.Accuracy | None:
    """By hand entered numbers were promised nothing."""
    return estimate.accuracy(
        [
            (visit.quoted.low_min, visit.quoted.high_min, visit.quoted.estimate_s, visit.wait_s)
            for visit in visits
            if visit.quoted is not None and visit.wait_s is not None
        ]
    )


def change(now: float | None, before: float | None) -> float | None:
    """The change against another period as a share of it; None where there was nothing to compare with."""
    return None if now is None or not before else (now - before) / before
