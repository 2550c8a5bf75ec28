"""Every page at its real sizes, in both languages and both looks: no barrier, and nothing to scroll sideways."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from chromium import barriers
from desks import Desks
from flask import Flask
from playwright.sync_api import BrowserContext, Page
from server import serving
from test_pages_open import pages
from world import PASSWORD

from shared.domain.files.procedure import FileAction
from shared.web.app import create_app
from shared.web.settings import Settings

Open = Callable[..., BrowserContext]

PLAIN = "/lumajang/display/plain"
"""For televisions without scripts: it loads itself anew, and nobody reads it with a finger or a keyboard."""
KIOSK, TELEVISION, PHONE, OFFICER = (1080, 1920), (1920, 1080), (390, 844), (1366, 768)
LANDSCAPE = [(1920, 1080), (1366, 768), (1280, 800)]
NARROW, WIDE = (390, 844), (1920, 1080)
NO_PAGES = (".json", ".csv", ".xlsx", ".pdf", ".docx", ".svg", ".png", ".zip", ".webmanifest", "/events")


@pytest.fixture
def app(desks: Desks, tmp_path: Path) -> Flask:
    return create_app(Settings(data=tmp_path), desks.store, clock=lambda: desks.now, async_mode="threading")


@pytest.fixture
def url(app: Flask) -> Iterator[str]:
    with serving(app) as address:
        yield address


def worked(desks: Desks) -> dict[str, str]:
    """An office in the middle of its day; the addresses of pages that need an id, by a name."""
    done = desks.to_step("handover")
    desks.serve_next("loket1")
    desks.act("loket1", done, FileAction.HAND_OVER, collected={"receiver": {"kind": "self"}})
    here, running = desks.to_step("validate"), desks.to_step("account")
    waiting = desks.take()
    for each in range(12):
        desks.take(is_priority=each % 4 == 0)
    desks.serve_next("loket2")
    tokens = {"ticket": desks.ticket(waiting.id).token}
    addresses = {
        "first page": "/",
        "standard": "/lumajang/standard/oss",
        "typed code": "/t",
        "phone": f"/t/{tokens['ticket']}",
        "file on the phone": f"/t/{desks.file(running).token}",
        "finished file on the phone": f"/t/{desks.file(done).token}",
    }
    office = {f"case {case}": f"/lumajang/counter/cases/{case}" for case in (done, running, here)}
    office |= {f"register {case}": f"/lumajang/counter/register/{case}" for case in (done, running)}
    office |= {f"counter {number}": f"/lumajang/counter/{number}" for number in (1, 2, 3)}
    return addresses | office


def sizes(path: str) -> list[tuple[int, int]]:
    if "/kiosk" in path:
        return [KIOSK, *LANDSCAPE]
    if path.endswith("/display"):
        return [TELEVISION]
    if "/counter" in path:
        return [OFFICER, NARROW, WIDE]
    return [PHONE, OFFICER, WIDE]


def faults(page: Page, address: str, path: str) -> list[str]:
    found: list[str] = []
    for number, (width, height) in enumerate(sizes(path)):
        page.set_viewport_size({"width": width, "height": height})
        if number == 0:
            answer = page.goto(address, wait_until="load")
            assert answer is not None
            if "text/html" not in answer.headers.get("content-type", "") or answer.status >= 400:
                return [f"{path}: {answer.status}"] if answer.status >= 500 else []
            for each in barriers(page):
                if path == PLAIN and each["id"] == "meta-refresh":
                    continue
                found += [f"{path}: {each['id']}: {node['html'][:200]}" for node in each["nodes"]]
        if (needed := page.evaluate("document.documentElement.scrollWidth")) > width:
            found.append(f"{path}: {needed} px wide at {width}")
    return found


@pytest.mark.long
@pytest.mark.parametrize("look", ["light", "dark"])
@pytest.mark.parametrize("language", ["id", "en"])
def test_no_page_has_a_barrier_or_scrolls_sideways(
    app: Flask, desks: Desks, url: str, context: Open, language: str, look: str
) -> None:
    known = worked(desks)
    paths = [each for each in pages(app) if not each.endswith(NO_PAGES) and "sign-out" not in each]
    opened = context(color_scheme=look, locale=language)
    page = opened.new_page()
    page.goto(f"{url}/lumajang/counter/sign-in")
    page.fill("#login", "admin")
    page.fill("#password", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/counter")

    found = []
    for path in [*paths, *known.values()]:
        mark = "&" if "?" in path else "?"
        found += faults(page, f"{url}{path}{mark}lang={language}", path)

    assert not found, "\n".join(found)
