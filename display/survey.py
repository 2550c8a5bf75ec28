"""The survey on a phone, behind the token of a visit that has ended: what it is, nine questions, thanks."""

from __future__ import annotations

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from shared.domain.errors import Invalid, Unknown
from shared.domain.office import OfficeConfig
from shared.domain.surveys.survey import AnswerChannel
from shared.engine.surveys import answer as survey_answer
from shared.engine.surveys.answer import Holder, Invited
from shared.store import reads
from shared.web.access.auth import now, store
from shared.web.forms import read, sent
from shared.web.i18n import language
from shared.web.openapi import described
from shared.web.screen import sentence
from shared.web.server.limits import limiter
from shared.web.survey import FACES, Questionnaire, new_sheet_id, questions, respondent_questions

blueprint = Blueprint("survey", __name__)


@blueprint.get("/<token>/survey")
def invitation(token: str) -> str:
    """What the survey is about, and whether this visit was drawn for it."""
    office, visit = _visit(token)
    return _page("invitation", office, visit, token)


@blueprint.post("/<token>/survey/begin")
@limiter.limit("60/minute")
def begin(token: str) -> ResponseReturnValue:
    """The visitor wants to answer: counted as asked."""
    office, _ = _visit(token)
    store().write_with(survey_answer.ask, office, Holder(token), now())
    return redirect(url_for("survey.form", token=token, lang=language()), 303)


@blueprint.post("/<token>/survey/refuse")
@limiter.limit("60/minute")
def refuse(token: str) -> ResponseReturnValue:
    """The visitor was drawn and does not want to answer."""
    office, visit = _visit(token)
    store().write_with(survey_answer.refuse, office, visit, now())
    return redirect(url_for("survey.thanks", token=token, lang=language()), 303)


@blueprint.get("/<token>/survey/questions")
def form(token: str) -> str:
    office, visit = _visit(token)
    return _page("questions" if visit.is_open else "invitation", office, visit, token)


@blueprint.post("/<token>/survey/questions")
@limiter.limit("60/minute")
@described(takes=Questionnaire)
def answer(token: str) -> ResponseReturnValue:
    """The questionnaire of a visit; nothing of it leads back to the visit."""
    office, visit = _visit(token)
    try:
        sheet = read(Questionnaire).sheet(AnswerChannel.PHONE)
        store().write_with(survey_answer.answer, office, visit, sheet, now())
    except Invalid as error:
        return _page("questions", office, visit, token, sentence(error)), 400
    return redirect(url_for("survey.thanks", token=token, lang=language()), 303)


@blueprint.get("/<token>/survey/thanks")
def thanks(token: str) -> str:
    office, visit = _visit(token)
    return _page("thanks", office, visit, token)


def _visit(token: str) -> tuple[OfficeConfig, Invited]:
    """The visit behind the token, and its office; raises `Unknown("ticket")`, also while it has not ended."""
    with store().read() as connection:
        office_id = reads.office_of_token(connection, token)
        if office_id is None:
            raise Unknown("ticket")
        office = store().office_configs.read(connection, office_id)
        visit = survey_answer.look(connection, office, Holder(token), now())
    if visit is None:
        raise Unknown("ticket")
    if "lang" not in request.args:
        g.language = visit.language
    return office, visit


def _page(part: str, office: OfficeConfig, visit: Invited, token: str, message: str | None = None) -> str:
    return render_template(
        "display/survey.html",
        office=office,
        part=part,
        visit=visit,
        token=token,
        message=message,
        sheet_id=sent().get("id") or new_sheet_id(),
        typed=sent(),
        faces=FACES,
        questions=questions(office, language()) if part == "questions" else [],
        respondent=respondent_questions(language()) if part == "questions" else [],
        languages={
            code: url_for("survey.form" if part == "questions" else "survey.invitation", token=token, lang=code)
            for code in ("id", "en")
        },
    )
