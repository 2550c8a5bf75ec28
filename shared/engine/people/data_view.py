"""Who looked at somebody's data, written down at each look; no queue depends on it, so no office is locked."""

from __future__ import annotations

from sqlalchemy import Connection, insert

from shared.domain.actor import Actor
from shared.store.tables import DataView


def note_view(connection: Connection, office_id: int, case_id: int, actor: Actor, what: str = "file") -> None:
    """Of an applicant's data. `what`: "file", "nik" (the whole number) or "sheet" (all that is kept)."""
    _note(connection, office_id, actor, case_id=case_id, what=what)


def note_person_view(connection: Connection, office_id: int, complaint_id: int, actor: Actor) -> None:
    """Of who wrote a complaint."""
    _note(connection, office_id, actor, complaint_id=complaint_id, what="person")


def _note(connection: Connection, office_id: int, actor: Actor, **seen: object) -> None:
    values = {"office_id": office_id, "officer_id": actor.officer_id, "at": actor.now, **seen}
    connection.execute(insert(DataView), values)
