"""The smaller parts of a service standard: declared fields, promise, fee, products by case, hours, the way online."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

When = tuple[tuple[str, str], ...]
"""Pairs of a name (of a question or of a choice field) and an answer; see `standard.applies`."""


class Worded:
    """What the kiosk says in two languages; Indonesian stands in for English that nobody wrote."""

    __slots__ = ()
    text: str
    text_en: str | None

    def text_in(self, language: str) -> str:
        return (language == "en" and self.text_en) or self.text


@dataclass(frozen=True, slots=True)
class Option(Worded):
    """One answer to a question, one value of a choice, one of several documents that will do."""

    key: str
    text: str
    text_en: str | None = None


class Original(StrEnum):
    """What happens to the original of a document."""

    SHOWN = "shown"
    """It is shown at the desk and stays with the applicant."""
    RETURNED = "returned"
    """It is taken in, and given back with the result."""
    KEPT = "kept"
    """It stays with the office."""


class FieldKind(StrEnum):
    """What may be written into a declared field; see `matter.fault`."""

    TEXT = "text"
    LONG_TEXT = "long_text"
    NUMBER = "number"
    MONEY = "money"
    DATE = "date"
    TIME = "time"
    CHOICE = "choice"
    NIK = "nik"
    PHONE = "phone"
    GROUP = "group"
    """Several persons or things, each with the same `fields`: heirs, witnesses, plots of land."""


@dataclass(frozen=True, slots=True)
class GroupField(Worded):
    """One field of each entry of a group; a group holds no further group."""

    key: str
    text: str
    text_en: str | None = None
    kind: FieldKind = FieldKind.TEXT
    required: bool = True
    options: tuple[Option, ...] = ()


@dataclass(frozen=True, slots=True)
class DeclaredField(Worded):
    """Something of the matter that the office writes down, such as the second party, an heir, the day of an event.

    `at`: key of the step that fills it; None: the first desk, before the file is accepted. `options`: of a choice.
    `fields`: of each entry of a group, which has from `least` to `most` entries. `when`: asked for only then.
    """

    key: str
    text: str
    text_en: str | None = None
    kind: FieldKind = FieldKind.TEXT
    required: bool = True
    at: str | None = None
    options: tuple[Option, ...] = ()
    fields: tuple[GroupField, ...] = ()
    least: int = 1
    most: int = 12
    when: When = ()


class Unit(StrEnum):
    """In what a promised time is counted."""

    MINUTES = "minutes"
    HOURS = "hours"
    WORKING_DAYS = "working_days"
    DAYS = "days"
    """Days of the calendar."""


@dataclass(frozen=True, slots=True)
class PromisePart:
    """The promised time of one part of the work, or of one case (`when`)."""

    text: str
    value: int | None = None
    unit: Unit | None = None
    up_to: int | None = None
    when: When = ()


@dataclass(frozen=True, slots=True)
class Promise:
    """The promised time, counted from the complete file; `text` is printed as it is.

    Without `value` and `unit` the words are the whole promise, and no clock runs. `up_to`: the longest of a range
    ("3 sampai 5 hari kerja"), by which it is due. `parts`: the first with a `when` that holds is the promise of that
    file; the others only divide it.
    """

    value: int | None = None
    unit: Unit | None = None
    text: str = ""
    up_to: int | None = None
    parts: tuple[PromisePart, ...] = ()


@dataclass(frozen=True, slots=True)
class Rate:
    """What is paid in one case (`when`): so many rupiah, for each of `per` (key of a declared number field) where that
    is said; or so many percent of `per`, a declared sum of money ("1 % of the price")."""

    text: str
    rupiah: int | None = None
    per: str | None = None
    percent: float | None = None
    when: When = ()


@dataclass(frozen=True, slots=True)
class Fee:
    """What it costs: 0 is free of charge, None means that the rates or only the words say it (a tariff by size)."""

    rupiah: int | None = None
    text: str = ""
    rates: tuple[Rate, ...] = ()


@dataclass(frozen=True, slots=True)
class CaseProduct(Worded):
    """What an applicant gets in some cases only."""

    text: str
    text_en: str | None = None
    when: When = ()


@dataclass(frozen=True, slots=True)
class Online(Worded):
    """The service can be had at `address`; `only`: nowhere else, and the kiosk gives no number for it."""

    address: str
    only: bool = False
    text: str = ""
    text_en: str | None = None


class Weekday(StrEnum):
    """As an office writes the days; Monday is the first."""

    SENIN = "senin"
    SELASA = "selasa"
    RABU = "rabu"
    KAMIS = "kamis"
    JUMAT = "jumat"
    SABTU = "sabtu"
    MINGGU = "minggu"


@dataclass(frozen=True, slots=True)
class ServiceHours:
    """When this service is given on these days, within the hours of the office; "10:00"."""

    days: tuple[Weekday, ...]
    opens: str
    closes: str
