"""The television: what it shows, how large, and what it does when the line is lost."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
import requests
from chromium import barriers
from people import People
from playwright.sync_api import BrowserContext, Page, Route, expect
from server import Server
from soak import fill

WAIT_MS = 90_000


def television(context: Callable[..., BrowserContext], people: People, width: int = 1920, height: int = 1080) -> Page:
    page = context(viewport={"width": width, "height": height}).new_page()
    page.goto(f"{people.root}/display?sound=0")
    return page


def test_a_call_stands_on_the_television_and_is_marked_as_new(
    people: People, context: Callable[..., BrowserContext]
) -> None:
    people.take()
    page = television(context, people)
    expect(page.locator("[data-waiting]")).to_have_text("1")
    expect(page.locator("[data-nobody]")).to_be_visible()

    called = people.call_next(1)

    expect(page.locator("[data-call-number]")).to_have_text(called["number"], timeout=WAIT_MS)
    expect(page.locator("[data-call-counter]")).to_have_text("Loket 1")
    expect(page.locator("[data-new]")).to_be_visible()
    expect(page.locator("[data-waiting]")).to_have_text("0")
    expect(page.locator("[data-none]")).to_be_visible()
    expect(page.locator("[data-new]")).to_be_hidden(timeout=WAIT_MS)


def test_below_one_or_two_earlier_calls_stand_services_and_the_number_stays_as_large(
    people: People, context: Callable[..., BrowserContext]
) -> None:
    for place in range(5):
        people.take()
        people.call_next(1 + place % 2)
    page = television(context, people)
    whole, board = _font_px(page, "[data-call-number]"), people.board()
    expect(page.locator("[data-about]")).to_be_hidden()

    for earlier in (1, 2):
        _load(page, {**board, "calls": board["calls"][: earlier + 1]}, {}, LONG_SERVICE)

        expect(page.locator("[data-about] li:visible")).to_have_count(4 - earlier)
        expect(page.locator("[data-past-list] li")).to_have_count(earlier)
        assert _font_px(page, "[data-call-number]") == whole
        assert _font_px(page, "[data-about] li:visible span") >= 4 * 10.8
        assert page.evaluate(_CUT_OFF) == []
        foot = "mark => document.querySelector(mark).getBoundingClientRect()"
        assert page.evaluate(foot, "[data-past]")["bottom"] <= page.evaluate(foot, "[data-about]")["top"]

    _load(page, {**board, "calls": []}, {}, LONG_SERVICE)
    expect(page.locator("[data-nobody]")).to_be_visible()
    assert page.locator("[data-about] li:visible").count() >= 4
    assert list(_small(page)) in ([], [LONG_SERVICE])
    assert _font_px(page, "[data-about] li:visible:not(:first-child) span") >= 7.3 * 10.8
    assert page.evaluate(foot, "[data-about] ul")["bottom"] <= page.evaluate(foot, "[data-about]")["bottom"]


def test_the_last_four_calls_stand_beside_the_current_one(
    people: People, context: Callable[..., BrowserContext]
) -> None:
    for _ in range(6):
        people.take()
    numbers = [people.call_next(1 + place % 2)["number"] for place in range(6)]

    page = television(context, people)

    expect(page.locator("[data-call-number]")).to_have_text(numbers[5])
    assert page.locator("[data-past-list] [data-number]").all_text_contents() == numbers[4:0:-1]
    expect(page.locator("[data-new]")).to_be_hidden()  # what was called before the page opened is not new


@pytest.mark.parametrize(("width", "height"), [(1920, 1080), (3840, 2160), (1080, 1920), (1366, 768)])
def test_letters_are_large_enough_and_nothing_is_cut_off(
    people: People, context: Callable[..., BrowserContext], width: int, height: int
) -> None:
    for _ in range(5):
        people.take()
    for place in range(5):
        people.call_next(1 + place % 2)
    page = television(context, people, width, height)
    expect(page.locator("[data-past-list] li")).to_have_count(4)

    # On 43 inches 75 mm and 36 mm of capitals are 20 and 9.6 hundredths of the height; upright, of the width.
    unit = height / 100 if width > height else width / 100 * 1.045
    # 26 mm, read at six metres, are 7.3.
    for mark, least in (("[data-call-number]", 20), ("[data-past-list] b", 9.6), ("[data-past-list] .name", 9.6)):
        assert _font_px(page, mark) >= least * unit
    assert page.evaluate(_CUT_OFF) == []
    assert _small(page) == {}


LONG = "Loket Pelayanan Perizinan"
LONG_SERVICE = "Surat keterangan ahli waris dan pengalihan hak atas tanah wa"
HIGH_MM = 535.4
"""The height of a screen of 43 inches."""


def test_long_names_stand_whole_beside_whole_numbers_in_the_smallest_mode(
    people: People, context: Callable[..., BrowserContext]
) -> None:
    for _ in range(5):
        people.take()
    for place in range(5):
        people.call_next(1 + place % 2)
    fill(people.server, context().new_page(), 30, people.office)
    people.take()
    page = television(context, people)
    expect(page.locator("[data-media]")).to_be_visible()
    assert _small(page) == {}
    with_notice = {**people.board(), "outages": ["oss"], "closed": {"id": "Tutup. Buka lagi Senin pukul 07.30."}}

    for short, shown, height in ((None, LONG, 720), (None, LONG, 1080), ("Perizinan", "Perizinan", 1080)):
        page.set_viewport_size({"width": height * 16 // 9, "height": height})
        _redraw(page, with_notice, short)

        expect(page.locator(".notice:visible")).to_have_count(1)
        names = page.locator("[data-call-counter], [data-past-list] [data-counter]").all_text_contents()
        assert set(names) == {shown}
        assert page.evaluate(_CUT_OFF) == []
        assert page.evaluate(_STANDS_OUT) == []
        expect(page.locator("[data-rows] li:visible .name")).to_have_text(LONG_SERVICE)
        for mark, least in (("[data-call-number]", 75), ("[data-past-list] b", 36), (".notice:visible [data-fit]", 26)):
            assert _capital_mm(page, mark) >= least, mark
        if height != 1080:
            continue
        assert _font_px(page, "[data-call-number]") >= 20 * 10.8
        assert _font_px(page, "[data-past-list] b") >= 9.6 * 10.8
        assert _font_px(page, ".notice:visible [data-fit]") >= 7.3 * 10.8
    assert _font_px(page, "[data-past-list] [data-counter]") >= 7.3 * 10.8  # 26 mm, by the short name


def _redraw(page: Page, board: dict[str, Any], short: str | None) -> None:
    """The page with long names; the short one is in the setup."""
    for call in board["calls"]:
        call["counter_name"] = LONG
    names = {} if short is None else {str(call["counter"]): short for call in board["calls"]}
    _load(page, board, names, LONG_SERVICE)
    expect(page.locator("[data-media]")).to_be_visible()


def _load(page: Page, board: dict[str, Any], names: dict[str, str], service: str = "") -> None:
    """Loads the page with a board (and the name of a service) of its own; no other comes afterwards."""

    def changed(route: Route) -> None:
        answer = route.fetch()
        found = re.search(r'(<script type="application/json" id="facts">)(.*?)(</script>)', answer.text(), re.DOTALL)
        assert found
        facts = {**json.loads(found[2]), "board": board, "short": names}
        text = answer.text().replace(found[2], json.dumps(facts).replace("<", "\\u003c"))
        route.fulfill(response=answer, body=text.replace("NIB usaha mikro (OSS)", service or "NIB usaha mikro (OSS)"))

    page.unroute_all()
    page.route("**/display?sound=0", changed)
    page.route("**/board.json*", lambda route: route.fulfill(json=board))
    page.route("**/socket.io/**", lambda route: route.abort())
    page.goto(page.url)


def test_a_closed_office_shows_its_hours_and_no_old_call(
    people: People, context: Callable[..., BrowserContext]
) -> None:
    people.take()
    people.call_next(1)
    page = television(context, people)
    board = people.board()
    board["closed"] = {"id": "Tutup. Buka lagi Senin pukul 07.30.", "en": "Closed."}
    _load(page, board, {})
    expect(page.locator("[data-call-number]")).to_be_visible()  # somebody may still be on the way

    for call in board["calls"]:
        call["at"] = (datetime.fromisoformat(call["at"]) - timedelta(minutes=20)).isoformat()
    _load(page, board, {})

    expect(page.locator("[data-shut]")).to_have_text("Tutup. Buka lagi Senin pukul 07.30.")
    expect(page.locator("[data-call-number]")).to_be_hidden()
    expect(page.locator("[data-about] li").first).to_be_visible()
    assert _small(page) == {}


def _font_px(page: Page, mark: str) -> float:
    return float(page.locator(mark).first.evaluate("place => parseFloat(getComputedStyle(place).fontSize)"))


_CUT_OFF = """() => Array.from(document.querySelectorAll(
        "[data-call-number], [data-call-counter], [data-past-list] b, [data-past-list] [data-counter], [data-clock]"))
    .filter((place) => {
        const box = place.getBoundingClientRect();
        const frame = (place.closest("li") || place.closest("section") || document.body).getBoundingClientRect();
        return box.left < frame.left - 1 || box.right > frame.right + 1 || box.right > innerWidth;
    }).map((place) => place.textContent)"""


_STANDS_OUT = """() => Array.from(document.querySelectorAll("[data-call-number], [data-call-counter],"
        + "[data-past-list] b, [data-past-list] [data-counter], [data-rows] .name, .notice [data-fit]"))
    .filter((place) => place.getClientRects().length)
    .filter((place) => {
        const words = document.createRange();
        words.selectNodeContents(place);
        const text = words.getBoundingClientRect(), box = place.getBoundingClientRect();
        const frame = (place.closest("li, .notice, section")).getBoundingClientRect();
        const out = (inner, outer) => inner.left < outer.left - 1 || inner.right > outer.right + 1;
        return out(text, frame) || out(box, frame) || box.top < frame.top - 1 || box.bottom > frame.bottom + 1
            || frame.top < 0 || frame.left < 0 || frame.bottom > innerHeight + 1 || frame.right > innerWidth + 1;
    }).map((place) => place.textContent)"""


_SMALL = """() => {
    const pen = document.createElement("canvas").getContext("2d"), found = {};
    const mm = 535.4 / Math.min(innerWidth, innerHeight);
    const texts = document.createTreeWalker(document.querySelector("main"), NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
        const place = texts.currentNode.parentElement, words = texts.currentNode.textContent.trim();
        const style = getComputedStyle(place);
        if (words && place.getClientRects().length && style.visibility === "visible") {
            pen.font = `${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
            const capital = pen.measureText("H").actualBoundingBoxAscent * mm;
            if (capital < 25.9) {
                found[words] = capital;
            }
        }
    }
    return found;
}"""


def _small(page: Page) -> dict[str, float]:
    """What stands on the television in capitals below 26 mm on 43 inches, and how large."""
    found: dict[str, float] = page.evaluate(_SMALL)
    return found


def _capital_mm(page: Page, mark: str) -> float:
    """Of the letters as they are drawn, on a screen of 43 inches."""
    drawn = """place => {
        const pen = document.createElement("canvas").getContext("2d"), style = getComputedStyle(place);
        pen.font = `${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
        return pen.measureText("H0").actualBoundingBoxAscent / innerHeight;
    }"""
    return float(page.locator(mark).first.evaluate(drawn)) * HIGH_MM


def test_a_lost_line_is_told_and_heals_by_itself(people: People, context: Callable[..., BrowserContext]) -> None:
    people.take()
    page = television(context, people)
    expect(page.locator("[data-waiting]")).to_have_text("1")

    people.server.kill()
    expect(page.locator("[data-lost]")).to_be_visible(timeout=WAIT_MS)
    assert re.fullmatch(r"\d\d\.\d\d", page.locator("[data-lost-at]").inner_text())
    expect(page.locator("[data-waiting]")).to_have_text("1")

    people.server.start()
    people.take()
    expect(page.locator("[data-lost]")).to_be_hidden(timeout=WAIT_MS)
    expect(page.locator("[data-waiting]")).to_have_text("2", timeout=WAIT_MS)


def test_a_cut_cable_is_noticed_although_the_socket_says_nothing(
    people: People, context: Callable[..., BrowserContext]
) -> None:
    page = television(context, people)
    expect(page.locator("[data-waiting]")).to_have_text("0")

    page.context.set_offline(True)
    expect(page.locator("[data-lost]")).to_be_visible(timeout=WAIT_MS)
    people.take()
    page.context.set_offline(False)

    expect(page.locator("[data-waiting]")).to_have_text("1", timeout=WAIT_MS)
    expect(page.locator("[data-lost]")).to_be_hidden()


def test_a_delicate_service_is_not_named(people: People, context: Callable[..., BrowserContext]) -> None:
    people.take("sktm")

    page = television(context, people)

    expect(page.locator("[data-rows] li:visible .name")).to_have_text("Layanan lainnya")
    assert "tidak mampu" not in page.content()


def test_the_plain_page_shows_the_same_without_scripts(people: People) -> None:
    people.take()
    people.take()
    called = people.call_next(2)

    page = requests.get(f"{people.root}/display/plain", headers={"Accept": "text/html"}, timeout=120).text

    assert f"data-call-number>{called['number']}<" in page
    assert "Loket 2" in page
    assert "data-waiting>1<" in page
    assert 'http-equiv="refresh" content="5"' in page
    assert "<script" not in page


def test_the_board_says_that_a_call_was_heard(people: People) -> None:
    people.take()
    people.call_next(1)
    call = people.board()["speak"][0]
    assert people.board()["heard"] == []

    url = f"{people.root}/display/spoken"
    answers = [requests.post(url, json={"id": call["id"]}, timeout=120) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert people.board()["heard"] == [call["id"]]
    assert requests.post(url, json={"id": call["id"] + 999}, timeout=120).status_code == 404
    assert requests.post(url, json={"id": "x"}, timeout=120).status_code == 400


@pytest.mark.parametrize(("width", "height"), [(1920, 1080), (1080, 1920)])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_with_and_without_slides(
    people: People, context: Callable[..., BrowserContext], width: int, height: int, theme: str
) -> None:
    for _ in range(5):
        people.take()
    for place in range(4):
        people.call_next(1 + place % 2)
    page = context(viewport={"width": width, "height": height}).new_page()
    page.goto(f"{people.root}/display?sound=0&theme={theme}")
    expect(page.locator("[data-past-list] li")).to_have_count(3)
    _axe(page)
    people.call_next(1)
    expect(page.locator("[data-new]")).to_be_visible()
    _axe(page)

    page.goto("about:blank")  # or it loads itself again for the new slides, at any moment
    fill(people.server, context().new_page(), 30, people.office)

    page.goto(f"{people.root}/display?sound=0&theme={theme}")
    expect(page.locator("[data-media]")).to_be_visible()
    assert page.evaluate(_CUT_OFF) == []
    _axe(page)
    page.goto(f"{people.root}/display/plain?theme={theme}")
    found = barriers(page, without="meta-refresh")
    assert [each["id"] for each in found] == []  # that it loads itself again is what this page is for


def _axe(page: Page) -> None:
    found = barriers(page)
    assert [(each["id"], [node["html"] for node in each["nodes"]]) for each in found] == []


def test_a_display_elsewhere_must_be_paired(serve: Callable[..., Server]) -> None:
    server = serve()
    far = {"X-Forwarded-For": "192.0.2.7", "Accept": "application/json"}

    for path in ("board.json", "calls/1.wav", "test.wav", "media.json", "plain"):
        assert requests.get(f"{server.url}/lumajang/display/{path}", headers=far, timeout=120).status_code == 401
