"""Why no numbers are given and when again: the one place where kiosk, television and its plain page have it from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import TypedDict
from zoneinfo import ZoneInfo

from babel.dates import get_day_names

from shared.domain.calendar import Calendar, OpeningHours
from shared.domain.queue.board import BoardService, HeardBoard
from shared.words import LANGUAGES, Words, words


class Opening(TypedDict):
    """This part of the board. `closed`: language -> why the office gives no numbers; None while it gives some."""

    availability: dict[str, BoardService]
    closed: dict[str, str] | None


class LiveBoard(HeardBoard):
    """The board as screens get it. `waits`: service slug -> [from, to] minutes, where that is known."""

    closed: dict[str, str] | None
    waits: dict[str, list[int]]
    at: str
    build: str


def with_words(services: Mapping[str, BoardService], zone: ZoneInfo, now: datetime) -> Opening:
    """The facts of each service by its slug, with the words of those that give no numbers."""
    availability = {slug: _with_why(one, zone, now) for slug, one in services.items()}
    closed = None
    if availability and not any(one["is_open"] for one in availability.values()):
        first = min(availability.values(), key=lambda one: one["opens_again_at"] or one["opens_again_on"] or "9999")
        closed = {each: _whole_office(words(each), first) for each in LANGUAGES}
    return {"availability": availability, "closed": closed}


def _with_why(one: BoardService, zone: ZoneInfo, now: datetime) -> BoardService:
    return one if one["is_open"] else {**one, "words": {each: _said(words(each), one, zone, now) for each in LANGUAGES}}


def _said(words: Words, one: BoardService, zone: ZoneInfo, now: datetime) -> list[str]:
    why = words(f"availability.{one['code']}")
    return [f"{why} {_reason(one)}".strip(), _again(words, one, zone, now)]


def _whole_office(words: Words, first: BoardService) -> str:
    lead = words("opening.break" if first["code"] == "break" else "opening.shut")
    again = first["words"][words.language][1]
    return " ".join(part for part in (lead, _reason(first), again) if part)


def _reason(one: BoardService) -> str:
    return f"{one['reason']}." if one["reason"] else ""


def _again(words: Words, one: BoardService, zone: ZoneInfo, now: datetime) -> str:
    if one["opens_again_at"]:
        at = datetime.fromisoformat(one["opens_again_at"]).astimezone(zone)
        key = "opening.again_today" if at.date() == now.astimezone(zone).date() else "opening.again_at"
        return words(key, day=words.short_day(at.date()), time=words.clock(at))
    if one["opens_again_on"]:
        return words("opening.again_on", day=words.short_day(date.fromisoformat(one["opens_again_on"])))
    return ""


@dataclass(frozen=True)
class WeekdayHours:
    """Days of the week with the same hours, as they are written: "Senin–Kamis", "07.30–15.30"."""

    days: str
    times: str


def week_hours(calendar: Calendar, today: date, words: Words) -> tuple[WeekdayHours, ...]:
    """The written hours of this week; days in a row with the same hours stand together. Empty when none are written."""
    monday = today - timedelta(days=today.weekday())
    week = [calendar.hours_of(monday + timedelta(days=place)) for place in range(7)]
    names = get_day_names("wide", locale=words.language)
    rows = []
    for hours, places in groupby(range(7), lambda place: _times(week[place], words)):
        days = [names[place] for place in places]
        if hours:
            rows.append(WeekdayHours("–".join(dict.fromkeys((days[0], days[-1]))), hours))
    return tuple(rows)


def _times(hours: OpeningHours | None, words: Words) -> str:
    """ "07.30–12.00, 13.00–15.30"."""
    if hours is None:
        return ""
    ends = [hours.opens, hours.closes]
    if hours.break_from and hours.break_until:
        ends[1:1] = [hours.break_from, hours.break_until]
    clock = [words.clock(at) for at in ends]
    return ", ".join(f"{clock[place]}–{clock[place + 1]}" for place in range(0, len(clock), 2))
