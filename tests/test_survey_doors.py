"""The doors of the survey: the kiosk, the phone, the coin; what comes in is whole or nothing."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from people import People, csrf
from playwright.sync_api import BrowserContext, expect
from sqlalchemy import func, select
from test_survey_answers import counts, everybody, one, visit
from world import World

from shared.domain.numbering import survey_code
from shared.domain.surveys.survey import ELEMENTS
from shared.store.surveys.tables import SurveyAnswer, SurveyCoin
from shared.web.server.limits import limiter

NINE = {str(each): 3 for each in ELEMENTS}
JSON = {"Accept": "application/json"}


@pytest.fixture
def client(here: World, app: Flask) -> Iterator[FlaskClient]:
    limiter.reset()
    everybody(here)
    yield app.test_client()
    limiter.reset()


def send(client: FlaskClient, path: str, **said: Any) -> Any:
    answer = client.post(f"/uji/kiosk/{path}", json=said, headers=JSON)
    return answer.status_code, answer.json


def shown(ticket: Any) -> dict[str, str]:
    return {"number": f"{ticket.series}{ticket.number}", "code": survey_code(ticket.token)}


def test_the_kiosk_takes_a_questionnaire_once(here: World, client: FlaskClient) -> None:
    ticket = visit(here)

    asked = send(client, "survey/visit", **shown(ticket))
    first = send(client, "survey", id="a" * 20, answers=NINE, respondent={"sex": "female"}, **shown(ticket))
    again = send(client, "survey", id="a" * 20, answers=NINE, **shown(ticket))
    another = send(client, "survey", id="b" * 20, answers=NINE, **shown(ticket))

    assert asked == (200, {"is_drawn": True, "is_open": True})
    assert (first, again) == ((201, {"counts": True}), (201, {"counts": True}))
    assert (another[0], another[1]["error"]["code"]) == (409, "survey_answered")
    assert (counts(here).asked, counts(here).answered) == (1, 1)


@pytest.mark.parametrize(
    "said",
    [
        {"answers": {**NINE, "waktu": 5}},
        {"answers": {key: 3 for key in NINE if key != "waktu"}},
        {"answers": {**NINE, "lain": 3}},
        {"answers": NINE, "respondent": {"sex": "none"}},
        {"answers": NINE, "respondent": {"nik": "3508205708909992"}},
        {"answers": NINE, "id": "short"},
        {"answers": NINE, "number": "A-001", "code": "0000x"},
        {"answers": NINE, "token": "wrong"},
    ],
)
def test_what_is_not_right_is_refused_and_writes_nothing(
    here: World, client: FlaskClient, said: dict[str, Any]
) -> None:
    ticket = visit(here)
    who = {} if "number" in said or "token" in said else shown(ticket)

    status, answer = send(client, "survey", **{"id": "a" * 20, **who, **said})

    assert status in (400, 404), answer
    assert one(here.store, select(func.count()).select_from(SurveyAnswer)) == 0


def test_who_has_no_number_speaks_beside_the_index(here: World, client: FlaskClient) -> None:
    visit(here)

    assert send(client, "survey", id="a" * 20, answers=NINE) == (201, {"counts": False})
    assert (counts(here).answered, counts(here).own_wish) == (0, 1)


def test_a_refusal_at_the_kiosk_is_counted(here: World, client: FlaskClient) -> None:
    ticket = visit(here)

    assert send(client, "survey/refuse", **shown(ticket)) == (200, {"is_drawn": True, "is_open": False})
    assert (counts(here).refused, counts(here).asked) == (1, 1)


def test_a_coin_is_counted_apart_from_everything(here: World, client: FlaskClient) -> None:
    visit(here)

    assert send(client, "coin/1", face=4) == (201, {"counts": False})
    assert send(client, "coin/1", face=5)[0] == 400
    assert send(client, "coin/9", face=4)[0] == 404
    assert one(here.store, select(func.sum(SurveyCoin.times))) == 1
    assert counts(here).answered == 0
    assert "data-face" in client.get("/uji/kiosk/coin/1", headers={"Accept": "text/html"}).text


def test_a_phone_answers_without_scripts(here: World, client: FlaskClient) -> None:
    ticket = visit(here)
    client.environ_base["HTTP_ACCEPT"] = "text/html"
    home = client.get(f"/t/{ticket.token}")
    page = client.get(f"/t/{ticket.token}/survey")

    began = client.post(f"/t/{ticket.token}/survey/begin", data={"csrf_token": csrf(page)})
    form = client.get(f"/t/{ticket.token}/survey/questions")
    sheet_id = re.search(r'name="id" value="([^"]+)"', form.text)
    assert sheet_id
    nine = {f"answers-{each}": "4" for each in ELEMENTS}
    said = {"csrf_token": csrf(form), "id": sheet_id[1], "respondent-sex": "", "respondent-age": "30_39"}
    part = client.post(f"/t/{ticket.token}/survey/questions", data={**said, "answers-waktu": "4"})
    whole = client.post(f"/t/{ticket.token}/survey/questions", data={**said, **nine})

    assert f"/t/{ticket.token}/survey" in home.text
    assert (began.status_code, part.status_code, whole.status_code) == (303, 400, 303)
    assert "checked" in part.text
    assert (counts(here).asked, counts(here).answered) == (1, 1)
    assert "data-action" not in client.get(f"/t/{ticket.token}/survey").text


def test_a_phone_whose_visit_has_not_ended_has_no_survey(here: World, client: FlaskClient) -> None:
    taken = here.take()

    assert client.get(f"/t/{taken.token}/survey").status_code == 404
    assert client.get(f"/t/{taken.token}.json").json["survey"] == ""  # type: ignore[index]
    assert client.get("/t/" + "x" * 22 + "/survey").status_code == 404


def test_a_visitor_answers_at_the_kiosk_by_keys_and_whoever_walks_away_leaves_nothing(
    people: People, context: Callable[..., BrowserContext]
) -> None:
    taken = people.take()
    called = people.call_next(1)
    people.act(1, called["id"], "start")
    people.act(1, called["id"], "finish")
    page = context(viewport={"width": 1280, "height": 800}).new_page()
    page.clock.install()
    page.goto(f"{people.root}/kiosk")

    def walk_to(screen: str, *keys: str) -> None:
        for key in keys:
            page.keyboard.press(key)
            page.clock.run_for(500)
        expect(page.locator(f'[data-screen="survey"][data-of="{screen}"]')).to_be_visible()

    def go(screen: str, action: str) -> None:
        page.locator(f'[data-screen="survey"]:not([hidden]) [data-survey-action="{action}"]').press("Enter")
        page.clock.run_for(500)
        expect(page.locator(f'[data-screen="survey"][data-of="{screen}"]')).to_be_visible()

    page.locator('[data-action="survey"]').press("Enter")
    walk_to("number", taken["number"][0])
    walk_to("number", *taken["number"][2:])
    go("code", "next")
    walk_to("code", *survey_code(taken["token"]))
    go("invitation", "next")
    go(str(ELEMENTS[0]), "start")
    walk_to(str(ELEMENTS[1]), "4")
    page.locator('[data-action="back"]').press("Enter")
    expect(page.locator(f'[data-of="{ELEMENTS[0]}"] [data-survey-answer="4"]')).to_have_attribute(
        "aria-pressed", "true"
    )
    walk_to("about-sex", *"3" * 9)
    page.clock.run_for(81_000)  # nobody is there any more
    expect(page.locator('[data-screen="home"]')).to_be_visible()
    kept = page.evaluate("sessionStorage.getItem('loket-kiosk')")

    assert '"survey":null' in kept
