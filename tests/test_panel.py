"""What the panel decides and shows, and what its clicks answer; without a browser."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import world
from flask.testing import FlaskClient
from people import Browser, csrf
from sqlalchemy import event
from world import World

from shared.domain.queue.counter import Load, Primary, Wait, counters_needed, primary, wait_level
from shared.domain.queue.ticket import State
from shared.store.office import Store
from shared.web.app import create_app
from shared.web.settings import Settings

# the rules


@pytest.mark.parametrize(
    ("state", "recalls", "expected"),
    [
        (None, 0, Primary.NEXT),
        (State.CALLED, 0, Primary.START),
        (State.CALLED, 2, Primary.START),
        (State.CALLED, 3, Primary.MISS),
        (State.SERVING, 3, Primary.FINISH),
    ],
)
def test_the_next_sensible_action_follows_from_the_state(state: State | None, recalls: int, expected: Primary) -> None:
    assert primary(state, recalls) == expected


def test_a_guest_goes_back_and_a_resting_counter_opens_again() -> None:
    assert primary(State.SERVING, is_guest=True) == Primary.GIVE_BACK
    assert primary(None, is_paused=True) == Primary.RESUME
    assert primary(State.SERVING, is_paused=True) == Primary.FINISH


@pytest.mark.parametrize(
    ("minutes", "level"),
    [(0, Wait.SHORT), (14.9, Wait.SHORT), (15, Wait.LONG), (30, Wait.LONG), (30.1, Wait.TOO_LONG)],
)
def test_a_wait_is_green_under_15_amber_to_30_and_red_above(minutes: float, level: Wait) -> None:
    assert wait_level(minutes * 60) == level


def test_an_office_may_choose_other_limits_for_a_service() -> None:
    assert wait_level(6 * 60, (5, 10)) == Wait.LONG


@pytest.mark.parametrize(
    ("arrivals", "mean_s", "needed"), [(0, 600, 1), (5, 600, 1), (5.2, 600, 2), (12, 600, 3), (12, None, None)]
)
def test_the_counters_needed_keep_15_percent_of_their_time(
    arrivals: float, mean_s: float | None, needed: int | None
) -> None:
    assert counters_needed(Load(arrivals, mean_s)) == needed


# the page


@dataclass
class Desk:
    """One signed-in officer's browser without scripts."""

    uji: World
    client: FlaskClient
    address: str = "/uji/counter/1"

    def get(self, path: str = "", **headers: str) -> Any:
        return self.client.get(self.address + path, headers={"Accept": "text/html", **headers})

    def post(self, path: str, fragment: bool = True, **form: str) -> Any:
        headers = {"Accept": "text/html", **({"X-Fragment": "panel"} if fragment else {})}
        return self.client.post(self.address + path, data={"csrf_token": csrf(self.get()), **form}, headers=headers)


@pytest.fixture
def uji(sqlite_store: Store) -> World:
    return world.office(sqlite_store)


@pytest.fixture
def desk(uji: World, tmp_path: Path) -> Iterator[Desk]:
    settings = Settings(data=tmp_path)
    app = create_app(settings, uji.store, lambda: uji.now, async_mode="threading")
    with app.test_client() as client:
        yield sign_in(uji, client, "petugas1")


def sign_in(uji: World, client: FlaskClient, login: str) -> Desk:
    Browser(client).sign_in("uji", login)
    return Desk(uji, client)


def test_the_whole_way_of_a_visitor_works_with_plain_forms(desk: Desk) -> None:
    taken = desk.uji.take()

    for path, mark in (
        ("/next", 'data-state="called"'),
        (f"/tickets/{taken.id}/start", 'data-state="serving"'),
        (f"/tickets/{taken.id}/finish", 'data-state="free"'),
    ):
        answer = desk.post(path, fragment=False)
        assert answer.status_code == 302
        assert mark in desk.get().text
    assert desk.uji.state(taken.id) == State.DONE


def test_a_stale_click_gets_the_fresh_panel_and_one_calm_line(desk: Desk) -> None:
    taken = desk.uji.take()
    desk.post("/next")
    desk.uji.act("miss", taken.id)

    answer = desk.post(f"/tickets/{taken.id}/start")

    assert answer.status_code == 409
    assert "Nomor ini sudah berubah" in answer.text
    assert 'data-state="free"' in answer.text
    assert desk.uji.state(taken.id) == State.ABSENT


def test_calling_when_nobody_waits_says_so_calmly(desk: Desk) -> None:
    answer = desk.post("/next")

    assert answer.status_code == 200
    assert "Belum ada yang menunggu." in answer.text


def test_the_panel_of_a_taken_counter_offers_no_action(desk: Desk) -> None:
    desk.uji.take()
    desk.uji.call_next(2)

    page = desk.client.get("/uji/counter/2", headers={"Accept": "text/html"}).text

    assert "Petugas2" in page
    assert 'data-action="start"' not in page
    assert 'data-action="next"' not in page


def test_the_next_five_are_shown_with_wait_in_colour_and_words(desk: Desk) -> None:
    for minutes in (0, 15, 16, 1, 1, 1, 1):
        desk.uji.take()
        desk.uji.later(minutes=minutes)
    desk = sign_in(desk.uji, desk.client, "petugas1")

    page = desk.get().text

    assert page.count('class="no"') == 5
    assert 'data-waiting="7"' in page
    for level, words in (("too_long", "terlalu lama"), ("long", "sudah lama"), ("short", "masih wajar")):
        assert (f'data-level="{level}"' in page) == (words in page)
    assert 'data-level="too_long"' in page


def test_taking_back_is_offered_for_ten_seconds(desk: Desk) -> None:
    desk.uji.take()
    desk.post("/next")

    assert 'data-action="undo"' in desk.get().text
    desk.uji.later(seconds=11)
    assert 'data-action="undo"' not in desk.get().text


def test_own_numbers_of_today_do_not_count_what_was_taken_back(desk: Desk) -> None:
    for _ in range(2):
        taken = desk.uji.take()
        desk.post("/next")
        desk.post(f"/tickets/{taken.id}/start")
        desk.post(f"/tickets/{taken.id}/finish")
    assert "<b data-served>2</b>" in desk.get().text

    desk.post("/undo")

    assert "<b data-served>1</b>" in desk.get().text


def test_own_numbers_of_today_say_the_mean_time_from_start_to_finish(desk: Desk) -> None:
    assert "rata-rata" not in desk.get().text
    for minutes in (4, 7):
        taken = desk.uji.take()
        desk.post("/next")
        desk.uji.later(minutes=1)
        desk.post(f"/tickets/{taken.id}/start")
        desk.uji.later(minutes=minutes)
        desk.post(f"/tickets/{taken.id}/finish")
    assert "rata-rata 5:30 menit" in desk.get().text

    desk.post("/undo")

    assert "rata-rata 4:00 menit" in desk.get().text


def test_a_page_that_refreshes_itself_does_not_keep_its_officer_signed_in(desk: Desk) -> None:
    for _ in range(5):
        desk.uji.later(minutes=9)
        desk.get(**{"X-Fragment": "panel", "X-Quiet": "1"})

    assert desk.get().status_code == 302


def test_the_panel_of_three_hundred_waiting_takes_as_few_statements_as_that_of_three(desk: Desk) -> None:
    statements: list[str] = []
    reader = threading.get_ident()

    def count(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if threading.get_ident() == reader:  # boards are published by another thread
            statements.append(statement)

    def fragment() -> str:
        statements.clear()
        return str(desk.get(**{"X-Fragment": "panel", "X-Quiet": "1"}).text)

    event.listen(desk.uji.store.engine, "before_cursor_execute", count)
    for _ in range(3):
        desk.uji.take()
    fragment()
    fragment()
    few = len(statements)
    for _ in range(297):
        desk.uji.take()
    text = fragment()

    assert len(statements) == few
    assert text.count('class="no"') == 5
    assert 'data-waiting="300"' in text
