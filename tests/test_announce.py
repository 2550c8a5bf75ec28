"""The voice of a display: every call once, in order, never two at a time; and what it says back."""

from __future__ import annotations

import io
import time
import wave
from collections.abc import Callable
from typing import Any

import pytest
import requests
from people import People
from playwright.sync_api import BrowserContext, Page, Route, expect

WAIT_MS = 60_000


def short_wav() -> bytes:
    """A tenth of a second of silence in the place of a spoken call."""
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(22050)
        sound.writeframes(bytes(2 * 2205))
    return file.getvalue()


def television(context: Callable[..., BrowserContext], people: People) -> Page:
    """A television with short clips, whose visitor has touched it for sound; it notes every beginning and end."""
    page = context(viewport={"width": 1280, "height": 720}).new_page()
    page.add_init_script(
        "window.spoken = []; document.addEventListener('announce', (event) => window.spoken.push(event.detail));"
    )

    def answer(route: Route) -> None:
        route.fulfill(status=200, content_type="audio/wav", body=short_wav())

    page.route("**/display/calls/*.wav*", answer)
    page.goto(f"{people.root}/display")
    unlock = page.locator("[data-unlock]")
    if unlock.is_visible():
        unlock.click()
    page.mouse.click(5, 5)
    return page


def wait_until(page: Page, script: str) -> None:
    """Until `script` is true; the page's own policy forbids what Playwright's waiting would do there."""
    until = time.monotonic() + WAIT_MS / 1000
    while not page.evaluate(script):
        assert time.monotonic() < until, f"never: {script}; {page.evaluate('window.spoken')}"
        page.wait_for_timeout(100)


def rounds(page: Page, number: int, phase: str = "start") -> list[dict[str, Any]]:
    return [one for one in page.evaluate("window.spoken") if one["round"] == number and one["phase"] == phase]


def test_calls_are_spoken_once_in_order_and_never_over_each_other(
    people: People, context: Callable[..., BrowserContext]
) -> None:
    for _ in range(9):
        people.take("legalisasi")
    before = people.call_next(1)["number"]
    page = television(context, people)

    called = [people.call_next(1 + place % 2)["number"] for place in range(8)]
    wait_until(page, "window.spoken.filter((one) => one.phase === 'start' && one.round === 1).length >= 8")
    wait_until(page, "window.spoken.length % 2 === 0")

    spoken = page.evaluate("window.spoken")
    firsts = [one["number"] for one in rounds(page, 1)]
    assert firsts == called
    assert before not in firsts  # on opening it starts silent
    ids = [one["id"] for one in rounds(page, 1)]
    assert ids == sorted(set(ids))
    for begin, end in zip(spoken[0::2], spoken[1::2], strict=True):
        assert (begin["phase"], end["phase"]) == ("start", "end")
        assert (begin["id"], begin["round"]) == (end["id"], end["round"])
    heard = people.board()["heard"]
    assert set(heard) >= {call["id"] for call in people.board()["calls"]}


def test_the_repeat_is_dropped_while_more_than_two_wait(people: People, context: Callable[..., BrowserContext]) -> None:
    for _ in range(6):
        people.take("legalisasi")
    page = television(context, people)
    # The first call's sound is held until all have been called, so that they wait behind it.
    page.unroute("**/display/calls/*.wav*")
    held: list[Route] = []
    is_held = True

    def hold(route: Route) -> None:
        if is_held:
            held.append(route)
        else:
            route.fulfill(status=200, content_type="audio/wav", body=short_wav())

    page.route("**/display/calls/*.wav*", hold)
    for place in range(6):
        people.call_next(1 + place % 2)
    wait_until(page, "document.querySelectorAll('[data-past-list] li').length === 4")
    is_held = False
    for route in held:
        route.fulfill(status=200, content_type="audio/wav", body=short_wav())

    wait_until(page, "window.spoken.filter((one) => one.phase === 'end' && one.round === 2).length === 3")

    # Behind the first three more than two were waiting; the last three are said again.
    assert [one["id"] for one in rounds(page, 2)] == [one["id"] for one in rounds(page, 1)][-3:]


def test_after_a_restart_of_the_server_nothing_is_lost_or_said_twice(
    people: People, context: Callable[..., BrowserContext]
) -> None:
    for _ in range(4):
        people.take("legalisasi")
    page = television(context, people)
    called = [people.call_next(1)["number"], people.call_next(2)["number"]]
    wait_until(page, "window.spoken.filter((one) => one.round === 1 && one.phase === 'end').length >= 2")

    people.server.kill()
    expect(page.locator("[data-lost]")).to_be_visible(timeout=WAIT_MS)
    people.server.start()
    called += [people.call_next(1)["number"], people.call_next(2)["number"]]
    wait_until(page, "window.spoken.filter((one) => one.round === 1 && one.phase === 'end').length >= 4")

    assert [one["number"] for one in rounds(page, 1)] == called


def test_the_sound_of_a_call_is_a_wav_and_the_repeat_has_no_chime(people: People) -> None:
    people.take()
    people.call_next(1)
    call = people.board()["speak"][0]
    url = f"{people.root}/display/calls/{call['id']}.wav"

    first = requests.get(url, timeout=120)
    again = requests.get(url + "?again=1", timeout=120)

    assert first.headers["Content-Type"] == again.headers["Content-Type"] == "audio/wav"
    assert seconds(first.content) - seconds(again.content) == pytest.approx(1.7, abs=0.2)
    assert requests.get(url.replace(f"/{call['id']}.wav", "/999999.wav"), timeout=120).status_code == 404


def test_a_call_that_was_taken_back_is_not_spoken(people: People) -> None:
    people.take()
    called = people.call_next(1)
    assert len(people.board()["speak"]) == 1

    people.act(1, called["id"], "release")

    assert people.board()["speak"] == []


def seconds(wav: bytes) -> float:
    with wave.open(io.BytesIO(wav)) as sound:
        return sound.getnframes() / sound.getframerate()
