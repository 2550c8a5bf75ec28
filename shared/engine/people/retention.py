"""Personal data whose time is over are taken out every night, and counted in the audit; figures stay as they were."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, String, and_, cast, delete, exists, null, or_, select, update

from shared.domain.complaint import ENDED as ENDED_COMPLAINTS
from shared.domain.files.matter import texts
from shared.domain.files.procedure import FileAction
from shared.domain.files.register import RegisterColumn
from shared.domain.retention import (
    DataClass,
    blacked_out,
    days_kept,
    secrets_of,
    stripped_applicant,
    stripped_collected,
    stripped_detail,
)
from shared.store import hot, rows
from shared.store.files.files import with_sought
from shared.store.office import Transaction
from shared.store.surveys.tables import SurveyAnswer, SurveyPeriod
from shared.store.tables import (
    OF_FILE,
    RESTING,
    SAID_OF_VISITORS,
    ComplaintPerson,
    ComplaintRecord,
    DataView,
    Event,
    FileRecord,
    LetterRecord,
    Office,
    PrintJob,
    RegisterAmendment,
    Ticket,
)

AT_ONCE = 2000
"""Rows of one class that one change clears by one statement."""
FILES_AT_ONCE = 100
"""Files are cleared one by one, each with all that was written of it: a click waits behind 100 for a quarter second."""

LATE = timedelta(days=40)
"""How long the machine may have been off: what is older goes with the other details of its ticket."""


def clear(tx: Transaction) -> dict[str, int]:
    """Takes out what is older than the office keeps it; class -> how many rows, empty when there was nothing.

    What is said of how somebody was called before their turn, and the notes about visitors, go with the day itself.
    """
    begins_at = datetime.combine(tx.today, datetime.min.time(), tx.office.zone)
    found = {"day": _clear_days(tx, begins_at)}
    for which, work in _CLEAR.items():
        before = begins_at - timedelta(days=days_kept(tx.office.settings.retention_days, which))
        found[which.value] = work(tx, before)
    cleared = {name: count for name, count in found.items() if count}
    if not cleared:
        tx.unchanged({})
    tx.record("retention", detail=dict(cleared))
    mark_erased(tx)
    return cleared


def mark_erased(tx: Transaction) -> None:
    """Remembers, whatever happens to the program, that the files of the database have to be written anew."""
    tx.execute(update(Office).where(Office.id == tx.office_id).values(erased_at=tx.now))


def erase_file(tx: Transaction, row: FileRecord) -> None:
    """Takes a person out of one file and of all that was written about it: events, slips, letters, corrections."""
    secrets = secrets_of({**row.applicant, **texts(row.matter)}, row.nik, row.nib)
    gone = {
        "nik": "",
        "nib": None,
        "matter": {},
        "applicant": stripped_applicant(row.applicant),
        "collected": stripped_collected(row.collected, secrets),
    }
    tx.execute(update(FileRecord).where(FileRecord.id == row.id).values(**with_sought(gone)))
    for event in tx.all(select(Event.id, Event.reason, Event.detail).where(Event.case_id == row.id)):
        said = {"reason": blacked_out(event.reason, secrets), "detail": stripped_detail(event.detail, secrets)}
        if said != {"reason": event.reason, "detail": event.detail}:
            tx.execute(update(Event).where(Event.id == event.id).values(**said))
    mine = PrintJob.case_id == row.id, OF_FILE, PrintJob.emptied_at.is_(None)
    tx.execute(update(PrintJob).where(*mine).values(lines=[], emptied_at=tx.now))
    for amended in tx.all(select(RegisterAmendment).where(RegisterAmendment.case_id == row.id)):
        hidden = {"was": "****", "becomes": "****", "reason": "****"}
        if amended.column_key == RegisterColumn.VILLAGE:  # stays, as in the file's data: reports count by it
            hidden |= {name: blacked_out(getattr(amended, name), secrets) or "" for name in ("was", "becomes")}
        tx.execute(update(RegisterAmendment).where(RegisterAmendment.id == amended.id).values(**hidden))
    for letter in tx.all(select(LetterRecord).where(LetterRecord.case_id == row.id)):
        words = {name: blacked_out(getattr(letter, name), secrets) for name in ("subject", "void_reason")}
        tx.execute(update(LetterRecord).where(LetterRecord.id == letter.id).values(addressee="", **words))


# --- by class ---


def _clear_days(tx: Transaction, begins_at: datetime) -> int:
    """Why somebody was called before their turn may say something of their health; a note of a visitor as well."""
    from_on = (begins_at - LATE).date()
    of_these_days = Ticket.id == Event.ticket_id, Ticket.on_day >= from_on, Ticket.on_day < tx.today
    said = Event.office_id == tx.office_id, SAID_OF_VISITORS, exists().where(*of_these_days)
    ids = [row.id for row in tx.all(select(Event.id).where(*said).limit(AT_ONCE))]
    noted = hot.clear_notes(tx.connection, tx.office_id, from_on, tx.today)
    return noted + sum(_clear_reasons(tx, Event.id.in_(ids[some : some + 500])) for some in range(0, len(ids), 500))


def _clear_tickets(tx: Transaction, before: datetime) -> int:
    ids = hot.clear_details(tx.connection, tx.office_id, before.date(), AT_ONCE)
    for some in range(0, len(ids), 500):
        _clear_reasons(tx, Event.ticket_id.in_(ids[some : some + 500]))
    return len(ids)


def _clear_reasons(tx: Transaction, those: ColumnElement[bool]) -> int:
    called = tx.execute(
        update(Event).where(those, Event.action == "call", Event.reason.is_not(None)).values(reason=None)
    ).rowcount
    noted = and_(those, Event.action == "note", or_(Event.reason.is_not(None), Event.detail.is_not(None)))
    return int(called + tx.execute(update(Event).where(noted).values(reason=None, detail=null())).rowcount)


def _clear_applicants(tx: Transaction, before: datetime) -> int:
    old = _ended_files(tx, before, or_(FileRecord.nik != "", FileRecord.applicant["name"].as_string().is_not(None)))
    for row in old:
        erase_file(tx, row)
    return len(old)


def _clear_answers(tx: Transaction, before: datetime) -> int:
    returned = Event.case_id == FileRecord.id, Event.action == FileAction.RETURN_TO_APPLICANT.value
    old = _ended_files(tx, before, cast(FileRecord.answers, String) != "{}", ~exists().where(*returned))
    for row in old:
        tx.execute(update(FileRecord).where(FileRecord.id == row.id).values(answers={}))
    return len(old)


def _clear_views(tx: Transaction, before: datetime) -> int:
    old = select(DataView.id).where(DataView.office_id == tx.office_id, DataView.at < before).limit(AT_ONCE)
    return int(tx.execute(delete(DataView).where(DataView.id.in_(old))).rowcount)


def _clear_writers(tx: Transaction, before: datetime) -> int:
    ended = ComplaintRecord.state.in_([state.value for state in ENDED_COMPLAINTS])
    old = and_(ComplaintRecord.office_id == tx.office_id, ended, ComplaintRecord.since_at < before)
    theirs = ComplaintPerson.complaint_id.in_(select(ComplaintRecord.id).where(old))
    return int(tx.execute(delete(ComplaintPerson).where(theirs)).rowcount)


def _clear_questionnaires(tx: Transaction, before: datetime) -> int:
    closed = select(SurveyPeriod.id).where(SurveyPeriod.office_id == tx.office_id, SurveyPeriod.closed_at < before)
    old = select(SurveyAnswer.id).where(SurveyAnswer.period_id.in_(closed)).limit(AT_ONCE)
    return int(tx.execute(delete(SurveyAnswer).where(SurveyAnswer.id.in_(old))).rowcount)


_CLEAR: dict[DataClass, Callable[[Transaction, datetime], int]] = {
    DataClass.TICKET: _clear_tickets,
    DataClass.ANSWERS: _clear_answers,
    DataClass.APPLICANT: _clear_applicants,
    DataClass.VIEWS: _clear_views,
    DataClass.WRITER: _clear_writers,
    DataClass.SURVEY: _clear_questionnaires,
}


def _ended_files(tx: Transaction, before: datetime, *which: ColumnElement[bool]) -> Sequence[FileRecord]:
    mine = FileRecord.office_id == tx.office_id, RESTING, FileRecord.since_at < before
    return rows.every(tx.connection, select(FileRecord).where(*mine, *which).limit(FILES_AT_ONCE))
