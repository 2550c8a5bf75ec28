"""One number on its whole way in real browsers: kiosk, television, counter, television again, and the paper."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from urllib.parse import urlsplit

from paper import PaperPrinter, picture, qr_codes
from people import sign_in_page, until
from playwright.sync_api import BrowserContext, Page, TimeoutError, expect
from server import Server
from sqlalchemy import select, update
from test_live import Clicks

from shared.store.office import Store
from shared.store.tables import Office, Printer

LIMIT_MS = 60_000
WIDTH_DOTS = 576
"""Of 80 mm paper."""


def take_number(page: Page, service: str) -> str:
    """Touches the tile of `service`, then whatever the kiosk asks, until it shows a number; the number."""
    page.locator(f"[data-service='{service}']").first.click(timeout=LIMIT_MS)
    number = page.locator("[data-number]")
    end = time.monotonic() + LIMIT_MS / 1000
    while not (number.count() and number.first.is_visible() and number.first.inner_text().strip()):
        assert time.monotonic() < end, page.locator("body").inner_text()
        take = page.locator("[data-action='take']:visible, [data-answer]:visible")
        if take.count():
            with contextlib.suppress(TimeoutError):  # the kiosk may have gone on by itself meanwhile
                take.first.click(timeout=2_000)
        page.wait_for_timeout(50)
    return number.first.inner_text().strip()


def use_printer(server: Server, office: str, address: str) -> None:
    """The office's first printer becomes a network printer, as its setup page would make it."""
    store = Store(f"sqlite:///{server.data / 'loket.db'}")
    with store.read() as connection:
        office_id = connection.execute(select(Office.id).where(Office.slug == office)).scalar_one()
    store.write(update(Printer).where(Printer.office_id == office_id).values(kind="network", address=address))
    store.write(update(Office).where(Office.id == office_id).values(setup_version=Office.setup_version + 1))
    store.close()


def codes(printer: PaperPrinter) -> list[str]:
    """What zxing-cpp reads from the paper of the first slip."""
    return qr_codes(picture(printer.slips[0], WIDTH_DOTS)) if printer.slips else []


def test_a_number_goes_from_the_kiosk_to_the_television_the_counter_and_the_paper(
    serve: Callable[..., Server], context: Callable[..., BrowserContext]
) -> None:
    server = serve()
    clicks = Clicks(server)
    printer = PaperPrinter()
    with printer.on_network() as address:
        use_printer(server, "lumajang", address)
        kiosk = context(viewport={"width": 1080, "height": 1920}, has_touch=True).new_page()
        display = context(viewport={"width": 1920, "height": 1080}).new_page()
        desk = context(viewport={"width": 1366, "height": 768}).new_page()
        display.goto(f"{clicks.root}/display")
        kiosk.goto(f"{clicks.root}/kiosk")

        number = take_number(kiosk, clicks.service)

        expect(display.locator("[data-waiting]").first).to_contain_text("1", timeout=LIMIT_MS)
        sign_in_page(desk, server, "lumajang", "loket1")
        desk.goto(f"{clicks.root}/counter/1")
        desk.locator("[data-action=next]").first.click()

        expect(display.locator("[data-call-number]").first).to_have_text(number, timeout=LIMIT_MS)
        expect(display.locator("[data-call-counter]").first).to_contain_text("1", timeout=LIMIT_MS)
        expect(desk.locator("[data-number]").first).to_have_text(number, timeout=LIMIT_MS)
        for action in ("recall", "start", "finish", "finish-only_asked"):
            desk.locator(f"[data-action={action}]").first.click()
        expect(desk.locator("[data-action=next]").first).to_be_visible(timeout=LIMIT_MS)
        until(lambda: bool(codes(printer)))
        (status_page,) = codes(printer)
        phone = context(viewport={"width": 390, "height": 844}, has_touch=True).new_page()
        phone.goto(server.url + urlsplit(status_page).path)  # paper never names the loopback address
        expect(phone.locator("[data-number]").first).to_contain_text(number)
