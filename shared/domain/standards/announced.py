"""What a visitor hears before the desk has looked at anything: which papers to bring, and in which cases."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TypeAlias

from shared.domain.slips.slip import SlipWords
from shared.domain.standards.case_words import in_case
from shared.domain.standards.parts import FieldKind
from shared.domain.standards.standard import Requirement, ServiceStandard, applies, next_question

Tree: TypeAlias = "dict[str, str | list[str] | dict[str, Tree]]"


def announced(service: ServiceStandard, answers: Mapping[str, str]) -> tuple[Requirement, ...]:
    """What this visitor may have to bring: what is needed, and what depends on a choice that is made at the desk; of
    that the words say in which case ("Persetujuan pemilik tanah (Lokasi: Tanah milik orang)").
    """
    chosen = {each.key for each in service.fields if each.kind == FieldKind.CHOICE}
    at_the_kiosk = [tuple(pair for pair in each.when if pair[0] not in chosen) for each in service.requirements]
    worded = zip(in_their_cases(service), at_the_kiosk, strict=True)
    return tuple(each for each, asked in worded if applies(asked, answers))


def in_their_cases(service: ServiceStandard, *, asked: bool = False) -> tuple[Requirement, ...]:
    """All requirements, those that depend on a choice made at the desk with the case in their words.

    `asked`: also those that depend on what the kiosk asks, for a page on which nobody has answered.
    """
    names = {each.key for each in service.fields if each.kind == FieldKind.CHOICE}
    names |= {each.key for each in service.questions} if asked else set()
    return tuple(_in_case(service, each, names) if names else each for each in service.requirements)


def _in_case(service: ServiceStandard, each: Requirement, names: set[str]) -> Requirement:
    english = in_case(service, each.text_en, each.when, "en", names) if each.text_en else None
    return replace(each, text=in_case(service, each.text, each.when, "id", names), text_en=english)


def to_bring(requirement: Requirement, words: SlipWords) -> str:
    """The paper in words, with what a visitor must know of it before the desk: "KTP (asli diperlihatkan; 2 lembar
    fotokopi)". What its own words say already is not said twice: "Fotokopi KTP (1 lembar)".
    """
    text, original = requirement.text_in(words.language), requirement.original
    details = [
        *([" / ".join(each.text_in(words.language) for each in requirement.choices)] if requirement.choices else []),
        *([words(f"bring.original_{original.value}")] if original else []),
        *(
            [copies_words(text, requirement.copies, words, beside_original=original is not None)]
            if requirement.copies
            else []
        ),
        *([words("slip.stamp_duty")] if requirement.stamp_duty else []),
    ]
    untold = [each for each in details if each.lower() not in text.lower()]
    return f"{text} ({'; '.join(untold)})" if untold else text


def copies_words(text: str, count: int, words: SlipWords, *, beside_original: bool = False) -> str:
    """ "2 lembar fotokopi"; behind a text that speaks of a photocopy already, and of no original, "2 lembar"."""
    kind = "sheets" if words("bring.photocopy") in text.lower() and not beside_original else "copies"
    return words(f"slip.{kind}.{'one' if count == 1 else 'many'}", count=count)


def questions_tree(service: ServiceStandard, answers: Mapping[str, str] | None = None) -> Tree:
    """All ways through the questions, for a page that must know them without asking: plain JSON values.

    {"ask": question key, "then": {option key: tree}}, or, once all is answered, {"bring": [requirement keys]}.
    """
    known = dict(answers or {})
    question = next_question(service, known)
    if question is None:
        return {"bring": [each.key for each in announced(service, known)]}
    then = {each.key: questions_tree(service, {**known, question.key: each.key}) for each in question.options}
    return {"ask": question.key, "then": then}
