"""The counter in a browser: by keyboard only, two browsers at one counter, no script, no barrier."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import world
from chromium import barriers
from playwright.sync_api import BrowserContext, Page, expect
from server import serving
from sqlalchemy import func, select
from world import MORNING, PASSWORD, World

from shared.domain.queue.ticket import State
from shared.store.office import Store
from shared.store.tables import Ticket
from shared.web.app import create_app
from shared.web.settings import Settings

WAIT_MS = 90_000
SETTLED_MS = 600
"""So long the large button does not listen to a second press."""
Open = Callable[..., BrowserContext]


class Office:
    """An office behind a real address, on a Monday morning wherever the calendar stands."""

    def __init__(self, uji: World, url: str) -> None:
        self.uji, self.url = uji, f"{url}/{uji.slug}/counter"

    def enter(self, context: BrowserContext, login: str, counter: int = 1) -> Page:
        """Signs in and sits down, by keyboard."""
        page = context.new_page()
        page.set_default_timeout(WAIT_MS)
        page.goto(f"{self.url}/sign-in")
        page.locator("#login").focus()
        page.keyboard.type(login)
        page.keyboard.press("Tab")
        page.keyboard.type(PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url("**/counter")
        page.locator(f"[data-counter='{counter}'] button").focus()
        page.keyboard.press("Enter")
        page.wait_for_url(f"**/counter/{counter}")
        return page


@pytest.fixture
def office(sqlite_store: Store, tmp_path: Path) -> Iterator[Office]:
    uji = world.office(sqlite_store)
    begun = datetime.now(UTC)
    settings = Settings(data=tmp_path)
    app = create_app(settings, sqlite_store, lambda: uji.now + (datetime.now(UTC) - begun), async_mode="threading")
    with serving(app) as address:
        yield Office(uji, address)


def stands(page: Page, state: str) -> None:
    """Waits until the panel stands in `state` and its click is over."""
    page.wait_for_selector(f"main[data-busy='false'] .stage[data-state='{state}']")


def press_space(page: Page) -> None:
    """As soon as the large button hears it."""
    page.wait_for_selector("main[data-settled='true']")
    page.keyboard.press("Space")


@pytest.mark.parametrize("turns", [10, pytest.param(40, marks=pytest.mark.long)])
def test_a_morning_of_three_counters_by_keyboard_alone(office: Office, context: Open, turns: int) -> None:
    visitors = 3 * turns
    for number in range(visitors):
        office.uji.take(f"layanan-{number % 2 + 1}", is_priority=number % 9 == 0)
    opened = [context(viewport={"width": 1366, "height": 768}) for _ in range(3)]
    for each in opened:
        each.clock.install()
    pages = [office.enter(each, f"petugas{n}", n) for n, each in enumerate(opened, 1)]
    strokes = 0
    for turn in range(turns):
        for page in pages:
            for before, after in (("free", "called"), ("called", "serving"), ("serving", "free")):
                stands(page, before)
                page.clock.fast_forward(SETTLED_MS)
                press_space(page)
                strokes += 1
                stands(page, after)
            if turn % 10 == 9:
                page.keyboard.press("z")  # taken back, and finished again: the slack
                stands(page, "serving")
                page.clock.fast_forward(SETTLED_MS)
                press_space(page)
                stands(page, "free")
                strokes += 2

    with office.uji.store.read() as connection:
        done = connection.execute(select(func.count()).where(Ticket.state == State.DONE)).scalar_one()
    assert done == visitors
    assert strokes / done <= 4


def test_two_browsers_at_one_counter_never_call_two(office: Office, context: Open) -> None:
    for _ in range(4):
        office.uji.take()
    one = office.enter(context(), "petugas1")
    two = office.enter(context(), "petugas1")
    for page in (one, two):
        stands(page, "free")
        page.evaluate("window.stale = document.querySelector('[data-primary]').cloneNode(true)")

    press_space(one)
    stands(one, "called")
    stands(two, "called")  # the live line has told it
    # the finger was faster than the line: the old button is pressed
    two.evaluate("document.querySelector('.stage').appendChild(window.stale); window.stale.click()")

    expect(two.locator(".calm")).to_contain_text("Selesaikan dahulu", timeout=WAIT_MS)
    with office.uji.store.read() as connection:
        called = connection.execute(select(func.count()).where(Ticket.state == State.CALLED)).scalar_one()
    assert called == 1
    assert one.locator("[data-number]").text_content() == two.locator("[data-number]").text_content()


def test_the_panel_moves_with_the_office_and_keeps_what_is_being_typed(office: Office, context: Open) -> None:
    office.uji.take()
    page = office.enter(context(), "petugas1")
    press_space(page)
    stands(page, "called")
    page.keyboard.press("c")
    page.keyboard.type("Menunggu foto")

    office.uji.take()

    expect(page.locator("[data-waiting]")).to_have_text("1", timeout=WAIT_MS)
    page.keyboard.type("kopi")
    assert page.locator("#note").input_value() == "Menunggu fotokopi"


def test_no_single_key_destroys(office: Office, context: Open) -> None:
    office.uji.take()
    page = office.enter(context(), "petugas1")
    press_space(page)
    stands(page, "called")

    page.keyboard.press("b")

    page.wait_for_selector("details[open] select[name=reason]")
    assert office.uji.state(office.uji.made[0].id) == State.CALLED
    page.keyboard.press("Escape")  # a dialog that a letter opened leaves Space to the large button
    press_space(page)
    stands(page, "serving")


def test_a_signed_out_officer_lands_at_the_door_and_comes_back(office: Office, context: Open) -> None:
    office.uji.take()
    opened = context()
    page = office.enter(opened, "petugas1")
    opened.clear_cookies()

    press_space(page)

    expect(page).to_have_url(re.compile("sign-in[?]next="), timeout=WAIT_MS)  # it may load itself twice
    page.locator("#login").focus()
    page.keyboard.type("petugas1")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/counter/1$"), timeout=WAIT_MS)


def test_the_whole_way_works_without_scripts(office: Office, context: Open) -> None:
    office.uji.take()
    page = office.enter(context(java_script_enabled=False), "petugas1")
    for state in ("called", "serving", "free"):
        page.locator("[data-primary]").click()
        expect(page.locator(".stage")).to_have_attribute("data-state", state, timeout=WAIT_MS)

    assert office.uji.state(office.uji.made[0].id) == State.DONE


@pytest.mark.parametrize("size", [(1366, 768), (1024, 768)])
def test_the_pages_have_no_barriers_and_no_sideways_scroll(
    office: Office, context: Open, size: tuple[int, int]
) -> None:
    for number in range(9):
        office.uji.take("layanan-2", is_priority=number % 3 == 0)
        office.uji.now = MORNING + timedelta(minutes=number)
    held = office.uji.call_next()
    assert held is not None
    office.uji.act("start", held["id"])
    office.uji.act("hold", held["id"])
    page = office.enter(context(viewport={"width": size[0], "height": size[1]}), "petugas1")
    for keys in ("", " ", "b", " ", "a", "l", "c"):
        for key in keys:
            page.wait_for_selector("main[data-settled='true']")
            page.keyboard.press("Space" if key == " " else key)
        page.wait_for_selector("main[data-busy='false']")
        clean(page)
    page.close()
    chief = office.enter(context(viewport={"width": size[0], "height": size[1]}), "admin", 3)
    for path in ("", "/password", "/supervisor", "/day", "/audit", "/sessions", "/files", "/results", "/recap"):
        chief.goto(office.url + path)
        clean(chief)
    chief.set_viewport_size({"width": 390, "height": 844})
    for path in ("/3", "/files", "/results", "/recap"):
        chief.goto(office.url + path)
        assert chief.evaluate("document.documentElement.scrollWidth") <= 390, path


def clean(page: Page) -> None:
    found = barriers(page)
    assert [(each["id"], [node["html"] for node in each["nodes"]]) for each in found] == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
