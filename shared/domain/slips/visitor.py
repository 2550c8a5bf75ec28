"""The slips of the kiosk: the queue number, and what is still missing.

Handed out in the waiting room, they take no name and no NIK, and a NIK in free text is blacked out. The order of the
lines is the order in which a visitor needs them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Generic, TypeVar

from shared.domain.slips.head import Letterhead, bottom, title, top
from shared.domain.slips.slip import QR, Item, Line, Pair, Rule, SlipWords, Space, Text, public, typed_instead
from shared.domain.standards.facts import ServiceFacts

L = TypeVar("L")


@dataclass(frozen=True, slots=True)
class Frame(Generic[L]):
    """What the number slips of one service have in common now: over the number, over the QR code, and at the foot.

    All free text of an office stands here and not in what is one visitor's, so that a NIK in it is looked for once.
    """

    above: Sequence[L]
    between: Sequence[L]
    below: Sequence[L]

    def around(self, own: Sequence[L], follow: Sequence[L]) -> list[L]:
        """The whole slip, with what `own_lines` and `follow_lines` say for one visitor."""
        return [*self.above, *own, *self.between, *follow, *self.below]


def number_slip(
    head: Letterhead,
    words: SlipWords,
    *,
    number: str,
    taken_at: datetime,
    status_url: str,
    service: str,
    is_delicate: bool = False,
    ahead: int | None = None,
    wait_min: tuple[int, int] | None = None,
    where: str | None = None,
    requirements: Sequence[str] = (),
    ready: Sequence[str] = (),
    facts: ServiceFacts | None = None,
    notice: str | None = None,
    survey_code: str | None = None,
    code: str | None = None,
    code_at: str = "",
) -> list[Line]:
    """The queue number: `frame` around `own_lines` and `follow_lines`."""
    own = own_lines(words, number, taken_at, ahead, wait_min)
    follow = follow_lines(words, status_url, code, code_at, survey_code)
    return frame(head, words, service, is_delicate, where, notice, requirements, ready, facts).around(own, follow)


def frame(
    head: Letterhead,
    words: SlipWords,
    service: str,
    is_delicate: bool = False,
    where: str | None = None,
    notice: str | None = None,
    requirements: Sequence[str] = (),
    ready: Sequence[str] = (),
    facts: ServiceFacts | None = None,
) -> Frame[Line]:
    """`where`: the room in which its visitors wait. `ready`: of the requirements, those that the visitor has with them;
    only the others are on the paper.

    A delicate service is not named; its requirements and facts, which would give it away, stay off the paper.
    """
    above = [
        *top(replace(head, address=None), words),
        Text(words("slip.general") if is_delicate else service, bold=True, align="center", tall=True, part="service"),
        Text(words("slip.number"), align="center", part="label"),
    ]
    between: list[Line] = [*([Pair(words("slip.where"), where)] if where else []), Rule()]
    if notice:
        between += [Text(notice, bold=True, align="center"), Rule()]
    missing = [each for each in requirements if each not in ready]
    if missing and not is_delicate:
        between += [Text(words("slip.bring"), bold=True), *map(Item, missing), Rule()]
    if facts and not is_delicate:
        between += promise_lines(facts, words)
    below = [Space(), Text(words("slip.missed"), bold=True, align="center"), *bottom(head, words)]
    return Frame(public(above), public(between), public(below))


def own_lines(
    words: SlipWords,
    number: str,
    taken_at: datetime,
    ahead: int | None = None,
    wait_min: tuple[int, int] | None = None,
) -> list[Line]:
    """The number, when it was taken and how long it waits.

    `taken_at`: the office's local time. `wait_min`: (low, high) minutes, None when not known well.
    """
    waits: list[Line] = []
    if ahead is not None:
        people = words("slip.people", count=ahead) if ahead else words("slip.nobody")
        waits.append(Pair(words("slip.ahead"), people, bold=True))
    if wait_min is not None:
        waits.append(Pair(words("slip.wait"), _range(wait_min, words), bold=True))
    return [
        Text(number, size=8, bold=True, align="center"),
        Text(words.moment(taken_at), align="center", part="label"),
        *([Rule(), *waits] if waits else []),
    ]


def follow_lines(
    words: SlipWords, status_url: str, code: str | None = None, code_at: str = "", survey_code: str | None = None
) -> list[Line]:
    """How to look at the number on a phone. `code`: what is typed at the address `code_at` instead of scanning."""
    return [
        QR(status_url),
        Text(words("slip.follow"), align="center"),
        *typed_instead(code, words),
        *([Text(words("slip.code_at", address=code_at), align="center", part="small")] if code_at else []),
        *([Text(words("slip.survey_code", code=survey_code), align="center", part="small")] if survey_code else []),
    ]


def survey_slip(head: Letterhead, words: SlipWords, *, number: str, url: str, code: str | None = None) -> list[Line]:
    """The invitation of a visitor on whom the lot of the survey fell; `url` opens the questions, once."""
    lines: list[Line] = [
        *top(head, words),
        Text(words("slip.survey_title"), size=2, bold=True, align="center"),
        Text(number, size=2, bold=True, align="center"),
        Space(8),
        Text(words("slip.survey_why"), align="center"),
        Rule(),
        QR(url),
        *typed_instead(code, words),
        Text(words("slip.survey_how"), align="center"),
        *bottom(head, words),
    ]
    return public(lines)


def missing_requirements_slip(
    head: Letterhead,
    words: SlipWords,
    *,
    service: str,
    missing: Sequence[str],
    ready: Sequence[str] = (),
    made_at: datetime,
) -> list[Line]:
    """What is still missing, from the kiosk, instead of a number or beside it."""
    lines: list[Line] = [
        *top(head, words),
        *title(words, "slip.still_missing", service, made_at),
        Rule(),
        *map(Item, missing),
    ]
    if ready:
        lines += [Space(), Text(words("slip.already"), bold=True), *(Item(each, ticked=True) for each in ready)]
    lines += [Rule(), Text(words("slip.come_back"), align="center"), *bottom(head, words)]
    return public(lines)


def promise_lines(facts: ServiceFacts, words: SlipWords) -> list[Line]:
    """Time, fee and result, and for whom the service is, between two rules; nothing when none is filled in."""
    lines: list[Line] = [Text(line, part="small") for line in facts.lines(words)]
    if facts.criteria:
        lines += [Text(words("fact.criteria"), bold=True, part="small")]
        lines += [Text(f"- {each}", part="small") for each in facts.criteria]
    return [*lines, Rule()] if lines else []


def _range(wait_min: tuple[int, int], words: SlipWords) -> str:
    low, high = wait_min
    if high <= 5:
        return words("slip.short")
    return words("slip.minutes", count=high if low >= high else f"{low}-{high}")
