"""What the kiosk does besides giving numbers: prints what is still missing, knows a receipt by what stands on it."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from shared.domain.errors import Invalid
from shared.domain.slips.visitor import missing_requirements_slip
from shared.domain.standards.announced import announced, to_bring
from shared.domain.standards.standard import next_question
from shared.engine.paper.letterhead import letterhead
from shared.engine.paper.slips import print_lines
from shared.engine.queue import visitor
from shared.engine.queue.visitor import Taken
from shared.store.files import files
from shared.store.office import Transaction
from shared.words import words

MISSING = "missing"


def print_missing(
    tx: Transaction,
    slug: str,
    *,
    answers: Mapping[str, str],
    ready: Collection[str],
    language: str,
    printer: str | None = None,
) -> int | None:
    """Queues the slip "yang masih kurang"; the id of its print job, None when the office has no printer.

    `ready`: keys of the requirements that the visitor has ticked. Raises `Unknown("service")`, and
    `Invalid("fields")` when a question is open or nothing is missing.
    """
    service = tx.office.service(slug)
    standard = service.standard
    if next_question(standard, answers) is not None:
        raise Invalid("fields", fields=["answers"])
    bring = announced(standard, answers)
    missing = [to_bring(each, words(language)) for each in bring if each.key not in ready]
    if not missing:
        raise Invalid("fields", fields=["ready"])
    lines = missing_requirements_slip(
        letterhead(tx.office, service),
        words(language),
        service=standard.name_in(language),
        missing=missing,
        ready=[to_bring(each, words(language)) for each in bring if each.key in ready],
        made_at=tx.now.astimezone(tx.office.zone),
    )
    job_id = print_lines(tx, MISSING, lines, printer=printer)
    tx.record("print_missing", detail={"service": slug})
    return job_id


def come_back(tx: Transaction, code: str, *, nonce: str, language: str, printer: str | None = None) -> Taken:
    """`visitor.come_back` by the address on the receipt, its token, or a code under its QR code.

    Raises `Unknown("case")` and what `visitor.come_back` raises.
    """
    token = files.token_on_receipt(tx.connection, tx.office_id, code)
    return visitor.come_back(tx, token, nonce=nonce, language=language, printer=printer)
