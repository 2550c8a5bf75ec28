"""The tokens that a short code may stand for now, in all offices: a phone does not say whose slip it has."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection, select

from shared.store.tables import RESTING, RUNNING_FILES, ComplaintRecord, FileRecord, Office, Ticket

A_DAY = timedelta(days=1)


def of_visits_and_files(connection: Connection, now: datetime, ended_since: timedelta) -> set[str]:
    """Of the numbers of the last day, and of the files that are under way or ended since."""
    offices = select(Office.id)
    running = select(FileRecord.token).where(RUNNING_FILES)
    since = FileRecord.since_at > now - ended_since
    ended = select(FileRecord.token).where(FileRecord.office_id.in_(offices), RESTING, since)
    days = Ticket.on_day >= (now - 2 * A_DAY).date()  # the day of an office is at most a day beside that of UTC
    of_tickets = select(Ticket.token).where(Ticket.office_id.in_(offices), days, Ticket.taken_at > now - A_DAY)
    return {token for each in (of_tickets, running, ended) for token in connection.scalars(each)}


def of_complaints(connection: Connection, now: datetime, since: timedelta) -> set[str]:
    return set(connection.scalars(select(ComplaintRecord.token).where(ComplaintRecord.received_at > now - since)))
