"""The page of the paper: who may see which slip, and what is left of an old one."""

from __future__ import annotations

from html import unescape
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from paper import qr_codes
from PIL import Image
from sqlalchemy import func, select, update
from world import World

from shared import web
from shared.domain.slips.print_job import JobState
from shared.domain.slips.slip import QR, Cut, Text, without_address
from shared.engine.paper import slips as paper
from shared.engine.people.device import issue_token
from shared.engine.queue.day import close_past_days
from shared.printing.status import Status
from shared.store.tables import DataView, Printer, PrintJob
from shared.words import catalogue

FAR = {"REMOTE_ADDR": "192.0.2.7"}


@pytest.fixture
def officer(app: Flask, here: World) -> FlaskClient:
    """A program of the officer, from another machine."""
    token = here.store.write_with(issue_token, here.id, "officer", "tes", here.now, here.officer(1))
    client = app.test_client()
    client.environ_base.update({**FAR, "HTTP_AUTHORIZATION": f"Bearer {token}"})
    return client


def printed(here: World, kind: str) -> int:
    lines = [Text("Siti Contoh"), Cut()]
    job = here.by_itself(paper.print_lines, kind, lines, printer="virtual")
    assert job is not None
    here.store.write(update(PrintJob).where(PrintJob.id == job).values(state=JobState.CONFIRMED.value))
    return job


def test_a_slip_with_personal_data_is_for_officers_alone(app: Flask, here: World, officer: FlaskClient) -> None:
    number, receipt = printed(here, "number"), printed(here, "receipt")
    console = app.test_client()

    assert console.get(f"/uji/paper/slips/{number}.png").mimetype == "image/png"
    assert console.get(f"/uji/paper/slips/{receipt}.png").status_code == 403
    assert console.get(f"/uji/paper/slips/{number}.png", environ_base=FAR).status_code == 401
    assert officer.get(f"/uji/paper/slips/{receipt}.png").mimetype == "image/png"


def test_the_code_of_a_complaints_slip_stands_on_paper_alone(here: World, officer: FlaskClient) -> None:
    found = {}
    for kind in ("number", "complaint"):
        lines = [Text("Siti"), QR("http://127.0.0.1/a/geheim"), Text("Kode K7M-4QX", part="code"), Cut()]
        job = here.by_itself(paper.print_lines, kind, lines, printer="virtual")
        picture = officer.get(f"/uji/paper/slips/{job}.png").data
        found[kind] = qr_codes(Image.open(BytesIO(picture)))

    assert found == {"number": ["http://127.0.0.1/a/geheim"], "complaint": []}
    assert without_address(lines) == [Text("Siti"), Cut()]


def test_of_an_old_slip_the_page_shows_that_it_was_and_no_button(here: World, officer: FlaskClient) -> None:
    old = printed(here, "receipt")
    here.later(days=31)
    here.by_itself(close_past_days)

    page = officer.get("/uji/paper").text

    assert f'data-slip="{old}" data-state="confirmed"' in page
    assert "Isi struk ini sudah dihapus setelah 30 hari." in page
    assert 'data-action="reprint"' not in page
    assert f"slips/{old}.png" not in page
    for answer in (officer.get(f"/uji/paper/slips/{old}.png"), again(officer, old)):
        assert answer.status_code == 409
        assert "30 hari" in answer.text
    with here.store.read() as connection:
        assert connection.execute(select(func.count()).select_from(DataView)).scalar_one() == 0


def again(officer: FlaskClient, job: int) -> Any:
    return officer.post(f"/uji/paper/slips/{job}/reprint", data={"reason": "hilang"})


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({"status": status}, f"printer_hint.{status}")
        for status in Status
        if status not in (Status.OK, Status.ADDRESS, Status.AMBIGUOUS)
    ]
    + [
        ({"status": "ok", "answers": "nothing"}, "printer_hint.nothing"),
        ({"status": "unknown", "answers": "not_learned"}, "printer_hint.not_learned"),
        ({"status": "ok", "kind": "cups", "address": "kios"}, "printer_hint.queue"),
        ({"status": "ambiguous"}, "printer_hint.ambiguous"),
        ({"status": "offline", "kind": "cups", "address": "kios"}, "printer_hint.queue_stopped"),
        ({"status": "offline", "kind": "star", "address": ""}, "printer_hint.fetching"),
        ({"status": "offline", "kind": "epson", "address": ""}, "printer_hint.fetching"),
    ],
)
def test_the_page_says_what_to_do_about_a_printer(
    here: World, officer: FlaskClient, columns: dict[str, str], words: str
) -> None:
    here.store.write(
        update(Printer).values(**{"kind": "network", "answers": "in_order", "address": "10.0.0.9"} | columns)
    )

    page = unescape(officer.get("/uji/paper").text)

    said = catalogue(Path(web.__file__).parent, "id")[words]
    assert said
    assert f"<p data-advice>{said}</p>" in page


def test_the_page_says_what_is_wrong_with_an_address_as_the_setup_does(here: World, officer: FlaskClient) -> None:
    here.store.write(update(Printer).values(kind="network", address="10.0.0.9:22", status="address"))

    assert "Port 22 bukan port printer." in officer.get("/uji/paper").text


def test_what_a_printer_said_stands_at_its_slip(here: World, officer: FlaskClient) -> None:
    job = printed(here, "number")
    here.store.write(update(PrintJob).where(PrintJob.id == job).values(state="queued", fault="says:not activated"))
    assert "Printer berkata: not activated" in officer.get("/uji/paper").text

    here.store.write(update(PrintJob).where(PrintJob.id == job).values(state="confirmed", fault=None, witness="queue"))
    assert "diserahkan ke CUPS" in officer.get("/uji/paper").text
