"""Numbers and codes as people read and type them, and the day they belong to."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date, datetime, tzinfo
from hashlib import sha256
from itertools import product
from string import ascii_uppercase

from shared.domain.errors import Unknown
from shared.domain.identity import plain

SERIES = "[A-Z]{1,2}"
"""The letters before a queue number: one or two, so that an office may have more than 26 services."""


def letters() -> Iterator[str]:
    """Every series in the order in which they are given: A to Z, then AA to ZZ."""
    yield from ascii_uppercase
    yield from map("".join, product(ascii_uppercase, repeat=2))


def free_letters(taken: Collection[str]) -> Iterator[str]:
    """The series that no service has yet, the next one first."""
    return (each for each in letters() if each not in taken)


def label(series: str, number: int) -> str:
    """The number on paper and screens: `A-001`; it grows past three digits when it must."""
    return f"{series}-{number:03d}"


COLOURS = 8


def series_colour(series: str) -> int:
    """Which of the COLOURS the letters of a service have on every screen, from 1: neighbours in the alphabet differ."""
    place = 0
    for letter in series:
        place = 26 * place + ord(letter) - ord("A") + 1
    return (place - 1) % COLOURS + 1


def register_label(number: int | None, year: int | None) -> str | None:
    """A file's place in the register: `12/2026`; None before the file was accepted."""
    return None if number is None else f"{number}/{year}"


def parse_label(text: str) -> tuple[str, int]:
    """Letters and number of what a person typed: `A-012`, `aa12`, or `12` alone; raises `Unknown("number")`."""
    found = _TYPED.fullmatch(plain(unicodedata.normalize("NFKC", text)))  # full-width letters are letters
    if found is None:
        raise Unknown("number")
    return found[1].upper(), int(found[2])


_TYPED = re.compile(r"([A-Za-z]{0,2}) ?[-.\u2010-\u2015]? ?([0-9]{1,6})")


def parse_register(text: str) -> tuple[int, int | None] | None:
    """Number and year of a register number as typed: `12/2026`, `012 / 2026`, `12` alone; None for anything else."""
    found = _REGISTER.fullmatch(plain(text))
    return None if found is None else (int(found[1]), int(found[2]) if found[2] else None)


_REGISTER = re.compile(r"(?:[Nn][Oo]\.? ?)?([0-9]{1,7})(?: ?[/.\u2010-\u2015-] ?((?:19|20)[0-9]{2}))?")


def following(earlier: Sequence[str], year: int) -> str:
    """The number that would come after these, which somebody wrote by hand, the newest first; "" after none.

    The running part is the one in which the last two of a kind differ, else the first that is no year. In a new year
    it begins again with 1.
    """
    if not earlier:
        return ""
    parts = _DIGITS.split(earlier[0])
    places = [n for n in range(1, len(parts), 2) if not _YEAR.fullmatch(parts[n])]
    if not places:
        return ""
    alike = (each for each in map(_DIGITS.split, earlier[1:]) if each[0::2] == parts[0::2])
    before = next(alike, None)
    place = next((n for n in places if before is not None and before[n] != parts[n]), places[0])
    years = [n for n in range(1, len(parts), 2) if _YEAR.fullmatch(parts[n])]
    is_new = bool(years) and all(int(parts[n]) != year for n in years)
    for n in years:
        parts[n] = str(year)
    running = 1 if is_new else int(parts[place]) + 1
    parts[place] = str(running).zfill(len(parts[place]) if parts[place].startswith("0") else 1)
    return "".join(parts)


_DIGITS = re.compile(r"([0-9]+)")
_YEAR = re.compile(r"(?:19|20)[0-9]{2}")


def claim_code(token: str) -> str:
    """Ten digits that stand for a file's token where nobody can scan it: like the token, they cannot be guessed."""
    return f"{int.from_bytes(sha256(token.encode()).digest()[:8]) % 10**10:010d}"


def parse_claim(text: str) -> str | None:
    """The ten digits as typed, with or without blanks; None for anything else."""
    digits = plain(text).replace(" ", "")
    return digits if _CLAIM.fullmatch(digits) else None


_CLAIM = re.compile(r"[0-9]{10}")


def office_day(now: datetime, zone: tzinfo) -> date:
    """The day in the office at the aware moment `now`: numbers start again at midnight there, not at the server's."""
    return now.astimezone(zone).date()


# Six signs that stand for a token where nobody can scan it; they are typed at the kiosk, at a desk or on a phone.
#
# How safe they are: 24 signs give 24**6 = 191 million codes. An office with 5,000 that open something (files under way,
# those that ended in the last 90 days, the numbers of today) is hit by one try in 38,000. A phone may try 10 times a
# minute and 30 times a day in vain, all phones together 300 times a day (see `display/phone_code`), which is one hit in
# 127 days; what it shows is where a file stands, never a name. A kiosk and a desk stand in the office, where somebody
# sees who tries.
# Two codes that happen to be the same open nothing (1 pair in 15 offices of that size): their QR codes still do.

SHORT_SIGNS = "ACDEFGHJKMNPQRTVWXY34679"
"""No sign that is taken for another: B8, IL1, O0, S5, UV and Z2 are left out but for the V."""
SHORT_LENGTH = 6
SURVEY_DIGITS = 4
"""Of the code that opens the survey together with a number: it has few tries."""


def short_code(token: str) -> str:
    """As it is printed: "K7M-4QX"; like the token, it cannot be guessed."""
    rest, signs = int.from_bytes(sha256(b"short " + token.encode()).digest()[:8]), ""
    for _ in range(SHORT_LENGTH):
        rest, place = divmod(rest, len(SHORT_SIGNS))
        signs += SHORT_SIGNS[place]
    return f"{signs[:3]}-{signs[3:]}"


def survey_code(token: str) -> str:
    """The digits on the number slip that show that somebody holds it: like the token, they cannot be computed."""
    return f"{int.from_bytes(sha256(b'survey ' + token.encode()).digest()[:8]) % 10**SURVEY_DIGITS:0{SURVEY_DIGITS}d}"


_SHORT = re.compile(f"[{SHORT_SIGNS}]{{{SHORT_LENGTH}}}")


def parse_short(text: str) -> str | None:
    """A code as it was typed, with or without its dash, in the form of `short_code`; None for anything else."""
    signs = re.sub(r"[\s.\u2010-\u2015-]", "", plain(text)).upper()
    return f"{signs[:3]}-{signs[3:]}" if _SHORT.fullmatch(signs) else None


def token_of(code: str, tokens: Iterable[str]) -> str | None:
    """The one of these tokens that has this code; None when none or more than one has."""
    found = {token for token in tokens if short_code(token) == code}
    return found.pop() if len(found) == 1 else None
