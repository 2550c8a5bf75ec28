"""The setup: every page saves, refuses what cannot be with a sentence at its field, and stands in the audit."""

from __future__ import annotations

import base64
import io
import re
import sqlite3
import tomllib
from collections.abc import Callable, Iterable, Iterator
from datetime import date, time
from html import unescape
from itertools import chain
from pathlib import Path
from typing import Any

import click
import pytest
import tomli_w
import world
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient
from people import csrf, sign_in
from PIL import Image
from sqlalchemy import insert, select, update
from werkzeug.test import TestResponse
from world import MORNING, PASSWORD, World, dump

from counter.setup.standard_fields import Editable, sections
from shared import standards
from shared.domain.errors import Invalid, NotAllowed, Unknown
from shared.domain.standards.diff import ChangeKind, Difference, differences
from shared.domain.standards.standard import Role
from shared.engine.paper import printer_state
from shared.engine.paper import slips as paper
from shared.engine.people.device import issue_token
from shared.engine.setup import counters as setup_counters
from shared.engine.setup import hours as setup_hours
from shared.engine.setup import office as engine
from shared.engine.setup import officers as setup_officers
from shared.engine.setup import printers as setup_printers
from shared.engine.setup import standard as setup_standard
from shared.printing.address import Reach, permit
from shared.standards import service_from_json, service_to_json, shipped
from shared.store import reads
from shared.store.copies import CopyFailed, back_up, restore
from shared.store.office import Store
from shared.store.tables import Counter, Device, Event, Office, Officer, PrintJob, StandardVersion
from shared.web.app import create_app
from shared.web.cli import main
from shared.web.commands.check import check
from shared.web.commands.print_agent import _printer
from shared.web.commands.printer import command as printer_command
from shared.web.server.limits import limiter
from shared.web.settings import Settings
from shared.words import LANGUAGES

PAGES = (
    "",
    "/office",
    "/services",
    "/services/new",
    "/services/layanan-1/standard",
    "/services/layanan-1/versions",
    "/counters",
    "/letters",
    "/register",
    "/officers",
    "/officers/new",
    "/officers/1",
    "/hours",
    "/holidays",
    "/rules",
    "/display",
    "/media",
    "/voice",
    "/voice?language=en",
    "/printers",
    "/found",
    "/found?district=35.08.01",
)


# the verbs, on both databases


def test_a_change_is_recorded_and_seen_by_the_next_reader(office: Callable[..., World]) -> None:
    uji = office()
    before = uji.version

    form = engine.OfficeForm(name="Kecamatan Baru", phone="0334-881234", letterhead=["Pemerintah Kabupaten Lumajang"])
    uji.do(engine.change_office, form)

    assert uji.store.office_config(uji.id).name == "Kecamatan Baru"
    assert uji.store.office_config(uji.id).profile["letterhead"] == ["Pemerintah Kabupaten Lumajang"]
    event = uji.events()[-1]
    assert (event.action, event.officer_id, event.version) == ("setup.office", uji.officer(1), before + 1)
    assert event.detail["name"] == ["Kecamatan Uji", "Kecamatan Baru"]
    assert "timezone" not in event.detail


def test_the_slip_says_where_to_wait_when_all_desks_of_the_service_have_one_zone(office: Callable[..., World]) -> None:
    uji = office(services=1, counters=2)
    form = setup_counters.counters_form(uji.store.office_config(uji.id))
    for zones, expected in ((("Lantai 2", "Lantai 2"), True), (("Lantai 1", "Lantai 2"), False)):
        rows = [row.model_copy(update={"zone": zone}) for row, zone in zip(form.counters, zones, strict=True)]
        changed = form.model_copy(update={"counters": rows})
        uji.do(setup_counters.change_counters, changed)

        taken = uji.take()

        with uji.store.read() as connection:
            slip = connection.execute(select(PrintJob.lines).where(PrintJob.ticket_id == taken.id)).scalar_one()
        assert ("Lantai 2" in str(slip)) is expected


def test_a_form_that_changes_nothing_leaves_no_trace(office: Callable[..., World]) -> None:
    uji = office()
    setup = uji.store.office_config(uji.id)
    untouched = dump(uji.store)

    uji.by_itself(setup_counters.change_counters, setup_counters.counters_form(setup))
    uji.by_itself(setup_printers.change_printers, setup_printers.printers_form(setup))
    uji.by_itself(setup_hours.change_hours, setup_hours.hours_form(setup))

    assert dump(uji.store) == untouched


def test_letters_numbers_and_names_may_change_places(office: Callable[..., World]) -> None:
    uji = office()
    services = engine.services_form(uji.store.office_config(uji.id)).model_dump()["services"]
    services[0]["series"], services[1]["series"] = "B", "A"
    counters = setup_counters.counters_form(uji.store.office_config(uji.id)).model_dump()["counters"]
    counters[0]["number"], counters[1]["number"] = 2, 1

    wanted = engine.ServicesForm.model_validate({"services": services[::-1]})
    uji.by_itself(engine.change_services, wanted)
    uji.by_itself(setup_counters.change_counters, setup_counters.CountersForm.model_validate({"counters": counters}))

    setup = uji.store.office_config(uji.id)
    assert [(each.slug, each.series) for each in setup.services] == [("layanan-2", "A"), ("layanan-1", "B")]
    assert [each.name for each in setup.counters] == ["Loket 2", "Loket 1", "Loket 3"]


def test_a_letter_stands_for_one_service(office: Callable[..., World]) -> None:
    uji = office()
    services = engine.services_form(uji.store.office_config(uji.id)).model_dump()["services"]
    services[1]["series"] = "A"
    wanted = engine.ServicesForm.model_validate({"services": services})
    before = dump(uji.store)

    with pytest.raises(Invalid) as refused:
        uji.by_itself(engine.change_services, wanted)

    assert refused.value.facts["fields"] == ["services-1-series"]
    assert dump(uji.store) == before


def test_a_counter_in_use_is_not_taken_away_and_an_empty_one_keeps_its_past(office: Callable[..., World]) -> None:
    uji = office()
    uji.take()
    uji.call_next(1)
    rows = setup_counters.counters_form(uji.store.office_config(uji.id)).counters

    with pytest.raises(NotAllowed, match="counter_in_use"):
        uji.by_itself(setup_counters.change_counters, setup_counters.CountersForm(counters=rows[1:]))
    uji.by_itself(setup_counters.change_counters, setup_counters.CountersForm(counters=rows[:2]))

    assert [each.number for each in uji.store.office_config(uji.id).counters] == [1, 2]
    with uji.store.read() as connection:
        assert len(connection.execute(select(Counter).where(Counter.office_id == uji.id)).all()) == 3


def test_a_ticket_keeps_its_place_when_the_standard_changes(office: Callable[..., World]) -> None:
    uji = office()
    setup = uji.store.office_config(uji.id)
    old = setup.services[0]
    table = service_to_json(old.standard)
    table["requirements"] = [*table["requirements"], {"key": "kk", "text": "Fotokopi KK"}]

    saved = uji.by_itself(setup_standard.save_standard, "layanan-1", table)
    again = uji.by_itself(setup_standard.save_standard, "layanan-1", table)

    assert (saved.number, again.number) == (2, 2)
    new = uji.store.office_config(uji.id).services[0]
    assert len(new.standard.requirements) == 2
    with uji.store.read() as connection:
        kept = connection.execute(
            select(StandardVersion.body).where(StandardVersion.id == old.standard_id)
        ).scalar_one()
    assert kept == service_to_json(old.standard)


def test_two_admins_do_not_overwrite_each_other(office: Callable[..., World]) -> None:
    uji = office()
    table = service_to_json(uji.store.office_config(uji.id).services[0].standard)
    uji.by_itself(setup_standard.save_standard, "layanan-1", {**table, "name": "Satu"}, 1)

    with pytest.raises(Invalid, match="standard_newer"):
        uji.by_itself(setup_standard.save_standard, "layanan-1", {**table, "name": "Dua"}, 1)


def test_the_last_admin_stays(office: Callable[..., World]) -> None:
    uji = office()
    with uji.store.read() as connection:
        found = next(o for o in setup_officers.officers(connection, uji.id) if o.form.login == "admin")
    wanted = setup_officers.OfficerForm(
        login="admin", name="Admin", is_active=True, roles=[setup_officers.RoleRow(role=Role.KASI)]
    )

    with pytest.raises(NotAllowed, match="last_admin"):
        uji.by_itself(setup_officers.change_officer, found.id, wanted)


def test_an_officer_of_another_office_is_unknown(office: Callable[..., World]) -> None:
    uji, lain = office(slug="uji"), office(slug="lain")

    with pytest.raises(Unknown, match="officer"):
        uji.by_itself(setup_officers.reset_password, lain.officer(1), "x")


def test_a_new_office_has_its_founder_as_admin(office: Callable[..., World]) -> None:
    uji = office()
    form = setup_officers.FoundingForm(region_code="35.08.01", name="Kecamatan Tempursari", slug="tempursari")

    made = uji.do(setup_officers.found_office, form)

    with uji.store.read() as connection:
        [admin] = setup_officers.officers(connection, made)
    assert (admin.form.login, [row.role for row in admin.form.roles]) == ("petugas1", [Role.ADMIN])
    assert uji.store.office_config(made).calendar.holidays
    assert uji.events()[-1].action == "setup.founded"


@pytest.mark.parametrize("slug", ["static", "t", "healthz", "metrics", "uji"])
def test_an_office_takes_no_address_that_is_taken(sqlite_store: Store, slug: str) -> None:
    uji = world.office(sqlite_store)
    form = setup_officers.FoundingForm(region_code="35.08.01", name="Kecamatan Tempursari", slug=slug)
    before = dump(sqlite_store)

    with pytest.raises(Invalid) as refused:
        uji.do(setup_officers.found_office, form)

    assert refused.value.facts["fields"] == ["slug"]
    assert dump(sqlite_store) == before


def test_hours_for_ramadan_win_while_it_lasts(office: Callable[..., World]) -> None:
    uji = office()
    always = setup_hours.HoursRow(weekdays=[0, 1, 2, 3], opens=time(8), closes=time(16))
    ramadan = setup_hours.HoursRow(
        weekdays=[0, 1, 2, 3], opens=time(8), closes=time(15), from_on=date(2027, 2, 8), until_on=date(2027, 3, 9)
    )
    form = setup_hours.HoursForm(hours=[always, ramadan])

    uji.by_itself(setup_hours.change_hours, form)

    setup = uji.store.office_config(uji.id)
    assert setup_hours.hours_form(setup) == form
    opening = setup.calendar.opening(date(2027, 2, 9))
    assert opening is not None
    assert opening.closes_at.hour == 15


# what differs, and the file


def test_what_differs_is_said_part_by_part() -> None:
    before = {"name": "Satu", "requirements": [{"key": "ktp", "text": "KTP"}, {"key": "kk", "text": "KK"}]}
    after = {"name": "Dua", "requirements": [{"key": "kk", "text": "KK asli"}, {"key": "foto", "text": "Foto"}]}

    assert differences(before, after) == [
        Difference("name", ChangeKind.CHANGED),
        Difference("requirements", ChangeKind.ADDED, "Foto"),
        Difference("requirements", ChangeKind.REMOVED, "KTP"),
        Difference("requirements", ChangeKind.CHANGED, "KK asli"),
    ]


def test_a_service_survives_the_way_through_a_toml_file() -> None:
    for office in shipped():
        for service in office.services:
            assert service_from_json(tomllib.loads(tomli_w.dumps(service_to_json(service)))) == service


# the pages


class Setup:
    """The pages of one office, signed in as its admin."""

    def __init__(self, store: Store, data: Path) -> None:
        self.store = store
        self.uji = world.office(store)
        self.app: Flask = create_app(Settings(data=data), store, clock=lambda: self.uji.now, async_mode="threading")
        limiter.reset()
        self.admin = self.sign_in("admin")

    def sign_in(self, login: str) -> FlaskClient:
        self.client = sign_in(self.app, login).client
        return self.client

    def get(self, path: str) -> TestResponse:
        return self.client.get(f"/uji/counter/setup{path}")

    def post(self, path: str, fields: dict[str, Any], page: str | None = None) -> TestResponse:
        """Sends a form with the token of its page. `path`: of the setup, or whole."""
        address = path if path.startswith("/uji") else f"/uji/counter/setup{path}"
        shown = self.client.get(page or address)
        return self.client.post(address, data={"csrf_token": csrf(shown), **fields})

    def saves(self, path: str, fields: dict[str, Any], action: str, page: str | None = None) -> Any:
        """The form is taken and stands in the audit; its event."""
        answer = self.post(path, fields, page)
        assert answer.status_code in (200, 303), answer.text
        event = self.uji.events()[-1]
        assert event.action == action
        assert event.officer_id is not None
        assert PASSWORD not in str(event.detail)
        return event

    def refuses(self, path: str, fields: dict[str, Any], sentence: str, page: str | None = None) -> TestResponse:
        """The form comes back as it was typed with this sentence, and no row was changed."""
        before = dump(self.store)
        answer = self.post(path, fields, page)
        assert 400 <= answer.status_code < 500, answer.status_code
        assert sentence in answer.text, re.findall(r"data-wrong>([^<]+)|<li>([^<]+)", answer.text)
        for name, value in fields.items():
            if isinstance(value, str) and name != "printer":  # no list offers what is not there
                assert value in answer.text
        assert dump(self.store) == before
        return answer


@pytest.fixture
def setup(sqlite_store: Store, tmp_path: Path) -> Iterator[Setup]:
    yield Setup(sqlite_store, tmp_path)
    limiter.reset()


@pytest.mark.parametrize("path", PAGES)
def test_every_page_opens_for_admin_and_kasi_alone(setup: Setup, path: str) -> None:
    kasi = setup.store.write_with(world.add_officer, setup.uji.id, "kasi", Role.KASI)
    assert kasi

    assert setup.get(path).status_code == 200
    setup.sign_in("kasi")
    assert setup.get(path).status_code == 200
    setup.sign_in("petugas1")
    assert setup.get(path).status_code == 403


def test_the_kasi_reads_and_changes_nothing(setup: Setup) -> None:
    setup.store.write_with(world.add_officer, setup.uji.id, "kasi", Role.KASI)
    setup.sign_in("kasi")
    before = dump(setup.store)

    answer = setup.post("/office", {"name": "Kecamatan Lain"})

    assert answer.status_code == 403
    assert dump(setup.store) == before


def test_no_form_is_taken_without_the_token_of_its_page(setup: Setup) -> None:
    before = dump(setup.store)

    answer = setup.client.post("/uji/counter/setup/office", data={"name": "Kecamatan Lain"})

    assert answer.status_code == 400
    assert dump(setup.store) == before


def test_every_form_of_the_setup_is_tried_here(setup: Setup) -> None:
    """The other tests name each address that changes something; a new one must come with its test."""
    others = ("own_media", "survey_pages", "person", "first_day", "backup", "brand", "second_factor")
    files = (__file__, *(Path(__file__).with_name(f"test_{each}.py") for each in others))
    source = "".join(Path(each).read_text() for each in files)
    rules = {
        rule.endpoint
        for rule in setup.app.url_map.iter_rules()
        if rule.endpoint.startswith("setup.") and "POST" in (rule.methods or ())
    }

    assert {rule for rule in rules if not re.search(rf"# .*\b{rule}\b", source)} == set()


def test_a_blank_form_is_brought_and_taken_away(setup: Setup) -> None:  # setup.blank_form
    page = "/services/layanan-1"
    brought = {"requirement": "ktp", "form": (io.BytesIO(b"%PDF-1.4 formulir %%EOF"), "formulir.pdf")}

    refused = setup.post(
        f"{page}/form", {**brought, "form": (io.BytesIO(b"<html>"), "x.pdf")}, f"/uji/counter/setup{page}"
    )
    setup.post(f"{page}/form", brought, f"/uji/counter/setup{page}")

    fetched = setup.app.test_client().get("/uji/standard/layanan-1/forms/ktp.pdf")
    assert refused.status_code == 400
    assert fetched.data == b"%PDF-1.4 formulir %%EOF"
    setup.post(f"{page}/form", {"remove": "ktp"}, f"/uji/counter/setup{page}")
    assert setup.app.test_client().get("/uji/standard/layanan-1/forms/ktp.pdf").status_code == 404


def test_the_office_is_changed(setup: Setup) -> None:  # setup.office
    fields = {"name": "Kecamatan Baru", "timezone": "Asia/Makassar", "phone": "0334", "pledge": "Kami melayani."}

    event = setup.saves("/office", fields, "setup.office")

    assert event.detail["timezone"] == ["Asia/Jakarta", "Asia/Makassar"]
    assert "Kecamatan Baru" in setup.client.get("/uji/kiosk").text
    setup.refuses("/office", {**fields, "name": ""}, "Wajib diisi.")
    setup.refuses("/office", {**fields, "phone": "0" * 41}, "Paling banyak 40 huruf.")
    setup.refuses("/office", {**fields, "timezone": "Asia/Jakarta", "letterhead": "a\nb\nc\nd\ne"}, "baris")


def test_the_practice_office_is_opened(setup: Setup) -> None:  # setup.open_practice
    setup.saves("/practice", {}, "setup.practice", "/uji/counter/setup")

    assert 'data-practice="uji-latihan"' in setup.get("").text


def test_the_logo_is_made_small(setup: Setup) -> None:  # setup.logo
    picture = io.BytesIO()
    Image.new("RGB", (1200, 900), "navy").save(picture, "JPEG")
    picture.seek(0)

    setup.saves("/office/logo", {"logo": (picture, "logo.jpg")}, "setup.logo", "/uji/counter/setup/office")

    kept = base64.b64decode(setup.store.office_config(setup.uji.id).profile["logo"])
    assert Image.open(io.BytesIO(kept)).size == (213, 160)
    bad = {"logo": (io.BytesIO(b"GIF89a not a picture"), "logo.png")}
    setup.refuses("/office/logo", bad, "bukan gambar PNG atau JPEG", "/uji/counter/setup/office")


def services_fields(setup: Setup) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    for place, row in enumerate(engine.services_form(setup.store.office_config(setup.uji.id)).services):
        fields |= {
            f"services-{place}-{name}": str(getattr(row, name)) for name in ("slug", "series", "amber_min", "red_min")
        }
        fields |= {f"services-{place}-is_active": "true", f"services-{place}-counters[]": ["1", "2", "3"]}
    return fields


def test_the_services_are_changed_and_the_kiosk_knows_at_once(setup: Setup) -> None:  # setup.services
    fields = services_fields(setup)
    del fields["services-1-is_active"]

    setup.saves("/services", {**fields, "services-0-quota": "1", "services-0-counters[]": ["1"]}, "setup.services")

    kiosk = setup.client.get("/uji/kiosk").text
    assert 'data-service="layanan-1"' in kiosk
    assert 'data-service="layanan-2"' not in kiosk
    assert setup.store.office_config(setup.uji.id).counter(2).service_ids == frozenset(
        {setup.store.office_config(setup.uji.id).services[1].id}
    )
    setup.refuses("/services", {**fields, "services-1-series": "A"}, "Huruf A sudah dipakai layanan lain.")
    setup.refuses("/services", {**fields, "services-0-series": "ABC"}, "Isi satu atau dua huruf dari A sampai Z.")
    setup.refuses("/services", {**fields, "services-0-quota": "banyak"}, "Isi dengan bilangan bulat.")
    setup.refuses("/services", {**fields, "services-0-amber_min": "40"}, "Batas merah harus lebih besar")


def test_the_order_in_which_a_step_was_ticked_makes_no_new_version() -> None:
    before = service_to_json(shipped()[0].services[0])
    steps = [{**each, "may_send_back_to": each.get("may_send_back_to", [])[::-1]} for each in before["steps"]]

    assert steps != before["steps"]
    assert differences(before, {**before, "steps": steps}) == []


def test_a_service_begins_with_a_shipped_standard(setup: Setup) -> None:  # setup.new_service
    fields = {
        "name": "Surat dispensasi nikah",
        "short_name": "Dispensasi",
        "series": "C",
        "like": "lumajang/dispensasi-nikah",
    }

    setup.saves("/services/new", fields, "setup.service")

    made = setup.store.office_config(setup.uji.id).service("dispensasi")
    assert len(made.standard.steps) == 4
    setup.refuses("/services/new", {**fields, "series": "A"}, "Huruf A sudah dipakai")
    setup.refuses("/services/new", {**fields, "short_name": " DISPENSASI", "series": "D"}, "DISPENSASI")
    setup.refuses("/services/new", {**fields, "short_name": "x" * 29, "series": "D"}, "Paling banyak 28 huruf.")
    setup.saves("/services/new", {"name": "Kosong", "short_name": "Kosong", "series": "D", "like": ""}, "setup.service")


def standard_fields(setup: Setup) -> dict[str, Any]:
    return {
        "base": "1", "name": "Layanan Nomor 1", "short_name": "Layanan 1", "name_en": "Service 1", "icon": "file-text",
        "requirements-0-key": "ktp", "requirements-0-text": "KTP asli", "requirements-0-text_en": "Identity card",
        "requirements-0-icon": "file-text",
        "steps-0-key": "datang", "steps-0-title": "Serahkan berkas", "steps-0-role": "pemohon",
        "steps-1-key": "terima", "steps-1-title": "Terima berkas", "steps-1-role": "loket",
        "steps-1-needs_applicant": "true",
    }  # fmt: skip


def test_the_standard_is_edited_in_new_versions(setup: Setup) -> None:  # setup.standard
    path, fields = "/services/layanan-1/standard", standard_fields(setup)
    more = {
        "requirements-1-key": "", "requirements-1-text": "Fotokopi KK", "requirements-1-icon": "users",
        "questions-0-text": "Untuk siapa?", "questions-0-options-0-text": "Diri sendiri",
        "questions-0-options-1-text": "Orang lain",
        "promise-value": "3", "promise-unit": "working_days", "fee-rupiah": "0", "products": "Surat\nSalinan",
        "complaint-0-kind": "phone", "complaint-0-value": "0334-1", "staff_count": "4",
    }  # fmt: skip

    event = setup.saves(path, {**fields, **more}, "setup.standard")

    made = setup.store.office_config(setup.uji.id).service("layanan-1").standard
    assert [each.key for each in made.requirements] == ["ktp", "fotokopi-kk"]
    assert [each.key for each in made.questions[0].options] == ["diri-sendiri", "orang-lain"]
    assert made.promise is not None
    assert made.promise.text == "3 hari kerja"
    assert made.products == ("Surat", "Salinan")
    assert event.detail["layanan-1"][1]["version"] == 2
    assert "Fotokopi KK" in setup.get("/services/layanan-1/versions").text
    assert "Fotokopi KK" in setup.client.get("/uji/kiosk").text


def test_a_range_and_an_amount_are_put_into_words_and_shown_before_they_are_saved(setup: Setup) -> None:
    numbers = {"promise-value": "3", "promise-up_to": "5", "promise-unit": "working_days", "fee-rupiah": "25000"}
    sent = {**standard_fields(setup), **numbers, "_preview": "1"}

    shown = setup.post("/services/layanan-1/standard", sent).text

    assert "3-5 hari kerja · Rp25.000" in shown.partition('data-preview="kiosk"')[2].partition('data-preview="desk"')[0]


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"name": ""}, "Nama layanan: Wajib diisi."),
        ({"steps-1-role": "kasi"}, "harus berperan"),
        ({"steps-1-norm_minutes": "lama"}, "Isi dengan bilangan bulat."),
        ({"requirements-0-text": ""}, "persyaratan 1, Yang dibawa: Wajib diisi."),
        ({"promise-value": "0", "promise-unit": "hours"}, "jangka waktu, Berapa: Paling sedikit 1."),
        ({"questions-0-text": "Siapa?"}, "pertanyaan 1, Jawaban: Perlu sedikitnya dua pilihan"),
        ({"short_name": "x" * 29}, "Paling banyak 28 huruf."),
        ({"base": "7"}, "sudah menyimpan versi 1"),
    ],
)
def test_a_standard_that_cannot_work_is_refused_at_its_place(
    setup: Setup, changed: dict[str, str], sentence: str
) -> None:
    setup.refuses("/services/layanan-1/standard", {**standard_fields(setup), **changed}, sentence)


def editables(fields: Iterable[Editable]) -> Iterator[Editable]:
    for each in fields:
        yield each
        yield from editables(each.fields)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_field_of_a_standard_has_a_label_a_line_of_help_and_words_for_its_choices(
    setup: Setup, language: str
) -> None:
    say, found = setup.app.extensions["loket_words"], list(editables(chain(*sections().values())))

    asked = [f"{kind}.{each.words}" for each in found if each.widget != "key" for kind in ("field", "help")]
    asked += [f"add.{each.words}" for each in found if each.widget == "rows"]
    asked += [f"{each.family}.{choice}" for each in found for choice in each.choices]
    asked += [f"{kind}.{key}" for key in sections() for kind in ("section", "section_help")]

    assert {"fields", "steps", "fee", "guarantee"} <= {each.name for each in found}
    assert sorted({key for key in asked if not say.has(language, key)}) == []


def test_the_editor_shows_the_first_section_with_something_to_do(setup: Setup) -> None:
    path, fields = "/services/layanan-1/standard", standard_fields(setup)

    def opened(html: str) -> list[str]:
        return re.findall(r'data-section="(\w+)" open', html)

    assert opened(setup.get(path).text) == ["promise"]
    assert opened(setup.post(path, {**fields, "row": "add:steps"}).text) == ["steps"]
    assert opened(setup.post(path, {**fields, "fee-rupiah": "sepuluh"}).text) == ["fee"]


def test_a_group_in_the_data_of_the_matter_keeps_its_rows_and_their_choices(setup: Setup) -> None:
    n = "fields-0"
    group = {
        f"{n}-text": "Ahli waris", f"{n}-kind": "group", f"{n}-required": "true", f"{n}-least": "1", f"{n}-most": "9",
        f"{n}-fields-0-text": "Hubungan", f"{n}-fields-0-kind": "choice",
        f"{n}-fields-0-options-0-text": "Anak", f"{n}-fields-0-options-1-text": "Istri",
    }  # fmt: skip

    setup.saves("/services/layanan-1/standard", {**standard_fields(setup), **group}, "setup.standard")

    (field,) = setup.store.office_config(setup.uji.id).service("layanan-1").standard.fields
    assert (field.key, field.kind, field.required, field.most) == ("ahli-waris", "group", True, 9)
    assert [each.key for each in field.fields[0].options] == ["anak", "istri"]
    assert not field.fields[0].required
    page = setup.get("/services/layanan-1/standard").text
    assert 'name="fields-0-fields-0-options-1-text" type="text" value="Istri"' in page


def test_what_is_seldom_right_is_told_and_taken_all_the_same(setup: Setup) -> None:
    path, fields = "/services/layanan-1/standard", standard_fields(setup)
    odd = {"promise-value": "3", "promise-unit": "hours", "promise-text": "2 jam", "products": "Surat itu dikirim."}

    setup.saves(path, {**fields, **odd}, "setup.standard")

    told = unescape(setup.get(path).text).split("data-warnings")[1].split("</ul>")[0]
    assert "tidak memeriksa kelengkapan berkas" in told
    assert "Kata-katanya menyebut angka lain dari 3." in told
    assert "tampak seperti kalimat" in told


def test_rows_come_and_go_without_a_script_and_nothing_is_saved(setup: Setup) -> None:
    path, fields = "/services/layanan-1/standard", standard_fields(setup)
    before = dump(setup.store)

    added = setup.post(path, {**fields, "row": "add:requirements"})
    removed = setup.post(path, {**fields, "row": "remove:requirements-0"})
    moved = setup.post("/services", {**services_fields(setup), "row": "down:services-0"})
    strange = setup.post(path, {**fields, "row": "add:steps-9-collects-x"})

    assert 'name="requirements-1-text"' in added.text
    assert 'name="requirements-0-text"' not in removed.text
    assert moved.text.index('value="layanan-2"') < moved.text.index('value="layanan-1"')
    assert strange.status_code < 500
    assert dump(setup.store) == before


def test_a_preview_saves_nothing(setup: Setup) -> None:
    before = dump(setup.store)

    answer = setup.post(
        "/services/layanan-1/standard", {**standard_fields(setup), "_preview": "1", "requirements-0-text": "Paspor"}
    )

    assert answer.status_code == 200
    assert "Paspor" in answer.text.split('data-preview="kiosk"')[1]
    assert "data:image/png;base64," in answer.text
    assert dump(setup.store) == before


def test_the_last_numbers_of_a_withdrawn_service_are_told_counted_and_called(setup: Setup) -> None:
    first, last = setup.uji.take("layanan-1"), setup.uji.take("layanan-1")
    fields = services_fields(setup)
    del fields["services-0-is_active"]

    setup.saves("/services", fields, "setup.services")

    assert setup.uji.call_next(1)["id"] == first.id
    assert f"dan tetap dipanggil: {last.number}" in setup.get("/services").text
    board = setup.client.get("/uji/display/board.json").json
    assert (board["waiting"]["layanan-1"], "layanan-1" in board["availability"]) == (1, False)
    television = setup.client.get("/uji/display").text
    assert ('data-slugs="layanan-1"' in television, television.count("Layanan 1")) == (True, 1)
    assert "Layanan 1: <b>1</b>" in setup.client.get("/uji/display/plain").text


def test_a_standard_goes_out_and_comes_in_as_toml(setup: Setup) -> None:  # setup.import_file
    page = "/uji/counter/setup/services/layanan-1/versions"
    written = setup.get("/services/layanan-1/standard.toml").text

    changed = written.replace("KTP asli", "Paspor")
    event = setup.saves(
        "/services/layanan-1/import", {"file": (io.BytesIO(changed.encode()), "a.toml")}, "setup.standard", page
    )

    assert event.detail["layanan-1"][1]["version"] == 2
    assert setup.store.office_config(setup.uji.id).service("layanan-1").standard.requirements[0].text == "Paspor"
    for content, sentence in (
        (b"x = [", "tulisan berkas standar belum selesai"),
        (b"name = 3", "name: Isi dengan teks"),
        (b'[[services]]\nslug = "z"', "tidak memuat layanan"),
    ):
        setup.refuses("/services/layanan-1/import", {"file": (io.BytesIO(content), "a.toml")}, sentence, page)


def office_file(setup: Setup, *services: dict[str, Any]) -> tuple[io.BytesIO, str]:
    """A file of services like `layanan-1`, each with what is said of it."""
    table = service_to_json(setup.store.office_config(setup.uji.id).services[0].standard)
    rows = [{**table, **each} for each in services]
    return io.BytesIO(b"\xff\xfe" + tomli_w.dumps({"services": rows}).encode("utf-16-le")), "kantor lain.toml"


def test_services_of_a_file_are_looked_at_and_then_taken_together(setup: Setup) -> None:  # setup.import_draft
    path, before = "/services/import", dump(setup.store)
    file = office_file(
        setup, {"slug": "nikah", "series": "A", "name": "Dispensasi nikah"}, {"slug": "layanan-1", "name": "Satu baru"}
    )

    looked_at = setup.post(path, {"file": file}).location
    page = setup.client.get(looked_at).text
    draft = looked_at.removeprefix("/uji/counter/setup")
    rows = {
        "services-0-slug": "nikah", "services-0-series": "C", "services-0-is_wanted": "true",
        "services-1-slug": "layanan-1", "services-1-series": "A", "services-1-is_wanted": "true",
    }  # fmt: skip

    assert [each.slug for each in setup.store.office_config(setup.uji.id).services] == ["layanan-1", "layanan-2"]
    assert 'name="services-0-series" type="text" value="C"' in page
    assert all(f'data-preview="{each}"' in page for each in ("kiosk", "desk", "slip"))
    assert "tidak memeriksa kelengkapan berkas" in page
    assert "kantor lain.toml" in setup.get(path).text
    setup.refuses(draft, {**rows, "services-0-series": "B"}, "Huruf B sudah dipakai")
    setup.saves(draft, rows, "setup.import")
    office = setup.store.office_config(setup.uji.id)
    assert [(each.slug, each.series, each.standard.name) for each in office.services] == [
        ("layanan-1", "A", "Satu baru"),
        ("layanan-2", "B", "Layanan Nomor 2"),
        ("nikah", "C", "Dispensasi nikah"),
    ]
    assert setup.client.get(looked_at).status_code == 404
    assert dump(setup.store) != before


def test_a_file_with_one_fault_keeps_nothing_and_says_every_place(setup: Setup) -> None:  # setup.import_services
    steps = [{"key": "terima", "title": "Terima", "role": "lokett"}]
    two = ({"slug": "nikah", "steps": steps}, {"slug": "pindah", "series": "AAA", "name": ""})

    refused = setup.post("/services/import", {"file": office_file(setup, *two)})

    told = unescape(refused.text)
    assert refused.status_code == 400
    assert "layanan 1, tahap 1, role: 'lokett' tidak dikenal. Pilih salah satu: pemohon, loket" in told
    assert "layanan 2, series: Isi satu atau dua huruf" in told
    assert "layanan 2, name: Wajib diisi." in told
    assert "lain.toml" not in setup.get("/services/import").text


def test_a_program_is_told_the_path_and_the_code_of_each_problem(setup: Setup) -> None:
    admin = setup.store.write_with(world.add_officer, setup.uji.id, "program", Role.ADMIN)
    token = setup.store.write_with(issue_token, setup.uji.id, "officer", "program", setup.uji.now, admin)
    headers = {"Accept": "application/json", "Authorization": f"Bearer {token}"}

    answer = setup.app.test_client().post("/uji/counter/setup/services/new", headers=headers, json={"series": "abc"})

    problems = {each["at"]: each["code"] for each in answer.json["error"]["problems"]}
    assert (answer.status_code, problems) == (400, {"name": "missing", "short_name": "missing", "series": "letter"})


def test_a_draft_can_be_thrown_away_or_taken_as_another_service(setup: Setup) -> None:  # setup.drop_draft
    file = office_file(setup, {"slug": "layanan-1", "name": "Satu baru"})
    draft = setup.post("/services/import", {"file": file}).location.removeprefix("/uji/counter/setup")
    row = {"services-0-slug": "layanan-1", "services-0-is_wanted": "true", "services-0-as_new": "true"}

    setup.refuses(draft, {**row, "services-0-is_wanted": "", "services-0-series": "C"}, "Pilih salah satu")
    setup.saves(draft, {**row, "services-0-series": "C"}, "setup.import")

    made = setup.store.office_config(setup.uji.id).services[-1]
    assert (made.slug, made.series, made.standard.name) == ("layanan-1-2", "C", "Satu baru")
    again = setup.post("/services/import", {"file": office_file(setup, {"slug": "x", "series": "X"})}).location
    setup.saves(again.removeprefix("/uji/counter/setup") + "/drop", {}, "setup.draft_dropped")
    assert setup.client.get(again).status_code == 404


def counters_fields(setup: Setup) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    for place, row in enumerate(setup_counters.counters_form(setup.store.office_config(setup.uji.id)).counters):
        n = f"counters-{place}"
        fields |= {f"{n}-id": str(row.id), f"{n}-number": str(row.number), f"{n}-name": row.name}
        fields |= {f"{n}-roles[]": ["loket"], f"{n}-every_service": "true"}
    return fields


def test_a_counter_named_before_names_had_to_be_spoken_can_still_be_recorded(setup: Setup) -> None:
    with setup.store.engine.begin() as connection:
        connection.execute(update(Counter).where(Counter.number == 1).values(name="\N{WHITE MEDIUM STAR}"))
        connection.execute(update(Office).values(setup_version=Office.setup_version + 1))

    page = setup.get("/voice")

    assert page.status_code == 200
    assert "loket satu" in page.text


def test_the_counters_are_changed(setup: Setup) -> None:  # setup.counters
    fields = counters_fields(setup)
    more = {
        "counters-3-id": "", "counters-3-number": "9", "counters-3-name": "Meja Operator",
        "counters-3-zone": "Lantai 2",
        "counters-3-roles[]": ["operator"], "counters-3-services[]": ["layanan-1"],
        "counters-3-breaks-0-begins": "12:00", "counters-3-breaks-0-ends": "13:00", "counters-3-breaks-0-weekday": "4",
    }  # fmt: skip

    setup.saves("/counters", {**fields, **more}, "setup.counters")

    made = setup.store.office_config(setup.uji.id).counter(9)
    assert (made.name, made.zone, made.roles) == ("Meja Operator", "Lantai 2", {Role.OPERATOR})
    assert made.breaks[0].begins == time(12)
    setup.refuses("/counters", {**fields, "counters-1-number": "1"}, "Nomor 1 sudah dipakai loket lain.")
    setup.refuses("/counters", {**fields, "counters-1-name": "loket  1"}, "sudah bernama loket")
    setup.refuses("/counters", {**fields, "counters-1-number": "0"}, "Paling sedikit 1.")
    setup.refuses("/counters", {**fields, "counters-1-name": "Loket \N{WHITE MEDIUM STAR}"}, "tidak dapat mengucapkan")
    setup.refuses("/counters", {k: v for k, v in fields.items() if k != "counters-0-roles[]"}, "Wajib diisi.")
    setup.refuses(
        "/counters",
        {k: v for k, v in fields.items() if k != "counters-0-every_service"},
        "Pilih sedikitnya satu layanan",
    )
    backwards = {"counters-0-breaks-0-begins": "13:00", "counters-0-breaks-0-ends": "12:00"}
    setup.refuses("/counters", {**fields, **backwards}, "Akhirnya harus sesudah awalnya.")


def test_an_officer_is_made_changed_and_gets_a_new_password(setup: Setup) -> None:
    # setup.new_officer setup.officer setup.new_password
    fields = {"login": "Budi", "name": "Budi Santoso", "is_active": "true", "roles-0-role": "kasi"}
    fields |= {"roles-0-from_on": "2026-11-01", "roles-0-until_on": "2026-11-30"}

    answer = setup.post("/officers/new", fields)
    told = re.search(r"data-password>([^<]+)<", answer.text)
    assert told, answer.text
    event = setup.uji.events()[-1]
    assert event.action == "setup.officer"
    assert told[1] not in str(event.detail)
    with setup.store.read() as connection:
        row = connection.execute(select(Officer).where(Officer.login == "budi")).one()
    assert row.must_change_password

    setup.refuses("/officers/new", fields, "Nama pengguna budi sudah dipakai.")
    setup.refuses("/officers/new", {**fields, "login": "b u"}, "Pakai huruf kecil")
    setup.refuses(
        "/officers/new", {**fields, "login": "ani", "roles-0-until_on": "2026-10-01"}, "Akhirnya harus sesudah"
    )
    setup.refuses("/officers/new", {**fields, "login": "ani", "roles-0-from_on": "kemarin"}, "Isi tanggal yang benar.")
    setup.saves(f"/officers/{row.id}", {**fields, "login": "budi", "name": "Budi S."}, "setup.officer")
    event = setup.saves(f"/officers/{row.id}/password", {}, "setup.password", f"/uji/counter/setup/officers/{row.id}")
    assert event.detail == {"login": [None, "budi"]}


def test_the_hours_and_the_week_are_changed(setup: Setup) -> None:  # setup.hours setup.week
    fields = {"hours-0-weekdays[]": ["0", "1", "2", "3"], "hours-0-opens": "08:00", "hours-0-closes": "15:30"}
    fields |= {"hours-0-break_from": "12:00", "hours-0-break_until": "13:00"}

    setup.saves("/hours", fields, "setup.hours")
    setup.saves("/hours/week", {"weekdays[]": ["0", "1", "2", "3", "4", "5"]}, "setup.week", "/uji/counter/setup/hours")

    found = setup.store.office_config(setup.uji.id)
    assert len(found.calendar.hours) == 4
    assert 5 in found.calendar.weekdays
    setup.refuses("/hours", {**fields, "hours-0-closes": "07:00"}, "Jam tutup harus sesudah jam buka.")
    setup.refuses("/hours", {**fields, "hours-0-opens": "pagi sekali"}, "Isi jam, misalnya 08:00.")
    setup.refuses("/hours", {**fields, "hours-0-break_until": ""}, "Isi awal dan akhir istirahat")
    twice = {"hours-1-weekdays[]": ["3"], "hours-1-opens": "09:00", "hours-1-closes": "10:00"}
    setup.refuses("/hours", {**fields, **twice}, "sudah punya jam")
    setup.refuses("/hours/week", {}, "Wajib diisi.", "/uji/counter/setup/hours")


def test_letters_and_signers_are_changed(setup: Setup) -> None:  # setup.letters
    signers = {"signers-0-post": "Camat Uji", "signers-0-name": "Budi", "signers-0-standing": "holder",
               "signers-1-post": "Camat Uji", "signers-1-name": "Sri", "signers-1-standing": "plh",
               "signers-1-from_on": "2026-11-23", "signers-1-until_on": "2026-11-25",
               "signers-2-post": "Sekcam", "signers-2-name": "Tono", "signers-2-standing": "holder",
               "signers-2-on_behalf_of": "Camat Uji"}  # fmt: skip
    series = {"letter_series-0-title": "Surat keluar", "letter_series-0-pattern": "400/{no}/{year}",
              "letter_series-0-signer": "camat-uji", "letter_series-0-is_active": "true"}  # fmt: skip
    fields = {"approver": "camat-uji", "reporter": "sekcam-an", **signers, **series}

    setup.saves("/letters", fields, "setup.letters")

    found = setup.store.office_config(setup.uji.id)
    assert [each.key for each in found.settings.signers] == ["camat-uji", "camat-uji", "sekcam-an"]
    assert (found.settings.letter_series[0].key, found.place) == ("surat-keluar", "Uji")
    assert "surat-keluar" in setup.get("/letters").text
    setup.refuses("/letters", {**fields, "letter_series-0-pattern": "400/{year}"}, "tepat satu kali")
    setup.refuses("/letters", {**fields, "letter_series-0-on_paper": "7"}, "Wajib diisi.")
    setup.refuses("/letters", {**fields, "signers-1-from_on": "2026-11-26"}, "sesudah")
    again = {"letter_series-1-title": "SURAT keluar ", "letter_series-1-pattern": "500/{no}/{year}"}
    setup.refuses("/letters", {**fields, **again}, "sudah dipakai")
    late = {"signers-3-post": "Camat Uji", "signers-3-name": "Dua", "signers-3-standing": "plt",
            "signers-3-from_on": "2026-11-25"}  # fmt: skip
    setup.refuses("/letters", {**fields, **late}, "sudah ada penanda tangannya")
    # a series that was taken off the page stays, switched off: its numbers hang on it
    setup.saves("/letters", signers, "setup.letters")
    kept = setup.store.office_config(setup.uji.id).settings.letter_series
    assert [(each.key, each.is_active) for each in kept] == [("surat-keluar", False)]


def test_the_columns_of_the_register_are_chosen(setup: Setup) -> None:  # setup.register
    fields = {"columns-0-column": "register", "columns-1-column": "village", "columns-2-column": "applicant"}

    setup.saves("/register", fields, "setup.register")

    assert setup.store.office_config(setup.uji.id).settings.register_columns == ("register", "village", "applicant")
    head = re.findall(r'<th scope="col">([^<]+)', setup.client.get("/uji/counter/register").text)
    assert head == ["Nomor register", "Desa/kelurahan", "Nama pemohon", "Berkas"]
    setup.refuses("/register", {**fields, "columns-2-column": "village"}, "Kolom ini sudah ada.")


def test_the_holidays_of_a_year_are_changed(setup: Setup) -> None:  # setup.holidays
    fields = {"year": "2026", "holidays-0-on_day": "2026-12-15", "holidays-0-name": "Hari Jadi Lumajang"}
    setup.refuses("/holidays", {**fields, "holidays-0-on_day": "01-01-1999"}, "Paling sedikit 01-01-2000.")

    setup.saves("/holidays", fields, "setup.holidays")

    assert setup.store.office_config(setup.uji.id).calendar.holidays == {date(2026, 12, 15): "Hari Jadi Lumajang"}
    setup.refuses("/holidays", {**fields, "holidays-0-on_day": "2027-12-15"}, "Tanggal harus pada tahun 2026.")
    again = {"holidays-1-on_day": "2026-12-15", "holidays-1-name": "Lagi"}
    setup.refuses("/holidays", {**fields, **again}, "Tanggal ini sudah ada dalam daftar.")


def test_the_rules_and_the_display_are_changed(setup: Setup) -> None:  # setup.rules setup.display
    setup.saves("/rules", {"ratio": "3", "convention": "same_day", "printer": "virtual"}, "setup.rules")
    fields = {"running_text": "Selamat datang", "voice_style": "whole", "theme": "dark", "slide_s": "20"}
    setup.saves("/display", fields, "setup.display")

    settings = setup.store.office_config(setup.uji.id).settings
    assert (settings.ratio, settings.convention, settings.theme, settings.slide_s) == (3, "same_day", "dark", 20)
    setup.refuses("/rules", {"ratio": "0", "convention": "next"}, "Paling sedikit 1.")
    setup.refuses("/rules", {"ratio": "2", "convention": "next", "printer": "tidak-ada"}, "Pilih salah satu yang ada.")
    setup.refuses("/display", {**fields, "slide_s": "1"}, "Paling sedikit 3.")


def test_the_printers_are_changed_and_tried(setup: Setup) -> None:  # setup.printers setup.test_page
    first = setup.store.office_config(setup.uji.id).printers[0].id
    fields = {"printers-0-id": str(first), "printers-0-slug": "virtual", "printers-0-kind": "virtual"}
    second = {"printers-1-id": "", "printers-1-slug": "anjungan-1", "printers-1-kind": "network"}
    fields |= {**second, "printers-1-address": "192.168.1.50:9100", "printers-1-profile": "58mm"}

    setup.saves("/printers", {**fields, "printers-1-fallback": "virtual"}, "setup.printers")
    setup.saves("/printers/virtual/test", {}, "setup.test_page", "/uji/counter/setup/printers")

    with setup.store.read() as connection:
        page = connection.execute(select(PrintJob).order_by(PrintJob.id.desc()).limit(1)).scalar_one()
        lines = str(connection.execute(select(PrintJob.lines).where(PrintJob.id == page)).scalar_one())
    assert all(words in lines for words in ("48 kolom, 576 titik", "CP850", "oleh printer", "Pemotong", "Printer siap"))
    made = setup.store.office_config(setup.uji.id).printers[1]
    assert (made.slug, made.kind, made.fallback_id) == ("anjungan-1", "network", first)
    for changed, sentence in (
        ({"printers-1-slug": "virtual"}, "Nama virtual sudah dipakai."),
        ({"printers-1-slug": "Anjungan Satu"}, "Pakai huruf kecil, angka, dan tanda hubung saja."),
        ({"printers-1-address": "http://x/"}, "Isi alamat jaringan"),
        ({"printers-1-kind": "file", "printers-1-address": "/etc/passwd"}, "Isi berkas perangkat di bawah /dev"),
        ({"printers-1-profile": "kertas-emas"}, "Pilih salah satu yang ada."),
    ):
        answer = setup.post("/printers", {**fields, **changed})
        assert answer.status_code in (400, 422)
        assert sentence in answer.text


def test_a_printer_is_learned_anew_when_it_is_tried_or_moved(setup: Setup) -> None:
    fields = {"printers-0-id": "", "printers-0-slug": "depan", "printers-0-kind": "network"}
    setup.saves("/printers", {**fields, "printers-0-address": "tcp://10.0.0.9:9100"}, "setup.printers")
    made = setup.store.office_config(setup.uji.id).printers[0]
    assert (made.address, made.answers) == ("10.0.0.9", "not_learned")

    def learned(answers: str = "in_order") -> None:
        setup.uji.by_itself(printer_state.keep_answers, made.id, answers)

    def answers() -> str:
        return setup.store.office_config(setup.uji.id).printers[0].answers

    learned()
    kept = {**fields, "printers-0-id": str(made.id), "printers-0-answers": "in_order", "printers-0-roll_mm": "30000"}
    setup.saves("/printers", {**kept, "printers-0-address": "10.0.0.9:9100"}, "setup.printers")
    assert answers() == "in_order"
    setup.saves("/printers", {**kept, "printers-0-address": "10.0.0.10"}, "setup.printers")
    assert answers() == "not_learned"
    learned()
    setup.saves("/printers/depan/test", {}, "setup.test_page", "/uji/counter/setup/printers")
    assert answers() == "not_learned"


@pytest.mark.parametrize(
    ("kind", "address"),
    [("network", "127.0.0.1"), ("network", "10.0.0.9:22"), ("file", "/dev/../tmp/x"), ("usb", "lp0"), ("cups", "a b")],
)
def test_page_command_and_agent_refuse_an_address_in_the_same_words(
    setup: Setup, tmp_path: Path, kind: str, address: str
) -> None:
    permit(Reach())
    fields = {"printers-0-id": "", "printers-0-slug": "depan", "printers-0-kind": kind, "printers-0-address": address}
    asked = ["add", "--office", "uji", "--name", "depan", "--kind", kind, f"--address={address}"]
    settings = Settings(data=tmp_path, database_url=str(setup.store.engine.url))

    page = setup.post("/printers", fields)
    done = CliRunner().invoke(printer_command, asked, obj=settings)
    with pytest.raises(click.UsageError) as refused:
        _printer(f"{kind}:{address}")

    sentence = refused.value.message.partition(" (")[0]
    assert len(sentence) > 30
    assert done.exit_code == 1
    assert sentence in done.output
    assert sentence in unescape(page.text)
    assert setup.store.office_config(setup.uji.id).printers[0].slug == "virtual"


def test_check_opens_no_printer_of_another_machine(setup: Setup, tmp_path: Path) -> None:
    bait = tmp_path / "bait"
    bait.touch()
    agent = setup.store.write_with(
        lambda c: c.execute(
            insert(Device).returning(Device.id),
            {"office_id": setup.uji.id, "purpose": "agent", "name": "a", "token_hash": "x", "made_at": MORNING},
        ).scalar_one()
    )
    setup.uji.by_itself(
        paper.attach, agent, "jauh", kind="file", address=str(bait), profile="58mm", answers="not_learned"
    )

    found = [(what, said) for _, what, said in check(Settings(data=tmp_path), setup.store) if "jauh" in what]

    assert found == [("uji printer jauh", "file")]
    assert bait.read_bytes() == b""


def test_another_office_is_founded(setup: Setup) -> None:  # setup.found
    fields = {"region_code": "35.08.01", "name": "Kecamatan Tempursari", "slug": "tempursari"}
    page = "/uji/counter/setup/found?district=35.08.01"

    setup.saves("/found", fields, "setup.founded", page)

    assert setup.client.get("/tempursari/counter/sign-in").status_code == 200
    setup.refuses("/found", fields, "sudah dipakai kantor lain", page.replace("35.08.01", "35.08.02"))
    setup.refuses(
        "/found", {**fields, "slug": "static"}, "dipakai program sendiri", page.replace("35.08.01", "35.08.02")
    )


def test_an_office_is_founded_whole_from_a_file_on_the_page(setup: Setup) -> None:  # setup.found_by_standard
    shipped = (Path(standards.__file__).parent / "ranuyoso.toml").read_text()
    page = "/uji/counter/setup/found"

    def send(text: str) -> TestResponse:
        return setup.post("/found/standard", {"standard": (io.BytesIO(text.encode()), "kantor.toml")}, page)

    wrong = send(shipped.replace('role = "kasi"', 'role = "kasii"', 1))
    assert (wrong.status_code, "kasii" in wrong.text) == (400, True)
    assert setup.client.get("/ranuyoso/counter/sign-in").status_code == 404
    assert send(shipped).status_code == 303
    assert setup.client.get("/ranuyoso/counter/sign-in").status_code == 200
    taken = send(shipped)
    assert (taken.status_code, "sudah dipakai kantor lain" in taken.text) == (400, True)


# copies


def test_a_copy_taken_while_the_office_works_is_whole(sqlite_store: Store, sqlite_url: str, tmp_path: Path) -> None:
    uji = world.office(sqlite_store)
    uji.take()

    back_up(sqlite_url, tmp_path / "copy.db")

    with sqlite3.connect(tmp_path / "copy.db") as copy:
        assert copy.execute("SELECT count(*) FROM ticket").fetchone() == (1,)
    copy.close()
    assert (tmp_path / "copy.db").stat().st_mode & 0o077 == 0


@pytest.mark.usefixtures("postgresql_tools")
def test_a_copy_comes_back_and_what_was_there_is_kept(
    database_url: str, open_store: Callable[[str], Store], tmp_path: Path
) -> None:
    store = open_store(database_url)
    uji = world.office(store)
    uji.take()
    before = dump(store)
    back_up(database_url, tmp_path / "copy")
    store.write(update(Office).where(Office.id == uji.id).values(name="Sesudahnya"))
    after = dump(store)
    store.close()

    restore(database_url, tmp_path / "copy", tmp_path / "kept")

    restored = _with_setup_version(open_store(database_url), 1)
    assert dump(restored) == before
    restored.close()
    restore(database_url, tmp_path / "kept", tmp_path / "copy-again")
    assert dump(_with_setup_version(open_store(database_url), 1)) == after


def _with_setup_version(store: Store, known: int) -> Store:
    """Every restore renews it, so that nothing read before is taken for what is there now."""
    with store.read() as connection:
        assert connection.execute(select(Office.setup_version)).scalar_one() > known
    store.write(update(Office).values(setup_version=known))
    return store


def test_what_is_no_copy_is_not_put_back(sqlite_store: Store, sqlite_url: str, tmp_path: Path) -> None:
    world.office(sqlite_store)
    before = dump(sqlite_store)
    (tmp_path / "junk").write_text("junk" * 1000)

    with pytest.raises(CopyFailed):
        restore(sqlite_url, tmp_path / "junk", tmp_path / "before.db")

    assert dump(sqlite_store) == before


def test_an_office_is_founded_from_the_file_of_its_standard(tmp_path: Path, open_store: Callable[[str], Store]) -> None:
    shipped = (Path(standards.__file__).parent / "lumajang.toml").read_text()
    file = tmp_path / "kota.toml"
    file.write_text(shipped.replace('slug = "lumajang"', 'slug = "kota"', 1))

    def found(code: int) -> str:
        arguments = ("office", "found", "--standard", str(file))
        done = CliRunner().invoke(main, arguments, env={"LOKET_DATA": str(tmp_path / "data")})
        assert done.exit_code == code, done.output
        return done.output

    told = found(0)
    taken = found(1)
    file.write_text(shipped.replace('role = "kasi"', 'role = "kasii"', 1))
    wrong = found(1)

    assert told.count("\n") == 7
    assert "loket1" in told
    assert "tidak dapat dipakai (slug)" in taken
    assert "kasii" in wrong
    store = open_store(f"sqlite:///{tmp_path / 'data' / 'loket.db'}")
    with store.read() as connection:
        [office] = reads.offices(connection)
        event = connection.execute(select(Event)).one()
    assert office.slug == "kota"
    assert (event.action, event.detail) == ("setup.founded", {"by": "console"})
    assert len(store.office_config(office.id).services) > 3


def test_the_console_founds_lists_and_checks(tmp_path: Path) -> None:
    def loket(*arguments: str, code: int = 0) -> str:
        done = CliRunner().invoke(main, arguments, env={"LOKET_DATA": str(tmp_path)})
        assert done.exit_code == code, done.output
        return done.output

    assert "Kecamatan Tempeh" in loket("office", "add", "Tempeh")
    assert "tidak dapat dipakai" in loket("office", "add", "Tempeh", code=1)
    assert "tambahkan --region" in loket("office", "add", "Cibinong", code=1)
    assert "Kecamatan Cibinong" not in loket("office", "list")
    assert "Kecamatan Cibinong" in loket("office", "add", "Cibinong", "--region", "32.01.01")
    assert "region_code" in loket("office", "add", "Cibungbulang", "--region", "Bogor", code=1)
    assert "Kecamatan Cibinong" in loket("office", "list")
    bogor = ("--region", "32.01.01.1005", "--regency", "Kabupaten Bogor")
    assert "kelurahan-pakansari" in loket("office", "add", "Kelurahan Pakansari", *bogor)
    assert "Dinas Sosial" in loket("office", "add", "Sosial", "--kind", "Dinas", "--region", "32.01")
    store = Store(f"sqlite:///{tmp_path / 'loket.db'}")
    with store.read() as connection:
        ids = {office.slug: office.id for office in reads.offices(connection)}
    profile = store.office_config(ids["kelurahan-pakansari"]).profile
    store.close()
    assert (profile["region_code"], profile["letterhead"]) == ("32.01.01.1005", ["Pemerintah Kabupaten Bogor"])
    file = str(Path(standards.__file__).parent / "ranuyoso.toml")
    taken = loket("office", "import", "--office", "cibinong", "--letter", "oss=AA", "--yes", file)
    assert "AA  oss                      layanan baru (di berkas: A): " in taken
    assert "versi baru dari" in loket("office", "import", "--office", "cibinong", "--yes", file)
    assert "Huruf B sudah dipakai" in loket(
        "office", "import", "--office", "cibinong", "--new", "oss", "--letter", "oss=B", "--yes", file, code=1
    )
    assert "budi" in loket("officer", "add", "--office", "tempeh", "--role", "loket", "budi", "Budi")
    assert "budi" in loket("officer", "list", "--office", "tempeh")
    loket("printer", "add", "--office", "tempeh", "--name", "kertas", "--kind", "virtual")
    assert "Pakai huruf kecil" in loket(
        "printer", "add", "--office", "tempeh", "--name", "struk \N{HOT BEVERAGE}", code=1
    )
    assert "kertas" in loket("printer", "list", "--office", "tempeh")
    loket("printer", "remove", "--office", "tempeh", "--name", "kertas")
    assert "0 layanan, 0 loket" in loket("check", code=1)
    assert (tmp_path / "a.db").exists() is False
    loket("backup", str(tmp_path / "a.db"))
    assert (tmp_path / "a.db").stat().st_size > 10_000
