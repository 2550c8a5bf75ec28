"""Help inside: every page of the officers leads to words about it, in both languages; the tour ends for good."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from desks import ROLES, Desks
from flask import Flask
from people import sign_in

from counter.account import help as inside
from counter.menu import MENU, PERSONAL
from counter.setup.page import THEMES
from shared.web.app import create_app
from shared.web.help_places import TOPICS, topic_of
from shared.web.server.limits import limiter
from shared.web.settings import Settings
from shared.words import LANGUAGES


@pytest.fixture
def app(desks: Desks, tmp_path: Path) -> Iterator[Flask]:
    made = create_app(Settings(data=tmp_path), desks.store, clock=lambda: desks.now, async_mode="threading")
    limiter.reset()
    yield made
    limiter.reset()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_topic_role_card_and_theme_has_its_words(language: str) -> None:
    keys = [f"help.{each.key}" for each in TOPICS]
    keys += [f"help_role.{role.value}" for role in inside.ROLES]
    keys += [f"help_theme.{name}" for name, *_ in THEMES]
    keys += [f"tour.{name}" for name, *_ in inside.TOUR]

    catalogue = (Path(inside.__file__).parents[1] / "locale" / language / "LC_MESSAGES" / "messages.po").read_text()
    assert [key for key in keys if f'msgid "{key}"\nmsgstr "' not in catalogue] == []


def test_every_section_of_the_menu_has_a_topic() -> None:
    sections = [each.endpoint for each in (*MENU, *PERSONAL) if each.endpoint != "counter.help_page"]

    assert [each for each in sections if topic_of(each) is None] == []


@pytest.mark.parametrize("who", ROLES)
def test_the_question_mark_of_each_page_opens_words_about_it(app: Flask, who: str) -> None:
    browser = sign_in(app, who, office="lumajang")
    desk = browser.get("/lumajang/counter").text
    rail = desk[desk.index('id="rail"') : desk.index('id="main"')]

    for address in dict.fromkeys(re.findall(r'<a href="([^"]+)"', rail)):
        page = browser.get(address).text
        (leads,) = re.findall(r'data-help href="([^"#]+)', page)
        helped = browser.get(leads)
        assert helped.status_code == 200, address
        assert re.search(r'data-topic="\w+"', helped.text), address
        assert not re.search(r"help[._]\w+\.\w+", re.sub(r"<[^>]+>", " ", helped.text)), "a word is missing"


def test_the_tour_leads_through_its_cards_and_ends_for_this_officer_alone(app: Flask) -> None:
    kasi = sign_in(app, "kasi", office="lumajang")
    first = kasi.get("/lumajang/counter").text
    (following,) = re.findall(r'data-action="tour-next" href="([^"]+)"', first)

    assert 'data-tour="2"' in kasi.get(following.replace("&amp;", "&")).text
    kasi.post("/lumajang/counter/tour/end")

    assert "data-tour" not in kasi.get("/lumajang/counter").text
    assert 'data-tour="1"' in kasi.get("/lumajang/counter?tour=1").text, "it can be seen again"
    assert "data-tour" in sign_in(app, "camat", office="lumajang").get("/lumajang/counter").text


def test_help_of_every_role_and_the_list_of_keys_can_be_read_by_everybody(app: Flask) -> None:
    camat = sign_in(app, "camat", office="lumajang")

    for role in inside.ROLES:
        assert 'class="help-day"' in camat.get(f"/lumajang/counter/help/role/{role.value}").text
    keys = camat.get("/lumajang/counter/help/keys").text
    assert re.findall(r"<kbd>(\w)</kbd>", keys) == list(inside.KEYS.values())
    assert camat.get("/lumajang/counter/help/kopi").status_code == 404
