"""A code of the telephone beside the password: on its own clock, each code once, and a way back when it is lost."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest
import world
from click.testing import CliRunner
from flask import Flask
from people import Browser, csrf, sign_in
from pyotp import TOTP
from sqlalchemy import select
from werkzeug.test import TestResponse
from world import PASSWORD, World

from shared.domain.errors import Refusal
from shared.domain.standards.standard import Role
from shared.engine.people import second_factor
from shared.store.second_factor import factor, is_on
from shared.store.tables import SecondFactor
from shared.web.app import create_app
from shared.web.cli import main
from shared.web.server.limits import limiter
from shared.web.settings import Settings


@pytest.fixture(autouse=True)
def _no_rate_limit(app: Flask) -> None:
    limiter.reset()


class Telephone:
    """An authenticator app whose clock is `off` seconds ahead of the server's."""

    def __init__(self, here: World, secret: str, off: float = 0) -> None:
        self.here, self.clock, self.off = here, TOTP(secret), timedelta(seconds=off)

    def code(self) -> str:
        return self.clock.at(self.here.now + self.off)


def set_up(app: Flask, here: World, off: float = 0) -> tuple[Browser, Telephone, list[str]]:
    browser = sign_in(app, "admin", office=here.slug)
    page = browser.post(f"/{here.slug}/counter/second-factor", follow_redirects=True)
    found = re.search(r"data-secret>([A-Z2-7]+)<", page.text)
    assert found
    telephone = Telephone(here, found[1], off)
    said = {"code": telephone.code(), "current": PASSWORD}
    told = browser.post(f"/{here.slug}/counter/second-factor/confirm", **said)
    assert told.status_code == 200, told.text
    return browser, telephone, re.findall(r'class="secret">(\w{5}-\w{5})<', told.text)


def half(app: Flask, here: World, path: str = "sign-in") -> Browser:
    """A browser whose password was right."""
    browser = Browser(app.test_client())
    answer = browser.post(f"/{here.slug}/counter/{path}", login="admin", password=PASSWORD)
    assert answer.location.endswith("/sign-in/code")
    return browser


def give(browser: Browser, here: World, code: str) -> TestResponse:
    page = browser.get(f"/{here.slug}/counter/sign-in/code")
    return browser.client.post(f"/{here.slug}/counter/sign-in/code", data={"csrf_token": csrf(page), "code": code})


def is_in(browser: Browser, here: World) -> bool:
    return browser.get(f"/{here.slug}/counter/sessions").status_code == 200


def test_a_password_alone_opens_nothing_and_the_wanted_page_follows_the_code(app: Flask, here: World) -> None:
    _, telephone, paper = set_up(app, here)
    here.later(seconds=60)

    browser = half(app, here, f"sign-in?next=/{here.slug}/counter/register")
    assert not is_in(browser, here)
    assert browser.client.post(f"/{here.slug}/counter/1/next").status_code in (302, 400, 401)
    assert give(browser, here, "000000").status_code == 403
    assert not is_in(browser, here)

    assert give(browser, here, telephone.code()).location == f"/{here.slug}/counter/register"
    assert is_in(browser, here)
    assert len(set(paper)) == second_factor.PAPER_CODES


def test_each_code_of_telephone_and_paper_opens_once(app: Flask, here: World) -> None:
    _, telephone, paper = set_up(app, here)
    here.later(seconds=60)

    wide = telephone.code().translate({ord("0") + digit: 0xFF10 + digit for digit in range(10)})
    for code in (f"{wide[:3]} {wide[3:]}", paper[0], paper[1].replace("-", " ").upper()):
        assert give(half(app, here), here, code).status_code == 302
        again = half(app, here)
        assert give(again, here, code).status_code == 403
        assert not is_in(again, here)
    with here.store.read() as connection:
        left = factor(connection, here.officers[-1] + 1)
    assert left is not None
    assert len(left.codes) == second_factor.PAPER_CODES - 2


def test_a_server_whose_clock_is_minutes_off_learns_the_difference_and_follows_it(app: Flask, here: World) -> None:
    _, telephone, _ = set_up(app, here, off=250)

    for drifts_by in (0, 40, 40):
        here.later(hours=1)
        telephone.off += timedelta(seconds=drifts_by)
        assert give(half(app, here), here, telephone.code()).status_code == 302
    here.later(hours=1)
    telephone.off += timedelta(minutes=5)
    assert give(half(app, here), here, telephone.code()).status_code == 403


def test_guessing_codes_ends_after_five_tries_and_the_half_way_in_ends_by_itself(app: Flask, here: World) -> None:
    _, telephone, _ = set_up(app, here)
    here.later(seconds=60)
    browser = half(app, here)

    for guess in range(4):
        give(browser, here, f"{guess:06d}")
        limiter.reset()
    assert give(browser, here, telephone.code()).status_code == 403, "the right one is not even looked at"

    here.later(minutes=6)
    late = half(app, here)
    here.later(minutes=6)
    answer = late.get(f"/{here.slug}/counter/sign-in/code")
    assert (answer.status_code, answer.location) == (302, f"/{here.slug}/counter/sign-in")


def test_it_is_switched_off_by_a_code_or_by_another_admin_or_at_the_console(
    app: Flask, here: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser, _, paper = set_up(app, here)
    admin = here.officers[-1] + 1
    here.store.write_with(world.add_officer, here.id, "admin2", Role.ADMIN)
    path = f"/{here.slug}/counter/setup/officers/{{}}/second-factor"  # setup.reset_second_factor

    assert browser.post(f"/{here.slug}/counter/second-factor/end", code="000000").status_code == 403
    assert browser.post(path.format(admin)).status_code == 409, "not one's own, without a code"
    assert here.store.ask(is_on, admin)
    assert browser.post(f"/{here.slug}/counter/second-factor/end", code=paper[0]).status_code == 302
    assert not here.store.ask(is_on, admin)

    for way in ("another admin", "console"):
        set_up(app, here)
        if way == "another admin":
            assert sign_in(app, "admin2", office=here.slug).post(path.format(admin)).status_code == 302
        else:
            monkeypatch.setenv("LOKET_DATABASE_URL", str(here.store.engine.url))
            said = CliRunner().invoke(main, ["officer", "second-factor-off", "--office", here.slug, "admin"])
            assert said.exit_code == 0, said.output
        assert not here.store.ask(is_on, admin)


def test_it_is_for_admins_and_section_heads_and_changes_nothing_before_the_first_code(app: Flask, here: World) -> None:
    browser = sign_in(app, "petugas1", office=here.slug)
    assert browser.post(f"/{here.slug}/counter/second-factor").status_code == 403
    assert browser.get(f"/{here.slug}/counter/second-factor").status_code == 200

    admin = sign_in(app, "admin", office=here.slug)
    admin.post(f"/{here.slug}/counter/second-factor")
    wrong = {"code": "000000", "current": PASSWORD}
    assert admin.post(f"/{here.slug}/counter/second-factor/confirm", **wrong).status_code == 403
    assert sign_in(app, "admin", office=here.slug).get(f"/{here.slug}/counter/sessions").status_code == 200


def test_nobody_takes_off_the_second_factor_of_another_office(here: World) -> None:
    other = world.office(here.store, slug="lain")

    with pytest.raises(Refusal) as refused:
        here.by_itself(second_factor.reset, other.officers[0])

    assert refused.value.code == "officer"


def test_a_copy_of_the_database_opens_nothing_and_with_another_key_the_paper_still_does(
    app: Flask, here: World, tmp_path: Path
) -> None:
    _, telephone, paper = set_up(app, here)
    here.later(seconds=60)
    kept = here.store.ask(lambda connection: connection.execute(select(SecondFactor.secret)).scalar_one())
    moved = create_app(Settings(data=tmp_path / "other"), here.store, lambda: here.now, async_mode="threading")

    refused = give(half(moved, here), here, telephone.code())

    assert telephone.clock.secret not in kept
    assert refused.status_code == 409
    assert "loket officer second-factor-off" in refused.text
    assert give(half(moved, here), here, paper[0]).status_code == 302
