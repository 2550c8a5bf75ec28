"""The officers' pages of the survey: who was drawn today, questionnaires of paper, results, the plan of action."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Literal

from flask import g, render_template, request, url_for
from flask.typing import ResponseReturnValue
from pydantic import Field

from counter.blueprint import blueprint
from counter.queue.click_forms import ClickForm, Day, Text
from shared.domain.errors import Unknown
from shared.domain.numbering import label, office_day
from shared.domain.rights import Right
from shared.domain.surveys.survey import LEAST, AnswerChannel, shown_coins
from shared.domain.typed import as_typed
from shared.engine.surveys import desk as survey_desk
from shared.engine.surveys import result as survey_result
from shared.engine.surveys import survey as engine
from shared.engine.surveys.desk import PlannedAction
from shared.store.surveys import survey as rows
from shared.web.access.auth import now, officers_only, store
from shared.web.clicks import ButtonPage, change, take
from shared.web.forms import Shows, sent
from shared.web.i18n import language
from shared.web.openapi import described
from shared.web.screen import office_config
from shared.web.survey import Questionnaire, new_sheet_id, questions, respondent_questions
from shared.words import words


class SurveyNumber(ClickForm):
    number: Text = ""


class PaperQuestionnaire(Questionnaire):
    """A questionnaire of paper; `counts`: of a visitor who was drawn."""

    period: Text = ""
    service: Text = ""
    counts: bool = False


class ActionForm(ClickForm):
    """`word`: "delete" takes the line away."""

    element: Text = ""
    what: str = Field("", max_length=400)
    who: str = Field("", max_length=120)
    due_on: Day | None = None
    is_done: bool = False
    outcome: str = Field("", max_length=400)
    word: Literal["save", "delete"] = "save"


class ReportTexts(ClickForm):
    background: str = Field("", max_length=4000)
    conclusion: str = Field("", max_length=4000)


COUNTS = ("visits", "drawn", "asked", "answered", "refused", "papers", "own_wish")
"""What is counted of a period, in its order on the pages: `store.surveys.survey.Counts`."""


# --- today ---


@blueprint.get("/survey")
@officers_only(Right.SEE_SURVEY)
def survey_page() -> str:
    """Today's visitors on whom the lot fell, and the periods."""
    return _page()


@blueprint.post("/survey/paper-out")
@officers_only(Right.ENTER_SURVEY)
@described(takes=SurveyNumber)
def survey_paper_out() -> ResponseReturnValue:
    """A drawn visitor takes a questionnaire of paper."""
    return take(PAGE, SurveyNumber, lambda form: change(survey_desk.hand_out, form.number))


@blueprint.post("/survey/refused")
@officers_only(Right.ENTER_SURVEY)
@described(takes=SurveyNumber)
def survey_refused() -> ResponseReturnValue:
    """A drawn visitor does not want to answer."""
    return take(PAGE, SurveyNumber, lambda form: change(survey_desk.refused, form.number))


@blueprint.post("/survey/close")
@officers_only(Right.LEAD_SURVEY)
def close_survey() -> ResponseReturnValue:
    """Closes every period whose last day for answers is over; the night does it too."""
    return take(PAGE, ClickForm, lambda _: change(engine.close_due))


def _page(message: str | None = None) -> str:
    office, today = office_config(), _today()
    with store().read() as connection:
        present = rows.period_of_day(connection, office.office_id, today)
        known = rows.periods(connection, office.office_id)
        counts = rows.counts(connection, office.office_id, present)[None] if present else None
        is_taking = present is not None and present.takes_answers(today)
        waiting = rows.waiting_for_answer(connection, present.id, today) if present and is_taking else []
        touched = rows.coins(connection, office.office_id, present.first_on, present.last_on) if present else {}
    names = {each.id: each.standard.short_name for each in office.services}
    return render_template(
        "counter/survey.html",
        office=office,
        message=message,
        present=present,
        counts=counts,
        count_names=COUNTS,
        waiting=[(label(row.series, row.number), names.get(row.service_id, "")) for row in waiting],
        periods=[(each, survey_result.period_name(each, words(language()))) for each in known],
        is_due=any(each.closed_at is None and each.collect_until < today for each in known),
        coins={counter: shown for counter, faces in touched.items() if (shown := shown_coins(faces))},
        least=LEAST,
    )


PAGE: ButtonPage[object] = ButtonPage(_page, lambda _: url_for("counter.survey_page"))


# --- paper ---


@blueprint.get("/survey/paper")
@officers_only(Right.ENTER_SURVEY)
def survey_paper() -> str:
    """A questionnaire of paper, to be typed in."""
    return _paper()


@blueprint.post("/survey/paper")
@officers_only(Right.ENTER_SURVEY)
@described(takes=PaperQuestionnaire)
def enter_survey_paper() -> ResponseReturnValue:
    """Types a questionnaire in; which officer did it is in the audit, what it says is not."""

    def enter(form: PaperQuestionnaire) -> None:
        sheet = form.sheet(AnswerChannel.PAPER)
        change(survey_desk.enter_paper, form.period, form.service or None, sheet, is_drawn=form.counts)

    screen: ButtonPage[None] = ButtonPage(_paper, lambda _: url_for("counter.survey_paper", entered=1))
    return take(screen, PaperQuestionnaire, enter)


def _paper(message: str | None = None) -> str:
    office, today = office_config(), _today()
    with store().read() as connection:
        taking = [each for each in rows.periods(connection, office.office_id) if each.takes_answers(today)]
    return render_template(
        "counter/survey_paper.html",
        office=office,
        message=message,
        periods=[(each.key, survey_result.period_name(each, words(language()))) for each in taking],
        questions=questions(office, language()),
        respondent=respondent_questions(language()),
        sheet_id=sent().get("id") or new_sheet_id(),
        form=sent(),
    )


# --- a period ---


@blueprint.get("/survey/<key>")
@officers_only(Right.SEE_SURVEY)
def survey_period(key: str) -> str:
    """The result of a period, its plan of action, and what became of it."""
    return _period(key)


@blueprint.post("/survey/<key>/actions")
@officers_only(Right.LEAD_SURVEY)
@described(takes=ActionForm)
def plan_survey_action(key: str) -> ResponseReturnValue:
    """One more line of the plan of action."""
    return take(_of(key), ActionForm, lambda form: change(survey_desk.write_action, key, None, _planned(form)))


@blueprint.post("/survey/<key>/actions/<int:action_id>")
@officers_only(Right.LEAD_SURVEY)
@described(takes=ActionForm)
def change_survey_action(key: str, action_id: int) -> ResponseReturnValue:
    """Another wording of a line, what became of it, or its end."""
    with store().read() as connection:
        found = rows.period(connection, g.office_id, key)
        lines = rows.actions(connection, found.id) if found else []
    line = next((each for each in lines if each.id == action_id), None)
    work = partial(_change_action, key, action_id)
    return take(_of(key), ActionForm, work, partial(_action_shows, line) if line else None)


@blueprint.post("/survey/<key>/texts")
@officers_only(Right.LEAD_SURVEY)
@described(takes=ReportTexts)
def write_survey_texts(key: str) -> ResponseReturnValue:
    """The paragraphs of the report that people write."""

    def shows() -> Shows:
        with store().read() as connection:
            found = rows.period(connection, g.office_id, key)
        return _texts_show(found) if found else {}

    return take(_of(key), ReportTexts, lambda form: change(survey_desk.write_texts, key, form.model_dump()), shows)


def _change_action(key: str, action_id: int, form: ActionForm) -> None:
    change(survey_desk.write_action, key, action_id, _planned(form))


def _action_shows(line: rows.ActionRow) -> Shows:
    texts = {"element": str(line.element), "what": line.what, "who": line.who, "outcome": line.outcome}
    return {**texts, "due_on": as_typed(line.due_on.isoformat()), "is_done": ["true"] if line.is_done else []}


def _texts_show(found: rows.PeriodFacts) -> Shows:
    return {each: str(found.texts.get(each) or "") for each in ReportTexts.model_fields}


def _planned(form: ActionForm) -> PlannedAction | None:
    if form.word == "delete":
        return None
    due_on = form.due_on or _today()
    what, who, outcome = form.what.strip(), form.who.strip(), form.outcome.strip()
    return PlannedAction(form.element, what, who, due_on, form.is_done, outcome)


def _of(key: str) -> ButtonPage[object]:
    return ButtonPage(partial(_period, key), lambda _: url_for("counter.survey_period", key=key))


def _period(key: str, message: str | None = None) -> str:
    office = office_config()
    with store().read() as connection:
        found = rows.period(connection, g.office_id, key)
        if found is None:
            raise Unknown("period")
        result = survey_result.result(connection, office, found, words(language()))
        actions = rows.actions(connection, found.id)
        checked = None if found.closed_at else rows.recheck(connection, office.office_id, found, store().server_key)
    return render_template(
        "counter/survey_period.html",
        office=office,
        message=message,
        found=found,
        result=result,
        actions=actions,
        count_names=COUNTS,
        names={str(each.element): each.name for each in result.questions},
        checked=checked,
        texts_show=_texts_show(found),
        lines_show={each.id: _action_shows(each) for each in actions},
        pressed=((request.endpoint or "").rpartition(".")[2], (request.view_args or {}).get("action_id")),
        form=sent(),
    )


def _today() -> date:
    return office_day(now(), office_config().zone)
