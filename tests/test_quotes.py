"""The wait that a visitor is told: learned from the office's own days, kept with the ticket, judged every week."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from itertools import count
from typing import Any

import pytest
import world
from sqlalchemy import update
from world import MORNING, World

from shared.domain.numbering import office_day
from shared.domain.office import OfficeConfig
from shared.domain.queue.policy import Lane
from shared.engine.queue import visitor
from shared.engine.queue.forecast import Forecasts, Quote, judge, learn
from shared.store.office import Store
from shared.store.queue import history
from shared.store.tables import Counter

SERVICE_S = 240
_nonces = count(1)


@pytest.fixture
def room(office: Callable[..., World]) -> World:
    return experienced(office(services=1, counters=2))


@pytest.fixture
def room_on_both(store: Store) -> World:
    """On SQLite, and again on PostgreSQL."""
    return experienced(world.office(store, services=1, counters=2))


def experienced(world: World) -> World:
    """An office that served 60 visitors three days ago, each for four minutes, and learned from them."""
    world.now = MORNING - timedelta(days=3)
    for _ in range(30):
        serve(world, 1, 2)
    world.now = MORNING
    learn(world.store, world.id, world.now)
    return world


def serve(world: World, *counters: int) -> None:
    """Each of the counters serves one visitor for four minutes."""
    for _ in counters:
        world.take()
    called = [world.call_next(counter) for counter in counters]
    world.later(seconds=SERVICE_S)
    for counter, ticket in zip(counters, called, strict=True):
        assert ticket is not None
        world.act("start", ticket["id"], counter)
        world.act("finish", ticket["id"], counter)


def quote(world: World, forecasts: Forecasts, lane: Lane) -> Quote | None:
    service = world.store.office_config(world.id).service("layanan-1")
    return forecasts.current(world.id, world.now).quote(service.id, lane)


def take(world: World, forecasts: Forecasts, nonce: str | None = None, priority: bool = False) -> visitor.Taken:
    lane = Lane.PRIORITY if priority else Lane.ORDINARY
    return world.do(
        visitor.take,
        "layanan-1",
        is_priority=priority,
        nonce=nonce or f"quoted-{next(_nonces):08d}",
        language="id",
        quote=quote(world, forecasts, lane),
    )


def office_config(store: Store, world: World) -> OfficeConfig:
    return store.office_config(world.id)


def test_an_office_without_history_quotes_nothing(office: Callable[..., World]) -> None:
    world = office(services=1, counters=1)
    world.take()
    world.call_next()

    taken = take(world, Forecasts(world.store))

    assert taken.quote is None
    assert taken.facts()["wait_min_low"] is None
    assert world.row(taken.id).estimate_s is None


def test_without_an_open_counter_nothing_is_quoted(room: World) -> None:
    room.take()
    room.store.write(update(Counter).values(officer_id=None))

    assert take(room, Forecasts(room.store)).quote is None


def test_the_quote_grows_with_the_line_and_stays_with_the_ticket(room: World) -> None:
    forecasts = Forecasts(room.store)
    first = take(room, forecasts)
    for _ in range(20):
        room.take()
    room.later(seconds=2)

    taken = take(room, forecasts)
    room.later(minutes=30)
    room.call_next(1)

    assert taken.quote is not None
    assert first.quote is not None
    assert first.quote.estimate_s < taken.quote.estimate_s
    # 21 people before, two counters, four minutes each
    assert taken.quote.estimate_s == pytest.approx(10.5 * SERVICE_S, rel=0.15)
    row = room.row(taken.id)
    assert (row.quote_low, row.quote_high, row.estimate_s) == (
        taken.quote.low_min,
        taken.quote.high_min,
        taken.quote.estimate_s,
    )
    assert row.quote_low % 5 == row.quote_high % 5 == 0


def test_a_priority_visitor_is_told_less(room: World) -> None:
    for _ in range(12):
        room.take()
    forecasts = Forecasts(room.store)

    ordinary = quote(room, forecasts, Lane.ORDINARY)
    priority = quote(room, forecasts, Lane.PRIORITY)

    assert ordinary is not None
    assert priority is not None
    assert priority.estimate_s < ordinary.estimate_s


def test_the_same_nonce_tells_the_same_wait(room: World) -> None:
    forecasts = Forecasts(room.store)
    first = take(room, forecasts, "the-same-nonce")
    for _ in range(9):
        room.take()
    room.later(seconds=5)

    again = take(room, forecasts, "the-same-nonce")

    assert again.id == first.id
    assert again.quote == first.quote


def test_everybody_in_line_knows_how_many_are_before_them(room: World) -> None:
    tickets = [room.take(is_priority=place in (2, 5)) for place in range(8)]

    forecasts = Forecasts(room.store)
    line = forecasts.line(room.id, room.now)

    assert [forecasts.place(room.id, room.now, one.id) for one in tickets] == [line[one.number] for one in tickets]
    assert forecasts.place(room.id, room.now, tickets[-1].id + 1) is None
    assert sorted(place.ahead for place in line.values()) == list(range(8))
    assert line[tickets[2].number].ahead == 0
    assert line[tickets[0].number].ahead == 2  # two from the priority lane go first
    assert all(place.wait is not None for place in line.values())


def test_the_line_is_as_long_as_the_kiosk_said(office: Callable[..., World]) -> None:
    world = office(services=2, counters=1)
    for place in range(6):
        taken = world.take(f"layanan-{1 + place % 2}")

        assert Forecasts(world.store).line(world.id, world.now)[taken.number].ahead == taken.ahead


def test_a_forecast_is_kept_for_a_second_and_then_made_anew(room: World) -> None:
    forecasts = Forecasts(room.store)
    before = forecasts.current(room.id, room.now)
    taken = room.take()

    at_once = forecasts.current(room.id, room.now)
    later = forecasts.current(room.id, room.later(seconds=1.5))

    assert at_once is before
    assert later.waiting == before.waiting + 1
    assert forecasts.line(room.id, room.now)[taken.number].wait is not None


def test_newest_events_are_added_to_those_of_before(room: World) -> None:
    kept = Forecasts(room.store)
    for _ in range(3):
        serve(room, 1, 2)
        room.later(seconds=2)
        kept.current(room.id, room.now)

    fresh = Forecasts(room.store).current(room.id, room.now)

    assert kept.current(room.id, room.now).newcomers == fresh.newcomers


def test_an_evening_is_learned_from_once(room_on_both: World) -> None:
    room = room_on_both
    day = office_day(MORNING - timedelta(days=3), office_config(room.store, room).zone)

    again = learn(room.store, room.id, room.now)

    with room.store.read() as connection:
        last, visitors, q90 = history.learned(connection, room.id)
        means = history.occupied(connection, room.id)
    assert again == []
    assert (last, visitors, q90) == (day, 60, 1.5)
    assert list(means.values()) == [pytest.approx(SERVICE_S)]


def test_a_call_by_mistake_teaches_nothing(office: Callable[..., World]) -> None:
    world = office(services=1, counters=1)
    world.take()
    called: Any = world.call_next()
    world.later(minutes=9)
    world.act("release", called["id"])

    stays = history.CounterVisits(office_day(world.now, office_config(world.store, world).zone))
    with world.store.read() as connection:
        stays.read(connection, office_config(world.store, world))

    assert stays.done == []


def test_quotes_are_judged_by_week_and_service(room_on_both: World) -> None:
    room = room_on_both
    forecasts = Forecasts(room.store)
    for _ in range(5):
        taken = take(room, forecasts)
        room.later(seconds=2)
        room.call_next(1)
        room.later(minutes=4)
        room.act("start", taken.id)
        room.act("finish", taken.id)
    today = office_day(room.now, office_config(room.store, room).zone)

    with room.store.read() as connection:
        found = judge(connection, office_config(room.store, room), today - timedelta(days=6), today)

    assert [(monday, name) for monday, name, _ in found] == [
        (date(2026, 11, 23), None),
        (date(2026, 11, 23), "Layanan 1"),
    ]
    assert found[0][2].n == 5
    assert found[0][2].within_10_min == 1.0
