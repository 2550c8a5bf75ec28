"""A service that is had online, or whose papers are checked first: the kiosk says where, and gives no number for it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import update
from world import World, dump

from shared.domain.standards.check import service_problems
from shared.domain.standards.parts import Online
from shared.domain.standards.standard import ServiceStandard
from shared.domain.standards.table import to_table
from shared.store import tables

ADDRESS = "https://dukcapil.contoh.go.id"


def changed(here: World, **parts: Any) -> None:
    service = here.store.office_config(here.id).service("layanan-1")
    body = to_table(replace(service.standard, **parts))
    here.store.write(
        update(tables.StandardVersion).where(tables.StandardVersion.id == service.standard_id).values(body=body)
    )
    here.store.write(update(tables.Office).values(setup_version=tables.Office.setup_version + 1))


def first_service(app: Flask) -> str:
    page = app.test_client().get("/uji/kiosk").text
    return page.partition('data-screen="service" data-of="layanan-1"')[2].partition("</section>")[0]


@pytest.mark.parametrize(
    ("parts", "says", "gives"),
    [
        ({}, (), True),
        ({"online": Online(ADDRESS)}, ("Silakan mendaftar daring dahulu:", ADDRESS, "meja informasi"), True),
        ({"online": Online(ADDRESS, only=True)}, ("hanya daring:", ADDRESS, "meja informasi"), False),
        ({"number_after_check": True}, ("Tunjukkan berkas Anda di meja informasi",), False),
    ],
)
def test_the_kiosk_says_where_and_gives_a_number_only_where_one_is_given(
    app: Flask, here: World, parts: dict[str, Any], says: tuple[str, ...], gives: bool
) -> None:
    changed(here, **parts)

    shown = first_service(app)
    before = dump(here.store)
    asked = {"service": "layanan-1", "priority": False, "nonce": "nonce-online", "language": "id"}
    answer = app.test_client().post("/uji/kiosk/tickets", json=asked)

    assert all(each in shown for each in says)
    assert ("data-online" in shown) == ("online" in parts)
    assert ('data-action="take"' in shown) == gives
    assert answer.status_code == (201 if gives else 409)
    assert gives or dump(here.store) == before


def test_an_address_alone_is_enough_to_be_online() -> None:
    service = ServiceStandard("uji", "A", "Uji", "Uji", queue_only=True, online=Online(ADDRESS, only=True))

    assert service_problems(service) == []
    assert [each.path for each in service_problems(replace(service, online=Online(" ")))] == [("online", "address")]
