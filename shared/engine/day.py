"""What the day does by itself: yesterday's tickets that nobody finished are expired, never lost."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from shared.domain.numbering import office_day
from shared.domain.ticket import Action, State, allowed
from shared.engine.ticket import move
from shared.store.office import Transaction
from shared.store.tables import ACTIVE, Ticket

EXPIRABLE = [state for state in State if Action.CLOSE_DAY in allowed(state)]


def close_past_days(tx: Transaction, now: datetime) -> int:
    """Expires what earlier days left behind; how many tickets. One being served stays with its officer."""
    today = office_day(now, tx.setup.zone)
    left = tx.all(
        select(Ticket).where(
            Ticket.office_id == tx.office_id, Ticket.on_day < today, ACTIVE, Ticket.state.in_(EXPIRABLE)
        )
    )
    if not left:
        tx.unchanged(0)
    for ticket in left:
        move(tx, ticket, Action.CLOSE_DAY, now)
    return len(left)
