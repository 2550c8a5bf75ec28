"""A system outside does not answer ("OSS sedang gangguan"): all files that need it rest at once, and go on in order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, insert, select, update

from shared.domain.case import FilePauseReason, FileState
from shared.domain.errors import Forbidden, NotAllowed
from shared.domain.procedure import OSS, find_step
from shared.domain.rights import Right, may
from shared.engine.case import pause_for_outage, resume_after_outage
from shared.store.office import Transaction
from shared.store.tables import Case, Outage


def begin(tx: Transaction) -> int:
    """How many files rest now; raises `NotAllowed("outage_runs")`, `Forbidden("role")`."""
    _must_be_allowed(tx)
    if running(tx) is not None:
        raise NotAllowed("outage_runs")
    columns = {"office_id": tx.office_id, "system": OSS, "from_at": tx.now, "officer_id": tx.actor.officer_id}
    tx.execute(insert(Outage), columns)
    tx.record("outage_begins")
    files = _at_its_steps(tx, FileState.OPEN)
    for file in files:
        pause_for_outage(tx, file, FilePauseReason.OSS_DOWN)
    return len(files)


def end(tx: Transaction) -> int:
    """How many files go on, first come first; raises `NotAllowed("no_outage")`, `Forbidden("role")`."""
    _must_be_allowed(tx)
    outage = running(tx)
    if outage is None:
        raise NotAllowed("no_outage")
    tx.execute(update(Outage).where(Outage.id == outage.id).values(until_at=tx.now))
    minutes = int((tx.now - outage.from_at).total_seconds() // 60)
    tx.record("outage_ends", detail={"minutes": minutes})
    files = [file for file in _at_its_steps(tx, FileState.PAUSED) if file.pauses[-1][0] == FilePauseReason.OSS_DOWN]
    for file in files:
        resume_after_outage(tx, file, FilePauseReason.OSS_DOWN)
    return len(files)


def running(tx: Transaction) -> Row[Any] | None:
    """The disturbance that lasts now."""
    return tx.first(select(Outage).where(Outage.office_id == tx.office_id, Outage.until_at.is_(None)))


def _at_its_steps(tx: Transaction, state: FileState) -> Sequence[Row[Any]]:
    """The files that lie at a step of the system, the oldest acceptance first."""
    rows = tx.all(
        select(Case)
        .where(Case.office_id == tx.office_id, Case.state == state, Case.step.is_not(None))
        .order_by(Case.accepted_at, Case.id)
    )
    return [row for row in rows if _needs_system(tx, row)]


def _needs_system(tx: Transaction, row: Row[Any]) -> bool:
    return find_step(tx.standard(row.standard_id).steps, row.step).system == OSS


def _must_be_allowed(tx: Transaction) -> None:
    if not may(Right.REPORT_OUTAGE, tx.actor.roles):
        raise Forbidden("role")
