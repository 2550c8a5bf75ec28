"""A busy waiting room: a hundred calls with sound, a server that dies, a cable that is cut, a page that sleeps."""

from __future__ import annotations

import contextlib
import itertools
import math
import os
import signal
import socket
import sqlite3
import threading
import time
import wave
from array import array
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import world
from chromium import CHROMIUM, CHROMIUM_ARGS
from people import People
from playwright.sync_api import Browser, BrowserContext, Page, expect
from server import Server
from sqlalchemy import insert, select, update

from shared.domain.numbering import label
from shared.domain.queue import speech
from shared.domain.standards.standard import Role
from shared.store.office import Store
from shared.store.tables import CALLS, Counter, Event, Office, Ticket

WAIT_S = 180
WAIT_MS = WAIT_S * 1000
COUNTERS = 4
CALLS_TO_MAKE = 100
MOST_BEHIND = 8
"""The counters wait for the voice when it is so many calls behind, as people do."""
CUT_S = 20
SLEEP_S = 120

# The sound of the server, played ten times as fast; what the element itself says is kept beside what the page says.
LISTENER = """
window.spoken = [];
window.played = [];
document.addEventListener("announce", (event) => window.spoken.push(event.detail));
const RealAudio = window.Audio;
window.Audio = function () {
  const audio = new RealAudio();
  audio.defaultPlaybackRate = 10;
  audio.preservesPitch = false;
  const note = (phase) => audio.duration > 0.5 && window.played.push(phase + " " + audio.currentSrc);
  audio.addEventListener("playing", () => note("start"));
  audio.addEventListener("ended", () => note("end"));
  return audio;
};
const realNow = Date.now;
window.sleepsAt = Infinity;
Date.now = () => realNow() + (realNow() > window.sleepsAt ? 120000 : 0);
"""


@pytest.fixture
def loud(browser: Browser) -> Iterator[Callable[..., BrowserContext]]:
    """Contexts of a browser that lets a page play sound, as a television is started by `loket kiosk-mode`."""
    flags = [*CHROMIUM_ARGS, "--autoplay-policy=no-user-gesture-required"]
    started = browser.browser_type.launch(executable_path=CHROMIUM, args=flags)
    yield lambda **options: started.new_context(locale="id-ID", viewport={"width": 1280, "height": 720}, **options)
    started.close()


@pytest.fixture
def room(serve: Callable[..., Server]) -> People:
    """Lumajang with four counters of the same kind, whose voice are clips of a twentieth of a second."""
    server = serve()
    store = Store(f"sqlite:///{server.data / 'loket.db'}")
    names = store.write_with(_furnish)
    store.close()
    folder = server.data / "voice" / "clips" / "lumajang" / "id"
    folder.mkdir(parents=True)
    phrases = [*speech.all_phrases(), *(speech.call_phrases("A-001", name)[-1] for name in names)]
    for phrase in phrases:
        _beep(folder / f"{phrase.key}.wav")
    room = People(server)
    for number in range(1, COUNTERS + 1):
        room.sit(number, f"loket-{number}")
    return room


def _furnish(connection: Any) -> list[str]:
    office_id = connection.execute(select(Office.id).where(Office.slug == "lumajang")).scalar_one()
    connection.execute(update(Counter).where(Counter.office_id == office_id).values(roles=[Role.LOKET.value]))
    known = set(connection.execute(select(Counter.number).where(Counter.office_id == office_id)).scalars())
    for number in range(1, COUNTERS + 1):
        if number not in known:
            row = {"office_id": office_id, "number": number, "name": f"Loket {number}", "roles": [Role.LOKET.value]}
            connection.execute(insert(Counter), row)
        world.add_officer(connection, office_id, f"loket-{number}", Role.LOKET)
    connection.execute(update(Office).where(Office.id == office_id).values(setup_version=Office.setup_version + 1))
    return list(connection.execute(select(Counter.name).where(Counter.office_id == office_id)).scalars())


def _beep(path: Path) -> None:
    samples = array("h", (round(8000 * math.sin(at * 0.2)) for at in range(22050 // 20)))
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(22050)
        file.writeframes(samples.tobytes())


def television(loud: Callable[..., BrowserContext], url: str) -> Page:
    page = loud().new_page()
    page.set_default_timeout(WAIT_MS)
    page.add_init_script(LISTENER)
    page.goto(f"{url}/lumajang/display")
    expect(page.locator("[data-clock]")).not_to_be_empty()
    return page


def spoken(page: Page, phase: str = "start", round_: int = 1) -> list[dict[str, Any]]:
    said: list[dict[str, Any]] = page.evaluate("window.spoken")
    return [one for one in said if one["phase"] == phase and one["round"] == round_]


def until(page: Page, condition: Callable[[], bool]) -> None:
    limit = time.monotonic() + WAIT_S
    while not condition():
        assert time.monotonic() < limit, page.evaluate("window.spoken.slice(-6)")
        page.wait_for_timeout(100)


def until_quiet(page: Page, calls: int) -> None:
    """Until so many calls were spoken, and the last of them twice."""
    until(page, lambda: len(spoken(page, "end")) >= calls)
    last = spoken(page)[-1]["id"]
    until(page, lambda: any(one["id"] == last for one in spoken(page, "end", 2)))


def truth(room: People) -> list[tuple[int, str]]:
    """Every call as the office has recorded it: its id and its number, in order."""
    store = Store(f"sqlite:///{room.server.data / 'loket.db'}")
    with store.read() as connection:
        rows = connection.execute(
            select(Event.version, Ticket.series, Ticket.number)
            .join(Ticket, Ticket.id == Event.ticket_id)
            .join(Office, Office.id == Event.office_id)
            .where(Office.slug == room.office, CALLS)
            .order_by(Event.version)
        ).all()
    store.close()
    return [(row.version, label(row.series, row.number)) for row in rows]


def assert_one_after_the_other(page: Page) -> None:
    """Beginnings and ends take turns, in what the page says and in what its audio element did."""
    said = page.evaluate("window.spoken")
    for begin, end in zip(said[0::2], said[1::2], strict=True):
        assert (begin["phase"], end["phase"]) == ("start", "end")
        assert (begin["id"], begin["round"]) == (end["id"], end["round"])
    # The element says "playing" once more when it had to wait for the next piece of the same sound.
    played = [one for one, _ in itertools.groupby(page.evaluate("window.played"))]
    assert len(played) == len(said)
    for begin, end in zip(played[0::2], played[1::2], strict=True):
        assert (begin.split()[0], end.split()[0]) == ("start", "end")
        assert begin.split()[1] == end.split()[1]


def test_a_hundred_calls_are_each_spoken_once_in_order_although_the_server_dies(
    room: People, loud: Callable[..., BrowserContext]
) -> None:
    for _ in range(CALLS_TO_MAKE):
        room.take("legalisasi")
    page = television(loud, room.server.url)

    with ThreadPoolExecutor(COUNTERS) as counters:
        for done in range(0, CALLS_TO_MAKE, COUNTERS):
            until(page, lambda done=done: len(spoken(page)) >= done - MOST_BEHIND)  # type: ignore[misc]
            called = list(counters.map(room.call_next, range(1, COUNTERS + 1)))
            if done == CALLS_TO_MAKE // 2 - COUNTERS // 2:
                room.server.kill()
                expect(page.locator("[data-lost]")).to_be_visible()
                room.server.start()
    until_quiet(page, CALLS_TO_MAKE)

    assert [(one["id"], one["number"]) for one in spoken(page)] == truth(room)
    assert_one_after_the_other(page)
    again = {one["id"] for one in spoken(page, "start", 2)}
    assert {one["id"] for one in spoken(page, "end") if one["waiting"] <= 2} == again
    assert len(again) < CALLS_TO_MAKE
    expect(page.locator("[data-call-number]")).to_have_text(truth(room)[-1][1])
    expect(page.locator("[data-lost]")).to_be_hidden()
    assert {one["number"] for one in called} >= {truth(room)[-1][1]}
    until(page, lambda: set(room.board()["heard"]) >= {call["id"] for call in room.board()["calls"]})


def test_a_cable_that_is_cut_costs_no_call_and_no_picture(room: People, loud: Callable[..., BrowserContext]) -> None:
    for _ in range(8):
        room.take("legalisasi")
    with Cable(room.server.port) as cable:
        page = television(loud, cable.url)
        for counter in (1, 2):
            room.call_next(counter)
        until_quiet(page, 2)

        cable.cut()
        cut_at = time.monotonic()
        expect(page.locator("[data-lost]")).to_be_visible()
        for counter in (3, 4, 1):
            room.call_next(counter)
        page.wait_for_timeout(max(0, 1000 * (cut_at + CUT_S - time.monotonic())))
        assert len(spoken(page)) == 2
        cable.mend()

        expect(page.locator("[data-call-number]")).to_have_text(truth(room)[-1][1])
        expect(page.locator("[data-lost]")).to_be_hidden()
        expect(page.locator("[data-waiting]")).to_have_text("3")
        until_quiet(page, 5)
        room.call_next(2)
        until_quiet(page, 6)

    assert [(one["id"], one["number"]) for one in spoken(page)] == truth(room)
    assert_one_after_the_other(page)


def test_a_page_that_slept_wakes_to_the_newest_board_and_says_nothing_old(
    room: People, loud: Callable[..., BrowserContext]
) -> None:
    for _ in range(8):
        room.take("legalisasi")
    page = television(loud, room.server.url)
    room.call_next(1)
    until_quiet(page, 1)

    with asleep(page):
        for counter in (2, 3, 4):
            room.call_next(counter)
        time.sleep(2)  # what is pushed and pulled meanwhile waits at the page's door
        age_calls(room, SLEEP_S)

    expect(page.locator("[data-call-number]")).to_have_text(truth(room)[-1][1])
    assert page.locator("[data-past-list] [data-number]").all_text_contents() == [n for _, n in truth(room)[2::-1]]
    assert page.locator("[data-new]").is_hidden()
    expect(page.locator("[data-waiting]")).to_have_text("4")
    room.call_next(1)
    until_quiet(page, 2)

    calls = truth(room)
    assert [one["id"] for one in spoken(page)] == [calls[0][0], calls[-1][0]]
    assert_one_after_the_other(page)


@contextlib.contextmanager
def asleep(page: Page) -> Iterator[None]:
    """The page's process stands still; when it goes on, its clock says that SLEEP_S have gone by."""
    assert page.context.browser is not None
    processes = page.context.browser.new_browser_cdp_session().send("SystemInfo.getProcessInfo")["processInfo"]
    renderers = [int(one["id"]) for one in processes if one["type"] == "renderer"]
    page.evaluate("window.sleepsAt = Date.now() + 1000")
    for pid in renderers:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in renderers:
            os.kill(pid, signal.SIGCONT)


def age_calls(room: People, seconds: int) -> None:
    """Moves what was called into the past."""
    with contextlib.closing(sqlite3.connect(room.server.data / "loket.db", timeout=120)) as connection:
        connection.execute(
            "UPDATE event SET at = strftime('%Y-%m-%d %H:%M:%f000', at, ?) WHERE action IN ('call', 'recall')",
            (f"-{seconds} seconds",),
        )
        connection.execute("UPDATE office SET epoch = 'aged'")  # what servers keep in memory holds no more
        connection.commit()


class Cable:
    """A TCP line to a port of this machine that can be cut: what was sent meanwhile arrives when it is mended."""

    def __init__(self, port: int) -> None:
        self._to = port
        self._through = threading.Event()
        self._through.set()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._sockets: list[socket.socket] = [self._listener]
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def __enter__(self) -> Cable:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_why: object) -> None:
        self._through.set()
        for each in self._sockets:
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()

    def cut(self) -> None:
        self._through.clear()

    def mend(self) -> None:
        self._through.set()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                far = socket.create_connection(("127.0.0.1", self._to))
                self._sockets += [near, far]
                for pair in ((near, far), (far, near)):
                    threading.Thread(target=self._carry, args=pair, daemon=True).start()

    def _carry(self, source: socket.socket, target: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while piece := source.recv(65536):
                self._through.wait()
                target.sendall(piece)
        with contextlib.suppress(OSError):
            self._through.wait()
            target.shutdown(socket.SHUT_WR)
