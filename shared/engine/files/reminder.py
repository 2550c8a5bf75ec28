"""An officer tells an applicant how their file stands, with the office's own phone; what stays is that it was told."""

from __future__ import annotations

from shared.domain.errors import NotAllowed
from shared.domain.files.file import File
from shared.domain.files.procedure import awaited_at
from shared.domain.files.promise import is_ready_at
from shared.domain.files.reminder import Reminder, fitting, whatsapp
from shared.domain.numbering import register_label
from shared.domain.standards.standard import ServiceStandard
from shared.store.files import files
from shared.store.office import Transaction
from shared.words import words


def remind(tx: Transaction, case_id: int, kind: Reminder) -> str:
    """The address that opens WhatsApp with the message; an event says which message, never to what number.

    Raises `Unknown("case")`, `NotAllowed("no_reminder")` where the sentence does not fit the file or no mobile number
    is known.
    """
    file = must_fit(tx, case_id, kind)
    link = whatsapp(file.applicant.get("phone", ""), text(tx, file, kind))
    if link is None:
        raise NotAllowed("no_reminder")
    tx.record("remind", case_id=file.id, detail={"kind": kind.value})
    return link


def must_fit(tx: Transaction, case_id: int, kind: Reminder) -> File:
    """The file; raises `Unknown("case")`, and `NotAllowed("no_reminder")` where the message does not fit it."""
    file = files.known(tx.connection, tx.office_id, case_id)
    if kind not in offered(file, tx.standard(file.standard_id)):
        raise NotAllowed("no_reminder")
    return file


def offered(file: File, standard: ServiceStandard) -> list[Reminder]:
    """The messages that fit the file; none without a mobile number."""
    if whatsapp(file.applicant.get("phone", ""), "") is None:
        return []
    step = next((each for each in standard.steps if each.key == file.step), None)
    is_awaited = awaited_at(file.state, standard.steps, file.step) is not None
    return fitting(file.state, is_awaited=is_awaited, is_handed_over=is_ready_at(step))


def text(tx: Transaction, file: File, kind: Reminder) -> str:
    """In Indonesian, as the office writes; with the address where the file is followed."""
    said = words()
    register = register_label(file.register_number, file.register_year)
    return said(
        f"reminder.{kind.value}",
        file=said("reminder.file", register=register) if register else said("reminder.your_file"),
        office=tx.office.name,
        day=said.day(tx.office.calendar.next_working_day(tx.today)),
        url=tx.actor.ticket_url + file.token,
    )
