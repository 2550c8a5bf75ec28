"""The room in memory answers each question as a plain look at all its tickets would."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st
from world import MORNING, service

from shared.domain.office import CounterConfig, OfficeConfig, OfficeSettings, ServiceConfig
from shared.domain.queue.policy import Lane, Waiting, order, pick
from shared.domain.queue.room import CallMade, NumberGiven, Room, Seat, may_call
from shared.domain.queue.ticket import AT_COUNTER, ENDED, QueueTicket, State, WaitsFor
from shared.domain.standards.standard import Role

DAY = date(2026, 11, 23)
SERVICES = tuple(ServiceConfig(n, f"layanan-{n}", "ABC"[n - 1], True, n, service(n)) for n in (1, 2, 3))
COUNTERS = (
    CounterConfig(1, 1, "Loket 1", frozenset({Role.LOKET}), None),
    CounterConfig(2, 2, "Loket 2", frozenset({Role.LOKET}), frozenset({2})),
    CounterConfig(3, 3, "Operator", frozenset({Role.OPERATOR, Role.LOKET}), frozenset({1})),
)


def an_office(counters: Sequence[CounterConfig] = COUNTERS, ratio: int = 2) -> OfficeConfig:
    return OfficeConfig(
        office_id=1,
        slug="uji",
        name="Uji",
        zone=ZoneInfo("Asia/Jakarta"),
        settings=OfficeSettings(ratio=ratio),
        profile={},
        services=SERVICES,
        counters=tuple(counters),
        printers=(),
    )


def a_ticket(ticket_id: int, **columns: object) -> QueueTicket:
    at = MORNING + timedelta(minutes=ticket_id)
    facts: dict[str, object] = {
        "office_id": 1,
        "on_day": DAY,
        "series": "A",
        "number": ticket_id,
        "service_id": 1,
        "token": f"token-{ticket_id}",
        "nonce": f"nonce-{ticket_id}",
        "state": State.WAITING,
        "lane": Lane.ORDINARY,
        "role": Role.LOKET,
        "language": "id",
        "taken_at": at,
        "queued_at": at,
        "since_at": at,
    }
    return QueueTicket(ticket_id, **{**facts, **columns})  # type: ignore[arg-type]


def moments() -> st.SearchStrategy[datetime]:
    return st.integers(0, 40).map(lambda minutes: MORNING + timedelta(minutes=minutes))


@st.composite
def tickets(draw: st.DrawFn) -> QueueTicket:
    return a_ticket(
        draw(st.integers(1, 25)),
        on_day=draw(st.sampled_from([DAY, DAY, DAY, DAY - timedelta(days=1)])),
        service_id=draw(st.sampled_from([1, 2, 3])),
        state=draw(st.sampled_from([State.WAITING, State.WAITING, State.WAITING, *State])),
        lane=draw(st.sampled_from(list(Lane))),
        role=draw(st.sampled_from([Role.LOKET, Role.LOKET, Role.OPERATOR, Role.KASI])),
        queued_at=draw(moments()),
        since_at=draw(moments()),
        counter_id=draw(st.sampled_from([None, None, 1, 2, 3, 9])),
        case_id=draw(st.sampled_from([None, 1, 2])),
    )


def room_of(changes: Sequence[QueueTicket], ratio: int = 2) -> tuple[Room, dict[int, QueueTicket]]:
    """A room that was taught the changes one after the other, and the plain truth beside it."""
    room, truth, at = Room(an_office(ratio=ratio), DAY), {}, {}
    for ticket in changes:
        is_taken = ticket.counter_id is None or at.get(ticket.counter_id, ticket.id) != ticket.id
        if ticket.state in AT_COUNTER and is_taken:
            continue  # one at a counter, as the database has it
        at = {counter: each for counter, each in at.items() if each != ticket.id}
        if ticket.state in AT_COUNTER and ticket.counter_id is not None:
            at[ticket.counter_id] = ticket.id
        room.put(ticket)
        truth[ticket.id] = ticket
    return room, truth


def waiting_in(truth: dict[int, QueueTicket]) -> list[QueueTicket]:
    mine = [one for one in truth.values() if one.state == State.WAITING and one.on_day == DAY]
    return sorted(mine, key=lambda one: (one.queued_at, one.id))


def as_policy(found: Sequence[QueueTicket]) -> list[Waiting]:
    return [Waiting(one.id, one.lane, one.queued_at) for one in found]


@given(st.lists(tickets(), max_size=60), st.integers(0, 3), st.integers(0, 4))
@settings(max_examples=150, deadline=None)
def test_a_counters_line_is_that_of_all_tickets_looked_at_one_by_one(
    changes: list[QueueTicket], ratio: int, streak: int
) -> None:
    room, truth = room_of(changes, ratio)
    for counter in COUNTERS:
        room.learn(Seat(counter.id, streak=streak))
        mine = [one for one in waiting_in(truth) if may_call(counter, one.waits_for)]
        queue = order(as_policy(mine), streak, ratio)
        expected = [one.ticket_id for one in queue]
        picked = pick(as_policy(mine), streak, ratio)

        line = room.line(counter, 5)
        called = room.next_for(counter)

        assert [one.id for one in line] == expected[:5]
        assert (called.id if called else None) == (picked.ticket_id if picked else None)
        assert [one.id for one in line[:1]] == ([called.id] if called else [])
        assert sum(room.waiting_for(counter).values()) == len(mine)
        for lane in Lane:
            first = [one.id for one in room.front(counter) if one.lane == lane]
            assert first == [one.id for one in mine if one.lane == lane][:1]


@given(st.lists(tickets(), max_size=60), st.integers(0, 3))
@settings(max_examples=150, deadline=None)
def test_a_place_counts_everybody_whom_the_same_counters_call_before(changes: list[QueueTicket], ratio: int) -> None:
    room, truth = room_of(changes, ratio)
    waiting = waiting_in(truth)
    callers = {one.id: frozenset(each.id for each in COUNTERS if may_call(each, one.waits_for)) for one in waiting}
    expected = {}
    for one in waiting:
        mine = callers[one.id]
        rivals = [other for other in waiting if callers[other.id] & mine or callers[other.id] == mine]
        expected[one.id] = [each.ticket_id for each in order(as_policy(rivals), 0, ratio)].index(one.id)

    places = room.places()

    assert places == expected
    assert {one.id: room.place_of(one) for one in waiting} == expected


@given(st.lists(tickets(), max_size=40), st.sampled_from(list(Lane)), st.sampled_from([1, 2, 3]))
@settings(max_examples=100, deadline=None)
def test_a_newcomer_is_told_the_place_that_they_then_have(
    changes: list[QueueTicket], lane: Lane, service_id: int
) -> None:
    room, _ = room_of(changes)
    wanted = WaitsFor(Role.LOKET, service_id)

    told = room.ahead(wanted, lane)
    room.put(a_ticket(99, lane=lane, service_id=service_id, queued_at=MORNING + timedelta(hours=2)))

    assert room.places()[99] == told


@given(st.lists(tickets(), max_size=60))
@settings(max_examples=100, deadline=None)
def test_the_room_knows_who_stands_where_and_who_left(changes: list[QueueTicket]) -> None:
    room, truth = room_of(changes)
    active = [one for one in truth.values() if one.state not in ENDED]
    here = {one.id: one for one in active if one.on_day == DAY or one.state in AT_COUNTER}

    assert room.tickets == here
    for counter in COUNTERS:
        at_it = [one for one in here.values() if one.state in AT_COUNTER and one.counter_id == counter.id]
        assert room.at_counter(counter) == (at_it[0] if at_it else None)
        held = {one.id for one in here.values() if one.state == State.HELD and one.counter_id == counter.id}
        assert {one.id for one in room.held_by(counter)} == held
        absent = [one for one in here.values() if one.state == State.ABSENT]
        called_back = {
            one.id for one in absent if counter.serves(one.role, one.service_id) or one.counter_id == counter.id
        }
        assert {one.id for one in room.absent_for(counter)} == called_back
    by_service = {n: sum(one.service_id == n for one in waiting_in(truth)) for n in (1, 2, 3)}
    assert room.waiting_by_service() == {n: people for n, people in by_service.items() if people}
    for case_id in (1, 2):
        mine = [one.id for one in here.values() if one.case_id == case_id and one.on_day == DAY]
        found = room.active_ticket_of(case_id)
        assert (found.id if found else None) == max(mine, default=None)
    edges = [one.queued_at for one in waiting_in(truth)]
    assert room.edges() == ((edges[0], edges[-1]) if edges else None)


@given(st.lists(tickets(), max_size=60))
@settings(max_examples=60, deadline=None)
def test_whom_no_counter_can_call_is_stranded(changes: list[QueueTicket]) -> None:
    room, truth = room_of(changes)
    fewer = an_office(COUNTERS[1:])

    for office in (room.office, fewer):
        lost = [
            one.id for one in waiting_in(truth) if not any(may_call(each, one.waits_for) for each in office.counters)
        ]
        assert [one.id for one in room.stranded(office)] == lost


@given(st.lists(tickets(), max_size=40), st.lists(tickets(), max_size=10))
@settings(max_examples=60, deadline=None)
def test_a_copy_goes_its_own_way(changes: list[QueueTicket], more: list[QueueTicket]) -> None:
    room, _ = room_of(changes)
    places, line = room.places(), room.line(COUNTERS[0], 9)

    twin = room.copy()
    for ticket in more:
        twin.put(ticket)
    twin.learn(Seat(1, officer_id=7))
    twin.learn(NumberGiven(1, 5))
    twin.learn(CallMade(4, 1, "A-001", 1, MORNING, DAY))

    assert (room.places(), room.line(COUNTERS[0], 9)) == (places, line)
    assert (room.calls, room.given, room.seats) == ((), {}, {})


def test_a_named_counter_calls_whom_it_does_not_serve_otherwise() -> None:
    sent = WaitsFor(Role.LOKET, 1, counter_id=2)

    assert [may_call(counter, sent) for counter in COUNTERS] == [False, True, False]
    assert [may_call(counter, WaitsFor(Role.LOKET, 1)) for counter in COUNTERS] == [True, False, True]


def test_a_call_that_was_taken_back_is_not_shown() -> None:
    room = Room(an_office(), DAY)
    for ticket_id in (1, 2, 3):
        room.put(a_ticket(ticket_id, state=State.CALLED, counter_id=ticket_id))
        room.learn(CallMade(ticket_id + 10, ticket_id, f"A-00{ticket_id}", ticket_id, MORNING, DAY))

    room.put(a_ticket(2))
    room.put(a_ticket(3, state=State.DONE))

    shown = room.recent_calls()
    assert [call.number for call in shown] == ["A-003", "A-001"]
