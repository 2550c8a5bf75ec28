"""The practice office: opened in the setup, says LATIHAN wherever it is seen, and counts nothing in the real one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import world
from flask import Flask
from people import Browser
from sqlalchemy import select, text
from world import World

from shared.domain.errors import Unknown
from shared.domain.slips.slip import Text, from_json
from shared.engine import practice
from shared.store import tables
from shared.store.office import Store
from shared.web.server.limits import limiter


@pytest.fixture
def browser(app: Flask) -> Iterator[Browser]:
    limiter.reset()
    yield Browser(app.test_client())
    limiter.reset()


def rows_of(store: Store, office_id: int) -> dict[str, list[str]]:
    """Every row that belongs to this office."""
    with store.read() as connection:
        return {
            table.name: sorted(
                str(row)
                for row in connection.execute(
                    text(f'SELECT * FROM "{table.name}" WHERE office_id = :id'), {"id": office_id}
                )
            )
            for table in tables.Base.metadata.sorted_tables
            if "office_id" in table.columns
        }


def opened(here: World, browser: Browser) -> Any:
    """The practice office's row, after its admin has opened it in the setup."""
    browser.sign_in("uji", "admin")
    assert browser.post("/uji/counter/setup/practice").status_code == 303
    with here.store.read() as connection:
        return connection.execute(select(tables.Office).where(tables.Office.slug == "uji-latihan")).one()


def test_an_admin_opens_it_in_the_setup_with_the_same_services_counters_and_accounts(
    here: World, browser: Browser
) -> None:
    row = opened(here, browser)

    there, real = here.store.office_config(row.id), here.store.office_config(here.id)
    assert there.settings.is_practice
    assert not real.settings.is_practice
    assert [service.standard for service in there.services] == [service.standard for service in real.services]
    assert [(c.number, c.name, c.roles) for c in there.counters] == [(c.number, c.name, c.roles) for c in real.counters]
    assert 'data-practice="uji-latihan"' in browser.get("/uji/counter/setup").text
    assert browser.get("/uji-latihan/counter").status_code == 403, "a session is of one office"
    browser.sign_in("uji-latihan", "petugas1")
    assert "KANTOR LATIHAN" in browser.get("/uji-latihan/counter").text


def test_opening_it_again_finds_the_same_and_changes_nothing(here: World, browser: Browser) -> None:
    opened(here, browser)
    before = world.dump(here.store)

    assert browser.post("/uji/counter/setup/practice").status_code == 303

    assert world.dump(here.store) == before


def test_a_practice_office_has_none_of_its_own(here: World, browser: Browser) -> None:
    row = opened(here, browser)

    with pytest.raises(Unknown):
        here.store.change(row.id, here.actor(), practice.open_practice)


def test_every_screen_and_slip_of_it_says_latihan(here: World, browser: Browser) -> None:
    row = opened(here, browser)
    there = World(here.store, row.id, row.slug, [], here.now)
    taken = there.take()

    for path in ("/uji-latihan/kiosk", "/uji-latihan/display", "/uji-latihan/display/plain", f"/t/{taken.token}", "/"):
        assert "LATIHAN" in browser.get(path).text, path
    assert "LATIHAN" not in browser.get("/uji/display").text
    with here.store.read() as connection:
        job = connection.execute(select(tables.PrintJob).where(tables.PrintJob.ticket_id == taken.id)).one()
    assert "LATIHAN" in [line.text for line in from_json(job.lines) if isinstance(line, Text)]


def test_a_morning_of_practice_leaves_no_row_in_the_real_office(here: World, browser: Browser) -> None:
    row = opened(here, browser)
    there = World(here.store, row.id, row.slug, [], here.now)
    before, version = rows_of(here.store, here.id), here.version

    browser.sign_in("uji-latihan", "petugas1")
    for _ in range(3):
        taken = there.take()
        browser.post("/uji-latihan/counter/1/next")
        browser.post(f"/uji-latihan/counter/1/tickets/{taken.id}/start")
        browser.post(f"/uji-latihan/counter/1/tickets/{taken.id}/finish")
        assert there.state(taken.id) == "done"

    assert (rows_of(here.store, here.id), here.version) == (before, version)
    browser.sign_in("uji", "admin")
    shown = browser.get("/uji/counter/audit").text
    assert "A-001" not in shown


def test_two_long_addresses_that_begin_alike_have_two_practice_offices() -> None:
    slugs = [f"kelurahan-kepanjen-kidul-kota-blitar-{place}" for place in "ab"]

    made = [practice.slug_for(slug) for slug in slugs]

    assert len(set(made)) == 2
    assert all(len(each) <= 40 and "--" not in each for each in made)
    assert practice.slug_for("lumajang") == "lumajang-latihan"
