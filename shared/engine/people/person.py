"""What people ask about the data that are kept of them: it is written down, has its time, and is done or refused."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import timedelta
from enum import StrEnum

from sqlalchemy import Select, select, update

from shared.domain.complaint import written
from shared.domain.errors import Invalid, NotAllowed, Unknown
from shared.domain.files.correction import corrected
from shared.domain.files.procedure import RUNNING, FileState
from shared.engine.files import file
from shared.engine.people.retention import erase_file, mark_erased
from shared.store import rows
from shared.store.office import Transaction
from shared.store.tables import DataRequest, FileRecord

ANSWERED_WITHIN = timedelta(hours=72)
"""3 x 24 hours. Source: UU 27/2022."""
NEAR = timedelta(hours=24)
"""How long before that it is shown to the supervisor; our own choice."""


class DataWish(StrEnum):
    SEE = "see"
    CORRECT = "correct"
    ERASE = "erase"


def ask(tx: Transaction, wish: DataWish, cases: Collection[int], words: str) -> int:
    """Writes the request down; its id. Raises `Missing("complaint_incomplete")` without words, `Unknown("case")`."""
    known = {row.id for row in tx.all(_files(tx, cases))}
    if not known or known != set(cases):
        raise Unknown("case")
    columns = {"kind": wish.value, "cases": sorted(known), "wish": written(words, "data_wish", 500)}
    times = {"asked_at": tx.now, "due_at": tx.now + ANSWERED_WITHIN}
    request_id = tx.insert(DataRequest, **columns, **times, officer_id=tx.actor.officer_id)
    for case_id in sorted(known):
        tx.record("data_request", case_id=case_id, detail={"wish": wish.value})
    return request_id


def answer(
    tx: Transaction, request_id: int, is_granted: bool, reason: str, correction: Mapping[str, str] | None = None
) -> bool:
    """Ends the request; whether anything was erased, which a granted wish to erase does at once.

    `correction`: field of the applicant -> what it shall say, written into each of the files when it is granted.

    Raises `NotAllowed("stale")` when it is answered already, `NotAllowed("erase_running")` while one of the files is at
    work, `Missing("complaint_incomplete")` for a refusal without a reason.
    """
    mine = DataRequest.id == request_id, DataRequest.office_id == tx.office_id
    row = rows.first(tx.connection, select(DataRequest).where(*mine))
    if row is None:
        raise Unknown("data_request")
    if row.ended_at is not None:
        raise NotAllowed("stale")
    said = reason.strip()
    if not is_granted or said:
        said = written(reason, "data_reason", 500)
    erases = is_granted and row.kind == DataWish.ERASE
    if erases:
        _erase(tx, row.cases)
    if is_granted and row.kind == DataWish.CORRECT and correction:
        _correct(tx, row.cases, correction, row.wish)
    ended = {"ended_at": tx.now, "is_granted": is_granted, "ended_by": tx.actor.officer_id, "reason": said}
    tx.execute(update(DataRequest).where(DataRequest.id == request_id).values(**ended))
    action = "data_granted" if is_granted else "data_refused"
    for case_id in row.cases:
        tx.record(action, case_id=case_id, detail={"wish": row.kind})
    return erases


def wish_of(word: str) -> DataWish:
    """Raises `Invalid("fields")`."""
    try:
        return DataWish(word)
    except ValueError:
        raise Invalid("fields", fields=["wish"]) from None


def _correct(tx: Transaction, cases: Collection[int], said: Mapping[str, str], wish: str) -> None:
    """Files whose person was erased already are left alone; raises `Invalid` ("applicant", "no_correction")."""
    done = 0
    for case_id in cases:
        before = file.find(tx, case_id)
        if before.applicant.get("name"):
            decision = corrected(before, tx.standard(before.standard_id), tx.office, said, wish[:200])
            if decision is not None:
                file.apply(tx, before, decision)
                done += 1
    if not done:
        raise Invalid("no_correction", fields=list(said))


def _erase(tx: Transaction, cases: Collection[int]) -> None:
    files = rows.every(tx.connection, _files(tx, cases))
    if any(each.work_left or each.state in (*RUNNING, FileState.NEW) for each in files):
        raise NotAllowed("erase_running")
    for each in files:
        erase_file(tx, each)
    mark_erased(tx)


def _files(tx: Transaction, cases: Collection[int]) -> Select[FileRecord]:
    return select(FileRecord).where(FileRecord.office_id == tx.office_id, FileRecord.id.in_(list(cases)))
