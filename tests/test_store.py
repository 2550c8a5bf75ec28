"""One contract of the queue on SQLite and on PostgreSQL: what each click does, and that a refusal leaves no trace."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from itertools import product
from typing import Any

import pytest
import world
from sqlalchemy import event, select, text, update
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.exc import IntegrityError, OperationalError
from world import MORNING, World, dump

from shared.domain.errors import Forbidden, Invalid, NotAllowed, Refusal, Unknown
from shared.domain.queue.ticket import AT_COUNTER, MOVES, Action, State
from shared.domain.slips.print_job import JobState
from shared.domain.slips.slip import Text
from shared.engine.paper import slips as paper
from shared.engine.queue import officer, seat
from shared.engine.queue.day import close_past_days
from shared.engine.queue.officer import OFFERED
from shared.store import hot, reads
from shared.store.disk import database_away
from shared.store.office import Store, Transaction
from shared.store.postgresql_driver import Driver
from shared.store.tables import Counter, Event, PrintJob, Series, Ticket

Found = Callable[..., World]


def board_of(office: World) -> dict[str, Any]:
    return reads.board(office.store, office.id, office.now)


def refused(office: World, code: str, click: Callable[[], object]) -> None:
    """The click is refused with this code, and every row of every table is what it was."""
    before = dump(office.store)

    with pytest.raises(Refusal) as refusal:
        click()

    assert refusal.value.code == code
    assert dump(office.store) == before


# taking numbers


def test_numbers_count_up_in_each_series(office: Found) -> None:
    uji = office(services=2)

    numbers = [uji.take(slug).number for slug in ("layanan-1", "layanan-2", "layanan-1", "layanan-1", "layanan-2")]

    assert numbers == ["A-001", "B-001", "A-002", "A-003", "B-002"]


def test_the_27th_service_has_numbers_of_two_letters_and_is_called_by_them(office: Found) -> None:
    uji = office(services=27)

    numbers = [uji.take(slug).number for slug in ("layanan-26", "layanan-27", "layanan-27")]
    called = uji.do(officer.call_number, "aa2", "terlambat")

    assert numbers == ["Z-001", "AA-001", "AA-002"]
    assert called["number"] == "AA-002"


def test_the_same_nonce_gives_the_same_ticket_and_leaves_no_trace(office: Found) -> None:
    uji = office()
    first = uji.take(nonce="sama-sama-1")
    before = dump(uji.store)

    second = uji.take(nonce="sama-sama-1")

    assert (second.id, second.number, second.token) == (first.id, first.number, first.token)
    assert (first.is_new, second.is_new) == (True, False)
    assert dump(uji.store) == before


def test_the_same_nonce_in_two_offices_gives_two_tickets(office: Found) -> None:
    here, there = office(slug="sini"), office(slug="sana")

    assert here.take(nonce="sama-sama-1").token != there.take(nonce="sama-sama-1").token


def test_people_ahead_are_counted_by_the_policy(office: Found) -> None:
    uji = office(services=1, counters=1)

    ahead = [uji.take().ahead, uji.take().ahead, uji.take(is_priority=True).ahead, uji.take().ahead]

    assert ahead == [0, 1, 0, 3]


def test_an_unknown_service_is_refused(office: Found) -> None:
    uji = office()

    refused(uji, "service", lambda: uji.take("tidak-ada"))


def test_an_unknown_office_is_refused(office: Found) -> None:
    uji = office()
    uji.id += 1000
    before = dump(uji.store)

    with pytest.raises(Unknown, match="office"):
        uji.take()

    assert dump(uji.store) == before


def test_the_number_and_its_slip_are_written_together(office: Found) -> None:
    uji = office()
    taken = uji.take()

    with uji.store.read() as connection:
        job = reads.print_job_of(connection, uji.id, taken.id)

    assert job is not None
    assert job.state == "queued"


# the day


@pytest.mark.parametrize(
    ("at", "day"),
    [
        (datetime(2026, 11, 22, 16, 59, 59, tzinfo=UTC), date(2026, 11, 22)),
        (datetime(2026, 11, 22, 17, 0, tzinfo=UTC), date(2026, 11, 23)),
        (datetime(2026, 11, 22, 23, 30, tzinfo=UTC), date(2026, 11, 23)),
        (datetime(2026, 12, 31, 23, 30, tzinfo=UTC), date(2027, 1, 1)),
    ],
)
def test_the_day_is_the_day_in_jakarta(office: Found, at: datetime, day: date) -> None:
    uji = office()
    uji.now = at

    assert uji.row(uji.take().id).on_day == day


def test_numbers_begin_again_the_next_day(office: Found) -> None:
    uji = office()
    uji.take()
    uji.take()
    uji.later(days=1)

    assert uji.take().number == "A-001"


def test_yesterdays_visitor_is_not_called_today(office: Found) -> None:
    uji = office()
    uji.take()
    uji.later(days=1)

    assert uji.call_next() is None


@pytest.mark.parametrize("state", list(State))
def test_the_past_day_is_closed_and_nothing_of_it_is_lost(office: Found, state: State) -> None:
    uji = office()
    taken = uji.take()
    uji.put(taken.id, state=state)
    today = uji.take
    uji.later(days=1)
    kept = today()

    closed = uji.by_itself(close_past_days)

    expirable = (state, Action.CLOSE_DAY, State.EXPIRED) in MOVES
    assert closed == expirable
    assert uji.state(taken.id) == (State.EXPIRED if expirable else state)
    assert uji.state(kept.id) == State.WAITING


def test_closing_a_day_twice_leaves_no_trace(office: Found) -> None:
    uji = office()
    uji.take()
    uji.later(days=1)
    uji.by_itself(close_past_days)
    before = dump(uji.store)

    assert uji.by_itself(close_past_days) == 0
    assert dump(uji.store) == before


def test_old_slips_lose_their_words_and_keep_what_became_of_them(office: Found) -> None:
    uji = office()
    old, copy, waiting = (_slip(uji, f"Siti {word}") for word in ("lama", "salinan", "menunggu"))
    ended = {"state": JobState.CONFIRMED.value, "ended_at": uji.now}
    uji.store.write(update(PrintJob).where(PrintJob.id == old).values(**ended))
    uji.later(days=1)
    uji.store.write(update(PrintJob).where(PrintJob.id == copy).values(**ended, copy_of_id=old, made_at=uji.now))
    uji.later(days=paper.WORDS_KEPT.days - 1)
    uji.by_itself(close_past_days)
    assert "Siti lama" in str(dump(uji.store))
    uji.later(seconds=1)

    uji.by_itself(close_past_days)

    kept = str(dump(uji.store))
    assert "Siti lama" not in kept
    assert "Siti salinan" in kept
    assert "Siti menunggu" in kept
    with uji.store.read() as connection:
        row = connection.execute(select(PrintJob).where(PrintJob.id == old)).one()
    assert (row.kind, row.state, row.lines, row.emptied_at) == ("receipt", JobState.CONFIRMED, [], uji.now)
    refused(uji, "still_printing", lambda: _again(uji, waiting))
    for job in (old, copy):
        refused(uji, "slip_emptied", lambda job=job: _again(uji, job))  # type: ignore[misc]


def test_slips_that_are_emptied_once_leave_no_trace_again(office: Found) -> None:
    uji = office()
    uji.store.write(update(PrintJob).where(PrintJob.id == _slip(uji, "Siti")).values(state=JobState.FAILED.value))
    uji.later(days=31)
    uji.by_itself(close_past_days)
    before = dump(uji.store)
    uji.later(days=1)

    uji.by_itself(close_past_days)

    assert dump(uji.store) == before


def _slip(office: World, word: str) -> int:
    job = office.by_itself(paper.print_lines, "receipt", [Text(word)], printer="virtual")
    assert job is not None
    return job


def _again(office: World, job: int) -> int:
    return office.by_itself(paper.reprint, job, "hilang")


# calling


def test_a_visitor_is_called_served_and_finished(office: Found) -> None:
    uji = office()
    taken = uji.take()

    called = uji.call_next(2)

    assert called is not None
    assert (called["number"], called["state"], called["counter"]) == (taken.number, "called", 2)
    assert uji.act("start", taken.id, 2)["state"] == "serving"
    assert uji.act("finish", taken.id, 2)["state"] == "done"
    assert [(e.action, e.from_state, e.to_state) for e in uji.events() if e.ticket_id == taken.id] == [
        ("take", None, "waiting"),
        ("call", "waiting", "called"),
        ("start", "called", "serving"),
        ("finish", "serving", "done"),
    ]


def test_nobody_is_called_when_nobody_waits_and_no_trace_is_left(office: Found) -> None:
    uji = office()
    before = dump(uji.store)

    assert uji.call_next() is None
    assert dump(uji.store) == before


def test_two_counters_never_get_the_same_visitor(office: Found) -> None:
    uji = office()
    first, second = uji.take(), uji.take()

    assert [uji.call_next(1)["id"], uji.call_next(2)["id"]] == [first.id, second.id]  # type: ignore[index]
    assert uji.call_next(3) is None


def test_a_recall_is_counted_and_is_a_new_call_on_the_board(office: Found) -> None:
    uji = office()
    taken = uji.take()
    uji.call_next()
    first = board_of(uji)["calls"][0]["id"]

    assert [uji.act("recall", taken.id)["recalls"] for _ in range(2)] == [1, 2]
    assert board_of(uji)["calls"][0]["id"] > first
    assert len(board_of(uji)["calls"]) == 1


def test_a_missed_visitor_can_be_called_again(office: Found) -> None:
    uji = office()
    taken = uji.take()
    uji.call_next()
    uji.act("miss", taken.id)

    back = uji.act("call", taken.id, 2, reason="datang kembali")

    assert (back["state"], back["counter"], back["recalls"]) == ("called", 2, 0)
    assert uji.events()[-1].reason == "datang kembali"


def test_a_restored_visitor_gets_the_place_of_the_original_time(office: Found) -> None:
    uji = office()
    missed = uji.take()
    uji.call_next()
    uji.act("miss", missed.id)
    uji.later(minutes=1)
    uji.take()

    uji.act("restore", missed.id)

    assert uji.call_next()["id"] == missed.id  # type: ignore[index]


def test_a_released_visitor_keeps_the_place_and_leaves_the_board(office: Found) -> None:
    uji = office()
    taken = uji.take()
    uji.later(minutes=1)
    uji.take()
    uji.call_next(1)

    uji.act("release", taken.id, 1)

    assert board_of(uji)["calls"] == []
    assert uji.call_next(2)["id"] == taken.id  # type: ignore[index]


def test_a_held_visitor_is_called_by_the_same_counter_only(office: Found) -> None:
    uji = office()
    taken = uji.take()
    uji.call_next(1)
    uji.act("start", taken.id, 1)
    uji.act("hold", taken.id, 1)
    uji.call_next(2)

    refused(uji, "elsewhere", lambda: uji.act("call", taken.id, 2))
    assert uji.act("call", taken.id, 1)["state"] == "called"


def test_a_transferred_visitor_keeps_the_number_and_is_called_by_the_other_counter_only(office: Found) -> None:
    uji = office()
    taken = uji.take()
    uji.call_next(1)
    uji.act("start", taken.id, 1)

    moved = uji.act("transfer", taken.id, 1, to_counter=2)

    assert (moved["number"], moved["state"]) == (taken.number, "waiting")
    assert uji.call_next(1) is None
    assert uji.call_next(2)["id"] == taken.id  # type: ignore[index]


@pytest.mark.parametrize("target", [None, 1])
def test_a_transfer_needs_another_counter(office: Found, target: int | None) -> None:
    uji = office()
    taken = uji.take()
    uji.call_next(1)
    uji.act("start", taken.id, 1)

    refused(uji, "transfer_target", lambda: uji.act("transfer", taken.id, 1, to_counter=target))


def test_a_waiting_visitor_can_be_cancelled_and_is_not_called_any_more(office: Found) -> None:
    uji = office()
    taken = uji.take()

    assert uji.act("cancel", taken.id)["state"] == "cancelled"
    assert uji.call_next() is None


def test_a_counter_has_one_visitor_at_a_time(office: Found) -> None:
    uji = office()
    uji.take()
    uji.take()
    uji.call_next()

    refused(uji, "counter_busy", uji.call_next)


def test_the_seat_of_another_officer_cannot_be_used(office: Found) -> None:
    uji = office()
    uji.take()
    uji.do(seat.sit, by=2)

    refused(uji, "counter_taken", lambda: uji.call_next(1))


def test_an_officer_has_one_seat(office: Found) -> None:
    uji = office()
    for number in (1, 2):
        uji.do(seat.sit, at=number, by=1)

    with uji.store.read() as connection:
        seats = dict(connection.execute(select(Counter.number, Counter.officer_id)).all())

    assert seats == {1: None, 2: uji.officer(1), 3: None}


def test_a_counter_is_not_left_while_somebody_stands_there(office: Found) -> None:
    uji = office()
    uji.take()
    uji.call_next()

    refused(uji, "counter_busy", lambda: uji.do(seat.leave))


def test_priority_goes_first_by_the_ratio(office: Found) -> None:
    uji = office(services=1, counters=1)
    for lane in (False, False, True, True, True):
        uji.take(is_priority=lane)
        uji.later(seconds=1)
    order = []
    while (called := uji.call_next()) is not None:
        order.append(called["number"])
        uji.act("start", called["id"])
        uji.act("finish", called["id"])

    assert order == ["A-003", "A-004", "A-001", "A-005", "A-002"]


# every pair of state and action


@pytest.mark.parametrize("state", list(State))
def test_every_action_is_legal_in_a_state_or_refused_with_nothing_changed(office: Found, state: State) -> None:
    ends = {(start, action): end for start, action, end in MOVES}
    for action in Action:
        uji = office(services=1, counters=2, slug=f"{state}-{action}")
        taken = uji.take()
        uji.do(seat.sit)
        uji.put(taken.id, state=state, counter_id=uji.counter_id(1))
        before, version = dump(uji.store), uji.version
        said = {"to_counter": 2} if action == Action.TRANSFER else {}

        if (state, action) in ends and action in OFFERED:
            assert uji.act(action, taken.id, **said)["state"] == ends[state, action]
            assert uji.state(taken.id) == ends[state, action]
            assert uji.version == version + 1
            assert (uji.events()[-1].version, uji.events()[-1].action) == (version + 1, action)
        else:
            refusal = Forbidden if (state, action) in ends else NotAllowed
            with pytest.raises(refusal):
                uji.act(action, taken.id, **said)
            assert dump(uji.store) == before


def test_a_visitor_at_another_counter_is_left_alone(office: Found) -> None:
    uji = office()
    taken = uji.take()
    uji.call_next(1)
    for state, action in product(AT_COUNTER, OFFERED - {Action.CALL, Action.RESTORE}):
        uji.put(taken.id, state=state)
        before = dump(uji.store)

        with pytest.raises(NotAllowed):
            uji.act(action, taken.id, 2, to_counter=3)

        assert dump(uji.store) == before


# transactions


def test_every_change_has_one_version_and_refusals_have_none(office: Found) -> None:
    uji = office()
    taken = uji.take()
    uji.call_next()
    for code, action in (("stale", "finish"), ("stale", "restore")):
        refused(uji, code, lambda action=action: uji.act(action, taken.id))  # type: ignore[misc]
    uji.act("start", taken.id)
    uji.act("finish", taken.id)

    assert sorted({event.version for event in uji.events()}) == list(range(1, uji.version + 1))


def test_a_verb_that_fails_late_takes_back_only_itself(office: Found) -> None:
    uji = office()

    def spoil(tx: Transaction) -> None:
        tx.record("spoiled")
        tx.execute(update(Counter).values(name="rusak"))
        raise Invalid("fields", fields=["x"])

    before = dump(uji.store)
    go, results = threading.Barrier(6), []

    def good() -> None:
        go.wait()
        results.append(uji.take().number)

    def bad() -> None:
        go.wait()
        with pytest.raises(Invalid):
            uji.by_itself(spoil)

    threads = [threading.Thread(target=good if number % 2 else bad) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    after = dump(uji.store)
    assert sorted(results) == ["A-001", "A-002", "A-003"]
    assert after["counter"] == before["counter"]
    assert uji.version == 3
    assert {event.action for event in uji.events()} == {"take"}


def test_a_fault_in_a_verb_is_raised_to_its_caller_and_leaves_no_trace(office: Found) -> None:
    uji = office()
    before = dump(uji.store)

    def divide(tx: Transaction) -> float:
        tx.record("spoiled")
        return 1 / 0

    with pytest.raises(ZeroDivisionError):
        uji.by_itself(divide)

    assert dump(uji.store) == before
    assert uji.take().number == "A-001"


def test_an_unchanged_verb_leaves_no_trace_and_tells_nobody(office: Found) -> None:
    uji = office()
    told: list[tuple[int, int]] = []
    uji.store.on_change(lambda office_id, version: told.append((office_id, version)))
    before = dump(uji.store)

    def look(tx: Transaction) -> None:
        tx.record("looked")
        tx.unchanged("sama")

    assert uji.by_itself(look) == "sama"
    assert dump(uji.store) == before
    assert told == []


def test_listeners_hear_each_change_after_it_is_written(office: Found) -> None:
    uji = office()
    told: list[tuple[int, int, int]] = []
    uji.store.on_change(lambda office_id, version: told.append((office_id, version, uji.version)))

    uji.take()
    uji.take()

    assert told == [(uji.id, 1, 1), (uji.id, 2, 2)]


def test_a_listener_that_fails_does_not_fail_the_click(office: Found) -> None:
    uji = office()
    uji.store.on_change(lambda _office, _version: 1 // 0)

    assert uji.take().number == "A-001"


def test_two_offices_never_see_each_other(office: Found) -> None:
    here, there = office(slug="sini"), office(slug="sana")
    mine, theirs = here.take(), there.take()
    there.take()

    assert (mine.number, theirs.number) == ("A-001", "A-001")
    assert (here.version, there.version) == (1, 2)
    assert here.call_next()["id"] == mine.id  # type: ignore[index]
    assert here.call_next(2) is None
    assert [call["number"] for call in board_of(there)["calls"]] == []
    refused(here, "ticket", lambda: here.act("cancel", theirs.id))
    assert {event.ticket_id for event in here.events() if event.ticket_id} == {mine.id}


# what the database itself refuses


def test_the_database_refuses_two_visitors_at_one_counter(office: Found) -> None:
    uji = office()
    first, second = uji.take(), uji.take()
    uji.call_next()
    counter_id = uji.row(first.id).counter_id

    with pytest.raises(IntegrityError):
        uji.put(second.id, state=State.SERVING, counter_id=counter_id)

    uji.put(second.id, state=State.HELD, counter_id=counter_id)


def test_the_database_refuses_the_same_number_twice(office: Found) -> None:
    uji = office()
    uji.take()
    uji.store.write(update(Series).values(last_number=0))

    with pytest.raises(IntegrityError):
        uji.take()

    assert len(uji.made) == 1


def test_times_come_back_aware_and_in_utc(office: Found) -> None:
    uji = office()
    taken = uji.take()

    assert uji.row(taken.id).taken_at == MORNING
    assert uji.row(taken.id).taken_at.utcoffset() == timedelta(0)


def test_a_second_store_sees_what_the_first_one_wrote(store: Store, open_store: Callable[[str], Store]) -> None:
    uji = world.office(store)
    taken = uji.take()

    other = open_store(store.engine.url.render_as_string(hide_password=False))

    with other.read() as connection:
        assert connection.execute(select(Ticket.token)).scalar_one() == taken.token
        assert connection.execute(select(Event.action).where(Event.version > 0)).scalar_one() == "take"


def test_a_good_connection_to_postgresql_is_not_asked_and_one_that_was_ended_is_replaced(
    postgresql: Callable[[], str], open_store: Callable[[str], Store], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []
    real = PGDialect_psycopg.do_ping
    monkeypatch.setattr(PGDialect_psycopg, "do_ping", lambda *said: (asked.append(said), real(*said))[1])
    store = open_store(postgresql())

    def both() -> None:
        with store.read() as one, store.read() as other:
            assert [each.exec_driver_sql("SELECT 1").scalar_one() for each in (one, other)] == [1, 1]

    both()
    both()
    assert asked == []
    with store.read() as one, store.read() as other:
        pid = one.exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
        other.exec_driver_sql("SELECT pg_terminate_backend(%s, 60000)", (pid,))

    both()
    assert len(asked) == 1


def test_a_statement_of_every_click_tells_that_postgresql_has_gone_and_the_next_one_goes_on(
    postgresql: Callable[[], str], open_store: Callable[[str], Store]
) -> None:
    store = open_store(postgresql())
    with store.read() as ended, store.read() as other:
        number = ended.execute(text("SELECT pg_backend_pid()")).scalar_one()
        other.execute(text("SELECT pg_terminate_backend(:number, 60000)"), {"number": number})

        with pytest.raises(OperationalError) as told:
            hot.head(ended, 1)

    assert told.value.connection_invalidated
    assert database_away(told.value)
    assert store.ask(hot.head, 1) is None  # no office, but an answer


def test_a_postgresql_that_hangs_is_away_for_a_click_and_has_all_its_time_for_long_work(
    postgresql: Callable[[], str], open_store: Callable[[str], Store], monkeypatch: pytest.MonkeyPatch
) -> None:
    office = world.office(open_store(postgresql()))
    hangs = text("SELECT pg_sleep(0.4)")
    with office.store.read() as usual, office.store.read_at_length() as long, monkeypatch.context() as patch:
        patch.setattr(Driver, "answers_in_s", 0.2)

        long.execute(hangs)
        with pytest.raises(OperationalError) as told:
            usual.execute(hangs)

    assert told.value.connection_invalidated
    assert database_away(told.value)
    assert office.take().number == "A-001"


def test_changes_that_wait_for_postgresql_share_one_commit_and_a_refused_one_takes_back_only_itself(
    postgresql: Callable[[], str], open_store: Callable[[str], Store]
) -> None:
    office = world.office(open_store(postgresql()))
    office.take(nonce="nonce-of-the-first")
    rooms, commits, answers = office.store.rooms.of(office.id), list[object](), list[object]()
    event.listen(office.store.engine, "commit", commits.append)

    def take(service: str, nonce: str) -> None:
        try:
            answers.append(office.take(service, nonce=nonce).number)
        except Refusal as refusal:
            answers.append(refusal.code)

    wanted = [("layanan-1", "nonce-a"), ("layanan-9", "nonce-b"), ("layanan-1", "nonce-of-the-first")]
    clicks = [threading.Thread(target=take, args=each) for each in [*wanted, ("layanan-1", "nonce-c")]]
    with rooms.writing:
        for click in clicks:
            click.start()
        while len(rooms.waiting) < len(clicks):
            time.sleep(0.001)
    for click in clicks:
        click.join(60)

    assert sorted(map(str, answers)) == ["A-001", "A-002", "A-003", "service"]
    assert len(commits) == 1
    with office.store.room(office.id, office.now) as room:
        assert [one.number for one in room.waiting()] == [1, 2, 3]
