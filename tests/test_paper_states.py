"""How the paper is, in words, where people stand: the visitor at the kiosk, the officer, the supervisor."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
import test_ten_steps
from paper import Fault, PaperPrinter
from playwright.sync_api import BrowserContext, Page, expect
from server import Server
from sqlalchemy import select, update
from test_ten_steps import Office

from shared.store import tables
from shared.store.office import Store

NOTHING = ""
# fault: (status on the board, words for the staff, words for the visitor before they take a number)
STATES = {
    Fault.NEAR_END: ("near_end", "Kertas hampir habis", NOTHING),
    Fault.PAPER_OUT: ("paper_out", "Kertas habis", "Kertas habis: catat atau foto nomor Anda."),
    Fault.COVER_OPEN: ("cover_open", "Tutup printer terbuka", "Struk sedang tidak dapat dicetak"),
    Fault.OFFLINE: ("offline", "Printer mati atau tidak terhubung", "Struk sedang tidak dapat dicetak"),
    Fault.HALF_OPEN: ("unknown", "Printer tidak menjawab", "Struk sedang tidak dapat dicetak"),
    Fault.HANG_UP: ("offline", "Printer mati atau tidak terhubung", "Struk sedang tidak dapat dicetak"),
}


@pytest.fixture
def office(
    serve: Callable[..., Server], context: Callable[..., BrowserContext], monkeypatch: pytest.MonkeyPatch
) -> Office:
    monkeypatch.setattr(test_ten_steps, "OFFICERS", ("loket1", "kasi"))
    return Office(serve(), "lumajang", context)


@pytest.fixture
def store(office: Office, open_store: Callable[[str], Store]) -> Store:
    return open_store(f"sqlite:///{office.server.data / 'loket.db'}")


@pytest.fixture
def printer(store: Store) -> Iterator[PaperPrinter]:
    """The office's only printer, with a part of its roll already used."""
    machine = PaperPrinter()
    with machine.on_network() as address:
        own = select(tables.Office.id).where(tables.Office.slug == "lumajang").scalar_subquery()
        columns = {"kind": "network", "address": address, "roll_mm": 10_000, "printed_mm": 8_000, "printed_slips": 80}
        store.write(update(tables.Printer).where(tables.Printer.office_id == own).values(**columns))
        later = tables.Office.setup_version + 1
        store.write(update(tables.Office).where(tables.Office.slug == "lumajang").values(setup_version=later))
        yield machine


def visitor_is_told(kiosk: Page, words: str) -> None:
    line = kiosk.locator("[data-screen=home] [data-no-paper]:visible")
    if words:
        expect(line).to_have_count(1)
        expect(line).to_contain_text(words)
    else:
        expect(line).to_have_count(0)


def test_every_state_of_the_paper_is_said_where_it_matters(
    office: Office, printer: PaperPrinter, context: Callable[..., BrowserContext]
) -> None:
    kiosk = context(has_touch=True).new_page()
    kiosk.goto(office.url("/kiosk"))
    panel, floor = office.pages["loket1"], office.pages["kasi"]
    panel.goto(office.url("/counter/1"))
    floor.goto(office.url("/counter/supervisor"))
    row = panel.locator("[data-printer]")
    card = floor.locator("[data-printer]")
    expect(row).to_have_attribute("data-status", "ok")
    expect(row).to_contain_text("Printer siap")
    expect(row).to_contain_text("kira-kira 20 struk lagi")
    expect(card).to_contain_text("kira-kira 20 struk lagi")
    visitor_is_told(kiosk, NOTHING)

    for fault, (status, words, told) in STATES.items():
        printer.fault = fault
        for place in (row, card):
            expect(place).to_have_attribute("data-status", status)
            expect(place).to_contain_text(words)
        visitor_is_told(kiosk, told)
        printer.mend()
        expect(row).to_have_attribute("data-status", "ok")
        visitor_is_told(kiosk, NOTHING)


def test_a_visitor_without_paper_sees_at_once_that_the_number_must_be_written_down(
    office: Office, printer: PaperPrinter, context: Callable[..., BrowserContext]
) -> None:
    printer.fault = Fault.PAPER_OUT
    kiosk = context(has_touch=True).new_page()
    kiosk.goto(office.url("/kiosk"))
    expect(kiosk.locator("[data-no-paper=paper_out]:visible")).to_have_count(1)
    kiosk.clock.install()

    kiosk.locator("[data-service=oss]").click()
    kiosk.locator("[data-screen=service]:visible [data-action=take]").click()

    expect(kiosk.locator("[data-screen=number] [data-number]")).to_be_visible()
    expect(kiosk.locator("[data-paper=failed]")).to_be_visible()


def test_a_printer_that_takes_over_spares_the_visitor_the_line(
    office: Office, printer: PaperPrinter, store: Store, context: Callable[..., BrowserContext]
) -> None:
    with store.read() as connection:
        of_office = tables.Office.slug == "lumajang"
        own = connection.execute(select(tables.Printer).join(tables.Office).where(of_office)).one()
    other = {"office_id": own.office_id, "slug": "cadangan", "kind": "virtual", "address": "", "profile": "58mm"}
    spare = store.write_with(lambda c: c.execute(tables.Printer.__table__.insert(), other).inserted_primary_key)
    store.write(update(tables.Printer).where(tables.Printer.id == own.id).values(fallback_id=spare[0]))
    store.write(update(tables.Office).where(of_office).values(setup_version=tables.Office.setup_version + 1))
    kiosk = context(has_touch=True).new_page()
    panel = office.pages["loket1"]
    panel.goto(office.url("/counter/1"))
    kiosk.goto(office.url("/kiosk"))

    printer.fault = Fault.PAPER_OUT

    expect(panel.locator("[data-printer]")).to_have_attribute("data-status", "paper_out")
    visitor_is_told(kiosk, NOTHING)
