"""The tour of a newcomer's desk: whether an officer has ended it."""

from __future__ import annotations

from sqlalchemy import Connection, select, update

from shared.store.office import Transaction
from shared.store.tables import Officer


def is_over(connection: Connection, officer_id: int) -> bool:
    found = connection.execute(select(Officer.toured_at).where(Officer.id == officer_id)).scalar()
    return found is not None


def end(tx: Transaction) -> None:
    tx.execute(update(Officer).where(Officer.id == tx.actor.officer_id).values(toured_at=tx.now))
    tx.record("tour")
