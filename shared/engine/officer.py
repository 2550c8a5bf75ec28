"""What an officer does with tickets at a counter: one function per click."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, bindparam, or_, select, union_all, update

from shared.domain.errors import Forbidden, Invalid, NotAllowed
from shared.domain.numbering import office_day
from shared.domain.policy import Lane, Waiting, next_streak, pick
from shared.domain.ticket import AT_COUNTER, Action, State, after
from shared.engine.ticket import facts, find, move
from shared.store.office import Transaction
from shared.store.setup import CounterSetup
from shared.store.tables import ACTIVE, Counter, Ticket

AT_THE_COUNTER = frozenset(
    {Action.RECALL, Action.START, Action.RELEASE, Action.MISS, Action.HOLD, Action.TRANSFER, Action.FINISH}
)
"""Actions on a ticket that stands at the counter where the button was pressed."""
FROM_THE_LINE = frozenset({Action.CALL, Action.RESTORE, Action.CANCEL})
"""Actions on a ticket that waits, is held or was missed."""
OFFERED = AT_THE_COUNTER | FROM_THE_LINE


def sit(tx: Transaction, number: int, officer_id: int, now: datetime) -> None:
    """The officer opens the counter; another seat of theirs is left. Raises `NotAllowed("counter_taken")`."""
    counter = tx.setup.counter(number)
    seat = _seat(tx, counter)
    if seat.officer_id == officer_id:
        tx.unchanged(None)
    _claim(tx, counter, seat, officer_id, now)


def leave(tx: Transaction, number: int, officer_id: int, now: datetime) -> None:
    """The officer closes the counter. Raises `NotAllowed("counter_busy")` while somebody stands there."""
    counter = tx.setup.counter(number)
    if _seat(tx, counter).officer_id != officer_id:
        tx.unchanged(None)
    if at_counter(tx, counter) is not None:
        raise NotAllowed("counter_busy", counter=counter.number)
    tx.execute(update(Counter).where(Counter.id == counter.id).values(officer_id=None))
    tx.record("leave", at=now, officer_id=officer_id, counter_id=counter.id)


def call_next(tx: Transaction, number: int, officer_id: int, now: datetime) -> dict[str, Any] | None:
    """The ticket whom the policy picks for this counter, called; None when nobody waits for it.

    Raises `NotAllowed`: `counter_taken` (another officer sits there), `counter_busy` (somebody stands there).
    """
    counter = tx.setup.counter(number)
    seat = _claim(tx, counter, _seat(tx, counter), officer_id, now)
    _must_be_free(tx, counter)
    heads = _heads(tx, counter, now)
    picked = pick([Waiting(row.id, row.lane, row.queued_at) for row in heads], seat.streak, tx.setup.settings.ratio)
    if picked is None:
        tx.unchanged(None)
    streak = next_streak(seat.streak, picked.lane, any(row.lane == Lane.ORDINARY for row in heads))
    if streak != seat.streak:
        tx.execute(update(Counter).where(Counter.id == counter.id).values(streak=streak))
    return _call(tx, counter, find(tx, picked.ticket_id), officer_id, now)


def act(
    tx: Transaction,
    number: int,
    ticket_id: int,
    action: Action,
    officer_id: int,
    now: datetime,
    *,
    reason: str | None = None,
    to_counter: int | None = None,
) -> dict[str, Any]:
    """Does `action` with a ticket from the counter `number`; the ticket's facts afterwards.

    Raises `NotAllowed` (stale, counter_taken, counter_busy, elsewhere), `Forbidden("action")`, `Unknown`.
    """
    counter = tx.setup.counter(number)
    ticket = find(tx, ticket_id)
    after(ticket.state, action)
    _must_concern(ticket, counter, action)
    _claim(tx, counter, _seat(tx, counter), officer_id, now)
    if action == Action.CALL:
        _must_be_free(tx, counter)
        return _call(tx, counter, ticket, officer_id, now, reason)
    columns = _columns(tx, ticket, action, to_counter)
    moved = move(tx, ticket, action, now, columns, officer_id=officer_id, counter_id=counter.id, reason=reason)
    return facts(tx.setup, moved)


def at_counter(tx: Transaction, counter: CounterSetup) -> Row[Any] | None:
    """The ticket that is called to this counter or served there, of whichever day."""
    return tx.execute(_AT_COUNTER, {"the_counter": counter.id}).first()


_AT_COUNTER = select(Ticket).where(Ticket.counter_id == bindparam("the_counter"), Ticket.state.in_(AT_COUNTER))
_SEAT = select(Counter.officer_id, Counter.streak).where(Counter.id == bindparam("the_counter"))


def _seat(tx: Transaction, counter: CounterSetup) -> Row[Any]:
    return tx.execute(_SEAT, {"the_counter": counter.id}).one()


def _claim(tx: Transaction, counter: CounterSetup, seat: Row[Any], officer_id: int, now: datetime) -> Row[Any]:
    """An empty counter becomes the officer's with the first click; an officer has one seat."""
    if seat.officer_id == officer_id:
        return seat
    if seat.officer_id is not None:
        raise NotAllowed("counter_taken", counter=counter.number)
    mine = Counter.office_id == tx.office_id, Counter.officer_id == officer_id
    for other in tx.all(select(Counter.id).where(*mine)):
        tx.record("leave", at=now, officer_id=officer_id, counter_id=other.id)
    tx.execute(update(Counter).where(*mine).values(officer_id=None))
    tx.execute(update(Counter).where(Counter.id == counter.id).values(officer_id=officer_id))
    tx.record("sit", at=now, officer_id=officer_id, counter_id=counter.id)
    return seat


def _must_be_free(tx: Transaction, counter: CounterSetup) -> None:
    if at_counter(tx, counter) is not None:
        raise NotAllowed("counter_busy", counter=counter.number)


def _must_concern(ticket: Row[Any], counter: CounterSetup, action: Action) -> None:
    if action not in OFFERED:
        raise Forbidden("action", action=action.value)
    is_here = ticket.counter_id == counter.id
    if (action in AT_THE_COUNTER or ticket.state in (*AT_COUNTER, State.HELD)) and not is_here:
        raise NotAllowed("elsewhere", counter=counter.number)


def _call(
    tx: Transaction, counter: CounterSetup, ticket: Row[Any], officer_id: int, now: datetime, reason: str | None = None
) -> dict[str, Any]:
    here = {"counter_id": counter.id, "recalls": 0}
    moved = move(tx, ticket, Action.CALL, now, here, officer_id=officer_id, counter_id=counter.id, reason=reason)
    return facts(tx.setup, moved)


def _columns(tx: Transaction, ticket: Row[Any], action: Action, to_counter: int | None) -> dict[str, Any]:
    """What changes with the ticket beside its state."""
    if action == Action.RECALL:
        return {"recalls": ticket.recalls + 1}
    if action in (Action.RELEASE, Action.RESTORE):
        return {"counter_id": None}
    if action == Action.TRANSFER:
        target = tx.setup.counter(to_counter) if to_counter is not None else None
        if target is None or target.id == ticket.counter_id:
            raise Invalid("transfer_target", fields=["to_counter"])
        role = ticket.role if ticket.role in target.roles else min(target.roles, default=ticket.role)
        return {"counter_id": target.id, "role": role}
    return {}


def _heads(tx: Transaction, counter: CounterSetup, now: datetime) -> Sequence[Row[Any]]:
    """The first of each lane that this counter may call: all that `policy.pick` needs to see."""
    ids = counter.service_ids if counter.service_ids is not None else tx.setup.service_ids.keys()
    parameters = {
        "the_office": tx.office_id,
        "the_day": office_day(now, tx.setup.zone),
        "the_counter": counter.id,
        "the_roles": list(counter.roles),
        "the_services": list(ids),
    }
    return tx.execute(_HEADS, parameters).all()


def _head(lane: Lane) -> Select[Any]:
    first = (
        select(Ticket.id, Ticket.lane, Ticket.queued_at)
        .where(
            Ticket.office_id == bindparam("the_office"),
            Ticket.on_day == bindparam("the_day"),
            ACTIVE,
            Ticket.role.in_(bindparam("the_roles", expanding=True)),
            Ticket.lane == lane,
            Ticket.state == State.WAITING,
            Ticket.service_id.in_(bindparam("the_services", expanding=True)),
            or_(Ticket.counter_id.is_(None), Ticket.counter_id == bindparam("the_counter")),
        )
        .order_by(Ticket.queued_at, Ticket.id)
        .limit(1)
        .subquery()
    )
    return select(first)


_HEADS = union_all(*(_head(lane) for lane in Lane))
