"""What stands on each slip, as lines of meaning; columns, dots and bytes are the printer's business.

A slip that is handed out in the waiting room (`number_slip`, `missing_requirements_slip`, `receipt_slip`,
`incomplete_slip`, `survey_slip`) takes no name and no NIK, and a NIK typed into free text is blacked out.
The order of the lines is the order in which a visitor needs them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from typing import Any, Literal

from shared.domain.errors import Invalid

Align = Literal["left", "center", "right"]
Language = Literal["id", "en"]


@dataclass(frozen=True, slots=True)
class Text:
    """Words in `size` 1..8, or the largest below it at which they fit; `tall` doubles the height alone."""

    text: str
    size: int = 1
    bold: bool = False
    align: Align = "left"
    tall: bool = False
    inverse: bool = False


@dataclass(frozen=True, slots=True)
class Pair:
    """A label at the left edge and its value at the right one."""

    left: str
    right: str
    bold: bool = False


@dataclass(frozen=True, slots=True)
class Item:
    """A box to tick and what it stands for; longer text hangs under its beginning."""

    text: str
    ticked: bool = False


@dataclass(frozen=True, slots=True)
class QR:
    """A QR code of `data`, about `width_mm` wide, in the middle."""

    data: str
    width_mm: int = 30


@dataclass(frozen=True, slots=True)
class Rule:
    """A line across the paper."""

    double: bool = False


@dataclass(frozen=True, slots=True)
class Space:
    """Empty paper, in dots of 1/8 mm."""

    dots: int = 16


@dataclass(frozen=True, slots=True)
class Blank:
    """A dotted line to write on, with a label before it."""

    label: str = ""


@dataclass(frozen=True, slots=True)
class Logo:
    """The place of the office's picture; nothing when the office has none."""


@dataclass(frozen=True, slots=True)
class Cut:
    """The slip ends here."""


Line = Text | Pair | Item | QR | Rule | Space | Blank | Logo | Cut

_KINDS: dict[str, type[Line]] = {
    kind.__name__.lower(): kind for kind in (Text, Pair, Item, QR, Rule, Space, Blank, Logo, Cut)
}


_NAMES = {kind: name for name, kind in _KINDS.items()}
_USUAL = {kind: [(field.name, field.default) for field in fields(kind)] for kind in _NAMES}


@dataclass(frozen=True, slots=True)
class Letterhead:
    """What every slip says about its office. `complaint`: channels as printed, none when the office filled in none.

    `free`: whether "GRATIS" may stand there; None when the fee is unknown or not zero.
    """

    office: str
    address: str | None = None
    complaint: tuple[str, ...] = ()
    free: bool | None = None
    is_practice: bool = False
    above: tuple[str, ...] = ()
    """Lines over the name on what somebody keeps as a proof, such as the regency's."""
    contact: tuple[str, ...] = ()
    """Phone, e-mail and the like, on the same slips."""


def number_slip(
    head: Letterhead,
    *,
    number: str,
    taken_at: datetime,
    status_url: str,
    service: str,
    general_group: str | None = None,
    is_delicate: bool = False,
    ahead: int | None = None,
    wait_min: tuple[int, int] | None = None,
    where: str | None = None,
    requirements: Sequence[str] = (),
    notice: str | None = None,
    language: Language = "id",
) -> list[Line]:
    """The queue number. `taken_at`: the office's local time. `wait_min`: (low, high) minutes, None when not known well.

    A delicate service is not named: `general_group` stands in its place, and its requirements, which would
    give it away, stay off the paper.
    """
    words = _WORDS[language]
    named = (general_group or words["general"]) if is_delicate else service
    lines: list[Line] = [
        *_top(head, words),
        Text(named, bold=True, align="center", tall=True),
        Space(),
        Text(words["number"], align="center"),
        Text(number, size=8, bold=True, align="center"),
        Text(moment(taken_at, language), align="center"),
        Rule(),
        *_waiting(ahead, wait_min, where, words),
        *_notice(notice),
    ]
    if requirements and not is_delicate:
        lines += [Text(words["bring"], bold=True), *map(Item, requirements), Rule()]
    lines += [
        QR(status_url),
        Text(words["follow"], align="center"),
        Space(),
        Text(words["missed"], bold=True, align="center"),
        *_bottom(head, words),
    ]
    return _public(lines)


def missing_requirements_slip(
    head: Letterhead,
    *,
    service: str,
    missing: Sequence[str],
    ready: Sequence[str] = (),
    made_at: datetime,
    language: Language = "id",
) -> list[Line]:
    """What is still missing, from the kiosk, instead of a number or beside it."""
    words = _WORDS[language]
    lines: list[Line] = [
        *_top(head, words),
        Text(words["still_missing"], size=2, bold=True, align="center"),
        Space(8),
        Text(service, bold=True, align="center"),
        Text(moment(made_at, language), align="center"),
        Rule(),
        *map(Item, missing),
    ]
    if ready:
        lines += [Space(), Text(words["already"], bold=True), *(Item(each, ticked=True) for each in ready)]
    lines += [Rule(), Text(words["come_back"], align="center"), *_bottom(head, words)]
    return _public(lines)


def receipt_slip(
    head: Letterhead,
    *,
    register_number: str,
    service: str,
    received_at: datetime,
    promised_on: date | None,
    status_url: str,
    documents: Sequence[str] = (),
    language: Language = "id",
) -> list[Line]:
    """Tanda terima: the file is in the house, and by when it will be ready (None: the standard promises no day)."""
    words = _WORDS[language]
    lines: list[Line] = [
        *_official(head, words),
        Text(words["receipt"], size=2, bold=True, align="center"),
        Space(8),
        Text(service, bold=True, align="center"),
        Rule(),
        Text(words["register"], align="center"),
        Text(register_number, size=2, bold=True, align="center"),
        Space(8),
        Text(f"{words['received']} {moment(received_at, language)}", align="center"),
    ]
    if promised_on:
        lines += [Space(), Text(words["promised"], align="center")]
        lines += [Text(day(promised_on, language), bold=True, align="center", tall=True)]
    if documents:
        lines += [Rule(), Text(words["documents"], bold=True), *(Item(each, ticked=True) for each in documents)]
    lines += [Rule(), QR(status_url), Text(words["follow_file"], align="center"), *_bottom(head, words)]
    return _public(lines)


def incomplete_slip(
    head: Letterhead,
    *,
    service: str,
    missing: Sequence[tuple[str, str | None]],
    made_at: datetime,
    register_number: str | None = None,
    file_url: str | None = None,
    language: Language = "id",
) -> list[Line]:
    """Kekurangan berkas: `missing` holds (document, what is wrong with it or None), in the words of the officer.

    `file_url`: opens the file again at the next visit, with what was already there.
    """
    words = _WORDS[language]
    lines: list[Line] = [
        *_official(head, words),
        Text(words["incomplete"], size=2, bold=True, align="center"),
        Space(8),
        Text(service, bold=True, align="center"),
        Text(moment(made_at, language), align="center"),
    ]
    if register_number:
        lines += [Rule(), Pair(words["register"], register_number, bold=True)]
    lines += [Rule(), Text(words["complete_these"], bold=True)]
    for document, reason in missing:
        lines.append(Item(f"{document}: {reason}" if reason else document))
    lines += [Rule(), *([QR(file_url)] if file_url else []), Text(words["only_missing"], align="center")]
    lines += _bottom(head, words)
    return _public(lines)


def survey_slip(head: Letterhead, *, survey_url: str, language: Language = "id") -> list[Line]:
    """The invitation to the satisfaction survey; it leads to a page that asks no name."""
    words = _WORDS[language]
    return _public(
        [
            *_top(head, words),
            Text(words["how_was_it"], size=2, bold=True, align="center"),
            Space(),
            QR(survey_url, width_mm=36),
            Text(words["survey"], align="center"),
            Text(words["no_name"], align="center"),
            *_bottom(Letterhead(head.office), words),
        ]
    )


def data_sheet(
    head: Letterhead,
    *,
    register_number: str,
    service: str,
    fields: Sequence[tuple[str, str]],
    made_at: datetime,
) -> list[Line]:
    """Lembar periksa data: the applicant reads it and signs before the product is issued. Holds personal data."""
    lines: list[Line] = [
        *_top(head, _WORDS["id"]),
        Text("PERIKSA DATA", size=2, bold=True, align="center"),
        Space(8),
        Text(service, bold=True, align="center"),
        Text(moment(made_at), align="center"),
        Rule(),
        Pair("Nomor register", register_number, bold=True),
        Rule(),
    ]
    for label, value in fields:
        lines += [Text(label), Text(value or "-", bold=True), Space(8)]
    return [
        *lines,
        Rule(),
        Item("Data di atas sudah benar"),
        Item("Perbaiki yang dilingkari"),
        Space(64),
        Blank("Tanda tangan"),
        Space(),
        Text("Lembar ini berisi data pribadi. Kembalikan kepada petugas.", align="center"),
        Cut(),
    ]


def handover_slip(
    head: Letterhead,
    *,
    register_number: str,
    service: str,
    products: Sequence[str],
    receiver: str,
    is_representative: bool,
    handed_at: datetime,
    officer: str,
) -> list[Line]:
    """Bukti penyerahan in two copies, each with its own cut: one for the receiver, one for the archive."""
    lines: list[Line] = []
    for copy in ("Lembar 1: untuk penerima", "Lembar 2: untuk arsip"):
        lines += [
            *_official(head, _WORDS["id"]),
            Text("BUKTI PENYERAHAN", size=2, bold=True, align="center"),
            Space(8),
            Text(service, bold=True, align="center"),
            Text(moment(handed_at), align="center"),
            Text(copy, align="center"),
            Rule(),
            Pair("Nomor register", register_number, bold=True),
            Space(),
            Text("Yang diserahkan", bold=True),
            *(Item(each, ticked=True) for each in products),
            Space(),
            Text("Penerima (kuasa pemohon)" if is_representative else "Penerima (pemohon sendiri)"),
            Text(receiver, bold=True),
            Space(80),
            Blank("Tanda tangan"),
            Space(),
            Pair("Petugas", officer),
            Cut(),
        ]
    return lines


def folder_cover(
    head: Letterhead,
    *,
    register_number: str,
    service: str,
    received_on: date,
    promised_on: date | None,
    steps: Sequence[str],
    file_url: str,
    applicant: str | None = None,
) -> list[Line]:
    """The strip on the folder: the register number to be found by, and a box for each step. Stays in the office."""
    lines: list[Line] = [
        *_top(head, _WORDS["id"]),
        Text(register_number, size=3, bold=True, align="center"),
        Space(8),
        Text(service, bold=True, align="center"),
        *([Text(applicant, align="center")] if applicant else []),
        Rule(),
        Pair("Masuk", day(received_on)),
        *([Pair("Janji selesai", day(promised_on), bold=True)] if promised_on else []),
        Rule(),
        *(Item(f"{place}. {step}") for place, step in enumerate(steps, start=1)),
        Rule(),
        QR(file_url),
        Cut(),
    ]
    return lines


def recap_strip(
    head: Letterhead,
    *,
    on: date,
    figures: Sequence[tuple[str, str]],
    services: Sequence[tuple[str, int]] = (),
    made_at: datetime,
) -> list[Line]:
    """The day in figures, for the wall of the office: (label, value) and (service, tickets)."""
    lines: list[Line] = [
        *_top(head, _WORDS["id"]),
        Text("REKAP HARIAN", size=2, bold=True, align="center"),
        Space(8),
        Text(day(on), bold=True, align="center"),
        Rule(),
        *(Pair(label, value, bold=True) for label, value in figures),
    ]
    if services:
        lines += [Rule(), Text("Per layanan", bold=True), *(Pair(name, str(count)) for name, count in services)]
    return _public([*lines, Rule(), Text(f"Dicetak {moment(made_at)}", align="center"), Cut()])


def test_page(
    head: Letterhead,
    *,
    printer: str,
    columns: int,
    facts: Sequence[tuple[str, str]],
    made_at: datetime,
    url: str,
) -> list[Line]:
    """Shows what the printer can: width, letters, sizes, QR, cut. `facts`: (label, value), such as its status."""
    ruler = "".join(str(place % 10) for place in range(1, columns + 1))
    return [
        *_top(head, _WORDS["id"]),
        Text("HALAMAN UJI", size=2, bold=True, align="center"),
        Space(8),
        Text(printer, bold=True, align="center"),
        Text(moment(made_at), align="center"),
        Rule(),
        *(Pair(label, value) for label, value in facts),
        Rule(),
        Text(f"Satu baris penuh, {columns} kolom:"),
        Text(ruler),
        Text("Huruf: ABC abc 0123456789 O0 Il1"),
        Text("Tanda: é è ë á à ü ö ñ ç É · – “Rp”"),
        Text("Tebal", bold=True),
        Text("Tinggi", tall=True),
        Text("Terbalik", inverse=True),
        Text("A-012", size=8, bold=True, align="center"),
        Rule(double=True),
        QR(url),
        Text(url, align="center"),
        Space(),
        Text("Baris penuh tidak terpotong, QR terbaca, kertas terpotong: printer siap.", align="center"),
        Cut(),
    ]


test_page.__test__ = False  # type: ignore[attr-defined]


def as_copy(lines: Sequence[Line], reason: str) -> list[Line]:
    """The same slip marked SALINAN at the head and the foot of each piece, so that a torn one still says so."""
    copied: list[Line] = []
    is_start = True
    for line in lines:
        if is_start:
            copied += [Text("SALINAN", size=2, bold=True, align="center", inverse=True)]
            copied += [Text(f"Dicetak ulang: {_masked(reason)}", align="center"), Space()]
        if isinstance(line, Cut):
            copied.append(Text("SALINAN", align="center", inverse=True))
        copied.append(line)
        is_start = isinstance(line, Cut)
    return copied


def to_json(lines: Iterable[Line]) -> list[dict[str, Any]]:
    """The lines as plain lists and dicts, for the row of a print job; what is as usual is left out."""
    return [
        {"kind": _NAMES[type(line)]}
        | {name: value for name, usual in _USUAL[type(line)] if (value := getattr(line, name)) != usual}
        for line in lines
    ]


def from_json(rows: Iterable[Mapping[str, Any]]) -> list[Line]:
    """The lines that `to_json` wrote; raises `Invalid("slip")` for anything else."""
    lines: list[Line] = []
    for row in rows:
        values = dict(row)
        try:
            lines.append(_KINDS[values.pop("kind")](**values))
        except (KeyError, TypeError):
            raise Invalid("slip", fields=["lines"]) from None
    return lines


def moment(at: datetime, language: Language = "id") -> str:
    """ "Senin, 23 November 2026 pukul 08.15"; the date and the time each stay in one piece when the line breaks."""
    hours, minutes = f"{at:%H}", f"{at:%M}"
    clock = f"pukul{_NBSP}{hours}.{minutes}" if language == "id" else f"at{_NBSP}{hours}:{minutes}"
    return f"{day(at.date(), language)} {clock}"


def day(on: date, language: Language = "id") -> str:
    """ "Senin, 23 November 2026", in one piece."""
    weekdays, months = _DAYS[language], _MONTHS[language]
    return f"{weekdays[on.weekday()]}, {on.day} {months[on.month - 1]} {on.year}".replace(" ", _NBSP)


def _top(head: Letterhead, words: Mapping[str, str]) -> list[Line]:
    lines: list[Line] = [Logo(), Text(head.office.upper(), bold=True, align="center", tall=True)]
    if head.address:
        lines.append(Text(head.address, align="center"))
    if head.is_practice:
        lines += _practice(words)
    return [*lines, Rule()]


def _official(head: Letterhead, words: Mapping[str, str]) -> list[Line]:
    """The whole letterhead, for what is kept as a proof; a number slip stays short."""
    logo, *rest = _top(replace(head, is_practice=False), words)
    above = [Text(line, align="center") for line in head.above]
    contact = [Text(line, align="center") for line in head.contact]
    practice = _practice(words) if head.is_practice else []
    return [logo, *above, *rest[:-1], *contact, *practice, rest[-1]]


def _practice(words: Mapping[str, str]) -> list[Line]:
    return [
        Space(8),
        Text(words["practice"], size=2, bold=True, align="center", inverse=True),
        Text(words["practice_why"], align="center"),
    ]


def _bottom(head: Letterhead, words: Mapping[str, str]) -> list[Line]:
    lines: list[Line] = []
    if head.free:
        lines += [Rule(), Text(words["free"], bold=True, align="center", tall=True)]
    if head.complaint:
        lines += [] if head.free else [Rule()]
        lines += [Text(words["complaint"], align="center")]
        lines += [Text(channel, align="center") for channel in head.complaint]
    return [*lines, Cut()]


def _waiting(
    ahead: int | None, wait_min: tuple[int, int] | None, where: str | None, words: Mapping[str, str]
) -> list[Line]:
    lines: list[Line] = []
    if ahead is not None:
        lines.append(Pair(words["ahead"], words["nobody"] if ahead == 0 else f"{ahead} {words['people']}", bold=True))
    if wait_min is not None:
        lines.append(Pair(words["wait"], _range(wait_min, words), bold=True))
    if where:
        lines.append(Pair(words["where"], where))
    return [*lines, Rule()] if lines else []


def _range(wait_min: tuple[int, int], words: Mapping[str, str]) -> str:
    low, high = wait_min
    if high <= 5:
        return words["short"]
    return f"{high} {words['minutes']}" if low >= high else f"{low}-{high} {words['minutes']}"


def _notice(notice: str | None) -> list[Line]:
    return [Text(notice, bold=True, align="center"), Rule()] if notice else []


def _public(lines: Sequence[Line]) -> list[Line]:
    """The lines with every NIK blacked out: nobody means to write one here, and free text comes from many hands."""
    return [_without_nik(line) for line in lines]


def _without_nik(line: Line) -> Line:
    if isinstance(line, (Text, Item)):
        return replace(line, text=_masked(line.text)) if _NIK.search(line.text) else line
    if isinstance(line, Pair):
        return replace(line, left=_masked(line.left), right=_masked(line.right))
    return line


def _masked(text: str) -> str:
    return _NIK.sub("****", text)


_NBSP = "\N{NO-BREAK SPACE}"
_NIK = re.compile(r"(?<!\d)\d(?:[ .\-]?\d){15}(?!\d)")
"""16 digits, also in groups (Permendagri 19/2010: the number of the KTP); phone numbers and NIB (13) are shorter."""

_DAYS: dict[Language, list[str]] = {
    "id": ["Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu", "Minggu"],
    "en": ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"],
}
# fmt: off
_MONTHS: dict[Language, list[str]] = {
    "id": ["Januari", "Februari", "Maret", "April", "Mei", "Juni", "Juli", "Agustus", "September", "Oktober",
           "November", "Desember"],
    "en": ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
           "November", "December"],
}

_WORDS: dict[Language, dict[str, str]] = {
    "id": {
        "practice": "LATIHAN", "practice_why": "bukan nomor sungguhan",
        "general": "Pelayanan Umum", "number": "Nomor antrean Anda",
        "ahead": "Di depan Anda", "people": "orang", "nobody": "tidak ada",
        "wait": "Perkiraan tunggu", "minutes": "menit", "short": "kurang dari 5 menit",
        "where": "Menunggu di", "bring": "Siapkan:",
        "follow": "Pindai untuk memantau antrean dari ponsel", "missed": "Nomor terlewat? Lapor ke loket.",
        "free": "GRATIS / tanpa pungutan", "complaint": "Pengaduan:",
        "still_missing": "YANG MASIH KURANG", "already": "Sudah ada:",
        "come_back": "Lengkapi lalu datang kembali. Ragu? Tanyakan kepada petugas.",
        "receipt": "TANDA TERIMA", "register": "Nomor register", "received": "Diterima",
        "promised": "Dijanjikan selesai", "documents": "Berkas yang diterima:",
        "follow_file": "Pindai untuk memantau berkas. Bawa tanda terima ini saat mengambil hasil.",
        "incomplete": "KEKURANGAN BERKAS", "complete_these": "Lengkapi atau perbaiki:",
        "only_missing": "Cukup bawa yang kurang ini, berkas lain tidak perlu diulang.",
        "how_was_it": "Bagaimana pelayanan kami?", "survey": "Pindai dan isi survei kepuasan, sekitar 2 menit.",
        "no_name": "Tanpa nama.",
    },
    "en": {
        "practice": "PRACTICE", "practice_why": "not a real number",
        "general": "General Services", "number": "Your queue number",
        "ahead": "Ahead of you", "people": "waiting", "nobody": "nobody",
        "wait": "Expected wait", "minutes": "minutes", "short": "less than 5 minutes",
        "where": "Please wait in", "bring": "Have ready:",
        "follow": "Scan to follow the queue on your phone", "missed": "Missed your number? Tell a counter.",
        "free": "FREE OF CHARGE", "complaint": "Complaints:",
        "still_missing": "STILL MISSING", "already": "Already there:",
        "come_back": "Please complete these and come back. Not sure? Ask an officer.",
        "receipt": "RECEIPT", "register": "Register number", "received": "Received",
        "promised": "Promised for", "documents": "Documents received:",
        "follow_file": "Scan to follow your file. Bring this receipt when you collect the result.",
        "incomplete": "INCOMPLETE FILE", "complete_these": "Please complete or correct:",
        "only_missing": "Bring only what is missing; the rest need not be repeated.",
        "how_was_it": "How did we do?", "survey": "Scan and answer our survey, about 2 minutes.",
        "no_name": "No name asked.",
    },
}
# fmt: on
