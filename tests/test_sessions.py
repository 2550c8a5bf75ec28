"""The sessions of officers: a new password, one's own or an admin's, ends what was open elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import people
import pytest
from flask import Flask
from people import Browser
from world import PASSWORD, World

from shared.web.server.limits import limiter

NEW = "kata-sandi-berikutnya"
SignIn = Callable[..., Browser]


@pytest.fixture
def sign_in(app: Flask) -> Iterator[SignIn]:
    """`sign_in("petugas1", password=PASSWORD)`: another browser of that officer."""
    limiter.reset()

    def opened(login: str, password: str = PASSWORD) -> Browser:
        return people.sign_in(app, login, password)

    yield opened
    limiter.reset()


def is_in(browser: Browser) -> bool:
    return browser.get("/uji/counter").status_code == 200


def test_who_changes_the_own_password_stays_here_and_is_signed_out_elsewhere(sign_in: SignIn) -> None:
    here, there, colleague = sign_in("petugas1"), sign_in("petugas1"), sign_in("petugas2")

    assert here.post("/uji/counter/password", current=PASSWORD, wanted=NEW, repeated=NEW).status_code == 302

    assert [is_in(here), is_in(there), is_in(colleague)] == [True, False, True]
    assert is_in(sign_in("petugas1", NEW))


def test_an_admins_new_password_signs_the_officer_out_everywhere(here: World, sign_in: SignIn) -> None:
    first, second, admin = sign_in("petugas1"), sign_in("petugas1"), sign_in("admin")

    assert admin.post(f"/uji/counter/setup/officers/{here.officer(1)}/password").status_code == 200

    assert [is_in(first), is_in(second), is_in(admin)] == [False, False, True]


def test_a_refused_new_password_ends_no_session(sign_in: SignIn) -> None:
    here, there = sign_in("petugas1"), sign_in("petugas1")

    assert here.post("/uji/counter/password", current="salah-sekali", wanted=NEW, repeated=NEW).status_code == 403
    assert here.post("/uji/counter/password", current=PASSWORD, wanted="pendek", repeated="pendek").status_code == 400

    assert [is_in(here), is_in(there)] == [True, True]
