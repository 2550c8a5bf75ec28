"""The service standard: what an office promises for each service, and the steps that carry it out.

What a TOML file of a standard may say, besides the fourteen components of `ServiceStandard` (every name is a field of a
class below or in `standard_parts`; all but key, text and title may be left out):

    queue_only = true             a service without a procedure: the kiosk gives a number, it ends at the counter
    number_after_check = true     the kiosk gives no number: the help desk does, after it has looked at the papers
    online = { address = "https://...", only = true, text = "..." }     online first, or only
    hours = [{ days = ["jumat"], opens = "10:00", closes = "11:30" }]   of this service; without any, the office's
    applicant = ["name", "nik", "phone", "address"]      what is asked of the applicant: see APPLICANT_FIELDS
    applicant_required = ["name"]                        what of it must be there; left out: name and NIK, or nothing
                                                         of who is served in one step: see `is_over_the_counter`
    [[questions]] key, text, options                     asked at the kiosk; the answers can be named in any `when`
    [[fields]] key, text, kind, at, required, options, fields, when, least, most     what is written down of the matter
    requirements = [{ key, text, original = "shown", copies = 2, stamp_duty = true,
                      choices = [{ key = "ktp", text = "KTP" }, { key = "sim", text = "SIM" }] }]
    [[steps]] key, title, role, also_roles, who, when, collects, signs, on_behalf_of, letter_series, may_refuse,
              elsewhere, norm_days, needs_applicant, silent, may_send_back_to, system
    promise = { value, unit, up_to, text, parts = [{ text, value, unit, up_to, when }] }    words alone are enough
    fee = { rupiah, text, rates = [{ text, rupiah, per, percent, when }] }                  so are they here
    products_by_case = [{ text, when }]                  besides `products`, which every applicant gets

`when = [["jenis", "baru"], ["jenis", "ganti"], ["warga", "wni"]]` holds when each name in it (key of a question, or of
a declared field of the kind "choice") has one of the answers named for it. Two steps with opposite `when` are a branch;
a step whose `when` does not hold is left out for that file.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from shared.domain.channel import Channel
from shared.domain.standards.parts import (
    CaseProduct,
    DeclaredField,
    Fee,
    Online,
    Option,
    Original,
    Promise,
    ServiceHours,
    When,
    Worded,
)

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


APPLICANT_FIELDS = ("name", "nik", "phone", "email", "village", "address", "business", "kbli")
"""What may be asked of an applicant, in the order in which it is read aloud. Never a password or a code of theirs."""

OF_A_BUSINESS = ("business", "kbli")
"""Asked for, where a standard does not say, only by services with a step in one of BUSINESS_SYSTEMS."""

BUSINESS_SYSTEMS = ("oss",)


class Role(StrEnum):
    """Who acts in a step. The applicant acts only in the first one; the other roles are officers'."""

    APPLICANT = "pemohon"
    LOKET = "loket"
    KASI = "kasi"
    OPERATOR = "operator"
    SEKRETARIAT = "sekretariat"
    KASIR = "kasir"
    SEKCAM = "sekcam"
    CAMAT = "camat"
    SEKLUR = "seklur"
    LURAH = "lurah"
    KABID = "kabid"
    """Head of a division of a Dinas."""
    SEKDIS = "sekdis"
    KADIS = "kadis"
    """Head of a Dinas, or of another house such as an MPP."""
    ADMIN = "admin"
    KABUPATEN = "kabupaten"
    """Sees the counts of all offices of the installation, and of none anything else; given by the operator alone."""


OFFICE_ROLES = tuple(role for role in Role if role not in (Role.APPLICANT, Role.KABUPATEN))
"""Those that an office gives to its own people."""


CHIEFS = (Role.SEKCAM, Role.CAMAT, Role.SEKLUR, Role.LURAH, Role.KABID, Role.SEKDIS, Role.KADIS)
"""They decide and sign; at a counter they serve only where its work is theirs."""


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
    LETTER = "letter"
    """Number and day of the letter that the office gives out."""
    FOREIGN = "foreign"
    """Number and day of what another house gave, kept as it is written there."""
    BILL = "bill"
    """What this applicant has to pay."""
    PAYMENT = "payment"
    ARCHIVE = "archive"
    RECEIVER = "receiver"
    RECAP = "recap"


SEEN_AT_ONCE = frozenset({Collects.DOCUMENTS, Collects.VALIDATION, Collects.PRODUCT, Collects.RECEIVER})
"""What an officer can say with one press, because nothing of it has to be written down."""


class Signs(StrEnum):
    """How a step that collects a signature signs: initials (paraf), or the signature itself."""

    PARAF = "paraf"
    SIGNATURE = "signature"


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
    `system`: the outside system that the step works in ("oss", "siak"), in small letters; an outage of it pauses the
    files at such steps, and `system_name` says it.
    `also_roles`: any one of them may do it instead of `role`; who then signs does so "a.n." the role. `on_behalf_of`:
    for which role this one always signs. `letter_series`: the book that the number of its letter comes from; without
    one the number is typed. `who`: who it is in the office's own words ("Kepala Seksi Pemerintahan").
    `may_refuse`: this step may end the file as refused; who decides by office (DECIDERS) may without it.
    `elsewhere`: the other house that has the file meanwhile ("Dinas PUPR"); the office's own clock rests then, and
    `norm_days` (working days) is the clock of that house. `role` is who sends it there and takes it back.
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
    also_roles: tuple[Role, ...] = ()
    who: str | None = None
    when: When = ()
    signs: Signs = Signs.SIGNATURE
    on_behalf_of: Role | None = None
    letter_series: str | None = None
    may_refuse: bool = False
    elsewhere: str | None = None
    norm_days: int | None = None

    def title_in(self, language: str) -> str:
        return (language == "en" and self.title_en) or self.title

    @property
    def roles(self) -> tuple[Role, ...]:
        """Whoever may do it, the first one before the others."""
        return (self.role, *self.also_roles)


def system_name(system: str) -> str:
    """ "SIAK" of "siak": the systems of the state are called by their letters."""
    return system.upper()


@dataclass(frozen=True, slots=True)
class Question(Worded):
    """What the kiosk asks because the requirements differ by case; `when`: asked only after these answers."""

    key: str
    text: str
    text_en: str | None = None
    options: tuple[Option, ...] = ()
    when: When = ()


@dataclass(frozen=True, slots=True)
class Requirement(Worded):
    """One thing to bring. `when`: pairs of question key and answer key; see `applies`. `icon`: a lucide name.

    `choices`: one of these is enough ("A, or B, or C"); the desk says which one came. `copies`: photocopies that are
    taken in. `stamp_duty`: it bears a meterai.
    """

    key: str
    text: str
    text_en: str | None = None
    icon: str = "file-text"
    optional: bool = False
    when: When = ()
    original: Original | None = None
    copies: int = 0
    stamp_duty: bool = False
    choices: tuple[Option, ...] = ()

    @property
    def is_given_back(self) -> bool:
        """Whether its original is taken in and handed back with the result."""
        return self.original == Original.RETURNED


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
    queue_only: bool = False
    number_after_check: bool = False
    online: Online | None = None
    hours: tuple[ServiceHours, ...] = ()
    applicant: tuple[str, ...] = ()
    applicant_required: tuple[str, ...] = ()
    fields: tuple[DeclaredField, ...] = ()
    # the 14 components
    requirements: tuple[Requirement, ...] = ()
    steps: tuple[Step, ...] = ()
    promise: Promise | None = None
    fee: Fee | None = None
    products: tuple[str, ...] = ()
    products_en: tuple[str, ...] = ()
    """The same lines in English."""
    products_by_case: tuple[CaseProduct, ...] = ()
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

    @property
    def systems(self) -> frozenset[str]:
        """The outside systems that its steps work in."""
        return frozenset(step.system for step in self.steps if step.system)

    @property
    def asked(self) -> tuple[str, ...]:
        """What is asked of its applicants, in the order of APPLICANT_FIELDS."""
        is_of_business = any(step.system in BUSINESS_SYSTEMS for step in self.steps)
        default = [each for each in APPLICANT_FIELDS if is_of_business or each not in OF_A_BUSINESS]
        wanted = self.applicant or default
        return tuple(each for each in APPLICANT_FIELDS if each in wanted)

    @property
    def is_over_the_counter(self) -> bool:
        """Whether one step at one desk takes in, does and hands over, such as a certified photocopy.

        Nobody has to find the applicant again, so nothing is kept of them unless the office asks for it.
        """
        desks = [step for step in self.steps if step.role != Role.APPLICANT and Collects.RECAP not in step.collects]
        if len(desks) != 1 or desks[0].system in BUSINESS_SYSTEMS or desks[0].elsewhere:
            return False
        return Collects.DOCUMENTS in desks[0].collects and SEEN_AT_ONCE.issuperset(desks[0].collects)

    @property
    def must_have(self) -> tuple[str, ...]:
        """What of it no applicant may leave empty."""
        wanted = self.applicant_required or (() if self.is_over_the_counter else ("name", "nik"))
        return tuple(each for each in self.asked if each in wanted)


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


def gives_numbers(service: ServiceStandard) -> bool:
    """Whether a visitor gets a number without an officer: not online only, not only after a check of the papers."""
    return not service.number_after_check and not (service.online is not None and service.online.only)


def unfilled(service: ServiceStandard, office_channels: Sequence[Channel] = ()) -> tuple[str, ...]:
    """The components that are "belum diisi", in the order of COMPONENTS.

    `office_channels`: where the office hears complaints about every service.
    """
    empty = [key for key in COMPONENTS if getattr(service, key) in (None, (), "")]
    said = {
        "steps": service.queue_only,
        "products": bool(service.products_by_case),
        "complaint": bool(office_channels),
    }
    return tuple(key for key in empty if not said.get(key))


def applies(when: When, answers: Mapping[str, str]) -> bool:
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
