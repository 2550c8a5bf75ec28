"""The paper of a file: receipt, what is missing, data sheet, folder cover, hand-over proof."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import select

from shared.domain.errors import Unknown
from shared.domain.files.collected import Entry
from shared.domain.files.file import REFUSAL, File
from shared.domain.files.matter import lines, products_of
from shared.domain.files.procedure import FileAction, FileState
from shared.domain.numbering import claim_code, register_label, short_code
from shared.domain.slips import file as slip_file
from shared.domain.slips.head import Letterhead
from shared.domain.slips.slip import Line, SlipWords, as_copy
from shared.domain.standards.announced import copies_words
from shared.domain.standards.facts import due, service_facts
from shared.domain.standards.standard import Collects, Requirement, ServiceStandard, needed
from shared.domain.typed import written_day
from shared.engine.paper.letterhead import letterhead
from shared.engine.paper.slips import print_lines
from shared.store.files import files
from shared.store.office import Transaction
from shared.store.tables import OF_FILE, PrintJob, Ticket
from shared.words import words

GIVEN_AFTER = {
    FileAction.ACCEPT: "receipt",
    FileAction.RETURN_TO_APPLICANT: "incomplete",
    FileAction.HAND_OVER: "handover",
    FileAction.REFUSE: "refused",
}
"""Action -> the slip that it gives into somebody's hands."""


def after(tx: Transaction, action: str, file: File, reason: str | None) -> None:
    """Queues the slip of that action; `reason`: why a file is returned of which no document is missing."""
    kind, standard = GIVEN_AFTER[FileAction(action)], tx.standard(file.standard_id)
    is_return = kind == "incomplete"
    lines = incomplete(tx, file, standard, reason) if is_return else KINDS[kind](tx, file, standard)
    print_lines(tx, kind, lines, case_id=file.id)


def offered(file: File) -> list[str]:
    """The slips that can be printed of the file as it is."""
    if file.accepted_at is None:
        return []
    ends = {FileState.COMPLETED: ["handover"], FileState.REFUSED: ["refused"]}
    return ["receipt", "data_sheet", "folder_cover", *ends.get(file.state, [])]


def print_again(tx: Transaction, case_id: int, kind: str) -> None:
    """Queues a slip of the file on request; what was printed once before says SALINAN. Raises `Unknown("slip")`."""
    file = files.known(tx.connection, tx.office_id, case_id)
    if kind not in KINDS:
        raise Unknown("slip")
    lines = KINDS[kind](tx, file, tx.standard(file.standard_id))
    earlier = select(PrintJob.id).where(PrintJob.case_id == file.id, OF_FILE, PrintJob.kind == kind)
    if kind != "data_sheet" and tx.first(earlier) is not None:
        lines = as_copy(lines, tx.actor.name, words())
    print_lines(tx, kind, lines, case_id=file.id)
    tx.record("print", case_id=file.id, detail={"kind": kind})


def receipt(tx: Transaction, file: File, service: ServiceStandard) -> list[Line]:
    """Tanda terima, with the promised day or minute."""
    language = _language(tx, file)
    return slip_file.receipt_slip(
        _head(tx, file),
        words(language),
        register_number=_register(file),
        service=service.name_in(language),
        received_at=_accepted_at(file).astimezone(tx.office.zone),
        promised=_due(tx, file, service, language),
        status_url=tx.actor.ticket_url + file.token,
        claim=claim_code(file.token),
        code=short_code(file.token),
        documents=[
            _came_in(each, file, language) for each in _applying(file, service) if _ticked(file).get(each.key) is True
        ],
        fee=file.fee,
        facts=service_facts(service, words(language)),
    )


def incomplete(tx: Transaction, file: File, service: ServiceStandard, reason: str | None = None) -> list[Line]:
    """Kekurangan berkas: what is missing; its code opens the file again at the next visit."""
    language = _language(tx, file)
    ticked, remarks = _ticked(file), file.collected.remarks
    missing = [
        (each.text_in(language), remarks.get(each.key))
        for each in _applying(file, service)
        if ticked.get(each.key) is not True and not each.optional
    ]
    return slip_file.incomplete_slip(
        _head(tx, file),
        words(language),
        service=service.name_in(language),
        missing=missing or [(reason or words(language)("slip.ask_officer"), None)],
        made_at=tx.now.astimezone(tx.office.zone),
        register_number=register_label(file.register_number, file.register_year),
        file_url=tx.actor.ticket_url + file.token,
        code=short_code(file.token),
    )


def data_sheet(tx: Transaction, file: File, service: ServiceStandard) -> list[Line]:
    """Lembar periksa data, read back to the applicant before anything is issued."""
    return slip_file.data_sheet(
        _head(tx, file),
        words(),
        register_number=_register(file),
        service=service.name,
        fields=[
            *((words()(f"data.{name}"), str(file.applicant.get(name, ""))) for name in service.asked),
            *lines(service, file.matter),
        ],
        made_at=tx.now.astimezone(tx.office.zone),
    )


def folder_cover(tx: Transaction, file: File, service: ServiceStandard) -> list[Line]:
    """Sampul berkas: goes with the papers from desk to desk."""
    return slip_file.folder_cover(
        _head(tx, file),
        words(),
        register_number=_register(file),
        service=service.name,
        received_on=_accepted_at(file).astimezone(tx.office.zone).date(),
        promised=_due(tx, file, service, "id"),
        steps=[step.title for step in file.way(service)],
        file_url=tx.actor.ticket_url + file.token,
        code=short_code(file.token),
        applicant=file.applicant.get("name"),
    )


def handover(tx: Transaction, file: File, service: ServiceStandard) -> list[Line]:
    """Bukti penyerahan in two copies."""
    receiver = file.collected.of(Collects.RECEIVER)
    is_representative = receiver.get("kind") == "representative"
    return slip_file.handover_slip(
        _head(tx, file),
        words(),
        register_number=_register(file),
        service=service.name,
        products=_handed_over(file, service),
        receiver=str(receiver.get("name") if is_representative else file.applicant.get("name", "")),
        is_representative=is_representative,
        handed_at=tx.now.astimezone(tx.office.zone),
        officer=tx.actor.name,
    )


def refused(tx: Transaction, file: File, service: ServiceStandard) -> list[Line]:
    """Penolakan: why what was asked for is refused, and with which letter."""
    language, refusal = _language(tx, file), file.collected.of(REFUSAL)
    return slip_file.refused_slip(
        _head(tx, file),
        words(language),
        register_number=_register(file),
        service=service.name_in(language),
        reason=str(refusal.get("reason", "")),
        letter=_letter(words(), str(refusal.get("number", "")), str(refusal.get("on", ""))),
        made_at=tx.now.astimezone(tx.office.zone),
    )


KINDS: dict[str, Callable[[Transaction, File, ServiceStandard], list[Line]]] = {
    "receipt": receipt,
    "incomplete": incomplete,
    "data_sheet": data_sheet,
    "folder_cover": folder_cover,
    "handover": handover,
    "refused": refused,
}

LONGEST_NAME = 60
"""Characters of a product's name behind which a number still reads well; what is longer is a sentence."""


def _handed_over(file: File, service: ServiceStandard) -> list[str]:
    """What the receiver has in hand, each with its number: also where the standard's product is a sentence."""
    product = file.collected.of(Collects.PRODUCT)
    given = product.get("documents")
    named = list(map(str, given)) if isinstance(given, list) and given else products_of(service, file.facts(service))
    if file.nib:
        with_nib = [f"{each}: {file.nib}" if "NIB" in each and len(each) <= LONGEST_NAME else each for each in named]
        named = with_nib if with_nib != named else [f"NIB: {file.nib}", *named]
    if product.get("licence"):
        named.append(words()("slip.licence", number=str(product["licence"])))
    return [*named, *(_letter(words(), number, on) for number, on in file.letters)]


def _letter(say: SlipWords, number: str, on: str) -> str:
    """Number and day of a letter in one line; "" without a number."""
    if not number:
        return ""
    day = written_day(on)
    return say("slip.letter", number=number, day=say.day(day)) if day else number


def _came_in(requirement: Requirement, file: File, language: str) -> str:
    """What was taken in of a document: which of several, the original, how many copies."""
    say, taken = words(language), file.collected.taken.get(requirement.key, {})
    chosen = next((each for each in requirement.choices if each.key == taken.get("choice")), None)
    copies = taken.get("copies", requirement.copies)
    name = chosen.text_in(language) if chosen else requirement.text_in(language)
    original = requirement.original if taken.get("original") else None
    said = [
        *([say(f"slip.original_{original.value}")] if original else []),
        *([copies_words(name, int(str(copies)), say, beside_original=original is not None)] if copies else []),
        *([say("slip.stamp_duty")] if requirement.stamp_duty else []),
    ]
    return f"{name} ({'; '.join(said)})" if said else name


def _applying(file: File, service: ServiceStandard) -> tuple[Requirement, ...]:
    return needed(service, file.facts(service))


def _ticked(file: File) -> Entry:
    return file.collected.of(Collects.DOCUMENTS)


def _accepted_at(file: File) -> datetime:
    """Raises `Unknown("slip")`: what was not accepted has neither receipt nor cover."""
    if file.accepted_at is None:
        raise Unknown("slip")
    return file.accepted_at


def _register(file: File) -> str:
    return register_label(file.register_number, file.register_year) or "-"


def _language(tx: Transaction, file: File) -> str:
    """The language that the applicant chose at the kiosk when they last came for this file."""
    last = select(Ticket.language).where(Ticket.case_id == file.id).order_by(Ticket.id.desc()).limit(1)
    row = tx.first(last)
    return str(row.language) if row else "id"


def _due(tx: Transaction, file: File, service: ServiceStandard, language: str) -> str:
    return due(service.promise, file.due_at and file.due_at.astimezone(tx.office.zone), words(language))


def _head(tx: Transaction, file: File) -> Letterhead:
    return letterhead(tx.office, tx.office.service_ids[file.service_id])
