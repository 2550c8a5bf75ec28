"""The whole OSS procedure in the browser, from the kiosk to the recap, with four officers in four browsers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest
import requests
from paper import PaperPrinter, codes_on, decode
from people import until
from playwright.sync_api import BrowserContext, Page, expect
from server import Server
from sqlalchemy import select, update
from world import PASSWORD, know_passwords

from shared.store import tables
from shared.store.office import Store

NIK = "3508205708909992"
NAME = "Siti Contoh"
SCREEN = {"width": 1366, "height": 768}
OFFICERS = ("loket1", "operator", "kasi", "sekretariat")


class Office:
    """A served office with four officers signed in, each in a browser of their own."""

    def __init__(self, server: Server, slug: str, open_context: Callable[..., BrowserContext]) -> None:
        self.server, self.slug = server, slug
        store = Store(f"sqlite:///{server.data / 'loket.db'}")
        know_passwords(store)
        store.close()
        self.pages = {who: self._sign_in(open_context(viewport=SCREEN).new_page(), who) for who in OFFICERS}

    def _sign_in(self, page: Page, who: str) -> Page:
        page.goto(self.url("/counter/sign-in"))
        page.locator("#login").fill(who)
        page.locator("#password").fill(PASSWORD)
        page.locator("#password").press("Enter")
        page.wait_for_url(f"**/{self.slug}/counter")
        return page

    def url(self, path: str) -> str:
        return f"{self.server.url}/{self.slug}{path}"

    def take(self, nonce: str) -> dict[str, Any]:
        wanted = {"service": "oss", "nonce": nonce}
        answer = requests.post(self.url("/kiosk/tickets"), json=wanted, timeout=120)
        assert answer.status_code == 201, answer.text
        ticket: dict[str, Any] = answer.json()
        return ticket

    def call(self, who: str, counter: int, number: str) -> Page:
        """The officer calls the next visitor, who is `number`, and starts."""
        page = self.pages[who]
        page.goto(self.url(f"/counter/{counter}"))
        page.locator("[data-action=next]").click()
        expect(page.locator("[data-number]").first).to_have_text(number)
        expect(page.locator("[data-busy=false]")).to_be_visible()
        page.locator("[data-action=start]").first.click()
        expect(page.locator("[data-action=file]")).to_be_visible()
        expect(page.locator("[data-busy=false]")).to_be_visible()
        return page

    def open_first(self, who: str) -> Page:
        """The officer opens the only file in their tray."""
        page = self.pages[who]
        page.goto(self.url("/counter/files"))
        page.locator("[data-tray] tbody a").first.click()
        expect(page.locator("[data-register]")).to_be_visible()
        return page


@pytest.fixture(params=["lumajang", "ranuyoso"])
def office(
    request: pytest.FixtureRequest, serve: Callable[..., Server], context: Callable[..., BrowserContext]
) -> Office:
    return Office(serve(), request.param, context)


@pytest.fixture
def printer(office: Office) -> Iterator[PaperPrinter]:
    """The office's only printer: an emulated one behind TCP."""
    machine = PaperPrinter()
    with machine.on_network() as address:
        store = Store(f"sqlite:///{office.server.data / 'loket.db'}")
        of_office = tables.Office.slug == office.slug
        own = select(tables.Office.id).where(of_office).scalar_subquery()
        store.write(
            update(tables.Printer).where(tables.Printer.office_id == own).values(kind="network", address=address)
        )
        store.write(update(tables.Office).where(of_office).values(setup_version=tables.Office.setup_version + 1))
        yield machine


def test_a_visitor_goes_from_the_kiosk_to_the_recap(office: Office, printer: PaperPrinter) -> None:
    # an incomplete file is returned, and its slip opens the checklist again
    ticket = office.take("kunjungan-pertama")
    page = office.call("loket1", 1, ticket["number"])
    page.locator("[data-action=file]").click()
    page.locator("input[name^='collected.documents.']").first.check()
    remarks = page.locator("input[name^='collected.remarks.']")
    expect(remarks.first).to_be_hidden()
    remarks.nth(1).fill("tanda tangan pudar")
    page.get_by_label("NIK", exact=True).fill(NIK)
    press(page, "[data-action=return_to_applicant]")
    again = office.take("kunjungan-kedua")
    page = office.call("loket1", 1, again["number"])
    page.locator("[data-action=file]").click()
    page.locator("#wanted").fill(NIK)
    press(page, "[data-action=find]")
    expect(page.locator("input[name^='collected.documents.']").first).to_be_checked()
    expect(remarks.nth(1)).to_have_value("tanda tangan pudar")
    until(lambda: any(b"pudar" in slip for slip in printer.slips))

    # complete now: the register gives it a number and the visitor sits down
    for box in page.locator("input[name^='collected.documents.']").all():
        box.check()
    page.locator("[id='applicant.name']").fill(NAME)
    page.locator("[id='applicant.business']").fill("Keripik Contoh")
    press(page, "[data-action=accept]")

    # validation fails once: the loket mends it
    kasi = office.open_first("kasi")
    kasi.locator("[data-action=problem]").click()
    kasi.locator("#reason").fill("Fotokopi KTP tidak terbaca")
    press(kasi, "[data-action=send_back]")
    loket = office.call("loket1", 1, again["number"])
    loket.locator("[data-action=file]").click()
    press(loket, "[data-action=advance]")
    kasi = office.open_first("kasi")
    kasi.locator("[name='collected.validation.is_valid']").check()
    press(kasi, "[data-action=advance]")

    # the operator calls the same number; OSS fails and comes back
    operator = office.call("operator", 3, again["number"])
    operator.goto(office.url("/counter/files"))
    press(operator, "[data-action=outage_begin]")
    operator = office.open_first("operator")
    expect(operator.locator("[data-case-state]")).to_have_attribute("data-case-state", "paused")
    operator.goto(office.url("/counter/files"))
    press(operator, "[data-action=outage_end]")
    operator = office.open_first("operator")
    for kind in ("account", "login", "entry"):
        operator.locator(f"[name='collected.{kind}.is_done']").check()
        press(operator, "[data-action=advance]")
    expect(operator.locator("[data-step=confirm]")).to_be_visible()

    # a correction is a new version of the data; only then the applicant approves and the NIB is issued
    press(operator, "[data-action=print-data_sheet]")
    operator.locator("[id='applicant.business']").fill("Keripik Singkong Contoh")
    press(operator, "[data-action=correct]")
    expect(operator.locator("[data-data-version]")).to_have_text("2")
    operator.locator("[name='collected.product.nib']").fill("123456789012")
    press(operator, "[data-action=advance]")
    expect(operator.locator("[role=alert]")).to_contain_text("NIB 13 angka")
    operator.locator("[name='collected.confirmation.is_approved']").check()
    operator.locator("[name='collected.product.nib']").fill("1234567890123")
    press(operator, "[data-action=advance]")

    # archive, then the visitor has gone home: a representative collects another day
    secretary = office.open_first("sekretariat")
    secretary.locator("[name='collected.archive.number']").fill("1")
    secretary.locator("[name='collected.archive.place']").fill("Rak 2")
    press(secretary, "[data-action=advance]")
    page = office.call("loket1", 1, again["number"])
    page.locator("[data-action=finish]").first.click()
    page.locator("[data-action=finish-comes_back]").click()
    expect(page.locator("[data-action=next]")).to_be_visible()
    receipt = next(slip for slip in _slips(printer) if "TANDA TERIMA" in slip.text.upper())
    token = codes_on(receipt)[0].rsplit("/", 1)[-1]
    back = requests.post(office.url("/kiosk/results"), json={"code": token, "nonce": "besok-harinya"}, timeout=120)
    assert back.status_code == 201, back.text
    page = office.call("loket1", 1, back.json()["number"])
    page.locator("[data-action=file]").click()
    page.locator("[name='collected.receiver.kind'][value=representative]").check()
    page.locator("[name='collected.receiver.name']").fill("Budi Contoh")
    press(page, "[data-action=hand_over]")
    expect(page.locator("[role=alert]")).to_contain_text("surat kuasa")
    page.locator("[name='collected.receiver.letter']").fill("Surat kuasa 24-11-2026")
    press(page, "[data-action=hand_over]")
    expect(page.locator("[data-case-state]")).to_have_attribute("data-case-state", "completed")

    # the recap closes it
    kasi = office.pages["kasi"]
    kasi.goto(office.url("/counter/recap"))
    kasi.locator("[id=number]").fill("001/REKAP/2026")
    kasi.locator("[id=on_day]").fill(date.today().isoformat())
    press(kasi, "[data-action=recap]")
    expect(kasi.locator("tbody tr")).to_have_count(1)
    sheet = kasi.request.get(f"{office.server.url}{kasi.locator('[data-pdf]').get_attribute('href')}").body()
    assert sheet.startswith(b"%PDF")
    assert b"Rekapitulasi pelayanan 001/REKAP/2026" in sheet  # its title, as a reader of screens says it

    # every slip of the way came out of the printer, and none for the public names the person
    kinds = [slip.text.upper() for slip in _slips(printer)]
    for title in ("KEKURANGAN", "TANDA TERIMA", "PERIKSA DATA", "BUKTI PENYERAHAN"):
        assert any(title in text for text in kinds), title
    public = [text for text in kinds if "PERIKSA DATA" not in text and "BUKTI PENYERAHAN" not in text]
    assert all(NIK not in text and NAME.upper() not in text for text in public)


def press(page: Page, button: str) -> None:
    """Presses a button of a plain form and waits for the page that answers."""
    with page.expect_navigation():
        page.locator(button).first.click()


def _slips(printer: PaperPrinter) -> list[Any]:
    return [decode(data) for data in printer.slips]
