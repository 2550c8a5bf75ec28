"""The service standard: what an office promises for each service, and the steps that carry it out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from shared.domain.channel import Channel, ChannelKind

PUBLISHED = ("requirements", "steps", "promise", "fee", "products", "complaint")
MANAGEMENT = (
    "legal_basis",
    "facilities",
    "competence",
    "supervision",
    "staff_count",
    "guarantee",
    "safety",
    "evaluation",
)
COMPONENTS = PUBLISHED + MANAGEMENT
"""The 14 components of a service standard in their official order: six for the public, eight for the office.
Source: the annex of Permenkeu 46/PMK.01/2021 and the published standards of East Java offices."""

SHORT_NAME_LENGTH = 28
"""Characters of a service's name that fit on a tile of the kiosk."""


class Role(StrEnum):
    """Who acts in a step. The applicant acts only in the first one; the other roles are officers'."""

    APPLICANT = "pemohon"
    LOKET = "loket"
    KASI = "kasi"
    OPERATOR = "operator"
    SEKRETARIAT = "sekretariat"
    CAMAT = "camat"
    ADMIN = "admin"


class Collects(StrEnum):
    """What a step can gather; a closed set, because the domain must know how to check each of them."""

    DOCUMENTS = "documents"
    VALIDATION = "validation"
    ACCOUNT = "account"
    LOGIN = "login"
    ENTRY = "entry"
    CONFIRMATION = "confirmation"
    PRODUCT = "product"
    SIGNATURE = "signature"
    ARCHIVE = "archive"
    RECEIVER = "receiver"
    RECAP = "recap"


class Unit(StrEnum):
    """In what a promised time is counted."""

    MINUTES = "minutes"
    HOURS = "hours"
    WORKING_DAYS = "working_days"


class Category(StrEnum):
    """What kind of service the law sees; None where the office has not said it."""

    PERIZINAN = "perizinan"
    NONPERIZINAN = "nonperizinan"
    PENGADUAN = "pengaduan"


@dataclass(frozen=True, slots=True)
class Step:
    """One station of the procedure.

    `title` is short, for buttons and trays; `text` is the sentence of the standard. `may_send_back_to` holds keys of
    earlier steps, or "pemohon": back into the applicant's hands. `silent`: never calls the applicant.
    `system`: the outside system that the step works in ("oss"); an outage of it pauses the files at such steps.
    """

    key: str
    title: str
    role: Role
    needs_applicant: bool = False
    collects: tuple[Collects, ...] = ()
    may_send_back_to: tuple[str, ...] = ()
    norm_minutes: int | None = None
    silent: bool = False
    title_en: str | None = None
    text: str | None = None
    system: str | None = None


class Worded:
    """What the kiosk says in two languages; Indonesian stands in for English that nobody wrote."""

    __slots__ = ()
    text: str
    text_en: str | None

    def text_in(self, language: str) -> str:
        return (language == "en" and self.text_en) or self.text


@dataclass(frozen=True, slots=True)
class Option(Worded):
    """One answer to a question."""

    key: str
    text: str
    text_en: str | None = None


@dataclass(frozen=True, slots=True)
class Question(Worded):
    """What the kiosk asks because the requirements differ by case; `when`: asked only after these answers."""

    key: str
    text: str
    text_en: str | None = None
    options: tuple[Option, ...] = ()
    when: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Requirement(Worded):
    """One thing to bring. `when`: pairs of question key and answer key; see `applies`. `icon`: a lucide name."""

    key: str
    text: str
    text_en: str | None = None
    icon: str = "file-text"
    optional: bool = False
    when: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Promise:
    """The promised time, counted from the complete file."""

    value: int
    unit: Unit
    text: str


@dataclass(frozen=True, slots=True)
class Fee:
    """What it costs: 0 is free of charge, None means that only the words say it (a tariff by size)."""

    rupiah: int | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class Criterion(Worded):
    """For whom the service is; read by the applicant before the queue and by whoever validates the file."""

    text: str
    text_en: str | None = None


@dataclass(frozen=True, slots=True)
class OriginalWording:
    """What the office's own text says in a component (a key of COMPONENTS) where it was mended or left out."""

    component: str
    text: str


@dataclass(frozen=True, slots=True)
class ServiceStandard:
    """One service with its standard. None or empty means "belum diisi": left out for the public, asked for in setup.

    `series`: the letter of its queue numbers, unique in the office. `is_delicate`: its name never stands beside a
    number. `group`: under what the kiosk lists it when there are many. `complaint`: empty means the office's own
    channels. `notes` and `originals` are for the office alone: corrections made, law to check, where a starting value
    comes from, and its own words where they were mended.
    """

    slug: str
    series: str
    name: str
    short_name: str
    name_en: str | None = None
    icon: str = "file-text"
    is_delicate: bool = False
    category: Category | None = None
    group: str | None = None
    group_en: str | None = None
    title: str | None = None
    decree_number: str | None = None
    decree_on: date | None = None
    questions: tuple[Question, ...] = ()
    criteria: tuple[Criterion, ...] = ()
    # the 14 components
    requirements: tuple[Requirement, ...] = ()
    steps: tuple[Step, ...] = ()
    promise: Promise | None = None
    fee: Fee | None = None
    products: tuple[str, ...] = ()
    complaint: tuple[Channel, ...] = ()
    legal_basis: tuple[str, ...] = ()
    facilities: tuple[str, ...] = ()
    competence: str | None = None
    supervision: str | None = None
    staff_count: int | None = None
    guarantee: str | None = None
    safety: str | None = None
    evaluation: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    originals: tuple[OriginalWording, ...] = ()

    def name_in(self, language: str) -> str:
        return (language == "en" and self.name_en) or self.name


@dataclass(frozen=True, slots=True)
class OfficeStandard:
    """An office and all that it promises. `name` is whole ("Kecamatan Lumajang"), `unit` the kind of office in it.

    `region_code`: of the sub-district, "35.08.10". `pledge`: the text of the maklumat pelayanan. `letterhead`: the
    lines above the name on paper. `complaint`: the channels of every service that has none of its own.
    """

    slug: str
    name: str
    unit: str
    region_code: str
    address: str | None = None
    phone: str | None = None
    web: str | None = None
    timezone: str = "Asia/Jakarta"
    pledge: str | None = None
    letterhead: tuple[str, ...] = ()
    complaint: tuple[Channel, ...] = ()
    services: tuple[ServiceStandard, ...] = ()


def unfilled(service: ServiceStandard, office_channels: Sequence[Channel] = ()) -> tuple[str, ...]:
    """The components that are "belum diisi", in the order of COMPONENTS.

    `office_channels`: where the office hears complaints about every service.
    """
    empty = [key for key in COMPONENTS if getattr(service, key) in (None, (), "")]
    return tuple(key for key in empty if key != "complaint" or not office_channels)


def applies(when: tuple[tuple[str, str], ...], answers: Mapping[str, str]) -> bool:
    """Whether the answers (question key -> answer key) meet `when`.

    Every question named must be answered, with one of the answers named for it; an empty `when` always applies.
    """
    return all((question, answers.get(question)) in when for question, _ in when)


def next_question(service: ServiceStandard, answers: Mapping[str, str]) -> Question | None:
    """The first question that applies and has no answer yet; None when all is known."""
    open_questions = (each for each in service.questions if each.key not in answers and applies(each.when, answers))
    return next(open_questions, None)


def needed(service: ServiceStandard, answers: Mapping[str, str]) -> tuple[Requirement, ...]:
    """What this applicant has to bring, after all questions are answered (`next_question` is None)."""
    return tuple(each for each in service.requirements if applies(each.when, answers))


def questions_tree(service: ServiceStandard, answers: Mapping[str, str] | None = None) -> dict[str, Any]:
    """All ways through the questions, for a page that must know them without asking: plain JSON values.

    {"ask": question key, "then": {option key: tree}}, or, once all is answered, {"bring": [requirement keys]}.
    """
    known = dict(answers or {})
    question = next_question(service, known)
    if question is None:
        return {"bring": [each.key for each in needed(service, known)]}
    then = {each.key: questions_tree(service, {**known, question.key: each.key}) for each in question.options}
    return {"ask": question.key, "then": then}


def to_table(standard: ServiceStandard | OfficeStandard) -> dict[str, Any]:
    """The standard as plain JSON values, to be stored as a version or written as TOML; what is None is left out."""
    table = _plain(standard)
    assert isinstance(table, dict)
    return table


def _plain(value: object) -> object:
    if is_dataclass(value) and not isinstance(value, type):
        parts = {field.name: getattr(value, field.name) for field in fields(value)}
        return {name: _plain(part) for name, part in parts.items() if part is not None}
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    if isinstance(value, date):
        return value.isoformat()
    return value.value if isinstance(value, StrEnum) else value


def from_table(table: Mapping[str, Any]) -> ServiceStandard:
    """The service that `to_table` wrote. It trusts the table; what a person wrote goes through `shared.standards`."""
    parts = {name: _frozen(value) for name, value in table.items()}
    if "category" in parts:
        parts["category"] = Category(parts["category"])
    if "promise" in parts:
        parts["promise"] = Promise(**{**parts["promise"], "unit": Unit(parts["promise"]["unit"])})
    if "fee" in parts:
        parts["fee"] = Fee(**parts["fee"])
    if "decree_on" in parts:
        parts["decree_on"] = date.fromisoformat(parts["decree_on"])
    parts["complaint"] = channels(parts.get("complaint", ()))
    parts["criteria"] = tuple(Criterion(**each) for each in parts.get("criteria", ()))
    parts["originals"] = tuple(OriginalWording(**each) for each in parts.get("originals", ()))
    parts["questions"] = tuple(_question(each) for each in parts.get("questions", ()))
    parts["requirements"] = tuple(Requirement(**each) for each in parts.get("requirements", ()))
    parts["steps"] = tuple(_step(each) for each in parts.get("steps", ()))
    return ServiceStandard(**parts)


def channels(tables: Iterable[Mapping[str, Any]]) -> tuple[Channel, ...]:
    """What `to_table` made of channels."""
    return tuple(Channel(**{**each, "kind": ChannelKind(each["kind"])}) for each in tables)


def _question(table: Mapping[str, Any]) -> Question:
    return Question(**{**table, "options": tuple(Option(**each) for each in table.get("options", ()))})


def _step(table: Mapping[str, Any]) -> Step:
    collects = tuple(Collects(each) for each in table.get("collects", ()))
    return Step(**{**table, "role": Role(table["role"]), "collects": collects})


def _frozen(value: Any) -> Any:
    """Lists of JSON as tuples, at every depth."""
    if isinstance(value, dict):
        return {name: _frozen(part) for name, part in value.items()}
    return tuple(_frozen(each) for each in value) if isinstance(value, list) else value
