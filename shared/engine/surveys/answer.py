"""An answer to the survey, from whoever holds the paper or the phone of a visit; and what is never written about it.

What belongs to a visit (that it is settled) and what was answered are written in one transaction and share nothing
that could join them: no number, no time, no order. These functions work on a connection and take no office's row, so
that no version and no event tells when somebody answered.
"""

from __future__ import annotations

import random
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from hmac import compare_digest

from sqlalchemy import Connection, delete, insert, select, update

from shared.domain.errors import Invalid, NotAllowed, Unknown
from shared.domain.identity import tidy
from shared.domain.numbering import office_day, parse_label, survey_code
from shared.domain.office import OfficeConfig
from shared.domain.queue.ticket import State
from shared.domain.surveys.draw import MOST_TRIES
from shared.domain.surveys.survey import ELEMENTS, RESPONDENT, AnswerChannel, Element, Lagging, class_key, is_complete
from shared.store import rows
from shared.store.surveys import survey
from shared.store.surveys.survey import PeriodFacts
from shared.store.surveys.tables import (
    SurveyAnswer,
    SurveyCoin,
    SurveyInvitation,
    SurveyPeriod,
    SurveyRespondents,
    SurveyTally,
)
from shared.store.tables import FileRecord, Ticket

_TOKEN = re.compile(r"[A-Za-z0-9_-]{16,32}")
_MIX = random.SystemRandom()


@dataclass(frozen=True, slots=True)
class Holder:
    """What somebody shows of their visit: the token behind a QR code, or the number with the code on its slip."""

    token: str = ""
    number: str = ""
    code: str = ""


@dataclass(frozen=True, slots=True)
class Invited:
    """How a visit stands to the survey. `is_drawn`: its answer counts; `is_open`: it was not settled yet."""

    ticket_id: int
    service_id: int
    language: str
    period_id: int | None
    is_drawn: bool
    is_open: bool


@dataclass(frozen=True, slots=True)
class Sheet:
    """One questionnaire. `id`: random, from where it was filled in."""

    id: str
    answers: Mapping[Element, int]
    channel: AnswerChannel
    respondent: Mapping[str, str]


def must_be_whole(sheet: Sheet) -> None:
    """Raises `Invalid("survey_incomplete")` unless all nine are answered, each with what can be answered."""
    if not is_complete(sheet.answers):
        raise Invalid("survey_incomplete", fields=["answers"])
    if any(answer not in RESPONDENT.get(question, ()) for question, answer in sheet.respondent.items()):
        raise Invalid("fields", fields=["respondent"])


# --- who asks ---


def look(connection: Connection, office: OfficeConfig, holder: Holder, now: datetime) -> Invited | None:
    """The visit behind a token, ended; None when there is none such. Reads only."""
    row = _by_token(connection, office, holder.token) if holder.token else None
    return None if row is None else _invited(connection, office, row, now)


def ask(connection: Connection, office: OfficeConfig, holder: Holder, now: datetime) -> Invited | None:
    """The same for whoever begins to answer, which counts as asked; also by number and code, today's only.

    A wrong code is counted against the number. None for whatever does not fit, without saying what.
    """
    found = look(connection, office, holder, now) if holder.token else _by_number(connection, office, holder, now)
    if found is not None and found.is_drawn:
        mine = SurveyInvitation.ticket_id == found.ticket_id
        connection.execute(update(SurveyInvitation).where(mine).values(is_asked=True))
    return found


def _by_token(connection: Connection, office: OfficeConfig, shown: str) -> Ticket | None:
    """Of a number slip or a phone; of a receipt, the newest visit for that file."""
    last = shown.strip().rstrip("/").rsplit("/", 1)[-1].split("?")[0]
    if not _TOKEN.fullmatch(last):
        return None
    file = select(FileRecord.id).where(FileRecord.token == last)
    # Each by its own index: with OR between the tables, or with the office, all its visits would be read.
    itself = select(Ticket.id).where(Ticket.token == last)
    of_file = select(Ticket.id).where(Ticket.case_id.in_(file), Ticket.case_id.is_not(None))
    ended = Ticket.state == State.DONE, Ticket.id.in_(itself.union_all(of_file))
    newest = Ticket.on_day.desc(), Ticket.since_at.desc(), Ticket.id.desc()
    found = rows.first(connection, select(Ticket).where(*ended).order_by(*newest).limit(1))
    return found if found is not None and found.office_id == office.office_id else None


def _by_number(connection: Connection, office: OfficeConfig, holder: Holder, now: datetime) -> Invited | None:
    try:
        series, number = parse_label(holder.number)
    except Unknown:
        return None
    today = office_day(now, office.zone)
    where = (
        Ticket.office_id == office.office_id,
        Ticket.on_day == today,
        Ticket.series == series,
        Ticket.number == number,
    )
    row = rows.first(connection, select(Ticket).where(*where))
    if row is None or row.state != State.DONE:
        return None
    mine = SurveyInvitation.ticket_id == row.id
    tries = connection.execute(select(SurveyInvitation.tries).where(mine)).scalar()
    if tries is not None and tries >= MOST_TRIES:
        return None
    if not compare_digest(survey_code(row.token).encode(), tidy(holder.code).encode()):
        connection.execute(update(SurveyInvitation).where(mine).values(tries=SurveyInvitation.tries + 1))
        return None
    return _invited(connection, office, row, now)


def _invited(connection: Connection, office: OfficeConfig, row: Ticket, now: datetime) -> Invited:
    drawn = connection.execute(
        select(SurveyInvitation.period_id, SurveyInvitation.is_open).where(SurveyInvitation.ticket_id == row.id)
    ).first()
    today = office_day(now, office.zone)
    if drawn is None:
        found = survey.period_of_day(connection, office.office_id, row.on_day)
        is_open = found is not None and found.takes_answers(today)
        return Invited(row.id, row.service_id, row.language, found.id if found else None, False, is_open)
    found = survey.period_by_id(connection, drawn.period_id)
    is_open = drawn.is_open and found is not None and found.takes_answers(today)
    return Invited(row.id, row.service_id, row.language, drawn.period_id, True, is_open)


# --- the answer ---


def answer(connection: Connection, office: OfficeConfig, visit: Invited, sheet: Sheet, now: datetime) -> None:
    """Writes the questionnaire of a visit, and in the same transaction that the visit is settled.

    One that was sent twice counts once. Raises `Invalid`, `NotAllowed`: `survey_answered` (the visit was settled by
    another one), `survey_over` (its period takes no answers any more).
    """
    must_be_whole(sheet)
    if visit.period_id is None:
        raise NotAllowed("survey_over")
    found = _hold(connection, visit.period_id, office, now)
    if _is_known(connection, sheet):
        return
    if visit.is_drawn:
        _settle(connection, visit)
    write(connection, found, visit.service_id, sheet, is_drawn=visit.is_drawn)


def speak(connection: Connection, office: OfficeConfig, sheet: Sheet, now: datetime) -> None:
    """The questionnaire of somebody without a visit: kept beside the index. Raises as `answer` does."""
    must_be_whole(sheet)
    present = survey.period_of_day(connection, office.office_id, office_day(now, office.zone))
    if present is None:
        raise NotAllowed("survey_over")
    found = _hold(connection, present.id, office, now)
    if not _is_known(connection, sheet):
        write(connection, found, None, sheet, is_drawn=False)


def refuse(connection: Connection, office: OfficeConfig, visit: Invited, now: datetime) -> None:
    """Whoever was drawn does not want to answer: counted, and settled."""
    if visit.is_drawn and visit.period_id is not None:
        _hold(connection, visit.period_id, office, now)
        _settle(connection, visit)
        count_up(connection, visit.period_id, visit.service_id, refused=1)


def settle_for_paper(connection: Connection, office: OfficeConfig, visit: Invited, now: datetime) -> None:
    """Whoever was drawn takes a questionnaire of paper, which comes back without a number."""
    if not visit.is_drawn or visit.period_id is None:
        raise NotAllowed("survey_not_drawn")
    _hold(connection, visit.period_id, office, now)
    _settle(connection, visit)
    count_up(connection, visit.period_id, visit.service_id, papers=1)


def _hold(connection: Connection, period_id: int, office: OfficeConfig, now: datetime) -> PeriodFacts:
    """The period, which nobody closes before this transaction ends; raises `NotAllowed("survey_over")`."""
    open_ = SurveyPeriod.id == period_id, SurveyPeriod.closed_at.is_(None)
    held = connection.execute(update(SurveyPeriod).where(*open_).values(closed_at=None)).rowcount
    found = survey.period_by_id(connection, period_id)
    if not held or found is None or not found.takes_answers(office_day(now, office.zone)):
        raise NotAllowed("survey_over")
    return found


def _is_known(connection: Connection, sheet: Sheet) -> bool:
    return connection.execute(select(SurveyAnswer.id).where(SurveyAnswer.id == sheet.id)).first() is not None


def _settle(connection: Connection, visit: Invited) -> None:
    """Spends the invitation, once."""
    mine = SurveyInvitation.ticket_id == visit.ticket_id, SurveyInvitation.is_open
    spent = connection.execute(update(SurveyInvitation).where(*mine).values(is_open=False, is_asked=True)).rowcount
    if not spent:
        raise NotAllowed("survey_answered")


def count_up(connection: Connection, period_id: int, service_id: int, *, refused: int = 0, papers: int = 0) -> None:
    mine = SurveyTally.period_id == period_id, SurveyTally.service_id == service_id
    more = {"refused": SurveyTally.refused + refused, "papers": SurveyTally.papers + papers}
    if not connection.execute(update(SurveyTally).where(*mine).values(**more)).rowcount:
        key = {"period_id": period_id, "service_id": service_id}
        connection.execute(insert(SurveyTally), {**key, "refused": refused, "papers": papers})


def write(connection: Connection, found: PeriodFacts, service_id: int | None, sheet: Sheet, *, is_drawn: bool) -> None:
    """One more questionnaire of the period, which is held; its picture moves on when there are enough new ones."""
    values = {str(element): sheet.answers[element] for element in ELEMENTS}
    row = {"id": sheet.id, "period_id": found.id, "service_id": service_id, "channel": sheet.channel.value}
    connection.execute(insert(SurveyAnswer), {**row, "is_drawn": is_drawn, **values})
    _mix(connection, found.id)
    if not is_drawn:
        return
    for question, said in sheet.respondent.items():
        count_once(connection, SurveyRespondents, period_id=found.id, question=question, answer=said)
    lagging = survey.lagging(found.running)
    now = {class_key(each): scores for each, scores in survey.scores(connection, found.id).items()}
    moved = {key: lagging.get(key, Lagging()).moved(scores) for key, scores in now.items()}
    running = survey.lagging_to_json(moved)
    connection.execute(update(SurveyPeriod).where(SurveyPeriod.id == found.id).values(running=running))


def count_once(
    connection: Connection, table: type[SurveyRespondents] | type[SurveyCoin], **key: int | str | date
) -> None:
    """One more of what has that key."""
    mine = [getattr(table, name) == value for name, value in key.items()]
    if not connection.execute(update(table).where(*mine).values(times=table.times + 1)).rowcount:
        connection.execute(insert(table), {**key, "times": 1})


def _mix(connection: Connection, period_id: int) -> None:
    """PostgreSQL keeps with each row which transaction wrote it, and where: so all of the period's are written anew.

    SQLite keeps neither of a table without row numbers.
    """
    if connection.dialect.name == "sqlite":
        return
    mine = SurveyAnswer.period_id == period_id
    rows = [dict(row) for row in connection.execute(select(SurveyAnswer).where(mine)).mappings()]
    connection.execute(delete(SurveyAnswer).where(mine))
    _MIX.shuffle(rows)
    connection.execute(insert(SurveyAnswer), rows)
