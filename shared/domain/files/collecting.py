"""What a step must collect before it ends, kind by kind, and which of it is absent or not valid.

What was collected is one mapping by kind, as it is seen from one step (`Collected.seen_from`):

    documents      {requirement key: ticked}
    validation     {"is_valid": True}
    account, login, entry     {"is_done": True}
    confirmation   {"is_approved": True, "data_version": 2}   approved by the applicant, for that version of the data
    product        {"nib": "13 digits", "licence": "...", "documents": ["..."]}  the NIB only at steps in OSS, else at
                   least one document
    signature      {"is_signed": True}   and, written by the program: "signs", "role", "standing", "on_behalf_of"
    letter         {"number": "400/12/427.90/2026", "on": "2026-11-30"}
    foreign        {"number": "...", "on": "..."}   of another house, as it is written there
    bill           {"amount": 250000}
    payment        {"is_paid": True, "number": "...", "amount": 250000}   the amount where it was not known before
    archive        {"number": "...", "place": "..."}
    receiver       {"kind": "self"} or {"kind": "representative", "name": "...", "letter": "..."}
    recap          {"number": "...", "on": "2026-11-30"}
    data_version   the newest version of the applicant's data, a number; 1 when it is absent
    fee            what this applicant has to pay in rupiah; absent while nobody knows

Further entries (who, when) may stand beside these; nothing here reads them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date

from shared.domain.identity import is_nib
from shared.domain.standards.standard import Collects, Step
from shared.domain.typed import written_day

OSS = "oss"
"""The `system` of steps that work in OSS; their product is an NIB."""


def missing(step: Step, collected: Mapping[str, object], required: Iterable[str] = ()) -> tuple[str, ...]:
    """Codes of what `step` must collect and what is absent or not valid; empty when the step can end.

    `required`: keys of the requirements that this applicant must bring, the optional ones left out.
    A code is a word of the catalogues (`missing.<code>`), or `documents:<requirement key>`.
    """
    codes = [code for kind in step.collects for code in _missing_of(kind, step, collected, required)]
    return tuple(dict.fromkeys(codes))


def documents_missing(collected: Mapping[str, object], required: Iterable[str]) -> list[str]:
    ticked = _part(collected, Collects.DOCUMENTS)
    return [f"documents:{key}" for key in required if ticked.get(key) is not True]


def confirmation_missing(collected: Mapping[str, object]) -> list[str]:
    """The applicant's explicit yes to the newest version of the data; an older yes has lapsed."""
    said = _part(collected, Collects.CONFIRMATION)
    is_newest = said.get("data_version") == collected.get("data_version", 1)
    return [] if said.get("is_approved") is True and is_newest else ["confirmation"]


def _missing_of(kind: Collects, step: Step, collected: Mapping[str, object], required: Iterable[str]) -> Iterable[str]:
    if kind == Collects.DOCUMENTS:
        return documents_missing(collected, required)
    if kind == Collects.PRODUCT:
        return _product(step, collected)
    return _CHECKS[kind](collected)


def _ticked(kind: Collects, entry: str) -> Callable[[Mapping[str, object]], list[str]]:
    """A check for what an officer says by one tick; only the plain True counts."""
    return lambda collected: [] if _part(collected, kind).get(entry) is True else [kind.value]


def _product(step: Step, collected: Mapping[str, object]) -> list[str]:
    """Nothing is issued on a lapsed confirmation, not even by a later step than the confirming one."""
    product = _part(collected, Collects.PRODUCT)
    codes = confirmation_missing(collected) if Collects.CONFIRMATION.value in collected else []
    if step.system == OSS:
        return codes + ([] if is_nib(product.get("nib")) else ["nib"])
    documents = product.get("documents")
    return codes + ([] if isinstance(documents, list) and any(map(_text, documents)) else ["product"])


def _bill(collected: Mapping[str, object]) -> list[str]:
    return [] if _is_amount(_part(collected, Collects.BILL).get("amount")) else ["bill"]


def _payment(collected: Mapping[str, object]) -> list[str]:
    """Who has nothing to pay has paid; what nobody knew before must be said now."""
    if collected.get("fee") == 0:
        return []
    payment = _part(collected, Collects.PAYMENT)
    codes = [] if payment.get("is_paid") is True else ["payment"]
    is_known = _is_amount(payment.get("amount")) or _is_amount(collected.get("fee"))
    return codes if is_known else [*codes, "amount"]


def _archive(collected: Mapping[str, object]) -> list[str]:
    archive = _part(collected, Collects.ARCHIVE)
    return [f"archive_{name}" for name in ("number", "place") if not _text(archive.get(name))]


def _receiver(collected: Mapping[str, object]) -> list[str]:
    receiver = _part(collected, Collects.RECEIVER)
    match receiver.get("kind"):
        case "self":
            return []
        case "representative":
            return [f"receiver_{name}" for name in ("name", "letter") if not _text(receiver.get(name))]
        case _:
            return ["receiver"]


def _numbered(kind: Collects, must_be_dated: bool) -> Callable[[Mapping[str, object]], list[str]]:
    """A check for a number and its day."""

    def check(collected: Mapping[str, object]) -> list[str]:
        part = _part(collected, kind)
        codes = [] if _text(part.get("number")) else [f"{kind.value}_number"]
        is_dated = _is_date(part.get("on")) or not (must_be_dated or part.get("on"))
        return codes if is_dated else [*codes, f"{kind.value}_date"]

    return check


_CHECKS: dict[Collects, Callable[[Mapping[str, object]], list[str]]] = {
    Collects.VALIDATION: _ticked(Collects.VALIDATION, "is_valid"),
    Collects.ACCOUNT: _ticked(Collects.ACCOUNT, "is_done"),
    Collects.LOGIN: _ticked(Collects.LOGIN, "is_done"),
    Collects.ENTRY: _ticked(Collects.ENTRY, "is_done"),
    Collects.CONFIRMATION: confirmation_missing,
    Collects.SIGNATURE: _ticked(Collects.SIGNATURE, "is_signed"),
    Collects.LETTER: _numbered(Collects.LETTER, must_be_dated=True),
    Collects.FOREIGN: _numbered(Collects.FOREIGN, must_be_dated=False),
    Collects.BILL: _bill,
    Collects.PAYMENT: _payment,
    Collects.ARCHIVE: _archive,
    Collects.RECEIVER: _receiver,
    Collects.RECAP: _numbered(Collects.RECAP, must_be_dated=True),
}


def _part(collected: Mapping[str, object], kind: Collects) -> Mapping[str, object]:
    part = collected.get(kind.value)
    return part if isinstance(part, Mapping) else {}


def _text(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""


def _is_amount(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _is_date(value: object) -> bool:
    return isinstance(value, date) or written_day(_text(value)) is not None
