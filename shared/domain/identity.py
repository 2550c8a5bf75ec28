"""Numbers and addresses of people and businesses: what is wrong with them, in codes, and how to hide them.

The NIK: six digits of the region of first registration, day (women: plus 40), month, two digits of the year of birth,
four digits of serial number. It has no check digit, and it is not corrected when its owner moves or when birth data are
corrected: what differs is a warning, never an error.
Source: https://dukcapil.klaten.go.id/arti-16-digit-nomor-induk-kependudukan-nik
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TypeGuard

FEMALE_DAY = 40
"""Added to the day of birth of women."""

_NIK = re.compile(r"[0-9]{16}")
_NIB = re.compile(r"[0-9]{13}")
_KBLI = re.compile(r"[0-9]{5}")
_PHONE = re.compile(r"(?:0|62)[1-9][0-9]{6,11}")
_EMAIL = re.compile(r"[^\s@]+@[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)+")
_EMAIL_MAX = 254
"""Characters. Source: RFC 5321, 4.5.3.1.3, less the angle brackets."""


class Sex(StrEnum):
    """As it stands on the identity card."""

    MALE = "L"
    FEMALE = "P"


@dataclass(frozen=True, slots=True)
class Check:
    """What is wrong (errors: not acceptable) and what is odd (warnings: the officer decides); codes, never values."""

    errors: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


def nik_check(nik: str, office_prefix: str, born_on: date | None = None, sex: str | None = None) -> Check:
    """The codes of what is wrong or odd about a NIK.

    Errors: `nik_length` (not 16 digits), `nik_date` (a day that never was), `nik_serial` (0000).
    Warnings: `nik_region` (not of `office_prefix`, "350810" or "35.08.10"; of a village's code the sub-district
    counts), `nik_birth` and `nik_sex` (another day of birth, another sex than given: "L" or "P").
    """
    if not _NIK.fullmatch(nik):
        return Check(errors=("nik_length",))
    parts = _birth_parts(nik)
    errors = [] if parts else ["nik_date"]
    if nik.endswith("0000"):
        errors.append("nik_serial")
    warnings = [] if nik.startswith(office_prefix.replace(".", "")[:6]) else ["nik_region"]
    if parts and born_on and parts != (born_on.day, born_on.month, born_on.year % 100):
        warnings.append("nik_birth")
    if parts and sex and sex != sex_of(nik):
        warnings.append("nik_sex")
    return Check(tuple(errors), tuple(warnings))


def born_on(nik: str, today: date) -> date | None:
    """The day of birth in a NIK, in the latest century that is not after `today`; None when there is no such day."""
    parts = _birth_parts(nik) if _NIK.fullmatch(nik) else None
    if parts is None:
        return None
    day, month, year = parts
    for century in (2000, 1900):
        found = _day(century + year, month, day)
        if found and found <= today:
            return found
    return None


def sex_of(nik: str) -> Sex:
    """The sex in a NIK of 16 digits."""
    return Sex.FEMALE if int(nik[6:8]) > FEMALE_DAY else Sex.MALE


def applicant_check(
    *,
    name: str,
    nik: str,
    office_prefix: str,
    phone: str = "",
    email: str = "",
    kbli: str = "",
    born_on: date | None = None,
    sex: str | None = None,
) -> Check:
    """What is wrong or odd about an applicant's data; empty phone, e-mail and KBLI are not asked about.

    Errors besides those of `nik_check`: `name_missing`, `phone_invalid`, `email_invalid`, `kbli_invalid`.
    """
    found = nik_check(nik, office_prefix, born_on, sex)
    wrong = {
        "name_missing": not name.strip(),
        "phone_invalid": bool(phone) and not is_phone(phone),
        "email_invalid": bool(email) and not is_email(email),
        "kbli_invalid": bool(kbli) and not is_kbli(kbli),
    }
    return Check(found.errors + tuple(code for code, is_so in wrong.items() if is_so), found.warnings)


def is_nib(value: object) -> TypeGuard[str]:
    """Whether it is an NIB: exactly 13 digits, no check digit is published. Source: PP 24/2018."""
    return isinstance(value, str) and _NIB.fullmatch(value) is not None


def is_kbli(value: str) -> bool:
    """Whether it is a code of the business classification: five digits. Source: Peraturan BPS 2/2020 and 7/2025."""
    return _KBLI.fullmatch(value) is not None


def is_phone(value: str) -> bool:
    """Whether it is an Indonesian phone number, mobile or not, written with 0, 62, +62 or 0062, in any grouping."""
    return _PHONE.fullmatch(_bare(value)) is not None


def is_email(value: str) -> bool:
    """Whether it has the shape of an e-mail address; whether anybody reads it, only a letter can tell."""
    return len(value) <= _EMAIL_MAX and _EMAIL.fullmatch(value) is not None


def plain(text: str) -> str:
    """What was typed or pasted as it was meant: digits of any script as 0 to 9, no unseen signs, blanks single."""
    if text.isascii():
        return " ".join(text.split())
    seen = (each for each in text if unicodedata.category(each) != "Cf")
    digits = (str(unicodedata.decimal(each)) if each.isdecimal() else each for each in seen)
    return " ".join("".join(digits).split())


def tidy(number: str) -> str:
    """A number as typed, without the blanks, dots and dashes that people group it by; other characters stay."""
    return re.sub(r"[\s.\u2010-\u2015-]", "", plain(number))


def phone(text: str) -> str:
    """A phone number in one form, "+6285338312363", so that two spellings can be compared; "" when it is none."""
    bare = _bare(text)
    if not _PHONE.fullmatch(bare):
        return ""
    return f"+62{bare[1:]}" if bare.startswith("0") else f"+{bare}"


def login(text: str) -> str:
    """A name to sign in with: capitals, and blanks around it, make no other account."""
    return plain(text).lower()


def folded(name: str) -> str:
    """A person's name to look for: without capitals, accents and double blanks."""
    bare = plain(name)
    if bare.isascii():
        return bare.casefold()
    parts = unicodedata.normalize("NFKD", bare)
    return "".join(each for each in parts if not unicodedata.combining(each)).casefold()


def sought(applicant: Mapping[str, object], villages: Mapping[str, str]) -> str:
    """By what of an applicant's data the register is searched: name, name of the village, telephone, as `folded` has
    them. A tab parts them, which no text that is looked for has. `villages`: code -> name.
    """
    name, village, number = (str(applicant.get(key) or "") for key in ("name", "village", "phone"))
    return "\t".join((folded(name)[:200], folded(villages.get(village, village))[:80], phone(number)))


def document_number(text: str) -> str:
    """The number of a recap or a report to compare: without capitals, and without blanks around its signs."""
    return re.sub(r" ?([^\w ]) ?", r"\1", folded(text))


def same_number(number: str, given: Iterable[str]) -> str | None:
    """The one of these numbers of documents that is this one, however either was typed; None when none is."""
    wanted = document_number(number)
    return next((each for each in given if document_number(each) == wanted), None)


def unlabelled(text: str) -> str:
    """A NIK or NIB without the word that stands before it where people copy it from: "NIK : 3508 ..."."""
    return re.sub(r"(?i)^ni[kb]\b[ .:]*", "", plain(text))


def mask(nik: str) -> str:
    """A NIK for screens: only its last four characters stay, enough to tell two files apart."""
    shown = nik[-4:] if len(nik) > 4 else ""
    return shown.rjust(len(nik), "*")


def with_masked_nik(text: str) -> str:
    """The text with every NIK in it masked: its last four digits stay."""
    return _NIK_IN_TEXT.sub(lambda found: mask(tidy(found[0])), text)


def without_nik(text: str) -> str:
    """The text with every NIK in it blacked out, also one in groups; phone numbers and NIB (13 digits) are shorter."""
    return _NIK_IN_TEXT.sub("****", text)


_NIK_IN_TEXT = re.compile(r"(?<!\d)\d(?:[ .\-]?\d){15}(?!\d)")
"""16 digits. Source: Permendagri 19/2010, the number of the KTP."""


def _birth_parts(nik: str) -> tuple[int, int, int] | None:
    """Day, month and two digits of the year; None when there is no such day in either century."""
    day, month, year = int(nik[6:8]), int(nik[8:10]), int(nik[10:12])
    day = day - FEMALE_DAY if day > FEMALE_DAY else day
    return (day, month, year) if _day(1900 + year, month, day) or _day(2000 + year, month, day) else None


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _bare(phone: str) -> str:
    """Its digits, without the signs and the noughts that stand for "abroad": "0062 812 ...", "+62 (0)812 ..."."""
    bare = re.sub(r"[()/]", "", tidy(phone)).removeprefix("+")
    return re.sub("^(?:00)?620?", "62", bare)
