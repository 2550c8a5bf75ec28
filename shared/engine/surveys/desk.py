"""What officers do for the survey: questionnaires of paper, the plan of action, the words of the report, coins."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date

from sqlalchemy import Connection, delete, select, update

from shared.domain.errors import Invalid, NotAllowed, Unknown
from shared.domain.numbering import parse_label
from shared.domain.queue.ticket import State
from shared.domain.surveys.survey import ELEMENTS
from shared.engine.surveys import answer as survey_answer
from shared.engine.surveys.answer import Invited, Sheet
from shared.store.office import Transaction
from shared.store.surveys import survey
from shared.store.surveys.survey import PeriodFacts
from shared.store.surveys.tables import SurveyAction, SurveyCoin, SurveyInvitation, SurveyPeriod
from shared.store.tables import Ticket

TEXTS = ("background", "conclusion")
"""Paragraphs of the report that only people can write."""


def hand_out(tx: Transaction, label: str) -> None:
    """Today's drawn visitor with this number takes a questionnaire of paper. Raises `Unknown("number")`, `NotAllowed`.

    The event does not say which number: whoever reads the audit does not learn who answered on paper.
    """
    survey_answer.settle_for_paper(tx.connection, tx.office, _drawn(tx, label), tx.now)
    tx.record("survey_paper_out")


def refused(tx: Transaction, label: str) -> None:
    """Today's drawn visitor with this number does not want to answer; raises the same."""
    survey_answer.refuse(tx.connection, tx.office, _drawn(tx, label), tx.now)
    tx.record("survey_refused")


def _drawn(tx: Transaction, label: str) -> Invited:
    series, number = parse_label(label)
    found = tx.first(
        select(SurveyInvitation, Ticket.language)
        .join(Ticket, Ticket.id == SurveyInvitation.ticket_id)
        .where(Ticket.office_id == tx.office_id, Ticket.on_day == tx.today, Ticket.state == State.DONE)
        .where(Ticket.series == series, Ticket.number == number)
    )
    if found is None:
        raise Unknown("number")
    return Invited(found.ticket_id, found.service_id, found.language, found.period_id, True, found.is_open)


def enter_paper(tx: Transaction, period_key: str, slug: str | None, sheet: Sheet, *, is_drawn: bool) -> None:
    """A questionnaire of paper, typed in. One that counts needs a paper of its service that is still out.

    Raises `Invalid`, `Unknown` ("period", "service"), `NotAllowed` ("survey_over", "survey_no_paper").
    """
    survey_answer.must_be_whole(sheet)
    found = _running(tx, period_key)
    service = tx.office.service(slug) if slug else None
    if is_drawn:
        if service is None:
            raise Invalid("fields", fields=["service"])
        out = survey.counts(tx.connection, tx.office_id, found).get(service.id, survey.Counts()).papers
        if out <= survey.papers_in(tx.connection, found.id, service.id):
            raise NotAllowed("survey_no_paper", service=service.standard.short_name)
    survey_answer.write(tx.connection, found, service.id if service else None, sheet, is_drawn=is_drawn)
    tx.record("survey_paper_in", detail={"period": found.key, "counts": is_drawn})


def _period(tx: Transaction, key: str) -> PeriodFacts:
    found = survey.period(tx.connection, tx.office_id, key)
    if found is None:
        raise Unknown("period")
    return found


def _running(tx: Transaction, key: str) -> PeriodFacts:
    found = _period(tx, key)
    if not found.takes_answers(tx.today):
        raise NotAllowed("survey_over")
    return found


# --- after a period ---


@dataclass(frozen=True, slots=True)
class PlannedAction:
    element: str
    what: str
    who: str
    due_on: date
    is_done: bool = False
    outcome: str = ""


def write_action(tx: Transaction, period_key: str, action_id: int | None, wanted: PlannedAction | None) -> None:
    """Adds a line to the plan of action, changes it, or takes it away (`wanted` None).

    Raises `Unknown` ("period", "action"), `Invalid("fields")`.
    """
    found = _period(tx, period_key)
    mine = SurveyAction.period_id == found.id, SurveyAction.id == action_id
    before = None
    if action_id is not None:
        before = tx.first(select(SurveyAction).where(*mine))
        if before is None:
            raise Unknown("action")
    if wanted is not None and (wanted.element not in ELEMENTS or not wanted.what or not wanted.who):
        raise Invalid("fields", fields=["element", "what", "who"])
    if wanted is None:
        tx.execute(delete(SurveyAction).where(*mine))
    elif before is None:
        tx.insert(SurveyAction, period_id=found.id, **asdict(wanted))
    else:
        tx.execute(update(SurveyAction).where(*mine).values(**asdict(wanted)))
    said = asdict(wanted) if wanted else {}
    tx.record("survey_action", detail={"period": found.key, **{key: str(value) for key, value in said.items()}})


def write_texts(tx: Transaction, period_key: str, texts: Mapping[str, str]) -> None:
    """The report's paragraphs that people write; raises `Unknown("period")`."""
    found = _period(tx, period_key)
    kept = {key: texts.get(key, "").strip() for key in TEXTS}
    tx.execute(update(SurveyPeriod).where(SurveyPeriod.id == found.id).values(texts=kept))
    tx.record("survey_texts", detail={"period": found.key})


# --- coins ---


def drop_coin(connection: Connection, counter_id: int, on_day: date, face: int) -> None:
    """One touch of a face at a counter."""
    survey_answer.count_once(connection, SurveyCoin, counter_id=counter_id, on_day=on_day, face=face)
