"""The sessions of officers: a new password, one's own or an admin's, ends what was open elsewhere."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import world
from flask.testing import FlaskClient
from world import PASSWORD, World

from shared.store.office import Store
from shared.web.app import create_app
from shared.web.auth import limiter
from shared.web.settings import Settings

NEW = "kata-sandi-berikutnya"
SignIn = Callable[..., FlaskClient]


@pytest.fixture
def uji(sqlite_store: Store) -> World:
    return world.office(sqlite_store)


@pytest.fixture
def sign_in(uji: World, tmp_path: Path) -> Iterator[SignIn]:
    """`sign_in("petugas1", password=PASSWORD)`: another browser of that officer."""
    app = create_app(Settings(data=tmp_path), uji.store, lambda: uji.now, async_mode="threading")
    limiter.reset()

    def opened(login: str, password: str = PASSWORD) -> FlaskClient:
        browser = app.test_client()
        browser.environ_base["HTTP_ACCEPT"] = "text/html"
        assert post(browser, "/uji/counter/sign-in", login=login, password=password) == 302
        return browser

    yield opened
    limiter.reset()


def post(browser: FlaskClient, path: str, **form: str) -> int:
    page = browser.get("/uji/counter/password", follow_redirects=True).text
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert token, page
    return browser.post(path, data={"csrf_token": token[1], **form}).status_code


def is_in(browser: FlaskClient) -> bool:
    return browser.get("/uji/counter").status_code == 200


def test_who_changes_the_own_password_stays_here_and_is_signed_out_elsewhere(sign_in: SignIn) -> None:
    here, there, colleague = sign_in("petugas1"), sign_in("petugas1"), sign_in("petugas2")

    assert post(here, "/uji/counter/password", current=PASSWORD, wanted=NEW, repeated=NEW) == 302

    assert [is_in(here), is_in(there), is_in(colleague)] == [True, False, True]
    assert is_in(sign_in("petugas1", NEW))


def test_an_admins_new_password_signs_the_officer_out_everywhere(uji: World, sign_in: SignIn) -> None:
    first, second, admin = sign_in("petugas1"), sign_in("petugas1"), sign_in("admin")

    assert post(admin, f"/uji/counter/setup/officers/{uji.officer(1)}/password") == 200

    assert [is_in(first), is_in(second), is_in(admin)] == [False, False, True]


def test_a_refused_new_password_ends_no_session(sign_in: SignIn) -> None:
    here, there = sign_in("petugas1"), sign_in("petugas1")

    assert post(here, "/uji/counter/password", current="salah-sekali", wanted=NEW, repeated=NEW) == 403
    assert post(here, "/uji/counter/password", current=PASSWORD, wanted="pendek", repeated="pendek") == 400

    assert [is_in(here), is_in(there)] == [True, True]
