"""Makes the pictures of the README from the real pages: `.venv/bin/python tests/pictures.py`."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import requests
from chromium import CHROMIUM, CHROMIUM_ARGS
from people import sign_in_page
from playwright.sync_api import Browser, Page, sync_playwright
from server import Server

PICTURES = Path(__file__).with_name("pictures")
OFFICE = "lumajang"


def main() -> None:
    PICTURES.mkdir(exist_ok=True)
    server = Server(Path(tempfile.mkdtemp(prefix="loket-pictures-")))
    server.start()
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_ARGS)
            _make(server, browser)
            browser.close()
    finally:
        server.stop()


def _make(server: Server, browser: Browser) -> None:
    services = ("oss", "oss", "legalisasi", "oss", "ktp-el", "kartu-keluarga", "oss", "legalisasi")
    tickets = [_take(server, service, number) for number, service in enumerate(services)]
    counter = _signed_in(server, browser, "loket1")  # with a password of their own, whose change ends older tokens
    loket = server.token(OFFICE, "--officer", "loket1")
    called = _click(server, loket, "1/next")
    _click(server, loket, f"1/tickets/{called['id']}/start")
    counter.goto(f"{server.url}/{OFFICE}/counter/1/tickets/{called['id']}/file")
    for box in counter.locator("input[name^='collected.documents.']").all():
        box.check()
    for name, value in (("name", "Siti Contoh"), ("nik", "3508101708909991"), ("business", "Keripik Contoh")):
        counter.locator(f"[id='applicant.{name}']").fill(value)
    counter.locator("[data-action=accept]").click()
    counter.wait_for_url("**/counter/1")
    second = _click(server, server.token(OFFICE, "--officer", "loket2"), "2/next")
    _click(server, loket, "1/next")
    counter.reload()
    _shoot(counter, "counter")
    chief = _signed_in(server, browser, "kasi")
    chief.goto(f"{server.url}/{OFFICE}/counter/files")
    chief.locator("[data-tray] tbody a").first.click()
    chief.locator("[data-register]").wait_for()
    _shoot(chief, "file")
    _shoot(_open(server, browser, f"/{OFFICE}/kiosk", 1080, 1920), "kiosk")
    _shoot(_open(server, browser, f"/{OFFICE}/display", 1920, 1080), "display")
    _shoot(_open(server, browser, f"/t/{tickets[3]['token']}", 390, 844), "phone")
    paper = _open(server, browser, f"/{OFFICE}/paper", 1366, 768)
    paper.locator("main img").last.screenshot(path=PICTURES / "slip.png")
    assert second["number"]


def _take(server: Server, service: str, number: int) -> dict[str, Any]:
    wanted = {"service": service, "nonce": f"gambar-{number:04d}", "priority": number == 3}
    answer = requests.post(f"{server.url}/{OFFICE}/kiosk/tickets", json=wanted, timeout=30)
    answer.raise_for_status()
    ticket: dict[str, Any] = answer.json()
    return ticket


def _click(server: Server, token: dict[str, str], path: str) -> dict[str, Any]:
    answer = requests.post(f"{server.url}/{OFFICE}/counter/{path}", headers=token, timeout=30)
    answer.raise_for_status()
    ticket: dict[str, Any] = answer.json()
    return ticket


def _open(server: Server, browser: Browser, path: str, width: int, height: int) -> Page:
    page = browser.new_context(viewport={"width": width, "height": height}, locale="id-ID").new_page()
    page.goto(server.url + path)
    page.wait_for_timeout(1500)
    return page


def _signed_in(server: Server, browser: Browser, who: str) -> Page:
    page = _open(server, browser, "/", 1366, 768)
    sign_in_page(page, server, OFFICE, who)
    return page


def _shoot(page: Page, name: str) -> None:
    page.screenshot(path=PICTURES / f"{name}.png")


if __name__ == "__main__":
    main()
