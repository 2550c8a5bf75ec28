"""The officers' pages, papers and public page of the survey, from a period that was answered and closed."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import docx
import pytest
from desks import signing_in
from flask import Flask
from flask.testing import FlaskClient
from people import csrf, sign_in
from test_survey_answers import answer, counts, everybody, period, sheet, visit
from world import World

from shared.domain.files.procedure import FileAction
from shared.domain.surveys.settings import SurveySettings
from shared.domain.surveys.survey import ELEMENTS
from shared.engine.surveys import desk as survey_desk
from shared.engine.surveys import survey
from shared.engine.surveys.desk import PlannedAction
from shared.store.office import Store
from shared.web.app import create_app
from shared.web.server.limits import limiter
from shared.web.settings import Settings

TEN = [(4, 4, 3, 4, 4, 4, 4, 3, 3), (3,) * 9, (4, 3, 3, 4, 3, 4, 4, 3, 2), (2, 3, 2, 4, 3, 3, 3, 3, 2), (4,) * 9]


@pytest.fixture
def admin(here: World, app: Flask) -> Iterator[FlaskClient]:
    limiter.reset()
    everybody(here)
    yield sign_in(app, "admin").client
    limiter.reset()


def post(client: FlaskClient, path: str, **form: Any) -> Any:
    token = csrf(client.get("/uji/counter/password", headers={"Accept": "text/html"}))
    data = {"csrf_token": token, **form}
    return client.post(f"/uji/counter/{path}", data=data, headers={"Accept": "text/html"})


def get(client: FlaskClient, path: str) -> Any:
    return client.get(f"/uji/{path}", headers={"Accept": "text/html"})


def words_of(file: bytes) -> tuple[str, set[str]]:
    """The paragraphs of a DOCX, and what stands in the cells of its tables."""
    paper = docx.Document(io.BytesIO(file))
    cells = {cell.text for table in paper.tables for row in table.rows for cell in row.cells}
    return "\n".join(each.text for each in paper.paragraphs), cells


def filled(here: World) -> None:
    for row in TEN:
        answer(here, visit(here), sheet(*row, sex="female", age="30_39"))


def test_papers_are_handed_out_and_typed_in_on_the_pages(here: World, admin: FlaskClient) -> None:
    visit(here)
    first = get(admin, "counter/survey").text
    nine = {f"answers-{each}": "3" for each in ELEMENTS}
    paper = {"id": "p" * 20, "period": "2026-S2", "service": "layanan-1", "counts": "true", **nine}

    early = post(admin, "survey/paper", **paper)
    out = post(admin, "survey/paper-out", number="A-001")
    part = post(admin, "survey/paper", **{**paper, "answers-waktu": ""})
    whole = post(admin, "survey/paper", **paper, **{"respondent-sex": "male"})
    refused = post(admin, "survey/refused", number="A-001")

    assert 'data-drawn="A-001"' in first
    assert (early.status_code, out.status_code, part.status_code, whole.status_code) == (409, 302, 400, 302)
    assert refused.status_code == 409
    assert 'data-drawn="A-001"' not in get(admin, "counter/survey").text
    assert (counts(here).answered, counts(here).papers) == (1, 1)
    assert {"survey_paper_out", "survey_paper_in"} <= {event.action for event in here.events()}
    assert get(admin, "counter/survey/paper").status_code == 200
    assert get(admin, "counter/survey/questionnaire.pdf").data.startswith(b"%PDF")


def test_a_period_is_closed_planned_for_and_reported(here: World, app: Flask, admin: FlaskClient) -> None:
    filled(here)
    running = get(admin, "counter/survey/2026-S2")
    here.later(days=50)
    here.by_itself(survey.close_due)
    admin = sign_in(app, "admin").client
    plan = {"element": "waktu", "what": "Loket tambahan", "who": "Kasi", "due_on": "2027-02-01"}

    made = post(admin, "survey/2026-S2/actions", **plan)
    wrong = post(admin, "survey/2026-S2/actions", **{**plan, "element": "lain"})
    texts = post(admin, "survey/2026-S2/texts", background="Latar kami.", conclusion="Kami\x0blanjutkan\x08.")
    page = get(admin, "counter/survey/2026-S2").text
    pdf = get(admin, "counter/survey/2026-S2/report.pdf")
    word = get(admin, "counter/survey/2026-S2/report.docx")

    assert "data-index" not in running.text
    assert (made.status_code, wrong.status_code, texts.status_code) == (302, 400, 302)
    assert "83,89" in page
    assert "data-too-small" not in page
    assert pdf.data.startswith(b"%PDF")
    said, cells = words_of(word.data)
    for chapter in ("Bab I ", "Bab II ", "Bab III ", "Bab IV ", "Bab V ", "Lampiran 1", "Lampiran 4", "Latar kami."):
        assert chapter in said
    assert {"Loket tambahan", "83,89", "Kasi"} <= cells
    assert "83,89" in said
    assert get(admin, "counter/survey/2027-S1").status_code == 404


def test_the_plan_of_the_period_before_is_followed_up(here: World, app: Flask) -> None:
    everybody(here)
    filled(here)
    wanted = PlannedAction("waktu", "Loket tambahan", "Kasi", date(2027, 2, 1), is_done=True, outcome="Sejak Januari")
    here.do(survey_desk.write_action, "2026-S2", None, wanted)
    here.later(days=60)
    visit(here)

    word = get(sign_in(app, "admin").client, "counter/survey/2027-S1/report.docx")

    _, cells = words_of(word.data)
    assert "Selesai. Sejak Januari" in cells


def test_a_result_is_public_from_its_day_on(here: World, app: Flask) -> None:
    everybody(here)
    filled(here)
    here.later(days=50)
    here.by_itself(survey.close_due)
    client = app.test_client()
    early = get(client, "survey")
    none = get(client, "survey/poster.pdf")
    here.later(days=20)

    page = get(client, "survey")
    facts = client.get("/uji/survey", headers={"Accept": "application/json"}).json
    posters = [get(client, f"survey/poster.pdf?size={size}") for size in ("a4", "a3")]

    assert facts is not None
    assert ("83,89" in early.text, none.status_code) == (False, 404)
    assert "83,89" in page.text
    assert [(each["index"], each["n"], each["is_enough"]) for each in facts["periods"]] == [("83.89", 5, True)]
    assert all(each.data.startswith(b"%PDF") for each in posters)
    slides = client.get("/uji/display/media.json", headers={"Accept": "application/json"}).json
    assert slides is not None
    assert [each for each in slides["slides"] if "83,89" in " ".join(each["lines"])]


def test_the_office_sets_periods_rates_and_words(here: World, admin: FlaskClient) -> None:  # setup.survey
    form = {"is_on": "true", "kind": "quarter", "method": "rate", "rate_percent": "30", "response_percent": "50",
            "collect_days": "-20", "publish_days": "5", "words-id-waktu-question": "Cepatkah kami?"}  # fmt: skip

    shown = get(admin, "counter/setup/survey")
    saved = post(admin, "setup/survey", **form)
    wrong = post(admin, "setup/survey", **{**form, "rate_percent": "200"})

    settings = here.store.office_config(here.id).settings.survey
    assert (shown.status_code, saved.status_code, wrong.status_code) == (200, 303, 400)
    assert (settings.kind, settings.rate_percent, settings.collect_days) == ("quarter", 30, -20)
    assert settings.wording == {"id.waktu.question": "Cepatkah kami?"}
    assert any(event.action == "setup.survey" for event in here.events())


def test_a_period_that_nobody_answered_has_a_report(here: World, tmp_path: Path) -> None:
    """A closed period of which nobody answered says so."""
    everybody(here)
    visit(here)
    here.later(days=50)
    here.by_itself(survey.close_due)
    app = create_app(Settings(data=tmp_path), here.store, lambda: here.now, async_mode="threading")
    client = sign_in(app, "admin").client

    assert get(client, "counter/survey/2026-S2/report.pdf").data.startswith(b"%PDF")
    assert period(here).result is not None


def test_a_drawn_visitor_is_asked_from_the_file_that_was_just_handed_over(sqlite_store: Store, tmp_path: Path) -> None:
    desks = signing_in(sqlite_store)
    everyone = SurveySettings(method="rate", rate_percent=100)
    desks.store.change(desks.id, desks.actor("admin"), survey.change_survey, everyone)
    case = desks.to_step("handover")
    desks.come_back(desks.file(case).token)
    called = desks.serve_next("loket1")
    desks.act("loket1", case, FileAction.HAND_OVER, collected={"receiver": {"kind": "self"}})
    assert called is not None
    if desks.ticket(called["id"]).state != "done":
        desks.ticket_act("loket1", called["id"], "finish")
    app = create_app(Settings(data=tmp_path), desks.store, clock=lambda: desks.now, async_mode="threading")
    loket = sign_in(app, "loket1", office="lumajang")
    page = loket.get(f"/lumajang/counter/cases/{case}").text

    answer = loket.post("/lumajang/counter/survey/refused", number=re.findall('data-drawn="([^"]+)"', page)[0])

    assert "Terpilih untuk survei kepuasan" in page
    assert answer.status_code == 302
    assert "data-drawn" not in loket.get(f"/lumajang/counter/cases/{case}").text
