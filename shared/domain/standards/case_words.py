"""In which case something holds, in words: "(Lokasi: Tanah milik orang)" behind a paper, a product, a part of a fee."""

from __future__ import annotations

from collections.abc import Collection

from shared.domain.standards.parts import DeclaredField, When
from shared.domain.standards.standard import Question, ServiceStandard


def in_case(service: ServiceStandard, text: str, when: When, language: str, names: Collection[str] = ()) -> str:
    """The text with its case behind it, where its own words do not say it already.

    `names`: only what depends on these questions and choices is said; empty: on all of them.
    """
    said = case_words(service, [pair for pair in when if not names or pair[0] in names], text, language)
    return f"{text} ({said})" if said else text


def case_words(service: ServiceStandard, when: Collection[tuple[str, str]], text: str, language: str) -> str:
    """ "Lokasi: Tanah milik orang / Tanah desa; Sudah bercerai": a choice by its name, a question by its answers."""
    asked: dict[str, Question | DeclaredField] = {each.key: each for each in service.questions}
    asked |= {each.key: each for each in service.fields}
    chosen = {each.key: each.text_in(language).rstrip("?:") for each in service.fields}
    answers: dict[str, list[str]] = {}
    for name, answer in when:
        options = asked[name].options if name in asked else ()
        worded = next((each.text_in(language) for each in options if each.key == answer), answer)
        answers.setdefault(name, []).append(worded)
    told = {name: " / ".join(each) for name, each in answers.items() if not _says(text, each)}
    return "; ".join(f"{chosen[name]}: {each}" if name in chosen else each for name, each in told.items())


def _says(text: str, answers: Collection[str]) -> bool:
    return all(each.lower() in text.lower() for each in answers)
