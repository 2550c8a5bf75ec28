"""The satisfaction survey (SKM): its elements, its arithmetic, the size of its sample; no words, no clock.

PermenPANRB 14/2017: nine elements, each answered 1 to 4, all of one weight. The index is 25 * total / (9 * n). It is
computed in exact fractions, rounded half up once to two decimals, and the rounded number is graded; a weight of 0.11 or
0.111 would take up to one point away.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from math import floor


class Element(StrEnum):
    """The elements by their stable keys: their order differs between questionnaires, and an answer keeps the key."""

    REQUIREMENTS = "persyaratan"
    PROCEDURE = "prosedur"
    TIME = "waktu"
    FEE = "biaya"
    PRODUCT = "produk"
    COMPETENCE = "kompetensi"
    CONDUCT = "perilaku"
    FACILITIES = "sarpras"
    COMPLAINTS = "pengaduan"


ELEMENTS = tuple(Element)
LOWEST, HIGHEST = 1, 4
WEIGHT = Fraction(1, len(ELEMENTS))
Answers = Mapping[Element, int]


class AnswerChannel(StrEnum):
    KIOSK = "kiosk"
    PHONE = "phone"
    PAPER = "paper"


class Grade(StrEnum):
    A = "A"
    B = "B"
    C = "C"
    D = "D"


GRADES = ((Grade.A, Decimal("88.31")), (Grade.B, Decimal("76.61")), (Grade.C, Decimal("65.00")))
"""From which rounded index a grade holds; below all of them it is D."""

RESPONDENT: dict[str, tuple[str, ...]] = {
    "sex": ("male", "female"),
    "age": ("under_20", "20_29", "30_39", "40_49", "50_59", "from_60"),
    "education": ("primary", "junior", "senior", "diploma", "bachelor", "master"),
    "work": ("civil_servant", "military_police", "private", "self_employed", "farmer", "student", "other"),
    "disability": ("no", "yes"),
}
"""What a respondent may say of themselves, in classes; every question may be passed over."""

LEAST = 5
"""Classes with fewer answers are not shown."""


def is_complete(answers: Mapping[Element, int] | Mapping[str, int]) -> bool:
    """Whether all nine are answered, each with 1 to 4: only such a questionnaire counts."""
    return set(answers) == set(ELEMENTS) and all(LOWEST <= value <= HIGHEST for value in answers.values())


def rounded(value: Fraction, places: int = 2) -> Decimal:
    """Half up, once."""
    scaled = floor(value * 10**places + Fraction(1, 2))
    return Decimal(scaled).scaleb(-places)


def graded(index: Decimal) -> Grade:
    """The grade of an index that is rounded already."""
    return next((grade for grade, lowest in GRADES if index >= lowest), Grade.D)


@dataclass(frozen=True, slots=True)
class Scores:
    """What some questionnaires answered together: how many, and the sum of each element's answers."""

    n: int = 0
    sums: tuple[int, ...] = (0,) * len(ELEMENTS)

    @classmethod
    def of(cls, questionnaires: Iterable[Answers]) -> Scores:
        rows = [tuple(each[element] for element in ELEMENTS) for each in questionnaires]
        return cls(len(rows), tuple(map(sum, zip(*rows, strict=True))) if rows else cls().sums)

    def __add__(self, other: Scores) -> Scores:
        return Scores(self.n + other.n, tuple(a + b for a, b in zip(self.sums, other.sums, strict=True)))

    def mean(self, element: Element) -> Fraction:
        """NRR of an element; `n` must not be 0."""
        return Fraction(self.sums[ELEMENTS.index(element)], self.n)

    def weighted(self, element: Element) -> Fraction:
        """Its part of the index between 1 and 4, exact: round it for the eye only."""
        return self.mean(element) * WEIGHT

    @property
    def exact(self) -> Fraction:
        """The index between 25 and 100 before it is rounded."""
        return Fraction(25 * sum(self.sums), len(ELEMENTS) * self.n)

    @property
    def index(self) -> Decimal:
        return rounded(self.exact)

    @property
    def grade(self) -> Grade:
        return graded(self.index)

    def ranked(self) -> list[Element]:
        """From the lowest mean to the highest; equal ones in the order of the elements."""
        return sorted(ELEMENTS, key=self.mean)

    def lowest(self) -> list[Element]:
        """The element with the lowest mean, or all that share it."""
        return [each for each in ELEMENTS if self.mean(each) == min(map(self.mean, ELEMENTS))]

    def to_json(self) -> dict[str, object]:
        return {"n": self.n, "sums": dict(zip((str(each) for each in ELEMENTS), self.sums, strict=True))}

    @classmethod
    def from_json(cls, kept: Mapping[str, object]) -> Scores:
        sums, n = kept["sums"], kept["n"]
        if not isinstance(sums, dict) or not isinstance(n, int):
            raise TypeError("no scores")
        return cls(n, tuple(int(sums[each]) for each in ELEMENTS))


# --- how many must answer ---


def sample_size(population: int) -> int:
    """Krejcie and Morgan: 95 % sure of a share of one half within 5 %; chi square 3.841 for one degree of freedom."""
    if population <= 0:
        return 0
    chi, half, error = Fraction(3841, 1000), Fraction(1, 4), Fraction(25, 10_000)
    return floor(chi * population * half / (error * (population - 1) + chi * half) + Fraction(1, 2))


def spread(size: int, visits: Mapping[int, int]) -> dict[int, int]:
    """The sample spread over services by their visits: largest remainders, and one at least where anybody comes."""
    total = sum(visits.values())
    if total == 0:
        return dict.fromkeys(visits, 0)
    exact = {key: Fraction(size * count, total) for key, count in visits.items()}
    shares = {key: floor(each) for key, each in exact.items()}
    by_rest = sorted(exact, key=lambda key: (shares[key] - exact[key], key))
    for key in by_rest[: max(0, size - sum(shares.values()))]:
        shares[key] += 1
    return {key: max(share, 1) if visits[key] else 0 for key, share in shares.items()}


FULL = 10_000
"""A rate is a number of visits in so many."""


def rate_for(sample: int, visits: int, response_percent: int) -> int:
    """The rate at which so many of the visitors are drawn that `sample` answers can be expected of them."""
    if visits <= 0:
        return FULL
    return min(FULL, -(-sample * 100 * FULL // (visits * response_percent)))


# --- what may be shown ---


def shown_classes(counts: Mapping[str, int], least: int = LEAST) -> set[str]:
    """The classes that may be shown: none under `least`, and none by which a hidden one could be computed.

    Whoever knows the total and all shown classes knows the rest: so that too is either empty or `least` at least.
    """
    shown = {key for key, count in counts.items() if count >= least}
    while 0 < sum(count for key, count in counts.items() if key not in shown) < least and shown:
        shown.discard(min(shown, key=lambda key: (counts[key], key)))
    return shown


def shown_coins(faces: Mapping[int, int]) -> dict[int, int | None]:
    """Face -> touches at one counter; None: too few to be shown. Nothing of a counter with fewer than `LEAST`."""
    counts = {str(face): count for face, count in faces.items()}
    if sum(counts.values()) < LEAST:
        return {}
    shown = shown_classes(counts)
    return {face: count if str(face) in shown or not count else None for face, count in faces.items()}


def class_key(service_id: int | None) -> str:
    """Under which the figures of a service, or (None) of the whole office, are kept."""
    return "all" if service_id is None else str(service_id)


@dataclass(frozen=True, slots=True)
class Lagging:
    """Figures of a period that still runs, shown in steps of `LEAST` answers and one step late.

    Shown at once, the figures before and after a visitor would differ by just what that visitor answered. The last
    step of a period, when it is closed, is as large as any other, because what is shown lags by one.
    """

    shown: Scores = Scores()
    next: Scores = Scores()

    def moved(self, now: Scores, least: int = LEAST) -> Lagging:
        return Lagging(self.next, now) if now.n - self.next.n >= least else self


def by_element(values: Sequence[int]) -> dict[Element, int]:
    """Nine values in the order of the elements."""
    return dict(zip(ELEMENTS, values, strict=True))
