"""The power is cut in the middle of the morning: nothing that was answered is lost, and the screens heal themselves."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import requests
from playwright.sync_api import BrowserContext, expect
from server import Server
from sqlalchemy import func, select
from test_live import Clicks
from test_screens import take_number

from shared.store.office import Store
from shared.store.tables import Event, Series, Ticket

TAKES, CLIENTS, KILL_AFTER = 500, 8, 150
HEAL_MS = 180_000


def test_every_answered_ticket_survives_a_power_cut_and_no_number_is_given_twice(
    serve: Callable[..., Server],
) -> None:
    server = serve()
    clicks = Clicks(server)
    answered: dict[str, dict[str, Any]] = {}
    enough, lock = threading.Event(), threading.Lock()
    share = TAKES // CLIENTS

    def take(client: int) -> None:
        for number in range(share):
            body = {"service": clicks.service, "nonce": f"tangan-{client}-{number:04d}"}
            try:
                answer = requests.post(f"{clicks.root}/kiosk/tickets", json=body, headers=clicks.kiosk, timeout=240)
            except requests.RequestException:
                return  # the server is gone
            assert answer.status_code == 201
            with lock:
                answered[body["nonce"]] = answer.json()
                if len(answered) >= KILL_AFTER:
                    enough.set()

    hands = [threading.Thread(target=take, args=(client,)) for client in range(CLIENTS)]
    for hand in hands:
        hand.start()
    assert enough.wait(300)
    server.kill()
    for hand in hands:
        hand.join()
    assert KILL_AFTER <= len(answered) < TAKES

    server.start()

    again = {}
    for client in range(CLIENTS):
        for number in range(share):
            nonce = f"tangan-{client}-{number:04d}"
            body = {"service": clicks.service, "nonce": nonce}
            again[nonce] = requests.post(
                f"{clicks.root}/kiosk/tickets", json=body, headers=clicks.kiosk, timeout=240
            ).json()
    assert {nonce: again[nonce]["token"] for nonce in answered} == {n: t["token"] for n, t in answered.items()}
    assert {nonce: again[nonce]["number"] for nonce in answered} == {n: t["number"] for n, t in answered.items()}
    store = Store(f"sqlite:///{server.data / 'loket.db'}")
    with store.read() as connection:
        numbers = sorted(connection.execute(select(Ticket.number)).scalars())
        takes = connection.execute(select(func.count()).where(Event.action == "take")).scalar_one()
        last = connection.execute(select(Series.last_number)).scalar_one()
    store.close()
    assert numbers == list(range(1, CLIENTS * share + 1))
    assert (takes, last) == (len(numbers), len(numbers))


def test_television_and_kiosk_recover_without_a_reload_by_hand(
    serve: Callable[..., Server], context: Callable[..., BrowserContext]
) -> None:
    server = serve()
    clicks = Clicks(server)
    clicks.take()
    room = context(viewport={"width": 1920, "height": 1080}, has_touch=True)
    display, kiosk = room.new_page(), room.new_page()
    display.goto(f"{clicks.root}/display")
    kiosk.goto(f"{clicks.root}/kiosk")
    expect(display.locator("[data-waiting]").first).to_contain_text("1")

    server.kill()
    display.wait_for_timeout(2000)
    server.start()

    called = clicks.next()
    expect(display.locator("[data-call-number]").first).to_have_text(called["number"], timeout=HEAL_MS)
    number = take_number(kiosk, clicks.service)
    assert number != called["number"]
    assert clicks.board()["waiting_total"] == 1
