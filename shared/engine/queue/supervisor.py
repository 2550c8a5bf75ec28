"""Supervisor actions: a message to the counters, an override of the opening hours, taking over a stuck ticket."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import delete, insert, update

from shared.domain.errors import Invalid, NotAllowed, must_be_said
from shared.domain.queue.availability import later_than
from shared.domain.queue.ticket import Action, State
from shared.engine.queue.officer import role_at
from shared.engine.queue.seat import empty, must_be_free
from shared.engine.queue.ticket import facts, mark, move
from shared.store.office import Transaction
from shared.store.tables import CounterMessage, ScheduleOverride

_WAY_OUT = {State.CALLED: Action.RELEASE, State.SERVING: Action.TRANSFER}
"""How a ticket leaves a counter whose officer does not act."""


def broadcast(tx: Transaction, text: str, minutes: int) -> None:
    """A line on every panel for so many minutes; an empty one takes away what stands there."""
    said = text.strip()
    tx.execute(
        update(CounterMessage)
        .where(CounterMessage.office_id == tx.office_id, CounterMessage.until_at > tx.now)
        .values(until_at=tx.now)
    )
    if said:
        columns = {"text": said, "made_at": tx.now, "until_at": tx.now + timedelta(minutes=minutes)}
        tx.execute(insert(CounterMessage), {"office_id": tx.office_id, "officer_id": tx.actor.officer_id, **columns})
    tx.record("broadcast", reason=said or None)


def force(
    tx: Transaction,
    *,
    is_open: bool | None,
    reason: str = "",
    until_at: datetime | None = None,
    service: str | None = None,
) -> None:
    """Opens or closes the office, or one service, against the calendar; None ends the override.

    Raises `Missing("reason")` when it closes without one: visitors read it.
    """
    why = must_be_said(reason) if is_open is False else reason.strip()
    service_id = tx.office.service(service).id if service else None
    mine = ScheduleOverride.office_id == tx.office_id, ScheduleOverride.service_id.is_not_distinct_from(service_id)
    tx.execute(delete(ScheduleOverride).where(*mine))
    if is_open is not None:
        made_at = later_than([tx.office.closed_at], tx.now)
        word = {"is_open": is_open, "reason": why, "until_at": until_at, "made_at": made_at}
        where = {"office_id": tx.office_id, "service_id": service_id, "officer_id": tx.actor.officer_id}
        tx.execute(insert(ScheduleOverride), {**where, **word})
    tx.renew_setup()
    action = {True: "force_open", False: "force_close", None: "force_end"}[is_open]
    detail = {"service": service} if service else None
    tx.record(action, reason=why or None, detail=detail)


def confirm_clock(tx: Transaction) -> None:
    """The date that the machine shows is right, although it was set far forward: days may close by it again."""
    tx.record("confirm_clock")


def take_over(tx: Transaction, ticket_id: int, reason: str, to_counter: int | None = None) -> dict[str, object]:
    """Frees a ticket that is stuck at a counter, called, served or held: it waits again, place kept; its facts.

    `to_counter`: only there; None: wherever it is served. A held one stays held, at the counter `to_counter`.
    Raises `Missing("reason")`, `NotAllowed` (stale, nobody_calls), `Invalid("transfer_target")`.
    """
    why, ticket = must_be_said(reason), tx.ticket(ticket_id)
    target = tx.office.counter(to_counter) if to_counter is not None else None
    freed = replace(ticket, counter_id=None)
    if target is not None:
        freed = replace(ticket, counter_id=target.id, role=role_at(target, ticket.role))
    if ticket.state == State.HELD:
        if target is None:
            raise Invalid("transfer_target", fields=["to_counter"])
        return facts(tx.office, mark(tx, ticket, "take_over", freed, counter_id=ticket.counter_id, reason=why))
    if ticket.state not in _WAY_OUT:
        raise NotAllowed("stale", state=ticket.state.value, action="take_over")
    detail = {"take_over": True, "to_counter": to_counter}
    at, way = ticket.counter_id, _WAY_OUT[ticket.state]
    return facts(tx.office, move(tx, ticket, way, freed, counter_id=at, reason=why, detail=detail))


def empty_counter(tx: Transaction, number: int, reason: str) -> None:
    """Takes the seat from an officer who forgot to leave it. Raises `Missing("reason")`, `NotAllowed`."""
    why, counter = must_be_said(reason), tx.office.counter(number)
    if tx.room.seat(counter).officer_id is None:
        tx.unchanged(None)
    must_be_free(tx, counter)
    empty(tx, tx.room.seat(counter), "empty_counter", why)
