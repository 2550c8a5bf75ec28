"""What a visitor hears before the desk has looked at anything: which papers to bring, and in which cases."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TypeAlias

from shared.domain.slip import SlipWords
from shared.domain.standard import Requirement, ServiceStandard, applies, next_question
from shared.domain.standard_parts import DeclaredField, FieldKind

Tree: TypeAlias = "dict[str, str | list[str] | dict[str, Tree]]"


def announced(service: ServiceStandard, answers: Mapping[str, str]) -> tuple[Requirement, ...]:
    """What this visitor may have to bring: what is needed, and what depends on a choice that is made at the desk; of
    that the words say in which case ("Persetujuan pemilik tanah (Lokasi: Tanah milik orang)").
    """
    chosen = {each.key for each in service.fields if each.kind == FieldKind.CHOICE}
    at_the_kiosk = [tuple(pair for pair in each.when if pair[0] not in chosen) for each in service.requirements]
    worded = zip(in_their_cases(service), at_the_kiosk, strict=True)
    return tuple(each for each, asked in worded if applies(asked, answers))


def in_their_cases(service: ServiceStandard) -> tuple[Requirement, ...]:
    """All requirements, those that depend on a choice made at the desk with the case in their words."""
    chosen = {each.key: each for each in service.fields if each.kind == FieldKind.CHOICE}
    cases = [[(chosen[name], answer) for name, answer in each.when if name in chosen] for each in service.requirements]
    return tuple(
        _in_cases(each, said) if said else each for each, said in zip(service.requirements, cases, strict=True)
    )


def _in_cases(requirement: Requirement, cases: Sequence[tuple[DeclaredField, str]]) -> Requirement:
    def in_words(language: str) -> str:
        answers: dict[str, list[str]] = {}
        for field, answer in cases:
            option = next((each.text_in(language) for each in field.options if each.key == answer), answer)
            answers.setdefault(field.text_in(language), []).append(option)
        named = "; ".join(f"{name.rstrip('?')}: {' / '.join(options)}" for name, options in answers.items())
        return f"{requirement.text_in(language)} ({named})"

    return replace(requirement, text=in_words("id"), text_en=in_words("en") if requirement.text_en else None)


def to_bring(requirement: Requirement, words: SlipWords) -> str:
    """The paper in words, with what a visitor must know of it before the desk: "KTP (asli diperlihatkan; 2 lembar
    fotokopi)". What its own words say already is not said twice.
    """
    text, original = requirement.text_in(words.language), requirement.original
    details = [
        *([" / ".join(each.text_in(words.language) for each in requirement.choices)] if requirement.choices else []),
        *([words(f"bring.original_{original.value}")] if original else []),
        *([words("slip.copies", count=requirement.copies)] if requirement.copies else []),
        *([words("slip.stamp_duty")] if requirement.stamp_duty else []),
    ]
    untold = [each for each in details if each.lower() not in text.lower()]
    return f"{text} ({'; '.join(untold)})" if untold else text


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
