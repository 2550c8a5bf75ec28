"""What an officer does at a counter beside calling: taking back, sending on, noting, resting, ending a shift."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import world
from sqlalchemy import select
from world import World

from shared.domain.errors import Missing, NotAllowed, Refusal, Unknown
from shared.domain.queue.counter import PauseReason, TransferPlace
from shared.domain.queue.ticket import UNDOABLE, Action, State
from shared.engine.queue import officer, seat
from shared.engine.queue.officer import Onward
from shared.store.office import Store
from shared.store.tables import Counter


@pytest.fixture
def uji(sqlite_store: Store) -> World:
    return world.office(sqlite_store)


def undo(uji: World, counter: int = 1) -> dict[str, Any]:
    return uji.do(officer.undo, at=counter)


def refused(uji: World, code: str, click: Callable[[], object], kind: type[Refusal] = NotAllowed) -> None:
    before = world.dump(uji.store)
    with pytest.raises(kind) as refusal:
        click()
    assert refusal.value.code == code
    assert world.dump(uji.store) == before


def serving(uji: World, counter: int = 1) -> int:
    taken = uji.take()
    uji.call_next(counter)
    uji.act("start", taken.id, counter)
    return taken.id


# taking back

WAYS: dict[Action, list[str]] = {
    Action.CALL: [],
    Action.RECALL: ["call"],
    Action.START: ["call"],
    Action.RELEASE: ["call"],
    Action.MISS: ["call"],
    Action.RESTORE: ["call", "miss"],
    Action.HOLD: ["call", "start"],
    Action.TRANSFER: ["call", "start"],
    Action.FINISH: ["call", "start"],
    Action.CANCEL: ["call"],
}


def test_every_action_that_can_be_taken_back_is_tried_here() -> None:
    assert set(WAYS) == set(UNDOABLE)


@pytest.mark.parametrize("action", UNDOABLE)
def test_taking_back_restores_exactly_and_is_an_event_of_its_own(uji: World, action: Action) -> None:
    taken = uji.take()
    uji.do(seat.sit)
    for earlier in WAYS[action]:
        uji.act(earlier, taken.id)
        uji.later(seconds=20)
    before, events = uji.row(taken.id), len(uji.events())
    said = {"onward": Onward(2, "layanan-2", TransferPlace.FRONT)} if action == Action.TRANSFER else {}
    uji.act(action, taken.id, **said)
    uji.later(seconds=9)

    undo(uji)

    assert uji.row(taken.id) == before
    last = uji.events()[-1]
    assert (len(uji.events()), last.action, last.detail) == (events + 2, "undo", {"of": action.value})
    assert (last.officer_id, last.from_state, last.to_state) == (
        uji.officer(1),
        uji.events()[-2].to_state,
        before.state.value,
    )


def test_calling_next_by_mistake_gives_back_the_turn_of_the_ordinary_lane(uji: World) -> None:
    uji.take()
    uji.take(is_priority=True)
    uji.call_next()

    undo(uji)

    with uji.store.read() as connection:
        assert connection.execute(select(Counter.streak).where(Counter.number == 1)).scalar_one() == 0


def test_after_ten_seconds_nothing_is_taken_back(uji: World) -> None:
    uji.take()
    uji.call_next()
    uji.later(seconds=11)

    refused(uji, "undo_late", lambda: undo(uji))


def test_only_the_own_last_action_is_taken_back(uji: World) -> None:
    uji.take()
    uji.call_next()

    refused(uji, "undo_nothing", lambda: undo(uji, 2))


def test_what_a_colleague_has_touched_since_is_not_taken_back(uji: World) -> None:
    ticket = serving(uji)
    uji.act("transfer", ticket, to_counter=2)
    uji.call_next(2)

    refused(uji, "stale", lambda: undo(uji))


def test_taking_back_twice_does_nothing(uji: World) -> None:
    uji.take()
    uji.call_next()
    undo(uji)

    refused(uji, "undo_nothing", lambda: undo(uji))


# sending on


@pytest.mark.parametrize(
    ("place", "order"), [(TransferPlace.FRONT, 0), (TransferPlace.KEPT, 1), (TransferPlace.END, 2)]
)
def test_a_visitor_sent_on_stands_where_the_officer_says(uji: World, place: TransferPlace, order: int) -> None:
    early = uji.take()
    uji.later(minutes=1)
    ticket = uji.take()
    uji.later(minutes=1)
    late = uji.take()
    uji.act("call", ticket.id)
    uji.act("start", ticket.id)

    uji.act("transfer", ticket.id, onward=Onward(2, None, place))

    called = []
    while (found := uji.call_next(2)) is not None:
        called.append(found["id"])
        uji.act("start", found["id"], 2)
        uji.act("finish", found["id"], 2)
    assert called.index(ticket.id) == order
    assert set(called) == {early.id, ticket.id, late.id}


def test_a_visitor_sent_to_another_service_keeps_the_number(uji: World) -> None:
    ticket = serving(uji)

    facts = uji.act("transfer", ticket, onward=Onward(None, "layanan-2"))

    assert (facts["number"], facts["service"], facts["state"], facts["counter"]) == (
        "A-001",
        "layanan-2",
        "waiting",
        None,
    )


def test_a_counter_that_wants_the_visitor_back_gets_them(uji: World) -> None:
    ticket = serving(uji)
    uji.act("transfer", ticket, onward=Onward(2, returns=True))
    uji.call_next(2)
    uji.act("start", ticket, 2)
    uji.take()

    uji.act("transfer", ticket, 2, onward=Onward(1, None, TransferPlace.FRONT))

    assert uji.row(ticket).return_counter_id is None
    called = uji.call_next(1)
    assert called is not None
    assert called["id"] == ticket


def test_a_transfer_to_nowhere_or_to_oneself_is_refused(uji: World) -> None:
    ticket = serving(uji)

    for onward in (Onward(), Onward(1)):
        with pytest.raises(Refusal) as refusal:
            uji.act("transfer", ticket, onward=onward)
        assert refusal.value.code == "transfer_target"


# several services, notes, numbers out of turn, walk-ins


def test_one_visit_goes_on_with_another_service_under_the_same_number(uji: World) -> None:
    ticket = serving(uji)

    facts = uji.do(officer.next_service, ticket, "layanan-2")

    assert (facts["number"], facts["service"], facts["state"]) == ("A-001", "layanan-2", "serving")
    assert (uji.events()[-1].action, uji.events()[-1].reason) == ("next_service", "layanan-2")


def test_a_note_stays_with_the_visitor_and_can_be_wiped(uji: World) -> None:
    taken = uji.take()
    for text, kept in (("Tunggu fotokopi", "Tunggu fotokopi"), ("  ", None)):
        uji.do(officer.write_note, taken.id, text)
        assert uji.row(taken.id).note == kept


def test_a_number_is_called_out_of_turn_only_with_a_reason(uji: World) -> None:
    uji.take()
    wanted = uji.take()

    def call(label: str, reason: str) -> Any:
        return uji.do(officer.call_number, label, reason)

    refused(uji, "reason", lambda: call("A-002", " "), Missing)
    refused(uji, "number", lambda: call("A-009", "frail"), Unknown)
    assert call("a2", "frail")["id"] == wanted.id
    assert uji.events()[-1].reason == "frail"


def test_an_officer_takes_a_number_for_somebody(uji: World) -> None:
    taken = uji.do(officer.walk_in, "layanan-1", is_priority=True, nonce="nonce-walk-in")

    assert (taken.number, uji.state(taken.id)) == ("A-001", State.WAITING)
    assert [event.action for event in uji.events()] == ["take", "walk_in"]
    assert uji.events()[-1].officer_id == uji.officer(1)


# resting, and the end of a shift


def test_a_resting_counter_calls_nobody_until_it_opens_again(uji: World) -> None:
    uji.take()
    uji.do(seat.sit)
    uji.do(seat.pause, PauseReason.PRAYER)

    refused(uji, "counter_paused", uji.call_next)
    uji.do(seat.resume)

    assert uji.call_next() is not None
    assert [event.action for event in uji.events()][1:4] == ["sit", "pause_counter", "resume_counter"]
    assert uji.events()[2].reason == "prayer"


def test_a_counter_with_a_visitor_does_not_rest(uji: World) -> None:
    serving(uji)

    refused(
        uji,
        "counter_busy",
        lambda: uji.do(seat.pause, PauseReason.BREAK),
    )


def test_the_next_shift_takes_over_the_visitor_at_the_counter(uji: World) -> None:
    ticket = serving(uji)

    uji.do(seat.hand_over, "Berkas di meja")
    uji.do(officer.act, ticket, Action.FINISH, by=2)

    assert uji.state(ticket) == State.DONE
    assert [(e.action, e.reason) for e in uji.events()][-3:] == [
        ("shift_end", "Berkas di meja"),
        ("sit", None),
        ("finish", None),
    ]


def test_who_does_not_sit_there_cannot_end_the_shift(uji: World) -> None:
    serving(uji)

    refused(uji, "counter_taken", lambda: uji.do(seat.hand_over, "bukan saya", by=2))
