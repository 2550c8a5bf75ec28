"""The report of a period of the survey as blocks of a paper, in Indonesian: headings, texts, lists, tables.

The chapters are those that offices use: introduction, collecting, results, analysis, conclusion, appendices with the
questionnaire, the working out, and what became of the plan of the period before.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from counter.paper_facts import day
from shared.domain.office import OfficeConfig
from shared.domain.surveys.survey import ELEMENTS, LEAST, Grade
from shared.engine.surveys.result import SurveyResult
from shared.store.surveys.survey import PeriodFacts
from shared.words import words

Block = dict[str, object]
GRADE_LIMITS = (
    (Grade.A, "88,31 – 100,00"),
    (Grade.B, "76,61 – 88,30"),
    (Grade.C, "65,00 – 76,60"),
    (Grade.D, "25,00 – 64,99"),
)
"""As the table of PermenPANRB 14/2017 prints them."""


@dataclass(frozen=True, slots=True)
class ActionLine:
    """One line of a plan of action, in words."""

    element: str
    what: str
    who: str
    due: str
    is_done: bool
    outcome: str


@dataclass(frozen=True)
class ReportParts:
    """What a report is made of. `trend`: period and its result, the oldest first, this one last."""

    office: OfficeConfig
    found: PeriodFacts
    result: SurveyResult
    actions: Sequence[ActionLine]
    before: SurveyResult | None
    actions_before: Sequence[ActionLine]
    trend: Sequence[SurveyResult]


def said(key: str, **facts: object) -> str:
    return words()(key, **facts)


def blocks(parts: ReportParts) -> list[Block]:
    """The whole report, in its order."""
    return [
        *_introduction(parts),
        *_collecting(parts),
        *_results(parts),
        *_analysis(parts),
        *_conclusion(parts),
        *_appendices(parts),
    ]


def _introduction(parts: ReportParts) -> list[Block]:
    own = str(parts.found.texts.get("background") or "")
    return [
        _chapter(said("skm_report.chapter_1")),
        _heading(said("skm_report.background")),
        *_paragraphs(own or said("skm_report.background_usual", office=parts.office.name)),
        _heading(said("skm_report.basis")),
        _list([said("skm_report.basis_1"), said("skm_report.basis_2"), said("skm_report.basis_3")]),
        _heading(said("skm_report.purpose")),
        _text(said("skm_report.purpose_text", office=parts.office.name)),
    ]


def _collecting(parts: ReportParts) -> list[Block]:
    result, found = parts.result, parts.found
    counts = result.counts
    rows = [
        [said("skm_report.visits"), _count(result.visits)],
        [said("skm_report.sample"), _count(result.sample)],
        [said("skm_report.drawn"), _count(counts.get("drawn", 0))],
        [said("skm_report.asked"), _count(counts.get("asked", 0))],
        [said("skm_report.answered"), _count(counts.get("answered", 0))],
        [said("skm_report.refused"), _count(counts.get("refused", 0))],
        [said("skm_report.own_wish"), _count(counts.get("own_wish", 0))],
    ]
    checked = said("skm_report.draw_checked", visits=result.draw.get("visits", 0), differ=result.draw.get("differ", 0))
    return [
        _chapter(said("skm_report.chapter_2")),
        _heading(said("skm_report.who")),
        _text(said("skm_report.who_text", office=parts.office.name)),
        _heading(said("skm_report.method")),
        _text(said("skm_report.method_text")),
        _list([each.name for each in result.questions]),
        _heading(said("skm_report.where")),
        _text(", ".join(each for each in (parts.office.name, parts.office.profile.get("address")) if each)),
        _heading(said("skm_report.when")),
        _text(
            said(
                "skm_report.when_text",
                first=day(found.first_on),
                last=day(found.last_on),
                until=day(found.collect_until),
                public=day(found.publish_on),
            )
        ),
        _heading(said("skm_report.how_many")),
        _text(said("skm_report.how_many_text")),
        _table(["what", "count"], rows, numbers=(1,)),
        _text(checked),
    ]


def _results(parts: ReportParts) -> list[Block]:
    result = parts.result
    if result.index is None:
        return [_chapter(said("skm_report.chapter_3")), _text(said("skm_report.too_few", least=LEAST))]
    made = [_chapter(said("skm_report.chapter_3")), _heading(said("skm_report.respondents"))]
    made.append(_text(said("skm_report.respondents_text", n=result.n, sample=result.sample)))
    if not result.is_enough:
        made.append(_text(said("skm_report.too_small", n=result.n, sample=result.sample)))
    for question, classes in result.respondents:
        rows = [[name, _few(count)] for name, count in classes]
        made.append(_table([question, "count"], rows, numbers=(1,)))
    return [*made, *_index(result), *_services(result), *_channels(result)]


def _index(result: SurveyResult) -> list[Block]:
    facts = {"index": _decimal(result.index), "grade": result.grade, "word": result.grade_word, "n": result.n}
    elements = [
        [
            each.name,
            _count(each.total),
            _decimal(each.mean),
            _decimal(each.weighted),
            _decimal(each.index),
            f"{each.grade} ({each.grade_word})",
        ]
        for each in result.elements
    ]
    return [
        _heading(said("skm_report.index")),
        _text(said("skm_report.index_text", **facts)),
        _table(["element", "total", "NRR", "weighted", "value", "grade"], elements, numbers=(1, 2, 3, 4)),
        _text(said("skm_report.formula")),
        _table(
            ["grade", "interval", "performance"],
            [[grade.value, limits, said(f"grade.{grade}")] for grade, limits in GRADE_LIMITS],
        ),
    ]


def _services(result: SurveyResult) -> list[Block]:
    rows = [
        [each.name, _count(each.visits), _few(each.n), _decimal(each.index), each.grade or "–"]
        for each in result.services
    ]
    return [
        _heading(said("skm_report.by_service")),
        _table(["service", "visits", "answered", "value", "grade"], rows, numbers=(1, 2, 3)),
        _text(said("skm_report.few_text", least=LEAST)),
    ]


def _channels(result: SurveyResult) -> list[Block]:
    rows = [[said(f"channel.{each}"), _count(count)] for each, count in result.channels.items()]
    return [_table(["channel", "count"], rows, numbers=(1,))]


def _analysis(parts: ReportParts) -> list[Block]:
    result = parts.result
    made = [_chapter(said("skm_report.chapter_4")), _heading(said("skm_report.weak_and_strong"))]
    if result.index is None:
        made.append(_text(said("skm_report.too_few", least=LEAST)))
    else:
        made.append(_text(said("skm_report.lowest", elements=", ".join(result.lowest))))
        made.append(_text(said("skm_report.highest", elements=", ".join(result.highest))))
    made += [_heading(said("skm_report.plan")), _actions(parts.actions, followed=False)]
    made.append(_heading(said("skm_report.trend")))
    rows = [[each.name, str(each.n), _decimal(each.index), each.grade or "–"] for each in parts.trend]
    made.append(_table(["period", "n", "value", "grade"], rows, numbers=(1, 2)))
    return made


def _conclusion(parts: ReportParts) -> list[Block]:
    result = parts.result
    made = [_chapter(said("skm_report.chapter_5"))]
    if result.index is not None:
        made.append(
            _text(
                said(
                    "skm_report.conclusion_text",
                    office=parts.office.name,
                    period=result.name,
                    index=_decimal(result.index),
                    word=result.grade_word,
                    n=result.n,
                    elements=", ".join(result.lowest),
                )
            )
        )
    own = str(parts.found.texts.get("conclusion") or "")
    return [*made, *_paragraphs(own), {"kind": "signatures"}]


def _appendices(parts: ReportParts) -> list[Block]:
    result = parts.result
    asked = [[str(place), each.text, *each.labels] for place, each in enumerate(result.questions, 1)]
    worked = [[str(place), *map(str, row)] for place, row in enumerate(result.questionnaires, 1)]
    made: list[Block] = [
        _chapter(said("skm_report.appendix_1")),
        _table(["", "question", "1", "2", "3", "4"], asked),
        _chapter(said("skm_report.appendix_2")),
        _text(said("skm_report.worked_text")),
    ]
    if worked:
        total = [said("skm_report.total"), *(str(each.total) for each in result.elements)]
        names = [f"U{place}" for place in range(1, len(ELEMENTS) + 1)]
        made.append(_table(["", *names], [*worked, total], numbers=tuple(range(1, 10))))
        made.append(_text("; ".join(f"U{place} {each.name}" for place, each in enumerate(result.questions, 1))))
    made += [_chapter(said("skm_report.appendix_3")), _text(said("skm_report.documents_text"))]
    made.append(_chapter(said("skm_report.appendix_4")))
    if parts.before is not None:
        made.append(_text(parts.before.name))
    made.append(_actions(parts.actions_before, followed=True))
    return made


def _actions(actions: Sequence[ActionLine], *, followed: bool) -> Block:
    if not actions:
        return _text(said("skm_report.no_action"))
    head = ["element", "action", "responsible", "by_when"]
    rows = [[each.element, each.what, each.who, each.due] for each in actions]
    if followed:
        head.append("outcome")
        for row, each in zip(rows, actions, strict=True):
            state = said("skm_report.done" if each.is_done else "skm_report.not_done")
            row.append(f"{state}. {each.outcome}".strip())
    return _table(head, rows)


# --- pieces ---


def _chapter(text: str) -> Block:
    return {"kind": "heading", "level": 1, "text": text}


def _heading(text: str) -> Block:
    return {"kind": "heading", "level": 2, "text": text}


def _text(text: str) -> Block:
    return {"kind": "text", "text": text}


def _paragraphs(text: str) -> list[Block]:
    return [_text(each.strip()) for each in text.splitlines() if each.strip()]


def _list(items: Sequence[str]) -> Block:
    return {"kind": "list", "items": list(items)}


def _table(head: Sequence[str], rows: Sequence[Sequence[str]], numbers: Sequence[int] = ()) -> Block:
    """`head`: the last parts of words of the catalogue, or text. `numbers`: columns that stand at the right."""
    texts = words().texts
    titles = [texts.get(f"skm_report.{each}", each) for each in head]
    return {"kind": "table", "head": titles, "rows": [list(row) for row in rows], "numbers": list(numbers)}


def _decimal(number: Decimal | None) -> str:
    return "–" if number is None else str(number).replace(".", ",")


def _count(number: int) -> str:
    return f"{number:,}".replace(",", ".")


def _few(count: int | None) -> str:
    return f"< {LEAST}" if count is None else _count(count)
