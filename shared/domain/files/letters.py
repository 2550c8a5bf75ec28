"""Letters that an office sends out: the pattern of their numbers, the series, and who signs them in whose name."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

LONGEST_NUMBER = 80
"""Characters of a number as it stands on the letter."""
MONTHS = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII")
PLACES = ("no", "year", "month", "month_roman")
"""What a pattern may hold in braces: `{no}` or `{no:03}`, `{year}`, `{month}` (two digits), `{month_roman}`."""
_PLACE = re.compile(r"\{([a-z_]*)(?::0([1-9]))?\}")


class Standing(StrEnum):
    """In what standing somebody holds the post that a letter names."""

    HOLDER = "holder"
    PLT = "plt"
    """Pelaksana tugas: the post is vacant."""
    PLH = "plh"
    """Pelaksana harian: its holder is away."""


PREFIX = {Standing.HOLDER: "", Standing.PLT: "Plt. ", Standing.PLH: "Plh. "}


@dataclass(frozen=True, slots=True)
class Signer:
    """Somebody who signs: the post and who holds it. `key` stays the same when the holder changes.

    `on_behalf_of`: the post in whose name this one signs ("a.n. Camat Lumajang"); empty: in its own.
    """

    key: str
    post: str
    name: str
    nip: str = ""
    rank: str = ""
    standing: Standing = Standing.HOLDER
    on_behalf_of: str = ""
    from_on: date | None = None
    until_on: date | None = None

    def signs_on(self, day: date) -> bool:
        """Whether the signer is one on that day; a deputy is so between two days."""
        return (self.from_on or day) <= day <= (self.until_on or day)

    @property
    def heading(self) -> tuple[str, ...]:
        """The lines above the signature."""
        post = PREFIX[self.standing] + self.post
        return (f"a.n. {self.on_behalf_of}", post) if self.on_behalf_of else (post,)

    @property
    def below(self) -> tuple[str, ...]:
        """The lines below the signature, after the name: rank and NIP, as far as they are known."""
        return (*((self.rank,) if self.rank else ()), *((f"NIP {self.nip}",) if self.nip else ()))

    @property
    def line(self) -> str:
        """The signer in one line, for lists."""
        return f"{', '.join(self.heading)}: {self.name}"


@dataclass(frozen=True, slots=True)
class LetterSeries:
    """One book of numbers; it begins with 1 in every year.

    `signer`: the key of who signs its letters unless another is chosen. `on_paper`: the last number that was given in
    `paper_year` before this program gave any.
    """

    key: str
    title: str
    pattern: str
    signer: str | None = None
    on_paper: int = 0
    paper_year: int | None = None
    is_active: bool = True

    def next_after(self, last: int | None, year: int) -> int:
        """The number to give in `year` after `last` (None: none was given yet)."""
        return max(last or 0, self.on_paper if self.paper_year == year else 0) + 1

    def number(self, serial: int, on_day: date) -> str:
        """As it stands on the letter: `400/12/427.90/2026`."""
        return number(self.pattern, serial, on_day)


@dataclass(frozen=True, slots=True)
class IssuedLetter:
    """A letter that has its number; `number` and `signer` never change, whatever the setup says later."""

    id: int
    series: str
    title: str
    number: str
    on_day: date
    signer: Signer | None
    subject: str = ""
    addressee: str = ""
    case_id: int | None = None
    step: str | None = None
    void_reason: str | None = None
    """Why it does not count; its number is not given again."""

    @property
    def is_void(self) -> bool:
        return self.void_reason is not None

    def facts(self) -> dict[str, object]:
        """What a program is told: no person's data."""
        return {
            "id": self.id,
            "series": self.series,
            "number": self.number,
            "on": self.on_day.isoformat(),
            "signer": self.signer.line if self.signer else None,
            "is_void": self.is_void,
        }


def number(pattern: str, serial: int, on_day: date) -> str:
    """The pattern with its places filled in."""

    def filled(place: re.Match[str]) -> str:
        match place[1]:
            case "no":
                return str(serial).zfill(int(place[2] or 1))
            case "year":
                return str(on_day.year)
            case "month":
                return f"{on_day.month:02}"
            case _:
                return MONTHS[on_day.month - 1]

    return _PLACE.sub(filled, pattern)


def pattern_fault(pattern: str) -> str | None:
    """The code of what is wrong with a pattern; None when its numbers are fit to be given.

    Each number must be told from all others of its series: the running number once and with something that is no digit
    beside it, and the year.
    """
    places = list(_PLACE.finditer(pattern))
    names = [place[1] for place in places]
    if re.search(r"[{}]", _PLACE.sub("", pattern)) or not set(names) <= set(PLACES):
        return "pattern_place"
    if any(place[2] and place[1] != "no" for place in places):
        return "pattern_place"
    if names.count("no") != 1:
        return "pattern_no"
    if "year" not in names:
        return "pattern_year"
    running = next(place for place in places if place[1] == "no")
    beside = pattern[: running.start()][-1:], pattern[running.end() :][:1]
    if any(mark.isdigit() or mark in ("{", "}") for mark in beside if mark):
        return "pattern_beside"
    if len(number(pattern, 10**6, date(2100, 12, 31))) > LONGEST_NUMBER:
        return "pattern_long"
    return None


def signer_on(signers: Iterable[Signer], key: str | None, day: date) -> Signer | None:
    """The signer of that key who signs on `day`; a deputy's line comes before the holder's of the same key."""
    mine = [each for each in signers if each.key == key and each.signs_on(day)]
    return min(mine, key=lambda each: each.from_on is None and each.until_on is None, default=None)
