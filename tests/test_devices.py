"""Pairing: a code on the device, a confirmation by the admin, a token bound to one office and one purpose."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
import world
from flask import Flask
from flask.testing import FlaskClient
from people import sign_in
from sqlalchemy import select
from world import World

from shared.domain.errors import Invalid, NotAllowed, Unknown
from shared.domain.standards.standard import Role
from shared.engine.people import device
from shared.store import tables

FAR = {"REMOTE_ADDR": "192.0.2.7"}
JSON = {"Accept": "application/json"}
PAGE = {"Accept": "text/html"}


def code_on(client: FlaskClient, purpose: str = "kiosk") -> str:
    page = client.get(f"/uji/{purpose}", environ_base=FAR, headers=PAGE, follow_redirects=True)
    found = re.search(r"data-code>(\d{3}) (\d{3})<", page.text)
    assert page.status_code == 200
    assert found, page.text
    return found[1] + found[2]


def confirm(here: World, code: str, name: str = "Anjungan depan") -> int:
    wide = code.translate({ord("0") + digit: 0xFF10 + digit for digit in range(10)})  # as some keyboards type it
    return here.store.write_with(device.confirm, here.id, wide, name, here.now)


def row(here: World, device_id: int) -> Any:
    with here.store.read() as connection:
        return connection.execute(select(tables.Device).where(tables.Device.id == device_id)).one()


def test_a_far_browser_sees_a_code_until_the_admin_has_typed_it(app: Flask, here: World) -> None:
    kiosk = app.test_client()
    code = code_on(kiosk)
    assert code_on(kiosk) == code, "a reload shows the same code"

    confirm(here, f"{code[:3]} {code[3:]}")

    page = kiosk.get("/uji/kiosk", environ_base=FAR, headers=PAGE)
    assert page.status_code == 200
    assert "data-service" in page.text
    cookie = kiosk.get_cookie("loket_device")
    assert cookie is not None
    assert cookie.http_only


def test_a_paired_kiosk_is_no_display_and_belongs_to_one_office(app: Flask, here: World) -> None:
    world.office(here.store, slug="lain")
    kiosk = app.test_client()
    confirm(here, code_on(kiosk))

    for address in ("/uji/display/board.json", "/lain/kiosk/board.json"):
        assert kiosk.get(address, environ_base=FAR, headers=JSON).status_code == 403


def test_a_revoked_device_stands_at_the_code_again(app: Flask, here: World) -> None:
    kiosk = app.test_client()
    device_id = confirm(here, code_on(kiosk))

    here.store.write_with(device.revoke, here.id, device_id, here.now)

    assert kiosk.get("/uji/kiosk/board.json", environ_base=FAR, headers=JSON).status_code == 401
    code_on(kiosk)


def test_a_print_agent_pairs_with_json_alone(app: Flask, here: World) -> None:
    agent = app.test_client()
    asked = agent.post("/uji/pair/agent", json={}, environ_base=FAR).json
    assert asked
    shown = {**JSON, "Authorization": f"Bearer {asked['token']}"}
    state = agent.get("/uji/pair/agent", environ_base=FAR, headers=shown).json
    assert state
    assert state["state"] == "waiting"

    confirm(here, asked["code"])

    assert agent.get("/uji/pair/agent", environ_base=FAR, headers=shown).json == {"state": "confirmed"}


def test_no_token_is_kept(app: Flask, here: World) -> None:
    asked = app.test_client().post("/uji/pair/agent", json={}, environ_base=FAR).json
    assert asked

    confirm(here, asked["code"])

    assert asked["token"] not in str(world.dump(here.store))


def test_a_code_ends_and_is_not_guessed_twice(here: World) -> None:
    asked = here.store.write_with(device.ask, here.id, "kiosk", here.now)
    here.later(seconds=device.CODE_LIFE.total_seconds())

    with pytest.raises(Unknown):
        confirm(here, asked.code)


def test_so_many_devices_may_wait_and_no_more(here: World) -> None:
    for _ in range(device.MOST_PENDING):
        here.store.write_with(device.ask, here.id, "kiosk", here.now)

    with pytest.raises(NotAllowed):
        here.store.write_with(device.ask, here.id, "kiosk", here.now)
    here.later(minutes=16)
    here.store.write_with(device.ask, here.id, "kiosk", here.now)


def test_a_device_is_seen_and_missed(app: Flask, here: World) -> None:
    kiosk = app.test_client()
    device_id = confirm(here, code_on(kiosk))
    assert device.is_offline(row(here, device_id).last_seen_at, here.now)

    kiosk.get("/uji/kiosk/board.json", environ_base=FAR, headers=JSON)

    assert row(here, device_id).last_seen_at == here.now
    assert not device.is_offline(row(here, device_id).last_seen_at, here.now)
    assert device.is_offline(row(here, device_id).last_seen_at, here.now + timedelta(minutes=4))


def test_a_kiosk_offers_the_services_it_is_set_to(app: Flask, here: World) -> None:
    kiosk = app.test_client()
    device_id = confirm(here, code_on(kiosk))
    settings = {"services": ["layanan-2"], "zone": "Lantai 1"}
    here.store.write_with(device.configure, here.id, device_id, "Anjungan", settings)

    page = kiosk.get("/uji/kiosk", environ_base=FAR, headers=PAGE).text

    assert 'data-service="layanan-2"' in page
    assert 'data-service="layanan-1"' not in page
    assert "Lantai 1" in page


def test_the_admin_confirms_settles_and_removes_in_the_setup(app: Flask, here: World) -> None:
    code = code_on(app.test_client())
    admin = sign_in(app, "admin")

    assert admin.post("/uji/counter/devices/confirm", code="000000x", name="Salah").status_code == 404
    assert admin.post("/uji/counter/devices/confirm", code=code, name="Anjungan depan").status_code == 303
    with here.store.read() as connection:
        found = device.devices(connection, here.id)[0]
    admin.post(
        f"/uji/counter/devices/{found.id}", name="Pintu masuk", zone="Lobi", services=["layanan-1"], printer="virtual"
    )
    assert row(here, found.id).settings == {"zone": "Lobi", "services": ["layanan-1"], "printer": "virtual"}
    admin.post(f"/uji/counter/devices/{found.id}/revoke")
    assert row(here, found.id).revoked_at is not None


def redeem(app: Flask, code: str, token: str = "t" * 43) -> Any:
    return app.test_client().post("/pair", json={"code": code, "token": token}, environ_base=FAR)


def test_the_admin_makes_a_code_for_a_print_agent_in_the_setup(app: Flask, here: World) -> None:
    admin = sign_in(app, "admin")
    assert admin.post("/uji/counter/devices/invite", name=" ").status_code == 400
    page = admin.post("/uji/counter/devices/invite", name="Anjungan", follow_redirects=True).text
    found = re.search(r"--pair (\w{4}-\w{4})<", page)
    assert found, page

    assert redeem(app, found[1].lower().replace("-", " ")).json == {"office": "uji"}

    with here.store.read() as connection:
        agent = device.devices(connection, here.id)[0]
    assert (agent.purpose, agent.name) == ("agent", "Anjungan")
    shown = {**JSON, "Authorization": f"Bearer {'t' * 43}"}
    assert app.test_client().get("/uji/pair/agent", environ_base=FAR, headers=shown).json == {"state": "confirmed"}
    assert redeem(app, found[1], "u" * 43).status_code == 404, "a code works once"
    assert redeem(app, found[1]).status_code == 200, "the same agent asks again"
    assert found[1] not in admin.post(f"/uji/counter/devices/{agent.id}/revoke", follow_redirects=True).text
    assert redeem(app, found[1]).status_code == 404


def test_a_code_of_the_admin_ends_and_opens_only_its_own_office(app: Flask, here: World) -> None:
    other = world.office(here.store, slug="lain")
    late, theirs = (here.store.write_with(device.invite, each.id, "Anjungan", here.now) for each in (here, other))

    assert redeem(app, theirs).json == {"office": "lain"}
    here.later(seconds=device.CODE_LIFE.total_seconds())

    assert redeem(app, late, "u" * 43).status_code == 404


def test_a_code_of_the_admin_is_none_that_a_device_shows(here: World) -> None:
    code = here.store.write_with(device.invite, here.id, "Anjungan", here.now)
    asked = here.store.write_with(device.ask, here.id, "kiosk", here.now)

    with pytest.raises(Unknown):
        confirm(here, code)
    with pytest.raises(Unknown):
        here.store.write_with(device.redeem, asked.code, "t" * 43, here.now)
    with pytest.raises(Invalid):
        here.store.write_with(device.redeem, code, "short", here.now)


def test_an_officer_at_a_counter_confirms_nothing(app: Flask, here: World) -> None:
    assert sign_in(app, "petugas1").get("/uji/counter/devices").status_code == 403


def test_a_section_head_sees_the_devices_and_changes_none(app: Flask, here: World) -> None:
    with here.store.engine.begin() as connection:
        world.add_officer(connection, here.id, "kasi", Role.KASI)
    chief = sign_in(app, "kasi")

    page = chief.get("/uji/counter/devices")

    assert page.status_code == 200
    assert "data-action" not in page.text.partition("<main")[2], "the frame has its own buttons"
    assert "data-said" not in page.text, "nothing was asked of a display"
    assert chief.post("/uji/counter/devices/test-call").status_code == 403


def test_an_address_that_asks_too_often_loses_its_own_oldest_code(here: World) -> None:
    patient = here.store.write_with(device.ask, here.id, "kiosk", here.now, "10.0.0.5")
    codes = [
        here.store.write_with(device.ask, here.id, "kiosk", here.now, f"10.0.0.{9 + number % 2}").code
        for number in range(4 * device.MOST_PENDING)
    ]

    assert here.store.write_with(device.confirm, here.id, codes[-1], "Layar", here.now)
    assert here.store.write_with(device.confirm, here.id, patient.code, "Anjungan", here.now)
    with pytest.raises(Unknown):
        here.store.write_with(device.confirm, here.id, codes[0], "Layar", here.now)


def test_of_many_addresses_the_largest_crowd_gives_way(here: World) -> None:
    for number in range(3 * device.MOST_PENDING):
        here.store.write_with(device.ask, here.id, "kiosk", here.now, f"10.0.0.{number // 3}")

    late = here.store.write_with(device.ask, here.id, "display", here.now, "127.0.0.1")

    assert here.store.write_with(device.confirm, here.id, late.code, "Layar", here.now)
