"""The one place where a ticket's state is assigned, and the facts that are told of a ticket."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from shared.domain.errors import NotAllowed
from shared.domain.office import OfficeConfig
from shared.domain.queue.room import CallMade
from shared.domain.queue.ticket import AT_COUNTER, UNDOABLE, Action, QueueTicket, State, WaitsFor, after
from shared.engine.queue.seat import must_be_free
from shared.engine.surveys import survey
from shared.store.events import PastEvent
from shared.store.hot import MUTABLE
from shared.store.office import Transaction
from shared.store.tables import Ticket
from shared.store.undo import restored

CALLS = (Action.CALL, Action.RECALL)


def move(
    tx: Transaction,
    ticket: QueueTicket,
    action: Action,
    changed: QueueTicket | None = None,
    *,
    counter_id: int | None = None,
    reason: str | None = None,
    detail: Mapping[str, object] | None = None,
    case_id: int | None = None,
) -> QueueTicket:
    """Moves the ticket by the table and records the event; the ticket as it is now.

    `changed`: the ticket with what changes beside its state. `counter_id`: another counter than the actor's.
    `case_id`: the file whose way causes the move; it is then taken back with the file only.
    Raises `NotAllowed`: "stale" when its state does not know the action, "nobody_calls" when it would wait for nobody.
    """
    moved = replace(changed or ticket, state=after(ticket.state, action), since_at=tx.now)
    if case_id is not None or (tx.actor.officer_id is not None and action in UNDOABLE):
        detail = {**(detail or {}), "was": _snapshot(ticket, moved)}
    _write(tx, ticket, moved, action.value, counter_id, reason=reason, detail=detail, case_id=case_id)
    if action in CALLS:
        at_counter = counter_id or tx.actor.counter_id
        tx.learn(CallMade(tx.version, moved.id, moved.label, at_counter, tx.now, moved.on_day))
    if action == Action.FINISH:
        survey.draw(tx, moved)
    return moved


def mark(
    tx: Transaction,
    ticket: QueueTicket,
    action: str,
    changed: QueueTicket,
    *,
    counter_id: int | None = None,
    reason: str | None = None,
    detail: Mapping[str, object] | None = None,
) -> QueueTicket:
    """Changes something of a ticket that stays in its state, with an event; raises as `move` does."""
    _write(tx, ticket, changed, action, counter_id, reason=reason, detail=detail)
    return changed


def take_back(tx: Transaction, ticket: QueueTicket, event: PastEvent, *, counter_id: int | None = None) -> QueueTicket:
    """Gives the ticket the values that it had before `event`, its newest, and records that; the ticket now.

    Raises `NotAllowed("counter_busy")` when somebody else stands by now where they stood.
    """
    was: dict[str, Any] = restored(Ticket, event.was or {})
    back = replace(ticket, **was)
    counter = tx.office.counter_by_id(back.counter_id)
    if back.state in AT_COUNTER and ticket.state not in AT_COUNTER and counter is not None:
        must_be_free(tx, counter)
    _write(tx, ticket, back, "undo", counter_id, detail={"of": event.action})
    return back


def must_be_callable(tx: Transaction, wanted: WaitsFor) -> None:
    """Raises `NotAllowed("nobody_calls")` when no counter could ever call whoever waits so."""
    if not tx.room.callable_somewhere(wanted):
        raise NotAllowed("nobody_calls", role=wanted.role.value)


def _write(
    tx: Transaction,
    before: QueueTicket,
    ticket: QueueTicket,
    action: str,
    counter_id: int | None,
    *,
    reason: str | None = None,
    detail: Mapping[str, object] | None = None,
    case_id: int | None = None,
) -> None:
    is_new_there = before.state != State.WAITING or before.waits_for != ticket.waits_for
    if ticket.state == State.WAITING and is_new_there:
        must_be_callable(tx, ticket.waits_for)
    tx.save(ticket, before)
    tx.record(
        action,
        from_state=before.state.value,
        to_state=ticket.state.value,
        ticket_id=ticket.id,
        case_id=case_id,
        counter_id=counter_id,
        reason=reason,
        detail=detail,
    )


def _snapshot(before: QueueTicket, ticket: QueueTicket) -> dict[str, object]:
    """What an undo has to put back."""
    changed = [name for name in MUTABLE if getattr(before, name) != getattr(ticket, name)]
    return {name: getattr(before, name) for name in (*changed, "state", "since_at")}


def facts(office: OfficeConfig, ticket: QueueTicket) -> dict[str, object]:
    """What a program is told of a ticket: no token, no person."""
    counter = office.counter_by_id(ticket.counter_id)
    return {
        "id": ticket.id,
        "number": ticket.label,
        "service": office.service_ids[ticket.service_id].slug,
        "state": ticket.state.value,
        "lane": ticket.lane.value,
        "counter": counter.number if counter else None,
        "recalls": ticket.recalls,
        "taken_at": ticket.taken_at.isoformat(),
        "since_at": ticket.since_at.isoformat(),
    }
