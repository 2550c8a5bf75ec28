"""The slips of a file: receipt, what is missing, data sheet, hand-over proof, folder cover.

The first two may be seen by anybody: they take no name and no NIK, and a NIK in free text is blacked out.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from shared.domain.slips.head import Letterhead, bottom, official, title, top
from shared.domain.slips.slip import (
    QR,
    Blank,
    Cut,
    Item,
    Line,
    Pair,
    Rule,
    SlipWords,
    Space,
    Text,
    public,
    typed_instead,
)
from shared.domain.standards.facts import ServiceFacts
from shared.domain.typed import rupiah


def receipt_slip(
    head: Letterhead,
    words: SlipWords,
    *,
    register_number: str,
    service: str,
    received_at: datetime,
    promised: str,
    status_url: str,
    claim: str | None = None,
    code: str | None = None,
    documents: Sequence[str] = (),
    facts: ServiceFacts | None = None,
    fee: int | None = None,
) -> list[Line]:
    """Receipt (tanda terima): the file was accepted, and when it will be ready ("": the standard promises no time)."""
    lines: list[Line] = [
        *official(head, words),
        *title(words, "slip.receipt", service),
        Rule(),
        Text(words("slip.register"), align="center"),
        Text(register_number, size=2, bold=True, align="center"),
        Space(8),
        Text(words("slip.received", moment=words.moment(received_at)), align="center"),
    ]
    if promised:
        lines += [Space(), Text(words("slip.promised"), align="center")]
        lines += [Text(promised, bold=True, align="center", tall=True)]
    if facts:
        lines += [Rule(), *(Text(line, part="small") for line in facts.lines(words))]
    if documents:
        lines += [Rule(), Text(words("slip.documents"), bold=True), *(Item(each, ticked=True) for each in documents)]
    if fee:
        lines += [Rule(), Pair(words("slip.fee"), rupiah(fee), bold=True)]
    lines += [Rule(), QR(status_url), *typed_instead(code, words), Text(words("slip.follow_file"), align="center")]
    if claim:
        digits = words("slip.claim", code=f"{claim[:5]} {claim[5:]}")
        lines += [Text(digits, bold=code is None, align="center")]
    lines += bottom(head, words)
    return public(lines)


def incomplete_slip(
    head: Letterhead,
    words: SlipWords,
    *,
    service: str,
    missing: Sequence[tuple[str, str | None]],
    made_at: datetime,
    register_number: str | None = None,
    file_url: str | None = None,
    code: str | None = None,
) -> list[Line]:
    """Kekurangan berkas: `missing` holds (document, what is wrong with it or None), in the words of the officer.

    `file_url`: opens the file again at the next visit, with what was already there.
    """
    lines: list[Line] = [
        *official(head, words),
        *title(words, "slip.incomplete", service, made_at),
    ]
    if register_number:
        lines += [Rule(), Pair(words("slip.register"), register_number, bold=True)]
    lines += [Rule(), Text(words("slip.complete_these"), bold=True)]
    for document, reason in missing:
        lines.append(Item(f"{document}: {reason}" if reason else document))
    lines += [Rule(), *([QR(file_url)] if file_url else []), *typed_instead(code, words)]
    lines += [Text(words("slip.only_missing"), align="center")]
    lines += bottom(head, words)
    return public(lines)


def data_sheet(
    head: Letterhead,
    words: SlipWords,
    *,
    register_number: str,
    service: str,
    fields: Sequence[tuple[str, str]],
    made_at: datetime,
) -> list[Line]:
    """Lembar periksa data: the applicant reads it and signs before the product is issued. Holds personal data."""
    lines: list[Line] = [
        *top(head, words),
        *title(words, "slip.check_data", service, made_at),
        Rule(),
        Pair(words("slip.register"), register_number, bold=True),
        Rule(),
    ]
    for label, value in fields:
        lines += [Text(label), Text(value or "-", bold=True), Space(8)]
    return [
        *lines,
        Rule(),
        Item(words("slip.data_right")),
        Item(words("slip.data_wrong")),
        Space(64),
        Blank(words("slip.applicant")),
        Space(64),
        Blank(words("slip.officer")),
        Space(),
        Text(words("slip.data_private"), align="center"),
        Cut(),
    ]


def handover_slip(
    head: Letterhead,
    words: SlipWords,
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
    for copy in ("slip.for_receiver", "slip.for_archive"):
        lines += [
            *official(head, words),
            *title(words, "slip.handover", service, handed_at),
            Text(words(copy), align="center"),
            Rule(),
            Pair(words("slip.register"), register_number, bold=True),
            Space(),
            Text(words("slip.handed_over"), bold=True),
            *(Item(each, ticked=True) for each in products),
            Space(),
            Text(words("slip.representative" if is_representative else "slip.applicant_self")),
            Text(receiver, bold=True),
            Space(80),
            Blank(words("slip.signature")),
            Space(),
            Pair(words("slip.officer"), officer),
            Space(80),
            Blank(words("slip.signature")),
            Cut(),
        ]
    return lines


def refused_slip(
    head: Letterhead,
    words: SlipWords,
    *,
    register_number: str,
    service: str,
    reason: str,
    letter: str,
    made_at: datetime,
) -> list[Line]:
    """Penolakan: why what was asked for is refused; `letter`: number and day of the letter, "" when there is none."""
    by_letter: list[Line] = [Space(), Text(words("slip.refused_by_letter")), Text(letter, bold=True)] if letter else []
    return public(
        [
            *official(head, words),
            *title(words, "slip.refused", service, made_at),
            Rule(),
            Pair(words("slip.register"), register_number, bold=True),
            Space(),
            Text(words("slip.refused_because"), bold=True),
            Text(reason),
            *by_letter,
            *bottom(head, words),
        ]
    )


def folder_cover(
    head: Letterhead,
    words: SlipWords,
    *,
    register_number: str,
    service: str,
    received_on: date,
    promised: str,
    steps: Sequence[str],
    file_url: str,
    code: str | None = None,
    applicant: str | None = None,
) -> list[Line]:
    """The strip on the folder: the register number to be found by, and a box for each step. Stays in the office."""
    lines: list[Line] = [
        *top(head, words),
        Text(register_number, size=3, bold=True, align="center"),
        Space(8),
        Text(service, bold=True, align="center", part="service"),
        *([Text(applicant, align="center")] if applicant else []),
        Rule(),
        Pair(words("slip.came_in"), words.day(received_on)),
        *([Pair(words("slip.promised"), promised, bold=True)] if promised else []),
        Rule(),
        *(Item(f"{place}. {step}") for place, step in enumerate(steps, start=1)),
        Rule(),
        QR(file_url),
        *typed_instead(code, words),
        Cut(),
    ]
    return lines
