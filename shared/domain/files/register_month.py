"""A month of the register that its section head closed: the hash of its rows, and what became of them afterwards."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from shared.domain.files.register import C, RegisterColumn, RegisterRow


def facts(row: RegisterRow) -> dict[RegisterColumn, str]:
    """What a row says, in a form that no catalogue and no time zone changes; without what is empty.

    State and remarks are left out: they follow from the rest, and go on after a month is closed.
    """

    def iso(at: datetime | None) -> str:
        return "" if at is None else at.isoformat(timespec="seconds")

    standing = [each for each in row.letters if not each.is_void]
    found = {
        C.REGISTER: row.register,
        C.RECEIVED: iso(row.registered_at),
        C.QUEUE_NUMBER: row.queue_number,
        C.SERVICE: row.service,
        C.APPLICANT: row.applicant,
        C.VILLAGE: row.village,
        C.COMPLETENESS: " | ".join(f"{iso(each.at)} {', '.join(each.missing)}" for each in row.returns),
        C.OFFICER: row.officer,
        C.VALIDATION: f"{iso(row.validated_at)} {row.validated_by}".strip(),
        C.FINISHED: iso(row.finished_at),
        C.PRODUCT: row.product,
        C.LETTER_NUMBER: "; ".join(each.number for each in standing),
        C.LETTER_DATE: "; ".join(each.on_day.isoformat() for each in standing),
        C.SIGNER: "; ".join(each.signer.line for each in standing if each.signer),
        C.HANDED_OVER: iso(row.handed_over_at),
        C.RECEIVER: row.receiver,
    }
    for amendment in row.amendments:
        if amendment.column in found:
            found[amendment.column] = amendment.becomes
    return {column: text for column, text in found.items() if text}


def digest(rows: Iterable[RegisterRow]) -> str:
    """SHA-256 over the facts of the rows in their order, in hexadecimal."""
    lines = (json.dumps(facts(row), ensure_ascii=False, sort_keys=True, separators=(",", ":")) for row in rows)
    return sha256("\n".join(lines).encode()).hexdigest()


Marks = Mapping[str, Mapping[str, str]]
"""Register number -> column -> a short fingerprint of what stood there: enough to see a change, too short to guess a
name from it."""


def marks(rows: Iterable[RegisterRow]) -> dict[str, dict[str, str]]:
    return {
        row.register: {column.value: _mark(row, column, text) for column, text in facts(row).items()} for row in rows
    }


def _mark(row: RegisterRow, column: RegisterColumn, text: str) -> str:
    return sha256(f"{row.register}|{column}|{text}".encode()).hexdigest()[:4]


@dataclass(frozen=True, slots=True)
class LaterChange:
    """What became of a row after its month was closed.

    `is_new`: it was entered later. `changed`: what stood there is another now. `filled`: the file went on.
    """

    is_new: bool = False
    changed: tuple[RegisterColumn, ...] = ()
    filled: tuple[RegisterColumn, ...] = ()

    def __bool__(self) -> bool:
        return self.is_new or bool(self.changed or self.filled)


def later_change(row: RegisterRow, closed: Marks) -> LaterChange:
    """Compares a row with the marks of the closing of its month."""
    before = closed.get(row.register)
    if before is None:
        return LaterChange(is_new=True)
    now = {column: _mark(row, column, text) for column, text in facts(row).items()}
    changed = [each for each in C if each.value in before and before[each.value] != now.get(each)]
    filled = [each for each in C if each in now and each.value not in before]
    return LaterChange(changed=tuple(changed), filled=tuple(filled))
