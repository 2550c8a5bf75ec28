"""Whatever officers, visitors and two processes do: the room in memory is what the rows say, and all screens agree."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
import world
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy import text, update
from sqlalchemy.exc import DBAPIError
from world import World

from shared.domain.actor import Actor
from shared.domain.errors import NotAllowed, Refusal
from shared.domain.queue.counter import PauseReason, TransferPlace
from shared.domain.queue.room import Room
from shared.domain.queue.ticket import State
from shared.domain.standards.standard import Role
from shared.engine.queue import day, officer, outage, seat, supervisor, visitor
from shared.engine.queue.officer import Onward
from shared.store import hot, tables
from shared.store.office import Store, Transaction
from shared.store.queue.rooms import read_room

COUNTERS, SERVICES = (1, 2, 3), ("layanan-1", "layanan-2", "layanan-3")
PROCESSES = st.sampled_from([0, 1])
AT = st.sampled_from(COUNTERS)
SERVICE = st.sampled_from(SERVICES)
MOVES = st.sampled_from(["recall", "start", "release", "miss", "hold", "finish", "call", "restore", "cancel"])
PLACES = st.sampled_from(TransferPlace)
_slugs = count(1)


class TwoProcesses(RuleBasedStateMachine):
    """Two stores on one database, as two server processes have it; each action is done through one of them."""

    def __init__(self, stores: tuple[Store, Store]) -> None:
        super().__init__()
        self.stores = stores
        self.made = world.office(stores[0], services=3, counters=3, slug=f"uji-{next(_slugs)}")
        self.nonces = count(1)
        self.chief = replace(Actor.system(self.made.now), officer_id=self.made.officers[0], roles=frozenset(Role))

    def through(self, process: int) -> World:
        self.made.store = self.stores[process]
        return self.made

    def attempt(self, do: Callable[[], Any]) -> Any:
        try:
            return do()
        except Refusal:
            return None

    def some_ticket(self, pick: int) -> int | None:
        made = self.made.made
        return made[pick % len(made)].id if made else None

    # --- what people do ---

    @rule(process=PROCESSES, service=SERVICE, is_priority=st.booleans())
    def take(self, process: int, service: str, is_priority: bool) -> None:
        self.attempt(lambda: self.through(process).take(service, is_priority=is_priority))

    @rule(process=PROCESSES, at=AT, other=PROCESSES)
    def call_next(self, process: int, at: int, other: int) -> None:
        """Who comes is whom the panel named, in this process and in the other one."""
        expected = [self.upcoming(each, at) for each in (process, other)]

        called = self.attempt(lambda: self.through(process).call_next(at))

        if called is not None:
            assert expected == [called["number"]] * 2

    def upcoming(self, process: int, at: int) -> str | None:
        with self.stores[process].room(self.made.id, self.made.now) as room:
            line = room.line(room.office.counter(at), 5)
        return line[0].label if line else None

    @rule(process=PROCESSES, at=AT, move=MOVES, pick=st.integers(0, 30))
    def act(self, process: int, at: int, move: str, pick: int) -> None:
        ticket_id = self.some_ticket(pick)
        if ticket_id is not None:
            self.attempt(lambda: self.through(process).act(move, ticket_id, at))

    @rule(process=PROCESSES, at=AT, move=MOVES)
    def act_here(self, process: int, at: int, move: str) -> None:
        with self.stores[process].room(self.made.id, self.made.now) as room:
            here = room.at_counter(room.office.counter(at))
        if here is not None:
            self.attempt(lambda: self.through(process).act(move, here.id, at))

    @rule(process=PROCESSES, at=AT, to=AT, service=st.none() | SERVICE, place=PLACES, back=st.booleans())
    def transfer(self, process: int, at: int, to: int, service: str | None, place: TransferPlace, back: bool) -> None:
        with self.stores[process].room(self.made.id, self.made.now) as room:
            here = room.at_counter(room.office.counter(at))
        if here is not None:
            onward = Onward(None if service else to, service, place, back)
            self.attempt(lambda: self.through(process).act("transfer", here.id, at, onward=onward))

    @rule(process=PROCESSES, at=AT)
    def undo(self, process: int, at: int) -> None:
        self.attempt(lambda: self.through(process).do(officer.undo, at=at))

    @rule(process=PROCESSES, at=AT, verb=st.sampled_from([seat.sit, seat.leave, seat.resume, seat.hand_over]))
    def sit_down_and_get_up(self, process: int, at: int, verb: Any) -> None:
        self.attempt(lambda: self.through(process).do(verb, at=at))

    @rule(process=PROCESSES, at=AT)
    def rest(self, process: int, at: int) -> None:
        self.attempt(lambda: self.through(process).do(seat.pause, PauseReason.PRAYER, at=at))

    @rule(process=PROCESSES, pick=st.integers(0, 30), to=st.none() | AT)
    def take_over(self, process: int, pick: int, to: int | None) -> None:
        ticket_id = self.some_ticket(pick)
        if ticket_id is not None:
            store = self.stores[process]
            self.attempt(lambda: store.change(self.made.id, self.chief, supervisor.take_over, ticket_id, "macet", to))

    @rule(process=PROCESSES, verb=st.sampled_from([outage.begin, outage.end, day.close_when_due]))
    def what_the_office_does(self, process: int, verb: Any) -> None:
        self.attempt(lambda: self.stores[process].change(self.made.id, self.chief, verb))

    @rule(process=PROCESSES, at=AT, services=st.none() | st.lists(SERVICE, min_size=1, max_size=2, unique=True))
    def a_counter_serves_something_else(self, process: int, at: int, services: list[str] | None) -> None:
        counter_id = self.made.counter_id(at)

        def change(tx: Transaction) -> None:
            mine = update(tables.Counter).where(tables.Counter.id == counter_id)
            tx.execute(mine.values(services=services))
            tx.execute(update(tables.Office).where(tables.Office.id == tx.office_id).values(setup_version=tx.version))

        self.stores[process].change(self.made.id, self.chief, change)

    # --- what goes wrong ---

    @rule(process=PROCESSES, service=SERVICE)
    def fail_after_writing(self, process: int, service: str) -> None:
        def fail(tx: Transaction) -> None:
            visitor.take(tx, service, is_priority=False, nonce=f"failed-{next(self.nonces):08d}", language="id")
            raise NotAllowed("stale")

        self.attempt(lambda: self.stores[process].change(self.made.id, self.chief, fail))

    @rule(process=PROCESSES, service=SERVICE)
    def the_commit_fails(self, process: int, service: str) -> None:
        """On SQLite by a foreign key that is checked at the end; PostgreSQL loses the connection."""
        is_sqlite = self.stores[process].is_sqlite

        def spoil(tx: Transaction) -> None:
            visitor.take(tx, service, is_priority=False, nonce=f"spoiled-{next(self.nonces):08d}", language="id")
            if is_sqlite:
                tx.connection.execute(text("PRAGMA defer_foreign_keys = ON"))
                tx.record("spoiled", case_id=999_999_999)
            else:
                tx.connection.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))

        with pytest.raises((DBAPIError, Refusal, Exception)):
            self.stores[process].change(self.made.id, self.chief, spoil)

    @rule(services=st.lists(SERVICE, min_size=2, max_size=4))
    def all_at_once(self, services: list[str]) -> None:
        """Several changes at one moment, through both processes: on SQLite some of them share a commit."""
        nonces = [f"burst-{next(self.nonces):08d}" for _ in services]

        def take(number: int) -> None:
            store, nonce = self.stores[number % 2], nonces[number]
            actor = Actor.public(self.made.now)
            self.attempt(
                lambda: store.change(
                    self.made.id, actor, visitor.take, services[number], is_priority=False, nonce=nonce, language="id"
                )
            )

        hands = [threading.Thread(target=take, args=(number,)) for number in range(len(services))]
        for hand in hands:
            hand.start()
        for hand in hands:
            hand.join()

    @rule(seconds=st.sampled_from([1, 3, 30]))
    def time_goes_on(self, seconds: int) -> None:
        self.made.now += timedelta(seconds=seconds)
        self.chief = replace(self.chief, now=self.made.now)

    # --- what always holds ---

    @invariant()
    def each_process_knows_what_the_rows_say(self) -> None:
        for store in self.stores:
            with store.room(self.made.id, self.made.now) as room, store.snapshot() as connection:
                head = hot.head(connection, self.made.id)
                assert head is not None
                fresh = read_room(connection, room.office, room.day, head.epoch, head.version)
                assert picture(room) == picture(fresh)
                assert room.board(self.made.now) == fresh.board(self.made.now)

    @invariant()
    def the_screens_agree(self) -> None:
        with self.stores[0].room(self.made.id, self.made.now) as room:
            board, places = room.board(self.made.now), room.places()
            assert board["waiting_total"] == len(places) == len(room.in_state(State.WAITING))
            for counter in room.office.counters:
                called, line = room.next_for(counter), room.line(counter, 5)
                assert line[:1] == ([called] if called else [])
                at_it = next(one["serving"] for one in board["counters"] if one["number"] == counter.number)
                here = room.at_counter(counter)
                assert at_it == (here.label if here else None)


def picture(room: Room) -> dict[str, Any]:
    """All that a room knows, and what it answers to everybody."""
    counters = room.office.counters
    return {
        "version": (room.epoch, room.version, room.office.version, room.day),
        "tickets": room.tickets,
        "seats": room.seats,
        "calls": room.calls,
        "called": {call.ticket_id: room.called[call.ticket_id] for call in room.calls},
        "given": room.given,
        "outages": room.outages,
        "printers": room.printers,
        "places": room.places(),
        "lines": [room.line(counter, 9) for counter in counters],
        "at": [room.at_counter(counter) for counter in counters],
        "stranded": room.stranded(),
    }


FEW = settings(
    max_examples=15, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck), print_blob=True
)


def test_the_room_in_memory_is_what_the_rows_say(database_url: str, open_store: Callable[[str], Store]) -> None:
    stores = open_store(database_url), open_store(database_url)

    run_state_machine_as_test(lambda: TwoProcesses(stores), settings=FEW)  # type: ignore[no-untyped-call]
