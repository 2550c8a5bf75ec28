"""Names: the server answers to its own only, and trusts as local only what asks by a local one."""

from __future__ import annotations

import socket
from collections import Counter
from pathlib import Path
from types import SimpleNamespace

import pytest
import world
from flask import Flask
from flask.testing import FlaskClient
from people import csrf, sign_in
from sqlalchemy import select
from world import World

from shared.domain.standards.standard import Role
from shared.engine.founding import RESERVED
from shared.engine.people.device import issue_token
from shared.store.tables import PrintJob
from shared.web import urls
from shared.web.access import credentials
from shared.web.app import create_app
from shared.web.server import hosts, machine
from shared.web.server.limits import limiter
from shared.web.settings import Settings

PAGE = {"Accept": "text/html"}
COOKIES = {credentials.SESSION, credentials.DEVICE, credentials.KNOWN}
TAKE = {"service": "layanan-1", "nonce": "nonce-of-a-stranger"}


@pytest.fixture
def open_app(here: World, tmp_path: Path):  # type: ignore[no-untyped-def]
    def opener(**settings: str) -> Flask:
        return create_app(Settings(data=tmp_path, **settings), here.store, lambda: here.now, async_mode="threading")

    return opener


def status(app: Flask, host: str, address: str = "127.0.0.1", path: str = "/", **headers: str) -> int:
    client = app.test_client()
    client.environ_base["REMOTE_ADDR"] = address
    return client.get(path, headers={"Host": host, **PAGE, **headers}).status_code


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:8000", "[::1]:8000", "localhost:9", "LOCALHOST"])
def test_a_browser_on_the_servers_own_machine_is_local(app: Flask, here: World, host: str) -> None:
    assert status(app, host, path=f"/{here.slug}/kiosk") == 200
    assert status(app, host, path="/metrics") == 200


@pytest.mark.parametrize(
    "host",
    [
        "evil.test", "evil.test:8000", "localhost.evil.test", "127.0.0.1.nip.io", "8.8.8.8", "a b", "@", "",
        "[", "[::1", "%00", "x" * 300, "\u00e9", "127.0.0.1:999999", "127.0.0.1, evil.test",
    ],
)  # fmt: skip
def test_a_name_that_is_not_the_servers_is_answered_with_a_sentence(app: Flask, here: World, host: str) -> None:
    client = app.test_client()

    answers = [
        client.get("/", headers={"Host": host}),
        client.get("/metrics", headers={"Host": host}),
        client.get("/no/such/page", headers={"Host": host}),
        client.post(f"/{here.slug}/kiosk/tickets", json=TAKE, headers={"Host": host}),
    ]

    assert [answer.status_code for answer in answers] == [421] * 4
    assert client.get("/", headers={"Host": host, **PAGE}).status_code == 421
    assert answers[0].json is not None
    assert answers[0].json["error"]["code"] == "host"


@pytest.mark.parametrize("host", ["192.168.1.10:8000", "10.0.0.5", "loket.local"])
def test_a_name_in_the_network_is_answered_but_is_not_local(app: Flask, here: World, host: str) -> None:
    assert status(app, host) == 200
    assert status(app, host, path="/metrics") == 403
    assert status(app, host, path=f"/{here.slug}/kiosk") == 302


def test_a_local_name_from_elsewhere_or_through_a_proxy_is_not_local(app: Flask) -> None:
    assert status(app, "localhost", "192.168.1.7", "/metrics") == 403
    assert status(app, "localhost", path="/metrics", **{"X-Forwarded-For": "127.0.0.1"}) == 403


def test_names_are_added_by_settings(open_app) -> None:  # type: ignore[no-untyped-def]
    app = open_app(hosts="antrean.lumajangkab.go.id, Loket.Kantor", public_url="https://qr.example:8443")

    names = ["antrean.lumajangkab.go.id", "loket.kantor:8000", "qr.example:8443", socket.gethostname()]
    assert [status(app, name) for name in names] == [200] * 4
    assert status(app, "other.example") == 421


def test_a_machine_that_is_given_another_name_is_known_by_it(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    assert status(app, "kantor-baru") == 421

    monkeypatch.setattr(socket, "gethostname", lambda: "Kantor-Baru")

    assert [status(app, "kantor-baru"), status(app, "kantor-baru.local:8000")] == [200, 200]


def test_the_present_address_is_never_loopback() -> None:
    assert not any(hosts.is_loopback(each) for each in machine.own_addresses())


def test_an_address_that_a_router_gave_goes_before_one_that_the_machine_gave_itself(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    cards = [("eth0", "169.254.7.9"), ("wlan0", "192.168.1.10")]
    found = [SimpleNamespace(name=name, ips=[SimpleNamespace(ip=ip)]) for name, ip in cards]
    monkeypatch.setattr(machine, "ifaddr", SimpleNamespace(get_adapters=lambda: found))
    monkeypatch.setattr(machine, "_facing_address", lambda: "")  # a switch without a router

    assert machine.own_addresses() == ["192.168.1.10", "169.254.7.9"]


def test_what_is_printed_carries_the_address_of_now(open_app, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    """A cable that comes later, another address, and no address at all."""
    monkeypatch.setattr(urls, "ASKED_EVERY_S", 0)
    printed = []
    for addresses in ([], ["192.168.1.10"], ["fe80::1", "10.9.8.7"]):
        monkeypatch.setattr(urls, "own_addresses", lambda found=addresses: found)
        with open_app(host="0.0.0.0").test_request_context("/", headers={"Host": "127.0.0.1"}):
            printed.append(urls.paper_url("/t/x"))

    machine = socket.gethostname().partition(".")[0]
    assert printed == [f"http://{machine}.local:8000/t/x", "http://192.168.1.10:8000/t/x", "http://10.9.8.7:8000/t/x"]


@pytest.mark.parametrize(
    ("origin", "is_own"),
    [
        ("http://loket.local", True),
        ("https://loket.local", True),
        ("http://evil.test", False),
        ("http://loket.local:81", False),
        ("null", False),
        (None, False),
    ],
)
def test_the_live_line_takes_pages_of_this_server_only(origin: str | None, is_own: bool) -> None:
    environ: dict[str, object] = {"HTTP_HOST": "loket.local", "HTTP_X_FORWARDED_HOST": "evil.test"}

    assert hosts.is_allowed_origin(origin, environ) is is_own


def test_every_answer_carries_the_headers(app: Flask) -> None:
    headers = app.test_client().get("/", headers={"Host": "loket.local", **PAGE}).headers

    assert "unsafe" not in headers["Content-Security-Policy"]
    assert "connect-src 'self' ws://loket.local wss://loket.local;" in headers["Content-Security-Policy"]
    assert headers["X-Frame-Options"] == "SAMEORIGIN"
    assert headers["Cross-Origin-Opener-Policy"] == headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "camera=()" in headers["Permissions-Policy"]


def test_a_browser_keeps_nothing_that_was_meant_for_one_person(app: Flask, here: World) -> None:
    here.take()
    (slip,) = here.store.ask(lambda connection: connection.execute(select(PrintJob.id)).scalars().all())

    answer = app.test_client().get(f"/uji/paper/slips/{slip}.png")

    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-store")


def test_cookies_of_https_are_for_https_alone_and_leave_the_other_port_alone(app: Flask) -> None:
    client, paths = app.test_client(), ("/uji/counter/sign-in", "/uji/pair/kiosk")
    given: dict[str, list[str]] = {}
    for scheme in ("https", "http"):
        asked = {"base_url": f"{scheme}://localhost", "headers": {**PAGE, "Referer": f"{scheme}://localhost/"}}
        page = client.get(paths[0], **asked)
        form = {"csrf_token": csrf(page), "login": "petugas1", "password": world.PASSWORD}
        entered = client.post(paths[0], data=form, **asked)
        assert entered.status_code == 302, scheme
        given[scheme] = [each for one in (page, entered) for each in one.headers.getlist("Set-Cookie")]
        given[scheme] += client.get(paths[1], **asked).headers.getlist("Set-Cookie")

    assert {each.partition("=")[0] for each in given["https"]} == {f"__Host-{each}" for each in COOKIES}
    assert all("Secure;" in each and "HttpOnly" in each and "Path=/" in each for each in given["https"])
    assert {each.partition("=")[0] for each in given["http"]} == COOKIES
    assert not any("Secure" in each for each in given["http"])


def test_json_from_a_page_of_another_site_is_refused_also_where_nothing_rides_along(app: Flask) -> None:
    # a browser on the server's own machine is a kiosk without signing in
    said = {origin: status_of_take(app, origin) for origin in ("https://jahat.example", "null", "http://localhost")}

    assert said == {"https://jahat.example": 400, "null": 400, "http://localhost": 201}


def status_of_take(app: Flask, origin: str) -> int:
    return app.test_client().post("/uji/kiosk/tickets", json=TAKE, headers={"Origin": origin}).status_code


def test_secure_cookies_ask_for_https_from_then_on(open_app) -> None:  # type: ignore[no-untyped-def]
    answer = open_app(secure_cookies="true").test_client().get("/", headers={"Host": "localhost", **PAGE})

    assert answer.headers["Strict-Transport-Security"].startswith("max-age=")


def test_no_office_is_founded_under_an_address_of_the_program(app: Flask) -> None:
    firsts = {rule.rule.split("/")[1] for rule in app.url_map.iter_rules() if not rule.rule.startswith("/<office>")}

    assert {*firsts, "socket.io"} - {""} <= set(RESERVED)


# bodies


def signed_in(app: Flask, here: World, officer: str) -> tuple[FlaskClient, str]:
    browser = sign_in(app, officer, office=here.slug)
    return browser.client, csrf(browser.get(f"/{here.slug}/counter/password"))


@pytest.mark.parametrize(
    "path", ["counter/sign-in", "counter/setup/media", "counter/setup/voice", "kiosk/tickets", "pair/kiosk"]
)
def test_a_large_body_of_a_stranger_is_refused_unread(app: Flask, here: World, path: str) -> None:
    answer = app.test_client().post(f"/{here.slug}/{path}", data={"a": "x" * 100_000})

    assert answer.status_code in (404, 413)


def test_large_files_are_for_an_admin_of_this_office(app: Flask, here: World) -> None:
    other = world.office(here.store, slug="lain")
    client, token = signed_in(app, here, "petugas1")
    large = {"csrf_token": token, "a": "x" * 100_000}

    here.store.write_with(world.add_officer, here.id, "pengelola", Role.ADMIN)
    admin, its_token = signed_in(app, here, "pengelola")

    assert client.post(f"/{here.slug}/counter/setup/media", data=large).status_code == 413
    assert admin.post(f"/{other.slug}/counter/setup/media", data=large).status_code == 413
    assert admin.post(f"/{here.slug}/counter/1/next", data=large).status_code == 413
    allowed = admin.post(f"/{here.slug}/counter/setup/media", data={**large, "csrf_token": its_token})
    assert allowed.status_code == 400, "nothing was chosen, but it was read"


def test_a_page_of_this_server_may_send_json_with_a_token_of_before_the_sign_in(app: Flask, here: World) -> None:
    """A television and a counter in one browser: the television's page is older than the officer's session."""
    client, _ = signed_in(app, here, "petugas1")
    take = f"/{here.slug}/kiosk/tickets"

    own = client.post(take, json=TAKE, headers={"Origin": "http://localhost", "X-CSRFToken": "stale"})
    foreign = client.post(take, json=TAKE, headers={"Origin": "http://evil.test", "X-CSRFToken": "stale"})

    assert own.status_code == 201
    assert foreign.status_code == 400


def test_a_house_with_ipv6_counts_as_one_and_neighbours_of_the_server_count_each(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The blocks of now: a router may give the house another one."""
    own: list[str] = []
    monkeypatch.setattr(machine, "own_addresses", lambda: own)
    monkeypatch.setattr(machine, "ASKED_EVERY_S", 1e-6)
    assert machine.source("2001:db8:0:7::5") == "2001:db8:0:7::/64"
    own += ["192.168.1.2", "2001:db8:0:7::2"]
    told = {
        "2001:db8:0:9::1": "2001:db8:0:9::/64",
        "2001:db8:0:9:ffff:1:2:3": "2001:db8:0:9::/64",
        "2001:db8:0:7::5": "2001:db8:0:7::5",
        "fe80::5%eth0": "fe80::5",
        "::ffff:203.0.113.9": "203.0.113.9",
        "203.0.113.9": "203.0.113.9",
        "": "",
    }

    counted = {each: machine.source(each) for each in told}

    machine._own_blocks.cache_clear()
    assert counted == told


@pytest.mark.parametrize(("address", "wanted"), [("::ffff:127.0.0.1", 200), ("::1", 200), ("::ffff:192.168.1.9", 302)])
def test_a_loopback_of_ipv4_that_a_socket_of_ipv6_shows_is_local(app: Flask, address: str, wanted: int) -> None:
    assert status(app, "localhost", address, "/uji/kiosk") == wanted


def test_a_stolen_token_of_a_kiosk_gives_no_numbers_without_end(app: Flask, here: World) -> None:
    client = app.test_client()
    token = here.store.write_with(issue_token, here.id, "kiosk", "Anjungan", here.now)
    client.environ_base.update(
        {"REMOTE_ADDR": "10.0.0.7", "HTTP_HOST": "10.0.0.1", "HTTP_AUTHORIZATION": f"Bearer {token}"}
    )
    limiter.reset()

    def take() -> int:
        return client.post(f"/{here.slug}/kiosk/tickets", json={**TAKE, "nonce": "always-the-same"}).status_code

    assert Counter(take() for _ in range(102)) == {201: 100, 429: 2}
    assert app.test_client().post(f"/{here.slug}/kiosk/tickets", json=TAKE).status_code == 201, "the kiosk in the house"
    limiter.reset()


@pytest.mark.parametrize("sheet", ["figures.pdf", "survey/poster.pdf"])
def test_sheets_that_anybody_may_ask_for_are_not_made_without_end(app: Flask, here: World, sheet: str) -> None:
    limiter.reset()
    stranger = {"REMOTE_ADDR": "203.0.113.9"}

    asked = [app.test_client().get(f"/uji/{sheet}", environ_base=stranger).status_code for _ in range(21)]

    limiter.reset()
    assert asked == [404] * 20 + [429]


def test_tickets_are_not_guessed_in_a_row_and_phones_are_not_counted(app: Flask, here: World) -> None:
    client = app.test_client()
    client.environ_base.update({"REMOTE_ADDR": "10.0.0.7", "HTTP_HOST": "10.0.0.1"})
    ticket = here.take()
    limiter.reset()

    phones = Counter(client.get(f"/t/{ticket.token}.json").status_code for _ in range(130))
    guesses = Counter(client.get(f"/t/{number:032}.json").status_code for number in range(122))

    assert phones == {200: 130}
    assert guesses == {404: 120, 429: 2}
    limiter.reset()
