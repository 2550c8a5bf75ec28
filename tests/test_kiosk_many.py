"""Forty services at the kiosk: on every size of screen each is three touches from its number, and nothing is cut."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from many import found_many
from playwright.sync_api import BrowserContext, Page
from server import Server

from shared.store.office import Store

SCREENS = {"32 inch": (1080, 1920, 2.7), "21.5 inch": (1920, 1080, 4.05), "10.1 inch": (1280, 800, 5.9)}
LEAST_TILE_MM = 29.9

CUT = """() => Array.from(document.querySelectorAll(".tile, .tile b, [data-chapter-title], #home-title"))
  .filter((each) => each.getClientRects().length)
  .filter((each) => {
    const box = each.getBoundingClientRect();
    const tools = document.querySelector(".tools").getBoundingClientRect();
    return each.scrollWidth > each.clientWidth + 1 && getComputedStyle(each).display !== "inline"
      || box.right > innerWidth || box.bottom > tools.top + 1 || box.left < 0 || box.top < 0;
  }).map((each) => each.textContent.trim())"""
LOWEST = """(unit) => Math.min(...Array.from(document.querySelectorAll(".tile"))
  .filter((each) => each.getClientRects().length).map((each) => each.getBoundingClientRect().height / unit))"""

SHOWN = """Array.from(document.querySelectorAll("[data-service]"))
  .filter((each) => each.offsetParent).map((each) => each.dataset.service)"""


@pytest.fixture(scope="module")
def offices(standing: Server) -> dict[bool, str]:
    """With groups or without -> the address of an office with forty services."""
    store = Store(f"sqlite:///{standing.data / 'loket.db'}")
    for groups, slug in ((True, "kelompok"), (False, "abjad")):
        found_many(store, slug, groups=groups)
    store.close()
    return {True: "kelompok", False: "abjad"}


def opened(context: Callable[..., BrowserContext], server: Server, slug: str, screen: str) -> Page:
    width, height, px_per_mm = SCREENS[screen]
    page = context(viewport={"width": width, "height": height}, has_touch=True).new_page()
    page.add_init_script(f"localStorage.setItem('loket-px-per-mm', '{px_per_mm}')")
    page.goto(f"{server.url}/{slug}/kiosk")
    page.wait_for_selector("button[data-chapter]")
    return page


@pytest.mark.parametrize("screen", SCREENS)
def test_every_one_of_forty_services_is_three_touches_from_its_number(
    context: Callable[..., BrowserContext], standing: Server, offices: dict[bool, str], screen: str
) -> None:
    page = opened(context, standing, offices[True], screen)
    count = page.locator("button[data-chapter]").count()
    seen: list[str] = []
    assert page.evaluate(CUT) == []

    for place in range(count):
        page.evaluate(f"document.querySelector('button[data-chapter=\"{place}\"]').click()")
        page.wait_for_function("document.documentElement.hasAttribute('data-chapter')")
        assert page.evaluate(CUT) == []
        assert page.evaluate(LOWEST, SCREENS[screen][2]) >= LEAST_TILE_MM
        seen += page.evaluate(SHOWN)
        page.evaluate("document.querySelector('[data-action=back]').click()")
        page.wait_for_selector("button[data-chapter]")

    assert sorted(seen) == sorted(f"layanan-{number}" for number in range(1, 41))
    page.tap('button[data-chapter="1"]')
    page.tap("[data-service]:visible")
    page.tap("[data-action=take]:visible")
    page.wait_for_selector("[data-screen=number]:visible [data-number]")


def test_without_groups_the_alphabet_makes_the_chapters_and_the_search_finds_each(
    context: Callable[..., BrowserContext], standing: Server, offices: dict[bool, str]
) -> None:
    page = opened(context, standing, offices[False], "10.1 inch")

    assert page.locator("button[data-chapter] b").first.inner_text().startswith("A")
    assert page.evaluate(CUT) == []
    page.tap("[data-action=search]")
    for letter in "REKLAME":
        page.tap(f"[data-key={letter}]")
    page.tap("[data-service]:visible")
    page.wait_for_selector("[data-screen=service]:visible [data-action=take]")
