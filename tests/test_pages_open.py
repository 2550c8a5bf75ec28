"""Every page that an officer can open opens, for each role, also with a file at work and after the day."""

from __future__ import annotations

from pathlib import Path

import pytest
from desks import ROLES, Desks, signing_in
from flask import Flask
from people import sign_in

from shared.store.office import Store
from shared.web.app import create_app
from shared.web.settings import Settings


@pytest.fixture
def desks(sqlite_store: Store) -> Desks:
    return signing_in(sqlite_store)


@pytest.fixture
def app(desks: Desks, tmp_path: Path) -> Flask:
    return create_app(Settings(data=tmp_path), desks.store, clock=lambda: desks.now, async_mode="threading")


def pages(app: Flask) -> list[str]:
    """The addresses that need nothing but the office."""
    rules = (
        rule for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ()) and rule.arguments == {"office"}
    )
    return sorted(rule.rule.replace("<office>", "lumajang") for rule in rules)


@pytest.mark.parametrize("who", ROLES)
def test_every_page_opens(app: Flask, desks: Desks, who: str) -> None:
    taken = desks.take()
    desks.serve_next("loket1")
    file = desks.receive("loket1", taken.id)
    desks.take()
    browser = sign_in(app, who, office="lumajang")

    opened = {path: browser.get(path).status_code for path in [*pages(app), f"/lumajang/counter/cases/{file['id']}"]}

    assert "/lumajang/counter/recap" in opened
    assert {path: status for path, status in opened.items() if status >= 500} == {}
