"""Finished results that wait for their applicant: whose they are, and when each step was done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from shared.domain.files.file import File
from shared.domain.files.register import in_force
from shared.domain.standards.standard import ServiceStandard
from shared.store.files.register import CHUNK, events
from shared.store.files.views import FileView
from shared.store.tables import Event


@dataclass(frozen=True, slots=True)
class WaitingResult:
    """`steps`: the titles of the steps behind it with the time at which each was left, in their order.

    `told_at`: when an officer last told the applicant.
    """

    file: File
    service: ServiceStandard
    steps: Sequence[tuple[str, datetime]]
    told_at: datetime | None


def with_steps(connection: Connection, waiting: Sequence[FileView]) -> list[WaitingResult]:
    """These results with when their steps were done, in the same order."""
    ids = [each.id for each in waiting]
    left, told = _left(connection, ids), told_at(connection, ids)
    return [
        WaitingResult(
            each.file,
            each.service,
            [(step.title, left[each.id, step.key]) for step in each.service.steps if (each.id, step.key) in left],
            told.get(each.id),
        )
        for each in waiting
    ]


def _left(connection: Connection, ids: Sequence[int]) -> dict[tuple[int, str], datetime]:
    """(File, key of a step) -> when it went on from there last."""
    read = (events(connection, ids[start : start + CHUNK]) for start in range(0, len(ids), CHUNK))
    return {
        (case_id, str(each.detail["step"])): each.at
        for found in read
        for case_id, mine in found.items()
        for each in in_force(mine)
        if each.detail.get("step") and each.detail.get("step") != each.detail.get("to_step")
    }


def told_at(connection: Connection, ids: Sequence[int]) -> dict[int, datetime]:
    """File -> when its applicant was told last."""
    told: dict[int, datetime] = {}
    for start in range(0, len(ids), CHUNK):
        mine = Event.case_id.in_(ids[start : start + CHUNK]), Event.action == "remind"
        told |= {
            row.case_id: row.at
            for row in connection.execute(select(Event.case_id, Event.at).where(*mine).order_by(Event.id))
        }
    return told
