"""The room: one office's day as it is now, and every question about who waits, where and for whom.

A value without a database or a clock. The store keeps one for each office (`store.queue.rooms`) and moves it on after
each commit; a change decides on a copy that already knows what the change has written. So the panel, "next", the board,
the phones and the forecast cannot disagree: they ask the same object.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from shared.domain.office import CounterConfig, OfficeConfig, ServiceConfig
from shared.domain.queue.board import BoardCounter, Call, RoomBoard, board
from shared.domain.queue.policy import Lane, Waiting, ahead, order, pick
from shared.domain.queue.ticket import AT_COUNTER, ENDED, LinePlace, QueueTicket, State, WaitsFor

SPOKEN_WITHIN = timedelta(seconds=60)
"""An older call is not spoken any more."""
CALLS_KEPT = 30
"""Calls and recalls among which the board looks for the last five different numbers, and for what is to be spoken: a
voice says ten a minute."""


@dataclass(frozen=True, slots=True)
class Seat:
    """Who sits at a counter, whether it is paused, and its `streak`: see `policy.pick`."""

    counter_id: int
    officer_id: int | None = None
    streak: int = 0
    paused_at: datetime | None = None
    pause_reason: str | None = None


@dataclass(frozen=True, slots=True)
class CallMade:
    """A call or a recall; `id` is the version of its event."""

    id: int
    ticket_id: int
    number: str
    counter_id: int | None
    at: datetime
    on_day: date
    """The day of the ticket."""


@dataclass(frozen=True, slots=True)
class NumberGiven:
    """How many numbers a service gave today."""

    service_id: int
    number: int


Fact = QueueTicket | Seat | CallMade | NumberGiven
"""What a change can teach a room."""


def may_call(counter: CounterConfig, wanted: WaitsFor) -> bool:
    """The one rule for whom a counter may call: who was sent to it by name, and whom its role and services cover."""
    if wanted.counter_id is not None:
        return wanted.counter_id == counter.id
    return counter.serves(wanted.role, wanted.service_id)


class Room:
    """`office`: how it is set up; `epoch` and `version`: the change of the office up to which the room knows.

    It holds the active tickets of the day, and those of earlier days that still stand at a counter.
    """

    def __init__(self, office: OfficeConfig, day: date, epoch: str = "", version: int = 0) -> None:
        self.office, self.day, self.epoch, self.version = office, day, epoch, version
        self.tickets: dict[int, QueueTicket] = {}
        self.seats: dict[int, Seat] = {}
        self.calls: tuple[CallMade, ...] = ()
        """The newest `CALLS_KEPT`, oldest first."""
        self.called: dict[int, State] = {}
        """QueueTicket id -> its state now, of each ticket in `calls`."""
        self.given: dict[int, int] = {}
        """Service id -> how many numbers it gave today; counted only while the office has a quota."""
        self.outages: frozenset[str] = frozenset()
        """Outside systems ("oss") that are disturbed now."""
        self.printers: dict[str, str] = {}
        """Slug -> status."""
        self._waiting: dict[WaitsFor, dict[Lane, list[LinePlace]]] = {}
        self._by_state: dict[State, dict[int, QueueTicket]] = {state: {} for state in State}
        self._at: dict[int, QueueTicket] = {}
        """Counter id -> who is called to it or served there."""
        self._latest: datetime | None = None
        """No place of today is later; it may have been given by somebody who has left."""
        self._callers: dict[WaitsFor, frozenset[int]] = {}

    # --- what it is taught ---

    def learn(self, fact: Fact) -> None:
        """Takes in what a change wrote."""
        match fact:
            case QueueTicket():
                self.put(fact)
            case Seat():
                self.seats[fact.counter_id] = fact
            case CallMade():
                self._remember(fact)
            case NumberGiven():
                self.given[fact.service_id] = fact.number

    def put(self, ticket: QueueTicket) -> None:
        """The ticket as it is now; one that has ended, or that is not of this day, leaves the room."""
        before = self.tickets.pop(ticket.id, None)
        if before is not None:
            self._forget(before)
        if ticket.id in self.called:
            self.called[ticket.id] = ticket.state
        if ticket.state in ENDED or (ticket.on_day != self.day and ticket.state not in AT_COUNTER):
            return
        self.tickets[ticket.id] = ticket
        self._latest = ticket.queued_at if self._latest is None else max(self._latest, ticket.queued_at)
        self._by_state[ticket.state][ticket.id] = ticket
        if ticket.state == State.WAITING:
            lanes = self._waiting.setdefault(ticket.waits_for, {lane: [] for lane in Lane})
            insort(lanes[ticket.lane], ticket.place)
        elif ticket.state in AT_COUNTER and ticket.counter_id is not None:
            self._at[ticket.counter_id] = ticket

    def _remember(self, call: CallMade) -> None:
        if self.calls and call.id <= self.calls[-1].id:
            return  # known already: it was read while its change was being made
        known = self.tickets.get(call.ticket_id)
        self.calls = (*self.calls, call)[-CALLS_KEPT:]
        self.called[call.ticket_id] = known.state if known else State.CALLED
        if len(self.called) > 2 * CALLS_KEPT:
            self.called = {each.ticket_id: self.called[each.ticket_id] for each in self.calls}

    def _forget(self, ticket: QueueTicket) -> None:
        del self._by_state[ticket.state][ticket.id]
        if ticket.state == State.WAITING:
            lanes = self._waiting[ticket.waits_for]
            places = lanes[ticket.lane]
            del places[bisect_left(places, ticket.place)]
            if not any(lanes.values()):
                del self._waiting[ticket.waits_for]
        elif ticket.counter_id is not None and self._at.get(ticket.counter_id) is ticket:
            del self._at[ticket.counter_id]

    def furnish(self, office: OfficeConfig) -> None:
        """The office is set up anew."""
        if office is not self.office:
            self.office = office
            self._callers.clear()

    def copy(self) -> Room:
        """Another room that knows the same."""
        twin = Room(self.office, self.day, self.epoch, self.version)
        twin.tickets, twin.seats, twin.given = dict(self.tickets), dict(self.seats), dict(self.given)
        twin.calls, twin.called = self.calls, dict(self.called)
        twin.outages, twin.printers = self.outages, dict(self.printers)
        twin._by_state = {state: dict(tickets) for state, tickets in self._by_state.items()}
        twin._at, twin._latest = dict(self._at), self._latest
        twin._waiting = {
            wanted: {lane: list(places) for lane, places in lanes.items()} for wanted, lanes in self._waiting.items()
        }
        return twin

    # --- one ticket, one counter ---

    def seat(self, counter: CounterConfig) -> Seat:
        return self.seats.get(counter.id) or Seat(counter.id)

    def counter_of(self, officer_id: int) -> CounterConfig | None:
        """Where this officer sits."""
        return next((each for each in self.office.counters if self.seat(each).officer_id == officer_id), None)

    def at_counter(self, counter: CounterConfig) -> QueueTicket | None:
        """Who is called to this counter or served there, of whichever day."""
        return self._at.get(counter.id)

    def in_state(self, *states: State) -> list[QueueTicket]:
        """The tickets in these states, oldest change first."""
        found = [ticket for state in states for ticket in self._by_state[state].values()]
        return sorted(found, key=lambda ticket: (ticket.since_at, ticket.id))

    def held_by(self, counter: CounterConfig) -> list[QueueTicket]:
        """Who was put on hold at this counter, newest first."""
        return [one for one in reversed(self.in_state(State.HELD)) if one.counter_id == counter.id]

    def absent_for(self, counter: CounterConfig) -> list[QueueTicket]:
        """Who was missed and may be called back from this counter, newest first: also who was sent here by name."""
        missed = reversed(self.in_state(State.ABSENT))
        return [one for one in missed if one.counter_id == counter.id or counter.serves(one.role, one.service_id)]

    def active_ticket_of(self, case_id: int) -> QueueTicket | None:
        """With which the applicant of this file is in the room today; the newest one."""
        mine = [one for one in self.tickets.values() if one.case_id == case_id and one.on_day == self.day]
        return max(mine, key=lambda ticket: ticket.id, default=None)

    # --- the line of one counter ---

    def callable_by(self, counter: CounterConfig) -> list[WaitsFor]:
        """Of those for whom somebody waits now, whom this counter may call."""
        return [wanted for wanted in self._waiting if may_call(counter, wanted)]

    def front(self, counter: CounterConfig) -> list[QueueTicket]:
        """The first of each lane whom this counter may call: all that `policy.pick` needs to see."""
        return [self.tickets[one.ticket_id] for one in self._first(counter, 1)]

    def next_for(self, counter: CounterConfig) -> QueueTicket | None:
        """Whom "next" calls to this counter; None when nobody waits for it."""
        picked = pick(self._first(counter, 1), self.seat(counter).streak, self.office.settings.ratio)
        return None if picked is None else self.tickets[picked.ticket_id]

    def line(self, counter: CounterConfig, most: int) -> list[QueueTicket]:
        """The next `most` whom this counter alone would call, in this order."""
        queue = order(self._first(counter, most), self.seat(counter).streak, self.office.settings.ratio)
        return [self.tickets[one.ticket_id] for one in queue[:most]]

    def waiting_for(self, counter: CounterConfig) -> dict[int, int]:
        """Service id -> people whom this counter may call."""
        return _by_service((wanted, self._waiting[wanted]) for wanted in self.callable_by(counter))

    def _first(self, counter: CounterConfig, most: int) -> list[Waiting]:
        """The first `most` of each lane."""
        lines = [self._waiting[wanted] for wanted in self.callable_by(counter)]
        found = []
        for lane in Lane:
            places = sorted(place for line in lines for place in line[lane][:most])[:most]
            found += [Waiting(place.ticket_id, lane, place.queued_at) for place in places]
        return found

    # --- everybody's place ---

    def waiting(self) -> list[QueueTicket]:
        """Everybody who waits, oldest place first."""
        return sorted(self._by_state[State.WAITING].values(), key=lambda ticket: ticket.place)

    def waiting_by_service(self) -> dict[int, int]:
        """Service id -> people who wait."""
        return _by_service(self._waiting.items())

    def edges(self) -> tuple[datetime, datetime] | None:
        """The first and the last `queued_at` of all who wait; None when nobody does."""
        lines = [line for lanes in self._waiting.values() for line in lanes.values() if line]
        if not lines:
            return None
        return min(line[0] for line in lines).queued_at, max(line[-1] for line in lines).queued_at

    def end_of_line(self, now: datetime) -> datetime:
        """The place of whoever joins the line at `now`: behind all others of today, whatever the clock says."""
        if self._latest is None or now >= self._latest:
            return now
        return max([now, *(one.queued_at for one in self.tickets.values() if one.on_day == self.day)])

    def callers(self, wanted: WaitsFor) -> frozenset[int]:
        """Ids of the counters that may call whoever waits so; empty when none can."""
        found = self._callers.get(wanted)
        if found is None:
            found = frozenset(counter.id for counter in self.office.counters if may_call(counter, wanted))
            self._callers[wanted] = found
        return found

    def callable_somewhere(self, wanted: WaitsFor) -> bool:
        """Whether any counter of the office may call whoever waits so."""
        return bool(self.callers(wanted))

    def stranded(self, office: OfficeConfig | None = None) -> list[QueueTicket]:
        """Those who wait and whom no counter can call; `office`: in the office as it is to be set up."""
        counters = (office or self.office).counters
        lost = [wanted for wanted in self._waiting if not any(may_call(counter, wanted) for counter in counters)]
        return [one for one in self.waiting() if one.waits_for in lost]

    def unattended(self) -> list[QueueTicket]:
        """Those who wait, or are on hold, and whom only counters can call at which nobody sits, while others work."""
        seated = frozenset(seat.counter_id for seat in self.seats.values() if seat.officer_id is not None)
        alone = [wanted for wanted in self._waiting if seated and self.callers(wanted).isdisjoint(seated)]
        held = [one for one in self.in_state(State.HELD) if seated and one.counter_id not in seated]
        return [one for one in self.waiting() if one.waits_for in alone and self.callers(one.waits_for)] + held

    def ahead(self, wanted: WaitsFor, lane: Lane, before: LinePlace | None = None) -> int:
        """How many are called, by the counters that may call them, before somebody who waits so in `lane`.

        `before`: their place in the lane; None for a newcomer.
        """
        people = dict.fromkeys(Lane, 0)
        for other in self._rivals(wanted):
            for each, places in self._waiting[other].items():
                people[each] += len(places) if before is None or each != lane else bisect_left(places, before)
        return ahead(lane, people, self.office.settings.ratio)

    def place_of(self, ticket: QueueTicket) -> int:
        """How many are called before this ticket; 0 for one that does not wait."""
        return self.ahead(ticket.waits_for, ticket.lane, ticket.place) if ticket.state == State.WAITING else 0

    def places(self) -> dict[int, int]:
        """QueueTicket id -> how many are called before it, for everybody who waits."""
        found: dict[int, int] = {}
        by_callers: dict[frozenset[int], list[WaitsFor]] = {}
        for wanted in self._waiting:
            by_callers.setdefault(self.callers(wanted), []).append(wanted)
        for group in by_callers.values():
            rivals = [self._waiting[other] for other in self._rivals(group[0])]
            lanes = {lane: sorted(place for line in rivals for place in line[lane]) for lane in Lane}
            own = {place.ticket_id for wanted in group for line in self._waiting[wanted].values() for place in line}
            people = {lane: len(places) for lane, places in lanes.items()}
            for lane, places in lanes.items():
                for index, place in enumerate(places):
                    if place.ticket_id in own:
                        found[place.ticket_id] = ahead(lane, {**people, lane: index}, self.office.settings.ratio)
        return found

    def _rivals(self, wanted: WaitsFor) -> list[WaitsFor]:
        """Who stands in the same line: those whom a counter may call that may call these."""
        callers = self.callers(wanted)
        return [other for other in self._waiting if self.callers(other) & callers or self.callers(other) == callers]

    # --- what everybody sees ---

    def board(self, now: datetime) -> RoomBoard:
        """The public picture at `now`: see `domain.queue.board`. `speak`: the calls of the last minute.

        Of a service that was withdrawn today, those who still wait are counted.
        """
        office = self.office
        offered = [service for service in office.services if service.is_active]
        people, calls = self.waiting_by_service(), self._calls_at_counters()
        counted = [service for service in office.services if service.is_active or service.id in people]
        return {
            **board(
                office.slug,
                self.version,
                calls,
                {service.slug: people.get(service.id, 0) for service in counted},
                [self._counter_now(counter) for counter in office.counters],
                {service.slug: office.availability(service, now, self.issued(service)) for service in offered},
                now.astimezone(office.zone),
            ),
            "epoch": self.epoch,
            "setup": office.version,
            "speak": [call.facts() for call in reversed(calls) if call.at > now - SPOKEN_WITHIN],
            "printers": dict(self.printers),
            "outages": sorted(self.outages),
        }

    def _counter_now(self, counter: CounterConfig) -> BoardCounter:
        here = self._at.get(counter.id)
        number = here.label if here is not None and here.on_day == self.day else None
        return BoardCounter(counter.number, counter.name, self.seat(counter).officer_id is not None, number)

    def _calls_at_counters(self) -> list[Call]:
        found = []
        for call in self.recent_calls():
            counter = self.office.counter_by_id(call.counter_id)
            if counter is not None:
                found.append(Call(call.id, call.number, counter.number, counter.name, call.at))
        return found

    def recent_calls(self) -> list[CallMade]:
        """The last calls of the day, newest first, without those that were taken back (released, cancelled)."""
        gone = (State.WAITING, State.CANCELLED)
        return [
            one for one in reversed(self.calls) if one.on_day == self.day and self.called[one.ticket_id] not in gone
        ]

    def issued(self, service: ServiceConfig) -> int:
        """Numbers that it gave today; counted only while the office has a quota."""
        return self.given.get(service.id, 0)


def _by_service(lines: Iterable[tuple[WaitsFor, dict[Lane, list[LinePlace]]]]) -> dict[int, int]:
    people: dict[int, int] = {}
    for wanted, lanes in lines:
        count = sum(map(len, lanes.values()))
        if count:
            people[wanted.service_id] = people.get(wanted.service_id, 0) + count
    return people
