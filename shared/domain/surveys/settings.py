"""How an office holds its survey: the periods, who is drawn, when a period closes, its own words for the questions."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Literal

from shared.domain.reports.period import Period, PeriodKind
from shared.domain.surveys.survey import ELEMENTS, FULL, HIGHEST, LOWEST, Element, rate_for, sample_size, spread

VALUES = tuple(range(LOWEST, HIGHEST + 1))


@dataclass(frozen=True)
class SurveySettings:
    """What an office can choose; these are the defaults. PermenPANRB 14/2017 asks for one period a year at least."""

    is_on: bool = True
    kind: Literal["quarter", "semester", "year"] = "semester"
    method: Literal["sample", "rate"] = "sample"
    """`sample`: as many as Krejcie and Morgan's table asks for; `rate`: a fixed share of the visitors."""
    rate_percent: int = 20
    """Also used for a sample as long as no number of visits is known."""
    visits: int | None = None
    """How many are expected in a period; None: as many as came in the one before."""
    response_percent: int = 50
    """How many of those who are drawn answer."""
    collect_days: int = 7
    """Answers are taken until so many days after the period's last day; before it when below zero."""
    publish_days: int = 30
    """From how many days after its last day a result is public."""
    prints_invitation: bool = False
    """Whether a drawn visitor gets a slip with the address of the questions."""
    wording: dict[str, str] = field(default_factory=dict)
    """`<language>.<element>.<name, question or 1 to 4>` -> what the office says instead."""

    def period(self, day: date) -> Period:
        return Period.of(PeriodKind(self.kind), day)

    def closing(self, last: date) -> tuple[date, date]:
        """The last day on which answers are taken, and the day of publication, of a period that ends on `last`."""
        collect = last + timedelta(days=self.collect_days)
        return collect, max(collect + timedelta(days=1), last + timedelta(days=self.publish_days))


@dataclass(frozen=True, slots=True)
class Draw:
    """At which rate the visitors of a service are drawn, in 10,000, and how many answers are hoped for."""

    rate: int
    sample: int = 0


def draws(settings: SurveySettings, services: Sequence[int], before: Mapping[int, int]) -> dict[int, Draw]:
    """Of each service. `before`: how many came to it in the period before."""
    fixed = Draw(settings.rate_percent * FULL // 100)
    visits = _expected(settings, services, before)
    if settings.method == "rate" or not sum(visits.values()):
        return dict.fromkeys(services, fixed)
    shares = spread(sample_size(sum(visits.values())), visits)
    return {
        each: Draw(rate_for(shares[each], visits[each], settings.response_percent), shares[each]) for each in services
    }


def _expected(settings: SurveySettings, services: Sequence[int], before: Mapping[int, int]) -> dict[int, int]:
    known = {each: before.get(each, 0) for each in services}
    total = sum(known.values())
    if settings.visits is None or not services:
        return known
    if not total:
        return spread(settings.visits, dict.fromkeys(services, 1))
    return {each: settings.visits * count // total for each, count in known.items()}


@dataclass(frozen=True, slots=True)
class SurveyQuestion:
    """One element as a page or a form shows it; `labels`: the four answers from 1 to 4."""

    element: Element
    name: str
    text: str
    labels: tuple[str, ...]


def survey_questions(say: Callable[[str], str], own: Mapping[str, str], language: str) -> list[SurveyQuestion]:
    """The nine questions in one language; `say`: the words of the catalogue, `own`: what the office says instead."""

    def text(element: Element, part: object) -> str:
        return own.get(f"{language}.{element}.{part}") or say(f"skm.{element}.{part}")

    return [
        SurveyQuestion(each, text(each, "name"), text(each, "question"), tuple(text(each, value) for value in VALUES))
        for each in ELEMENTS
    ]
