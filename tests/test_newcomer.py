"""A newcomer with nothing but a browser: founds a third office, sets it up, and serves its first visitor."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

from chromium import barriers
from people import sign_in_page
from playwright.sync_api import BrowserContext, Page, expect
from server import Server

PASSWORD = "sandi-pendatang-baru"
LIMIT_MS = 90_000

SERVICES = (
    ("Legalisasi fotokopi dokumen", "Legalisasi", "lumajang/legalisasi"),
    ("Surat keterangan tidak mampu", "Keterangan tidak mampu", "lumajang/sktm"),
    ("Pengaduan warga", "Pengaduan", ""),
)
PAGES = (
    "",
    "/office",
    "/services",
    "/services/new",
    "/services/pengaduan/standard",
    "/services/pengaduan/versions",
    "/counters",
    "/officers",
    "/officers/new",
    "/hours",
    "/holidays",
    "/rules",
    "/display",
    "/media",
    "/voice",
    "/printers",
    "/found?district=35.08.02",
)
OFFICERS = (
    ("siti", "Siti", "loket"),
    ("joko", "Joko", "loket"),
    ("rini", "Rini", "operator"),
    ("hadi", "Hadi", "kasi"),
)


def saved(page: Page) -> None:
    expect(page.locator("[data-saved]")).to_be_visible(timeout=LIMIT_MS)


def test_a_third_office_is_set_up_with_the_browser_alone_and_serves_a_visitor(
    serve: Callable[..., Server], context: Callable[..., BrowserContext]
) -> None:
    server = serve()
    page = context(base_url=server.url, viewport={"width": 1366, "height": 768}).new_page()
    page.set_default_timeout(LIMIT_MS)
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))

    # found the office, from the setup of another one
    sign_in_page(page, server, "lumajang", "admin", server.passwords["lumajang", "admin"], PASSWORD)
    page.goto("/lumajang/counter/setup/found")
    page.select_option("#district", label="Tempursari (35.08.01)")
    page.click("[data-action=choose]")
    slug = page.input_value("#slug")
    page.click("[data-action=save]")
    page.click("[data-new-office]")
    sign_in_page(page, server, slug, "admin", PASSWORD, PASSWORD)
    office = f"/{slug}/counter/setup"

    # three services
    for name, short, like in SERVICES:
        page.goto(f"{office}/services/new")
        page.fill("#name", name)
        page.fill("#short_name", short)
        page.select_option("#like", like)
        page.click("[data-action=save]")
        saved(page)

    # two counters
    page.goto(f"{office}/counters")
    for number in (1, 2):
        page.click("[data-row=add][data-rows=counters]")
        row = page.locator("[data-rows-of=counters] > [data-one]").nth(number - 1)
        row.locator("input[name$=-number]").fill(str(number))
        row.locator("input[name$=-name]").fill(f"Loket {number}")
        row.locator("input[value=kasi]").check()
    page.click("[data-action=save]")
    saved(page)

    # four officers
    passwords = {}
    for login, name, role in OFFICERS:
        page.goto(f"{office}/officers/new")
        page.fill("#name", name)
        page.fill("#login", login)
        page.select_option("#roles-0-role", role)
        page.click("[data-action=save]")
        passwords[login] = page.inner_text("[data-password]")

    # one printer more, hours, and the standard of the empty service
    page.goto(f"{office}/printers")
    page.click("[data-row=add][data-rows=printers]")
    row = page.locator("[data-rows-of=printers] > [data-one]").nth(1)
    row.locator("input[name$=-slug]").fill("anjungan-1")
    row.locator("select[name$=-kind]").select_option("virtual")
    page.locator("[data-action=save]").click()
    saved(page)
    page.goto(f"{office}/services/pengaduan/standard")
    page.click("[data-row=add][data-rows=requirements]")
    page.locator("input[name^=requirements-][name$=-text]").last.fill("KTP asli")
    page.click("#section-promise > summary")
    page.fill("#promise-value", "3")
    page.click("[data-action=save]")
    saved(page)
    expect(page.locator("[data-preview=kiosk]")).to_contain_text("KTP asli")

    # every page of the setup is sound for a screen reader
    for path in PAGES:
        page.goto(office + path)
        assert barriers(page) == [], path
        assert page.evaluate("document.documentElement.scrollWidth") <= 1366, path

    # open today, whatever day it is
    page.goto(f"{office}/hours")
    for day in page.locator("input[name='weekdays[]']").all():
        day.check()
    page.click("[data-action=save] >> nth=1")
    saved(page)
    page.goto(f"{office}/holidays")
    today = datetime.now(ZoneInfo("Asia/Jakarta")).date()
    holiday = page.locator(f"[data-one]:has(input[value='{today:%d-%m-%Y}'])")
    if holiday.count():
        holiday.locator("[data-row=remove]").click()
        page.click("[data-action=save]")
        saved(page)

    # the first visitor takes a number, and one of the new officers serves them
    kiosk = context(base_url=server.url, viewport={"width": 1080, "height": 1920}, has_touch=True).new_page()
    kiosk.set_default_timeout(LIMIT_MS)
    kiosk.goto(f"/{slug}/kiosk")
    kiosk.tap("[data-service=pengaduan]")
    expect(kiosk.locator("[data-of=pengaduan][data-screen=service]")).to_contain_text("KTP asli")
    kiosk.tap("[data-of=pengaduan] [data-action=take]")
    expect(kiosk.locator("[data-number]")).to_have_text("C-001", timeout=LIMIT_MS)
    desk = context(base_url=server.url, viewport={"width": 1366, "height": 768}).new_page()
    desk.set_default_timeout(LIMIT_MS)
    sign_in_page(desk, server, slug, "siti", passwords["siti"], PASSWORD)
    desk.goto(f"/{slug}/counter")
    desk.locator("[data-action=open]").first.click()
    desk.locator("[data-action=next]").first.click()
    expect(desk.locator("body")).to_contain_text("C-001")
    desk.locator("[data-action=start]").first.click()
    desk.locator("[data-action=finish]").first.click()
    expect(desk.locator("[data-action=next]").first).to_be_visible()
    assert faults == []
