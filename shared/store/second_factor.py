"""What is known of officers' second factors."""

from __future__ import annotations

from sqlalchemy import Connection, select

from shared.store import rows
from shared.store.tables import Officer, SecondFactor


def factor(connection: Connection, officer_id: int) -> SecondFactor | None:
    return rows.first(connection, select(SecondFactor).where(SecondFactor.officer_id == officer_id))


def is_on(connection: Connection, officer_id: int) -> bool:
    """Whether signing in asks for a code."""
    found = factor(connection, officer_id)
    return found is not None and found.confirmed_at is not None


def officers_with(connection: Connection, office_id: int) -> set[int]:
    """The officers of the office whose second factor is on."""
    wanted = select(SecondFactor.officer_id).join(Officer).where(Officer.office_id == office_id)
    return set(connection.execute(wanted.where(SecondFactor.confirmed_at.is_not(None))).scalars())
