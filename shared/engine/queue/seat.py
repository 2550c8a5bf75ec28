"""Who sits at a counter: opening and leaving it, pausing, and handing it to the next shift."""

from __future__ import annotations

from dataclasses import replace

from shared.domain.errors import NotAllowed
from shared.domain.office import CounterConfig
from shared.domain.queue.counter import PauseReason
from shared.domain.queue.room import Seat
from shared.store.office import Transaction


def sit(tx: Transaction) -> None:
    """The officer opens the counter; another seat of theirs is left. Raises `NotAllowed("counter_taken")`."""
    if tx.room.seat(tx.counter).officer_id == tx.actor.officer_id:
        tx.unchanged(None)
    claim(tx)


def leave(tx: Transaction) -> None:
    """The officer closes the counter. Raises `NotAllowed("counter_busy")` while somebody stands there."""
    if tx.room.seat(tx.counter).officer_id != tx.actor.officer_id:
        tx.unchanged(None)
    must_be_free(tx, tx.counter)
    empty(tx, tx.room.seat(tx.counter), "leave")


def hand_over(tx: Transaction, note: str | None = None) -> None:
    """The shift ends: the counter is left as it is, its visitor included, to whoever sits down next."""
    empty(tx, _must_be_mine(tx), "shift_end", note)


def pause(tx: Transaction, reason: PauseReason) -> None:
    """Pauses the counter; its officer stays. Raises `NotAllowed` (`counter_busy`, `counter_taken`)."""
    seat = _must_be_mine(tx)
    must_be_free(tx, tx.counter)
    if seat.paused_at is not None:
        tx.unchanged(None)
    tx.save_seat(replace(seat, paused_at=tx.now, pause_reason=reason.value))
    tx.record("pause_counter", reason=reason.value)


def resume(tx: Transaction) -> None:
    """Ends the pause."""
    seat = _must_be_mine(tx)
    if seat.paused_at is None:
        tx.unchanged(None)
    tx.save_seat(replace(seat, paused_at=None, pause_reason=None))
    tx.record("resume_counter")


def claim(tx: Transaction) -> Seat:
    """An empty counter becomes the officer's with the first click; an officer has one seat. The seat as it was."""
    seat, officer_id = tx.room.seat(tx.counter), tx.actor.officer_id
    if seat.officer_id == officer_id:
        return seat
    if seat.officer_id is not None:
        raise NotAllowed("counter_taken", counter=tx.counter.number)
    for other in [one for one in tx.room.seats.values() if one.officer_id == officer_id]:
        empty(tx, other, "leave")
    tx.save_seat(replace(seat, officer_id=officer_id))
    tx.record("sit")
    return seat


def empty(tx: Transaction, seat: Seat, action: str, reason: str | None = None) -> None:
    """Nobody sits there any more."""
    tx.save_seat(replace(seat, officer_id=None, paused_at=None, pause_reason=None))
    tx.record(action, counter_id=seat.counter_id, reason=reason)


def must_be_free(tx: Transaction, counter: CounterConfig) -> None:
    """Raises `NotAllowed("counter_busy")` while somebody stands there."""
    if tx.room.at_counter(counter) is not None:
        raise NotAllowed("counter_busy", counter=counter.number)


def _must_be_mine(tx: Transaction) -> Seat:
    seat = tx.room.seat(tx.counter)
    if seat.officer_id != tx.actor.officer_id:
        code = "counter_taken" if seat.officer_id is not None else "not_your_seat"
        raise NotAllowed(code, counter=tx.counter.number)
    return seat
