"""The section head's numbered report of a period to the camat; the files that it lists are closed."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select, update

from shared.domain.errors import Invalid, NotAllowed
from shared.domain.files.file import FileInput
from shared.domain.files.procedure import FileAction
from shared.domain.identity import same_number
from shared.engine.files.file import act
from shared.store.files import files
from shared.store.office import Transaction
from shared.store.tables import FileRecord, Recap


def make(tx: Transaction, number: str, on_day: date, from_on: date, until_on: date) -> dict[str, object]:
    """The recap with the number of files in it: of every service, whether its procedure ends with the recap or not.

    Raises `Invalid` ("recap_number", "recap_period"), `NotAllowed` ("recap_number_taken", "recap_empty"),
    `Forbidden("wrong_role")`.
    """
    if not number.strip():
        raise Invalid("recap_number", fields=["number"])
    if from_on > until_on:
        raise Invalid("recap_period", fields=["from_on", "until_on"])
    given = tx.all(select(Recap.number).where(Recap.office_id == tx.office_id))
    if (taken := same_number(number, (each.number for each in given))) is not None:
        raise NotAllowed("recap_number_taken", number=taken)
    listed = files.to_recap(tx.connection, tx.office, from_on, until_on)
    if not listed:
        raise NotAllowed("recap_empty")
    period = {"on_day": on_day, "from_on": from_on, "until_on": until_on}
    by = {"officer_id": tx.actor.officer_id, "made_at": tx.now}
    recap_id = tx.insert(Recap, number=number.strip(), **period, **by)
    said = FileInput(collected={"recap": {"number": number.strip(), "on": on_day.isoformat()}})
    for file in listed:
        if file.step is not None and not file.work_left:
            act(tx, file.id, FileAction.RECAP, said)
        else:  # its procedure has no step for the recap, or it comes there later
            state = file.state.value
            detail = {"number": number.strip()}
            tx.record(FileAction.RECAP.value, from_state=state, to_state=state, case_id=file.id, detail=detail)
    ids = [file.id for file in listed]
    tx.execute(update(FileRecord).where(FileRecord.id.in_(ids)).values(recap_id=recap_id))
    return {"id": recap_id, "number": number.strip(), "files": len(listed)}
