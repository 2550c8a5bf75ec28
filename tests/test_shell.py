"""The officers' pages in one frame: menu by right, no barrier in light and dark, no address of a click left behind."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from chromium import barriers
from desks import ROLES, Desks
from filing import Filing, examples
from flask import Flask
from people import sign_in
from playwright.sync_api import BrowserContext, Page, expect
from server import serving
from sqlalchemy import select
from world import MORNING, PASSWORD, know_passwords

from shared.domain.files.procedure import FileAction
from shared.domain.queue.ticket import State
from shared.domain.standards.parts import Original
from shared.domain.standards.standard import Collects
from shared.standards import shipped
from shared.store.office import Store
from shared.store.tables import Event, PrintJob, Ticket
from shared.web.app import create_app
from shared.web.settings import Settings

WAIT_MS = 90_000
SETTLED_MS = 600
"""So long the large button does not listen to a second press."""
Open = Callable[..., BrowserContext]


@pytest.fixture
def app(desks: Desks, tmp_path: Path) -> Flask:
    return create_app(Settings(data=tmp_path), desks.store, clock=lambda: desks.now, async_mode="threading")


@pytest.fixture
def url(app: Flask) -> Iterator[str]:
    with serving(app) as address:
        yield f"{address}/lumajang/counter"


def enter(url: str, context: BrowserContext, login: str) -> Page:
    page = context.new_page()
    page.set_default_timeout(WAIT_MS)
    page.goto(f"{url}/sign-in")
    page.fill("#login", login)
    page.fill("#password", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/counter")
    return page


@pytest.mark.parametrize("who", ROLES)
def test_the_menu_leads_nowhere_that_is_refused(app: Flask, who: str) -> None:
    browser = sign_in(app, who, office="lumajang")
    page = browser.get("/lumajang/counter").text

    rail = page[page.index('id="rail"') : page.index('id="main"')]
    addresses = re.findall(r'<a href="([^"]+)"', rail)

    assert addresses
    assert {each: browser.get(each).status_code for each in addresses} == dict.fromkeys(addresses, 200)


def test_the_menu_counts_the_files_that_wait_for_the_officer(app: Flask, desks: Desks) -> None:
    desks.to_step("validate")

    page = sign_in(app, "kasi", office="lumajang").get("/lumajang/counter").text

    assert re.search(r'/files"[^>]*>.*?<b class="count">1</b>', page)


@pytest.mark.parametrize("look", ["light", "dark"])
def test_no_page_has_a_barrier_or_scrolls_sideways(desks: Desks, url: str, context: Open, look: str) -> None:
    case_id = desks.to_step("account")
    desks.serve_next("operator")
    page = enter(url, context(viewport={"width": 1366, "height": 768}, color_scheme=look), "admin")
    paths = ["", "/files", f"/cases/{case_id}", "/supervisor", "/day", "/setup", "/password", "/no-such-page"]
    paths += ["/register", f"/register/{case_id}", "/letters"]
    for path in paths:
        page.set_viewport_size({"width": 1366, "height": 768})
        page.goto(url + path)
        found = barriers(page)
        assert [(each["id"], [node["html"] for node in each["nodes"]]) for each in found] == [], path
        smallest = page.evaluate(SMALLEST)
        assert smallest >= 16, path
        for width in (390, 1024, 1920):
            page.set_viewport_size({"width": width, "height": 844})
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (path, width)


SMALLEST = """() => Math.min(...[...document.querySelectorAll("body *")]
    .filter((each) => each.offsetParent && [...each.childNodes].some((node) => node.nodeType === 3 && node.data.trim()))
    .map((each) => parseFloat(getComputedStyle(each).fontSize)))"""


def test_the_menu_of_a_telephone_opens_and_the_look_can_be_chosen(url: str, context: Open) -> None:
    page = enter(url, context(viewport={"width": 390, "height": 844}), "kasi")
    expect(page.locator("#rail")).to_be_hidden()

    page.locator(".menu-button").click()
    expect(page.locator("#rail a").first).to_be_visible()
    page.keyboard.press("Escape")
    page.locator("#menu summary").click()
    page.locator("[data-theme-next]").click()
    page.reload()

    assert page.locator("html").get_attribute("data-theme") == "light"


def test_three_presses_of_the_space_bar_never_end_an_untouched_file(desks: Desks, url: str, context: Open) -> None:
    taken = desks.take()
    opened = context(viewport={"width": 1366, "height": 768})
    opened.clock.install(time=MORNING)
    page = enter(url, opened, "loket1")
    page.locator("[data-action=open]").first.click()
    page.wait_for_selector("[data-settled] .stage[data-state=free]")
    page.clock.pause_at(MORNING + timedelta(hours=1))  # from now on the page's time is ours alone
    page.wait_for_selector("[data-settled=true]")

    page.keyboard.press("Space")
    page.wait_for_selector("[data-settled=false][data-busy=false] .stage[data-state=called]")
    page.keyboard.press("Space")  # too early: the button has just changed
    page.clock.fast_forward(SETTLED_MS)
    page.wait_for_selector("[data-settled=true][data-busy=false] .stage[data-state=called]")
    assert desks.ticket(taken.id).state == State.CALLED
    page.keyboard.press("Space")
    page.wait_for_selector("[data-settled=false][data-busy=false] .stage[data-state=serving]")
    page.clock.fast_forward(SETTLED_MS)
    page.keyboard.press("Space")

    page.wait_for_url(f"**/tickets/{taken.id}/file")
    assert desks.ticket(taken.id).state == State.SERVING


def test_a_visit_whose_file_was_not_opened_ends_with_a_reason(app: Flask, desks: Desks) -> None:
    taken = desks.take()
    desks.serve_next("loket1")
    browser = sign_in(app, "loket1", office="lumajang")
    address = f"/lumajang/counter/1/tickets/{taken.id}/finish"

    refused = browser.post(address)
    done = browser.post(address, reason="only_asked")

    assert (refused.status_code, done.status_code) == (422, 302)
    with desks.store.read() as connection:
        said = connection.execute(select(Event.reason).where(Event.action == "finish")).scalars().all()
    assert said == ["only_asked"]


def test_the_number_for_somebody_at_the_counter_is_said_with_those_ahead(app: Flask, desks: Desks) -> None:
    desks.take()
    browser = sign_in(app, "loket1", office="lumajang")
    browser.post("/lumajang/counter/1/open")

    page = browser.post("/lumajang/counter/1/walk-in", service="oss", follow_redirects=True).text

    assert "Nomor A-002 diberikan, 1 orang di depan." in page


class Hands:
    """Counts what an officer's hands do: one for each key, click, tick and field filled."""

    def __init__(self) -> None:
        self.acts = 0

    def space(self, page: Page) -> None:
        page.wait_for_selector("[data-settled=true]")
        page.keyboard.press("Space")
        self.acts += 1

    def click(self, page: Page, place: str) -> None:
        page.locator(place).first.click()
        self.acts += 1

    def check(self, page: Page, place: str) -> None:
        page.locator(place).first.check()
        self.acts += 1

    def fill(self, page: Page, place: str, text: str) -> None:
        page.locator(place).first.fill(text)
        self.acts += 1

    def open_visitor(self, page: Page, url: str) -> None:
        """Calls the next, starts, and opens their file: three presses of the space bar."""
        for state in ("free", "called", "serving"):
            page.wait_for_selector(f"[data-busy=false] .stage[data-state={state}]")
            self.space(page)
        page.wait_for_url(url)


def marks_a_wrong_document(page: Page) -> None:
    """One click says which document is wrong: it stands in the reasons of both ways back; another takes it out."""
    wrong, words = page.locator("[data-wrong]").nth(1), page.locator("#return-reason")
    name = wrong.get_attribute("data-wrong") or ""
    wrong.click()
    expect(words).to_be_focused()
    expect(words).to_have_value(name)
    expect(page.locator("#reason")).to_have_value(name)
    page.keyboard.press("Escape")
    wrong.click()
    expect(words).to_have_value("")


def test_one_file_through_all_desks_takes_at_most_24_acts(desks: Desks, url: str, context: Open) -> None:
    earlier = desks.to_step("handover")  # so that archive and recap have a last number
    called = desks.serve_next("loket1")
    assert called is not None
    desks.act("loket1", earlier, FileAction.HAND_OVER, collected={"receiver": {"kind": "self"}})
    desks.recap("kasi", "001/REKAP/2026")
    case_id = earlier + 1
    desks.take()
    hands = Hands()
    page = enter(url, context(viewport={"width": 1366, "height": 768}), "loket1")
    page.goto(f"{url}/1")

    # the loket receives
    hands.open_visitor(page, "**/file")
    hands.fill(page, "[id='applicant.nik']", "3508205708909993")
    hands.fill(page, "[id='applicant.name']", "Budi Contoh")
    row = page.locator(".document").first
    row.click(position={"x": 60, "y": 2})
    expect(row.locator("[type=checkbox]")).to_be_checked()
    row.click(position={"x": row.evaluate("row => row.clientWidth") - 4, "y": 42})
    expect(row.locator("[type=checkbox]")).not_to_be_checked()
    hands.click(page, "[data-action=accept_all]")
    page.wait_for_url("**/counter/1")
    expect(page.locator("[data-toast]")).to_contain_text("Tanda terima dicetak")

    # the head validates
    page = enter(url, context(viewport={"width": 1366, "height": 768}), "kasi")
    hands.click(page, "[data-tray] tbody a")
    expect(page.locator("[data-applicant]")).to_have_text("Budi Contoh")
    marks_a_wrong_document(page)
    hands.click(page, "[data-action=advance]")
    expect(page.locator("[data-toast]")).to_contain_text("Sekarang di")

    # the operator: account, login and entry in one sitting, then the confirmation and the NIB
    page = enter(url, context(viewport={"width": 1366, "height": 768}), "operator")
    page.goto(f"{url}/3")
    hands.open_visitor(page, f"**/cases/{case_id}")
    hands.check(page, "[name='collected.entry.is_done']")
    hands.click(page, "[data-action=advance]")
    expect(page.locator("[data-reading]")).to_contain_text("Budi Contoh")
    hands.check(page, "[name='collected.confirmation.is_approved']")
    hands.fill(page, "[name='collected.product.nib']", "9876543210123")
    hands.click(page, "[data-action=advance]")
    page.wait_for_url("**/counter/3")

    # the secretariat archives with the number that is proposed
    page = enter(url, context(viewport={"width": 1366, "height": 768}), "sekretariat")
    hands.click(page, "[data-tray] tbody a")
    hands.click(page, "[data-action=advance]")
    expect(page.locator("[data-toast]")).to_be_visible()

    # the loket hands over, the head makes the recap
    page = enter(url, context(viewport={"width": 1366, "height": 768}), "loket1")
    page.goto(f"{url}/1")
    hands.open_visitor(page, f"**/cases/{case_id}")
    hands.click(page, "[data-action=hand_over]")
    expect(page.locator("[data-case-state]")).to_have_attribute("data-case-state", "completed")
    expect(page.locator(".history time").first).to_contain_text("hari ini, ")
    page = enter(url, context(viewport={"width": 1366, "height": 768}), "kasi")
    hands.click(page, "#rail a[href$='/recap']")
    hands.click(page, "[data-action=recap]")
    page.wait_for_url(re.compile("/recap/[0-9]+$"))

    assert desks.file(case_id).recap_id is not None
    assert hands.acts <= 24


def test_a_visitor_without_a_file_takes_three_presses_of_the_large_button(sqlite_store: Store, tmp_path: Path) -> None:
    filing = Filing(sqlite_store, tmp_path, [examples()["konsultasi"]])
    know_passwords(sqlite_store)
    taken = filing.number("konsultasi", {})
    browser = sign_in(filing.client.application, "loket", office="uji")
    panel = browser.post("/uji/counter/1/open", follow_redirects=True).text
    pressed = []

    while (button := re.search(r'formaction="([^"]+)" data-action="(\w+)" data-primary', panel)) and len(pressed) < 9:
        pressed.append(button[2])
        panel = browser.post(button[1], follow_redirects=True).text
        if pressed[-1] == "finish":
            break

    assert pressed == ["next", "start", "finish"]
    with sqlite_store.read() as connection:
        assert connection.execute(select(Ticket.state).where(Ticket.id == taken["id"])).scalar_one() == State.DONE


PHOTOCOPY = next(each for each in shipped()[0].services if each.slug == "legalisasi")
(COPY_DESK,) = PHOTOCOPY.steps
SEEN_ONLY = (Collects.DOCUMENTS, Collects.VALIDATION, Collects.RECEIVER)
OF_ONE_STEP = {
    "shipped": PHOTOCOPY,
    "with originals, product and receiver": replace(
        PHOTOCOPY,
        requirements=tuple(replace(each, original=Original.SHOWN, copies=1) for each in PHOTOCOPY.requirements),
        steps=(replace(COPY_DESK, collects=(*SEEN_ONLY, Collects.PRODUCT)),),
    ),
}


@pytest.mark.parametrize("name", OF_ONE_STEP)
def test_a_photocopy_takes_three_presses_and_three_clicks_of_a_program(
    sqlite_store: Store, tmp_path: Path, name: str
) -> None:
    filing = Filing(sqlite_store, tmp_path, [OF_ONE_STEP[name]])
    know_passwords(sqlite_store)
    first, second, third = (filing.number("legalisasi", {})["id"] for _ in range(3))
    browser = sign_in(filing.client.application, "loket", office="uji")
    browser.post("/uji/counter/1/open")

    browser.post("/uji/counter/1/next")
    browser.post(f"/uji/counter/1/tickets/{first}/start")
    panel = browser.get("/uji/counter/1").text
    told = browser.post(f"/uji/counter/1/tickets/{first}/file", action="at_once", follow_redirects=True).text
    filing.call(1, "loket")
    done = filing.post("loket", f"counter/1/tickets/{second}/file", {"action": "at_once"})
    filing.call(1, "loket")
    missing = {"action": "at_once", "collected": {"documents": {"asli": False}}}
    filing.post("loket", f"counter/1/tickets/{third}/file", missing, (422,))

    assert re.search(r'data-action="file" data-primary', panel)  # what Space does
    assert 'name="action" value="at_once"' in panel
    assert "Dokumen asli · Fotokopi yang akan dilegalisasi" in panel
    assert "Berkas 1/2026: " in told
    assert re.search(r"/cases/\d+/undo", told)
    assert done["state"] == "completed"
    with sqlite_store.read() as connection:
        states = connection.execute(select(Ticket.state).order_by(Ticket.id)).scalars().all()
        kinds = connection.execute(select(PrintJob.kind).where(PrintJob.case_id == done["id"])).scalars().all()
        events = connection.execute(select(Event.action).where(Event.case_id == done["id"])).scalars().all()
    assert states == [State.DONE, State.DONE, State.SERVING]
    assert "receipt" in kinds
    assert {"accept", "finish"} <= set(events) or {"accept", "hand_over"} <= set(events)


@pytest.mark.parametrize("asks", [Collects.PAYMENT, Collects.ARCHIVE, Collects.LETTER, Collects.SIGNATURE])
def test_what_has_to_be_written_down_is_asked_and_not_vouched_for(
    sqlite_store: Store, tmp_path: Path, asks: Collects
) -> None:
    asking = replace(PHOTOCOPY, steps=(replace(COPY_DESK, collects=(*SEEN_ONLY, asks)),))
    filing = Filing(sqlite_store, tmp_path, [asking])
    ticket = filing.number("legalisasi", {})["id"]
    filing.call(1, "loket")

    page = filing.page("loket", "counter/1")
    filing.post("loket", f"counter/1/tickets/{ticket}/file", {"action": "at_once"}, (409,))

    assert "at_once" not in page
    assert 'data-action="file" data-primary' in page


def test_a_refused_form_marks_the_fields_that_are_wrong_and_begins_there(app: Flask, desks: Desks) -> None:
    taken = desks.take()
    desks.serve_next("loket1")
    sent = {"action": "accept", "applicant.name": "Budi", "applicant.nik": "123", "applicant.email": "budi"}
    sent |= {f"collected.documents.{key}": "true" for key in desks.documents("oss")}

    page = sign_in(app, "loket1", office="lumajang").post(f"/lumajang/counter/1/tickets/{taken.id}/file", **sent).text

    marked = re.findall(r'<input id="applicant\.(\w+)"[^>]*aria-invalid="true" autofocus', page)
    assert marked == ["nik", "email"]
    assert 'id="applicant.nik-fault">NIK harus 16 angka' in page


def test_a_step_that_is_refused_marks_what_it_still_lacks(app: Flask, desks: Desks) -> None:
    case_id = desks.to_step("archive")
    clerk = sign_in(app, "sekretariat", office="lumajang")

    page = clerk.post(f"/lumajang/counter/cases/{case_id}/advance", **{"collected.archive.place": "Lemari 2"}).text

    assert re.findall(r'<input id="([\w.]+)"[^>]*aria-invalid="true" autofocus', page) == ["collected.archive.number"]
    assert 'id="collected.archive.number-fault">Masih harus diisi' in page
    assert 'value="Lemari 2"' in page


def test_the_desk_of_who_only_reads_shows_figures_and_no_empty_tray(app: Flask) -> None:
    pages = {who: sign_in(app, who, office="lumajang").get("/lumajang/counter").text for who in ("camat", "kasi")}

    assert {who: ("data-tray" in page, "data-last-month" in page) for who, page in pages.items()} == {
        "camat": (False, True),
        "kasi": (True, False),
    }


@pytest.mark.parametrize("wanted", ["1/2026", "3508205708909992", "NIK: 3508 2057 0890 9992", "A-001", "token"])
def test_the_box_above_the_pages_opens_the_file(app: Flask, desks: Desks, wanted: str) -> None:
    case_id = desks.to_step("validate")
    browser = sign_in(app, "kasi", office="lumajang")
    text = f"http://10.0.0.5/f/{desks.file(case_id).token}" if wanted == "token" else wanted

    answer = browser.post("/lumajang/counter/seek", wanted=text)

    assert answer.location == f"/lumajang/counter/cases/{case_id}"


def test_the_box_looks_a_name_up_and_keeps_a_nik_out_of_addresses(app: Flask) -> None:
    browser = sign_in(app, "kasi", office="lumajang")

    assert browser.post("/lumajang/counter/seek", wanted="Budi").location.endswith("/register?text=Budi")
    for typed in ("3508205708909999", "NIK 3508205708909999", "350820570890999", "Budi 3508 2057 0890 9999"):
        unknown = browser.post("/lumajang/counter/seek", wanted=typed)
        assert unknown.location.endswith("/register")
    assert "Tidak ditemukan" in browser.get(unknown.location).text
