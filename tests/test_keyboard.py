"""Register, reports, survey, complaints and evidence with the keyboard alone; the focus can always be seen."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from desks import Desks, signing_in
from flask import Flask
from playwright.sync_api import BrowserContext, Page, expect
from server import serving
from world import PASSWORD

from shared.domain.surveys.settings import SurveySettings
from shared.domain.surveys.survey import ELEMENTS
from shared.engine.surveys import survey
from shared.store.office import Store
from shared.web.app import create_app
from shared.web.settings import Settings

Open = Callable[..., BrowserContext]
pytestmark = pytest.mark.long
MOST_TABS = 150
SHOWS = """here => {
    const look = getComputedStyle(here);
    return look.outlineStyle !== "none" && parseFloat(look.outlineWidth) >= 2 || look.boxShadow !== "none";
}"""


@pytest.fixture
def desks(sqlite_store: Store) -> Desks:
    """A file that was handed over in October, one at work in November, and a visitor who was drawn."""
    made = signing_in(sqlite_store)
    everyone = SurveySettings(method="rate", rate_percent=100)
    made.store.change(made.id, made.actor("admin"), survey.change_survey, everyone)
    made.now = datetime(2026, 10, 20, 2, 0, tzinfo=UTC)
    made.to_step("done")
    made.now = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
    made.to_step("validate")
    taken = made.take("ktp-el")
    called = made.serve_next("loket2")
    assert called is not None
    made.ticket_act("loket2", taken.id, "finish")
    return made


@pytest.fixture
def url(desks: Desks, tmp_path: Path) -> Iterator[str]:
    app: Flask = create_app(Settings(data=tmp_path), desks.store, clock=lambda: desks.now, async_mode="threading")
    with serving(app) as address:
        yield address


class Keys:
    """One page and a keyboard; no pointer."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def to(self, selector: str) -> Keys:
        """Tab until the focus is there, and can be seen."""
        for _ in range(MOST_TABS):
            if self.page.evaluate("s => document.activeElement.matches(s)", selector):
                break
            self.page.keyboard.press("Tab")
        here = self.page.locator(":focus")
        assert self.page.evaluate("s => document.activeElement.matches(s)", selector), f"no way to {selector}"
        assert here.evaluate(SHOWS), f"nobody sees the focus on {selector}"
        return self

    def press(self, *keys: str) -> Keys:
        for key in keys:
            self.page.keyboard.press(key)
        return self

    def write(self, selector: str, text: str) -> Keys:
        self.to(selector).press("ControlOrMeta+a")
        self.page.keyboard.type(text)
        return self

    def begin_again(self) -> Keys:
        """From the top of the page, as after loading it."""
        self.page.evaluate("document.activeElement.blur()")
        return self


@pytest.fixture
def kasi(context: Open, url: str) -> Keys:
    page = context(locale="id-ID", viewport={"width": 1366, "height": 768}).new_page()
    keys = Keys(page)
    page.goto(f"{url}/lumajang/counter/sign-in")
    keys.write("#login", "kasi").write("#password", PASSWORD).press("Enter")
    page.wait_for_url("**/counter")
    return keys


def test_the_register_is_searched_amended_and_closed_by_keys(kasi: Keys, url: str) -> None:
    page = kasi.page
    page.goto(f"{url}/lumajang/counter/register")
    kasi.write("#text", "1/2026").press("Enter")
    page.wait_for_url("**text=1*")
    kasi.begin_again().to('a[href$="/register/1"]').press("Enter")
    page.wait_for_url("**/register/1")
    kasi.begin_again().to("#column").page.keyboard.type("Nama pemohon")
    kasi.write("#becomes", "Sitti Contoh").write("#reason", "Salah ketik").to('[data-action="amend"]').press("Enter")
    expect(page.locator('[data-column="applicant"] s')).to_have_text("Siti Contoh")

    page.goto(f"{url}/lumajang/counter/register/months")
    kasi.begin_again().to('[data-action="close-month"]').press("Enter")
    expect(page.get_by_text("Kepala Seksi Pelayanan").nth(1)).to_be_visible()


def test_reports_are_filtered_and_signed_by_keys(kasi: Keys, url: str) -> None:
    page = kasi.page
    page.goto(f"{url}/lumajang/counter/reports")
    kasi.to("#kind").page.keyboard.type("Bul")
    kasi.write("#day", "05-10-2026").to('[data-action="show_report"]').press("Enter")
    page.wait_for_url("**period=2026-10")
    kasi.begin_again()
    for name, text in (("number", "400/10/2026"), ("post", "Kepala Seksi"), ("name", "SRI WAHYUNI")):
        kasi.write(f"#{name}", text)
    kasi.to('[data-action="sign_report"]').press("Enter")
    expect(page.locator("[data-signed]")).to_be_visible()


def test_the_survey_is_led_by_keys(kasi: Keys, url: str) -> None:
    page = kasi.page
    page.goto(f"{url}/lumajang/counter/survey")
    kasi.to('[data-action="paper-out"]').press("Enter")
    expect(page.locator('[data-count="papers"]')).to_have_text("1")
    page.goto(f"{url}/lumajang/counter/survey/2026-S2")
    kasi.begin_again().to("main details.box > summary").press("Enter")
    kasi.write('main details [name="what"]', "Tambah loket").write('main details [name="who"]', "Kasi")
    kasi.to('main details [data-action="save-action"]').press("Enter")
    expect(page.get_by_text("Tambah loket").first).to_be_visible()


def test_a_complaint_is_taken_down_and_answered_by_keys(kasi: Keys, url: str) -> None:
    page = kasi.page
    page.goto(f"{url}/lumajang/counter/complaints/new")
    kasi.write("#text", "Antre tiga jam").to('[data-action="enter_complaint"], main form button').press("Enter")
    page.wait_for_url(re.compile(r"/complaints/\d+"))
    kasi.begin_again().to('[data-action="verify"]').press("Enter")
    expect(page.locator('[data-action="verify"]')).to_have_count(0)


def test_the_folder_of_evidence_is_made_and_left_by_keys(kasi: Keys, url: str) -> None:
    page = kasi.page
    page.goto(f"{url}/lumajang/counter/evidence")
    kasi.to("main form button").press("Enter")
    page.wait_for_url("**/work")
    expect(page.locator('[data-action="fetch_work"]')).to_be_visible()
    kasi.begin_again().to('[data-action="fetch_work"]')


def test_a_phone_complains_and_answers_the_survey_by_keys(context: Open, desks: Desks, url: str) -> None:
    page = context(locale="id-ID", viewport={"width": 390, "height": 844}).new_page()
    keys = Keys(page)
    page.goto(f"{url}/lumajang/complaint")
    keys.write("textarea", "Antre tiga jam")
    page.reload()
    expect(page.locator("textarea").first).to_have_value("Antre tiga jam")
    keys.begin_again().to("main form button:not([name])").press("Enter")
    page.wait_for_url("**/a/*")
    page.wait_for_function("sessionStorage.length === 0")
    page.goto(f"{url}/t/{desks.ticket(3).token}/survey")
    keys.begin_again().to('[data-action="begin"], form[action*="begin"] button').press("Enter")
    page.wait_for_url("**/questions*")
    for element in ELEMENTS:
        keys.to(f'[name="answers-{element}"]').press("Space", "ArrowRight")
    page.reload()
    expect(page.locator(f'[name="answers-{ELEMENTS[-1]}"][value="2"]')).to_be_checked()
    keys.begin_again().to('main form button[type="submit"], main form button:not([type])').press("Enter")
    page.wait_for_url("**/thanks*")


def test_the_kiosk_takes_an_opinion_and_a_complaint_by_keys(context: Open, url: str) -> None:
    page = context(locale="id-ID", viewport={"width": 1080, "height": 1920}).new_page()
    keys = Keys(page)
    page.goto(f"{url}/lumajang/kiosk")
    keys.to('[data-action="survey"]').press("Enter")
    keys.to('[data-screen="survey"]:not([hidden]) [data-survey-action="alone"]').press("Enter")
    keys.to('[data-screen="survey"]:not([hidden]) [data-survey-action="start"]').press("Enter")
    for element in ELEMENTS:
        keys.to(f'[data-of="{element}"] [data-survey-answer="3"]').press("Enter")
    expect(page.locator('[data-of="about-sex"]')).to_be_visible()

    page.goto(f"{url}/lumajang/kiosk")
    keys.begin_again().to('[data-action="complaint"]').press("Enter")
    keys.to('[data-say-kind="complaint"]').press("Enter")
    for letter in "ANTRE":
        keys.to(f'[data-say-part="text"] [data-say-key="{letter}"]').press("Enter")
    keys.to('[data-say-part="text"] [data-say-go]').press("Enter")
    keys.to('[data-say-person="none"]').press("Enter")
    expect(page.locator("[data-say-number]")).to_contain_text("P-1/2026")
