"""What the office may tell an applicant on their phone: which sentence fits a file, and where its message is written.

A message names the file's number and nothing else of the person or the matter: no NIK, and no service, for it may be
a delicate one. The officer's own program sends it, or the office's gateway (`domain.message`).
"""

from __future__ import annotations

from enum import StrEnum
from urllib.parse import quote

from shared.domain.files.procedure import RUNNING, FileState
from shared.domain.identity import phone


class Reminder(StrEnum):
    READY = "ready"
    INCOMPLETE = "incomplete"
    CALLED = "called"


def fitting(state: FileState, *, is_awaited: bool, is_handed_over: bool) -> list[Reminder]:
    """What can be said of a file. `is_awaited`: it needs its applicant; `is_handed_over`: to give them the result."""
    if state == FileState.RETURNED:
        return [Reminder.INCOMPLETE]
    if state not in RUNNING:
        return []
    return [Reminder.READY, Reminder.CALLED] if is_awaited and is_handed_over else [Reminder.CALLED]


def whatsapp(number: str, text: str) -> str | None:
    """The address at which WhatsApp opens with the message written; None where the number is no mobile one."""
    known = mobile(number)
    return f"https://wa.me/{known}?text={quote(text)}" if known else None


def mobile(number: str) -> str | None:
    """As WhatsApp and gateways want it, "6281234567890"; None for any other kind of number."""
    known = phone(number)
    return known[1:] if known.startswith("+628") else None
