"""The published standard: four facts first, nothing that is not filled in, the same as JSON, and what changed."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from desks import Desks
from flask import Flask

from shared.domain.errors import Invalid
from shared.domain.standards.standard import Role, Step
from shared.engine.setup.standard import save_standard
from shared.standards import service_to_json
from shared.web.app import create_app
from shared.web.documents import blank_forms
from shared.web.documents.procedure_picture import procedure_picture
from shared.web.public.published import PublishedStandard, linked
from shared.web.settings import Settings

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def app(desks: Desks, tmp_path: Path) -> Flask:
    return create_app(Settings(data=tmp_path), desks.store, lambda: desks.now, async_mode="threading")


def page(app: Flask, path: str = "/lumajang/standard/oss") -> str:
    return app.test_client().get(path).text


def change(desks: Desks, **columns: Any) -> None:
    table = service_to_json(desks.store.office_config(desks.id).service("oss").standard) | columns
    desks.store.change(desks.id, desks.actor("admin"), save_standard, "oss", table)


def test_the_page_leads_with_requirements_time_fee_and_result(app: Flask) -> None:
    shown = page(app)

    lead = shown[shown.index("data-facts") : shown.index('data-group="delivery"')]
    for words in (
        "Fotokopi KTP yang sudah diaktivasi",
        "1 (satu) hari kerja",
        "Tidak ada retribusi",
        "Izin Usaha Mikro",
    ):
        assert words in lead
    assert "<details open" not in shown
    assert re.search(r"<details[^>]* open", page(app, "/lumajang/standard/oss?paper=a4"))


def test_what_is_not_filled_in_is_left_out_for_the_public(app: Flask) -> None:
    shown = page(app)

    assert "belum diisi" not in shown.lower()
    assert 'data-component="guarantee"' not in shown
    assert "13. Jaminan keamanan dan keselamatan pelayanan" in shown
    assert "Surat Ijin" not in shown
    assert "Penggilingan Padi" not in shown


def test_both_groups_of_components_stand_under_their_headings(app: Flask) -> None:
    shown = page(app)

    first, second = shown.index("A. Proses penyampaian layanan"), shown.index("B. Proses pengelolaan layanan")
    assert first < shown.index("6. Penanganan pengaduan") < second < shown.index("7. Dasar hukum")
    assert "5 (lima) orang" in shown


def test_number_and_date_of_the_decree_stand_there_once_they_are_filled_in(app: Flask, desks: Desks) -> None:
    assert "SK Nomor" not in page(app)

    change(desks, decree_number="188.45/12/2026", decree_on="2026-02-03")

    assert re.search(r"SK Nomor 188\.45/12/2026, Selasa,.3.Februari.2026", page(app))


def test_a_program_gets_the_standard_as_json_without_notes(app: Flask) -> None:
    answer = app.test_client().get("/lumajang/standard/oss", headers={"Accept": "application/json"})

    told = PublishedStandard.model_validate(answer.json)
    assert [each.number for each in told.steps] == list(range(1, 11))
    assert (told.version, told.guarantee) == (1, None)
    assert {each.needs_applicant for each in told.steps} == {True, False}
    assert told.promise is not None
    assert told.promise.value == 1
    assert {each.kind for each in told.complaint} >= {"phone", "laporlumajang"}
    assert "Penggilingan" not in answer.text


def test_the_page_tells_the_way_online_the_hours_and_what_some_get(app: Flask, desks: Desks) -> None:
    change(
        desks,
        online={"address": "https://oss.go.id", "text": "Buat akun dahulu."},
        hours=[{"days": ["selasa", "kamis"], "opens": "08:00", "closes": "11:00"}],
        products=[],
        products_by_case=[{"text": "Surat rekomendasi"}],
    )

    shown, told = (
        page(app),
        PublishedStandard.model_validate(
            app.test_client().get("/lumajang/standard/oss", headers={"Accept": "application/json"}).json
        ),
    )

    assert 'Daftar daring dahulu: <a href="https://oss.go.id">https://oss.go.id</a> Buat akun dahulu.' in shown
    assert "Selasa, Kamis: 08.00–11.00" in shown
    assert shown.index('data-component="products"') < shown.rindex("Surat rekomendasi")
    assert (told.products, told.online) == (["Surat rekomendasi"], "https://oss.go.id")
    assert told.hours == ["Selasa, Kamis: 08.00–11.00"]


def test_a_program_reads_cases_forms_of_papers_and_who_has_the_file(app: Flask, desks: Desks) -> None:
    known = service_to_json(desks.store.office_config(desks.id).service("oss").standard)
    asked = {
        "key": "jenis",
        "text": "Jenis?",
        "options": [{"key": "baru", "text": "Baru"}, {"key": "ubah", "text": "Ubah"}],
    }
    wanted = {"key": "ktp", "text": "Fotokopi KTP", "copies": 2, "original": "shown", "when": [["jenis", "baru"]]}
    elsewhere = {"who": "Kepala Seksi Pemerintahan", "elsewhere": "Dinas PUPR", "when": [["jenis", "ubah"]]}
    change(
        desks,
        questions=[asked],
        requirements=[wanted],
        steps=[each | elsewhere if each["key"] == "validate" else each for each in known["steps"]],
        products_by_case=[{"text": "NIB", "when": [["jenis", "baru"]]}],
    )

    shown = page(app)
    answer = app.test_client().get("/lumajang/standard/oss", headers={"Accept": "application/json"})

    told = PublishedStandard.model_validate(answer.json)
    (paper,), away, (product,) = told.requirements, told.steps[2], told.products_by_case
    assert (paper.original, paper.copies, paper.when) == ("shown", 2, [["jenis", "baru"]])
    assert paper.words == "Fotokopi KTP (Baru) (asli dibawa untuk diperlihatkan; 2 lembar fotokopi)"
    assert (away.who, away.elsewhere, away.when) == ("Kepala Seksi Pemerintahan", "Dinas PUPR", [["jenis", "ubah"]])
    assert (product.text, product.when) == ("NIB", [["jenis", "baru"]])
    assert "NIB (Baru)" in told.products
    assert paper.words in shown
    assert "(Dinas PUPR)" in shown


def test_the_page_of_an_office_says_what_it_offers_and_how_many_wait(app: Flask, desks: Desks) -> None:
    desks.take()

    shown, start = page(app, "/lumajang/"), page(app, "/")

    assert "data-waiting>1<" in shown
    assert re.search(r'data-series="1">.*?1 \(satu\) hari kerja · Tidak ada retribusi', shown, re.DOTALL)
    assert "<dl" not in shown  # its hours are not written down
    assert 'href="/t?lang=id"' in shown
    for door in ("/lumajang/", "/lumajang/kiosk", "/lumajang/display", "/lumajang/counter"):
        assert re.search(f'href="{door}/?"', start), door


def test_the_public_sees_what_changed_but_no_note(app: Flask, desks: Desks) -> None:
    change(desks, staff_count=7)
    change(desks, notes=["Tanyakan kepada Camat"])
    change(desks, products=["NIB"])

    shown = page(app, "/lumajang/standard/oss/changes")

    assert [int(number) for number in re.findall(r'data-version="(\d+)"', shown)] == [4, 2, 1]
    assert "jumlah pelaksana" in shown.lower()
    assert "Catatan" not in shown


def test_web_addresses_are_links_without_the_full_stop_behind_them() -> None:
    assert linked("di https://oss.go.id.") == 'di <a href="https://oss.go.id">https://oss.go.id</a>.'
    assert linked("<b> (https://oss.go.id) melalui email.").startswith("&lt;b&gt; (<a ")


@pytest.mark.parametrize("columns", [1, 2, 3])
def test_the_procedure_is_drawn_from_its_steps(desks: Desks, columns: int) -> None:
    steps = desks.store.office_config(desks.id).service("oss").standard.steps

    drawn = ElementTree.fromstring(procedure_picture(steps, "OSS <& lain>", str, columns=columns))

    assert [each.tag for each in list(drawn)[:2]] == [f"{SVG}title", f"{SVG}desc"]
    assert "10. Rekap" in (drawn[1].text or "")
    boxes = drawn.findall(f"{SVG}rect")
    places = [(float(box.attrib["x"]), float(box.attrib["y"])) for box in boxes]
    assert len(places) == 10
    assert places == sorted(places)
    assert len({x for x, _ in places}) == columns
    dashed = [each for each in drawn.findall(f"{SVG}path") if "stroke-dasharray" in each.attrib]
    assert len(dashed) == (8 if columns == 1 else 0)


def test_a_procedure_of_one_step_or_none_can_be_drawn_too() -> None:
    one = Step("serve", "Melayani", Role.LOKET)

    assert "Melayani" in procedure_picture([one], "Salinan", str)
    ElementTree.fromstring(procedure_picture([], "Kosong", str, columns=2))


def test_a_blank_form_that_the_office_brought_can_be_fetched_from_page_and_phone(app: Flask, desks: Desks) -> None:
    known = desks.store.office_config(desks.id).service("oss").standard
    with app.app_context():
        blank_forms.keep("lumajang", known, "formulir", b"%PDF-1.4 kosong %%EOF")

    address = re.search(r'href="([^"]+)" data-form="formulir"', page(app))
    assert address
    assert app.test_client().get(address[1]).data == b"%PDF-1.4 kosong %%EOF"
    assert address[1] in page(app, f"/t/{desks.take().token}")
    assert app.test_client().get("/lumajang/standard/oss/forms/ktp.pdf").status_code == 404


@pytest.mark.parametrize(
    ("key", "content"),
    [
        ("formulir", b"<html>"),
        ("formulir", b"%PDF-" + b"x" * 6_000_000 + b"%%EOF"),
        ("formulir", b"%PDF-1.4 half of an upload"),
    ],
)
def test_what_is_no_pdf_or_too_large_is_no_form(app: Flask, desks: Desks, key: str, content: bytes) -> None:
    known = desks.store.office_config(desks.id).service("oss").standard

    with app.app_context(), pytest.raises(Invalid):
        blank_forms.keep("lumajang", known, key, content)
    assert "data-form" not in page(app)


def test_a_form_that_the_disk_does_not_take_leaves_nothing_behind(app: Flask, desks: Desks, tmp_path: Path) -> None:
    known = desks.store.office_config(desks.id).service("oss").standard
    (tmp_path / "media/lumajang/.forms/oss/formulir.pdf").mkdir(parents=True)

    with app.app_context(), pytest.raises(OSError, match="formulir"):
        blank_forms.keep("lumajang", known, "formulir", b"%PDF-1.4 kosong %%EOF")

    assert list(tmp_path.rglob(".making-*")) == []
