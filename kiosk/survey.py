"""The survey at the kiosk: who shows a visit, what they answer; and the four faces of a counter, which are apart."""

from __future__ import annotations

from flask import Blueprint, current_app, jsonify, render_template
from flask.typing import ResponseReturnValue

from kiosk.words import BothLanguages, picture
from shared.domain.errors import Unknown
from shared.domain.numbering import office_day
from shared.domain.surveys.survey import AnswerChannel
from shared.engine.surveys import answer as survey_answer
from shared.engine.surveys import desk as survey_desk
from shared.engine.surveys.answer import Holder, Invited
from shared.web.access.auth import devices_only, now, store
from shared.web.forms import read
from shared.web.openapi import described
from shared.web.screen import office_config
from shared.web.server.limits import limiter
from shared.web.survey import (
    FACES,
    CoinDropped,
    KioskQuestionnaire,
    SurveyTaken,
    SurveyVisit,
    VisitShown,
    questions,
    respondent_questions,
)
from shared.words import LANGUAGES

blueprint = Blueprint("kiosk_survey", __name__)


def screens() -> dict[str, object]:
    """What the kiosk's page needs for its screens of the survey, in both languages."""
    office = office_config()
    return {
        "is_on": office.settings.survey.is_on,
        "faces": FACES,
        "series": sorted({service.series for service in office.services}),
        "questions": list(zip(*(questions(office, each) for each in LANGUAGES), strict=True)),
        "respondent": list(zip(*(respondent_questions(each) for each in LANGUAGES), strict=True)),
    }


@blueprint.post("/survey/visit")
@devices_only("kiosk")
@limiter.limit("30/minute")
@described(SurveyVisit, takes=VisitShown)
def visit() -> ResponseReturnValue:
    """Whether the visit was drawn; who asks counts as asked."""
    found = _visit(read(VisitShown))
    return jsonify(is_drawn=found.is_drawn, is_open=found.is_open)


@blueprint.post("/survey/refuse")
@devices_only("kiosk")
@limiter.limit("30/minute")
@described(SurveyVisit, takes=VisitShown)
def refuse() -> ResponseReturnValue:
    """Whoever was drawn does not want to answer."""
    found = _visit(read(VisitShown))
    store().write_with(survey_answer.refuse, office_config(), found, now())
    return jsonify(is_drawn=found.is_drawn, is_open=False)


@blueprint.post("/survey")
@devices_only("kiosk")
@limiter.limit("30/minute")
@described(SurveyTaken, takes=KioskQuestionnaire, status=201)
def answer() -> ResponseReturnValue:
    """A whole questionnaire; nothing was written before it."""
    said = read(KioskQuestionnaire)
    sheet = said.sheet(AnswerChannel.KIOSK)
    if not said.token and not said.number:
        store().write_with(survey_answer.speak, office_config(), sheet, now())
        return jsonify(counts=False), 201
    found = _visit(said)
    store().write_with(survey_answer.answer, office_config(), found, sheet, now())
    return jsonify(counts=found.is_drawn), 201


def _visit(shown: VisitShown) -> Invited:
    """Raises `Unknown("survey_code")` for whatever does not fit, and does not say what."""
    holder = Holder(shown.token, shown.number, shown.code)
    found = store().write_with(survey_answer.ask, office_config(), holder, now())
    if found is None:
        raise Unknown("survey_code")
    return found


# --- the coin ---


@blueprint.get("/coin/<int:counter_number>")
@devices_only("kiosk")
def coin(counter_number: int) -> str:
    """Four faces for a small screen at a counter."""
    return render_template(
        "kiosk/coin.html",
        office=office_config(),
        counter=office_config().counter(counter_number),
        faces=FACES,
        words=BothLanguages(current_app.extensions["loket_words"]),
        picture=picture,
    )


@blueprint.post("/coin/<int:counter_number>")
@devices_only("kiosk")
@limiter.limit("60/minute")
@described(SurveyTaken, takes=CoinDropped, status=201)
def drop_coin(counter_number: int) -> ResponseReturnValue:
    """One touch: a mood, counted by counter and day, never in the index."""
    counter, day = office_config().counter(counter_number), office_day(now(), office_config().zone)
    store().write_with(survey_desk.drop_coin, counter.id, day, read(CoinDropped).face)
    return jsonify(counts=False), 201
