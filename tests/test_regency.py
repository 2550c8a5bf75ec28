"""Whoever watches over a regency sees the counts of each office and nothing else; no office sees another."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import world
from click.testing import CliRunner
from flask import Flask
from people import Browser, sign_in
from sqlalchemy import update
from world import World

from shared.domain.actor import Actor
from shared.domain.errors import Invalid, NotAllowed
from shared.domain.queue.ticket import Action
from shared.domain.standards.standard import Role
from shared.engine.people.device import issue_token
from shared.engine.setup import officers as setup
from shared.engine.setup.programs import TokenForm, make_token
from shared.store import reads, tables
from shared.store.office import Store
from shared.web.backups import BACKUP_MARK
from shared.web.cli import main
from shared.web.server.limits import limiter


@pytest.fixture
def there(sqlite_store: Store, here: World) -> World:
    """Another office of the same installation."""
    return world.office(sqlite_store, slug="lain")


@pytest.fixture
def bupati(here: World, there: World, app: Flask) -> Iterator[Browser]:
    limiter.reset()
    here.store.write_with(world.add_officer, here.id, "bupati", Role.KABUPATEN)
    yield sign_in(app, "bupati")
    limiter.reset()


def test_each_office_is_seen_with_its_counts_of_today(
    here: World, there: World, bupati: Browser, tmp_path: Path
) -> None:
    for _ in range(3):
        here.take()
    called = here.call_next()
    assert called is not None
    here.act(Action.START, called["id"])
    here.act(Action.FINISH, called["id"])
    here.store.write_with(issue_token, there.id, "display", "TV ruang tunggu", there.now)
    (tmp_path / BACKUP_MARK).touch()

    page = bupati.get("/uji/counter/regency")
    desk = bupati.get("/uji/counter").text
    told = bupati.client.get("/uji/counter/regency", headers={"Accept": "application/json"}).json

    offices = {office["slug"]: office for office in told["offices"]}
    assert list(offices) == ["lain", "uji"] or list(offices) == ["uji", "lain"]
    assert {key: offices["uji"][key] for key in ("taken", "waiting", "served")} == {
        "taken": 3, "waiting": 2, "served": 1,
    }  # fmt: skip
    assert (offices["lain"]["taken"], offices["lain"]["devices"], offices["lain"]["devices_away"]) == (0, 1, 1)
    assert told["last_backup_at"] is not None
    assert "TV ruang tunggu" in page.text
    assert "Kecamatan Lain" in page.text
    assert all(f'data-office="{slug}"' in desk for slug in offices)


def test_a_practice_office_is_none_of_them(here: World, there: World, bupati: Browser) -> None:
    practice = {"settings": {"is_practice": True}, "setup_version": tables.Office.setup_version + 1}
    here.store.write(update(tables.Office).where(tables.Office.id == there.id).values(**practice))

    told = bupati.client.get("/uji/counter/regency", headers={"Accept": "application/json"}).json

    assert [office["slug"] for office in told["offices"]] == ["uji"]


def test_the_role_opens_the_counts_and_no_page_of_any_office(there: World, bupati: Browser) -> None:
    closed = ("files", "register", "reports", "supervisor", "audit", "setup", "complaints", "recap", "letters")

    assert bupati.get("/uji/counter/regency").status_code == 200
    assert bupati.get("/uji/counter/reports/region").status_code == 200
    assert {bupati.get(f"/uji/counter/{page}").status_code for page in closed} == {403}
    assert {bupati.get(f"/lain/counter{page}").status_code for page in ("", "/regency", "/files")} == {403}


def test_nobody_of_an_office_sees_all_offices(here: World, app: Flask) -> None:
    limiter.reset()
    office_admin = here.store.write_with(world.add_officer, here.id, "kepala", Role.ADMIN, Role.KASI, Role.CAMAT)
    browser = sign_in(app, "kepala")

    pages = ("regency", "reports/region", "reports/region.pdf", "reports/region.xlsx")
    assert {browser.get(f"/uji/counter/{page}").status_code for page in pages} == {403}
    assert "reports/region" not in browser.get("/uji/counter/reports").text
    actor = Actor.officer(here.now, office_admin, "", {Role.ADMIN})
    wanted = setup.OfficerForm(login="mata", name="Mata", is_active=True, roles=[setup.RoleRow(role=Role.KABUPATEN)])
    with pytest.raises(Invalid):
        here.store.change(here.id, actor, setup.add_officer, wanted, "x")
    with pytest.raises(Invalid):
        here.store.change(here.id, actor, setup.change_officer, office_admin, wanted)
    limiter.reset()


def test_an_admin_borrows_no_account_that_sees_all_offices(here: World, bupati: Browser) -> None:
    officer = here.store.ask(lambda connection: reads.officer_by_login(connection, here.id, "bupati"))
    assert officer is not None
    admin = Actor.officer(here.now, here.officers[0], "", {Role.ADMIN})
    token = TokenForm(name="Mata", officer="bupati", scopes=["read"])  # type: ignore[list-item]

    with pytest.raises(NotAllowed, match="regency_account"):
        here.store.change(here.id, admin, setup.reset_password, officer.id, "x")
    with pytest.raises(NotAllowed, match="regency_account"):
        here.store.change(here.id, admin, make_token, token)


def test_the_queue_is_public_in_counts_for_other_sites(here: World, app: Flask) -> None:
    here.take()

    answer = app.test_client().get("/uji/queue.json", environ_base={"REMOTE_ADDR": "203.0.113.9"})

    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert [(each["service"], each["waiting"]) for each in answer.json["services"]] == [
        ("layanan-1", 1),
        ("layanan-2", 0),
    ]
    assert "A-001" not in answer.text


def test_one_command_founds_every_sub_district_with_its_own_name_and_a_second_run_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.web.commands.office.hash_password", lambda password: "x" * len(password))
    for name in [name for name in os.environ if name.startswith("LOKET_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("LOKET_DATA", str(tmp_path))

    first, second = (CliRunner().invoke(main, ["office", "trial"]) for _ in range(2))

    assert first.exit_code == second.exit_code == 0, first.output
    assert len(first.output.splitlines()) > 100
    assert second.output == ""
    store = Store(f"sqlite:///{tmp_path / 'loket.db'}")
    offices = store.ask(reads.offices)
    configs = [store.office_config(office.id) for office in offices]
    store.close()
    assert len(offices) == 21
    assert len({config.profile["region_code"] for config in configs}) == 21
    assert {len(config.services) for config in configs} == {len(configs[0].services)}
    assert all(config.name == f"Kecamatan {config.place}" for config in configs)
