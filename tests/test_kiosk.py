"""The kiosk in a real browser: sizes in millimetres, the way to a number by touch and keys, and what may go wrong."""

from __future__ import annotations

import html
import re
import secrets
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import requests
from chromium import barriers
from playwright.sync_api import BrowserContext, Page, expect
from server import Server
from sqlalchemy import delete, insert, select, update

from shared.domain.files.procedure import FileState as CaseState
from shared.store import tables
from shared.store.office import Store

SCREENS = {"32 inch": (1080, 1920, 2.7), "21.5 inch": (1920, 1080, 4.05), "10.1 inch": (1280, 800, 5.9)}
CAPITALS = 0.668
"""Height of a capital of Atkinson Hyperlegible Next, as a share of the type size."""
LONGEST_SENTENCE = 20
LONG_MS = 90_000
LEAST_CONTRAST = 7.0
"""WCAG AAA; AA asks for 4.5."""
JAKARTA = ZoneInfo("Asia/Jakarta")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, begun: Callable[..., Server]) -> Iterator[Server]:
    """The two real offices, without holidays, so that the day of the test does not matter."""
    started = begun(tmp_path_factory.mktemp("kiosk") / "data")
    on_store(started, delete(tables.Holiday))
    started.start()
    yield started
    started.kill()


@pytest.fixture
def kiosk(server: Server, context: Callable[..., BrowserContext]) -> Callable[..., Page]:
    """Opens the kiosk of Lumajang: `kiosk("32 inch")`."""

    def opened(screen: str = "21.5 inch", **options: Any) -> Page:
        width, height, px_per_mm = SCREENS[screen]
        page = context(viewport={"width": width, "height": height}, has_touch=True, **options).new_page()
        page.add_init_script(f"localStorage.setItem('loket-px-per-mm', '{px_per_mm}')")
        page.goto(f"{server.url}/lumajang/kiosk")
        page.wait_for_selector("[data-tiles][data-pages]")
        return page

    return opened


def on_store(server: Server, *statements: Any) -> None:
    store = Store(f"sqlite:///{server.data / 'loket.db'}")
    for statement in (*statements, update(tables.Office).values(setup_version=tables.Office.setup_version + 1)):
        store.write(statement)
    store.close()


def issued(server: Server) -> int:
    store = Store(f"sqlite:///{server.data / 'loket.db'}")
    with store.read() as connection:
        count = len(connection.execute(tables.Ticket.__table__.select()).all())
    store.close()
    return count


def choose(page: Page, slug: str = "oss") -> None:
    while not page.is_visible(f"[data-service={slug}]"):
        page.tap("[data-action=more]")
    page.tap(f"[data-service={slug}]")


def test_every_text_stands_in_both_languages_in_short_sentences(server: Server) -> None:
    for office in ("lumajang", "ranuyoso"):
        page = requests.get(f"{server.url}/{office}/kiosk", headers={"Accept": "text/html"}, timeout=120).text
        pairs = re.findall(r'data-(?:label-)?id="([^"]*)" data-(?:label-)?en="([^"]*)"', page)
        assert len(pairs) > 100
        for pair in pairs:
            indonesian, english = map(html.unescape, pair)
            assert indonesian
            assert english
            assert "antrian" not in indonesian.lower()
            assert not re.match(r"(availability|error)\.", indonesian + english)
            for sentence in re.split(r"[.?!]\s", f"{indonesian}. {english}"):
                assert len(sentence.split()) <= LONGEST_SENTENCE, sentence


def test_no_sentence_of_the_catalogue_is_missing(server: Server) -> None:
    page = requests.get(f"{server.url}/lumajang/kiosk", headers={"Accept": "text/html"}, timeout=120).text
    same = {i for i, e in re.findall(r'<span data-id="([^"]*)" data-en="([^"]*)"', page) if i == e}

    assert same <= {"KTP-el", "Volume"} | {text for text in same if re.fullmatch(r"[A-Z0-9 .()/-]+", text)}, same


@pytest.mark.parametrize("screen", SCREENS)
@pytest.mark.parametrize("size", ["normal", "large"])
def test_targets_and_letters_are_large_enough_and_nothing_is_cut(
    kiosk: Callable[..., Page], screen: str, size: str
) -> None:
    page = kiosk(screen)
    if size == "large":
        page.tap("[data-action=size]")
    for place in ("home", "service"):
        if place == "service":
            choose(page)
        for box in fitting_targets(page, place, SCREENS[screen][2]):
            assert box["type_mm"] * CAPITALS >= (6.1 if box["tile"] else 4.8), f"{place} {box['name']}"
    assert page.evaluate(_CUT_LINES) == []


ANDROID = "Mozilla/5.0 (Linux; Android 13; SM-X200) AppleWebKit/537.36 Chrome/120.0.0.0 Safari/537.36"
IPAD = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/17.0 Safari/605.1.15"
X86 = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/120.0.0.0 Safari/537.36"


@pytest.mark.parametrize(("agent", "width", "height"), [(ANDROID, 800, 1280), (IPAD, 1080, 810), (X86, 1280, 800)])
def test_a_tablet_that_nobody_has_calibrated_has_targets_for_fingers(
    server: Server, context: Callable[..., BrowserContext], agent: str, width: int, height: int
) -> None:
    page = context(viewport={"width": width, "height": height}, user_agent=agent, has_touch=True).new_page()
    wire = page.context.new_cdp_session(page)
    wire.send("Emulation.setTouchEmulationEnabled", {"enabled": True, "maxTouchPoints": 10})
    page.goto(f"{server.url}/lumajang/kiosk")
    page.wait_for_selector("[data-tiles][data-pages]")

    for place in ("home", "service=oss"):
        if place != "home":
            page.evaluate(f"document.querySelector('[data-{place}]').click()")
        for box in fitting_targets(page, place, 5.9):
            assert box["type_mm"] * CAPITALS >= 4.8, f"{place} {box['name']}"


@pytest.mark.parametrize(("width", "height"), [(1366, 768), (1280, 800)])
def test_the_monitor_of_a_pc_shows_eight_services_beside_name_clock_and_counts(
    server: Server, context: Callable[..., BrowserContext], width: int, height: int
) -> None:
    requests.post(
        f"{server.url}/lumajang/kiosk/tickets", json={"service": "oss", "nonce": secrets.token_hex(8)}, timeout=120
    )
    page = context(viewport={"width": width, "height": height}, has_touch=True).new_page()
    page.goto(f"{server.url}/lumajang/kiosk")
    page.wait_for_selector("[data-tiles][data-pages]")

    expect(page.locator("[data-service]:visible")).to_have_count(8)
    expect(page.locator(".top .office")).to_have_text("Kecamatan Lumajang")
    expect(page.locator("[data-clock]")).to_have_text(re.compile(r"\d\d\.\d\d"))
    expect(page.locator("[data-total]")).to_have_text(re.compile(r"\d+ orang menunggu"))
    expect(page.locator("[data-service=oss] [data-status]")).to_have_text(re.compile(r"\d+ orang menunggu"))
    page.tap("[data-action=priority]")
    expect(page.locator(".for-whom")).to_be_visible()
    expect(page.locator("[data-service]:visible")).to_have_count(8)
    page.evaluate("document.querySelector('[data-action=priority]').click()")
    for place in ("home", "service", "results"):
        if place != "home":
            mark = "service=oss" if place == "service" else "action=results"
            page.evaluate(f"document.querySelector('[data-{mark}]').click()")
        fitting_targets(page, place, 4.05)
        page.evaluate("document.querySelector('[data-action=back]').click()")


def fitting_targets(page: Page, place: str, px_per_mm: float) -> list[dict[str, Any]]:
    """The buttons of a screen, each large enough for a finger, inside of the screen, whole, and covered by nothing."""
    boxes: list[dict[str, Any]] = page.evaluate(_MEASURE, px_per_mm)
    for box in boxes:
        name, least = f"{place} {box['name']}", 30 if box["tile"] else 20
        assert box["width_mm"] >= least - 0.1, name
        assert box["height_mm"] >= least - 0.1, name
        assert box["inside"], f"{name} stands out of the screen"
        assert box["whole"], f"{name} is cut"
        assert box["hit"], f"{name} is covered"
    return boxes


_MEASURE = """(pxPerMm) => Array.from(document.querySelectorAll("button")).filter((b) => b.offsetParent).map((b) => {
  const box = b.getBoundingClientRect();
  const words = b.querySelector("b") || b;
  const hit = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
  return {
    name: b.innerText.trim().replace(/\\s+/g, " "), tile: "service" in b.dataset,
    width_mm: box.width / pxPerMm, height_mm: box.height / pxPerMm,
    inside: box.left >= 0 && box.top >= 0 && box.right <= innerWidth + 0.5 && box.bottom <= innerHeight + 0.5,
    whole: b.disabled || (b.scrollWidth <= b.clientWidth + 2 && b.scrollHeight <= b.clientHeight + 2),
    hit: b.disabled || (hit !== null && b.contains(hit)),
    type_mm: parseFloat(getComputedStyle(words).fontSize) / pxPerMm,
  };
})"""


@pytest.mark.parametrize("contrast", ["normal", "high"])
@pytest.mark.parametrize("size", ["normal", "large"])
def test_axe_finds_nothing(kiosk: Callable[..., Page], contrast: str, size: str) -> None:
    page = kiosk()
    if contrast == "high":
        page.tap("[data-action=contrast]")
    if size == "large":
        page.tap("[data-action=size]")

    _axe(page, "home")
    page.tap("[data-action=help]")
    _axe(page, "help")
    page.tap("[data-action=back]")
    choose(page)
    _axe(page, "service")


def _axe(page: Page, place: str) -> None:
    found = barriers(page)
    assert [(each["id"], [node["html"] for node in each["nodes"]]) for each in found] == [], place


def test_two_touches_give_a_number_and_finish_clears_everything(kiosk: Callable[..., Page], server: Server) -> None:
    page = kiosk("32 inch")
    for action in ("language", "size", "contrast"):
        page.tap(f"[data-action={action}]")

    choose(page)
    page.tap("[data-of=oss] [data-action=take]")

    expect(page.locator("[data-number]")).to_have_text(re.compile(r"A-\d{3}"), timeout=LONG_MS)
    expect(page.locator("[data-screen=number] img")).to_be_visible(timeout=LONG_MS)
    expect(page.locator("[data-paper=printed]")).to_be_visible(timeout=LONG_MS)
    page.wait_for_timeout(1300)
    page.tap("[data-action=finish]")
    expect(page.locator("[data-screen=home]")).to_be_visible()
    assert page.evaluate("[document.documentElement.lang, document.documentElement.dataset.size, "
                         "document.documentElement.dataset.contrast]") == ["id", "normal", "normal"]  # fmt: skip


def test_a_browser_that_keeps_nothing_gives_numbers(kiosk: Callable[..., Page]) -> None:
    page = kiosk()
    page.add_init_script(
        """for (const name of ["localStorage", "sessionStorage"]) {
          Object.defineProperty(window, name, { get() { throw new DOMException("", "SecurityError"); } });
        }"""
    )
    page.reload()

    choose(page)
    page.tap("[data-of=oss] [data-action=take]")

    expect(page.locator("[data-number]")).to_have_text(re.compile(r"A-\d{3}"), timeout=LONG_MS)


def test_ten_taps_in_a_second_give_one_ticket_and_leave_it_on_the_screen(
    kiosk: Callable[..., Page], server: Server
) -> None:
    page = kiosk()
    choose(page)
    before = issued(server)
    box = page.locator("[data-of=oss] [data-action=take]").bounding_box()
    assert box

    touch, begun_s = page.context.new_cdp_session(page), time.time()
    for place in range(10):
        spot = {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2}
        for kind, points in ("touchStart", [spot]), ("touchEnd", []):
            event = {"type": kind, "touchPoints": points, "timestamp": begun_s + place / 10}
            touch.send("Input.dispatchTouchEvent", event)

    expect(page.locator("[data-number]")).to_have_text(re.compile(r"A-\d{3}"), timeout=LONG_MS)
    assert issued(server) == before + 1
    expect(page.locator("[data-screen=number]")).to_be_visible()


def test_a_lost_answer_is_asked_for_again_with_the_same_nonce(kiosk: Callable[..., Page], server: Server) -> None:
    page = kiosk()
    choose(page)
    before, lost = issued(server), []

    def lose(route: Any) -> None:
        if lost:
            route.continue_()
            return
        lost.append(route.request.post_data_json["nonce"])
        requests.post(route.request.url, json=route.request.post_data_json, timeout=120)  # arrives; its answer does not
        route.abort()

    page.route("**/kiosk/tickets?*", lose)
    page.tap("[data-of=oss] [data-action=take]")

    expect(page.locator("[data-overlay=retry]")).to_be_visible(timeout=LONG_MS)
    expect(page.locator("[data-number]")).to_have_text(re.compile(r"A-\d{3}"), timeout=LONG_MS)
    assert issued(server) == before + 1


def test_a_reload_in_the_middle_loses_nothing(kiosk: Callable[..., Page]) -> None:
    page = kiosk()
    page.tap("[data-action=language]")
    choose(page, "dispensasi-nikah")
    page.tap("[data-option=belum]")
    page.tap("[data-of=dispensasi-nikah] [data-need=ktp]")

    page.reload()

    expect(page.locator("[data-of=dispensasi-nikah] [data-need=ktp]")).to_have_attribute("aria-pressed", "true")
    expect(page.locator("[data-of=dispensasi-nikah] [data-need=belum-menikah]")).to_be_visible()
    expect(page.locator("[data-of=dispensasi-nikah] [data-need=cerai]")).to_be_hidden()
    expect(page.locator("html")).to_have_attribute("lang", "en")


def test_a_quiet_minute_asks_counts_down_and_goes_home(kiosk: Callable[..., Page]) -> None:
    page = kiosk()
    page.clock.install()
    page.reload()
    choose(page)
    page.clock.run_for(59_000)
    expect(page.locator("[data-overlay=idle]")).to_be_hidden()
    page.clock.run_for(2_000)
    expect(page.locator("[data-overlay=idle]")).to_be_visible()
    page.tap("[data-action=stay]")
    expect(page.locator("[data-overlay=idle]")).to_be_hidden()
    expect(page.locator("[data-of=oss]")).to_be_visible()

    page.clock.run_for(81_000)
    expect(page.locator("[data-screen=home]")).to_be_visible()


def test_an_outage_is_said_before_the_number(kiosk: Callable[..., Page], server: Server) -> None:
    page = kiosk()
    headers = {**server.token("lumajang", "--officer", "operator"), "Accept": "application/json"}

    def outage(word: str) -> None:
        answer = requests.post(f"{server.url}/lumajang/counter/outage/{word}", json={}, headers=headers, timeout=120)
        assert answer.ok, answer.text

    outage("begin")
    try:
        expect(page.locator("[data-service=oss] [data-status]")).to_have_text("OSS sedang gangguan", timeout=LONG_MS)
        expect(page.locator("[data-service=legalisasi] [data-status]")).not_to_contain_text("gangguan")
        choose(page)
        expect(page.locator("[data-of=oss] [data-outage]")).to_contain_text("Nomor tetap boleh diambil")
        tablet = kiosk("10.1 inch")
        expect(tablet.locator("[data-service=oss] [data-status]")).to_have_text("Gangguan")
        expect(tablet.locator("[data-service=oss] .tile-out")).to_be_visible()
        expect(page.locator("[data-of=oss] [data-action=take]")).to_be_visible()
    finally:
        outage("end")
    expect(page.locator("[data-of=oss] [data-outage]")).to_be_hidden(timeout=LONG_MS)


def test_a_printer_that_fails_is_said_beside_the_number(kiosk: Callable[..., Page]) -> None:
    page = kiosk()
    page.route("**/slip", lambda route: route.fulfill(json={"state": "failed", "fault": "paper_out"}))
    choose(page)
    page.tap("[data-of=oss] [data-action=take]")

    expect(page.locator("[data-paper=failed]")).to_be_visible(timeout=LONG_MS)
    expect(page.locator("[data-paper=failed]")).to_have_text("Struk tidak tercetak. Foto atau catat nomor ini.")


def _shut_is_large_and_whole(page: Page) -> None:
    """The notice takes a fifth of the screen above the toolbar; its words are whole, and a tile stands beside it."""
    marks = ("[data-all-closed]", "[data-shut-words]", ".main")
    notice, words, screen = (page.locator(mark).bounding_box() or {} for mark in marks)
    assert notice["width"] * notice["height"] >= screen["width"] * screen["height"] / 5
    assert notice["y"] <= words["y"] <= notice["y"] + notice["height"] - words["height"]
    type_mm = "words => parseFloat(getComputedStyle(words).fontSize) / document.documentElement.dataset.mm"
    assert page.locator("[data-shut-words]").evaluate(type_mm) * CAPITALS >= 4.8
    expect(page.locator("[data-service=oss]")).to_be_visible()


def test_a_closed_service_says_why_and_gives_no_number(kiosk: Callable[..., Page], server: Server) -> None:
    word = {"office_id": 1, "is_open": False, "reason": "Listrik padam", "made_at": datetime.now(UTC)}
    on_store(server, insert(tables.ScheduleOverride).values(**word))
    try:
        page = kiosk()
        expect(page.locator("[data-service=oss] [data-status]")).to_contain_text("Listrik padam")
        expect(page.locator("[data-all-closed]")).to_contain_text("Listrik padam")
        expect(page.locator("[data-action=priority]")).to_be_hidden()
        page.tap("[data-service=oss]")
        expect(page.locator("[data-of=oss] [data-closed]")).to_be_visible()
        expect(page.locator("[data-of=oss] [data-action=take]")).to_be_hidden()
        for screen in SCREENS:
            full = kiosk(screen)
            _shut_is_large_and_whole(full)
            full.tap("[data-action=size]")
            _shut_is_large_and_whole(full)
        low = kiosk("10.1 inch")
        choose(low)
        expect(low.locator("[data-of=oss] [data-closed-why]")).to_contain_text("Listrik padam")
        assert low.evaluate(_CUT_LINES) == []
    finally:
        on_store(server, delete(tables.ScheduleOverride))


_CUT_LINES = """() => {
  const list = document.querySelector("[data-of=oss] [data-needs]"), room = list.getBoundingClientRect();
  return Array.from(list.children).filter((each) => each.getClientRects().length).filter((each) => {
    const box = each.getBoundingClientRect();
    return box.bottom > room.bottom + 1 || each.scrollHeight > each.clientHeight + 1 || box.right > room.right + 1
      || each.scrollWidth > each.clientWidth + 1;
  }).map((each) => each.textContent.trim());
}"""


def test_a_holiday_is_named_on_every_tile_with_the_day_it_opens_again(
    kiosk: Callable[..., Page], server: Server
) -> None:
    today = datetime.now(JAKARTA).date()
    on_store(server, insert(tables.Holiday).values(office_id=1, on_day=today, name="Hari Jadi Lumajang"))
    try:
        page = kiosk()
        status = page.locator("[data-service=oss] [data-status]")
        expect(status).to_contain_text("Hari Jadi Lumajang")
        opens_on = next(day for day in (today + timedelta(days=ahead) for ahead in (1, 2, 3)) if day.weekday() < 5)
        expect(status).to_contain_text(re.compile(rf"\b{opens_on.day}\b"))
        page.tap("[data-service=oss]")
        expect(page.locator("[data-of=oss] [data-closed-why]")).to_contain_text("Hari Jadi Lumajang")
        expect(page.locator("[data-of=oss] [data-action=take]")).to_be_hidden()
    finally:
        on_store(server, delete(tables.Holiday))


def test_the_last_place_of_a_quota_is_given_once_and_the_tile_says_so(
    kiosk: Callable[..., Page], server: Server
) -> None:
    mine = tables.Service.office_id == 1, tables.Service.slug == "legalisasi"
    on_store(server, update(tables.Service).where(*mine).values(quota=1))
    try:
        first, second = kiosk(), kiosk()
        for page in (first, second):
            choose(page, "legalisasi")
        before = issued(server)
        for page in (first, second):
            page.evaluate("document.querySelector('[data-of=legalisasi] [data-action=take]').click()")

        for page in (first, second):
            decided = "[data-number]:visible, [data-of=legalisasi] [data-closed]:visible"
            expect(page.locator(decided).first).to_be_visible(timeout=LONG_MS)
        assert issued(server) == before + 1
        tile = kiosk().locator("[data-service=legalisasi] [data-status]")
        expect(tile).to_contain_text("Nomor hari ini habis. Buka lagi")
    finally:
        on_store(server, update(tables.Service).where(*mine).values(quota=None))


@pytest.fixture
def receipt(server: Server) -> str:
    """The token on the receipt of a file that lies ready to be handed over."""
    store = Store(f"sqlite:///{server.data / 'loket.db'}")
    with store.read() as connection:
        service = connection.execute(
            select(tables.Service).where(tables.Service.office_id == 1, tables.Service.slug == "oss")
        ).one()
    store.close()
    token, now = secrets.token_urlsafe(16), datetime.now(UTC)
    file = {"office_id": 1, "service_id": service.id, "standard_id": service.standard_id, "token": token}
    at = {"state": CaseState.OPEN, "step": "handover", "opened_at": now, "since_at": now}
    on_store(server, insert(tables.FileRecord).values(**file, **at))
    return token


def scan(page: Page, code: str) -> None:
    """What a scanner types, ten milliseconds from key to key: each event carries its time, however slow we are."""
    keyboard, begun_s = page.context.new_cdp_session(page), time.time()
    for place, key in enumerate([*code, "\r"]):
        event = {"key": "Enter" if key == "\r" else key, "text": key, "timestamp": begun_s + place / 100}
        keyboard.send("Input.dispatchKeyEvent", {"type": "keyDown", **event})
        keyboard.send("Input.dispatchKeyEvent", {"type": "keyUp", **event})


def test_a_scanned_receipt_gives_a_number_for_its_file_from_any_screen(
    kiosk: Callable[..., Page], receipt: str, server: Server
) -> None:
    page = kiosk()
    choose(page)
    scan(page, f"{server.url}/t/{receipt}")

    expect(page.locator("[data-screen=number] [data-number]")).to_have_text(re.compile(r"A-\d{3}"), timeout=LONG_MS)
    number = page.locator("[data-number]").inner_text()
    expect(page.locator("[data-number-file]:visible")).to_have_text(re.compile("siap (diambil|dilanjutkan)"))

    page.wait_for_timeout(1300)  # the kiosk takes earlier taps for an echo
    page.tap("[data-action=finish]")
    page.tap("[data-action=results]")
    scan(page, f"{server.url}/t/{receipt}")
    expect(page.locator("[data-number]")).to_have_text(number, timeout=LONG_MS)


@pytest.mark.parametrize("screen", SCREENS)
def test_a_file_that_needs_nobody_is_shown_and_no_paper_is_promised(
    kiosk: Callable[..., Page], receipt: str, server: Server, screen: str
) -> None:
    page = kiosk(screen)
    before = issued(server)
    mine = tables.FileRecord.token == receipt
    store = Store(f"sqlite:///{server.data / 'loket.db'}")
    for state, step, says in (
        (CaseState.OPEN, "validate", "sedang diproses"),
        (CaseState.PAUSED, "entry", "dijeda"),
        (CaseState.COMPLETED, "recap", "sudah diserahkan"),
    ):
        store.write(update(tables.FileRecord).where(mine).values(state=state, step=step))
        page.tap("[data-action=results]")
        scan(page, f"{server.url}/t/{receipt}")

        expect(page.locator("[data-screen=file] [data-file-state]:visible")).to_contain_text(says, timeout=LONG_MS)
        assert page.locator("[data-paper]:visible").count() == 0
        assert page.locator("[data-file-steps] [aria-current]").count() == (state != CaseState.COMPLETED)
        assert page.evaluate(
            "document.querySelector('.main').scrollHeight <= document.querySelector('.main').clientHeight + 1"
        )
        assert page.evaluate(
            "Array.from(document.querySelectorAll('[data-file-steps] li')).every((each) =>"
            " each.getBoundingClientRect().bottom <= each.parentElement.getBoundingClientRect().bottom + 1)"
        )
        assert [each["id"] for each in barriers(page)] == []
        page.tap("[data-screen=file] [data-action=finish]")
        expect(page.locator("[data-screen=home]")).to_be_visible()
    store.close()
    assert issued(server) == before


def test_a_phone_says_of_a_file_what_its_applicant_has_to_do(receipt: str, server: Server) -> None:
    mine = tables.FileRecord.token == receipt
    store = Store(f"sqlite:///{server.data / 'loket.db'}")
    for state, step, says, also in (
        (CaseState.OPEN, "validate", "Berkas Anda sedang diproses.", ""),
        (CaseState.OPEN, "entry", "Berkas Anda menunggu Anda", "Your file waits for you"),
        (CaseState.OPEN, "handover", "Hasil Anda siap diambil.", "ready to collect"),
        (CaseState.RETURNED, "receive", "perlu dilengkapi", "needs to be completed"),
        (CaseState.COMPLETED, "recap", "sudah diserahkan", "was handed over"),
    ):
        store.write(update(tables.FileRecord).where(mine).values(state=state, step=step))
        for language, sentence in (("id", says), ("en", also)):
            page = requests.get(f"{server.url}/t/{receipt}?lang={language}", timeout=120).text
            assert sentence in page
            assert page.count('<p class="sentence">') == 1
    store.close()


def test_a_scanned_code_that_is_no_receipt_is_refused_in_words(kiosk: Callable[..., Page], server: Server) -> None:
    page = kiosk()
    before = issued(server)
    scan(page, "8991002101234")  # a packet of noodles

    expect(page.locator("[data-screen=results] [data-note]")).to_be_visible(timeout=LONG_MS)
    assert issued(server) == before


def test_a_clock_that_jumps_ends_nothing_early_and_promises_nothing(kiosk: Callable[..., Page]) -> None:
    page = kiosk()
    choose(page)
    for hours in (-30, 30):
        page.evaluate(_JUMP, hours * 3_600_000)
        page.wait_for_timeout(1500)  # several looks of the idle clock
        expect(page.locator("[data-of=oss]")).to_be_visible()
        expect(page.locator("[data-overlay=idle]")).to_be_hidden()
        expect(page.locator("[data-overlay=away]")).to_be_hidden()
    shown = page.locator("[data-clock]").inner_text()
    apart = (_minutes(shown) - _minutes(datetime.now(JAKARTA).strftime("%H:%M"))) % (24 * 60)
    assert min(apart, 24 * 60 - apart) <= 2, "the office's clock, not ours"

    page.tap("[data-of=oss] [data-action=take]")
    expect(page.locator("[data-number]")).to_have_text(re.compile(r"A-\d{3}"), timeout=LONG_MS)


_JUMP = """(by) => {
  const real = Date;
  window.Date = class extends real {
    constructor(...given) { super(...(given.length ? given : [real.now() + by])); }
    static now() { return real.now() + by; }
  };
}"""


def _minutes(clock: str) -> int:
    hours, minutes = re.split("[.:]", clock.strip())
    return int(hours) * 60 + int(minutes)


def test_two_pages_of_one_kiosk_keep_their_visitors_apart(
    context: Callable[..., BrowserContext], server: Server
) -> None:
    browser = context(viewport={"width": 1920, "height": 1080}, has_touch=True)
    first, second = browser.new_page(), browser.new_page()
    for page in (first, second):
        page.goto(f"{server.url}/lumajang/kiosk")
    first.tap("[data-action=language]")
    before, numbers = issued(server), set()
    for page in (first, second):
        choose(page)
        page.tap("[data-of=oss] [data-action=take]")
    for page in (first, second):
        expect(page.locator("[data-number]")).to_have_text(re.compile(r"A-\d{3}"), timeout=LONG_MS)
        numbers.add(page.locator("[data-number]").inner_text())

    assert len(numbers) == 2
    assert issued(server) == before + 2
    assert [page.evaluate("document.documentElement.lang") for page in (first, second)] == ["en", "id"]


@pytest.mark.parametrize("contrast", ["normal", "high"])
def test_every_letter_stands_out_from_its_ground(kiosk: Callable[..., Page], contrast: str) -> None:
    page = kiosk()
    if contrast == "high":
        page.tap("[data-action=contrast]")
    for place in ("home", "service", "help"):
        if place == "service":
            choose(page)
        if place == "help":
            page.tap("[data-action=help]")
        found = page.evaluate(_CONTRAST)
        assert len(found) > 5
        for words, ratio in found:
            assert ratio >= LEAST_CONTRAST, f"{place}: {words} has {ratio:.1f}:1"


_CONTRAST = """() => {
  const parse = (text) => (text.match(/[\\d.]+/g) || []).map(Number);
  const light = (rgb) => {
    const [r, g, b] = rgb.map((c) => c / 255).map((c) => (c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const colour = parse(getComputedStyle(at).backgroundColor);
      if (colour.length === 3 || colour[3] === 1) { return colour.slice(0, 3); }
    }
    return [255, 255, 255];
  };
  const hasWords = (e) => Array.from(e.childNodes).some((n) => n.nodeType === 3 && n.textContent.trim());
  return Array.from(document.querySelectorAll("body *"))
    .filter((e) => e.offsetParent && hasWords(e) && !e.closest("[disabled], [hidden], .visually-hidden"))
    .map((e) => {
      const letters = light(parse(getComputedStyle(e).color).slice(0, 3));
      const [one, other] = [letters, light(ground(e))].sort((a, b) => b - a);
      return [e.textContent.trim().slice(0, 30), (one + 0.05) / (other + 0.05)];
    });
}"""


def test_one_key_leads_to_a_number(kiosk: Callable[..., Page]) -> None:
    page = kiosk()
    page.keyboard.press("Space")
    for wanted in ("[data-service=oss]", "[data-of=oss] [data-action=take]"):
        page.wait_for_function("(place) => document.activeElement.matches(place)", arg=wanted, timeout=LONG_MS)
        page.keyboard.press("Space")

    expect(page.locator("[data-number]")).to_have_text(re.compile(r"A-\d{3}"), timeout=LONG_MS)


def test_tab_and_enter_lead_to_a_number(kiosk: Callable[..., Page]) -> None:
    page = kiosk()
    for wanted in ("[data-service=oss]", "[data-of=oss] [data-action=take]"):
        for _ in range(60):
            page.keyboard.press("Tab")
            if page.evaluate("(place) => document.activeElement.matches(place)", wanted):
                break
        page.keyboard.press("Enter")

    expect(page.locator("[data-number]")).to_have_text(re.compile(r"A-\d{3}"), timeout=LONG_MS)


def test_what_is_missing_is_printed_instead_of_a_number(kiosk: Callable[..., Page], server: Server) -> None:
    page = kiosk()
    choose(page)
    before = issued(server)
    page.tap("[data-of=oss] [data-need=ktp]")
    page.tap("[data-of=oss] [data-action=print-missing]")

    expect(page.locator("[data-of=oss] [data-note]")).to_have_text("Daftar Anda sedang dicetak.", timeout=LONG_MS)
    assert issued(server) == before


def test_every_screen_can_be_heard_and_nothing_else(server: Server) -> None:
    keys = (
        "home",
        "help",
        "results",
        "file-ready",
        "survey-letter",
        "priority",
        "service-oss",
        "service-dispensasi-nikah~status.belum",
    )
    for key in keys:
        for language in ("id", "en"):
            sound = requests.get(f"{server.url}/lumajang/kiosk/speech/{key}.wav?lang={language}", timeout=120)
            assert sound.status_code == 200
            assert sound.content[:4] == b"RIFF"
    assert requests.get(f"{server.url}/lumajang/kiosk/speech/apa saja.wav", timeout=120).status_code == 404


def test_a_server_that_is_gone_is_said_and_comes_back_by_itself(kiosk: Callable[..., Page], server: Server) -> None:
    page = kiosk()
    server.kill()
    expect(page.locator("[data-overlay=away]")).to_be_visible(timeout=LONG_MS)

    server.start()

    expect(page.locator("[data-overlay=away]")).to_be_hidden(timeout=LONG_MS)
    choose(page)
    page.tap("[data-of=oss] [data-action=take]")
    expect(page.locator("[data-number]")).to_have_text(re.compile(r"A-\d{3}"), timeout=LONG_MS)


def test_a_complaint_is_typed_sent_once_and_gives_a_number_and_a_slip(
    kiosk: Callable[..., Page], server: Server
) -> None:
    page = kiosk("10.1 inch")
    page.tap("[data-action=complaint]")
    page.wait_for_timeout(500)  # two taps on one spot within 0.4 s are one
    page.tap("[data-say-kind=complaint]")
    for key in ("A", "N", "T", "R", "E"):
        page.tap(f"[data-say-part=text] [data-say-key={key}]")
    expect(page.locator("[data-say-text]")).to_contain_text("Antre")
    page.reload()
    expect(page.locator("[data-say-text]")).to_contain_text("Antre")
    inside = page.evaluate(
        "() => [...document.querySelectorAll('[data-say-part=text] button')]"
        ".every((each) => each.getBoundingClientRect().bottom <= innerHeight - 100)"
    )
    assert inside
    page.tap("[data-say-part=text] [data-say-go]")
    page.wait_for_timeout(500)
    page.tap("[data-say-person=none]")

    expect(page.locator("[data-say-number]")).to_have_text(re.compile(r"P-\d+/\d{4}"))
    store = Store(f"sqlite:///{server.data / 'loket.db'}")
    with store.read() as connection:
        row = connection.execute(select(tables.ComplaintRecord)).one()
        kinds = connection.execute(select(tables.PrintJob.kind)).scalars().all()
    store.close()
    assert (row.text, row.entrance, row.person) == ("Antre", "kiosk", "none")
    assert "complaint" in kinds
    page.tap("[data-say-part=sent] [data-action=finish]")
    assert "Antre" not in page.evaluate("() => JSON.stringify(sessionStorage)")
