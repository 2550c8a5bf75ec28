"""The outside: every address answers as promised, and an answer of 4xx has changed nothing."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import requests
import world
from answers import held_to_description
from flask import Flask
from flask.testing import FlaskClient
from people import csrf, sign_in
from server import Server
from sqlalchemy import select
from werkzeug.test import TestResponse
from world import PASSWORD, World, dump

from shared.domain.standards.standard import Role
from shared.engine.people.device import issue_token
from shared.engine.people.session import ATTEMPTS, LOCKED
from shared.store.office import Store
from shared.store.tables import Event, Officer, Series, Ticket
from shared.web.access.sign_in import IDLE
from shared.web.app import create_app
from shared.web.server.limits import limiter
from shared.web.server.running import warm
from shared.web.settings import Settings

OUTSIDE = {"REMOTE_ADDR": "192.168.1.50"}
PAGE = {"Accept": "text/html"}
JSON = {"Accept": "application/json"}


class Site:
    """The app over one office `uji` and another `lain`, with the tests' own clock."""

    def __init__(self, store: Store, data: Path) -> None:
        self.store = store
        self.uji, self.lain = world.office(store, slug="uji"), world.office(store, slug="lain")
        self.app: Flask = held_to_description(
            create_app(Settings(data=data), store, clock=lambda: self.uji.now, async_mode="threading")
        )

    def client(self, *, outside: bool = True) -> FlaskClient:
        made = self.app.test_client()
        if outside:
            made.environ_base.update(OUTSIDE)
        return made

    def token(self, office: World, purpose: str, officer_id: int | None = None) -> dict[str, str]:
        text = self.store.write_with(issue_token, office.id, purpose, "uji", office.now, officer_id)
        return {"Authorization": f"Bearer {text}"}

    @property
    def kiosk(self) -> dict[str, str]:
        return self.token(self.uji, "kiosk")

    @property
    def officer(self) -> dict[str, str]:
        return self.token(self.uji, "officer", self.uji.officers[0])

    def refuses(self, answer: Callable[[], TestResponse], status: int, code: str) -> TestResponse:
        """The answer has this status, an error as JSON with a sentence, and changed no row."""
        before = dump(self.store)
        given = answer()
        assert given.status_code == status, given.text
        assert given.json is not None, given.text
        assert given.json["error"]["code"] == code
        assert len(given.json["error"]["message"].split()) > 2
        assert not given.json["error"]["message"].startswith("error.")
        assert dump(self.store) == before
        return given


@pytest.fixture
def site(sqlite_store: Store, tmp_path: Path) -> Iterator[Site]:
    made = Site(sqlite_store, tmp_path)
    limiter.reset()
    yield made
    limiter.reset()


def ask(service: str = "layanan-1", nonce: str = "nonce-uji-1", **more: Any) -> dict[str, Any]:
    return {"service": service, "nonce": nonce, **more}


def signed_in(site: Site, login: str = "petugas1", password: str = PASSWORD, office: str = "uji") -> FlaskClient:
    return sign_in(site.app, login, password, office=office, address=OUTSIDE["REMOTE_ADDR"]).client


def said(site: Site, key: str) -> str:
    """The Indonesian sentence of a key."""
    return str(site.app.extensions["loket_words"].text("id", key))


# taking a number


def test_taking_a_number_answers_201_with_all_its_facts(site: Site) -> None:
    answer = site.client().post("/uji/kiosk/tickets", json=ask(), headers=site.kiosk)

    assert answer.status_code == 201
    assert answer.json is not None
    assert {"number", "token", "ahead", "wait_min_low", "wait_min_high", "state"} <= set(answer.json)
    assert (answer.json["number"], answer.json["ahead"], answer.json["state"]) == ("A-001", 0, "waiting")


def test_the_same_nonce_gives_the_same_ticket_and_changes_nothing(site: Site) -> None:
    client, headers = site.client(), site.kiosk
    first = client.post("/uji/kiosk/tickets", json=ask(), headers=headers)
    before = dump(site.store)

    second = client.post("/uji/kiosk/tickets", json=ask(), headers=headers)

    assert (second.status_code, second.json) == (201, first.json)
    assert dump(site.store) == before


def test_a_priority_visitor_is_marked(site: Site) -> None:
    client, headers = site.client(), site.kiosk
    client.post("/uji/kiosk/tickets", json=ask(), headers=headers)

    answer = client.post("/uji/kiosk/tickets", json=ask(nonce="nonce-uji-2", priority=True), headers=headers)

    assert answer.json is not None
    assert (answer.json["number"], answer.json["ahead"]) == ("A-002", 0)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("{", "malformed_json"),
        ("", "malformed_json"),
        ("[]", "malformed_json"),
        ("null", "malformed_json"),
        ('"layanan-1"', "malformed_json"),
        ("{}", "fields"),
        ('{"service": "layanan-1"}', "fields"),
        ('{"service": "layanan-1", "nonce": "pendek"}', "fields"),
        ('{"service": 7, "nonce": "nonce-uji-1"}', "fields"),
        ('{"service": "layanan-1", "nonce": "nonce-uji-1", "priority": "maybe"}', "fields"),
        ('{"service": "layanan-1", "nonce": "nonce-uji-1", "language": "fr"}', "fields"),
        ('{"service": "layanan-1", "nonce": "nonce-uji-1", "number": 7}', "fields"),
        ('{"service": "layanan-1", "nonce": "%s"}' % ("n" * 65), "fields"),
    ],
)
def test_a_malformed_request_is_refused(site: Site, body: str, code: str) -> None:
    headers = {**site.kiosk, "Content-Type": "application/json"}

    site.refuses(lambda: site.client().post("/uji/kiosk/tickets", data=body, headers=headers), 400, code)


def test_an_unknown_service_is_refused(site: Site) -> None:
    headers = site.kiosk

    site.refuses(
        lambda: site.client().post("/uji/kiosk/tickets", json=ask("tidak-ada"), headers=headers), 404, "service"
    )


def test_a_request_that_is_too_large_is_refused(site: Site) -> None:
    headers = site.kiosk

    site.refuses(
        lambda: site.client().post("/uji/kiosk/tickets", json=ask(padding="x" * 1_100_000), headers=headers),
        413,
        "too_large",
    )


def test_a_file_that_is_too_large_gets_a_page_in_the_users_language_with_a_way_back(site: Site) -> None:
    client = signed_in(site, "admin")
    token = csrf(client.get("/uji/counter/setup/office", headers=PAGE))
    before = dump(site.store)

    def upload(address: str, **headers: str) -> TestResponse:
        form = {"csrf_token": token, "logo": (io.BytesIO(b"x" * 10_100_000), "logo.png")}
        return client.post(address, data=form, headers={**PAGE, **headers})

    page = "http://localhost/uji/counter/setup/office?saved=1"
    indonesian = upload("/uji/counter/setup/office/logo", Referer=page)
    english = upload("/uji/counter/setup/office/logo?lang=en", Referer="http://elsewhere.example/uji/counter")

    assert (indonesian.status_code, english.status_code) == (413, 413)
    assert said(site, "error.too_large") in indonesian.text
    assert 'href="/uji/counter/setup/office?saved=1" data-back' in indonesian.text
    assert said(site, "error.too_large") not in english.text
    assert "data-back" not in english.text
    assert dump(site.store) == before


# the counter


def test_calling_next_answers_the_ticket_and_204_when_nobody_waits(site: Site) -> None:
    client, headers = site.client(), site.officer
    site.uji.take()

    called = client.post("/uji/counter/1/next", headers=headers)

    assert called.status_code == 200
    assert called.json is not None
    assert (called.json["number"], called.json["state"], called.json["counter"]) == ("A-001", "called", 1)
    for action, state in (("recall", "called"), ("start", "serving"), ("finish", "done")):
        answer = client.post(f"/uji/counter/1/tickets/{called.json['id']}/{action}", headers=headers)
        assert (answer.status_code, answer.json and answer.json["state"]) == (200, state)
    before = dump(site.store)
    assert client.post("/uji/counter/1/next", headers=headers).status_code == 204
    assert dump(site.store) == before


def test_a_stale_click_is_refused_calmly(site: Site) -> None:
    client, headers = site.client(), site.officer
    taken = site.uji.take()

    site.refuses(lambda: client.post(f"/uji/counter/1/tickets/{taken.id}/finish", headers=headers), 409, "stale")


def test_a_stale_click_on_the_page_shows_the_fresh_panel_with_one_line(site: Site) -> None:
    client, taken = signed_in(site), site.uji.take()
    client.get("/uji/counter/1", headers=PAGE)
    token = csrf(client.get("/uji/counter/1", headers=PAGE))
    before = dump(site.store)

    answer = client.post(
        f"/uji/counter/1/tickets/{taken.id}/finish", data={"csrf_token": token}, headers={**PAGE, "X-Fragment": "panel"}
    )

    assert answer.status_code == 409
    assert "data-version" in answer.text
    assert said(site, "error.stale") in answer.text
    assert dump(site.store) == before


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/uji/counter/1/tickets/1/fly", 400, "unknown_action"),
        ("/uji/counter/1/tickets/999999/cancel", 404, "ticket"),
        ("/uji/counter/99/next", 404, "counter"),
        ("/uji/counter/x/next", 404, "not_found"),
        ("/hilang/counter/1/next", 404, "office"),
        ("/uji/counter/1/tickets/1/close_day", 403, "action"),
    ],
)
def test_an_impossible_click_is_refused(site: Site, path: str, status: int, code: str) -> None:
    site.uji.take()
    headers = site.officer

    site.refuses(lambda: site.client().post(path, headers=headers), status, code)


def test_a_transfer_says_to_which_counter(site: Site) -> None:
    client, headers, taken = site.client(), site.officer, site.uji.take()
    client.post("/uji/counter/1/next", headers=headers)
    client.post(f"/uji/counter/1/tickets/{taken.id}/start", headers=headers)
    path = f"/uji/counter/1/tickets/{taken.id}/transfer"

    site.refuses(lambda: client.post(path, json={}, headers=headers), 400, "transfer_target")
    site.refuses(lambda: client.post(path, json={"to_counter": "dua"}, headers=headers), 400, "fields")
    moved = client.post(path, json={"to_counter": 2}, headers=headers)

    assert moved.status_code == 200


# who may


def test_nobody_unknown_gets_in(site: Site) -> None:
    client = site.client()

    site.refuses(lambda: client.post("/uji/counter/1/next", headers=JSON), 401, "not_signed_in")
    site.refuses(lambda: client.post("/uji/kiosk/tickets", json=ask()), 401, "not_paired")
    site.refuses(lambda: client.get("/uji/display/board.json", headers=JSON), 401, "not_paired")
    site.refuses(
        lambda: client.post("/uji/kiosk/tickets", json=ask(), headers={"Authorization": "Bearer salah"}),
        401,
        "not_paired",
    )


def test_a_page_that_needs_an_officer_leads_to_the_sign_in(site: Site) -> None:
    answer = site.client().get("/uji/counter/1", headers=PAGE)

    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/uji/counter/sign-in?next=")


def test_the_servers_own_browser_needs_no_pairing_but_a_proxied_one_does(site: Site) -> None:
    local = site.client(outside=False)

    assert local.get("/uji/kiosk", headers=PAGE).status_code == 200
    assert local.get("/uji/display/board.json").status_code == 200
    for header in ({"X-Forwarded-For": "127.0.0.1"}, {"Forwarded": "for=127.0.0.1"}):
        assert local.get("/uji/display/board.json", headers=header).status_code == 401


def test_no_browser_offers_to_translate_the_screens_of_the_office(site: Site) -> None:
    local = site.client(outside=False)
    mark = '<meta name="google" content="notranslate">'

    for path in ("kiosk", "display", "display/plain", "counter/sign-in"):
        assert mark in local.get(f"/uji/{path}", headers=PAGE).text, path
    assert mark not in local.get("/uji/standard/layanan-1", headers=PAGE).text


def test_behind_a_tls_proxy_the_audit_keeps_the_address_of_who_clicked(site: Site, tmp_path: Path) -> None:
    settings = Settings(data=tmp_path, secure_cookies=True)
    app = create_app(settings, site.store, clock=lambda: site.uji.now, async_mode="threading")
    proxied = {**JSON, **site.kiosk, "X-Forwarded-For": "203.0.113.9"}

    assert app.test_client().post("/uji/kiosk/tickets", json=ask(), headers=proxied).status_code == 201

    with site.store.read() as connection:
        assert connection.execute(select(Event.address).where(Event.version > 0)).scalars().all() == ["203.0.113.9"]


def test_what_belongs_elsewhere_is_forbidden(site: Site) -> None:
    client = site.client()
    other = site.token(site.lain, "officer", site.lain.officers[0])
    camat = site.store.write_with(world.add_officer, site.uji.id, "camat", Role.CAMAT)
    site.uji.take()

    site.refuses(lambda: client.post("/uji/counter/1/next", headers=other), 403, "other_office")
    wrong_role = site.token(site.uji, "officer", camat)
    site.refuses(lambda: client.post("/uji/counter/1/next", headers=wrong_role), 403, "role")
    theirs, display = site.token(site.lain, "kiosk"), site.token(site.uji, "display")
    site.refuses(lambda: client.post("/uji/kiosk/tickets", json=ask(), headers=theirs), 403, "device")
    site.refuses(lambda: client.post("/uji/kiosk/tickets", json=ask(), headers=display), 403, "device")


@pytest.mark.parametrize("purpose", ["kiosk", "display", "agent"])
def test_a_device_is_no_officer(site: Site, purpose: str) -> None:
    headers = site.token(site.uji, purpose)

    site.refuses(lambda: site.client().post("/uji/counter/1/next", headers=headers), 401, "not_signed_in")


def test_one_office_never_moves_the_tickets_of_another(site: Site) -> None:
    theirs, headers = site.lain.take(), site.officer

    site.refuses(
        lambda: site.client().post(f"/uji/counter/1/tickets/{theirs.id}/cancel", headers=headers), 404, "ticket"
    )


# forms and sessions


def test_a_form_without_the_pages_token_is_refused(site: Site) -> None:
    client = signed_in(site)
    site.uji.take()

    site.refuses(lambda: client.post("/uji/counter/1/next", headers=JSON), 400, "csrf")
    site.refuses(lambda: client.post("/uji/counter/1/next", json={}), 400, "csrf")
    assert client.post("/uji/counter/sign-out", headers=PAGE).status_code == 400


def test_a_form_of_our_own_page_whose_session_is_gone_is_taken_except_an_officers_click(site: Site) -> None:
    client, own = site.client(), {**PAGE, "Origin": "http://localhost"}
    said = {"kind": "complaint", "text": "Lampu ruang tunggu mati.", "nonce": "keluhan-0001", "csrf_token": "old"}
    password = {"login": "petugas1", "password": PASSWORD, "csrf_token": "old"}

    foreign = client.post("/uji/complaint", data=said, headers={**PAGE, "Origin": "http://evil.test"})
    heard = client.post("/uji/complaint", data=said, headers=own)
    entered = [client.post("/uji/counter/sign-in", data=password, headers=own) for _ in range(2)]
    click = client.post("/uji/counter/1/next", data={"csrf_token": "old"}, headers=own)
    left = [client.post("/uji/counter/sign-out", data={"csrf_token": "old"}, headers=own) for _ in range(2)]

    assert foreign.status_code == 400
    assert heard.status_code in (200, 302, 303)
    assert [(each.status_code, each.location) for each in entered] == [(302, "/uji/counter")] * 2
    assert click.status_code == 400
    assert [(each.status_code, each.location) for each in left] == [(302, "/uji/counter/sign-in")] * 2


def test_a_form_of_the_kiosk_without_token_is_refused_for_a_paired_browser(site: Site) -> None:
    client = site.client(outside=False)

    site.refuses(lambda: client.post("/uji/kiosk/tickets", data=ask(), headers=JSON), 400, "csrf")


def test_an_officer_works_on_the_page(site: Site) -> None:
    client = signed_in(site)
    site.uji.take()
    token = csrf(client.get("/uji/counter/1", headers=PAGE))

    answer = client.post("/uji/counter/1/next", data={"csrf_token": token}, headers=PAGE, follow_redirects=True)

    assert answer.status_code == 200
    assert "A-001" in answer.text


@pytest.mark.parametrize("login", ["petugas1", "tidak-ada", ""])
def test_a_wrong_password_and_an_unknown_name_are_told_the_same(site: Site, login: str) -> None:
    client = site.client()
    token = csrf(client.get("/uji/counter/sign-in", headers=PAGE))

    answer = client.post(
        "/uji/counter/sign-in", data={"login": login, "password": "salah-sekali", "csrf_token": token}, headers=PAGE
    )

    assert answer.status_code == 403
    assert client.get("/uji/counter", headers=PAGE).status_code == 302
    assert said(site, "error.wrong_password") in answer.text


def test_the_officer_of_one_office_does_not_sign_in_at_the_other(site: Site) -> None:
    site.store.write_with(world.add_officer, site.lain.id, "hanya-lain", Role.LOKET)
    client = site.client()
    token = csrf(client.get("/uji/counter/sign-in", headers=PAGE))

    answer = client.post(
        "/uji/counter/sign-in", data={"login": "hanya-lain", "password": PASSWORD, "csrf_token": token}, headers=PAGE
    )

    assert answer.status_code == 403


def test_too_many_wrong_passwords_rest_the_account_for_a_while(site: Site) -> None:
    client = site.client()
    token = csrf(client.get("/uji/counter/sign-in", headers=PAGE))

    def attempt(password: str) -> int:
        form = {"login": "petugas1", "password": password, "csrf_token": token}
        return client.post("/uji/counter/sign-in", data=form, headers=PAGE).status_code

    assert [attempt("salah-sekali") for _ in range(ATTEMPTS)] == [403] * ATTEMPTS
    assert attempt(PASSWORD) == 403
    site.uji.later(seconds=LOCKED.total_seconds() + 1)
    assert attempt(PASSWORD) == 302


def test_a_flood_of_sign_ins_is_slowed_down(site: Site) -> None:
    client = site.client()
    token = csrf(client.get("/uji/counter/sign-in", headers=PAGE))

    answers = [
        client.post("/uji/counter/sign-in", data={"login": f"x{n}", "password": "p", "csrf_token": token}).status_code
        for n in range(25)
    ]

    assert 429 in answers


def test_an_idle_officer_is_signed_out(site: Site) -> None:
    client = signed_in(site)
    site.uji.later(seconds=IDLE.total_seconds() - 60)
    assert client.get("/uji/counter", headers=PAGE).status_code == 200
    site.uji.later(seconds=IDLE.total_seconds() - 60)
    assert client.get("/uji/counter", headers=PAGE).status_code == 200

    site.uji.later(seconds=IDLE.total_seconds() + 1)

    assert client.get("/uji/counter", headers=PAGE).status_code == 302
    site.refuses(lambda: client.get("/uji/counter/1", headers=JSON), 401, "not_signed_in")


def test_an_open_panel_that_refreshes_itself_keeps_nobody_signed_in(site: Site) -> None:
    client = signed_in(site)
    for _ in range(4):
        site.uji.later(minutes=10)
        client.get("/uji/counter/1", headers={**PAGE, "X-Quiet": "1", "X-Fragment": "panel"})

    assert client.get("/uji/counter", headers=PAGE).status_code == 302


def test_a_session_from_before_the_sign_in_is_worth_nothing_after_it(site: Site) -> None:
    client = site.client()
    page = client.get("/uji/counter/sign-in", headers=PAGE)
    planted = client.get_cookie("loket")
    assert planted is not None
    form = {"login": "petugas1", "password": PASSWORD, "csrf_token": csrf(page)}
    client.post("/uji/counter/sign-in", data=form, headers=PAGE)
    own = client.get_cookie("loket")
    assert own is not None

    thief = site.client()
    thief.set_cookie("loket", planted.value)

    assert own.value != planted.value
    assert thief.get("/uji/counter", headers=PAGE).status_code == 302


def test_signing_out_ends_the_session(site: Site) -> None:
    client = signed_in(site)
    token = csrf(client.get("/uji/counter", headers=PAGE))

    client.post("/uji/counter/sign-out", data={"csrf_token": token}, headers=PAGE)

    assert client.get("/uji/counter", headers=PAGE).status_code == 302


@pytest.mark.parametrize(
    "wanted",
    [
        "https://jahat.example/",
        "//jahat.example/uji/counter",
        "/uji/counter//jahat.example",
        "/\\jahat.example",
        "/uji/counter\\..\\..\\\\jahat.example",
        "/lain/counter",
        "javascript:alert(1)",
        "/uji/counter.jahat.example",
        "/uji/counter\r\nSet-Cookie: loket=x",
    ],
)
def test_nobody_is_led_elsewhere_after_the_sign_in(site: Site, wanted: str) -> None:
    client = site.client()
    token = csrf(client.get("/uji/counter/sign-in", headers=PAGE))

    answer = client.post(
        "/uji/counter/sign-in",
        query_string={"next": wanted},
        data={"login": "petugas1", "password": PASSWORD, "csrf_token": token},
        headers=PAGE,
    )

    assert answer.status_code == 302
    assert re.fullmatch(r"/uji/counter(?!.*//)[^\\]*", answer.headers["Location"])


def test_the_wanted_page_opens_after_the_sign_in(site: Site) -> None:
    client = site.client()
    token = csrf(client.get("/uji/counter/sign-in", headers=PAGE))
    form = {"login": "petugas1", "password": PASSWORD, "csrf_token": token}

    answer = client.post("/uji/counter/sign-in?next=/uji/counter/2", data=form, headers=PAGE)

    assert answer.headers["Location"] == "/uji/counter/2"


def test_a_one_time_password_must_be_changed_before_any_work(site: Site) -> None:
    site.store.write_with(world.add_officer, site.uji.id, "baru", Role.LOKET, must_change_password=True)
    client = signed_in(site, "baru")
    for path in ("/uji/counter", "/uji/counter/1"):
        assert client.get(path, headers=PAGE).headers["Location"].endswith("/uji/counter/password")
    page = client.get("/uji/counter/password", headers=PAGE)

    def change(current: str, wanted: str, repeated: str) -> int:
        form = {"current": current, "wanted": wanted, "repeated": repeated, "csrf_token": csrf(page)}
        return client.post("/uji/counter/password", data=form, headers=PAGE).status_code

    before = dump(site.store)
    assert change("salah-sekali", "kata-sandi-baru", "kata-sandi-baru") == 403
    assert change(PASSWORD, "pendek", "pendek") == 400
    assert change(PASSWORD, "kata-sandi-baru", "kata-sandi-lain") == 400
    assert change(PASSWORD, PASSWORD, PASSWORD) == 400
    assert 'name="current"' not in page.text
    assert change("", PASSWORD, PASSWORD) == 400
    assert dump(site.store) == before
    assert change("", "kata-sandi-baru", "kata-sandi-baru") == 302
    assert change("", "kata-sandi-lain", "kata-sandi-lain") == 403
    assert client.get("/uji/counter", headers=PAGE).status_code == 200
    signed_in(site, "baru", "kata-sandi-baru")


def test_an_officer_who_was_switched_off_is_out_at_once(site: Site) -> None:
    client = signed_in(site)
    site.store.write(Officer.__table__.update().values(is_active=False))

    assert client.get("/uji/counter", headers=PAGE).status_code == 302


# words and ways home


@pytest.mark.parametrize(
    "path",
    ["/hilang/kiosk", "/hilang/", "/uji/hilang", "/uji/standard/hilang", "/t/hilang", "/hilang", "/uji/counter/99"],
)
def test_an_unknown_place_is_a_page_with_a_way_home(site: Site, path: str) -> None:
    client = signed_in(site)
    before = dump(site.store)

    answer = client.get(path, headers=PAGE, follow_redirects=True)

    assert answer.status_code == 404
    assert '<html lang="id"' in answer.text
    assert re.search(r'<a [^>]*href="/', answer.text)
    assert dump(site.store) == before


@pytest.mark.parametrize(
    ("path", "meant"),
    [
        ("/Uji/kiosk", "/uji/kiosk"),
        ("/UJI/display/", "/uji/display"),
        ("/uji/Counter", "/uji/counter"),
        ("/Uji/counter/Files/?state=open", "/uji/counter/files?state=open"),
    ],
)
def test_an_address_with_capitals_or_a_slash_at_its_end_is_understood(site: Site, path: str, meant: str) -> None:
    client = signed_in(site)

    found = client.get(path, headers=PAGE, follow_redirects=True)

    assert (found.status_code, found.request.full_path.rstrip("?").replace("/U", "/u")) == (200, meant)
    assert 'href="/U' not in found.text


def test_refusals_speak_indonesian_and_english_on_request(site: Site) -> None:
    client = site.client()

    def error(path: str, **headers: str) -> str:
        answer = client.get(path, headers=headers)
        assert answer.json is not None
        return str(answer.json["error"]["message"])

    indonesian, english = error("/hilang/", **JSON), error("/hilang/?lang=en", **JSON)
    assert indonesian != english
    assert "kantor" in indonesian.lower()
    assert "office" in english
    assert error("/hilang/", Accept="application/json", **{"Accept-Language": "en"}) == english
    assert error("/hilang/?lang=fr", **JSON) == indonesian


def test_pages_are_indonesian_whatever_the_browser_prefers(site: Site) -> None:
    client = site.client()

    page = client.get("/", headers={**PAGE, "Accept-Language": "en-US,en"})
    asked = client.get("/?lang=en", headers=PAGE)

    assert '<html lang="id"' in page.text
    assert '<html lang="en"' in asked.text


def test_a_get_never_changes_the_queue(site: Site) -> None:
    site.uji.take()
    client, headers = site.client(), site.officer
    for path in ("/uji/counter/1/next", "/uji/kiosk/tickets", "/uji/counter/1/tickets/1/cancel"):
        before = dump(site.store)
        assert client.get(path, headers=headers).status_code in (404, 405)
        assert dump(site.store) == before


# what everybody sees


def test_the_board_holds_facts_of_this_office_alone(site: Site) -> None:
    site.lain.take()
    site.lain.call_next()
    site.uji.take()

    board = site.client().get("/uji/display/board.json", headers=site.token(site.uji, "display")).json

    assert board is not None
    assert (board["office"], board["calls"], board["waiting_total"]) == ("uji", [], 1)
    assert board["version"] == site.uji.version


def test_the_ticket_on_a_phone_shows_its_number_to_whoever_holds_the_token(site: Site) -> None:
    taken = site.uji.take()

    page = site.client().get(f"/t/{taken.token}", headers=PAGE)

    assert page.status_code == 200
    assert "data-number" in page.text
    assert taken.number in page.text


def test_health_is_public_and_figures_are_local(site: Site) -> None:
    assert site.client().get("/healthz").status_code == 200
    site.refuses(lambda: site.client().get("/metrics", headers=JSON), 403, "local_only")
    figures = site.client(outside=False).get("/metrics").text
    assert 'loket_waiting{office="uji",service="layanan-1"} 0.0' in figures


def test_the_described_addresses_exist(site: Site) -> None:
    described = site.client().get("/openapi.json").json
    assert described is not None
    shape = re.compile(r"<[^>]+>|\{[^}]+\}")
    known = {
        (shape.sub("{}", str(rule)), method.lower())
        for rule in site.app.url_map.iter_rules()
        for method in rule.methods or ()
    }

    for path, methods in described["paths"].items():
        for method in set(methods) - {"parameters"}:
            assert (shape.sub("{}", path), method) in known


@pytest.mark.parametrize("path", ["/", "/uji/", "/uji/counter/sign-in", "/healthz", "/hilang"])
def test_every_answer_has_its_guards(site: Site, path: str) -> None:
    headers = site.client().get(path, headers=PAGE).headers

    policy = headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe-inline" not in policy
    assert "unsafe-eval" not in policy
    assert "object-src 'none'" in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cache-Control"] == "no-store"


def test_the_session_cookie_is_out_of_reach_of_scripts_and_other_sites(site: Site) -> None:
    cookie = signed_in(site).get_cookie("loket")

    assert cookie is not None
    assert cookie.http_only
    assert cookie.same_site == "Lax"


# a real server


def test_ten_taps_at_once_are_one_ticket(serve: Callable[..., Server]) -> None:
    server = serve()
    kiosk = server.token("lumajang", "--kiosk")
    slug = first_service(server)

    with ThreadPoolExecutor(10) as fingers:
        answers = list(
            fingers.map(
                lambda _: requests.post(
                    f"{server.url}/lumajang/kiosk/tickets", json=ask(slug), headers=kiosk, timeout=30
                ),
                range(10),
            )
        )

    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["token"] for answer in answers}) == 1
    store = Store(f"sqlite:///{server.data / 'loket.db'}")
    with store.read() as connection:
        assert len(connection.execute(select(Ticket.id)).all()) == 1
        assert connection.execute(select(Series.last_number)).scalar_one() == 1
    store.close()


def test_a_token_from_the_command_line_opens_the_counter(serve: Callable[..., Server]) -> None:
    server = serve()
    token = server.loket("token", "--office", "lumajang", "--officer", "loket1")

    answer = requests.post(
        f"{server.url}/lumajang/counter/1/next", headers={"Authorization": f"Bearer {token}"}, timeout=30
    )

    assert answer.status_code == 204


def test_the_first_run_tells_its_passwords_on_the_console_alone(serve: Callable[..., Server]) -> None:
    server = serve(is_new=True)
    assert {office for office, _ in server.passwords} == {"lumajang", "ranuyoso"}
    session = requests.Session()
    pages = ["/", "/healthz", "/metrics", "/openapi.json"]
    for office in ("lumajang", "ranuyoso"):
        pages += [f"/{office}{path}" for path in ("/", "/kiosk", "/display", "/display/board.json", "/display/plain")]
        pages += [f"/{office}/counter/sign-in"]

    for path in pages:
        text = session.get(server.url + path, timeout=120).text
        assert not [password for password in server.passwords.values() if password in text], path

    stored = (server.data / "loket.db").read_bytes()
    assert not [password for password in server.passwords.values() if password.encode() in stored]


def first_service(server: Server) -> str:
    """The slug of a service that the office gives numbers for now."""
    board = requests.get(f"{server.url}/lumajang/display/board.json", timeout=120).json()
    return next(slug for slug in board["waiting"] if board["availability"][slug]["is_open"])


def test_a_start_makes_the_first_page_ready(app: Flask) -> None:
    warm(app)

    assert app.jinja_env.cache is not None
    assert "kiosk/page.html" in {name for _, name in app.jinja_env.cache}


def test_a_browser_keeps_the_files_of_this_build_only_and_they_know_nobody(site: Site) -> None:
    page = site.client().get("/uji/counter/sign-in", headers=PAGE)
    address = re.search(r'href="(/static/[^"]+\.css)"', page.text)
    assert address
    file = site.client().get(address[1])
    older = site.client().get(re.sub(r"/static/[^/]+", "/static/0123", address[1]))

    assert "max-age=31536000" in file.headers["Cache-Control"]
    assert older.headers["Cache-Control"] == "no-cache"
    assert older.data == file.data
    assert "Vary" not in file.headers
