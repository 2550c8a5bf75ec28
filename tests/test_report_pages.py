"""The reports' pages, sheets and workbooks as officers open them."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from io import BytesIO
from pathlib import Path

import pytest
import world
from desks import Desks
from flask import Flask
from openpyxl import load_workbook
from people import Browser, sign_in, until
from sqlalchemy import insert, update

from counter.reports import reports
from counter.reports import sheets as report_sheets
from shared.domain.complaint import ComplaintKind, Entrance, Said
from shared.domain.files.procedure import FileAction
from shared.domain.reports.table import ColumnKind, written
from shared.domain.standards.standard import Role
from shared.domain.surveys.survey import Scores
from shared.engine import complaint
from shared.store.surveys.tables import SurveyPeriod
from shared.store.tables import Counter, Office, Officer
from shared.web.app import create_app
from shared.web.settings import Settings


@pytest.fixture
def app(desks: Desks, tmp_path: Path) -> Flask:
    return create_app(Settings(data=tmp_path), desks.store, clock=lambda: desks.now, async_mode="threading")


@pytest.fixture
def kasi(app: Flask) -> Browser:
    return sign_in(app, "kasi", office="lumajang")


@pytest.fixture
def bupati(app: Flask, desks: Desks) -> Browser:
    """Who sees all offices, and is a section head of this one too."""
    desks.store.write_with(world.add_officer, desks.id, "bupati", Role.KABUPATEN, Role.KASI)
    return sign_in(app, "bupati", office="lumajang")


@pytest.mark.parametrize(
    ("cell", "kind", "expected"),
    [
        (None, ColumnKind.COUNT, "–"),
        (1234, ColumnKind.COUNT, "1.234"),
        (3.0, ColumnKind.MINUTES, "0,1"),
        (273.0, ColumnKind.MINUTES, "4,6"),
        (-90, ColumnKind.MINUTES, "−1,5"),
        (5400, ColumnKind.HOURS, "1,5"),
        (0.125, ColumnKind.SHARE, "13 %"),
        (-0.004, ColumnKind.CHANGE, "0 %"),
        (0.5, ColumnKind.CHANGE, "+50 %"),
        (-0.5, ColumnKind.CHANGE, "−50 %"),
        (15000, ColumnKind.RUPIAH, "Rp15.000"),
        ("A", ColumnKind.COUNT, "A"),
    ],
)
def test_figures_are_written_as_people_round(cell: str | float | None, kind: ColumnKind, expected: str) -> None:
    assert written(cell, kind) == expected


def test_the_page_of_a_period_shows_its_figures_with_drawings_and_tables(desks: Desks, kasi: Browser) -> None:
    desks.to_step("done")

    page = kasi.get("/lumajang/counter/reports?period=2026-11&service=oss").text

    assert page.count('<svg xmlns="http://www.w3.org/2000/svg" class="chart" role="img"') == 3
    assert '<tr><th scope="row">Selesai</th><td class="figure">1</td>' in page
    assert "Panggilan menurut petugas" in page
    assert "Siti Contoh" not in page


def test_what_is_said_of_single_officers_only_their_head_sees(app: Flask, desks: Desks) -> None:
    desks.to_step("done")
    camat = sign_in(app, "camat", office="lumajang")

    texts = [camat.get(f"/lumajang/counter/reports{path}?period=2026-11").data for path in ("", ".xlsx")]

    assert b"menurut petugas" not in texts[0]
    assert all("petugas" not in sheet.title for sheet in load_workbook(BytesIO(texts[1])).worksheets)


@pytest.mark.parametrize(
    "address", ["2026-11-23", "2026-W48", "2026-11", "2026-Q4", "2026-S2", "2026", "2026-11-01..2026-11-30"]
)
def test_every_kind_of_period_has_page_sheet_and_book(kasi: Browser, desks: Desks, address: str) -> None:
    desks.take()

    answers = [kasi.get(f"/lumajang/counter/reports{kind}?period={address}") for kind in ("", ".pdf", ".xlsx")]

    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert [answer.data[:2] for answer in answers[1:]] == [b"%P", b"PK"]


def test_officers_and_counters_of_one_name_stand_in_a_line_each(kasi: Browser, desks: Desks) -> None:
    desks.to_step("done")
    for table in (Officer, Counter):
        desks.store.write(update(table).where(table.office_id == desks.id).values(name="Siti"))
    desks.store.write(update(Office).values(setup_version=Office.setup_version + 1))

    answer = kasi.get("/lumajang/counter/reports?period=2026-11")

    assert answer.status_code == 200
    assert answer.text.count('<th scope="row">Siti</th>') > 2


def test_the_form_leads_to_an_address_that_can_be_kept(kasi: Browser) -> None:
    answer = kasi.get("/lumajang/counter/reports?kind=quarter&day=2026-05-05&until=2026-05-05&service=oss")

    assert answer.location.endswith("/lumajang/counter/reports?period=2026-Q2&service=oss")
    assert kasi.get("/lumajang/counter/reports?period=2026-13").status_code == 400


def test_today_lists_what_is_late_due_returned_and_not_collected(app: Flask, desks: Desks) -> None:
    late = desks.to_step("validate")
    desks.to_step("handover")
    desks.later(days=9)
    back = desks.take()
    desks.serve_next()
    desks.receive("loket1", back.id, FileAction.RETURN_TO_APPLICANT, reason="Foto buram", collected={})

    page = sign_in(app, "kasi", office="lumajang").get("/lumajang/counter/reports/today").text

    sections = {part.partition('"')[0]: part for part in page.split('data-section="')[1:]}
    assert f"/cases/{late}" in sections["late"]
    assert "Foto buram" in sections["returned"]
    assert "(1)" in sections["uncollected"]
    assert "(1)" in sections["late"]


def sign(kasi: Browser, period: str, **said: str) -> tuple[int, str]:
    known = {"number": "400/7/2026", "place": "Lumajang", "on_day": "2026-12-01", "post": "Kepala Seksi Pelayanan"}
    known |= {"name": "Sri Wahyuni", "nip": "198001012005012001", "standing": "plt", "on_behalf_of": "Camat Lumajang"}
    answer = kasi.post("/lumajang/counter/reports", period=period, **(known | said))
    return answer.status_code, answer.text


def test_a_month_is_signed_once_when_it_is_over_and_stays_as_it_was(app: Flask, desks: Desks) -> None:
    desks.to_step("done")
    too_early = sign(sign_in(app, "kasi", office="lumajang"), "2026-11")
    desks.now = desks.now.replace(month=12, day=1)
    kasi = sign_in(app, "kasi", office="lumajang")
    wrong = [
        sign(kasi, "2026-10..2026-11"),
        sign(kasi, "2026-Q3"),
        sign(kasi, "2026-11", number=""),
        sign(kasi, "2026-11", name=""),
    ]
    done = sign(kasi, "2026-11")
    again = [sign(kasi, "2026-11"), sign(kasi, "2026-10")]

    page = kasi.get("/lumajang/counter/reports?period=2026-11").text

    assert [status for status, _ in (too_early, *wrong, done, *again)] == [400, 400, 400, 400, 400, 302, 409, 409]
    assert "data-signed" in page
    assert "400/7/2026" in page


def test_the_public_is_shown_the_last_signed_month_and_nothing_of_persons(app: Flask, desks: Desks) -> None:
    desks.to_step("done")
    public = app.test_client()
    before = [public.get(f"/lumajang/figures{kind}", headers={"Accept": "text/html"}) for kind in ("", ".pdf")]
    desks.now = desks.now.replace(month=12, day=1)
    sign(sign_in(app, "kasi", office="lumajang"), "2026-11")

    page = public.get("/lumajang/figures", headers={"Accept": "text/html"}).text
    told = public.get("/lumajang/figures", headers={"Accept": "application/json"}).json
    poster = public.get("/lumajang/figures.pdf").data

    assert [answer.status_code for answer in before] == [200, 404]
    assert "Berkas selesai" not in page
    assert "<dt>Selesai</dt><dd>1</dd>" in page
    assert (told["period"], told["figures"]["finished"], told["figures"]["served"]) == ("2026-11", 1, 1)
    assert poster.startswith(b"%PDF")
    assert not any(name in page for name in ("Siti", "Petugas", "Jenggrong"))


def test_the_workbook_holds_the_data_and_its_sums_as_formulas(kasi: Browser, desks: Desks) -> None:
    for number in range(3):
        taken = desks.take(is_priority=number == 0)
        desks.later(minutes=5)
        desks.serve_next("loket1")
        desks.later(minutes=5)
        desks.ticket_act("loket1", taken.id, "finish")
    content = kasi.get("/lumajang/counter/reports.xlsx?period=2026-11").data

    formulas, values = load_workbook(BytesIO(content)), load_workbook(BytesIO(content), data_only=True)

    summary, shown = formulas.worksheets[0], values.worksheets[0]
    assert summary["B6"].value == "=COUNTA('Kunjungan'!$B$2:$B$4)"
    assert [shown[f"B{line}"].value for line in range(6, 9)] == [3, 3, 3]
    assert shown["B15"].value == 5
    assert len(list(values["Kunjungan"].rows)) == 4


def survey_result(desks: Desks, service_id: int) -> None:
    """A published semester: 10 answers, 5 of them of one service."""
    scores = {"all": Scores(10, (32,) * 9), str(service_id): Scores(5, (20,) * 9), "0": Scores(5, (12,) * 9)}
    days = {"first_on": date(2026, 1, 1), "last_on": date(2026, 6, 30), "collect_until": date(2026, 7, 7)}
    kept = {"key": "2026-S1", "publish_on": date(2026, 7, 30), "closed_at": datetime(2026, 7, 8, tzinfo=UTC)}
    result = {"scores": {key: each.to_json() for key, each in scores.items()}}
    row = {"office_id": desks.id, "running": {}, "texts": {}, "result": result, **days, **kept}
    desks.store.write(insert(SurveyPeriod), row)


def test_the_regency_has_a_row_for_each_service_of_each_office_with_complaints_and_index(
    bupati: Browser, desks: Desks
) -> None:
    Desks(desks.store, "ranuyoso").to_step("done")
    desks.take()
    oss = desks.store.office_config(desks.id).service("oss").id
    survey_result(desks, oss)
    for service in (oss, None):
        said = Said(ComplaintKind.COMPLAINT, Entrance.KIOSK, "Antre lama.", service_id=service)
        known = {"nonce": f"complaint-{service}", "answer_url": "http://127.0.0.1/a/", "on_paper": False}
        desks.store.change(desks.id, desks.visitor(), complaint.receive, said, **known)

    page = bupati.get("/lumajang/counter/reports/region?period=2026-11").text
    answers = [bupati.get(f"/lumajang/counter/reports/region.{kind}?period=2026-11") for kind in ("pdf", "xlsx")]

    assert page.count('<th scope="row">Kecamatan ') == 5
    rows = [re.findall(r">([^<>]*)</t[hd]>", row) for row in page.split("<tr")]
    said = [(row[1], *row[-3:]) for row in rows if row[:1] == ["Kecamatan Lumajang"]]
    assert said[:2] == [("NIB usaha mikro (OSS)", "1", "100,00", "5"), ("tanpa layanan tertentu", "1", "–", "–")]
    assert [row[-4:] for row in rows if row[:1] == ["Kecamatan Lumajang"]][-1] == ["2026-S1", "80,00", "B", "10"]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert "80,00 B (n = 10; 2026-S1)" in bupati.get("/lumajang/counter/reports?period=2026-11").text


def test_a_large_report_is_made_as_long_work_and_can_be_left(
    bupati: Browser, desks: Desks, monkeypatch: pytest.MonkeyPatch
) -> None:
    desks.take()
    for module in (reports, report_sheets):
        monkeypatch.setattr(module, "AT_ONCE", 0)
    root, year = "/lumajang/counter", "period=2026"

    pages = [bupati.get(f"{root}/reports{part}?{year}{whole}").text
             for part in ("", "/region") for whole in ("", "&whole=1")]  # fmt: skip
    found: dict[str, bytes] = {}
    asked = {"Accept": "application/json"}
    for part in ("reports.pdf", "reports.xlsx", "reports/region.pdf", "reports/region.xlsx"):
        begun = bupati.get(f"{root}/{part}?{year}")
        work_id = re.findall(r"/work/([0-9a-f]{32})", bupati.get(f"{root}/work").text)[0]
        until(lambda at=f"{root}/work/{work_id}": bupati.client.get(at, headers=asked).json["state"] == "done")
        found[part] = bupati.get(f"{root}/work/{work_id}/file").data[:2]
        assert (begun.status_code, begun.location) == (302, f"{root}/work")

    assert [("data-large" in page, "data-table" in page) for page in pages] == [(True, False), (False, True)] * 2
    assert list(found.values()) == [b"%P", b"PK"] * 2


def test_a_page_whose_figures_take_seconds_stands_at_once_and_says_where_they_are(
    kasi: Browser, desks: Desks, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reports, "AT_SIGHT", 1)
    desks.to_step("validate")
    desks.take()

    page = kasi.get("/lumajang/counter/reports").text
    later = re.search(r'id="figures" data-later="([^"]+)"', page)

    assert later is not None
    assert "data-section" not in page
    assert 'data-section="summary"' in kasi.get(later[1].replace("&amp;", "&")).text
