"""How large a number and how far a day from outside may be, and which text can be kept at all."""

from __future__ import annotations

import re
from datetime import date

HIGHEST = 2**31 - 1
"""What an `integer` of PostgreSQL holds; no id and no count of an office comes near it."""
FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2100, 12, 31)
"""Days of an office: adding a day or another time zone must not leave the calendar of Python."""

_BAD_TEXT = re.compile("[\x00\ud800-\udfff]")


def is_text(text: str) -> bool:
    """Whether a database can keep it: no NUL, no half of a surrogate pair."""
    return _BAD_TEXT.search(text) is None
