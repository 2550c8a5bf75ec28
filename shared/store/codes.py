"""The tokens that a short code may stand for now, in all offices: a phone does not say whose slip it has."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection, or_, select

from shared.domain.file_state import ENDED
from shared.store.tables import ComplaintRecord, FileRecord, Ticket

A_DAY = timedelta(days=1)


def of_visits_and_files(connection: Connection, now: datetime, ended_since: timedelta) -> set[str]:
    """Of the numbers of the last day, and of the files that are under way or ended since."""
    of_files = select(FileRecord.token).where(
        or_(FileRecord.state.not_in(ENDED), FileRecord.since_at > now - ended_since)
    )
    of_tickets = select(Ticket.token).where(Ticket.taken_at > now - A_DAY)
    return set(connection.scalars(of_tickets)) | set(connection.scalars(of_files))


def of_complaints(connection: Connection, now: datetime, since: timedelta) -> set[str]:
    return set(connection.scalars(select(ComplaintRecord.token).where(ComplaintRecord.received_at > now - since)))
