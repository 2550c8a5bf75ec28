"""What a service standard must mean to be workable; every fault is a sentence in Indonesian with its place."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields, is_dataclass

from shared.domain.channel import WALKED_TO, Channel
from shared.domain.standard import (
    COMPONENTS,
    SHORT_NAME_LENGTH,
    Collects,
    OfficeStandard,
    Question,
    Role,
    ServiceStandard,
    Step,
)

PLACES = {
    "services": "layanan",
    "questions": "pertanyaan",
    "options": "pilihan",
    "requirements": "persyaratan",
    "steps": "tahap",
    "promise": "jangka waktu",
    "fee": "biaya",
    "complaint": "pengaduan",
    "criteria": "kriteria",
    "originals": "naskah asli",
}
"""How the parts of a standard are called where a fault is reported; parts of a list are counted from 1."""

TIMEZONES = ("Asia/Jakarta", "Asia/Pontianak", "Asia/Makassar", "Asia/Jayapura")

_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_KEY = re.compile(r"[a-z][a-z0-9_-]*")
_ICON = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_SERIES = re.compile(r"[A-Z]")
_REGION = re.compile(r"[0-9]{2}\.[0-9]{2}\.[0-9]{2}")
_INSTAGRAM = re.compile(r"@?[A-Za-z0-9._]{1,30}")

_COLLECTED_BY = {Collects.DOCUMENTS: Role.LOKET, Collects.RECEIVER: Role.LOKET, Collects.RECAP: Role.KASI}
"""As the moves of a file are: the loket accepts and hands over, the section head makes the recap."""

_WITH_APPLICANT = (Collects.DOCUMENTS, Collects.LOGIN, Collects.CONFIRMATION, Collects.RECEIVER)
_ONCE = (Collects.DOCUMENTS, Collects.CONFIRMATION, Collects.PRODUCT, Collects.RECEIVER, Collects.RECAP)
_MAY_RETURN = (Role.LOKET, Role.KASI)

_BEFORE = (
    (Collects.ACCOUNT, Collects.LOGIN),
    (Collects.ENTRY, Collects.CONFIRMATION),
    (Collects.CONFIRMATION, Collects.PRODUCT),
    (Collects.PRODUCT, Collects.RECEIVER),
    (Collects.RECEIVER, Collects.RECAP),
)
"""What comes no later than what, in a procedure that collects both."""

_NOTHING_BEHIND = {
    Collects.RECEIVER: "sesudah penyerahan hanya boleh ada rekap",
    Collects.RECAP: "rekap harus tahap terakhir",
}


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault; `place` is empty when the whole office or the whole service is meant."""

    place: str
    sentence: str

    def __str__(self) -> str:
        return f"{self.place}: {self.sentence}" if self.place else self.sentence


def join(place: str, part: str) -> str:
    """The place of a part: "layanan 2" and "tahap 3" make "layanan 2, tahap 3"."""
    return f"{place}, {part}" if place else part


def problems(standard: OfficeStandard) -> list[Fault]:
    """Every fault of an office's standard; an empty list means that the office can work by it."""
    found = [*_texts(standard, ""), *_office(standard)]
    for number, service in enumerate(standard.services, 1):
        found += service_problems(service, f"layanan {number}")
    found += _taken("services", "", "slug", [each.slug for each in standard.services])
    found += _taken("services", "", "seri", [each.series for each in standard.services])
    return found


def service_problems(service: ServiceStandard, place: str = "") -> list[Fault]:
    """Every fault of one service by itself; `place` goes before the place of each."""
    return [
        *_texts(service, place),
        *_service(service, place),
        *_components(service, place),
        *_questions(service, place),
        *_requirements(service, place),
        *_steps(service, place),
        *_order(service, place),
    ]


def _texts(part: object, place: str) -> Iterator[Fault]:
    """Texts that say nothing, or would command a printer, at every depth but that of another service."""
    assert is_dataclass(part)
    for field in fields(part):
        value = getattr(part, field.name)
        values = value if isinstance(value, tuple) else (value,)
        texts = [each for each in values if isinstance(each, str)]
        if not all(text.strip() for text in texts):
            yield Fault(place, f"'{field.name}' kosong")
        if any(_CONTROL.search(text) for text in texts):
            yield Fault(place, f"'{field.name}' berisi tanda kendali yang tidak dapat dicetak")
        if is_dataclass(value):
            yield from _texts(value, join(place, PLACES[field.name]))
        for number, each in enumerate(value if isinstance(value, tuple) else (), 1):
            if is_dataclass(each) and not isinstance(each, ServiceStandard):
                yield from _texts(each, join(place, f"{PLACES[field.name]} {number}"))


def _office(standard: OfficeStandard) -> Iterator[Fault]:
    yield from _spelling("", standard.slug)
    if not _REGION.fullmatch(standard.region_code):
        yield Fault("", f"kode wilayah '{standard.region_code}' harus berbentuk 35.08.10")
    if standard.timezone not in TIMEZONES:
        yield Fault("", f"zona waktu '{standard.timezone}' tidak dikenal; pilih salah satu: {', '.join(TIMEZONES)}")
    yield from _channels(standard.complaint, "")
    if not standard.services:
        yield Fault("", "belum ada layanan")


def _service(service: ServiceStandard, place: str) -> Iterator[Fault]:
    yield from _spelling(place, service.slug)
    if not _SERIES.fullmatch(service.series):
        yield Fault(place, f"seri '{service.series}' harus satu huruf dari A sampai Z")
    if len(service.short_name) > SHORT_NAME_LENGTH:
        yield Fault(place, f"nama singkat '{service.short_name}' lebih dari {SHORT_NAME_LENGTH} huruf")
    yield from _icon(place, service.icon)


def _components(service: ServiceStandard, place: str) -> Iterator[Fault]:
    if service.promise and service.promise.value < 1:
        yield Fault(join(place, "jangka waktu"), "nilainya harus lebih dari nol")
    if service.fee and (service.fee.rupiah or 0) < 0:
        yield Fault(join(place, "biaya"), "rupiah tidak boleh kurang dari nol")
    if service.staff_count is not None and service.staff_count < 1:
        yield Fault(place, "jumlah pelaksana harus lebih dari nol")
    yield from _channels(service.complaint, place)
    for number, each in enumerate(service.originals, 1):
        if each.component not in COMPONENTS:
            yield Fault(join(place, f"naskah asli {number}"), f"komponen '{each.component}' tidak dikenal")


def _channels(channels: Iterable[Channel], place: str) -> Iterator[Fault]:
    here = join(place, "pengaduan")
    for each in channels:
        if each.value is None and each.kind not in WALKED_TO:
            yield Fault(here, "'value' belum diisi")
        elif each.label == "Instagram" and not _INSTAGRAM.fullmatch(each.value or ""):
            yield Fault(here, f"nama Instagram '{each.value}' tidak sah")


def _questions(service: ServiceStandard, place: str) -> Iterator[Fault]:
    yield from _keys("questions", place, [each.key for each in service.questions])
    for number, question in enumerate(service.questions, 1):
        here = join(place, f"pertanyaan {number}")
        if len(question.options) < 2:
            yield Fault(here, "perlu sedikitnya dua pilihan")
        yield from _keys("options", here, [each.key for each in question.options])
        yield from _when(question.when, service.questions[: number - 1], here)


def _requirements(service: ServiceStandard, place: str) -> Iterator[Fault]:
    yield from _keys("requirements", place, [each.key for each in service.requirements])
    for number, requirement in enumerate(service.requirements, 1):
        here = join(place, f"persyaratan {number}")
        yield from _icon(here, requirement.icon)
        yield from _when(requirement.when, service.questions, here)


def _when(when: tuple[tuple[str, str], ...], questions: tuple[Question, ...], place: str) -> Iterator[Fault]:
    known = {each.key: {option.key for option in each.options} for each in questions}
    for question, answer in when:
        if question not in known:
            yield Fault(place, f"'when' menyebut pertanyaan '{question}' yang tidak ada sebelumnya")
        elif answer not in known[question]:
            yield Fault(place, f"'when' menyebut pilihan '{answer}' yang tidak ada pada pertanyaan '{question}'")


def _steps(service: ServiceStandard, place: str) -> Iterator[Fault]:
    if not service.steps:
        yield Fault(place, "belum ada tahap")
    yield from _keys("steps", place, [each.key for each in service.steps])
    for number, step in enumerate(service.steps, 1):
        sentences = [*_actor(step, number), *_presence(step), *_ways_back(service.steps, number)]
        yield from (Fault(join(place, f"tahap {number}"), sentence) for sentence in sentences)


def _actor(step: Step, number: int) -> Iterator[str]:
    if step.key == Role.APPLICANT:
        yield "kunci 'pemohon' sudah berarti pemohon sendiri; pilih kunci lain"
    if step.role is Role.ADMIN:
        yield "peran 'admin' tidak menjalankan tahap"
    if step.role is Role.APPLICANT and number > 1:
        yield "peran 'pemohon' hanya untuk tahap 1"
    if step.role is Role.APPLICANT and (step.collects or step.may_send_back_to):
        yield "tahap pemohon tidak mengumpulkan dan tidak mengembalikan apa pun"
    for thing, role in _COLLECTED_BY.items():
        if thing in step.collects and step.role not in (role, Role.APPLICANT):
            yield f"'{thing}' hanya dapat dikumpulkan oleh peran '{role}'"
    if step.norm_minutes is not None and step.norm_minutes < 1:
        yield "'norm_minutes' harus lebih dari nol"


def _presence(step: Step) -> Iterator[str]:
    if step.silent and step.needs_applicant:
        yield "tahap yang tidak memanggil ('silent') tidak dapat memerlukan pemohon"
    for thing in _WITH_APPLICANT:
        if thing in step.collects and not step.needs_applicant:
            yield f"'{thing}' memerlukan pemohon: isi needs_applicant = true"


def _ways_back(steps: tuple[Step, ...], number: int) -> Iterator[str]:
    step, known = steps[number - 1], {each.key for each in steps}
    earlier = {each.key: each for each in steps[: number - 1]}
    for target in step.may_send_back_to:
        if target == Role.APPLICANT:
            if step.role not in _MAY_RETURN and step.role is not Role.APPLICANT:
                yield "hanya loket dan kasi yang dapat mengembalikan berkas kepada pemohon"
        elif target not in known:
            yield f"tahap tujuan '{target}' tidak dikenal"
        elif target not in earlier:
            yield f"hanya dapat mengembalikan ke tahap sebelumnya, bukan ke '{target}'"
        elif earlier[target].role is Role.APPLICANT:
            yield f"untuk mengembalikan kepada pemohon tulis 'pemohon', bukan '{target}'"


def _order(service: ServiceStandard, place: str) -> Iterator[Fault]:
    steps = [(number, step) for number, step in enumerate(service.steps, 1)]
    officers = [(number, step) for number, step in steps if step.role is not Role.APPLICANT]
    if steps and not officers:
        yield Fault(place, "belum ada tahap petugas")
    if officers and officers[0][1].role is not Role.LOKET:
        yield Fault(join(place, f"tahap {officers[0][0]}"), "tahap petugas yang pertama harus berperan 'loket'")
    at = {thing: [number for number, step in steps if thing in step.collects] for thing in Collects}
    for thing in _ONCE:
        for number in at[thing][1:]:
            yield Fault(join(place, f"tahap {number}"), f"'{thing}' sudah dikumpulkan di tahap {at[thing][0]}")
    for first, later in _BEFORE:
        if at[first] and at[later] and at[first][0] > at[later][0]:
            sentence = f"'{later}' tidak dapat mendahului '{first}' di tahap {at[first][0]}"
            yield Fault(join(place, f"tahap {at[later][0]}"), sentence)
    documents = at[Collects.DOCUMENTS][:1]
    if officers and documents and documents[0] > officers[0][0]:
        yield Fault(join(place, f"tahap {documents[0]}"), "berkas harus diterima di tahap petugas yang pertama")
    # A file is completed by the hand-over and closed by the recap: a step behind them could never be reached.
    for thing, rule in _NOTHING_BEHIND.items():
        for number, step in steps[at[thing][0] :] if at[thing] else ():
            if Collects.RECAP not in step.collects:
                yield Fault(join(place, f"tahap {number}"), rule)


def _keys(name: str, place: str, keys: list[str]) -> Iterator[Fault]:
    for number, key in enumerate(keys, 1):
        if key.strip() and not _KEY.fullmatch(key):
            sentence = f"kunci '{key}' hanya boleh berisi huruf kecil, angka, '_', dan '-'"
            yield Fault(join(place, f"{PLACES[name]} {number}"), sentence)
    yield from _taken(name, place, "kunci", keys)


def _taken(name: str, place: str, word: str, values: Iterable[str]) -> Iterator[Fault]:
    """Values that must be unique among their neighbours and are not."""
    first: dict[str, int] = {}
    for number, value in enumerate(values, 1):
        if value in first:
            sentence = f"{word} '{value}' sudah dipakai {PLACES[name]} {first[value]}"
            yield Fault(join(place, f"{PLACES[name]} {number}"), sentence)
        first.setdefault(value, number)


def _spelling(place: str, slug: str) -> Iterator[Fault]:
    if slug.strip() and not _SLUG.fullmatch(slug):
        yield Fault(place, f"slug '{slug}' hanya boleh berisi huruf kecil, angka, dan tanda hubung")


def _icon(place: str, icon: str) -> Iterator[Fault]:
    if icon.strip() and not _ICON.fullmatch(icon):
        yield Fault(place, f"ikon '{icon}' bukan nama ikon lucide")
