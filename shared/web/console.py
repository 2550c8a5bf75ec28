"""Sentences on the console: the catalogues' words in both languages, without a request."""

from __future__ import annotations

from pathlib import Path

from shared.domain.errors import Refusal
from shared.store.disk import database_away, disk_fault
from shared.words import FOLDER, LANGUAGES, texts

WORDS = (FOLDER, Path(__file__).parent)


def say(key: str, /, **facts: object) -> str:
    """The Indonesian sentence, and the English one in brackets."""
    said = [texts(WORDS, language).get(key, key) % facts for language in LANGUAGES]
    return f"{said[0]} ({said[1]})"


def sentence(error: Refusal) -> str:
    """What a refusal says to the person at the console."""
    facts = {name: ", ".join(map(str, each)) if isinstance(each, list) else each for name, each in error.facts.items()}
    return say(f"error.{error.code}", **facts)


def fault_sentence(error: Exception) -> str | None:
    """The sentence for a refusal or a fault of the disk; None for what is an error of the program."""
    refusal = error if isinstance(error, Refusal) else disk_fault(error) or database_away(error)
    return sentence(refusal) if refusal else None
