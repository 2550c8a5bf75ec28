"""Two tabs of one page of the setup: each saves only what it changed, and a clash shows both and loses nothing."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
import world
from desks import Desks, signing_in
from flask.testing import FlaskClient
from people import csrf, sign_in
from werkzeug.test import TestResponse
from world import World

from shared.domain.files.reminder import Reminder
from shared.domain.standards.parts import DeclaredField, FieldKind, GroupField
from shared.engine.people.device import devices, issue_token
from shared.engine.surveys import survey
from shared.store import messages
from shared.store.office import Store
from shared.store.surveys import survey as rows
from shared.web.app import create_app
from shared.web.settings import Settings


class Fields(HTMLParser):
    """What a browser would send of the form that keeps what its page showed first."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, str]] = []
        self.replacing: dict[str, bool] = {}
        """Of each form that shows something to be changed, by its address: whether it keeps what it showed."""
        self._action = ""
        self._is_filled = self._changes = False
        self._form: list[tuple[str, str]] = []
        self._depth = 0
        self._area: str | None = None
        self._select: str | None = None
        self._options: list[tuple[str, bool]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        about = dict(attrs)
        name, value = about.get("name") or "", about.get("value") or ""
        if tag == "form":
            self._form, self._action, self._is_filled = [], about.get("action") or "", False
            self._changes = about.get("method") == "post"
        elif tag == "template":
            self._depth += 1
        elif self._depth:
            return
        elif tag == "input" and name and (about.get("type") not in ("checkbox", "radio") or "checked" in about):
            self._form.append((name, value))
            self._is_filled |= about.get("type") != "hidden" and bool(value)
        elif tag == "textarea":
            self._form.append((name, ""))
            self._area = name
        elif tag == "select":
            self._select, self._options = name, []
        elif tag == "option" and self._select:
            self._options.append((value, "selected" in about))

    def handle_data(self, data: str) -> None:
        if self._area is not None:
            self._form[-1] = (self._area, data)
            self._is_filled |= bool(data.strip())

    def handle_endtag(self, tag: str) -> None:
        if tag == "template":
            self._depth -= 1
        elif tag == "textarea":
            self._area = None
        elif tag == "select" and self._select is not None:
            chosen = [value for value, is_chosen in self._options if is_chosen] or [v for v, _ in self._options[:1]]
            self._form += [(self._select, value) for value in chosen]
            self._select = None
        elif tag == "form":
            has_base = bool({"_base", "base"} & {name for name, _ in self._form})
            if self._is_filled and self._changes:
                self.replacing[self._action] = has_base
            if has_base and not self.found:
                self.found = self._form


class Tab:
    """One open page of the setup, which may have become old."""

    def __init__(self, client: FlaskClient, path: str, place: str = "setup") -> None:
        """All devices stand on one page."""
        self.client, self.path = client, f"/uji/counter/{place}{path}"
        self.page = client.get(self.path if place == "setup" else f"/uji/counter/{place}").text
        self.fields = Fields(self.page).found
        assert self.fields, self.page

    def type(self, name: str, value: str) -> None:
        assert name in dict(self.fields), sorted(dict(self.fields))
        self.fields = [(each, value if each == name else was) for each, was in self.fields]

    def save(self) -> int:
        data: dict[str, list[str]] = {}
        for name, value in self.fields:
            data.setdefault(name, []).append(value)
        answer = self.client.post(self.path, data=data)
        self.page = answer.text
        self.fields = Fields(self.page).found or self.fields
        return answer.status_code


@pytest.fixture
def uji(sqlite_store: Store) -> World:
    return world.office(sqlite_store)


@pytest.fixture
def admin(uji: World, tmp_path: Path) -> FlaskClient:
    app = create_app(Settings(data=tmp_path), uji.store, lambda: uji.now, async_mode="threading")
    return sign_in(app, "admin").client


def names(uji: World) -> list[str]:
    return [counter.name for counter in uji.store.office_config(uji.id).counters]


def test_the_older_tab_keeps_what_the_newer_one_saved(uji: World, admin: FlaskClient) -> None:
    old, new = Tab(admin, "/counters"), Tab(admin, "/counters")
    new.fields += [
        ("counters-9-id", ""),
        ("counters-9-number", "9"),
        ("counters-9-name", "Loket Baru"),
        ("counters-9-roles[]", "loket"),
        ("counters-9-every_service", "true"),
    ]
    new.type("counters-1-name", "Loket Tengah")
    assert new.save() == 303

    old.type("counters-0-name", "Loket Depan")

    assert old.save() == 303
    assert names(uji) == ["Loket Depan", "Loket Tengah", "Loket 3", "Loket Baru"]


def test_a_clash_shows_both_and_saves_nothing_until_it_is_saved_again(uji: World, admin: FlaskClient) -> None:
    old, new = Tab(admin, "/counters"), Tab(admin, "/counters")
    new.type("counters-0-name", "Loket Utama")
    assert new.save() == 303
    old.type("counters-0-name", "Loket Depan")
    old.type("counters-2-name", "Loket Belakang")

    assert old.save() == 409

    assert names(uji) == ["Loket Utama", "Loket 2", "Loket 3"]
    assert "Loket Utama" in old.page
    assert dict(old.fields)["counters-0-name"] == "Loket Depan"
    assert old.save() == 303
    assert names(uji) == ["Loket Depan", "Loket 2", "Loket Belakang"]


@pytest.mark.parametrize("path", ["/office", "/services", "/printers", "/holidays", "/hours", "/rules", "/display"])
def test_a_tab_that_changed_nothing_takes_nothing_back(uji: World, admin: FlaskClient, path: str) -> None:
    old = Tab(admin, path)
    before = uji.version

    assert old.save() == 303

    assert uji.version == before


def test_a_printer_that_came_meanwhile_is_not_retired(uji: World, admin: FlaskClient) -> None:
    old, new = Tab(admin, "/printers"), Tab(admin, "/printers")
    new.fields += [("printers-9-slug", "loket-2"), ("printers-9-kind", "virtual"), ("printers-9-profile", "58mm")]
    assert new.save() == 303
    old.type("printers-0-roll_mm", "50000")

    assert old.save() == 303

    printers = uji.store.office_config(uji.id).printers
    assert [(printer.slug, printer.roll_mm) for printer in printers] == [("virtual", 50000), ("loket-2", 0)]


def test_two_editors_of_one_standard_both_count(uji: World, admin: FlaskClient) -> None:
    old, new = Tab(admin, "/services/layanan-1/standard"), Tab(admin, "/services/layanan-1/standard")
    new.type("requirements-0-text", "KTP elektronik")
    assert new.save() == 303
    old.type("guarantee", "Tepat waktu")

    assert old.save() == 303

    standard = uji.store.office_config(uji.id).service("layanan-1").standard
    assert (standard.requirements[0].text, standard.guarantee) == ("KTP elektronik", "Tepat waktu")
    clash = Tab(admin, "/services/layanan-1/standard")
    new = Tab(admin, "/services/layanan-1/standard")
    new.type("guarantee", "Uang kembali")
    assert new.save() == 303
    clash.type("guarantee", "Cepat")
    assert clash.save() == 409
    assert "Uang kembali" in clash.page
    assert dict(clash.fields)["guarantee"] == "Cepat"


@pytest.fixture
def kiosk(uji: World) -> int:
    uji.store.write_with(issue_token, uji.id, "kiosk", "Anjungan", uji.now)
    with uji.store.read() as connection:
        return int(devices(connection, uji.id)[0].id)


def test_every_form_that_shows_what_is_keeps_what_it_showed(uji: World, admin: FlaskClient, kiosk: int) -> None:
    """By the map of addresses: a page that comes later is looked at too. The hours' page holds two forms."""
    known = {"office": "uji", "slug": "layanan-1", "officer_id": 1}
    setup = ("setup.", "devices_setup.")
    forms: dict[str, bool] = {}
    for rule in admin.application.url_map.iter_rules():
        if rule.endpoint.startswith(setup) and "GET" in (rule.methods or ()) and set(rule.arguments) <= set(known):
            path = rule.build({name: known[name] for name in rule.arguments})
            assert path is not None
            page = admin.get(path[1], headers={"Accept": "text/html"})
            forms |= {action or path[1]: kept for action, kept in Fields(page.text).replacing.items()}

    assert [action for action, is_kept in forms.items() if not is_kept] == []
    assert {f"/uji/counter/devices/{kiosk}", "/uji/counter/setup/hours/week", "/uji/counter/setup/counters"} <= {*forms}


def test_two_tabs_of_the_working_days_both_count(uji: World, admin: FlaskClient) -> None:
    page = admin.get("/uji/counter/setup/hours")
    base = [html.unescape(each) for each in re.findall(r'name="_base" value="([^"]*)"', page.text)][-1]
    days = {"_base": base, "csrf_token": csrf(page)}
    path = "/uji/counter/setup/hours/week"

    first = admin.post(path, data={**days, "weekdays[]": ["0", "1", "2", "3"]})
    second = admin.post(path, data={**days, "weekdays[]": ["0", "1", "2", "3", "4", "5"]})

    assert (first.status_code, second.status_code) == (303, 303)
    assert uji.store.office_config(uji.id).settings.weekdays == (0, 1, 2, 3, 5)


def test_two_tabs_of_one_device_both_count_and_a_clash_shows_both(uji: World, admin: FlaskClient, kiosk: int) -> None:
    def settings() -> tuple[str, dict[str, object]]:
        with uji.store.read() as connection:
            row = devices(connection, uji.id)[0]
            return row.name, row.settings

    old, new = (Tab(admin, f"/{kiosk}", "devices") for _ in range(2))
    new.type("zone", "Ruang Tunggu")
    new.fields.remove(("services", "layanan-2"))
    assert new.save() == 303
    old.type("name", "Anjungan Depan")

    assert old.save() == 303

    assert settings() == ("Anjungan Depan", {"zone": "Ruang Tunggu", "services": ["layanan-1"]})
    clash = Tab(admin, f"/{kiosk}", "devices")
    new = Tab(admin, f"/{kiosk}", "devices")
    new.type("name", "Anjungan Timur")
    assert new.save() == 303
    clash.type("name", "Anjungan Barat")
    assert clash.save() == 409
    assert "Anjungan Timur" in clash.page
    assert dict(clash.fields)["name"] == "Anjungan Barat"
    assert settings()[0] == "Anjungan Timur"
    assert clash.save() == 303
    assert settings()[0] == "Anjungan Barat"


class Click:
    """One form of an officers' page, which may have become old."""

    def __init__(self, client: FlaskClient, page: str, action: str, text: str = "") -> None:
        """`text`: of the page, where it was answered to a click."""
        self.client, self.action = client, action
        form = next(
            each for each in (text or client.get(page).text).split("<form") if f'{action}"' in each.split(">")[0]
        )
        self.fields = Fields(f"<form{form.split('</form>')[0]}</form>").found

    def send(self, **said: str) -> TestResponse:
        data: dict[str, list[str]] = {}
        for name, value in self.fields:
            data.setdefault(name, []).append(value)
        return self.client.post(self.action, data={**data, **said})


def open_file(desks: Desks, data: Path, step: str) -> tuple[FlaskClient, int, str]:
    """Somebody who may do everything, a file at that step, and its page."""
    app = create_app(Settings(data=data), desks.store, lambda: desks.now, async_mode="threading")
    client = sign_in(app, "admin", office="lumajang").client
    case = desks.to_step(step)
    return client, case, f"/lumajang/counter/cases/{case}"


def test_two_tabs_that_correct_one_file_both_count_and_a_clash_is_told(sqlite_store: Store, tmp_path: Path) -> None:
    desks = signing_in(sqlite_store)
    client, case, page = open_file(desks, tmp_path, "confirm")
    old, new = (Click(client, page, f"{page}/correct") for _ in range(2))
    assert new.send(**{"applicant.business": "Keripik Baru"}).status_code == 302

    kept = old.send(**{"applicant.phone": "081299999999"})
    clash = old.send(**{"applicant.business": "Keripik Lama", "applicant.phone": "081299999999"})

    assert (kept.status_code, clash.status_code) == (302, 409)
    applicant = desks.file(case).applicant
    assert (applicant["business"], applicant["phone"]) == ("Keripik Baru", "081299999999")
    assert "Keripik Baru" in clash.text
    assert 'value="Keripik Lama"' in clash.text


def test_two_tabs_that_fill_rows_of_one_file_both_count(sqlite_store: Store, tmp_path: Path) -> None:
    desks = signing_in(sqlite_store)
    standard = desks.store.office_config(desks.id).service("oss").standard
    name, born = GroupField("nama", "Nama"), GroupField("lahir", "Lahir", kind=FieldKind.DATE, required=False)
    group = DeclaredField("anggota", "Anggota", kind=FieldKind.GROUP, fields=(name, born), at="entry", most=9)
    desks.keep(replace(standard, fields=(group,)))
    client, case, page = open_file(desks, tmp_path, "entry")

    def send(tab: Click, **names: str) -> int:
        """`r3`: what is typed as the name in the row of place 3."""
        said = {f"matter.anggota.{place[1:]}.nama": name for place, name in names.items()}
        return tab.send(**said, **{"matter.anggota.0.lahir": "17-08-2001"}).status_code

    def saved() -> list[object]:
        rows = desks.file(case).matter["anggota"]
        assert isinstance(rows, list)
        return [row["nama"] for row in rows]

    old, new = (Click(client, page, f"{page}/collect") for _ in range(2))
    assert send(new, r0="Ani", r1="Budi", r2="Cici", r3="Dedi") == 302
    assert (send(old), send(old, r0="Abi")) == (302, 409)
    assert saved() == ["Ani", "Budi", "Cici", "Dedi"]

    old, new = (Click(client, page, f"{page}/correct") for _ in range(2))
    assert send(new, r0="Eka") == 302
    assert (send(old, r1="Bela"), send(old, r0="Abi")) == (302, 409)
    assert saved() == ["Eka", "Bela", "Cici", "Dedi"]


def test_what_was_refused_once_does_not_take_back_what_another_tab_saved(sqlite_store: Store, tmp_path: Path) -> None:
    desks = signing_in(sqlite_store)
    client, case, page = open_file(desks, tmp_path, "confirm")
    old, new = (Click(client, page, f"{page}/correct") for _ in range(2))
    assert new.send(**{"applicant.business": "Keripik Baru"}).status_code == 302

    refused = old.send(**{"applicant.kbli": "1"})
    again = Click(client, page, f"{page}/correct", refused.text).send(**{"applicant.kbli": "10794"})

    assert (refused.status_code, again.status_code) == (400, 302)
    assert desks.file(case).applicant["business"] == "Keripik Baru"


def test_two_tabs_of_the_gateway_for_messages_both_count(uji: World, admin: FlaskClient) -> None:
    page, action = "/uji/counter/programs", "/uji/counter/programs/gateway"
    assert Click(admin, page, action).send(url="http://192.168.7.9:3000/send", secret="Bearer abc").status_code == 303
    old, new = (Click(admin, page, action) for _ in range(2))
    assert new.send(header="X-Key").status_code == 303
    assert admin.post(action, data={**dict(new.fields), "header": "X-Key", "kinds[]": ["ready"]}).status_code == 303

    kept = old.send(body='{"to": "{number}", "say": "{text}"}')
    clash = old.send(header="X-Other", **{"kinds[]": ""})

    assert (kept.status_code, clash.status_code) == (303, 409)
    with uji.store.read() as connection:
        found = messages.known_gateway(connection, uji.id)
    assert found is not None
    assert (found.header, found.body[:5], found.kinds) == ("X-Key", '{"to"', {Reminder.READY})
    assert 'value="X-Other"' in clash.text
    assert "checked> " not in clash.text.split('name="kinds[]"', 1)[1]


def test_two_tabs_of_a_surveys_report_both_count(uji: World, admin: FlaskClient) -> None:
    uji.by_itself(survey.period_of, uji.now.date())
    page = "/uji/counter/survey/2026-S2"
    assert Click(admin, page, f"{page}/texts").send(background="Latar\r\nlama").status_code == 302
    old, new = (Click(admin, page, f"{page}/texts") for _ in range(2))
    assert new.send(background="Latar\r\nbelakang").status_code == 302
    assert old.send(conclusion="Simpulan").status_code == 302
    plan = {"element": "waktu", "what": "Loket tambahan", "who": "Kasi", "due_on": "01-02-2027"}
    token = dict(old.fields)["csrf_token"]
    assert admin.post(f"{page}/actions", data={"csrf_token": token, **plan}).status_code == 302
    old_line, new_line = (Click(admin, page, f"{page}/actions/1") for _ in range(2))
    assert new_line.send(who="Camat", is_done="true").status_code == 302

    line = old_line.send(what="Dua loket tambahan")
    clash = old_line.send(who="Sekcam")

    assert (line.status_code, clash.status_code) == (302, 409)
    with uji.store.read() as connection:
        found = rows.period(connection, uji.id, "2026-S2")
        assert found is not None
        action = rows.actions(connection, found.id)[0]
    assert found.texts == {"background": "Latar\r\nbelakang", "conclusion": "Simpulan"}
    assert (action.what, action.who, action.is_done) == ("Dua loket tambahan", "Camat", True)
    assert 'value="Sekcam"' in clash.text
