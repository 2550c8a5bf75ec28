"""The arithmetic of the survey: the index against exact fractions, grades, the sample, the lot, what may be shown."""

from __future__ import annotations

import ast
import math
import re
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.numbering import survey_code
from shared.domain.surveys.draw import is_drawn, visit_name
from shared.domain.surveys.survey import (
    ELEMENTS,
    FULL,
    LEAST,
    Element,
    Grade,
    Lagging,
    Scores,
    by_element,
    graded,
    is_complete,
    rate_for,
    rounded,
    sample_size,
    shown_classes,
    spread,
)

ROOT = Path(__file__).resolve().parents[1]

TEN = [
    (4, 4, 3, 4, 4, 4, 4, 3, 3),
    (3, 3, 3, 4, 3, 3, 4, 3, 3),
    (4, 3, 3, 4, 3, 4, 4, 3, 2),
    (3, 3, 2, 4, 3, 3, 3, 3, 3),
    (4, 4, 4, 4, 4, 4, 4, 4, 4),
    (3, 3, 3, 4, 3, 3, 3, 2, 3),
    (3, 4, 3, 4, 3, 4, 4, 3, 3),
    (2, 3, 2, 4, 3, 3, 3, 3, 2),
    (4, 3, 3, 4, 4, 3, 4, 3, 3),
    (3, 3, 3, 4, 3, 3, 3, 3, 3),
]
"""Ten respondents of a worked example."""

QUESTIONNAIRES = st.lists(st.tuples(*[st.integers(1, 4)] * 9), min_size=1, max_size=400)


def scores(rows: list[tuple[int, ...]]) -> Scores:
    return Scores.of(map(by_element, rows))


# the index


def test_the_worked_example_comes_out() -> None:
    found = scores(TEN)
    means = "3.3 3.3 2.9 4.0 3.3 3.4 3.6 3.0 2.9"

    assert found.sums == (33, 33, 29, 40, 33, 34, 36, 30, 29)
    assert [str(rounded(found.mean(each), 1)) for each in ELEMENTS] == means.split()
    assert (sum(found.sums), found.n, found.index, found.grade) == (297, 10, Decimal("82.50"), Grade.B)
    assert found.lowest() == [Element.TIME, Element.COMPLAINTS]


@pytest.mark.parametrize(("value", "index", "grade"), [(4, "100.00", Grade.A), (1, "25.00", Grade.D)])
def test_the_best_and_the_worst_stand_at_the_ends_of_the_table(value: int, index: str, grade: Grade) -> None:
    found = scores([(value,) * 9] * 10)

    assert (found.index, found.grade) == (Decimal(index), grade)


@pytest.mark.parametrize(
    ("exact", "shown", "grade"),
    [
        ("64.994", "64.99", "D"),
        ("64.995", "65.00", "C"),
        ("76.604", "76.60", "C"),
        ("76.605", "76.61", "B"),
        ("88.304", "88.30", "B"),
        ("88.305", "88.31", "A"),
        ("25", "25.00", "D"),
        ("100", "100.00", "A"),
    ],
)
def test_an_index_is_rounded_half_up_once_and_then_graded(exact: str, shown: str, grade: str) -> None:
    index = rounded(Fraction(exact))

    assert (index, graded(index)) == (Decimal(shown), Grade(grade))


@given(QUESTIONNAIRES)
def test_the_index_is_that_of_exact_fractions(rows: list[tuple[int, ...]]) -> None:
    found = scores(rows)
    means = [Fraction(sum(column), len(rows)) for column in zip(*rows, strict=True)]
    exact = 25 * sum(means) / 9

    assert found.exact == exact
    assert sum(map(found.weighted, ELEMENTS)) * 25 == exact
    assert abs(Fraction(found.index) - exact) <= Fraction(1, 200)
    hundred_digits = Decimal(exact.numerator * 10**60 // exact.denominator).scaleb(-60)
    assert found.index == hundred_digits.quantize(Decimal("0.01"), ROUND_HALF_UP)


@given(QUESTIONNAIRES, QUESTIONNAIRES)
def test_scores_add_up_and_survive_being_kept(one: list[tuple[int, ...]], other: list[tuple[int, ...]]) -> None:
    assert scores(one) + scores(other) == scores(one + other)
    assert Scores.from_json(scores(one).to_json()) == scores(one)


def test_a_rounded_weight_would_be_seen() -> None:
    """With 0.11 or 0.111 the example gives 81.68 and 82.42, and all 4 gives 99 instead of 100."""
    means = list(map(scores(TEN).mean, ELEMENTS))

    wrong = [rounded(25 * sum(means) * Fraction(weight)) for weight in ("0.11", "0.111")]

    assert wrong == [Decimal("81.68"), Decimal("82.42")]
    assert scores(TEN).index not in wrong


def test_no_rounded_weight_stands_anywhere_in_the_product() -> None:
    """Neither in Python nor in scripts, templates and sheets; the weight itself is a fraction."""
    numbers = {
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for folder in ("shared", "kiosk", "display", "counter")
        for path in (ROOT / folder).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Constant)
        and (isinstance(node.value, float) or (isinstance(node.value, str) and re.fullmatch(r"0[.,]1+", node.value)))
        and re.fullmatch(r"0[.,]11+", str(node.value))
    }
    written = {
        str(path.relative_to(ROOT))
        for folder in ("shared", "kiosk", "display", "counter")
        for kind in ("*.js", "*.html", "*.typ")
        for path in (ROOT / folder).rglob(kind)
        if "vendor" not in path.parts and re.search(r"(?<![\d.])0?[.,]11+(?!\d)", path.read_text())
    }

    assert (numbers, written) == (set(), set())


@pytest.mark.parametrize("change", [{"waktu": 0}, {"waktu": 5}, {"waktu": None}, {"lain": 3}])
def test_a_questionnaire_counts_only_when_all_nine_are_answered(change: dict[str, int | None]) -> None:
    whole = {**dict.fromkeys(map(str, ELEMENTS), 3), **change}

    assert not is_complete({key: value for key, value in whole.items() if value is not None})
    assert is_complete(dict.fromkeys(map(str, ELEMENTS), 3))


# the sample

KREJCIE_MORGAN = """
10:10 15:14 20:19 25:24 30:28 35:32 40:36 45:40 50:44 55:48 60:52 65:56 70:59 75:63 80:66 85:70 90:73 95:76 100:80
110:86 120:92 130:97 140:103 150:108 160:113 170:118 180:123 190:127 200:132 210:136 220:140 230:144 240:148 250:152
260:155 270:159 280:162 290:165 300:169 320:175 340:181 360:186 380:191 400:196 420:201 440:205 460:210 480:214 500:217
550:226 600:234 650:242 700:248 750:254 800:260 850:265 900:269 950:274 1000:278 1100:285 1200:291 1300:297 1400:302
1500:306 1600:310 1700:313 1800:317 1900:320 2000:322 2200:327 2400:331 2600:335 2800:338 3000:341 3500:346 4000:351
4500:354 5000:357 6000:361 7000:364 8000:367 9000:368 10000:370 15000:375 20000:377 30000:379 40000:380 50000:381
75000:382 1000000:384
"""


def test_the_sample_is_that_of_the_printed_table() -> None:
    table = dict(tuple(map(int, each.split(":"))) for each in KREJCIE_MORGAN.split())

    assert {population: sample_size(population) for population in table} == table
    assert [sample_size(population) for population in (0, 1, 2)] == [0, 1, 2]


@given(st.dictionaries(st.integers(1, 9), st.integers(0, 3000), min_size=1))
def test_a_sample_is_spread_by_the_visits(visits: dict[int, int]) -> None:
    size = sample_size(sum(visits.values()))

    shares = spread(size, visits)

    assert set(shares) == set(visits)
    assert size <= sum(shares.values()) <= size + len(visits) or sum(visits.values()) == 0
    assert all((share > 0) == (visits[key] > 0) and share <= visits[key] for key, share in shares.items())


def test_the_rate_allows_for_those_who_do_not_answer() -> None:
    assert rate_for(278, 1000, 50) == 5560
    assert rate_for(278, 1000, 20) == FULL
    assert rate_for(10, 0, 50) == FULL


# the lot


def test_the_lot_is_drawn_at_its_rate() -> None:
    trials, rate = 100_000, 1500
    day = date(2026, 11, 23)

    drawn = sum(is_drawn("rahasia kantor", visit_name(day, f"A-{number}"), rate) for number in range(trials))

    expected = trials * rate / FULL
    sigma = math.sqrt(expected * (1 - rate / FULL))
    assert abs(drawn - expected) <= 3 * sigma


def test_the_lot_can_be_drawn_again_and_belongs_to_the_secret() -> None:
    visits = [visit_name(date(2026, 11, 23), f"B-{number:03d}") for number in range(400)]

    first = [is_drawn("satu", each, 5000) for each in visits]

    assert [is_drawn("satu", each, 5000) for each in visits] == first
    assert [is_drawn("dua", each, 5000) for each in visits] != first
    assert not any(is_drawn("satu", each, 0) for each in visits)
    assert all(is_drawn("satu", each, FULL) for each in visits)


@given(st.integers(0, FULL), st.integers(0, FULL))
def test_a_higher_rate_draws_whom_a_lower_one_drew(one: int, other: int) -> None:
    visits = [visit_name(date(2026, 1, 2), f"A-{number:03d}") for number in range(50)]
    low, high = sorted((one, other))

    assert all(is_drawn("x", each, high) for each in visits if is_drawn("x", each, low))


def test_codes_of_slips_are_spread_over_all_digits() -> None:
    codes = {survey_code(f"token-{number}") for number in range(2000)}

    assert len(codes) > 1700
    assert all(re.fullmatch("[0-9]{4}", each) for each in codes)


# what may be shown


@given(st.dictionaries(st.text(min_size=1, max_size=3), st.integers(0, 40), max_size=8))
def test_no_small_class_is_shown_or_can_be_computed(counts: dict[str, int]) -> None:
    shown = shown_classes(counts)
    hidden = sum(count for key, count in counts.items() if key not in shown)

    assert all(counts[key] >= LEAST for key in shown)
    assert hidden == 0 or hidden >= LEAST or not shown


@given(st.lists(st.tuples(*[st.integers(1, 4)] * 9), max_size=60))
def test_two_pictures_of_a_running_period_differ_by_five_answers_at_least(rows: list[tuple[int, ...]]) -> None:
    pictures, state, now = [Scores()], Lagging(), Scores()
    for row in rows:
        now += scores([row])
        state = state.moved(now)
        pictures.append(state.shown)
    pictures.append(now if now.n >= LEAST else Scores())  # the period is closed

    steps = [after.n - before.n for before, after in pairwise(pictures)]
    assert all(step == 0 or step >= LEAST for step in steps)
