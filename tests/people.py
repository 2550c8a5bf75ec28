"""The people of an office: visitors and officers over HTTP, officers in a browser, and one patient way to wait."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Any, TypeVar
from uuid import uuid4

import requests
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Page
from server import Server
from werkzeug.test import TestResponse
from world import PASSWORD

T = TypeVar("T")

LIMIT_S = 120.0
NEW_PASSWORD = "kata-sandi-baru-1"


def until(is_so: Callable[[], T], limit_s: float = LIMIT_S) -> T:
    """Waits for a state; what it is then. The limit is generous, because it is no measurement."""
    end = time.monotonic() + limit_s
    while not (found := is_so()):
        assert time.monotonic() < end, "it did not come to that"
        time.sleep(0.01)
    return found


# pages without scripts


def csrf(page: TestResponse) -> str:
    """The token that the forms of this page carry."""
    found = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
    assert found, page.text
    return found[1]


class Browser:
    """One browser on the server's own machine."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client
        client.environ_base["HTTP_ACCEPT"] = "text/html"
        self._csrf: str | None = None

    def get(self, path: str) -> TestResponse:
        return self.client.get(path)

    def post(self, path: str, *, follow_redirects: bool = False, **form: Any) -> TestResponse:
        _, office, *_, last = path.split("/")
        if self._csrf is None:
            page = self.client.get(f"/{office}/counter/{'sign-in' if last == 'sign-in' else 'password'}")
            self._csrf = csrf(self.client.get(page.location) if page.location else page)
        data = {"csrf_token": self._csrf, **form}
        if last in ("sign-in", "sign-out", "password"):
            self._csrf = None  # another session begins
        return self.client.post(path, data=data, follow_redirects=follow_redirects)

    def sign_in(self, office: str, login: str, password: str = PASSWORD) -> None:
        assert self.post(f"/{office}/counter/sign-in", login=login, password=password).status_code == 302


def sign_in(app: Flask, login: str, password: str = PASSWORD, *, office: str = "uji", address: str = "") -> Browser:
    """Another browser of that officer; with an `address` it is not on the server's own machine."""
    browser = Browser(app.test_client())
    if address:
        browser.client.environ_base["REMOTE_ADDR"] = address
    browser.sign_in(office, login, password)
    return browser


# real browsers


def sign_in_page(
    page: Page, server: Server, office: str, login: str, password: str = "", chosen: str = NEW_PASSWORD
) -> None:
    """Signs in with the password (the first run's, unless named); a one-time one is changed, as each officer does."""
    once = password or server.passwords[office, login]
    page.goto(f"{server.url}/{office}/counter/sign-in")
    page.fill("#login", login)
    page.fill("#password", once)
    page.locator("form:has(#password) button").first.click()
    page.wait_for_url(lambda url: "sign-in" not in url)
    if not page.url.endswith("/password"):
        page.goto(f"{server.url}/{office}/counter")
    if page.url.endswith("/password"):
        for name in ("wanted", "repeated"):
            page.fill(f"#{name}", chosen)
        page.locator("form:has(#wanted) button").first.click()
    page.wait_for_url(f"**/{office}/counter")


# over HTTP


class People:
    """The people of one office, over HTTP."""

    def __init__(self, server: Server, office: str = "lumajang") -> None:
        self.server, self.office = server, office
        self._officers = {1: "loket1", 2: "loket2", 3: "operator"}
        self._tokens: dict[int, dict[str, str]] = {}
        self._last: dict[int, int] = {}

    @property
    def root(self) -> str:
        """Where the office's addresses begin."""
        return f"{self.server.url}/{self.office}"

    def sit(self, counter: int, login: str) -> None:
        """From now on that officer acts at this counter."""
        self._officers[counter] = login
        self._tokens[counter] = self.server.token(self.office, "--officer", login)

    def take(self, service: str = "oss", **said: Any) -> dict[str, Any]:
        wanted = {"service": service, "nonce": uuid4().hex, **said}
        answer = requests.post(f"{self.root}/kiosk/tickets", json=wanted, timeout=120)
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    def call_next(self, counter: int = 1) -> dict[str, Any]:
        """Calls the next one; whoever stands at the counter is finished first."""
        answer = self._post(counter, "next")
        if answer.status_code == 409:
            here = self._last[counter]
            self._post(counter, f"tickets/{here}/start")
            self._post(counter, f"tickets/{here}/finish")
            answer = self._post(counter, "next")
        assert answer.status_code == 200, answer.text
        self._last[counter] = answer.json()["id"]
        return dict(answer.json())

    def act(self, counter: int, ticket_id: int, action: str) -> None:
        answer = self._post(counter, f"tickets/{ticket_id}/{action}")
        assert answer.ok, answer.text

    def _post(self, counter: int, what: str) -> requests.Response:
        if counter not in self._tokens:
            self._tokens[counter] = self.server.token(self.office, "--officer", self._officers[counter])
        url = f"{self.root}/counter/{counter}/{what}"
        headers = {**self._tokens[counter], "Accept": "application/json"}
        return requests.post(url, json={}, headers=headers, timeout=120)

    def board(self) -> dict[str, Any]:
        return dict(requests.get(f"{self.root}/display/board.json", timeout=120).json())
