"""What is read of the survey: periods, visits and whom the lot fell on, what was answered so far."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import BindParameter, ColumnElement, Connection, Date, Row, bindparam, case, func, select

from shared.domain.numbering import label
from shared.domain.queue.ticket import State
from shared.domain.surveys.draw import is_drawn, lot_key, visit_name
from shared.domain.surveys.survey import ELEMENTS, AnswerChannel, Lagging, Scores, by_element
from shared.store.hot import Statement
from shared.store.surveys.tables import (
    SurveyAction,
    SurveyAnswer,
    SurveyCoin,
    SurveyInvitation,
    SurveyPeriod,
    SurveyPlan,
    SurveyRespondents,
    SurveySecret,
    SurveyTally,
)
from shared.store.tables import Counter, Ticket
from shared.store.typed_table import Moment


@dataclass(frozen=True)
class PeriodFacts:
    """A period of the survey as its row says."""

    id: int
    key: str
    first_on: date
    last_on: date
    collect_until: date
    publish_on: date
    running: dict[str, object]
    closed_at: datetime | None
    officer_id: int | None
    result: dict[str, object] | None
    texts: dict[str, object]

    @property
    def counted_until(self) -> date:
        """The last day whose visitors can still answer."""
        return min(self.last_on, self.collect_until)

    def takes_answers(self, today: date) -> bool:
        return self.closed_at is None and today <= self.collect_until

    def is_published(self, today: date) -> bool:
        return self.closed_at is not None and today >= self.publish_on


@dataclass(frozen=True)
class Counts:
    """How the visitors of one service, or of all, met the survey."""

    visits: int = 0
    drawn: int = 0
    asked: int = 0
    answered: int = 0
    refused: int = 0
    papers: int = 0
    own_wish: int = 0


@dataclass(frozen=True)
class Figures:
    """Everything that a period's rows say now. Service id None: all together, with those who named no service."""

    counts: dict[int | None, Counts]
    scores: dict[int | None, Scores]
    own_wish: Scores
    channels: dict[str, int] = field(default_factory=dict)
    respondents: dict[str, dict[str, int]] = field(default_factory=dict)


_PERIOD = [getattr(SurveyPeriod, name) for name in PeriodFacts.__dataclass_fields__]


def period(connection: Connection, office_id: int, key: str) -> PeriodFacts | None:
    return _one(connection, SurveyPeriod.office_id == office_id, SurveyPeriod.key == key)


def period_by_id(connection: Connection, period_id: int) -> PeriodFacts | None:
    return _one(connection, SurveyPeriod.id == period_id)


def period_of_day(connection: Connection, office_id: int, day: date) -> PeriodFacts | None:
    """The period in which the day lies."""
    lies = SurveyPeriod.first_on <= day, SurveyPeriod.last_on >= day
    return _one(connection, SurveyPeriod.office_id == office_id, *lies)


def periods(connection: Connection, office_id: int) -> list[PeriodFacts]:
    """All of an office, the newest first."""
    rows = connection.execute(
        select(*_PERIOD).where(SurveyPeriod.office_id == office_id).order_by(SurveyPeriod.first_on.desc())
    )
    return [PeriodFacts(*row) for row in rows]


def _one(connection: Connection, *where: ColumnElement[bool]) -> PeriodFacts | None:
    row = connection.execute(select(*_PERIOD).where(*where)).first()
    return None if row is None else PeriodFacts(*row)


# --- visits and the lot ---


@dataclass(frozen=True, slots=True)
class Lot:
    """By which the visitors of a service are drawn on a day, and of which period they are."""

    period_id: int
    secret: str
    mark: str
    rate: int


_DAY: BindParameter[date] = bindparam("the_day", type_=Date())
_LOT: Statement[Lot] = Statement(
    select(SurveyPeriod.id, SurveySecret.secret, SurveySecret.mark, SurveyPlan.rate)
    .join(SurveySecret, SurveySecret.office_id == SurveyPeriod.office_id)
    .join(SurveyPlan, SurveyPlan.office_id == SurveyPeriod.office_id)
    .where(SurveyPeriod.office_id == bindparam("the_office"), SurveyPeriod.closed_at.is_(None))
    .where(SurveyPeriod.first_on <= _DAY, SurveyPeriod.last_on >= _DAY, SurveyPeriod.collect_until >= _DAY)
    .where(SurveyPlan.service_id == bindparam("the_service"))
    .where(SurveyPlan.from_on >= SurveyPeriod.first_on, SurveyPlan.from_on <= _DAY)
    .where(SurveySecret.from_at <= bindparam("the_moment", type_=Moment()))
    .order_by(SurveyPlan.from_on.desc(), SurveySecret.from_at.desc())
    .limit(1),
    Lot,
)


def lot(connection: Connection, office_id: int, service_id: int, day: date, taken_at: datetime) -> Lot | None:
    """None while nothing is planned for the service, or the day's visitors can no longer answer."""
    asked = {"the_office": office_id, "the_service": service_id, "the_day": day, "the_moment": taken_at}
    return _LOT.first(connection, asked)


def newest_secret(connection: Connection, office_id: int) -> tuple[datetime, str] | None:
    """From when it draws, and with which server's key; None before the office's first lot."""
    kept = select(SurveySecret.from_at, SurveySecret.mark).where(SurveySecret.office_id == office_id)
    row = connection.execute(kept.order_by(SurveySecret.from_at.desc()).limit(1)).first()
    return row and (row.from_at, row.mark)


def planned(connection: Connection, office_id: int, first: date, day: date) -> dict[int, tuple[int, int]]:
    """Service id -> rate and sample in force on `day`, by the plans since `first`."""
    mine = SurveyPlan.office_id == office_id, SurveyPlan.from_on.between(first, day)
    rows = connection.execute(
        select(SurveyPlan.service_id, SurveyPlan.rate, SurveyPlan.sample).where(*mine).order_by(SurveyPlan.from_on)
    )
    return {row.service_id: (row.rate, row.sample) for row in rows}


def visits(connection: Connection, office_id: int, first: date, last: date) -> dict[int, int]:
    """Service id -> how many visits of these days were served to their end."""
    rows = connection.execute(
        select(Ticket.service_id, func.count()).where(*_served(office_id, first, last)).group_by(Ticket.service_id)
    )
    return {row[0]: row[1] for row in rows}


def _served(office_id: int, first: date, last: date) -> tuple[ColumnElement[bool], ...]:
    return Ticket.office_id == office_id, Ticket.on_day.between(first, last), Ticket.state == State.DONE


@dataclass(frozen=True, slots=True)
class Rechecked:
    """The lot drawn again over all visits of a period. `differ`: numbers where the stored result is another one.

    `unreadable`: visits besides that were drawn with the key of another server.
    """

    visits: int
    drawn: int
    differ: list[str]
    unreadable: int = 0


def recheck(connection: Connection, office_id: int, found: PeriodFacts, server_key: str = "") -> Rechecked:
    """Every visit of the period whose service had a plan on its day, drawn again from the secret of its moment."""
    kept = select(SurveySecret).where(SurveySecret.office_id == office_id).order_by(SurveySecret.from_at.desc())
    keys = [(row.from_at, lot_key(row.secret, row.mark, server_key)) for row in connection.execute(kept)]
    plans: dict[int, list[tuple[date, int]]] = {}
    for plan in connection.execute(
        select(SurveyPlan.service_id, SurveyPlan.from_on, SurveyPlan.rate)
        .where(SurveyPlan.office_id == office_id, SurveyPlan.from_on.between(found.first_on, found.last_on))
        .order_by(SurveyPlan.from_on)
    ):
        plans.setdefault(plan.service_id, []).append((plan.from_on, plan.rate))
    number = (Ticket.on_day, Ticket.series, Ticket.number)
    columns = (*number, Ticket.taken_at, Ticket.service_id, SurveyInvitation.service_id.label("of"))
    rows = connection.execute(
        select(*columns)
        .outerjoin(SurveyInvitation, SurveyInvitation.ticket_id == Ticket.id)
        .where(*_served(office_id, found.first_on, found.counted_until))
    ).all()
    count, drawn, unreadable, differ = 0, 0, 0, []
    for row in rows:
        rate = next((rate for day, rate in reversed(plans.get(row.service_id, [])) if day <= row.on_day), None)
        if rate is None or not keys:
            continue  # served before the survey began
        key = next((key for from_at, key in keys if from_at <= row.taken_at), None)
        if key is None:
            unreadable += 1
            continue
        name = label(row.series, row.number)
        count, drawn = count + 1, drawn + (row.of is not None)
        if is_drawn(key, visit_name(row.on_day, name), rate) != (row.of is not None):
            differ.append(f"{row.on_day.isoformat()} {name}")
    return Rechecked(count, drawn, differ, unreadable)


def waiting_for_answer(connection: Connection, period_id: int, day: date) -> Sequence[Row[str, int, int]]:
    """Letter, number and service of the drawn visits of a day that have not been settled yet, in their order."""
    return connection.execute(
        select(Ticket.series, Ticket.number, Ticket.service_id)
        .join(SurveyInvitation, SurveyInvitation.ticket_id == Ticket.id)
        .where(SurveyInvitation.period_id == period_id, SurveyInvitation.is_open)
        .where(Ticket.on_day == day, Ticket.state == State.DONE)
        .order_by(Ticket.series, Ticket.number)
    ).all()


def drawn_with_file(connection: Connection, case_id: int, day: date) -> str | None:
    """The number of this file's visitor of the day, who was drawn and has not been settled yet."""
    row = connection.execute(
        select(Ticket.series, Ticket.number)
        .join(SurveyInvitation, SurveyInvitation.ticket_id == Ticket.id)
        .where(Ticket.case_id == case_id, Ticket.on_day == day, Ticket.state == State.DONE, SurveyInvitation.is_open)
        .order_by(Ticket.id.desc())
    ).first()
    return None if row is None else label(row.series, row.number)


# --- what was answered ---


def scores(connection: Connection, period_id: int) -> dict[int | None, Scores]:
    """Of the answers that count, by service; under None all together."""
    sums = [func.sum(getattr(SurveyAnswer, element)) for element in ELEMENTS]
    rows = connection.execute(
        select(SurveyAnswer.service_id, func.count(), *sums)
        .where(SurveyAnswer.period_id == period_id, SurveyAnswer.is_drawn)
        .group_by(SurveyAnswer.service_id)
    )
    found: dict[int | None, Scores] = {row[0]: Scores(row[1], tuple(map(int, row[2:]))) for row in rows}
    return {**found, None: sum(found.values(), Scores())}


def questionnaires(connection: Connection, period_id: int) -> list[list[int]]:
    """The answers that count, each nine values, sorted by themselves: their order says nothing."""
    columns = [getattr(SurveyAnswer, element) for element in ELEMENTS]
    where = SurveyAnswer.period_id == period_id, SurveyAnswer.is_drawn
    return sorted([*row] for row in connection.execute(select(*columns).where(*where)))


def figures(connection: Connection, office_id: int, found: PeriodFacts) -> Figures:
    """All of it, as it stands now: for closing a period, not for eyes while it runs."""
    counted = scores(connection, found.id)
    own = [getattr(SurveyAnswer, element) for element in ELEMENTS]
    beside = connection.execute(select(*own).where(SurveyAnswer.period_id == found.id, ~SurveyAnswer.is_drawn))
    channels = connection.execute(
        select(SurveyAnswer.channel, func.count())
        .where(SurveyAnswer.period_id == found.id, SurveyAnswer.is_drawn)
        .group_by(SurveyAnswer.channel)
    )
    respondents: dict[str, dict[str, int]] = {}
    for row in connection.execute(select(SurveyRespondents).where(SurveyRespondents.period_id == found.id)):
        respondents.setdefault(row.question, {})[row.answer] = row.times
    return Figures(
        counts(connection, office_id, found),
        counted,
        Scores.of(by_element(row) for row in beside),
        {row[0]: row[1] for row in channels},
        respondents,
    )


def counts(connection: Connection, office_id: int, found: PeriodFacts) -> dict[int | None, Counts]:
    """By service, and under None together: how many came, were drawn, asked, answered, refused. No answer in it."""
    known: dict[int | None, dict[str, int]] = {}

    def note(service_id: int | None, name: str, count: int) -> None:
        for each in {service_id, None}:
            of = known.setdefault(each, {})
            of[name] = of.get(name, 0) + int(count)

    for each, count in visits(connection, office_id, found.first_on, found.counted_until).items():
        note(each, "visits", count)
    drawn = (
        select(SurveyInvitation.service_id, func.count(), func.sum(case((SurveyInvitation.is_asked, 1), else_=0)))
        .join(Ticket, Ticket.id == SurveyInvitation.ticket_id)
        .where(SurveyInvitation.period_id == found.id, *_served(office_id, found.first_on, found.counted_until))
        .group_by(SurveyInvitation.service_id)
    )
    for service_id, count, asked in connection.execute(drawn):
        note(service_id, "drawn", count)
        note(service_id, "asked", asked)
    for row in connection.execute(select(SurveyTally).where(SurveyTally.period_id == found.id)):
        note(row.service_id, "refused", row.refused)
        note(row.service_id, "papers", row.papers)
    answers = (
        select(SurveyAnswer.service_id, SurveyAnswer.is_drawn, func.count())
        .where(SurveyAnswer.period_id == found.id)
        .group_by(SurveyAnswer.service_id, SurveyAnswer.is_drawn)
    )
    for service, is_counted, count in connection.execute(answers):
        note(service, "answered" if is_counted else "own_wish", count)
    return {None: Counts(), **{key: Counts(**named) for key, named in known.items()}}


def papers_in(connection: Connection, period_id: int, service_id: int) -> int:
    """Questionnaires of paper of drawn visitors that were entered."""
    return connection.execute(
        select(func.count()).where(
            SurveyAnswer.period_id == period_id,
            SurveyAnswer.service_id == service_id,
            SurveyAnswer.channel == AnswerChannel.PAPER,
            SurveyAnswer.is_drawn,
        )
    ).scalar_one()


def lagging(running: Mapping[str, object]) -> dict[str, Lagging]:
    """The figures of a running period as they are kept: "all" or a service's id -> both pictures."""
    return {
        key: Lagging(Scores.from_json(kept["shown"]), Scores.from_json(kept["next"]))
        for key, kept in running.items()
        if isinstance(kept, dict)
    }


def lagging_to_json(kept: Mapping[str, Lagging]) -> dict[str, object]:
    return {key: {"shown": each.shown.to_json(), "next": each.next.to_json()} for key, each in kept.items()}


# --- beside the answers ---


ActionRow = Row[SurveyAction]


def actions(connection: Connection, period_id: int) -> Sequence[ActionRow]:
    """The plan of action that follows the period."""
    mine = SurveyAction.period_id == period_id
    return connection.execute(select(SurveyAction).where(mine).order_by(SurveyAction.due_on, SurveyAction.id)).all()


def coins(connection: Connection, office_id: int, first: date, last: date) -> dict[int, dict[int, int]]:
    """Counter id -> face -> touches."""
    rows = connection.execute(
        select(SurveyCoin.counter_id, SurveyCoin.face, func.sum(SurveyCoin.times))
        .join(Counter, Counter.id == SurveyCoin.counter_id)
        .where(Counter.office_id == office_id, SurveyCoin.on_day.between(first, last))
        .group_by(SurveyCoin.counter_id, SurveyCoin.face)
    )
    found: dict[int, dict[int, int]] = {}
    for counter_id, face, count in rows:
        found.setdefault(counter_id, {})[face] = int(count)
    return found
