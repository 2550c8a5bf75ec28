"""What officers do with letters: give one its number, declare one void."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from sqlalchemy import insert, select, update

from shared.domain.errors import Invalid, NotAllowed, Unknown
from shared.domain.files.letters import IssuedLetter, LetterSeries, Signer, signer_on
from shared.store.files import letters as rows
from shared.store.office import Transaction
from shared.store.tables import LetterCounter, LetterRecord


def issue(
    tx: Transaction,
    series: str,
    *,
    on_day: date | None = None,
    signer: str | None = None,
    subject: str = "",
    addressee: str = "",
    case_id: int | None = None,
    step: str | None = None,
) -> IssuedLetter:
    """A letter with the next number of its series; for a step of a file that has one already, that one.

    `on_day`: the date on it, today when absent; `signer`: key of who signs, the series' own when absent. The number
    stays given also when the step is undone: done again, it has the same letter, unless that was declared void.
    Raises `Unknown("letter_series")`, `Invalid` ("letter_day": after today; "letter_signer": nobody of that key signs
    on the day), `NotAllowed("letter_number_taken")`: the pattern makes a number that another letter has.
    """
    book = _series(tx, series)
    if case_id is not None:
        given = rows.standing(tx.connection, tx.office_id, case_id, book.key, step)
        if given is not None:
            return given
    day = on_day or tx.today
    if day > tx.today:
        raise Invalid("letter_day", fields=["on_day"])
    signs = _signer(tx, signer or book.signer, day)
    serial = _next_serial(tx, book, day.year)
    number = book.number(serial, day)
    same = LetterRecord.office_id == tx.office_id, LetterRecord.number == number
    if tx.first(select(LetterRecord.id).where(*same)) is not None:
        raise NotAllowed("letter_number_taken", number=number)
    words = {"subject": subject.strip(), "addressee": addressee.strip()}
    letter_id = tx.insert(
        LetterRecord,
        series=book.key,
        title=book.title,
        year=day.year,
        serial=serial,
        number=number,
        on_day=day,
        signer=rows.signer_to_json(signs),
        case_id=case_id,
        step=step,
        officer_id=tx.actor.officer_id,
        made_at=tx.now,
        **words,
    )
    tx.record("letter_issued", case_id=case_id, detail={"number": number, "series": book.key})
    return IssuedLetter(letter_id, book.key, book.title, number, day, signs, case_id=case_id, step=step, **words)


def declare_void(tx: Transaction, letter_id: int, reason: str) -> IssuedLetter:
    """The letter does not count any more; its row and number stay. Raises `Unknown("letter")`, `Invalid("reason")`,
    `NotAllowed("letter_is_void")`.
    """
    letter = rows.find(tx.connection, tx.office_id, letter_id)
    if letter is None:
        raise Unknown("letter")
    if letter.is_void:
        raise NotAllowed("letter_is_void", number=letter.number)
    said = " ".join(reason.split())
    if not said:
        raise Invalid("reason", fields=["reason"])
    void = {"voided_at": tx.now, "voided_by": tx.actor.officer_id, "void_reason": said}
    tx.execute(update(LetterRecord).where(LetterRecord.id == letter.id).values(**void))
    tx.record("letter_voided", case_id=letter.case_id, reason=said, detail={"number": letter.number})
    return replace(letter, void_reason=said)


# --- inside ---


def _series(tx: Transaction, key: str) -> LetterSeries:
    for book in tx.office.settings.letter_series:
        if book.key == key and book.is_active:
            return book
    raise Unknown("letter_series")


def _signer(tx: Transaction, key: str | None, day: date) -> Signer | None:
    found = signer_on(tx.office.settings.signers, key, day)
    if found is None and key:
        raise Invalid("letter_signer", fields=["signer"])
    return found


def _next_serial(tx: Transaction, book: LetterSeries, year: int) -> int:
    """Given under the lock of the office, so nobody else gives one meanwhile."""
    mine = {"office_id": tx.office_id, "series": book.key, "year": year}
    here = [getattr(LetterCounter, name) == value for name, value in mine.items()]
    last = tx.first(select(LetterCounter.last_number).where(*here))
    serial = book.next_after(last.last_number if last else None, year)
    if last is None:
        tx.execute(insert(LetterCounter), {**mine, "last_number": serial})
    else:
        tx.execute(update(LetterCounter).where(*here).values(last_number=serial))
    return serial
