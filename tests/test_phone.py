"""The ticket on a phone: light, without a person in it, and right within a second of the change."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from typing import Any

import pytest
import requests
import socketio
from people import People
from playwright.sync_api import BrowserContext, Response, expect

WAIT_MS = 90_000
HEAVIEST = 60_000
"""Bytes that the whole page may weigh (issue: under 60 kB transferred)."""


def phone(context: Callable[..., BrowserContext], **options: Any) -> BrowserContext:
    return context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True, **options)


def test_the_page_follows_its_number_from_the_line_to_the_counter(
    people: People, context: Callable[..., BrowserContext]
) -> None:
    people.take()
    taken = people.take()
    page = phone(context).new_page()
    page.add_init_script("window.setInterval = () => 0")  # nothing is asked for by the clock: the live line tells all
    page.goto(f"{people.server.url}/t/{taken['token']}")
    expect(page.locator("[data-number]")).to_have_text(taken["number"])
    expect(page.locator("[data-ahead]")).to_have_text("1 orang di depan Anda")

    people.call_next(1)
    expect(page.locator("[data-ahead]")).to_have_text("Anda berikutnya", timeout=WAIT_MS)
    people.call_next(2)
    expect(page.locator("[data-counter]")).to_have_text("Loket 2", timeout=WAIT_MS)
    expect(page).to_have_title(f"▶ Loket 2 · {taken['number']}", timeout=WAIT_MS)

    people.act(2, taken["id"], "start")
    expect(page.locator("[data-sentence]")).to_have_text("Anda sedang dilayani di Loket 2.", timeout=WAIT_MS)
    people.act(2, taken["id"], "finish")
    expect(page.locator("[data-sentence]")).to_have_text("Pelayanan selesai. Terima kasih.", timeout=WAIT_MS)


def test_the_page_weighs_less_than_60_kilobytes(people: People, context: Callable[..., BrowserContext]) -> None:
    taken = people.take()
    answers: list[Response] = []
    page = phone(context).new_page()
    page.on("response", lambda answer: answers.append(answer))

    page.goto(f"{people.server.url}/t/{taken['token']}", wait_until="networkidle")

    weights = {answer.url.split("/")[-1]: weight(answer.request.sizes()) for answer in answers}
    assert any(name.startswith("phone.js") for name in weights)
    assert sum(weights.values()) < HEAVIEST, weights


def weight(sizes: Any) -> int:
    return int(sizes["responseBodySize"]) + int(sizes["responseHeadersSize"])


def test_the_page_holds_no_person_and_speaks_both_languages(people: People) -> None:
    taken = people.take("sktm", language="en")
    url = f"{people.server.url}/t/{taken['token']}"

    page = requests.get(url, headers={"Accept": "text/html"}, timeout=120).text

    assert 'lang="en"' in page
    assert "You are next" in page
    assert "tidak mampu" not in page  # a delicate service is not named
    assert "Anda berikutnya" in requests.get(url + "?lang=id", headers={"Accept": "text/html"}, timeout=120).text
    assert len(taken["token"]) >= 22  # 128 bits in base64
    facts = requests.get(url + ".json", timeout=120).json()
    assert facts["number"] == taken["number"]
    assert not {"name", "nik", "priority", "lane", "service"} & set(facts)


def test_the_page_can_be_kept_on_the_home_screen(people: People) -> None:
    taken = people.take()
    url = f"{people.server.url}/t/{taken['token']}"

    page = requests.get(url, headers={"Accept": "text/html"}, timeout=20).text
    answer = requests.get(f"{url}.webmanifest", timeout=20)

    assert f'<link rel="manifest" href="/t/{taken["token"]}.webmanifest">' in page
    assert answer.headers["Content-Type"] == "application/manifest+json"
    kept = answer.json()
    assert (kept["start_url"], kept["display"]) == (f"/t/{taken['token']}", "standalone")
    pictures = [requests.get(people.server.url + each["src"], timeout=20) for each in kept["icons"]]
    assert [each.headers["Content-Type"] for each in pictures] == ["image/png"] * 2


def test_an_unknown_token_is_a_calm_page(people: People) -> None:
    answer = requests.get(f"{people.server.url}/t/{'x' * 22}", headers={"Accept": "text/html"}, timeout=120)

    assert answer.status_code == 404
    assert "sudah tidak berlaku" in answer.text


def test_a_finished_ticket_says_so_and_stays_quiet(people: People) -> None:
    taken = people.take()
    people.call_next(1)
    people.act(1, taken["id"], "start")
    people.act(1, taken["id"], "finish")

    page = requests.get(f"{people.server.url}/t/{taken['token']}", headers={"Accept": "text/html"}, timeout=120).text

    assert "Pelayanan selesai" in page
    assert not re.search(r"phone\.js", page)


def test_a_socket_io_client_with_the_token_gets_its_place_and_a_stranger_is_refused(people: People) -> None:
    people.take()
    taken = people.take()
    boards: list[dict[str, Any]] = []
    arrived = threading.Condition()

    def hear(board: dict[str, Any]) -> None:
        with arrived:
            boards.append(board)
            arrived.notify_all()

    client = socketio.Client(reconnection=False)
    client.on("board", hear)
    client.connect(
        people.server.url,
        auth={"office": people.office, "ticket": taken["token"]},
        transports=["websocket"],
        wait_timeout=120,
    )
    try:
        people.call_next(1)
        with arrived:
            assert arrived.wait_for(lambda: any(b["line"].get(taken["number"]) == [0] for b in boards), timeout=120)
    finally:
        client.disconnect()

    stranger = socketio.Client(reconnection=False)
    with pytest.raises(socketio.exceptions.ConnectionError):
        stranger.connect(
            people.server.url,
            auth={"office": people.office, "ticket": "x" * 22},
            transports=["websocket"],
            wait_timeout=120,
        )
    stranger.disconnect()
