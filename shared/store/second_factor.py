"""What is known of officers' second factors."""

from __future__ import annotations

from sqlalchemy import Connection, select

from shared.store import rows
from shared.store.tables import SecondFactor


def factor(connection: Connection, officer_id: int) -> SecondFactor | None:
    return rows.first(connection, select(SecondFactor).where(SecondFactor.officer_id == officer_id))


def is_on(connection: Connection, officer_id: int) -> bool:
    """Whether signing in asks for a code."""
    found = factor(connection, officer_id)
    return found is not None and found.confirmed_at is not None
