"""The day and its head: opening, closing, what ends by itself, numbers written by hand, help for what is stuck."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time, timedelta
from typing import Any

import pytest
import world
from sqlalchemy import select
from world import World

from shared.domain.checklist import ITEMS, ChecklistKind
from shared.domain.errors import Closed, Invalid, Missing, NotAllowed, Refusal
from shared.domain.queue.ticket import State
from shared.engine.queue import day, seat, supervisor
from shared.engine.setup.office import RulesForm, change_rules, rules_form
from shared.store.office import Store
from shared.store.queue import days, floor, panel
from shared.store.tables import Counter, DayCheck

ALL = ITEMS[ChecklistKind.CLOSING]


@pytest.fixture
def uji(sqlite_store: Store) -> World:
    return world.office(sqlite_store)


def change(uji: World, verb: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    return uji.do(verb, *args, **kwargs)


def refused(uji: World, code: str, kind: type[Refusal], verb: Callable[..., Any], *args: Any, **kwargs: Any) -> None:
    before = world.dump(uji.store)
    with pytest.raises(kind) as refusal:
        change(uji, verb, *args, **kwargs)
    assert refusal.value.code == code
    assert world.dump(uji.store) == before


# opening and closing


def test_the_day_closes_with_a_signature_and_nobody_is_lost(uji: World) -> None:
    waiting, absent = uji.take(), uji.take()
    uji.act("call", absent.id)
    uji.act("miss", absent.id)
    with uji.store.read() as connection:
        found = days.day_summary(connection, uji.store.office_config(uji.id), uji.now.date()).found()

    closed = change(uji, day.close_day, ALL, "", found)

    assert closed == 2
    assert {uji.state(waiting.id), uji.state(absent.id)} == {State.EXPIRED}
    with uji.store.read() as connection:
        signed = connection.execute(select(DayCheck)).one()
        assert connection.execute(select(Counter.id).where(Counter.officer_id.is_not(None))).all() == []
    assert (signed.officer_id, signed.items["count_waiting"], signed.items["count_numbers"]) == (uji.officer(1), 1, 2)


def test_the_day_does_not_close_over_somebody_at_a_counter(uji: World) -> None:
    uji.take()
    uji.call_next()

    refused(uji, "open_calls", NotAllowed, day.close_day, ALL, "", {})


@pytest.mark.parametrize("kind", list(ChecklistKind))
def test_what_is_not_ticked_needs_a_note(uji: World, kind: ChecklistKind) -> None:
    verb, rest = (day.open_day, ()) if kind == ChecklistKind.OPENING else (day.close_day, ({},))

    refused(uji, "note", Missing, verb, ITEMS[kind][1:], " ", *rest)
    change(uji, verb, ITEMS[kind][1:], "Suara rusak, teknisi dipanggil", *rest)

    assert uji.events()[-1].action == f"sign_{kind.value}"


def test_signing_again_replaces_the_paper_and_both_stay_in_the_audit(uji: World) -> None:
    for note in ("", "diperiksa lagi"):
        change(uji, day.open_day, ITEMS[ChecklistKind.OPENING], note)

    with uji.store.read() as connection:
        assert connection.execute(select(DayCheck.note)).scalars().all() == ["diperiksa lagi"]
    assert [event.action for event in uji.events()] == ["sign_opening", "sign_opening"]


def test_the_office_closes_by_itself_at_its_time_and_not_before(uji: World) -> None:
    taken = uji.take()
    form = RulesForm.model_validate({"ratio": 2, "convention": "next", "closes_by_itself_at": "15:00"})
    change(uji, change_rules, form)
    assert rules_form(uji.store.office_config(uji.id)).closes_by_itself_at == time(15)

    uji.later(hours=6, minutes=59)
    assert uji.by_itself(day.close_when_due) == 0
    assert uji.state(taken.id) == State.WAITING
    uji.later(minutes=1)
    assert uji.by_itself(day.close_when_due) == 1
    assert uji.state(taken.id) == State.EXPIRED


# numbers written by hand


def enter(uji: World, taken: datetime, started: datetime | None, finished: datetime | None) -> Any:
    return change(
        uji,
        day.enter_late,
        "layanan-1",
        written="T-7",
        taken_at=taken,
        started_at=started,
        finished_at=finished,
        nonce=f"late-{taken.isoformat()}",
    )


def test_a_number_written_by_hand_has_its_own_times_marked_as_manual(uji: World) -> None:
    begun = uji.now
    uji.later(hours=2)

    ticket = enter(uji, begun, begun + timedelta(minutes=10), begun + timedelta(minutes=25))

    row = uji.row(ticket["id"])
    assert (row.state, row.taken_at, row.since_at) == (State.DONE, begun, begun + timedelta(minutes=25))
    moves = [event for event in uji.events() if event.action in ("call", "start", "finish")]
    assert [event.detail["manual"] for event in moves] == [True, True, True]
    assert [event.counter_id for event in moves] == [None, None, None]


def test_who_still_waits_after_the_power_cut_keeps_their_place(uji: World) -> None:
    begun = uji.now
    uji.later(minutes=30)
    uji.take()

    late = enter(uji, begun, None, None)

    called = uji.call_next()
    assert called is not None
    assert called["id"] == late["id"]


def test_impossible_times_are_refused(uji: World) -> None:
    now = uji.now
    hour = timedelta(hours=1)
    for times in ((now + hour, None, None), (now, now - hour, None), (now - 24 * hour, None, None), (now, None, now)):
        before = world.dump(uji.store)
        with pytest.raises(Invalid):
            enter(uji, *times)
        assert world.dump(uji.store) == before


# the head of the room


def test_a_word_to_the_counters_stands_for_its_time_and_can_be_taken_away(uji: World) -> None:
    def said() -> list[str]:
        with uji.store.read() as connection:
            return [row.text for row in panel.messages(connection, uji.id, uji.now)]

    change(uji, supervisor.broadcast, "Rapat pukul 12", 30)
    assert said() == ["Rapat pukul 12"]
    uji.later(minutes=1)
    change(uji, supervisor.broadcast, "", 30)
    assert said() == []
    change(uji, supervisor.broadcast, "Sekarang", 30)
    uji.later(minutes=31)
    assert said() == []


def test_a_word_against_the_calendar_closes_with_a_reason_until_it_is_taken_back(uji: World) -> None:
    refused(uji, "reason", Missing, supervisor.force, is_open=False, reason=" ")
    change(uji, supervisor.force, is_open=False, reason="Listrik padam")
    with pytest.raises(Closed):
        uji.take()

    change(uji, supervisor.force, is_open=None)

    assert uji.take().number == "A-001"
    assert [event.action for event in uji.events()][:2] == ["force_close", "force_end"]


@pytest.mark.parametrize(("done", "state"), [([], State.WAITING), (["start"], State.WAITING)])
def test_a_stuck_ticket_waits_again_in_its_place_with_the_reason(uji: World, done: list[str], state: State) -> None:
    taken = uji.take()
    uji.later(minutes=5)
    uji.take()
    uji.call_next()
    for action in done:
        uji.act(action, taken.id)

    change(uji, supervisor.take_over, taken.id, "Petugas sakit", 2, by=3)

    assert (uji.state(taken.id), uji.events()[-1].reason) == (state, "Petugas sakit")
    called = uji.call_next(2)
    assert called is not None
    assert called["id"] == taken.id


def test_a_held_ticket_goes_to_another_counter_and_stays_held(uji: World) -> None:
    taken = uji.take()
    uji.call_next()
    uji.act("start", taken.id)
    uji.act("hold", taken.id)

    change(uji, supervisor.take_over, taken.id, "Petugas pulang", 2, by=3)

    assert uji.state(taken.id) == State.HELD
    assert uji.act("call", taken.id, 2)["state"] == "called"


def test_a_forgotten_seat_is_emptied_with_a_reason(uji: World) -> None:
    change(uji, seat.sit)

    refused(uji, "reason", Missing, supervisor.empty_counter, 1, "", by=3)
    change(uji, supervisor.empty_counter, 1, "Lupa tutup", by=3)

    with uji.store.room(uji.id, uji.now) as room, uji.store.read() as connection:
        assert [one.officer for one in floor.counters(connection, room)] == [None] * 3


def test_the_floor_counts_arrivals_service_time_and_red_waits(uji: World) -> None:
    for _ in range(3):
        uji.take()
    called = uji.call_next()
    assert called is not None
    uji.act("start", called["id"])
    uji.later(minutes=40)
    uji.act("finish", called["id"])

    with uji.store.room(uji.id, uji.now) as room, uji.store.read() as connection:
        load = floor.load(connection, room.office, room.day, uji.now)
        queues = floor.queues(room, uji.now)

    assert (load.arrivals_per_hour, load.service_mean_s) == (3, 2400)
    assert (queues[0].waiting, queues[0].longest_s, queues[0].is_red) == (2, 2400, 2)
    assert queues[1].waiting == 0
