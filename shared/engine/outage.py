"""An outage of OSS ("OSS sedang gangguan"): pauses all files that need it, and lets them go on in order."""

from __future__ import annotations

from sqlalchemy import insert, update

from shared.domain.collecting import OSS
from shared.domain.errors import Forbidden, NotAllowed
from shared.domain.file import File
from shared.domain.file_state import FilePauseReason, FileState
from shared.domain.rights import Right, may
from shared.engine.file import pause_for_outage, resume_after_outage
from shared.store import files, outages
from shared.store.office import Transaction
from shared.store.tables import Outage


def begin(tx: Transaction) -> int:
    """How many files are paused now; raises `NotAllowed("outage_runs")`, `Forbidden("role")`."""
    _must_be_allowed(tx)
    if outages.running(tx.connection, tx.office_id) is not None:
        raise NotAllowed("outage_runs")
    columns = {"office_id": tx.office_id, "system": OSS, "from_at": tx.now, "officer_id": tx.actor.officer_id}
    tx.execute(insert(Outage), columns)
    tx.record("outage_begins")
    resting = _at_its_steps(tx, FileState.OPEN)
    for file in resting:
        pause_for_outage(tx, file)
    return len(resting)


def end(tx: Transaction) -> int:
    """How many files go on, first come first; raises `NotAllowed("no_outage")`, `Forbidden("role")`."""
    _must_be_allowed(tx)
    outage = outages.running(tx.connection, tx.office_id)
    if outage is None:
        raise NotAllowed("no_outage")
    tx.execute(update(Outage).where(Outage.id == outage.id).values(until_at=tx.now))
    tx.record("outage_ends", detail={"minutes": int((tx.now - outage.from_at).total_seconds() // 60)})
    resting = [f for f in _at_its_steps(tx, FileState.PAUSED) if f.pauses[-1].reason == FilePauseReason.OSS_DOWN]
    for file in resting:
        resume_after_outage(tx, file)
    return len(resting)


def _at_its_steps(tx: Transaction, state: FileState) -> list[File]:
    """The files that lie at a step of the system, the oldest acceptance first."""
    there = files.in_state(tx.connection, tx.office_id, state)
    return [file for file in there if file.at_step(tx.standard(file.standard_id).steps).system == OSS]


def _must_be_allowed(tx: Transaction) -> None:
    if not may(Right.REPORT_OUTAGE, tx.actor.roles):
        raise Forbidden("role")
