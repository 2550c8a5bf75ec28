"""Words for people: the catalogues, one dict for each language, and how a language writes a date. Knows no request."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import cache, lru_cache
from pathlib import Path

from babel.dates import format_date, get_month_names

LANGUAGES = ("id", "en")
"""Indonesian is the default; English on request. Others only with words by a native speaker."""

FOLDER = Path(__file__).parent
"""Its `locale` holds what is said below the screens: on slips, in names that the program gives."""


_IN_A_SHEET = re.compile(r"\b(\d\d)-(\d\d)-(\d{4})\b(?: (\d\d)\.(\d\d)\b)?")


@dataclass(frozen=True, slots=True)
class Words:
    """One language. `words("slip.ahead")` is its text; `day` and `moment` are its dates, as a slip has them."""

    language: str
    texts: Mapping[str, str]

    def __call__(self, key: str, /, **facts: object) -> str:
        text = self.texts.get(key, key)
        return text % facts if facts else text

    def day(self, on: date) -> str:
        """ "Senin, 23 November 2026", in one piece when the line breaks."""
        return _day(on, self.language)

    def short(self, at: date, *, seconds: bool = False, today: date | None = None) -> str:
        """ "26 Nov 2026", of a moment "26 Nov 2026, 16.09"; "hari ini, 16.09" when it fell on `today`."""
        day = f"{at.day} {_months(self.language)[at.month]} {at.year}"
        if not isinstance(at, datetime):
            return day
        return f"{self('date.today') if at.date() == today else day}, {self.clock(at, seconds=seconds)}"

    def written(self, text: str) -> str:
        """A text whose days and moments stand as in a sheet, "26-11-2026 16.09", with them as people read them."""

        def said(found: re.Match[str]) -> str:
            day, month, year, hour, minute = (int(each or 0) for each in found.groups())
            try:
                at = datetime(year, month, day, hour, minute) if found[4] else date(year, month, day)
            except ValueError:
                return found[0]
            return self.short(at)

        return _IN_A_SHEET.sub(said, text)

    def short_day(self, on: date) -> str:
        """ "Senin, 23 November": this year's."""
        return format_date(on, "EEEE, d MMMM", locale=self.language)

    def clock(self, at: datetime | time, *, seconds: bool = False) -> str:
        """ "08.15", in English "08:15"."""
        parts = f"{at:%H:%M:%S}" if seconds else f"{at:%H:%M}"
        return parts.replace(":", ".") if self.language == "id" else parts

    def moment(self, at: datetime) -> str:
        """ "Senin, 23 November 2026 pukul 08.15": the date and the time each stay in one piece."""
        return f"{self.day(at.date())} {'pukul' if self.language == 'id' else 'at'}{_NBSP}{self.clock(at)}"


@cache
def words(language: str = "id") -> Words:
    """The words below the screens; Indonesian for a language that nobody has written."""
    known = language if language in LANGUAGES else "id"
    return Words(known, texts((FOLDER,), known))


@cache
def texts(folders: tuple[Path, ...], language: str) -> Mapping[str, str]:
    """Message -> what is said, from `locale/<language>/LC_MESSAGES/messages.po` of all these folders."""
    told: dict[str, str] = {}
    for folder in folders:
        if (folder / "locale").is_dir():
            told |= catalogue(folder, language)
    return told


_QUOTED = r'("(?:.*)"(?:\n".*")*)'
_ENTRY = re.compile(rf"^msgid {_QUOTED}\nmsgstr {_QUOTED}$", re.MULTILINE)
_ESCAPED = re.compile(r"\\(.)")


def catalogue(folder: Path, language: str) -> dict[str, str]:
    """Message -> what is said, of one folder. Our files have no plurals and no contexts: Babel's reader, which knows
    them, took a tenth of a start; a test compares the two.
    """
    text = (folder / "locale" / language / "LC_MESSAGES" / "messages.po").read_text(encoding="utf-8")
    found = ((_plain(key), _plain(said)) for key, said in _ENTRY.findall(text))
    return {key: said for key, said in found if key and said}


def _plain(quoted: str) -> str:
    joined = quoted[1:-1].replace('"\n"', "")  # what runs over several lines
    return _ESCAPED.sub(lambda found: {"n": "\n", "t": "\t"}.get(found[1], found[1]), joined)


@cache
def _months(language: str) -> Mapping[int, str]:
    return get_month_names("abbreviated", locale=language)


@lru_cache(maxsize=64)
def _day(on: date, language: str) -> str:
    return format_date(on, "EEEE, d MMMM y", locale=language).replace(" ", _NBSP)


_NBSP = "\N{NO-BREAK SPACE}"
