"""A period of the survey as pages, papers and programs show it: figures in words, small classes left out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Connection

from shared.domain.office import OfficeConfig
from shared.domain.surveys.survey import (
    ELEMENTS,
    LEAST,
    RESPONDENT,
    AnswerChannel,
    Element,
    Grade,
    Lagging,
    Scores,
    class_key,
    graded,
    rounded,
    sample_size,
    shown_classes,
)
from shared.engine.surveys.survey import questions_json, service_names
from shared.store.surveys import survey
from shared.store.surveys.survey import PeriodFacts
from shared.words import LANGUAGES, Words

NOT_SAID = "not_said"


Many = Annotated[int, Field(ge=0, le=2_000_000_000)]


class KeptScores(BaseModel):
    n: Many
    sums: dict[str, int]

    @property
    def scores(self) -> Scores:
        return Scores(self.n, tuple(self.sums[each] for each in ELEMENTS))


class KeptQuestion(BaseModel):
    element: Element
    name: str
    text: str
    labels: list[str]


class KeptResult(BaseModel):
    """All figures of a period, as `survey_period.result` keeps them; "all" beside the ids of services."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    counts: dict[str, dict[str, int]]
    scores: dict[str, KeptScores]
    own_wish: KeptScores
    channels: dict[str, int] = {}
    respondents: dict[str, dict[str, int]] = {}
    sample: Many
    draw: dict[str, int] = {}
    services: dict[str, dict[str, str]]
    questions: dict[str, list[KeptQuestion]]
    coins: dict[str, dict[str, int]] = {}
    questionnaires: list[list[int]] = []


@dataclass(frozen=True, slots=True)
class ElementResult:
    element: Element
    name: str
    total: int
    mean: Decimal
    weighted: Decimal
    """For the eye: the index is not made of it."""
    index: Decimal
    grade: Grade
    grade_word: str


@dataclass(frozen=True, slots=True)
class ClassResult:
    """A service. `n` None: its class is too small to be shown; it came to no answer at all: 0."""

    name: str
    n: int | None
    index: Decimal | None
    grade: Grade | None
    visits: int
    drawn: int


@dataclass(frozen=True)
class SurveyResult:
    """`index` is None while fewer than `LEAST` answers may be shown. `n`: of how many answers it is made."""

    key: str
    name: str
    first_on: date
    last_on: date
    collect_until: date
    publish_on: date
    is_closed: bool
    n: int
    visits: int
    sample: int
    index: Decimal | None
    grade: Grade | None
    grade_word: str
    elements: list[ElementResult]
    lowest: list[str]
    highest: list[str]
    services: list[ClassResult]
    counts: dict[str, int]
    channels: dict[str, int]
    respondents: list[tuple[str, list[tuple[str, int | None]]]]
    """Question and its classes with their counts; None: too few to be shown."""
    own_wish: int
    draw: dict[str, int]
    coins: dict[str, dict[str, int]]
    questions: list[KeptQuestion]
    questionnaires: list[list[int]]

    @property
    def is_enough(self) -> bool:
        """Whether as many answered as the sample asks for."""
        return self.n >= self.sample > 0


def result(connection: Connection, office: OfficeConfig, found: PeriodFacts, words: Words) -> SurveyResult:
    """Of a closed period what was kept; of one that runs, the picture that may be shown by now."""
    kept = KeptResult.model_validate(found.result) if found.result else _running(connection, office, found)
    return _shown(found, kept, words)


def published(connection: Connection, office: OfficeConfig, today: date, words: Words) -> list[SurveyResult]:
    """Every period whose day of publication has come, the newest first."""
    return [
        result(connection, office, found, words)
        for found in survey.periods(connection, office.office_id)
        if found.is_published(today)
    ]


def period_name(found: PeriodFacts, words: Words) -> str:
    """ "Semester II 2026"; of a period that was cut short, its days."""
    year, part = found.key[:4], found.key[5:]
    if part in ("S1", "S2", "Q1", "Q2", "Q3", "Q4"):
        kind = "semester" if part[0] == "S" else "quarter"
        return words(f"survey_period.{kind}", part={"1": "I", "2": "II", "3": "III", "4": "IV"}[part[1]], year=year)
    if found.key == year:
        return words("survey_period.year", year=year)
    return f"{words.short(found.first_on)} – {words.short(found.last_on)}"


def _running(connection: Connection, office: OfficeConfig, found: PeriodFacts) -> KeptResult:
    """Counts as they are, answers in steps and late: see `Lagging`."""
    counts = survey.counts(connection, office.office_id, found)
    pictures = {"all": Lagging(), **survey.lagging(found.running)}
    return KeptResult(
        counts={class_key(key): asdict(each) for key, each in counts.items()},
        scores={key: KeptScores.model_validate(each.shown.to_json()) for key, each in pictures.items()},
        own_wish=KeptScores.model_validate(Scores().to_json()),
        sample=sample_size(counts[None].visits),
        services=service_names(office),
        questions={
            each: [KeptQuestion.model_validate(one) for one in questions_json(office, each)] for each in LANGUAGES
        },
    )


def _shown(found: PeriodFacts, kept: KeptResult, words: Words) -> SurveyResult:
    scores = kept.scores["all"].scores
    questions = kept.questions[words.language]
    is_shown = scores.n >= LEAST
    names = {each.element: each.name for each in questions}
    ranked = scores.ranked() if is_shown else []
    best = [each for each in ranked if scores.mean(each) == scores.mean(ranked[-1])]
    return SurveyResult(
        key=found.key,
        name=period_name(found, words),
        first_on=found.first_on,
        last_on=found.last_on,
        collect_until=found.collect_until,
        publish_on=found.publish_on,
        is_closed=found.closed_at is not None,
        n=scores.n if is_shown else 0,
        visits=kept.counts["all"].get("visits", 0),
        sample=kept.sample,
        index=scores.index if is_shown else None,
        grade=scores.grade if is_shown else None,
        grade_word=words(f"grade.{scores.grade}") if is_shown else "",
        elements=_elements(scores, names, words) if is_shown else [],
        lowest=[names[each] for each in scores.lowest()] if is_shown else [],
        highest=[names[each] for each in best],
        services=_services(kept, words),
        counts=kept.counts["all"],
        channels={each: kept.channels.get(each, 0) for each in AnswerChannel} if is_shown else {},
        respondents=_respondents(kept, scores.n, words) if is_shown and found.result else [],
        own_wish=kept.counts["all"].get("own_wish", 0),
        draw=kept.draw,
        coins=kept.coins,
        questions=questions,
        questionnaires=kept.questionnaires,
    )


def _elements(scores: Scores, names: Mapping[Element, str], words: Words) -> list[ElementResult]:
    made = []
    for place, each in enumerate(ELEMENTS):
        index = rounded(scores.mean(each) * 25)
        grade = graded(index)
        mean, weighted = rounded(scores.mean(each), 3), rounded(scores.weighted(each), 3)
        word = words(f"grade.{grade}")
        made.append(ElementResult(each, names[each], scores.sums[place], mean, weighted, index, grade, word))
    return made


def _services(kept: KeptResult, words: Words) -> list[ClassResult]:
    ids = [each for each in {**kept.services, **kept.counts} if each != "all"]
    answered = {each: kept.scores[each].n if each in kept.scores else 0 for each in ids}
    shown = shown_classes(answered)
    made = []
    for each in ids:
        count = kept.counts.get(each, {})
        scores = kept.scores[each].scores if each in shown else None
        name = kept.services.get(each, {}).get(words.language, each)
        n = answered[each] if scores or not answered[each] else None
        if n == 0 and not count.get("visits"):
            continue
        index, grade = (scores.index, scores.grade) if scores else (None, None)
        made.append(ClassResult(name, n, index, grade, count.get("visits", 0), count.get("drawn", 0)))
    return made


def _respondents(kept: KeptResult, n: int, words: Words) -> list[tuple[str, list[tuple[str, int | None]]]]:
    tables: list[tuple[str, list[tuple[str, int | None]]]] = []
    for question, classes in RESPONDENT.items():
        said = kept.respondents.get(question, {})
        counts = {each: said.get(each, 0) for each in classes}
        counts[NOT_SAID] = n - sum(counts.values())
        shown = shown_classes(counts)
        rows: list[tuple[str, int | None]] = [
            (words(f"respondent.{question}.{each}" if each != NOT_SAID else "respondent.not_said"),
             count if each in shown or not count else None)
            for each, count in counts.items()
        ]  # fmt: skip
        tables.append((words(f"respondent.{question}.name"), rows))
    return tables
