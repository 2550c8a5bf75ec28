"""The sign-in page against people who guess, and what ends with a password."""

from __future__ import annotations

import re
import threading
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
import world
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from test_hosts import PAGE, signed_in
from werkzeug.security import check_password_hash
from world import PASSWORD, World, dump

from shared.domain.actor import Actor
from shared.domain.errors import Refusal
from shared.domain.password import fault
from shared.domain.standards.standard import Role
from shared.engine.people import session
from shared.engine.people.device import issue_token
from shared.engine.people.session import ATTEMPTS, LOCKED, ONE_TIME_LIFE, REFILL, Place
from shared.engine.setup import officers as setup_officers
from shared.store import tables
from shared.store.office import Store
from shared.web.access import passwords
from shared.web.server.limits import limiter


@pytest.fixture(autouse=True)
def _no_rate_limit(app: Flask) -> None:
    limiter.reset()


def attempt(client: FlaskClient, here: World, login: str, password: str, address: str = "10.0.0.9") -> tuple[int, str]:
    """Status and text of a try; the page's token is asked for each time, as a script would."""
    client.environ_base["REMOTE_ADDR"] = address
    page = client.get(f"/{here.slug}/counter/sign-in", headers={**PAGE, "Host": "10.0.0.1"}).text
    token = page.split('name="csrf_token" value="')[1].split('"')[0] if "csrf_token" in page else ""
    form = {"login": login, "password": password, "csrf_token": token}
    answer = client.post(f"/{here.slug}/counter/sign-in", data=form, headers={**PAGE, "Host": "10.0.0.1"})
    limiter.reset()
    return answer.status_code, re.sub(r'name="csrf_token" value="[^"]+"', "", answer.text)


@pytest.mark.parametrize("addresses", [1, 4], ids=["one address", "four addresses"])
def test_of_many_tries_at_once_at_most_five_are_checked(
    app: Flask, here: World, monkeypatch: pytest.MonkeyPatch, addresses: int
) -> None:
    checked: list[str] = []

    def count(password_hash: str, typed: str) -> bool:
        checked.append(typed)
        return check_password_hash(password_hash, typed)

    monkeypatch.setattr(passwords, "check_password_hash", count)
    answers: Counter[int] = Counter()

    def guess(number: int) -> None:
        status, _ = attempt(app.test_client(), here, "petugas1", f"salah-{number}", f"10.0.0.{number % addresses}")
        answers[status] += 1

    threads = [threading.Thread(target=guess, args=(number,)) for number in range(60)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(checked) <= ATTEMPTS
    assert set(answers) <= {403, 429}


def test_a_stranger_in_the_same_network_does_not_keep_an_officer_out_of_the_own_browser(
    app: Flask, here: World
) -> None:
    own, stranger = app.test_client(), app.test_client()
    first, _ = attempt(own, here, "petugas1", PASSWORD)
    own.post(f"/{here.slug}/counter/sign-out", headers={"Host": "10.0.0.1", "Origin": "http://10.0.0.1"})

    def knock(client: FlaskClient, password: str) -> int:
        form = {"login": "petugas1", "password": password}
        client.environ_base["REMOTE_ADDR"] = "10.0.0.9"
        where = {**PAGE, "Host": "10.0.0.1", "Origin": "http://10.0.0.1"}
        return client.post(f"/{here.slug}/counter/sign-in", data=form, headers=where).status_code

    strangers = {knock(stranger, "x") for _ in range(22)}

    assert first == 302
    assert 429 in strangers
    assert knock(own, PASSWORD) == 302


def test_tries_are_counted_one_by_one_on_each_database(store: Store) -> None:
    office = world.office(store, slug="lain")
    counted: list[str] = []

    def try_once() -> None:
        try:
            store.write_with(session.count_try, office.id, "petugas1", Place("10.0.0.9"), office.now)
            counted.append("checked")
        except Refusal as refused:
            counted.append(refused.code)

    threads = [threading.Thread(target=try_once) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert Counter(counted) == {"checked": ATTEMPTS, "wrong_password": 20 - ATTEMPTS}


def test_a_stranger_cannot_lock_out_an_officer_at_the_own_browser(app: Flask, here: World) -> None:
    own = app.test_client()
    assert attempt(own, here, "petugas1", PASSWORD, "10.0.0.5")[0] == 302
    own.delete_cookie("loket", domain="10.0.0.1")  # signed out

    for _ in range(3 * ATTEMPTS):
        attempt(app.test_client(), here, "petugas1", "salah", "10.0.0.66")

    assert attempt(own, here, "petugas1", PASSWORD, "10.0.0.5")[0] == 302


def test_a_place_that_guessed_too_often_rests_and_strangers_get_a_try_now_and_then(app: Flask, here: World) -> None:
    for _ in range(ATTEMPTS):
        assert attempt(app.test_client(), here, "petugas1", "salah")[0] == 403
    assert attempt(app.test_client(), here, "petugas1", PASSWORD)[0] == 403
    assert attempt(app.test_client(), here, "petugas1", PASSWORD, "10.0.0.7")[0] == 403, "a new address is no way round"

    here.later(seconds=REFILL.total_seconds() + 1)
    assert attempt(app.test_client(), here, "petugas1", PASSWORD)[0] == 403, "this place rests longer"
    assert attempt(app.test_client(), here, "petugas1", PASSWORD, "10.0.0.7")[0] == 302
    here.later(seconds=LOCKED.total_seconds())
    assert attempt(app.test_client(), here, "petugas1", PASSWORD)[0] == 302


def test_wrong_unknown_switched_off_and_locked_are_told_the_same(app: Flask, here: World) -> None:
    here.store.write_with(world.add_officer, here.id, "mati", Role.LOKET, is_active=False)

    told = {
        (status, text.replace(f'value="{login}"', ""))
        for login, address in (("petugas1", "10.0.0.1"), ("tidak-ada", "10.0.0.2"), ("mati", "10.0.0.3"))
        for status, text in (
            attempt(app.test_client(), here, login, "salah-sekali", address) for _ in range(2 * ATTEMPTS)
        )
    }

    assert len(told) == 1


@pytest.mark.parametrize("typed", ["petugas1", "Petugas1", " PETUGAS1 ", "petugas 1", "ｐｅｔｕｇａｓ１", "petugas1\t"])
def test_a_name_is_read_as_people_mean_it(app: Flask, here: World, typed: str) -> None:
    assert attempt(app.test_client(), here, typed, PASSWORD)[0] == 302


def test_odd_names_and_passwords_are_wrong_and_no_fault(app: Flask, here: World) -> None:
    for odd in ("", "\0", "a" * 5000, "%00", "😀", "ⅷ"):
        assert attempt(app.test_client(), here, odd, odd)[0] in (400, 403)


# one-time passwords


def test_a_one_time_password_opens_nothing_but_the_choice_of_another(app: Flask, here: World) -> None:
    every = [role for role in Role if role != Role.APPLICANT]
    here.store.write_with(world.add_officer, here.id, "pemula", *every, must_change_password=True)
    client, token = signed_in(app, here, "pemula")
    client.environ_base["REMOTE_ADDR"] = "10.0.0.9"  # not local, which opens kiosk and display to anybody
    before = dump(here.store)
    open_to_all = {"public", "devices", "static", "survey_published", "figures", "complaint", "answer", "survey"}
    open_to_all |= {"phone_code"}
    coming_and_going = {f"counter.{name}" for name in ("sign_in", "do_sign_in", "sign_out", "change_password")}
    coming_and_going |= {"counter.sign_in_code", "counter.do_sign_in_code", "brand.icon"}
    opened = []

    for rule in app.url_map.iter_rules():
        if rule.endpoint.partition(".")[0] in open_to_all or rule.endpoint in coming_and_going:
            continue
        values = dict.fromkeys(rule.arguments, "1") | {"office": here.slug}
        with app.test_request_context():
            path = app.url_map.bind("10.0.0.1").build(rule.endpoint, values, method=sorted(rule.methods or ())[0])
        for method in (rule.methods or set()) & {"GET", "POST", "PUT", "DELETE"}:
            for wanted in ("application/json", "text/html"):
                headers = {"Accept": wanted, "X-CSRFToken": token}
                answer = client.open(path, method=method, headers=headers)
                leads_away = answer.status_code == 302 and ("password" in answer.location or "pair" in answer.location)
                if answer.status_code not in (400, 401, 403, 404) and not leads_away:
                    opened.append((rule.endpoint, method, wanted, answer.status_code))

    assert not [each for each in opened if each[0] != "counter.do_change_password"]
    assert dump(here.store) == before
    refused = client.get(f"/{here.slug}/counter/register", headers={"Accept": "application/json"})
    assert (refused.status_code, refused.json["error"]["code"]) == (403, "must_change_password")


def test_a_one_time_password_lapses_after_a_day(app: Flask, here: World) -> None:
    until = here.now + ONE_TIME_LIFE
    here.store.write_with(
        world.add_officer, here.id, "pemula", Role.LOKET, must_change_password=True, one_time_until=until
    )

    here.later(hours=23)
    assert attempt(app.test_client(), here, "pemula", PASSWORD)[0] == 302
    here.later(hours=2)
    status, text = attempt(app.test_client(), here, "pemula", PASSWORD)
    assert (status, "24 jam" in text) == (403, True)
    assert "24 jam" not in attempt(app.test_client(), here, "pemula", "salah")[1]


# tokens


def test_a_new_password_ends_the_tokens_of_programs(app: Flask, here: World) -> None:
    officer = here.officers[0]
    shown = here.store.write_with(issue_token, here.id, "officer", "program", here.now, officer)
    program = {"Authorization": f"Bearer {shown}"}
    client, token = signed_in(app, here, "petugas1")
    path = f"/{here.slug}/counter/1"
    assert app.test_client().get(path, headers=program).status_code == 200

    form = {"current": PASSWORD, "wanted": "sepeda-hijau-7", "repeated": "sepeda-hijau-7", "csrf_token": token}
    assert client.post(f"/{here.slug}/counter/password", data=form).status_code == 302

    assert app.test_client().get(path, headers=program).status_code == 401


@pytest.mark.parametrize("how", ["revoked", "switched off", "reset", "too old"])
def test_a_token_ends(app: Flask, here: World, how: str) -> None:
    officer = here.officers[0]
    shown = here.store.write_with(issue_token, here.id, "officer", "program", here.now, officer)
    program = {"Authorization": f"Bearer {shown}"}
    path = f"/{here.slug}/counter/1"
    assert app.test_client().get(path, headers=program).status_code == 200
    admin, token = signed_in(app, here, "admin")

    if how == "revoked":
        page = admin.get(f"/{here.slug}/counter/sessions", headers=PAGE).text
        assert "program" in page
        with here.store.read() as connection:
            wanted = select(tables.Device.id).where(tables.Device.officer_id == officer)
            device_id = connection.execute(wanted).scalar_one()
        admin.post(f"/{here.slug}/counter/tokens/{device_id}/end", data={"csrf_token": token})
    elif how == "switched off":
        role = setup_officers.RoleRow(role=Role.LOKET)
        form = setup_officers.OfficerForm(login="petugas1", name="P", is_active=False, roles=[role])
        here.store.change(here.id, Actor.system(here.now), setup_officers.change_officer, officer, form)
    elif how == "reset":
        here.store.change(here.id, Actor.system(here.now), setup_officers.reset_password, officer, "x")
    else:
        here.now += timedelta(days=366)

    assert app.test_client().get(path, headers=program).status_code == 401


def test_a_wrong_present_password_is_slowed_too(app: Flask, here: World) -> None:
    client, token = signed_in(app, here, "petugas1")

    def change(current: str) -> int:
        form = {"current": current, "wanted": "sepeda-hijau-7", "repeated": "sepeda-hijau-7", "csrf_token": token}
        return client.post(f"/{here.slug}/counter/password", data=form).status_code

    assert [change("salah") for _ in range(ATTEMPTS)] == [403] * ATTEMPTS
    assert change(PASSWORD) == 403
    here.later(seconds=LOCKED.total_seconds() + 1)
    assert change(PASSWORD) == 302


USUAL = """1234567890 password12 ranuyoso12 P@ssw0rd123 qwertyuiop Kecamatan2026! loketloket aaaaaaaaaaa kasi123456
Bismillah1 katasandi1 asdfghjkl1 abcabcabca 0812345678 RANUYOSO-ranuyoso"""


@pytest.mark.parametrize("password", USUAL.split())
def test_usual_passwords_are_refused(password: str) -> None:
    assert fault(password, ("ranuyoso", "kasi", "Kecamatan Ranuyoso")) == "password_common"


@pytest.mark.parametrize("password", ["liverpool10", "Letmein2026", "trustno1trustno1", "iloveyou123", "chelsea1234"])
def test_passwords_that_were_stolen_elsewhere_are_refused(password: str) -> None:
    assert passwords.fault(password, ("baru",)) == "password_common"


@pytest.mark.parametrize("password", ["sepeda hijau di pasar", "Xk29dk!2lq", "kuda-lumping-3", "kata-sandi-baru"])
def test_other_passwords_will_do(password: str) -> None:
    assert fault(password, ("ranuyoso", "baru", "Kecamatan Ranuyoso")) is None
    assert passwords.fault(password, ("ranuyoso", "baru", "Kecamatan Ranuyoso")) is None


def test_the_schema_of_before_is_brought_up_with_its_officers(tmp_path: Path) -> None:
    from alembic import command
    from alembic.config import Config
    from sqlalchemy import create_engine, text

    from shared.store import migrate

    url = f"sqlite:///{tmp_path / 'old.db'}"
    config = Config()
    config.set_main_option("script_location", str(migrate.MIGRATIONS))
    with create_engine(url).begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0002")
        connection.execute(
            text(
                "INSERT INTO office (id, slug, name, timezone, version, setup_version, settings, profile)"
                " VALUES (1, 'uji', 'Uji', 'Asia/Jakarta', 1, 1, '{}', '{}')"
            )
        )
        connection.execute(
            text(
                "INSERT INTO officer (id, office_id, login, name, password_hash, must_change_password,"
                " is_active, failed_sign_ins) VALUES (1, 1, 'a', 'A', 'x', 1, 1, 3)"
            )
        )

    migrate.upgrade(url)

    store = Store(url)
    with store.read() as connection:
        assert connection.execute(select(tables.Officer.login, tables.Officer.one_time_until)).all() == [("a", None)]
    store.close()
