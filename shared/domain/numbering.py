"""Numbers as people read them, and the day they belong to."""

from __future__ import annotations

import re
from datetime import date, datetime, tzinfo

from shared.domain.errors import Unknown


def label(series: str, number: int) -> str:
    """The number on paper and screens: `A-001`; it grows past three digits when it must."""
    return f"{series}-{number:03d}"


def register_label(number: int | None, year: int | None) -> str | None:
    """A file's place in the register: `12/2026`; None before the file was accepted."""
    return None if number is None else f"{number}/{year}"


def parse_label(text: str) -> tuple[str, int]:
    """Letter and number of what a person typed: `A-012`, `a12`, or `12` alone; raises `Unknown("number")`."""
    found = _TYPED.fullmatch(text.strip())
    if found is None:
        raise Unknown("number")
    return found[1].upper(), int(found[2])


_TYPED = re.compile(r"([A-Za-z]?)[-. ]?([0-9]{1,6})")


def office_day(now: datetime, zone: tzinfo) -> date:
    """The day in the office at the aware moment `now`: numbers start again at midnight there, not at the server's."""
    return now.astimezone(zone).date()
