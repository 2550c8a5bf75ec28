"""What kiosk, phone and counter have in common about the survey: what is sent, and the nine questions in words."""

from __future__ import annotations

import secrets
from datetime import date
from decimal import Decimal
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from shared.domain.office import OfficeConfig
from shared.domain.surveys.settings import SurveyQuestion, survey_questions
from shared.domain.surveys.survey import HIGHEST, LOWEST, RESPONDENT, AnswerChannel, Element, Grade
from shared.engine.surveys.answer import Sheet
from shared.web.answers import Answer
from shared.words import words

FACES = ("frown", "annoyed", "smile", "laugh")
"""Icons of the answers from 1 to 4; words stand beside each."""

SheetId = Annotated[str, StringConstraints(pattern="^[A-Za-z0-9_-]{16,64}$")]
Value = Annotated[int, Field(ge=LOWEST, le=HIGHEST)]
Word = Annotated[str, StringConstraints(max_length=16)]


class Questionnaire(BaseModel):
    """One filled-in questionnaire. All nine elements are needed; what a respondent says of themselves is not."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    id: SheetId = Field(description="random, made by the page; sent twice, it counts once")
    answers: dict[Element, Value] = Field(default_factory=dict, description="element: 1 to 4")
    respondent: dict[Word, Word] = Field(default_factory=dict, max_length=len(RESPONDENT))

    def sheet(self, channel: AnswerChannel) -> Sheet:
        return Sheet(self.id, self.answers, channel, self.respondent)


class VisitShown(BaseModel):
    """Whose visit it was: what a QR code holds, or the number with the code on its slip; neither for an own wish."""

    token: str = Field("", max_length=200)
    number: str = Field("", max_length=12)
    code: str = Field("", max_length=8)


class KioskQuestionnaire(VisitShown, Questionnaire):
    """A questionnaire from the kiosk, with the visit that it belongs to."""


class CoinDropped(BaseModel):
    """One of four faces at a counter."""

    face: Value


class SurveyVisit(Answer):
    """How a visit stands to the survey."""

    is_drawn: bool = Field(description="the lot fell on it: its answer counts in the index")
    is_open: bool = Field(description="it was not settled yet, and answers are still taken")


class SurveyTaken(Answer):
    """The answer was written."""

    counts: bool = Field(description="in the index; else it stands beside it")


class PublishedElement(Answer):
    element: Element
    name: str
    mean: str = Field(description="NRR, 1 to 4")
    index: str = Field(description="25 to 100")


class PublishedService(Answer):
    """Of a class with fewer than five answers neither is said."""

    name: str
    n: int | None
    index: str | None


class PublishedResult(Answer):
    """One period; numbers with a point are text, so that nothing rounds them again."""

    period: str
    name: str
    first_on: date
    last_on: date
    n: int = Field(description="answers that the index is made of")
    sample: int = Field(description="answers that Krejcie and Morgan's table asks for")
    is_enough: bool
    visits: int
    index: str | None
    grade: Grade | None
    elements: list[PublishedElement]
    services: list[PublishedService]


class PublishedResults(Answer):
    """The newest first."""

    periods: list[PublishedResult]


def new_sheet_id() -> str:
    return secrets.token_urlsafe(24)


def questions(office: OfficeConfig, language: str) -> list[SurveyQuestion]:
    """The nine questions as the office puts them."""
    return survey_questions(words(language), office.settings.survey.wording, language)


def respondent_questions(language: str) -> list[tuple[str, str, list[tuple[str, str]]]]:
    """Key, words and classes of each question about the respondent."""
    say = words(language)
    asked = []
    for question, classes in RESPONDENT.items():
        said = [(each, say(f"respondent.{question}.{each}")) for each in classes]
        asked.append((question, say(f"respondent.{question}.name"), said))
    return asked


def decimal(number: Decimal | None, language: str = "id") -> str:
    """ "82,50", in English "82.50"; a dash for what is not shown."""
    if number is None:
        return "–"
    return str(number).replace(".", ",") if language == "id" else str(number)
