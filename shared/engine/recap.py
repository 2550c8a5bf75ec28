"""The section head's numbered report of a period to the camat; the files that it lists are closed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Row, insert, select, update

from shared.domain.case import FileAction, FileState
from shared.domain.errors import Invalid, NotAllowed
from shared.engine.case import act
from shared.engine.hand import Said
from shared.store.office import Transaction
from shared.store.tables import Case, Recap


def make(tx: Transaction, number: str, on_day: date, from_on: date, until_on: date) -> dict[str, Any]:
    """The recap with the number of files in it.

    Raises `Invalid` ("recap_number", "recap_period"), `NotAllowed` ("recap_number_taken", "recap_empty"),
    `Forbidden("wrong_role")`.
    """
    if not number.strip():
        raise Invalid("recap_number", fields=["number"])
    if from_on > until_on:
        raise Invalid("recap_period", fields=["from_on", "until_on"])
    if tx.first(select(Recap.id).where(Recap.office_id == tx.office_id, Recap.number == number.strip())) is not None:
        raise NotAllowed("recap_number_taken", number=number.strip())
    files = ready(tx, from_on, until_on)
    if not files:
        raise NotAllowed("recap_empty")
    columns = {"number": number.strip(), "on_day": on_day, "from_on": from_on, "until_on": until_on}
    key: Any = tx.execute(
        insert(Recap), {"office_id": tx.office_id, "officer_id": tx.actor.officer_id, "made_at": tx.now, **columns}
    ).inserted_primary_key
    said = Said(collected={"recap": {"number": number.strip(), "on": on_day.isoformat()}})
    for file in files:
        act(tx, file.id, FileAction.RECAP, said)
    ids = [file.id for file in files]
    tx.execute(update(Case).where(Case.id.in_(ids)).values(recap_id=int(key[0])))
    return {"id": int(key[0]), "number": number.strip(), "files": len(files)}


def ready(tx: Transaction, from_on: date, until_on: date) -> Sequence[Row[Any]]:
    """The files completed from the one day to the other, both included, that wait for a recap."""
    begins = datetime.combine(from_on, time(), tx.office.zone)
    ends = datetime.combine(until_on + timedelta(days=1), time(), tx.office.zone)
    mine = Case.office_id == tx.office_id, Case.state == FileState.COMPLETED, Case.step.is_not(None)
    period = Case.completed_at >= begins, Case.completed_at < ends
    return tx.all(select(Case).where(*mine, *period).order_by(Case.register_year, Case.register_number))
