"""How large a number and how far a day from outside may be, and which text can be kept at all."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date

HIGHEST = 2**31 - 1
"""What an `integer` of PostgreSQL holds; no id and no count of an office comes near it."""
FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2100, 12, 31)
"""Days of an office: adding a day or another time zone must not leave the calendar of Python."""

_BAD_TEXT = re.compile("[\x00\ud800-\udfff]")

_UNSEEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]")


def is_text(text: str) -> bool:
    """Whether a database can keep it: no NUL, no half of a surrogate pair."""
    return _BAD_TEXT.search(text) is None


def on_paper(value: object) -> object:
    """Texts within tables and lists without control characters, which come along when people paste from a word
    processor, and which no DOCX and no accessible PDF may hold.
    """
    if isinstance(value, str):
        return _UNSEEN.sub(" ", value)
    if isinstance(value, Mapping):
        return {key: on_paper(each) for key, each in value.items()}
    return [on_paper(each) for each in value] if isinstance(value, list | tuple) else value
