"""The register on screen and as a file: everything of a row, no row left out, nothing that a spreadsheet would run."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from desks import signing_in
from openpyxl import load_workbook
from people import Browser, sign_in, until
from sqlalchemy import select, update
from test_register import accepted, do

from counter.register import files as register_files
from shared.domain.errors import NotAllowed
from shared.domain.files.procedure import FileAction
from shared.domain.reports.period import parse
from shared.engine.files import register
from shared.engine.setup.letters import LettersForm, SignerRow, change_letters
from shared.store import tables
from shared.store.files.files import with_sought
from shared.store.office import Store
from shared.web.app import create_app
from shared.web.documents.spreadsheet import plain
from shared.web.server.limits import limiter
from shared.web.settings import Settings

ROOT = "/lumajang/counter"


class Office:
    def __init__(self, store: Store, data: Path) -> None:
        self.desks = signing_in(store)
        settings = Settings(data=data)
        self.app = create_app(settings, store, clock=lambda: self.desks.now, async_mode="threading")
        limiter.reset()
        self.kasi = self.sign_in("kasi")

    def sign_in(self, who: str) -> Browser:
        return sign_in(self.app, who, office="lumajang")

    def get(self, path: str) -> Any:
        return self.kasi.get(f"{ROOT}{path}")

    def events(self, action: str) -> list[Any]:
        with self.desks.store.read() as connection:
            mine = select(tables.Event).where(tables.Event.action == action).order_by(tables.Event.id)
            return list(connection.execute(mine))


@pytest.fixture
def office(sqlite_store: Store, tmp_path: Path) -> Iterator[Office]:
    yield Office(sqlite_store, tmp_path)
    limiter.reset()


def test_an_amended_row_is_struck_through_on_its_pages(office: Office) -> None:
    case_id = accepted(office.desks)

    done = office.kasi.post(
        f"{ROOT}/register/{case_id}",
        column="applicant",
        becomes="Siti <i>",
        reason="Salah tulis",
        follow_redirects=True,
    )

    for page in (done, office.get("/register"), office.get("/register?text=1/2026")):
        assert "<s>Siti Contoh</s> Siti &lt;i&gt;" in page.text
        assert "23 Nov 2026, 08.00" in page.text
    assert "Salah tulis" in done.text
    assert office.kasi.post(f"{ROOT}/register/{case_id}", column="received", becomes="x", reason="y").status_code == 400
    loket = office.sign_in("loket1")
    assert loket.post(f"{ROOT}/register/{case_id}", column="applicant", becomes="x", reason="y").status_code == 403
    assert 'data-action="amend"' not in loket.get(f"{ROOT}/register/{case_id}").text


def test_who_looks_is_written_down_and_whose_row_when_it_was_found_by_a_nik(office: Office) -> None:
    case_id = accepted(office.desks)

    office.get("/register")
    office.get("/register?text=3508205708909992")
    office.get("/results")
    office.get("/register.csv")

    assert [event.detail["rows"] for event in office.events("register_seen")] == [1, 1]
    assert len(office.events("results_seen")) == 1
    assert office.events("register_exported")[0].detail == {"kind": "csv", "rows": 1, "period": None}
    assert "3508205708909992" not in str([event.detail for event in office.events("register_seen")])
    with office.desks.store.read() as connection:
        assert connection.execute(select(tables.DataView.case_id)).scalars().all() == [case_id]


def test_a_month_is_closed_on_its_page_and_a_later_change_is_marked_on_screen_and_in_files(office: Office) -> None:
    case_id = office.desks.to_step("validate")
    assert "belum berakhir" in office.get("/register/months").text
    office.desks.later(days=10)
    office.kasi = office.sign_in("kasi")

    closed = office.kasi.post(f"{ROOT}/register/months", month="2026-11", follow_redirects=True)
    month = "from_on=2026-11-01&until_on=2026-11-30"
    same = office.get(f"/register?{month}")
    office.desks.act("kasi", case_id, FileAction.ADVANCE, collected={"validation": {"is_valid": True}})
    do(office.desks, register.amend, case_id, "village", "Desa Lain", "Salah")
    changed = office.get(f"/register?{month}")
    written = csv_of(office.get(f"/register.csv?{month}").data)

    assert "1 baris" in closed.text
    assert 'data-closing="same"' in same.text
    assert "data-later" not in same.text
    assert 'data-closing="changed"' in changed.text
    assert "diubah sesudah tutup bulan" in changed.text
    assert "1/2026: diubah sesudah tutup bulan: Desa/kelurahan" in written[1][-1]
    assert "1/2026: dilengkapi sesudah tutup bulan: Validasi, kepala seksi" in written[1][-1]
    refused = office.kasi.post(f"{ROOT}/register/months", month="2026-12")
    assert (refused.status_code, "belum berakhir" in refused.text) == (409, True)


def csv_of(content: bytes) -> list[list[str]]:
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig")), delimiter=";"))


@pytest.mark.parametrize(
    "name",
    ["=1+1", "+62812", "-5", "@SUM(A1)", "\t=1", "  =1", "＝1", "'=1", "|cmd", "%0A", '"=1'],
)
def test_no_cell_begins_a_formula(name: str) -> None:
    assert plain(name).startswith("'")
    assert plain("Siti; Contoh\nKedua") == "Siti; Contoh Kedua"


def test_the_files_hold_what_the_screen_shows(office: Office) -> None:
    case_id = accepted(office.desks, name="=HYPERLINK(1)")
    accepted(office.desks, name='Jos\u00e9; "Kedua"')
    do(office.desks, register.amend, case_id, "receiver", "Budi", "Diwakili")
    do(office.desks, register.amend, case_id, "applicant", "Siti", "Salah")

    written = csv_of(office.get("/register.csv").data)
    book = load_workbook(io.BytesIO(office.get("/register.xlsx").data))
    pdf = office.get("/register.pdf")

    assert [row[0] for row in written] == ["Nomor register", "1/2026", "2/2026"]
    applicant, receiver = written[0].index("Nama pemohon"), written[0].index("Nama penerima")
    assert [row[applicant] for row in written[1:]] == ["Siti", 'Jos\u00e9; "Kedua"']
    assert "semula “=HYPERLINK(1)”, menjadi “Siti”" in written[1][-1]
    page = book.worksheets[0]
    head = next(n for n in range(1, 9) if page.cell(n, 1).value == "Nomor register")
    values = [[cell.value for cell in row] for row in page.iter_rows(min_row=head + 1, max_row=head + 2)]
    assert values[0][0] == "1/2026"
    assert str(values[0][applicant]) == "=HYPERLINK(1) Siti"
    assert page.cell(head + 1, applicant + 1).data_type == "s"
    assert str(values[0][receiver]) == "Budi"
    assert (values[0][1].year, values[0][1].hour) == (2026, 8)
    assert page.cell(head + 4, 2).value == f"=COUNTA(A{head + 1}:A{head + 2})"
    assert "semula" in str(book.worksheets[1].cell(1, 1).value)
    assert (pdf.status_code, pdf.content_type, pdf.data[:5]) == (200, "application/pdf", b"%PDF-")
    assert office.sign_in("loket1").get(f"{ROOT}/register.csv").status_code == 403
    assert office.get("/register.doc").status_code == 404


def test_the_sheet_carries_place_post_rank_and_nip(office: Office) -> None:
    from counter import paper_facts

    signers = [
        SignerRow(post="Camat Lumajang", name="Budi, S.Sos.", nip="19700101", rank="Pembina"),
        SignerRow(post="Kasi Pelayanan", name="Sri", on_behalf_of="Camat Lumajang"),
    ]
    form = LettersForm(signers=signers, approver="camat-lumajang", reporter="kasi-pelayanan-an")
    do(office.desks, change_letters, form, who="admin")

    config = office.desks.store.office_config(office.desks.id)
    found = paper_facts.signatures(config, parse("2026-11-30").first, "Admin")

    assert (found["place"], found["on"]) == ("Lumajang", "30 November 2026")
    assert found["approver"] == {
        "heading": ["Camat Lumajang"],
        "name": "Budi, S.Sos.",
        "below": ["Pembina", "NIP 19700101"],
    }
    assert found["reporter"] == {"heading": ["a.n. Camat Lumajang", "Kasi Pelayanan"], "name": "Sri", "below": []}


def test_the_list_of_uncollected_results_says_whose_they_are_and_when_steps_were_done(office: Office) -> None:
    case_id = office.desks.to_step("handover")
    office.desks.now += timedelta(days=2)
    office.kasi = office.sign_in("kasi")
    office.desks.serve_next("loket1")
    office.desks.collect("loket1", case_id, receiver={"kind": "self"})  # a touch; it still lies there since then

    page = office.get("/results").text

    for said in ("Siti Contoh", "081234567890", 'data-label="Hari">2</td>'):
        assert said in page
    titles = [step.title for step in office.desks.store.office_config(office.desks.id).service("oss").standard.steps]
    assert all(title in page for title in titles[1:8])
    shown = {
        query: "Siti Contoh" in office.get(f"/results?{query}").text
        for query in ("untold=1", "service=oss", "service=ktp-el", "page=2")
    }
    assert shown == {"untold=1": True, "service=oss": True, "service=ktp-el": False, "page=2": False}


def test_the_register_has_no_end_on_screen(office: Office) -> None:
    config = office.desks.store.office_config(office.desks.id)
    known = {"service_id": config.services[0].id, "standard_id": config.services[0].standard_id, "state": "open",
             "opened_at": office.desks.now, "since_at": office.desks.now, "registered_at": office.desks.now,
             "register_year": 2025}  # fmt: skip

    def fill(tx: Any) -> None:
        for n in range(1, 252):
            given = {"register_number": n, "token": f"t{n}", "applicant": {"name": "Siti"}}
            tx.insert(tables.FileRecord, **known, **with_sought(given))

    do(office.desks, fill)

    pages = [office.get(f"/register?page={n}").text for n in (1, 6)]

    assert [page.count("data-register=") for page in pages] == [50, 1]
    assert "201–250 dari 251" in office.get("/register?page=5&text=siti").text
    assert office.get("/register?page=0").status_code == 200
    assert office.get("/register?from_on=2026-12-01&until_on=2026-11-01").status_code == 400


def test_the_recap_holds_the_completed_files_of_all_services_each_once(office: Office) -> None:
    desks = office.desks
    oss = desks.to_step("recap")
    other = accepted(desks, "oss", "loket2")
    done = {"state": "completed", "step": None, "completed_at": desks.now}
    desks.store.write(update(tables.FileRecord).where(tables.FileRecord.id == other).values(**done))

    first = desks.recap("kasi", "009/REKAP/2026")
    page = office.get("/recap").text
    listed = office.get(f"/recap/{first['id']}").text
    pdf = office.get(f"/recap/{first['id']}.pdf").data

    assert first["files"] == 2
    assert 'value="010/REKAP/2026"' in page
    assert "data-to-recap>0<" in page
    assert all(f">{number}/2026</a>" in listed for number in (1, 2))
    assert pdf.startswith(b"%PDF-")
    assert [event.case_id for event in office.events("recap")] == [oss, other]
    with pytest.raises(NotAllowed, match="recap_empty"):
        desks.recap("kasi", "010/REKAP/2026")


def test_the_next_archive_number_is_proposed(office: Office) -> None:
    office.desks.to_step("recap")
    waiting = office.desks.to_step("archive")

    page = office.sign_in("sekretariat").get(f"{ROOT}/cases/{waiting}").text

    assert 'name="collected.archive.number" type="text" value="8"' in page


def test_a_large_register_is_made_as_long_work(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    accepted(office.desks)
    monkeypatch.setattr(register_files, "AT_ONCE", 0)

    begun = office.get("/register.csv")
    page = office.get("/work").text
    work_id = re.findall(r"/work/([0-9a-f]{32})", page)[0]
    asked = {"Accept": "application/json"}
    until(lambda: office.kasi.client.get(f"{ROOT}/work/{work_id}", headers=asked).json["state"] == "done", 30)

    assert (begun.status_code, begun.location) == (302, f"{ROOT}/work")
    assert csv_of(office.get(f"/work/{work_id}/file").data)[1][0] == "1/2026"
