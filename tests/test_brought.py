"""What was answered and ticked at the kiosk travels with the ticket: to the slip, the phone and the desk, one day."""

from __future__ import annotations

import itertools
import re
from pathlib import Path
from typing import Any

import pytest
from desks import Desks
from flask import Flask
from people import sign_in
from werkzeug.test import TestResponse

from shared.domain.actor import Actor
from shared.domain.errors import Invalid
from shared.domain.queue.ticket import Action, Brought, brought
from shared.engine.queue import officer
from shared.engine.queue.day import close_past_days
from shared.standards import shipped
from shared.web.app import create_app
from shared.web.settings import Settings

MARRIAGE = next(each for each in shipped()[0].services if each.slug == "dispensasi-nikah")
CERTIFICATE, STATEMENT = "cerai", "belum-menikah"
_nonces = itertools.count(1)


@pytest.fixture
def app(desks: Desks, tmp_path: Path) -> Flask:
    return create_app(Settings(data=tmp_path), desks.store, lambda: desks.now, async_mode="threading")


def checklist(app: Flask, counter: int, ticket: int) -> str:
    browser = sign_in(app, f"loket{counter}", office="lumajang")
    return browser.get(f"/lumajang/counter/{counter}/tickets/{ticket}/file").text


def take(app: Flask, **said: Any) -> TestResponse:
    """Over HTTP, as the page of the kiosk asks."""
    client = app.test_client()
    token = re.search(r'"csrf": "([^"]+)"', client.get("/lumajang/kiosk").text)
    body = {"service": "dispensasi-nikah", "nonce": f"brought-{next(_nonces):06d}", **said}
    headers = {"Accept": "application/json", "X-CSRFToken": token[1] if token else ""}
    return client.post("/lumajang/kiosk/tickets", json=body, headers=headers)


def test_answers_that_do_not_concern_the_case_and_ticks_of_other_cases_are_left_out() -> None:
    said = brought(MARRIAGE, {"status": "cerai"}, ["ktp", STATEMENT])

    assert said == Brought({"status": "cerai"}, frozenset({"ktp"}))
    assert CERTIFICATE in [each.key for each in said.needed(MARRIAGE)]


@pytest.mark.parametrize(
    ("answers", "ready", "field"),
    [({"warna": "biru"}, [], "answers"), ({"status": "janda"}, [], "answers"), ({}, ["paspor"], "ready")],
)
def test_what_the_service_does_not_know_is_refused(answers: dict[str, str], ready: list[str], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        brought(MARRIAGE, answers, ready)

    assert refused.value.facts["fields"] == [field]


def test_the_slip_says_what_this_case_still_needs_and_the_phone_all_of_it(app: Flask, desks: Desks) -> None:
    taken = take(app, answers={"status": "cerai"}, ready=["ktp"])

    assert taken.status_code == 201
    items = {line["text"] for line in desks.jobs()[-1].lines if line["kind"] == "item"}
    texts = {each.key: each.text for each in MARRIAGE.requirements}
    assert items == {texts[key] for key in ("pengantar", "kk", "n1-n2", "cerai")}
    page = app.test_client().get(f"/t/{taken.json['token']}").text
    assert texts[CERTIFICATE] in page
    assert texts[STATEMENT] not in page


def test_slip_after_slip_says_what_its_own_visitor_needs_in_their_language(app: Flask, desks: Desks) -> None:
    said: list[dict[str, Any]] = [
        {},
        {"answers": {"status": "cerai"}},
        {"answers": {"status": "cerai"}, "ready": ["ktp"]},
        {"answers": {"status": "cerai"}},
        {"language": "en"},
        {},
    ]
    for each in said:
        take(app, **each)

    items = [[line["text"] for line in job.lines if line["kind"] == "item"] for job in desks.jobs()]
    titles = [next(line["text"] for line in job.lines if line.get("part") == "label") for job in desks.jobs()]
    assert items[0] == items[5] != items[1] == items[3]
    assert len(items[2]) == len(items[1]) - 1
    assert titles == [*["Nomor antrean Anda"] * 4, "Your queue number", "Nomor antrean Anda"]


def test_a_wrong_answer_takes_no_number(app: Flask, desks: Desks) -> None:
    refused = take(app, answers={"status": "janda"})

    assert refused.status_code == 400
    assert desks.jobs() == []


def test_the_desk_finds_answers_and_ticks_there_and_the_file_keeps_the_answers(app: Flask, desks: Desks) -> None:
    taken = take(app, answers={"status": "cerai"}, ready=["ktp", CERTIFICATE])
    desks.serve_next("loket1")

    page = checklist(app, 1, taken.json["id"])

    assert 'name="answers.status" value="cerai"' in page
    assert 'name="collected.documents.ktp" value="true" checked' in page
    assert 'name="collected.documents.kk" value="true">' in page
    documents = desks.documents("dispensasi-nikah", status="cerai")
    file = desks.receive("loket1", taken.json["id"], collected={"documents": documents})
    assert desks.file(file["id"]).answers == {"status": "cerai"}


def test_a_question_answered_at_the_desk_keeps_all_that_was_typed(app: Flask, desks: Desks) -> None:
    taken = take(app)
    desks.serve_next("loket1")
    browser = sign_in(app, "loket1", office="lumajang")
    typed = {"name": "Siti Contoh", "nik": "3508205708909992", "phone": "081234567890"}
    said = {f"applicant.{key}": words for key, words in typed.items()}

    page = browser.post(f"/lumajang/counter/1/tickets/{taken.json['id']}/file", _answer="status=cerai", **said)

    assert 'name="answers.status" value="cerai"' in page.text
    for key, words in said.items():
        assert re.search(rf'<input[^>]*name="{re.escape(key)}"[^>]*value="{words}"', page.text), key


def test_a_ticket_that_went_to_another_service_takes_nothing_along(app: Flask, desks: Desks) -> None:
    taken = take(app, answers={"status": "cerai"}, ready=["ktp"])
    desks.serve_next("loket1")

    elsewhere = officer.Onward(None, "legalisasi")
    desks.store.change(
        desks.id, desks.actor("loket1"), officer.act, taken.json["id"], Action.TRANSFER, onward=elsewhere
    )
    desks.serve_next("loket2")

    assert " checked" not in checklist(app, 2, taken.json["id"])


def test_what_was_said_at_the_kiosk_is_gone_in_the_morning(app: Flask, desks: Desks) -> None:
    taken = take(app, answers={"status": "cerai"}, ready=["ktp"])
    desks.store.change(desks.id, Actor.system(desks.now), close_past_days)
    assert desks.ticket(taken.json["id"]).brought["answers"] == {"status": "cerai"}

    desks.later(days=1)
    desks.store.change(desks.id, Actor.system(desks.now), close_past_days)

    assert desks.ticket(taken.json["id"]).brought is None
