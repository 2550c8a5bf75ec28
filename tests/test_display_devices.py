"""Displays from the officers' side: asked for a sound, their name, a fresh page; missed when they fall silent."""

from __future__ import annotations

import re
from collections.abc import Callable

from chromium import barriers
from people import sign_in_page
from playwright.sync_api import BrowserContext, Page, expect
from server import Server

FAR = {"X-Forwarded-For": "192.0.2.7"}
NAME = "Layar ruang tunggu"


def paired(server: Server, context: Callable[..., BrowserContext], admin: Page) -> Page:
    """A television elsewhere in the house that the admin has let in by its code; it notes what it plays."""
    page = context(extra_http_headers=FAR, viewport={"width": 1280, "height": 720}).new_page()
    page.add_init_script(
        "window.told = []; document.addEventListener('announce', (event) => window.told.push(event.detail.phase));"
    )
    page.goto(f"{server.url}/lumajang/display")
    code = page.locator("[data-code]").inner_text()
    admin.goto(f"{server.url}/lumajang/counter/devices")
    admin.fill("#code", code)
    admin.fill("#name", NAME)
    admin.click("[data-action=confirm]")
    expect(admin.locator("[data-device]")).to_contain_text(NAME)
    page.goto(f"{server.url}/lumajang/display")
    expect(page.locator("[data-waiting]")).to_have_text("0")
    unlock = page.locator("[data-unlock]")
    if unlock.is_visible():
        unlock.click()
    return page


def test_a_display_does_what_the_setup_asks(
    serve: Callable[..., Server], context: Callable[..., BrowserContext]
) -> None:
    server = serve()
    admin = context(viewport={"width": 1366, "height": 768}).new_page()
    sign_in_page(admin, server, "lumajang", "admin")
    display = paired(server, context, admin)
    other = context(viewport={"width": 1280, "height": 720}).new_page()
    other.goto(f"{server.url}/lumajang/display")

    admin.click("[data-device] [data-action=identify]")
    expect(admin.locator("[data-said]")).to_be_visible()
    expect(display.locator("[data-identify]")).to_have_text(NAME)
    assert other.locator("[data-identify]").is_hidden()

    admin.click("[data-device] [data-action=test]")
    wait_for_sounds(display, 1)
    admin.click("[data-action=test_call]")
    wait_for_sounds(display, 2)

    display.evaluate("window.isOldPage = true")
    admin.click("[data-device] [data-action=reload]")
    expect(display.locator("[data-identify]")).to_be_hidden()
    display.wait_for_load_state()
    for _ in range(600):
        if not display.evaluate("window.isOldPage === true"):
            break
        display.wait_for_timeout(100)
    assert not display.evaluate("window.isOldPage === true")
    found = barriers(admin)
    assert [(each["id"], [node["html"] for node in each["nodes"]]) for each in found] == []


def wait_for_sounds(page: Page, ends: int) -> None:
    for _ in range(900):
        if page.evaluate("window.told").count("end") >= ends:
            return
        page.wait_for_timeout(100)
    raise AssertionError(page.evaluate("window.told"))


def test_a_display_that_falls_silent_is_offline_for_the_supervisor(
    serve: Callable[..., Server], context: Callable[..., BrowserContext]
) -> None:
    server = serve()
    admin = context(viewport={"width": 1366, "height": 768}).new_page()
    sign_in_page(admin, server, "lumajang", "admin")
    display = paired(server, context, admin)
    admin.goto(f"{server.url}/lumajang/counter/supervisor")
    card = admin.locator("[data-device]")
    expect(card).to_contain_text(NAME)
    expect(card).not_to_have_attribute("data-offline", re.compile(""))

    display.context.close()
    expect(card).to_have_attribute("data-offline", "")
