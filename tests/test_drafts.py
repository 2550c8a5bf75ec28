"""Typed work is not lost: a draft in the browser survives a reload and an ended session until it was taken."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import world
from flask import Flask
from people import sign_in
from playwright.sync_api import BrowserContext, Page, expect
from server import serving
from test_two_tabs import Tab
from world import PASSWORD, World

from shared.domain.queue.ticket import Action
from shared.store.office import Store
from shared.web.access.sign_in import IDLE
from shared.web.app import create_app
from shared.web.settings import Settings

Open = Callable[..., BrowserContext]


class Site:
    def __init__(self, uji: World, url: str, app: Flask) -> None:
        self.uji, self.url, self.app = uji, f"{url}/uji/counter", app

    def enter(self, page: Page, login: str = "admin") -> Page:
        page.goto(f"{self.url}/sign-in")
        self.sign_in(page, login)
        expect(page.locator("[data-counter='1']")).to_be_visible()
        return page

    def sign_in(self, page: Page, login: str = "admin") -> None:
        page.locator("#login").fill(login)
        page.locator("#password").fill(PASSWORD)
        page.locator("form button.primary").click()


@pytest.fixture
def site(sqlite_store: Store, tmp_path: Path) -> Iterator[Site]:
    uji = world.office(sqlite_store)
    app = create_app(Settings(data=tmp_path), sqlite_store, lambda: uji.now, async_mode="threading")
    with serving(app) as address:
        yield Site(uji, address, app)


def stored(page: Page) -> int:
    """Drafts in both storages of the browser."""
    counted = page.evaluate("Object.keys(localStorage).concat(Object.keys(sessionStorage)).join()")
    return str(counted).count("loket.draft:")


def test_a_save_after_the_session_ended_loses_nothing(site: Site, context: Open) -> None:
    taken = site.uji.take()
    site.uji.call_next()
    site.uji.act(Action.START, taken.id)
    page = site.enter(context().new_page(), "petugas1")
    page.goto(f"{site.url}/1/tickets/{taken.id}/file")
    page.locator("[id='applicant.name']").fill("Siti Contoh")
    page.locator("input[type=checkbox]").first.check()
    site.uji.later(seconds=IDLE.total_seconds() + 60)

    page.locator("[data-action=accept]").click()
    site.sign_in(page, "petugas1")

    expect(page.locator("[data-given-back]")).to_be_visible()
    expect(page.locator("[id='applicant.name']")).to_have_value("Siti Contoh")
    expect(page.locator("input[type=checkbox]").first).to_be_checked()
    assert page.evaluate("Object.keys(localStorage).length") == 0, "people's data only for the session"
    page.locator("[id='applicant.nik']").fill("3508205708909992")
    page.locator("input[type=checkbox]").first.uncheck()  # the step of this small office gathers no documents
    page.locator("[data-action=accept]").click()
    page.wait_for_url("**/cases/*")
    assert stored(page) == 0


def test_a_page_of_the_setup_gives_back_what_was_typed_with_its_rows(site: Site, context: Open) -> None:
    page = site.enter(context().new_page())
    page.goto(f"{site.url}/setup/counters")
    page.locator("[name='counters-2-name']").fill("Loket Depan")
    page.locator("[name='counters-1-name']").locator("xpath=ancestor::*[@data-one]").locator(
        "[data-row=remove]"
    ).click()
    page.locator("button[data-rows=counters]").click()
    page.locator("[name$='-name']").last.fill("Loket Baru")
    page.locator("[name$='-number']").last.fill("9")
    page.locator("button[data-rows$=-breaks]").last.click()
    page.locator("[name$='-begins']").last.fill("12:00")
    page.locator("[name$='-ends']").last.fill("12:30")
    other = Tab(sign_in(site.app, "admin").client, "/counters")
    other.fields = [(name, value) for name, value in other.fields if not name.startswith("counters-0-")]
    assert other.save() == 303

    page.reload()

    expect(page.locator("[data-given-back]")).to_be_visible()
    expect(page.locator("[name='counters-1-name']")).to_have_value("Loket Depan")
    expect(page.locator("[name$='-name']").last).to_have_value("Loket Baru")
    page.locator("[data-action=save]").click()
    expect(page.locator("[data-saved]")).to_be_visible()
    assert stored(page) == 0
    counters = site.uji.store.office_config(site.uji.id).counters
    assert [(each.number, each.name, len(each.breaks)) for each in counters] == [
        (3, "Loket Depan", 0),
        (9, "Loket Baru", 1),
    ]


def test_a_refused_form_shows_an_added_row_once(site: Site, context: Open) -> None:
    page = site.enter(context().new_page())
    page.goto(f"{site.url}/setup/counters")
    page.locator("button[data-rows=counters]").click()
    page.locator("[name$='-name']").last.fill("Loket Baru")
    page.locator("[name$='-number']").last.fill("1")

    page.locator("[data-action=save]").click()

    expect(page.locator("[data-wrong]").first).to_be_visible()
    for _ in range(2):
        page.wait_for_function("Object.keys(localStorage).some((key) => key.startsWith('loket.draft:'))")
        names = page.locator("[name$='-name']").evaluate_all("all => all.map((each) => each.value)")
        assert names == ["Loket 1", "Loket 2", "Loket 3", "Loket Baru"]
        page.locator("[data-action=save]").click()
        page.wait_for_load_state("load")


def test_a_form_that_names_no_draft_keeps_it_too_also_one_that_is_sent_in_the_background(
    site: Site, context: Open
) -> None:
    site.uji.take()
    site.uji.call_next()
    page = site.enter(context().new_page(), "petugas1")
    page.goto(f"{site.url}/1")
    page.locator("[data-action=note]").first.click()
    page.locator("textarea[name=text], input[name=text]").first.fill("Membawa surat kuasa")
    site.uji.later(seconds=IDLE.total_seconds() + 60)

    page.locator("form[action$='/note'] button").first.click()
    site.sign_in(page, "petugas1")

    note = page.locator("textarea[name=text], input[name=text]").first
    expect(note).to_have_value("Membawa surat kuasa")
    page.locator("form[action$='/note']").first.evaluate("form => form.requestSubmit()")
    expect(page.locator("body")).to_contain_text("Membawa surat kuasa")
    page.wait_for_function("!Object.keys(sessionStorage).some((key) => key.startsWith('loket.draft:'))")


def test_signing_out_by_hand_leaves_nothing_behind(site: Site, context: Open) -> None:
    page = site.enter(context().new_page())
    page.goto(f"{site.url}/day")
    page.locator("#note-opening").fill("Tinta habis")
    assert stored(page) == 1

    page.locator("#menu summary").click()
    page.locator("[data-action=sign_out]").click()

    expect(page.locator("#login")).to_be_visible()
    assert stored(page) == 0


def test_the_draft_of_a_standard_waits_for_its_officer_also_after_signing_out(site: Site, context: Open) -> None:
    page = site.enter(context().new_page())
    page.goto(f"{site.url}/setup/services/layanan-1/standard")
    page.locator("#section-names > summary").click()
    page.locator("#name").fill("Layanan yang panjang")

    page.locator("#menu summary").click()
    page.locator("[data-action=sign_out]").click()
    expect(page.locator("#login")).to_be_visible()
    site.enter(page)
    page.goto(f"{site.url}/setup/services/layanan-1/standard")

    expect(page.locator("[data-given-back]")).to_be_visible()
    expect(page.locator("#name")).to_have_value("Layanan yang panjang")
