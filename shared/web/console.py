"""Sentences on the console: the catalogues' words in both languages, without a request."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from shared.domain import identity
from shared.domain.errors import Refusal
from shared.late import late
from shared.words import FOLDER, LANGUAGES, texts

if TYPE_CHECKING:
    from shared.store import disk, reads
    from shared.store.office import Store
else:
    disk, reads = map(late, ("shared.store.disk", "shared.store.reads"))

WORDS = (FOLDER, Path(__file__).parent)


def say(key: str, /, **facts: object) -> str:
    """The Indonesian sentence, and the English one in brackets."""
    said = [texts(WORDS, language).get(key, key) % facts for language in LANGUAGES]
    return f"{said[0]} ({said[1]})"


def office_id(store: Store, slug: str) -> int:
    """The office that a command is about; ends the command with a sentence when there is none of that name."""
    with store.read() as connection:
        offices = {row.slug: row.id for row in reads.offices(connection)}
    slug = identity.login(slug)
    if slug not in offices:
        raise click.ClickException(say("console.no_office", office=slug, known=", ".join(offices) or "-"))
    return int(offices[slug])


def sentence(error: Refusal) -> str:
    """What a refusal says to the person at the console."""
    facts = {name: ", ".join(map(str, each)) if isinstance(each, list) else each for name, each in error.facts.items()}
    return say(f"error.{error.code}", **facts)


def fault_sentence(error: Exception) -> str | None:
    """The sentence for a refusal or a fault of the disk; None for what is an error of the program."""
    refusal = error if isinstance(error, Refusal) else disk.disk_fault(error) or disk.database_away(error)
    return sentence(refusal) if refusal else None
