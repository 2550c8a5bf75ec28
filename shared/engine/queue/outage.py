"""An outage of a system outside ("OSS sedang gangguan"): pauses all files that need it; they go on in order."""

from __future__ import annotations

from sqlalchemy import insert, update

from shared.domain.errors import Forbidden, NotAllowed, Unknown
from shared.domain.files.collecting import OSS
from shared.domain.files.file import File
from shared.domain.files.procedure import FileState
from shared.domain.rights import Right, may
from shared.domain.standards.standard import system_name
from shared.engine.files.file import pause_for_outage, resume_after_outage
from shared.store.files import files
from shared.store.office import Transaction
from shared.store.queue import outages
from shared.store.tables import Outage


def begin(tx: Transaction, system: str = OSS) -> int:
    """How many files are paused now; raises `NotAllowed("outage_runs")`, `Forbidden("role")`, `Unknown("page")`."""
    _must_be_allowed(tx, system)
    if system in tx.room.outages:
        raise NotAllowed("outage_runs", system=system_name(system))
    columns = {"office_id": tx.office_id, "system": system, "from_at": tx.now, "officer_id": tx.actor.officer_id}
    tx.execute(insert(Outage), columns)
    tx.record("outage_begins", detail={"system": system})
    resting = _at_its_steps(tx, FileState.OPEN, system)
    for file in resting:
        pause_for_outage(tx, file, system)
    return len(resting)


def end(tx: Transaction, system: str = OSS) -> int:
    """How many files go on, first come first; raises `NotAllowed("no_outage")`, `Forbidden("role")`, `Unknown`."""
    _must_be_allowed(tx, system)
    outage = next((each for each in outages.running(tx.connection, tx.office_id) if each.system == system), None)
    if outage is None:
        raise NotAllowed("no_outage", system=system_name(system))
    tx.execute(update(Outage).where(Outage.id == outage.id).values(until_at=tx.now))
    minutes = int((tx.now - outage.from_at).total_seconds() // 60)
    tx.record("outage_ends", detail={"minutes": minutes, "system": system})
    resting = [f for f in _at_its_steps(tx, FileState.PAUSED, system) if f.pauses[-1].reason in outages.DOWN]
    for file in resting:
        resume_after_outage(tx, file)
    return len(resting)


def _at_its_steps(tx: Transaction, state: FileState, system: str) -> list[File]:
    """The files that lie at a step of the system, the oldest acceptance first."""
    there = files.in_state(tx.connection, tx.office_id, state)
    return [file for file in there if file.at_step(tx.standard(file.standard_id).steps).system == system]


def _must_be_allowed(tx: Transaction, system: str) -> None:
    if not may(Right.REPORT_OUTAGE, tx.actor.roles):
        raise Forbidden("role")
    if system != OSS and system not in (*tx.office.systems, *tx.room.outages):
        raise Unknown("page")
