"""The folder of evidence: every part as page and table, an index that is true, and nobody in it."""

from __future__ import annotations

import csv
import hashlib
import io
import zipfile
from pathlib import Path

import pytest
from desks import APPLICANT, NIB, Desks
from flask import Flask
from people import sign_in, until
from sqlalchemy import insert, update

from shared.domain.complaint import ComplaintKind, Entrance, PersonKept, Said
from shared.engine import complaint
from shared.engine.reports.evidence import PARTS
from shared.store.tables import DayCheck, Office, Outage
from shared.web.app import create_app
from shared.web.server.limits import limiter
from shared.web.settings import Settings


@pytest.fixture
def app(desks: Desks, tmp_path: Path) -> Flask:
    whole = create_app(Settings(data=tmp_path), desks.store, clock=lambda: desks.now, async_mode="threading")
    limiter.reset()
    return whole


def used(desks: Desks) -> None:
    """A day of the office: visitors, a file, a complaint, a check, a disturbance."""
    desks.to_step("archive")
    desks.take("sktm", is_priority=True)
    said = Said(ComplaintKind.COMPLAINT, Entrance.BOX, "Antre lama", PersonKept.NAMED, "Siti Pengadu", "0812-5555")
    given = {"nonce": "n" * 10, "answer_url": "/a/"}
    desks.store.change(desks.id, desks.actor("loket1"), complaint.receive, said, **given)
    check = {"office_id": desks.id, "on_day": desks.now.date(), "kind": "opening", "officer_id": desks.officers["kasi"]}
    ticked = {"items": {"lights": True, "paper": False}, "note": "Kertas dipinjam Budi", "signed_at": desks.now}
    desks.store.write(insert(DayCheck), {**check, **ticked})
    disturbed = {"office_id": desks.id, "system": "oss", "from_at": desks.now, "officer_id": desks.officers["operator"]}
    desks.store.write(insert(Outage), {**disturbed, "until_at": desks.later(minutes=25)})
    profile = {"pledge": "=HYPERLINK(1)\nKami sanggup melayani."}
    desks.store.write(update(Office).where(Office.id == desks.id).values(profile=profile))
    desks.store.write(update(Office).values(setup_version=Office.setup_version + 1))


def folder(app: Flask) -> dict[str, bytes]:
    kasi = sign_in(app, "kasi", office="lumajang")
    assert kasi.post("/lumajang/counter/evidence", year="2026").status_code == 302
    page = until(lambda: "fetch_work" in (text := kasi.get("/lumajang/counter/work").text) and text)
    address = page.split('data-action="fetch_work" href="')[1].split('"')[0]
    archive = zipfile.ZipFile(io.BytesIO(kasi.get(address).data))
    return {name: archive.read(name) for name in archive.namelist()}


def table(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig")), delimiter=";"))


def test_the_folder_holds_every_part_with_a_true_index_and_nobody(app: Flask, desks: Desks) -> None:
    used(desks)

    found = folder(app)

    assert len(found) == 2 * len(PARTS) + 3  # the index twice, and the style
    index = table(found["index.csv"])[1:]
    assert {row[0] for row in index} == set(found) - {"index.csv", "index.html", "style.css"}
    assert [row[0] for row in index if hashlib.sha256(found[row[0]]).hexdigest() != row[4]] == []
    assert all(row[0] in found["index.html"].decode() for row in index)
    text = b"\n".join(found.values()).decode()
    people = [
        *(APPLICANT[key] for key in ("name", "nik", "phone", "email", "business")),
        NIB,
        "Siti Pengadu",
        "0812-5555",
    ]
    assert [each for each in (*people, "Budi", "Antre lama") if each in text] == []
    assert "evidence." not in text, "a word is missing"
    checks = table(found[next(name for name in found if name.endswith("day-checks.csv"))])
    assert checks[1][3:] == ["1/2", "ya"]
    outage = table(found[next(name for name in found if name.endswith("outages.csv"))])
    assert (outage[1][0], outage[1][3]) == ("OSS", "25")
    months = table(found[next(name for name in found if name.endswith("complaints.csv"))])
    assert months[11][:2] == ["2026-11", "1"]
    priority = table(found[next(name for name in found if name.endswith("priority.csv"))])
    assert priority[11][2] == "1"
    pledge = table(found[next(name for name in found if name.endswith("pledge.csv"))])
    assert pledge[1] == ["'=HYPERLINK(1)"]
    components = table(found[next(name for name in found if name.endswith("components.csv"))])
    assert "jaminan pelayanan" in components[1][-1]


def test_an_office_that_has_recorded_nothing_gets_a_folder_too(app: Flask) -> None:
    found = folder(app)

    assert "Tidak ada catatan pada tahun ini." in found[next(n for n in found if n.endswith("outages.html"))].decode()


def test_a_year_that_is_none_is_refused(app: Flask) -> None:
    kasi = sign_in(app, "kasi", office="lumajang")

    for year in ("", "x", "99999", "1999"):
        assert kasi.post("/lumajang/counter/evidence", year=year).status_code == 400, year
    assert sign_in(app, "loket1", office="lumajang").post("/lumajang/counter/evidence", year="2026").status_code == 403
