"""Who sits at a counter: opening and leaving it, resting, and handing it to the next shift."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, bindparam, select, update

from shared.domain.counter import PauseReason
from shared.domain.errors import NotAllowed
from shared.domain.office import CounterConfig
from shared.store.office import Transaction
from shared.store.tables import STANDS_AT_COUNTER, Counter, Ticket

NOBODY = {"officer_id": None, "paused_at": None, "pause_reason": None}


def sit(tx: Transaction) -> None:
    """The officer opens the counter; another seat of theirs is left. Raises `NotAllowed("counter_taken")`."""
    found = seat(tx, tx.counter)
    if found.officer_id == tx.actor.officer_id:
        tx.unchanged(None)
    claim(tx, found)


def leave(tx: Transaction) -> None:
    """The officer closes the counter. Raises `NotAllowed("counter_busy")` while somebody stands there."""
    if seat(tx, tx.counter).officer_id != tx.actor.officer_id:
        tx.unchanged(None)
    must_be_free(tx, tx.counter)
    _empty(tx, "leave")


def hand_over(tx: Transaction, note: str | None = None) -> None:
    """The shift ends: the counter is left as it is, its visitor included, to whoever sits down next."""
    _must_be_mine(tx)
    _empty(tx, "shift_end", note)


def pause(tx: Transaction, reason: PauseReason) -> None:
    """The counter rests, its officer stays. Raises `NotAllowed` (`counter_busy`, `counter_taken`)."""
    _must_be_mine(tx)
    must_be_free(tx, tx.counter)
    if seat(tx, tx.counter).paused_at is not None:
        tx.unchanged(None)
    _set(tx, paused_at=tx.now, pause_reason=reason.value)
    tx.record("pause_counter", reason=reason.value)


def resume(tx: Transaction) -> None:
    """The rest is over."""
    _must_be_mine(tx)
    if seat(tx, tx.counter).paused_at is None:
        tx.unchanged(None)
    _set(tx, paused_at=None, pause_reason=None)
    tx.record("resume_counter")


def seat(tx: Transaction, counter: CounterConfig) -> Row[Any]:
    """`officer_id`, `streak` and `paused_at` of the counter as they are now."""
    found: Row[Any] = tx.execute(_SEAT, {"the_counter": counter.id}).one()
    return found


_SEAT = (
    select(Counter.officer_id, Counter.streak, Counter.paused_at)
    .where(Counter.id == bindparam("the_counter"))
    .execution_options(prepared=True)
)


def claim(tx: Transaction, found: Row[Any] | None = None) -> Row[Any]:
    """An empty counter becomes the officer's with the first click; an officer has one seat. `found`: as `seat` says."""
    found, officer_id = found or seat(tx, tx.counter), tx.actor.officer_id
    if found.officer_id == officer_id:
        return found
    if found.officer_id is not None:
        raise NotAllowed("counter_taken", counter=tx.counter.number)
    mine = Counter.office_id == tx.office_id, Counter.officer_id == officer_id
    for other in tx.all(select(Counter.id).where(*mine)):
        tx.record("leave", counter_id=other.id)
    tx.execute(update(Counter).where(*mine).values(**NOBODY))
    _set(tx, officer_id=officer_id)
    tx.record("sit")
    return found


def at_counter(tx: Transaction, counter: CounterConfig) -> Row[Any] | None:
    """The ticket that is called to this counter or served there, of whichever day."""
    found: Row[Any] | None = tx.execute(_AT_COUNTER, {"the_counter": counter.id}).first()
    return found


_AT_COUNTER = (
    select(Ticket)
    .where(Ticket.counter_id == bindparam("the_counter"), STANDS_AT_COUNTER)
    .execution_options(prepared=True)
)


def must_be_free(tx: Transaction, counter: CounterConfig) -> None:
    """Raises `NotAllowed("counter_busy")` while somebody stands there."""
    if at_counter(tx, counter) is not None:
        raise NotAllowed("counter_busy", counter=counter.number)


def _must_be_mine(tx: Transaction) -> None:
    holder = seat(tx, tx.counter).officer_id
    if holder != tx.actor.officer_id:
        raise NotAllowed("counter_taken" if holder is not None else "not_your_seat", counter=tx.counter.number)


def _empty(tx: Transaction, action: str, note: str | None = None) -> None:
    _set(tx, **NOBODY)
    tx.record(action, reason=note)


def _set(tx: Transaction, **columns: Any) -> None:
    tx.execute(update(Counter).where(Counter.id == tx.counter.id).values(**columns))
