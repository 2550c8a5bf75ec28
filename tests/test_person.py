"""One person's data: masked on screens, whole at a click that is written down, as a sheet, erased at their wish."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from desks import APPLICANT, Desks
from flask import Flask
from people import Browser, sign_in
from sqlalchemy import select

from shared.domain.files.procedure import FileAction
from shared.domain.identity import with_masked_nik
from shared.store.tables import DataRequest, DataView
from shared.web.app import create_app
from shared.web.server.limits import limiter
from shared.web.settings import Settings

NIK = APPLICANT["nik"]
PERSONS = "/lumajang/counter/persons"


@pytest.fixture
def app(desks: Desks, tmp_path: Path) -> Flask:
    whole = create_app(Settings(data=tmp_path), desks.store, clock=lambda: desks.now, async_mode="threading")
    limiter.reset()
    return whole


@pytest.fixture
def kasi(app: Flask) -> Browser:
    return sign_in(app, "kasi", office="lumajang")


def views(desks: Desks) -> list[str]:
    with desks.store.read() as connection:
        return list(connection.execute(select(DataView.what).order_by(DataView.id)).scalars())


def request(desks: Desks) -> Any:
    with desks.store.read() as connection:
        return connection.execute(select(DataRequest)).one()


def test_a_nik_in_a_text_is_masked_also_in_groups() -> None:
    assert with_masked_nik("NIK 3508 2057 0890 9992, HP 081234567890") == "NIK ************9992, HP 081234567890"


def test_the_pages_of_a_file_mask_the_nik_until_somebody_asks_and_that_is_written_down(
    app: Flask, desks: Desks, kasi: Browser
) -> None:
    file = desks.to_step("confirm")
    path = f"/lumajang/counter/cases/{file}"
    operator = sign_in(app, "operator", office="lumajang")
    for browser in (kasi, operator):
        page = browser.get(path).text
        assert NIK not in page
        assert "************9992" in page

    assert NIK in kasi.post(f"{path}/nik").text

    assert views(desks) == ["file", "file", "nik"]


def test_a_masked_nik_that_comes_back_changes_nothing_and_a_typed_one_does(app: Flask, desks: Desks) -> None:
    file = desks.to_step("confirm")
    operator = sign_in(app, "operator", office="lumajang")
    form = {f"applicant.{key}": value for key, value in APPLICANT.items()}
    path = f"/lumajang/counter/cases/{file}/correct"

    sent = operator.post(path, **{**form, "applicant.nik": "************9992", "applicant.business": "Keripik Jaya"})
    assert sent.status_code == 302, sent.text
    assert (desks.file(file).nik, desks.file(file).applicant["business"]) == (NIK, "Keripik Jaya")
    assert operator.post(path, **{**form, "applicant.nik": "3508101708909991"}).status_code == 302
    assert desks.file(file).nik == "3508101708909991"
    assert operator.post(path, **{**form, "applicant.nik": "************0000"}).status_code == 400


def test_all_that_is_kept_of_a_person_is_on_one_sheet_by_nik_or_register(desks: Desks, kasi: Browser) -> None:
    file = desks.to_step("validate")
    kasi.get(f"/lumajang/counter/cases/{file}")

    for wanted in (NIK, "3508 2057 0890 9992", "1/2026"):
        page = kasi.post(PERSONS, wanted=wanted).text
        for each in (*(APPLICANT[key] for key in ("name", "nik", "phone", "email")), "1/2026", "O-001"[-3:]):
            assert each in page, each
    told = kasi.post(PERSONS, wanted=NIK, as_json="1")

    assert told.get_json(force=True)["files"][0]["applicant"]["nik"] == NIK
    assert views(desks) == ["file", "sheet", "sheet", "sheet", "sheet"]
    for nobody in ("3508101708909991", "77/2026", "1", "", "%"):
        assert kasi.post(PERSONS, wanted=nobody).status_code == 404, nobody


def test_a_wish_to_erase_has_three_days_and_leaves_nothing_of_the_person(
    desks: Desks, kasi: Browser, tmp_path: Path
) -> None:
    file = desks.to_step("validate")
    asked = {"cases[]": [str(file)], "wish": "erase", "words": "Mohon data saya dihapus"}
    assert kasi.post(f"{PERSONS}/requests", **asked).status_code == 302
    row = request(desks)
    assert (row.due_at - row.asked_at).total_seconds() == 72 * 3600
    path = f"{PERSONS}/requests/{row.id}"
    refused = kasi.post(f"{path}/grant")
    assert (refused.status_code, "diproses" in refused.text) == (409, True)
    desks.act("admin", file, FileAction.WITHDRAW, reason="Atas permintaan")
    desks.later(days=2, hours=1)
    kasi.sign_in("lumajang", "kasi")
    assert 'data-condition="data_request_due"' in kasi.get("/lumajang/counter/supervisor").text

    assert kasi.post(f"{path}/grant").status_code == 302

    assert desks.file(file).applicant == {"village": APPLICANT["village"], "kbli": APPLICANT["kbli"]}
    for page in (f"/lumajang/counter/cases/{file}", "/lumajang/counter/register", "/lumajang/counter/persons"):
        assert kasi.get(page).status_code == 200, page
    files = [each for each in tmp_path.iterdir() if each.name.startswith("loket.db")]
    assert [each.name for each in files if NIK.encode() in each.read_bytes()] == []
    assert kasi.post(f"{path}/grant").status_code == 409


def test_a_refusal_says_why(desks: Desks, kasi: Browser) -> None:
    file = desks.to_step("validate")
    kasi.post(f"{PERSONS}/requests", **{"cases[]": [str(file)], "wish": "correct", "words": "Nama keliru"})
    path = f"{PERSONS}/requests/{request(desks).id}/refuse"

    assert kasi.post(path).status_code == 422
    assert kasi.post(path, reason="Sudah benar menurut KTP").status_code == 302

    assert request(desks).is_granted is False


def test_an_admin_chooses_the_days_and_the_form_shows_them_again(app: Flask, desks: Desks) -> None:
    admin = sign_in(app, "admin", office="lumajang")
    path = "/lumajang/counter/setup/privacy"  # setup.privacy
    wanted = {"kinds-0-kind": "complaint", "kinds-0-verify": "2", "kinds-0-answer": "5", "kept-0-which": "applicant"}

    assert admin.post(path, **wanted, **{"kept-0-days": "3650"}).status_code == 303
    settings = desks.store.office_config(desks.id).settings
    assert (settings.complaint_days["complaint"], settings.retention_days["applicant"]) == ((2, 5), 3650)
    assert 'value="3650"' in admin.get(path).text
    for odd in ({"kinds-0-answer": "1"}, {"kinds-0-verify": "0"}, {"kept-0-days": "0"}, {"kept-0-which": "all"}):
        assert admin.post(path, **{**wanted, "kept-0-days": "9", **odd}).status_code == 400, odd


def test_a_wish_to_correct_is_written_into_the_files_and_the_register_keeps_what_it_was(
    desks: Desks, kasi: Browser
) -> None:
    file = desks.to_step("done")
    asked = {"cases[]": [str(file)], "wish": "correct", "words": "Nama saya Sitti Contoh"}
    assert kasi.post(f"{PERSONS}/requests", **asked).status_code == 302
    path = f"{PERSONS}/requests/{request(desks).id}/grant"

    refused = [kasi.post(path, nik="123").status_code, kasi.post(path, name=APPLICANT["name"]).status_code]
    assert kasi.post(path, name="Sitti Contoh", village="35.08.20.2003").status_code == 302

    assert refused == [400, 400]
    assert (desks.file(file).applicant["name"], desks.file(file).nik) == ("Sitti Contoh", NIK)
    row = kasi.get(f"/lumajang/counter/register/{file}").text
    assert "<s>Siti Contoh</s>" in row
    assert "Nama saya Sitti Contoh" in row
    assert request(desks).is_granted
