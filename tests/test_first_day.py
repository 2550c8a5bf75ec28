"""The first day: what is left to do, from the data; and a new admin who gets there with a browser alone."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import time
from io import BytesIO
from random import randrange

from flask import Flask
from paper import PaperPrinter, decode
from people import Browser, sign_in, until
from PIL import Image
from playwright.sync_api import BrowserContext, Locator, Page, expect
from server import Server
from sqlalchemy import select
from world import World

from shared.domain.calendar import OpeningHours
from shared.domain.first_day import SKIPPED, FirstStep, Seen, first_day
from shared.domain.office import OfficeConfig, PrinterConfig
from shared.printing.address import Reach, networks, permit
from shared.printing.finding import PORT
from shared.store.tables import Officer

REAL = PrinterConfig(9, "struk", "network", "10.0.0.9", "80mm-48", "in_order")


# what is left, from the data alone


def open_steps(office: OfficeConfig, seen: Seen) -> list[str]:
    return [step.key.value for step in first_day(office, seen) if step.is_open]


def test_each_step_is_done_when_the_data_say_so(here: World) -> None:
    bare = here.store.office_config(here.id)
    hours = replace(bare.calendar, hours=(OpeningHours(0, time(8), time(15)),))
    told = {**bare.profile, "address": "Jalan Alun-alun", "logo": "x"}
    whole = replace(bare, profile=told, calendar=hours, printers=(*bare.printers, REAL))
    seen = Seen(has_staff=True, has_printed=True, paired=frozenset({"kiosk", "display"}), has_called=True)

    assert open_steps(whole, seen) == []
    for step, office, facts in (
        ("office", replace(whole, profile={**told, "logo": None}), seen),
        ("hours", replace(whole, calendar=bare.calendar), seen),
        ("services", replace(whole, services=()), seen),
        ("counters", replace(whole, counters=()), seen),
        ("officers", whole, replace(seen, has_staff=False)),
        ("printer", whole, replace(seen, has_printed=False)),
        ("printer", replace(whole, printers=bare.printers), seen),
        ("screens", whole, replace(seen, paired=frozenset({"kiosk"}))),
        ("number", whole, replace(seen, has_called=False)),
    ):
        assert open_steps(office, facts) == [step]


def test_a_step_that_was_left_out_is_open_no_more_and_counts_as_done_when_it_is(here: World) -> None:
    office = here.store.office_config(here.id)
    left_out = replace(office, profile={SKIPPED: ["printer"]})

    (skipped,) = [step for step in first_day(left_out, Seen()) if step.key == FirstStep.PRINTER]
    tried = replace(left_out, printers=(REAL,))
    (done,) = [step for step in first_day(tried, Seen(has_printed=True)) if step.key == FirstStep.PRINTER]

    assert (skipped.is_done, skipped.is_skipped, skipped.is_open) == (False, True, False)
    assert (done.is_done, done.is_skipped, done.is_open) == (True, False, False)


# the pages


@contextmanager
def office_network() -> Iterator[tuple[str, PaperPrinter, str]]:
    """A small network on loopback in which one printer listens on the port of printers: network, printer, address."""
    first = f"127.{randrange(1, 255)}.{randrange(1, 255)}"
    printer = PaperPrinter()
    with printer.on_network(f"{first}.9", PORT):
        yield f"{first}.0/28", printer, f"{first}.9"


def done(page: str) -> int:
    found = re.search(r'data-first-day="(\d+)"', page)
    assert found, page
    return int(found[1])


def test_desk_and_setup_show_one_list_and_a_step_can_be_left_out_and_wanted_again(app: Flask) -> None:
    # setup.skip_step
    admin = sign_in(app, "admin")
    desk, setup = admin.get("/uji/counter").text, admin.get("/uji/counter/setup").text
    before = done(desk)

    onward = admin.post("/uji/counter/setup/first-day/skip", step="printer")
    after = admin.get("/uji/counter").text
    admin.post("/uji/counter/setup/first-day/skip", step="printer", is_skipped="false")

    assert done(setup) == before
    assert onward.location == "/uji/counter/devices"
    assert done(after) == before + 1
    assert done(admin.get("/uji/counter/setup").text) == before
    assert admin.post("/uji/counter/setup/first-day/skip", step="kopi").status_code == 400


def test_the_sheet_gives_each_chosen_officer_a_password_that_opens_the_door(app: Flask, here: World) -> None:
    # setup.password_sheet
    admin = sign_in(app, "admin")
    path = "/uji/counter/setup/officers/passwords"

    sheet = admin.post(path, **{"officers[]": [str(here.officers[0]), str(here.officers[1])]}).text

    strips = re.findall(r'data-strip="([^"]+)".*?data-password>([^<]+)<', sheet, re.DOTALL)
    assert [login for login, _ in strips] == ["petugas1", "petugas2"]
    for login, password in strips:
        browser = Browser(app.test_client())
        answer = browser.post("/uji/counter/sign-in", login=login, password=password)
        assert answer.status_code == 302, "the password of the sheet is wrong"
        assert browser.get("/uji/counter").location.endswith("/password"), "and must be changed first"
    assert 'data-strip="admin"' not in sheet
    assert admin.post(path).status_code == 400
    with here.store.read() as connection:
        own = connection.execute(select(Officer.id).where(Officer.login == "admin")).scalar_one()
    assert admin.post(path, **{"officers[]": [str(own)]}).status_code == 404


def test_a_printer_in_the_network_is_found_without_a_byte_sent_to_it_and_used(app: Flask, here: World) -> None:
    # setup.find_printers setup.use_printer
    admin = sign_in(app, "admin")
    with office_network() as (network, printer, host):
        permit(Reach(networks(network)))
        found = admin.post("/uji/counter/setup/printers/find").text
        assert re.findall(r'data-found="([^"]+)"', found) == [host]
        assert printer.slips == [], "a question would come out of an office's large printer as a page"

        used = admin.post("/uji/counter/setup/printers/use", kind="network", address=host, profile="58mm")

    office = here.store.office_config(here.id)
    assert used.status_code == 303
    assert [(one.slug, one.address, one.profile) for one in office.printers[1:]] == [("struk", host, "58mm")]
    assert office.printer() == office.printers[1], "it is the office's choice now"
    assert 'data-printer="struk" data-test-state="queued"' in admin.get("/uji/counter/setup/printers").text
    refused = admin.post("/uji/counter/setup/printers/use", kind="network", address="10.0.0.9:80", profile="58mm")
    assert refused.status_code == 400


# a new admin with a browser alone

CLICK_S, LETTER_S, PAGE_S = 4, 0.5, 15
"""A slow hand: seconds for a click, for a typed letter, for reading a page that has opened."""
MOST_S = 12 * 60
OWN = "kata-sandi-admin-baru"


class Hand:
    """Whoever sits before the screen: counts clicks, letters and pages."""

    def __init__(self) -> None:
        self.clicks = self.letters = self.pages = 0

    def watch(self, page: Page) -> None:
        page.on("load", lambda _: setattr(self, "pages", self.pages + 1))

    def click(self, what: Locator) -> None:
        self.clicks += 1
        what.click()

    def write(self, what: Locator, text: str) -> None:
        self.click(what)
        self.letters += len(text)
        what.fill(text)

    @property
    def seconds(self) -> float:
        return self.clicks * CLICK_S + self.letters * LETTER_S + self.pages * PAGE_S


def test_a_new_admin_gets_from_nothing_to_the_first_printed_and_called_number_within_twelve_minutes(
    serve: Callable[..., Server], context: Callable[..., BrowserContext]
) -> None:
    hand, far = Hand(), {"X-Forwarded-For": "192.168.1.9"}
    with office_network() as (network, printer, host):
        server = serve(is_new=True, LOKET_PRINTER_ADDRESSES=network)
        page = context(base_url=server.url, viewport={"width": 1366, "height": 768}).new_page()
        hand.watch(page)
        at = page.locator

        # sign in with what the console printed, and choose a password of one's own
        hand.letters += len(f"{server.url}/lumajang/counter")
        page.goto("/lumajang/counter")
        hand.write(at("#login"), "admin")
        hand.write(at("#password"), server.passwords["lumajang", "admin"])
        hand.click(at("form:has(#password) button"))
        hand.write(at("#wanted"), OWN)
        hand.write(at("#repeated"), OWN)
        hand.click(at("form:has(#wanted) button").first)

        # the desk says what is left and leads to it: arms, hours
        hand.click(at("[data-action=go-on]"))
        arms = BytesIO()
        Image.new("RGB", (300, 300), "navy").save(arms, "PNG")
        hand.clicks += 2  # choosing a file in the computer's own window
        at("#logo").set_input_files({"name": "lambang.png", "mimeType": "image/png", "buffer": arms.getvalue()})
        hand.click(at("[data-action=save-logo]"))
        hand.click(at("[data-action=next-step]"))
        hand.click(at("[data-preset=five_days]"))
        hand.click(at("[data-action=save]").first)
        expect(at("[data-step-here=hours]")).to_have_attribute("data-done", "yes")

        # passwords for the officers, on paper
        hand.click(at("[data-action=next-step]"))
        hand.click(at("[data-action=password-sheet]"))
        hand.click(at("[data-action=make-sheet]"))
        expect(at("[data-strip]")).to_have_count(len(server.passwords) // 2 - 1)
        hand.click(at("[data-print]"))

        # the printer is found and tried beside the form
        hand.click(at("[data-action=next-step]"))
        hand.click(at("[data-action=find-printers]"))
        hand.click(at(f"[data-found='{host}'] [data-action=use-printer]"))
        expect(at("[data-printer=struk]")).to_have_attribute("data-test-state", "confirmed")
        page.reload()
        hand.click(at("[data-action=next-step]"))

        # television and kiosk are paired, and the sound is tried
        screens = {}
        for path, name in (("display", "Televisi"), ("kiosk", "Anjungan")):
            screens[path] = context(base_url=server.url, extra_http_headers=far, has_touch=True).new_page()
            screens[path].goto(f"/lumajang/{path}")
            hand.write(at("#code"), re.sub(r"\D", "", screens[path].locator("[data-code]").inner_text()))
            hand.write(at("#name"), name)
            hand.click(at("[data-action=confirm]"))
            expect(at(f"[data-device] h2:text-is('{name}')")).to_be_visible()
            screens[path].goto(f"/lumajang/{path}")
        hand.click(at("[data-action=test_call]"))

        # whatever day and hour it is now, the office opens for the trial
        hand.click(at(".rail a[href$='/supervisor']"))
        at("#word").select_option("open")
        hand.clicks += 2
        hand.click(at("[data-action=force]"))

        # the first number: taken, printed, called
        before = len(printer.slips)
        kiosk = screens["kiosk"].context.new_page()  # the open one loads itself again, and a tap meanwhile is lost
        kiosk.goto("/lumajang/kiosk")
        kiosk.locator("[data-service]:visible").first.tap()
        hand.clicks += 2
        kiosk.locator("[data-screen=service]:visible [data-action=take]").tap()
        number = kiosk.locator("[data-number]")
        expect(number).to_have_text(re.compile("^[A-Z]-001$"))
        hand.click(at(".rail a[href$='/setup']"))
        hand.click(at("[data-action=go-on]"))
        expect(at("[data-newest-number]")).to_have_text(number.inner_text())
        hand.click(at("[data-action=open-counter]"))
        hand.click(at("[data-action=open]").first)
        hand.click(at("[data-action=next]").first)
        expect(screens["display"].locator("[data-call-number]").first).to_have_text(number.inner_text())
        given = number.inner_text()
        until(lambda: any(given in decode(slip).text for slip in printer.slips[before:]))

        hand.click(at(".rail a[href$='/setup']"))
        expect(at("[data-first-day]")).to_have_count(0)
    print(f"{hand.clicks} clicks, {hand.letters} letters, {hand.pages} pages: {hand.seconds / 60:.1f} minutes")
    assert hand.seconds <= MOST_S
