"""The results of the survey that are public: a page, JSON, and a poster to hang up."""

from __future__ import annotations

from pathlib import Path

from flask import Blueprint, Response, g, jsonify, render_template, request
from flask.typing import ResponseReturnValue

from shared.domain.errors import Unknown
from shared.domain.numbering import office_day
from shared.engine.surveys import result as survey_result
from shared.engine.surveys.result import SurveyResult
from shared.web.access.auth import now, store, wants_page
from shared.web.brand import colour_of
from shared.web.documents import sheet
from shared.web.i18n import language
from shared.web.openapi import described
from shared.web.screen import office_config
from shared.web.server.limits import limiter
from shared.web.survey import PublishedElement, PublishedResult, PublishedResults, PublishedService, decimal
from shared.words import Words, words

blueprint = Blueprint("survey_published", __name__)

POSTER = Path(__file__).parents[1] / "templates/survey_poster.typ"
SIZES = ("a4", "a3")


@blueprint.get("/<office>/survey")
@described(PublishedResults)
def page() -> ResponseReturnValue:
    """Every period whose day of publication has come, the newest first."""
    results = _published(words(language()))
    if not wants_page():
        return jsonify(PublishedResults(periods=[_facts(each) for each in results]).model_dump(mode="json"))
    return render_template("survey_results.html", office=office_config(), results=results)


@blueprint.get("/<office>/survey/poster.pdf")
@limiter.limit("20/minute")
def poster() -> Response:
    """The newest public result on one sheet, A4 or A3, in Indonesian."""
    results = _published(words())
    if not results:
        raise Unknown("page")
    newest, office = results[0], office_config()
    size = request.args.get("size", "a4")
    facts = {
        "paper": size if size in SIZES else "a4",
        "letterhead": office.profile.get("letterhead", []),
        "office": office.name,
        "colour": colour_of(office),
        "title": words()("survey.title"),
        "period": newest.name,
        "index": decimal(newest.index),
        "grade": newest.grade,
        "word": newest.grade_word,
        "n": newest.n,
        "sample": newest.sample,
        "is_enough": newest.is_enough,
        "elements": [
            {"name": each.name, "index": decimal(each.index), "grade": each.grade, "share": float(each.index)}
            for each in newest.elements
        ],
        "thanks": words()("survey.thanks_poster"),
    }
    answer = Response(sheet.pdf(POSTER, facts), content_type="application/pdf")
    answer.headers.set("Content-Disposition", "inline", filename=f"ikm-{g.office}-{newest.key}.pdf")
    return answer


def _published(say: Words) -> list[SurveyResult]:
    office = office_config()
    with store().read() as connection:
        return survey_result.published(connection, office, office_day(now(), office.zone), say)


def _facts(found: SurveyResult) -> PublishedResult:
    return PublishedResult(
        period=found.key,
        name=found.name,
        first_on=found.first_on,
        last_on=found.last_on,
        n=found.n,
        sample=found.sample,
        is_enough=found.is_enough,
        visits=found.visits,
        index=None if found.index is None else str(found.index),
        grade=found.grade,
        elements=[
            PublishedElement(element=each.element, name=each.name, mean=str(each.mean), index=str(each.index))
            for each in found.elements
        ],
        services=[
            PublishedService(name=each.name, n=each.n, index=None if each.index is None else str(each.index))
            for each in found.services
        ],
    )
