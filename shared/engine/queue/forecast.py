"""How long people will wait here: the forecast of an office, kept for a second, and what each evening teaches it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from math import inf

from sqlalchemy import Connection, delete, insert, select

from shared.domain.numbering import office_day
from shared.domain.office import CounterConfig, OfficeConfig
from shared.domain.queue import estimate
from shared.domain.queue.availability import Break
from shared.domain.queue.estimate import Accuracy, Range, WorkingCounter
from shared.domain.queue.overtaking import Coming, TakenToday, UsualDay
from shared.domain.queue.policy import Lane, Waiting, order
from shared.domain.queue.room import Room
from shared.domain.queue.ticket import QueueTicket, State
from shared.domain.standards.standard import Role
from shared.store.office import Store
from shared.store.queue import history
from shared.store.queue.history import CounterVisits, Key
from shared.store.tables import HeardCall, LearnedDay, OccupiedTime

FRESH_S = 1.0
FRESH_S_EACH = 0.01
"""So old a forecast may be, and so much older for each person who waits: a wait is quoted in steps of five minutes, a
number is taken in milliseconds, and a long line is worked out long and changes little."""
STALE_S = 30.0
"""Without any click the waits still shrink; after this long they are worked out again."""
PAUSE_S = 600.0
"""How long a counter that rests without saying until when is expected to rest: our own choice."""
Q90_DAYS = 30
"""So many days back the quotes count for `estimate.learn_q90`."""
HEARD_KEPT = timedelta(days=1)

_NEWCOMER = 2**63
"""Stands behind every ticket of its lane."""


@dataclass(frozen=True, slots=True)
class Quote:
    """What a visitor is told when the number is taken: minutes to read, seconds to judge it by later."""

    low_min: int
    high_min: int
    estimate_s: float


@dataclass(frozen=True, slots=True)
class QueuePlace:
    """Somebody's place in the line: people before them, and the range when it is known well enough."""

    ahead: int
    wait: Range | None


@dataclass(frozen=True)
class Forecast:
    """The waits of one office at one moment; `epoch` and `version`: the change that it knows of."""

    office_id: int
    epoch: str
    version: int
    at: datetime
    q90: float = estimate.FIRST_Q90
    newcomers: Mapping[tuple[int, Lane], float] = field(default_factory=dict)
    """Expected seconds of whoever takes a number now, by service id and lane; absent when not known well enough."""
    waits: Mapping[int, Range] = field(default_factory=dict)
    """Ticket id -> range, for everybody who waits and of whom it is known well enough."""
    waiting: int = 0
    """People who wait; 0 as well when nothing was worked out for want of history."""

    def quote(self, service_id: int, lane: Lane) -> Quote | None:
        """None with too little history, or when no open counter calls this service."""
        seconds = self.newcomers.get((service_id, lane))
        if seconds is None:
            return None
        shown = estimate.quote(seconds, self.q90)
        return Quote(shown.low_min, shown.high_min, seconds)


@dataclass(frozen=True, slots=True)
class _OpenCounter:
    """A counter where somebody sits, and whom they have there today."""

    counter: CounterConfig
    is_paused: bool
    here: QueueTicket | None


@dataclass(frozen=True, slots=True)
class _Seen:
    """What a forecast needs of the room, so that nobody waits for the room while it is worked out."""

    office: OfficeConfig
    day: date
    epoch: str
    version: int
    waiting: list[QueueTicket]
    open_counters: list[_OpenCounter]

    @classmethod
    def of(cls, room: Room) -> _Seen:
        counters = []
        for each in room.office.counters:
            seat, here = room.seat(each), room.at_counter(each)
            if seat.officer_id is not None:
                of_today = here if here is not None and here.on_day == room.day else None
                counters.append(_OpenCounter(each, seat.paused_at is not None, of_today))
        return cls(room.office, room.day, room.epoch, room.version, room.waiting(), counters)


class Forecasts:
    """The newest forecast of each office in this process; safe for threads, which at worst work one out twice."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._kept: dict[int, Forecast] = {}
        self._stays: dict[int, tuple[str, CounterVisits]] = {}
        """Office -> the epoch that its day was read in, and what was read."""
        self._usual: dict[int, tuple[date, UsualDay]] = {}
        """Office -> how its numbers are usually spread over a day, read once a day."""
        self._busy: set[int] = set()

    def current(self, office_id: int, now: datetime) -> Forecast:
        """The forecast of `now`, at most as old as `FRESH_S` says, or one that is being replaced in this moment."""
        kept = self._kept.get(office_id)
        age_s = (now - kept.at).total_seconds() if kept else inf
        fresh_s = FRESH_S + FRESH_S_EACH * (kept.waiting if kept else 0)
        if kept is not None and (0 <= age_s < fresh_s or office_id in self._busy):
            return kept
        self._busy.add(office_id)
        try:
            with self._store.room(office_id, now) as room:
                is_same = kept is not None and (kept.epoch, kept.version) == (room.epoch, room.version)
                if kept is not None and is_same and 0 <= age_s < STALE_S:
                    return kept
                seen = _Seen.of(room)
            with self._store.read() as connection:
                kept = self._kept[office_id] = self._work_out(connection, seen, now)
        finally:
            self._busy.discard(office_id)
        return kept

    def line(self, office_id: int, now: datetime) -> dict[str, QueuePlace]:
        """Number ("A-002") -> its place, for everybody who waits: the places of this moment, the waits of `current`."""
        waits = self.current(office_id, now).waits
        with self._store.room(office_id, now) as room:
            ahead, waiting = room.places(), room.waiting()
        return {one.label: QueuePlace(ahead[one.id], waits.get(one.id)) for one in waiting}

    def place(self, office_id: int, now: datetime, ticket_id: int) -> QueuePlace | None:
        """The place of one alone, without a look at the others; None for a ticket that does not wait now."""
        waits = self.current(office_id, now).waits
        with self._store.room(office_id, now) as room:
            one = room.tickets.get(ticket_id)
            if one is None or one.state != State.WAITING:
                return None
            return QueuePlace(room.place_of(one), waits.get(ticket_id))

    def _work_out(self, connection: Connection, seen: _Seen, now: datetime) -> Forecast:
        office, waiting = seen.office, seen.waiting
        stays = self._stays_of(seen)
        stays.read(connection, office)
        _, visitors, q90 = history.learned(connection, office.office_id)
        known = visitors + len(stays.done)
        if known < estimate.ENOUGH_HISTORY:
            return Forecast(office.office_id, seen.epoch, seen.version, now, q90)
        today_s = _today_s(history.occupied(connection, office.office_id), stays)
        counters = [_working(office, each, stays, today_s, now) for each in seen.open_counters]
        queue = order([_policy(one) for one in waiting], 0, office.settings.ratio)
        coming = self._coming(connection, seen, counters, today_s, now)
        times = _times(queue, waiting, counters, today_s, coming)
        newcomers = _newcomers(office, queue, waiting, counters, today_s, known, now, coming)
        waits = {ticket_id: estimate.quote(seconds, q90) for ticket_id, seconds in times.items()}
        return Forecast(office.office_id, seen.epoch, seen.version, now, q90, newcomers, waits, len(waiting))

    def _coming(
        self,
        connection: Connection,
        seen: _Seen,
        counters: Sequence[WorkingCounter],
        today_s: Mapping[Key, float],
        now: datetime,
    ) -> Coming:
        office, kept = seen.office, self._usual.get(seen.office.office_id)
        if kept is None or kept[0] != seen.day:
            kept = self._usual[office.office_id] = seen.day, history.usual_day(connection, office, seen.day)
        counts, higher = dict[str, int](), 0
        for service_id, lane, count in history.taken_today(connection, office.office_id, seen.day):
            name = _name((service_id, office.first_role(office.service_ids[service_id])))
            counts[name] = counts.get(name, 0) + count
            higher += count if lane == Lane.PRIORITY else 0
        means = {_name(key): seconds for key, seconds in today_s.items()}
        local = now.astimezone(office.zone)
        return Coming(TakenToday(counts, higher), kept[1], local.hour + local.minute / 60, counters, means)

    def _stays_of(self, seen: _Seen) -> CounterVisits:
        epoch, stays = self._stays.get(seen.office.office_id, ("", None))
        if stays is None or (epoch, stays.on_day) != (seen.epoch, seen.day):
            stays = CounterVisits(seen.day)
            self._stays[seen.office.office_id] = seen.epoch, stays
        return stays


def _policy(ticket: QueueTicket) -> Waiting:
    return Waiting(ticket.id, ticket.lane, ticket.queued_at)


def _today_s(learned: Mapping[Key, float], stays: CounterVisits) -> dict[Key, float]:
    """Mean occupied seconds as they are today; what no evening has taught yet, today alone says."""
    known = {**{key: mean_s for key, (mean_s, _) in history.means(stays.done).items()}, **learned}
    names = {_name(key): key for key in known}
    completions = [(_name(stay.key), stay.seconds, known[stay.key]) for stay in stays.done]
    today = estimate.today_means({name: known[key] for name, key in names.items()}, completions)
    return {names[name]: seconds for name, seconds in today.items()}


def _name(key: Key) -> str:
    return f"{key[0]} {key[1]}"


def _seconds(today_s: Mapping[Key, float], key: Key) -> float:
    """What is not known of one kind of visit is taken from all."""
    return today_s.get(key) or sum(today_s.values()) / len(today_s)


def _working(
    office: OfficeConfig, each: _OpenCounter, stays: CounterVisits, today_s: Mapping[Key, float], now: datetime
) -> WorkingCounter:
    """The counter as `estimate` sees it."""
    here, counter = each.here, each.counter
    free_at_s = 0.0 if here is None else _remaining_s(here, stays, today_s, now)
    breaks = _breaks(office, counter, now, is_paused=each.is_paused)
    return WorkingCounter(str(counter.number), _keys(office, counter), free_at_s, breaks)


def _remaining_s(here: QueueTicket, stays: CounterVisits, today_s: Mapping[Key, float], now: datetime) -> float:
    since = stays.called_at.get(here.id, here.since_at)
    return estimate.remaining_s((now - since).total_seconds(), _seconds(today_s, (here.service_id, here.role)))


def _keys(office: OfficeConfig, counter: CounterConfig) -> frozenset[str]:
    return frozenset(
        _name((service.id, role)) for service in office.services for role in Role if counter.serves(role, service.id)
    )


def _breaks(
    office: OfficeConfig, counter: CounterConfig, now: datetime, *, is_paused: bool
) -> tuple[tuple[float, float], ...]:
    """The breaks of the counter that are still to come today, seconds from now, in order."""
    local = now.astimezone(office.zone)
    spans = [(0.0, PAUSE_S)] if is_paused else []
    opening = office.calendar.opening(local.date())
    if opening is not None and opening.break_from and opening.break_until:
        spans.append(((opening.break_from - now).total_seconds(), (opening.break_until - now).total_seconds()))
    for rest in counter.breaks:
        if rest.weekday in (None, local.weekday()):
            spans.append(_span(rest, local))
    return tuple(sorted(span for span in spans if span[1] > 0))


def _span(rest: Break, local: datetime) -> tuple[float, float]:
    begins = datetime.combine(local.date(), rest.begins, local.tzinfo)
    ends = datetime.combine(local.date(), rest.ends, local.tzinfo)
    return (begins - local).total_seconds(), (ends - local).total_seconds()


def _times(
    queue: Sequence[Waiting],
    waiting: Sequence[QueueTicket],
    desks: Sequence[WorkingCounter],
    today_s: Mapping[Key, float],
    coming: Coming,
) -> dict[int, float]:
    """Ticket id -> seconds until it is called."""
    keys = {row.id: (row.service_id, row.role) for row in waiting}
    lengths = {_name(key): _seconds(today_s, key) for key in set(keys.values())}
    times = estimate.call_times([_name(keys[one.ticket_id]) for one in queue], desks, lengths)
    return {
        one.ticket_id: coming.overtaken(_name(keys[one.ticket_id]), at_s) if one.lane == Lane.ORDINARY else at_s
        for one, at_s in zip(queue, times, strict=True)
        if at_s is not None
    }


def _newcomers(
    office: OfficeConfig,
    queue: Sequence[Waiting],
    waiting: Sequence[QueueTicket],
    desks: Sequence[WorkingCounter],
    today_s: Mapping[Key, float],
    known: int,
    now: datetime,
    coming: Coming,
) -> dict[tuple[int, Lane], float]:
    names = {row.id: _name((row.service_id, row.role)) for row in waiting}
    wanted = {
        _name((service.id, office.first_role(service))): service.id for service in office.services if service.is_active
    }
    means = {_name(key): seconds for key, seconds in today_s.items()}
    found = {}
    for lane in (Lane.ORDINARY, Lane.PRIORITY):
        newcomer = Waiting(_NEWCOMER, lane, now)
        places = [one.ticket_id for one in order([*queue, newcomer], 0, office.settings.ratio)]
        before = [names[ticket_id] for ticket_id in places[: places.index(_NEWCOMER)]]
        waits = estimate.estimates_for_all(tuple(wanted), before, desks, means, history=known)
        is_ordinary = lane == Lane.ORDINARY
        known_waits = {name: wait_s for name, wait_s in waits.items() if wait_s is not None}
        found.update(
            {(wanted[name], lane): coming.overtaken(name, s) if is_ordinary else s for name, s in known_waits.items()}
        )
    return found


# --- in the evening ---


def learn(store: Store, office_id: int, now: datetime) -> list[date]:
    """Learns from each past day that was not learned from yet, without holding the office; those days."""
    with store.read() as connection:
        office = store.office_configs.read(connection, office_id)
        last, visitors, _ = history.learned(connection, office_id)
        days = history.unlearned_days(connection, office_id, last, office_day(now, office.zone))
    for day in days:
        visitors = _learn_day(store, office, day, visitors)
    if days:
        store.write(delete(HeardCall).where(HeardCall.office_id == office_id, HeardCall.at < now - HEARD_KEPT))
    return list(days)


def _learn_day(store: Store, office: OfficeConfig, day: date, visitors: int) -> int:
    """Writes what `day` taught; how many visitors are known then."""
    stays = CounterVisits(day)
    with store.read() as connection:
        stays.read(connection, office)
        before = history.occupied(connection, office.office_id)
        past = history.quoted(connection, office.office_id, day - timedelta(days=Q90_DAYS), day)
    observed = history.means(stays.done)
    rows = [
        {
            "office_id": office.office_id,
            "on_day": day,
            "service_id": key[0],
            "role": key[1],
            "mean_s": estimate.daily_mean(before.get(key), mean_s),
            "observed_s": mean_s,
            "visitors": count,
        }
        for key, (mean_s, count) in observed.items()
    ]
    q90 = estimate.learn_q90(estimate.ratios((one.estimate_s, one.actual_s) for one in past))
    known = visitors + len(stays.done)
    store.write_with(_write_day, office.office_id, day, rows, known, q90)
    return known


def _write_day(
    connection: Connection, office_id: int, day: date, rows: Sequence[dict[str, object]], visitors: int, q90: float
) -> None:
    """Once only: several processes may have had the same thought."""
    mine = LearnedDay.office_id == office_id, LearnedDay.on_day == day
    if connection.execute(select(LearnedDay.on_day).where(*mine)).first() is not None:
        return
    if rows:
        connection.execute(insert(OccupiedTime), rows)
    connection.execute(insert(LearnedDay), {"office_id": office_id, "on_day": day, "visitors": visitors, "q90": q90})


# --- how good it was ---


def judge(
    connection: Connection, office: OfficeConfig, from_on: date, until_on: date
) -> list[tuple[date, str | None, Accuracy]]:
    """Monday of the week, service name (None: all of them) and the accuracy of the quotes, by week and service."""
    quotes = history.quoted(connection, office.office_id, from_on, until_on)
    found: list[tuple[date, str | None, Accuracy]] = []
    for monday in sorted({_monday(one.on_day) for one in quotes}):
        week = [one for one in quotes if _monday(one.on_day) == monday]
        for service in (None, *office.services):
            judged = _accuracy(one for one in week if service is None or one.service_id == service.id)
            if judged is not None:
                found.append((monday, service.standard.short_name if service else None, judged))
    return found


def _accuracy(quotes: Iterable[history.Quoted]) -> Accuracy | None:
    return estimate.accuracy([(one.low_min, one.high_min, one.estimate_s, one.actual_s) for one in quotes])


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())
