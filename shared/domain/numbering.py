"""Numbers as people read them, and the day they belong to."""

from __future__ import annotations

from datetime import date, datetime, tzinfo


def label(series: str, number: int) -> str:
    """The number on paper and screens: `A-001`; it grows past three digits when it must."""
    return f"{series}-{number:03d}"


def office_day(now: datetime, zone: tzinfo) -> date:
    """The day in the office at the aware moment `now`: numbers start again at midnight there, not at the server's."""
    return now.astimezone(zone).date()
