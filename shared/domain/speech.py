"""The words of a call, phrase by phrase; it knows no sound, only words, so that no synthesiser ever sees "A-002"."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from shared.domain.errors import Invalid, Unknown

Style = Literal["digits", "whole"]

LANGUAGES = ("id", "en")
STYLES: tuple[Style, ...] = ("digits", "whole")
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
HIGHEST_COUNTER = 99
HIGHEST_WHOLE = 999
RECORDABLE_COUNTERS = 20
LONGEST_NUMBER = 8
LONGEST_NAME = 40


@dataclass(frozen=True, slots=True)
class Phrase:
    """One piece of a call. `key` never changes, because recordings are kept by it; `text` is what is said."""

    key: str
    text: str


# fmt: off
_LETTER_NAMES = {
    "id": [
        "A", "Be", "Ce", "De", "E", "Ef", "Ge", "Ha", "I", "Je", "Ka", "El", "Em",
        "En", "O", "Pe", "Ki", "Er", "Es", "Te", "U", "Fe", "We", "Eks", "Ye", "Zet",
    ],
    "en": list(LETTERS),
}
_SMALL = {
    "id": ["nol", "satu", "dua", "tiga", "empat", "lima", "enam", "tujuh", "delapan", "sembilan", "sepuluh", "sebelas"],
    "en": [
        "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
        "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
    ],
}
_ENGLISH_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
# fmt: on
_COUNTER_WORD = {"id": "loket", "en": "counter"}
_FIXED = {
    "id": {
        "phrase.number": "Nomor antrean",
        "phrase.proceed": "Silakan menuju",
        "phrase.test": "Ini percobaan suara",
        "phrase.break": "Pelayanan sedang istirahat. Mohon menunggu",
        "phrase.closing": "Pelayanan hari ini telah selesai. Terima kasih",
    },
    "en": {
        "phrase.number": "Queue number",
        "phrase.proceed": "Please proceed to",
        "phrase.test": "This is a sound test",
        "phrase.break": "The counters are taking a break. Please wait",
        "phrase.closing": "Our service has closed for today. Thank you",
    },
}
# Said letter by letter although they could be read as a word; capitals without a vowel (KTP, RT) always are.
_SPELLED = frozenset({"OSS", "NIB", "UMKM", "KBLI", "SOP", "IKM", "USB", "PIN", "ID"})

_KEY = re.compile(
    r"letter\.[A-Z]|digit\.[0-9]|number\.(?:0|[1-9][0-9]{0,2})|phrase\.[a-z]{1,20}|counter\.[a-z0-9](?:[a-z0-9-]{0,39})"
)
_COUNTER_NUMBER = re.compile(r"(?:(?:loket|counter)\s*)?0*([0-9]{1,3})", re.IGNORECASE)
_TICKET_IN_TEXT = re.compile(r"\b(?:[A-Z]{1,3}[- ]?[0-9]{2,4}|[A-Z]{1,3}-[0-9])\b")
_CAPITALS = re.compile(r"\b[A-Z]{2,5}\b")
_RUPIAH = re.compile(r"\bRp\.?\s?([0-9][0-9.]*[0-9]|[0-9])")


def call_phrases(number: str, counter: str | int, language: str = "id", style: Style = "digits") -> tuple[Phrase, ...]:
    """What is said when `number` ("A-002") is called to `counter` (1..99, or a name such as "Meja Operator").

    The last two phrases are always "please proceed to" and the counter.
    Raises Invalid for a number without digits, a counter that has no place, a language or style that nobody speaks.
    """
    return (
        phrase("phrase.number", language),
        *_number_phrases(number, language, style),
        phrase("phrase.proceed", language),
        _counter_phrase(counter, language),
    )


def sentence(number: str, counter: str | int, language: str = "id", style: Style = "digits") -> str:
    """The call as one text: "Nomor antrean, A, nol, nol, dua. Silakan menuju loket satu." Raises as `call_phrases`."""
    *called, proceed, place = call_phrases(number, counter, language, style)
    return f"{', '.join(p.text for p in called)}. {proceed.text} {place.text}."


def phrase(key: str, language: str = "id") -> Phrase:
    """The phrase with this key. Raises Unknown for a key without fixed words: the name of a counter has none."""
    _check_language(language)
    kind, _, which = key.partition(".")
    if not is_key(key):
        raise Unknown("phrase", key=key)
    if kind == "letter":
        return Phrase(key, _LETTER_NAMES[language][LETTERS.index(which)])
    if kind in ("digit", "number"):
        return Phrase(key, number_words(int(which), language))
    if kind == "counter" and which.isdecimal():
        return _counter_phrase(int(which), language)
    if key in _FIXED[language]:
        return Phrase(key, _FIXED[language][key])
    raise Unknown("phrase", key=key)


def all_phrases(language: str = "id") -> tuple[Phrase, ...]:
    """Everything that an office is asked to record: the fixed phrases, 10 digits, 26 letters, 20 counters (UX 24)."""
    _check_language(language)
    keys = [*_FIXED[language], *(f"digit.{d}" for d in range(10)), *(f"letter.{letter}" for letter in LETTERS)]
    keys += [f"counter.{n}" for n in range(1, RECORDABLE_COUNTERS + 1)]
    return tuple(phrase(key, language) for key in keys)


def is_key(key: str) -> bool:
    """Whether a recording may carry this key; such a key is also safe as a file name."""
    return _KEY.fullmatch(key) is not None


def number_words(number: int, language: str = "id") -> str:
    """A whole number 0..999 in words: 12 is "dua belas", "twelve". Raises Invalid outside of that."""
    _check_language(language)
    if not 0 <= number <= HIGHEST_WHOLE:
        raise Invalid("number", fields=["number"])
    return _indonesian(number) if language == "id" else _english(number)


def readable(text: str, language: str = "id") -> str:
    """`text` of a screen as it should be spoken: ticket numbers digit by digit, KTP as letters, Rp 10.000 as rupiah."""
    _check_language(language)
    text = _TICKET_IN_TEXT.sub(lambda found: _spelled(found.group(), language), text)
    text = _RUPIAH.sub(r"\1 rupiah", text)
    return _CAPITALS.sub(lambda found: _letters(found.group(), language), text)


def _number_phrases(number: str, language: str, style: Style) -> list[Phrase]:
    if style not in STYLES:
        raise Invalid("style", fields=["style"])
    runs = re.findall(r"[A-Z]|[0-9]+", number.upper())
    if not number.isascii() or len(number) > LONGEST_NUMBER or not runs or not runs[-1].isdigit():
        raise Invalid("number", fields=["number"])
    return [one for run in runs for one in _run_phrases(run, language, style)]


def _run_phrases(run: str, language: str, style: Style) -> list[Phrase]:
    """The phrases of one letter or of one run of digits; what is longer than 999 is always said digit by digit."""
    if run.isalpha():
        return [phrase(f"letter.{run}", language)]
    if style == "whole" and int(run) <= HIGHEST_WHOLE:
        return [phrase(f"number.{int(run)}", language)]
    return [phrase(f"digit.{digit}", language) for digit in run]


def _counter_phrase(counter: str | int, language: str) -> Phrase:
    name = " ".join(str(counter).split())
    numbered = _COUNTER_NUMBER.fullmatch(name)
    if numbered:
        place = int(numbered.group(1))
        if not 1 <= place <= HIGHEST_COUNTER:
            raise Invalid("counter", fields=["counter"])
        return Phrase(f"counter.{place}", f"{_COUNTER_WORD[language]} {number_words(place, language)}")
    slug = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
    if not slug or len(name) > LONGEST_NAME or slug.isdecimal():
        raise Invalid("counter", fields=["counter"])
    return Phrase(f"counter.{slug}", _name_words(name, language))


def _name_words(name: str, language: str) -> str:
    """A counter's name without digits: "Meja 3" is said "Meja tiga"."""

    def words(found: re.Match[str]) -> str:
        digits = found.group()
        if int(digits) <= HIGHEST_WHOLE:
            return f" {number_words(int(digits), language)} "
        return " " + " ".join(number_words(int(d), language) for d in digits) + " "

    return " ".join(re.sub(r"[0-9]+", words, name).replace("-", " ").split())


def _spelled(number: str, language: str) -> str:
    return ", ".join(p.text for p in _number_phrases(number, language, "digits"))


def _letters(capitals: str, language: str) -> str:
    if capitals not in _SPELLED and set(capitals) & set("AEIOU"):
        return capitals
    return " ".join(phrase(f"letter.{letter}", language).text for letter in capitals)


def _indonesian(number: int) -> str:
    if number < 12:
        return _SMALL["id"][number]
    if number < 20:
        return f"{_indonesian(number - 10)} belas"
    if number < 100:
        return f"{_indonesian(number // 10)} puluh{_rest_id(number % 10)}"
    hundreds = "seratus" if number < 200 else f"{_indonesian(number // 100)} ratus"
    return f"{hundreds}{_rest_id(number % 100)}"


def _rest_id(number: int) -> str:
    return f" {_indonesian(number)}" if number else ""


def _english(number: int) -> str:
    if number < 20:
        return _SMALL["en"][number]
    if number < 100:
        tens = _ENGLISH_TENS[number // 10 - 2]
        return f"{tens} {_english(number % 10)}" if number % 10 else tens
    hundreds = f"{_english(number // 100)} hundred"
    return f"{hundreds} {_english(number % 100)}" if number % 100 else hundreds


def _check_language(language: str) -> None:
    if language not in LANGUAGES:
        raise Invalid("language", fields=["language"])
