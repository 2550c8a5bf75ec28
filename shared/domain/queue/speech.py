"""The words of a call, phrase by phrase; it knows no sound, only words, so that no synthesiser ever sees "A-002"."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from shared.domain.errors import Invalid, Unknown

Style = Literal["digits", "whole"]

LANGUAGES = ("id", "en")
STYLES: tuple[Style, ...] = ("digits", "whole")
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
HIGHEST_IN_WORDS = 9999
HIGHEST_WHOLE = 999
"""Of the numbers of tickets; a longer one is easier to follow digit by digit."""
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
# Written short with a full stop, which a synthesiser takes for the end of the sentence.
_ABBREVIATIONS = {
    "adm": "administrasi",
    "bag": "bagian",
    "bpk": "bapak",
    "ds": "desa",
    "gd": "gedung",
    "jl": "jalan",
    "kab": "kabupaten",
    "kec": "kecamatan",
    "kel": "kelurahan",
    "lt": "lantai",
    "no": "nomor",
    "pel": "pelayanan",
    "r": "ruang",
    "rg": "ruang",
    "sekr": "sekretariat",
}
_UNTIL = {"id": "sampai", "en": "to"}
_SIGNS = {"id": {"&": " dan ", "+": " dan "}, "en": {"&": " and ", "+": " and "}}
# Said letter by letter although they could be read as a word; capitals without a vowel (KTP, RT) always are.
_SPELLED = frozenset({"OSS", "NIB", "UMKM", "KBLI", "SOP", "IKM", "USB", "PIN", "ID"})

_KEY = re.compile(
    r"letter\.[A-Z]|digit\.[0-9]|number\.(?:0|[1-9][0-9]{0,2})|phrase\.[a-z]{1,20}|counter\.[a-z0-9](?:[a-z0-9-]{0,39})"
)
_COUNTER_NUMBER = re.compile(r"(?:(?:loket|counter) ?)?0*([0-9]+)", re.IGNORECASE)
_TICKET_IN_TEXT = re.compile(r"\b(?:[A-Z]{1,3}[- ]?[0-9]{2,4}|[A-Z]{1,3}-[0-9])\b")
_CAPITALS = re.compile(r"\b[A-Z]{2,5}\b")
_STOPPED = re.compile(r"\b([A-Za-z]{1,4})\.")
_ROMANS = [
    "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X",
    "XI", "XII", "XIII", "XIV", "XV", "XVI", "XVII", "XVIII", "XIX", "XX",
]  # fmt: skip
_ROMAN = re.compile(r"\b((?i:loket|counter|meja|ruang|lantai) )?([IVX]{1,5})\b(?!-\w)")
_UP_TO = re.compile(r"(?i:\bs ?/ ?d\b|\bs\. ?d\b)\.?")
_THOUSANDS = re.compile(r"(?<![0-9.])[1-9][0-9]{0,2}(?:\.[0-9]{3})+(?![0-9.])")
_RUPIAH = re.compile(r"\bRp\.?\s?([0-9][0-9.]*[0-9]|[0-9])")


def call_phrases(number: str, counter: str | int, language: str = "id", style: Style = "digits") -> tuple[Phrase, ...]:
    """What is said when `number` ("A-002") is called to `counter` (a number, or a name such as "Meja Operator").

    The last two phrases are always "please proceed to" and the counter.
    Raises Invalid for a number without digits, a counter of which nothing can be said (see `unspeakable`), a language
    or style that nobody speaks.
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
    """Everything that an office is asked to record: the fixed phrases, 10 digits, 26 letters, 20 counters."""
    _check_language(language)
    keys = [*_FIXED[language], *(f"digit.{d}" for d in range(10)), *(f"letter.{letter}" for letter in LETTERS)]
    keys += [f"counter.{n}" for n in range(1, RECORDABLE_COUNTERS + 1)]
    return tuple(phrase(key, language) for key in keys)


def is_key(key: str) -> bool:
    """Whether a recording may carry this key; such a key is also safe as a file name."""
    return _KEY.fullmatch(key) is not None


def unspeakable(name: str) -> str:
    """The letters and signs of a counter's name that no voice here can say; the whole name when nothing is left of it.

    Empty for a name that can be spoken. Latin letters, digits of any script and punctuation can.
    """
    wrong = "".join(char for char in dict.fromkeys(unicodedata.normalize("NFKC", name)) if not _is_speakable(char))
    return wrong or ("" if _slug(_latin(name)) else name)


def speakable(name: str, number: int) -> str:
    """What a counter is called by: its name, or its number where the name has something that no voice can say."""
    return str(number) if unspeakable(name) else name


def number_words(number: int, language: str = "id") -> str:
    """A whole number 0..9999 in words: 12 is "dua belas", "twelve". Raises Invalid outside of that."""
    _check_language(language)
    if not 0 <= number <= HIGHEST_IN_WORDS:
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
    if isinstance(counter, int) and counter < 0:
        raise Invalid("counter", fields=["counter"])
    name = _latin(str(counter))
    numbered = _COUNTER_NUMBER.fullmatch(re.sub(r"^\W+|\W+$", "", name))
    if numbered:
        digits = numbered.group(1)
        return Phrase(f"counter.{digits}", f"{_COUNTER_WORD[language]} {_digits_in_words(digits, language)}")
    slug = _slug(name)
    if not slug or len(str(counter)) > LONGEST_NAME:
        raise Invalid("counter", fields=["counter"])
    return Phrase(f"counter.{slug}", _name_words(name, language))


def _latin(name: str) -> str:
    """The name with plain digits and letters (full-width ones, digits of other scripts), without what has no sound."""
    apart = (f" {char} " if unicodedata.category(char) == "No" else char for char in name)  # 2\u00b2 is not 22
    plain = unicodedata.normalize("NFKC", "".join(apart))
    plain = "".join(str(unicodedata.decimal(char, char)) if _is_speakable(char) else " " for char in plain)
    return " ".join(plain.split())


def _is_speakable(char: str) -> bool:
    kind = unicodedata.category(char)
    if kind[0] == "L":
        return unicodedata.name(char, "").startswith("LATIN ")
    return kind in ("Nd", "Mn", "Zs") or kind[0] == "P" or char in _SIGNS["id"] or char.isspace()


def _slug(name: str) -> str:
    """The name as part of a key; accents count only where nothing else is left, because old recordings lack them."""
    letters = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
    if not letters:
        bare = unicodedata.normalize("NFKD", name.lower())
        letters = re.sub(r"[^a-z0-9]+", "-", bare).strip("-")
    return letters[:LONGEST_NAME].strip("-")


def _name_words(name: str, language: str) -> str:
    """A counter's name as it is spoken: "Meja 3 & R. OSS" is "Meja tiga dan ruang O Es Es"."""
    name = _UP_TO.sub(f" {_UNTIL[language]} ", name)
    name = _THOUSANDS.sub(lambda found: found[0].replace(".", ""), name)
    name = _STOPPED.sub(lambda found: f"{_ABBREVIATIONS.get(found[1].lower(), found[1])} ", name)
    name = re.sub(r"[&+]", lambda found: _SIGNS[language][found[0]], name)
    name = _ROMAN.sub(_roman, name)
    name = re.sub(r"(?<=[0-9])[.:](?=0[0-9])0", f" {_SMALL[language][0]} ", name)  # 08.05 is not 8.5
    name = re.sub(r"0*([0-9]+)", lambda found: f" {_digits_in_words(found[1], language)} ", name)
    name = re.sub(r"[^\w\s',]", " ", name).replace("_", " ")
    return _CAPITALS.sub(lambda found: _letters(found.group(), language), " ".join(name.split()))


def _roman(found: re.Match[str]) -> str:
    """ "Loket IV", and "Loket I" because it stands beside "Loket II"; one letter by itself is a letter."""
    before, letters = found[1] or "", found[2]
    is_number = letters in _ROMANS and (before or len(letters) > 1)
    return f"{before}{_ROMANS.index(letters) + 1}" if is_number else found[0]


def _digits_in_words(digits: str, language: str) -> str:
    """A whole number as long as it has words, else digit by digit."""
    if int(digits) <= HIGHEST_IN_WORDS:
        return number_words(int(digits), language)
    return " ".join(number_words(int(digit), language) for digit in digits)


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
        return f"{_indonesian(number // 10)} puluh{_then(number % 10, _indonesian)}"
    size, one, many = (100, "seratus", "ratus") if number < 1000 else (1000, "seribu", "ribu")
    most = one if number < 2 * size else f"{_indonesian(number // size)} {many}"
    return f"{most}{_then(number % size, _indonesian)}"


def _english(number: int) -> str:
    if number < 20:
        return _SMALL["en"][number]
    if number < 100:
        return f"{_ENGLISH_TENS[number // 10 - 2]}{_then(number % 10, _english)}"
    size, word = (100, "hundred") if number < 1000 else (1000, "thousand")
    return f"{_english(number // size)} {word}{_then(number % size, _english)}"


def _then(rest: int, words: Callable[[int], str]) -> str:
    return f" {words(rest)}" if rest else ""


def _check_language(language: str) -> None:
    if language not in LANGUAGES:
        raise Invalid("language", fields=["language"])
