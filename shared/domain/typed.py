"""Days, times and money as people in the office write them: 26-11-2026, 16.09 and Rp250.000, whatever the language of
their browser.
"""

from __future__ import annotations

import re
from datetime import date
from typing import TypeVar

from shared.domain.bounds import FIRST_DAY, LAST_DAY
from shared.domain.identity import plain, tidy

V = TypeVar("V")

_DAY = re.compile(r"(\d{1,2})[-\u2010-\u2015./ ](\d{1,2})[-\u2010-\u2015./ ](\d{4})")
_ISO_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_CLOCK = re.compile(r"(\d{1,2})[.:]?(\d{2})")
_ISO_CLOCK = re.compile(r"(\d{2}):(\d{2})(:00)?")


def iso_day(value: V) -> V | str:
    """ "26-11-2026" as "2026-11-26"; everything else as it is, for whoever reads it next."""
    found = _DAY.fullmatch(plain(value)) if isinstance(value, str) else None
    return value if found is None else f"{found[3]}-{int(found[2]):02}-{int(found[1]):02}"


def written_day(text: object, first: date = FIRST_DAY, last: date = LAST_DAY) -> date | None:
    """The day that was written, one way or the other; None for what is none, or lies outside of these."""
    found = _ISO_DAY.fullmatch(str(iso_day(text)).strip())
    try:
        day = date(int(found[1]), int(found[2]), int(found[3])) if found else None
    except ValueError:
        return None
    return day if day is not None and first <= day <= last else None


def iso_clock(value: V) -> V | str:
    """ "16.09", "8.05" or "1609" as "16:09"; everything else as it is."""
    found = _CLOCK.fullmatch(plain(value)) if isinstance(value, str) else None
    return value if found is None else f"{int(found[1]):02}:{found[2]}"


def as_typed(value: str) -> str:
    """A day or a time as its box shows it: the other way round; what is neither stays as it was typed."""
    day = _ISO_DAY.fullmatch(value)
    if day is not None:
        return f"{day[3]}-{day[2]}-{day[1]}"
    clock = _ISO_CLOCK.fullmatch(value)
    return value if clock is None else f"{clock[1]}.{clock[2]}"


def rupiah(amount: int) -> str:
    """ "Rp250.000"."""
    return f"Rp{amount:,}".replace(",", ".")


def typed_amount(text: str) -> str:
    """The digits of an amount as people write it, "Rp. 250.000,-" or "250.000,00"; what is none stays none."""
    return re.sub("(?<=[0-9]),0{0,2}$", "", tidy(plain(text).lower().removeprefix("rp")))
