"""Nights: what a day left is cleared by the next morning, each office for itself, and never by a doubtful date."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
import world
from flask import Flask
from sqlalchemy import select, text, update
from sqlalchemy.exc import IntegrityError
from world import World

from shared.domain.checklist import ITEMS, ChecklistKind
from shared.domain.errors import Closed
from shared.domain.queue.estimate import FIRST_Q90
from shared.domain.queue.ticket import State
from shared.domain.surveys.settings import SurveySettings
from shared.engine.paper import printer_state
from shared.engine.queue import day, officer, seat, supervisor
from shared.engine.queue.day import close_past_days
from shared.engine.surveys import survey
from shared.store import tables
from shared.store.office import Store
from shared.store.queue import history
from shared.web.live import Live
from shared.web.server.clock import ClockWatch
from shared.web.server.running import work_round


@pytest.fixture
def uji(sqlite_store: Store) -> World:
    return world.office(sqlite_store)


def seats(uji: World) -> list[int | None]:
    with uji.store.read() as connection:
        return list(connection.execute(select(tables.Counter.officer_id).order_by(tables.Counter.number)).scalars())


def test_yesterdays_officer_does_not_sit_at_a_counter_next_morning(uji: World) -> None:
    uji.store.change(uji.id, uji.actor(1), seat.sit)
    uji.later(days=1)
    uji.store.change(uji.id, uji.actor(2), seat.sit)

    uji.by_itself(close_past_days)

    assert seats(uji) == [None, uji.officer(2), None]
    assert (uji.events()[-1].action, uji.events()[-1].reason) == ("empty_counter", "close_day")


def test_who_sits_and_works_today_stays_when_the_program_starts_again(uji: World) -> None:
    uji.store.change(uji.id, uji.actor(1), seat.sit)
    uji.later(days=1)
    uji.take()
    uji.call_next(1)
    before = world.dump(uji.store)

    uji.by_itself(close_past_days)

    assert seats(uji)[0] == uji.officer(1)
    assert world.dump(uji.store) == before


def test_a_visitor_whom_nobody_ended_is_done_and_the_counter_free_for_the_next(uji: World) -> None:
    left = uji.take()
    uji.call_next(1)
    uji.act("start", left.id)
    uji.later(days=1)

    assert uji.by_itself(close_past_days) == 0

    assert uji.state(left.id) == State.DONE
    first = uji.take()
    assert (uji.call_next(1) or {})["id"] == first.id
    office = uji.store.office_config(uji.id)
    stays = history.CounterVisits((uji.now - timedelta(days=1)).date())
    with uji.store.read() as connection:
        stays.read(connection, office)
        assert history.learned(connection, uji.id) == (None, 0, FIRST_Q90)
    assert stays.done == []  # a night at a counter is no visit to learn from


def test_one_office_whose_round_fails_does_not_stop_the_others(app: Flask, here: World) -> None:
    other = world.office(here.store, slug="lain")
    stuck, left = here.take(), other.take()
    here.put(stuck.id, quote_low=1)
    settings = update(tables.Office).where(tables.Office.id == here.id).values(settings={"ratio": "broken"})
    here.store.write(settings)
    here.store.write(update(tables.Office).values(setup_version=tables.Office.setup_version + 1))
    live: Live = app.extensions["loket_live"]

    for office in (here, other):
        work_round(live, here.store, office.id, here.now + timedelta(days=1), None)

    assert (here.state(stuck.id), other.state(left.id)) == (State.WAITING, State.EXPIRED)


# a clock that is set


class Clock:
    """A wall clock that can be set, beside a time that cannot."""

    def __init__(self) -> None:
        self.wall, self.elapsed = datetime(2026, 11, 23, 1, tzinfo=UTC), 0.0
        self.watch = ClockWatch(lambda: self.wall, lambda: self.elapsed)

    def passes(self, seconds: float, wall: timedelta | None = None) -> datetime | None:
        self.elapsed += seconds
        self.wall += timedelta(seconds=seconds) if wall is None else wall
        self.watch.look()
        return self.watch.jumped_at


def test_a_clock_that_runs_or_is_set_a_little_or_back_is_believed() -> None:
    clock = Clock()

    assert clock.passes(60) is None
    assert clock.passes(8 * 3600) is None  # the machine slept
    assert clock.passes(60, timedelta(minutes=59)) is None
    assert clock.passes(60, timedelta(days=-1)) is None


def test_a_clock_that_is_set_far_forward_is_doubted() -> None:
    clock = Clock()

    assert clock.passes(60, timedelta(hours=25)) == clock.wall
    assert clock.passes(60) is not None
    assert clock.passes(60, timedelta(hours=-25)) is None, "it was set right again"


def test_after_a_jump_days_close_only_when_the_supervisor_says_that_the_date_is_right(app: Flask, here: World) -> None:
    left = here.take()
    live: Live = app.extensions["loket_live"]
    jumped_at = here.later(days=3)

    work_round(live, here.store, here.id, here.later(minutes=1), jumped_at)
    assert here.state(left.id) == State.WAITING

    here.store.change(here.id, here.actor(1), supervisor.confirm_clock)
    work_round(live, here.store, here.id, here.later(minutes=1), jumped_at)
    assert here.state(left.id) == State.EXPIRED


def test_a_clock_set_back_leaves_the_order_of_the_line_as_it_was(uji: World) -> None:
    first = uji.take()
    uji.later(minutes=-10)
    second = uji.take()
    third = uji.take()

    called = [(uji.call_next(counter) or {})["id"] for counter in (1, 2, 3)]

    assert called == [first.id, second.id, third.id]


def test_numbers_are_given_after_the_clock_was_set_back_though_all_have_left(uji: World) -> None:
    left = uji.take()
    uji.act("cancel", left.id)
    uji.later(minutes=-10)

    assert [uji.take().number, uji.take().number] == ["A-002", "A-003"]


def test_the_last_word_on_whether_the_day_is_closed_counts_although_the_clock_was_set_back(uji: World) -> None:
    def given() -> bool:
        try:
            uji.take()
        except Closed:
            return False
        return True

    uji.do(day.close_day, ITEMS[ChecklistKind.CLOSING], "", {})
    heard = [given()]
    for verb, *said in (
        (day.open_day, ITEMS[ChecklistKind.OPENING]),
        (day.close_day, ITEMS[ChecklistKind.CLOSING], "", {}),
        (partial(supervisor.force, is_open=True),),
        (day.close_day, ITEMS[ChecklistKind.CLOSING], "", {}),
    ):
        uji.later(minutes=-10)
        uji.do(verb, *said)
        heard.append(given())

    assert heard == [False, True, False, True, False]


def test_a_signature_by_a_clock_that_was_ahead_neither_hides_todays_nor_closes_tomorrow(uji: World) -> None:
    uji.later(days=1)
    uji.do(day.close_day, ITEMS[ChecklistKind.CLOSING], "", {})
    uji.later(days=-1)
    uji.do(day.close_day, ITEMS[ChecklistKind.CLOSING], "", {})

    with pytest.raises(Closed, match="day_closed"):
        uji.take()

    uji.later(days=1)
    assert uji.take().number == "A-001"
    uji.later(days=1)
    uji.do(day.close_day, ITEMS[ChecklistKind.CLOSING], "", {})
    uji.later(days=-1)
    uji.by_itself(day.close_past_days)
    uji.later(days=1)
    assert uji.take().number == "A-001"


STUCK = "CREATE TRIGGER stuck BEFORE UPDATE OF closed_at ON survey_period BEGIN SELECT RAISE(ABORT, 'stuck'); END"


def test_a_survey_period_that_cannot_be_closed_keeps_no_day_open(app: Flask, here: World) -> None:
    here.by_itself(survey.change_survey, SurveySettings(response_percent=100))
    here.by_itself(survey.period_of, here.now.date())
    waiting = here.take()
    here.store.write(text(STUCK))
    here.later(days=60)
    with pytest.raises(IntegrityError):
        here.by_itself(survey.close_due)

    work_round(app.extensions["loket_live"], here.store, here.id, here.now, None)

    assert here.state(waiting.id) == State.EXPIRED


def test_a_printer_is_asked_how_it_is_although_the_clock_was_set_back(uji: World) -> None:
    with uji.store.read() as connection:
        printer = connection.execute(select(tables.Printer.id)).scalar_one()
    turns = [printer_state.take_turn(uji.store, printer, uji.now, 10.0) for _ in range(2)]

    uji.later(hours=-1)

    assert turns == [True, False]
    assert [printer_state.take_turn(uji.store, printer, uji.now, 10.0) for _ in range(2)] == [True, False]


def test_undo_takes_back_the_last_click_also_after_the_clock_was_set_back(uji: World) -> None:
    taken = uji.take()
    uji.call_next(1)
    uji.later(minutes=-10)
    uji.act("start", taken.id)

    uji.store.change(uji.id, uji.actor(1), officer.undo)

    assert uji.state(taken.id) == State.CALLED
