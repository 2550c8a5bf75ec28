"""The tables of the survey. What is answered stands in rows that know no time, no ticket and no person.

The rows of the answers are kept without a row number of SQLite's own, which would tell their order, under ids that are
random; what respondents say of themselves is counted apart from what they answered.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import ClassVar

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint

from shared.store.tables import Base
from shared.store.typed_table import Mapped, mapped_column


class SurveySecret(Base):
    """By which the visitors of an office are drawn who took their numbers from a moment on; never changed.

    It draws together with the server's key only (`domain.surveys.draw`). A server with another key, after a restore
    without `secret_key`, goes on with a new one; what was drawn before can be drawn again where the old key is back.
    """

    __tablename__ = "survey_secret"

    office_id: Mapped[int] = mapped_column(ForeignKey("office.id"), primary_key=True)
    from_at: Mapped[datetime] = mapped_column(primary_key=True)
    secret: Mapped[str] = mapped_column(String(64))
    mark: Mapped[str] = mapped_column(String(16))
    """Of the server's key; empty in rows of earlier versions, which drew with the secret alone."""


class SurveyPeriod(Base):
    """A stretch of days of whose answers one index is made."""

    __tablename__ = "survey_period"
    __table_args__ = (UniqueConstraint("office_id", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    office_id: Mapped[int] = mapped_column(ForeignKey("office.id"))
    key: Mapped[str] = mapped_column(String(24))
    """As `domain.reports.period` writes it: "2026-S2"."""
    first_on: Mapped[date]
    last_on: Mapped[date]
    collect_until: Mapped[date]
    """The last day on which answers are taken."""
    publish_on: Mapped[date]
    running: Mapped[dict[str, object]] = mapped_column(default=dict)
    """Figures while it runs, in steps and late: `domain.surveys.survey.Lagging`."""
    closed_at: Mapped[datetime | None] = mapped_column(default=None)
    officer_id: Mapped[int | None] = mapped_column(ForeignKey("officer.id"), default=None)
    """Who closed it; None: by itself."""
    result: Mapped[dict[str, object] | None] = mapped_column(default=None)
    """All figures as they were when it was closed; never changed afterwards."""
    texts: Mapped[dict[str, object]] = mapped_column(default=dict)
    """Paragraphs of the report that only people can write."""


class SurveyPlan(Base):
    """From which day on which share of a service's visitors is drawn; rows are added for later days, never changed."""

    __tablename__ = "survey_plan"

    office_id: Mapped[int] = mapped_column(ForeignKey("office.id"), primary_key=True)
    service_id: Mapped[int] = mapped_column(ForeignKey("service.id"), primary_key=True)
    from_on: Mapped[date] = mapped_column(primary_key=True)
    rate: Mapped[int]
    """Visits in 10,000."""
    sample: Mapped[int] = mapped_column(default=0)
    """How many answers are hoped for in the period; 0 where only a rate was set."""


class SurveyInvitation(Base):
    """A visitor on whom the lot fell, until the period is over for good.

    `is_open` ends with an answer, a refusal or a questionnaire of paper; which of them it was is not kept here.
    """

    __tablename__ = "survey_invitation"
    __table_args__ = (Index("ix_survey_invitation_period_id", "period_id", "service_id"),)

    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), primary_key=True, autoincrement=False)
    office_id: Mapped[int] = mapped_column(ForeignKey("office.id"))
    period_id: Mapped[int] = mapped_column(ForeignKey("survey_period.id"))
    service_id: Mapped[int] = mapped_column(ForeignKey("service.id"))
    is_open: Mapped[bool] = mapped_column(default=True)
    is_asked: Mapped[bool] = mapped_column(default=False)
    tries: Mapped[int] = mapped_column(default=0)
    """Wrong codes typed for its number."""


class SurveyTally(Base):
    """What is counted of a service in a period beside the answers themselves."""

    __tablename__ = "survey_tally"

    period_id: Mapped[int] = mapped_column(ForeignKey("survey_period.id"), primary_key=True)
    service_id: Mapped[int] = mapped_column(ForeignKey("service.id"), primary_key=True)
    refused: Mapped[int] = mapped_column(default=0)
    papers: Mapped[int] = mapped_column(default=0)
    """Questionnaires of paper handed out to visitors who were drawn."""


class SurveyAnswer(Base):
    """One questionnaire, whole. Its id is random, made where it was filled in, so that sent twice it counts once."""

    __tablename__ = "survey_answer"
    __table_args__ = (Index("ix_survey_answer_period_id", "period_id"),)
    __table_options__: ClassVar[Mapping[str, object]] = {"sqlite_with_rowid": False}

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    period_id: Mapped[int] = mapped_column(ForeignKey("survey_period.id"))
    service_id: Mapped[int | None] = mapped_column(ForeignKey("service.id"), default=None)
    """None: somebody without a number who wanted to speak."""
    channel: Mapped[str] = mapped_column(String(8))
    is_drawn: Mapped[bool]
    """Whether it counts in the index; who was not drawn stands beside it."""
    persyaratan: Mapped[int]
    prosedur: Mapped[int]
    waktu: Mapped[int]
    biaya: Mapped[int]
    produk: Mapped[int]
    kompetensi: Mapped[int]
    perilaku: Mapped[int]
    sarpras: Mapped[int]
    pengaduan: Mapped[int]


class SurveyRespondents(Base):
    """How many respondents of a period named a class of themselves; apart from what they answered."""

    __tablename__ = "survey_respondents"

    period_id: Mapped[int] = mapped_column(ForeignKey("survey_period.id"), primary_key=True)
    question: Mapped[str] = mapped_column(String(16), primary_key=True)
    answer: Mapped[str] = mapped_column(String(16), primary_key=True)
    times: Mapped[int]


class SurveyAction(Base):
    """One line of the plan of action that follows a period, and later what became of it."""

    __tablename__ = "survey_action"
    __table_args__ = (Index("ix_survey_action_period_id", "period_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    office_id: Mapped[int] = mapped_column(ForeignKey("office.id"))
    period_id: Mapped[int] = mapped_column(ForeignKey("survey_period.id"))
    element: Mapped[str] = mapped_column(String(16))
    what: Mapped[str] = mapped_column(String(400))
    who: Mapped[str] = mapped_column(String(120))
    due_on: Mapped[date]
    is_done: Mapped[bool] = mapped_column(default=False)
    outcome: Mapped[str] = mapped_column(String(400), default="")


class SurveyCoin(Base):
    """Touches of the four faces at a counter on one day: a mood, never a part of the index."""

    __tablename__ = "survey_coin"

    counter_id: Mapped[int] = mapped_column(ForeignKey("counter.id"), primary_key=True)
    on_day: Mapped[date] = mapped_column(primary_key=True)
    face: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    times: Mapped[int]
