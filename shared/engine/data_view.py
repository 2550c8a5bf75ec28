"""Who looked at an applicant's data, written down at each look; no queue depends on it, so no office is locked."""

from __future__ import annotations

from sqlalchemy import Connection, insert

from shared.domain.actor import Actor
from shared.store.tables import DataView


def note_view(connection: Connection, office_id: int, case_id: int, actor: Actor) -> None:
    seen = {"office_id": office_id, "case_id": case_id, "officer_id": actor.officer_id, "at": actor.now}
    connection.execute(insert(DataView), seen)
