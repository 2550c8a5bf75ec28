"""What an officer does with tickets at a counter: one function per click."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from shared.domain.errors import Forbidden, Invalid, NotAllowed, Unknown, must_be_said
from shared.domain.numbering import parse_label
from shared.domain.office import CounterConfig
from shared.domain.queue.counter import TransferPlace
from shared.domain.queue.policy import Lane, next_streak
from shared.domain.queue.ticket import AT_COUNTER, ENDED, UNDOABLE, Action, QueueTicket, State, after
from shared.domain.standards.standard import Role
from shared.domain.undo import must_be_undoable
from shared.engine.queue import visitor
from shared.engine.queue.seat import claim, must_be_free
from shared.engine.queue.ticket import facts, mark, move, take_back
from shared.store import events, reads
from shared.store.events import PastEvent
from shared.store.office import Transaction

AT_THE_COUNTER = frozenset(
    {Action.RECALL, Action.START, Action.RELEASE, Action.MISS, Action.HOLD, Action.TRANSFER, Action.FINISH}
)
"""Actions on a ticket that stands at the counter where the button was pressed."""
FROM_THE_LINE = frozenset({Action.CALL, Action.RESTORE, Action.CANCEL})
"""Actions on a ticket that waits, is held or was missed."""
OFFERED = AT_THE_COUNTER | FROM_THE_LINE


@dataclass(frozen=True, slots=True)
class Onward:
    """Where a transferred visitor goes: a counter by number, or a service by slug, and their place in that line."""

    counter: int | None = None
    service: str | None = None
    place: TransferPlace = TransferPlace.KEPT
    returns: bool = False
    """The counter that sends wants the visitor back afterwards."""


def call_next(tx: Transaction) -> dict[str, object] | None:
    """The ticket whom the policy picks for the actor's counter, called; None when nobody waits for it.

    Raises `NotAllowed`: `counter_taken` (another officer sits there), `counter_busy` (somebody stands there),
    `counter_paused`.
    """
    _ready(tx)
    picked, seat = tx.room.next_for(tx.counter), tx.room.seat(tx.counter)
    if picked is None:
        tx.unchanged(None)
    ordinary_waits = any(one.lane == Lane.ORDINARY for one in tx.room.front(tx.counter))
    streak = next_streak(seat.streak, picked.lane, ordinary_waits)
    if streak != seat.streak:
        tx.save_seat(replace(seat, streak=streak))
    return _call(tx, picked, streak=seat.streak)


def call_number(tx: Transaction, label: str, reason: str) -> dict[str, object]:
    """Calls the visitor with the number `label` before their turn, for a reason.

    Raises `Missing("reason")`, `Unknown("number")` when nobody of today has it, and what `act` raises.
    """
    why, ticket = must_be_said(reason), _by_label(tx, label)
    after(ticket.state, Action.CALL)
    _must_concern(ticket, tx.counter, Action.CALL)
    _ready(tx)
    return _call(tx, ticket, why)


def act(
    tx: Transaction,
    ticket_id: int,
    action: Action,
    *,
    reason: str | None = None,
    to_counter: int | None = None,
    onward: Onward | None = None,
) -> dict[str, object]:
    """Does `action` with a ticket from the actor's counter; the ticket's facts afterwards.

    Raises `NotAllowed` (stale, counter_taken, counter_busy, elsewhere), `Forbidden("action")`, `Unknown`.
    """
    counter, ticket = tx.counter, tx.ticket(ticket_id)
    after(ticket.state, action)
    _must_concern(ticket, counter, action)
    if action == Action.CALL:
        _ready(tx)
        return _call(tx, ticket, reason)
    claim(tx)
    onward = onward or Onward(to_counter)
    changed = _changed(tx, ticket, action, onward)
    detail = _target(tx, changed, onward) if action == Action.TRANSFER else None
    return facts(tx.office, move(tx, ticket, action, changed, reason=reason, detail=detail))


def undo(tx: Transaction) -> dict[str, object]:
    """Takes back the officer's own last action with a ticket, within ten seconds; the ticket's facts.

    Raises `NotAllowed`: `undo_nothing` (the last action was none that can be taken back), `undo_late`, `stale`
    (somebody has done something with the ticket since), `counter_busy`.
    """
    event = events.of_officer(tx.connection, tx.actor.officer_id or 0)
    if event is None or not is_undoable(event):
        raise NotAllowed("undo_nothing")
    must_be_undoable(event.officer_id, event.at, tx.actor)
    ticket = tx.ticket(event.ticket_id or 0)
    if not events.is_newest_of_ticket(tx.connection, event):
        raise NotAllowed("stale", state=ticket.state.value, action="undo")
    streak = event.detail.get("streak")
    if isinstance(streak, int) and event.counter_id is not None:
        tx.save_seat(replace(tx.room.seats[event.counter_id], streak=streak))
    return facts(tx.office, take_back(tx, ticket, event))


def is_undoable(event: PastEvent) -> bool:
    """Whether the event is a move of a ticket that its officer may take back; one of a file goes back with the file."""
    is_move = event.ticket_id is not None and event.case_id is None and event.action in UNDOABLE
    return is_move and event.was is not None


def write_note(tx: Transaction, ticket_id: int, text: str) -> dict[str, object]:
    """What one officer tells the next about this visitor; empty takes it away. The ticket's facts."""
    ticket = tx.ticket(ticket_id)
    if ticket.state in ENDED:
        raise NotAllowed("stale", state=ticket.state.value, action="note")
    claim(tx)
    note = text.strip() or None
    return facts(tx.office, mark(tx, ticket, "note", replace(ticket, note=note), reason=note))


def next_service(tx: Transaction, ticket_id: int, slug: str) -> dict[str, object]:
    """The visitor who is served has another wish: the same number goes on with the service `slug` at this counter.

    Raises `NotAllowed` (stale, elsewhere), `Forbidden("service_elsewhere")` when this counter does not serve it.
    """
    counter, ticket, service = tx.counter, tx.ticket(ticket_id), tx.office.service(slug)
    if ticket.state != State.SERVING or service.id == ticket.service_id:
        raise NotAllowed("stale", state=ticket.state.value, action="next_service")
    if ticket.counter_id != counter.id:
        raise NotAllowed("elsewhere", counter=counter.number)
    role = tx.office.first_role(service)
    if not counter.serves(role, service.id):
        raise Forbidden("service_elsewhere")
    claim(tx)
    changed = replace(ticket, service_id=service.id, role=role, since_at=tx.now, case_id=None)
    detail = {"was": ticket.service_id}
    return facts(tx.office, mark(tx, ticket, "next_service", changed, reason=slug, detail=detail))


def walk_in(tx: Transaction, slug: str, *, is_priority: bool, nonce: str) -> visitor.Taken:
    """The officer takes a number for somebody who did not use the kiosk; raises what `visitor.take` raises."""
    taken = visitor.take(tx, slug, is_priority=is_priority, nonce=nonce, language="id")
    tx.record("walk_in", ticket_id=taken.id)
    return taken


def _ready(tx: Transaction) -> None:
    """The counter is this officer's, works, and nobody stands there: somebody may be called to it."""
    found = claim(tx)
    if found.paused_at is not None and found.officer_id == tx.actor.officer_id:
        raise NotAllowed("counter_paused", counter=tx.counter.number)
    must_be_free(tx, tx.counter)


def _must_concern(ticket: QueueTicket, counter: CounterConfig, action: Action) -> None:
    if action not in OFFERED:
        raise Forbidden("action", action=action.value)
    is_here = ticket.counter_id == counter.id
    if (action in AT_THE_COUNTER or ticket.state in (*AT_COUNTER, State.HELD)) and not is_here:
        raise NotAllowed("elsewhere", counter=counter.number)


def _call(
    tx: Transaction, ticket: QueueTicket, reason: str | None = None, streak: int | None = None
) -> dict[str, object]:
    """`streak`: the counter's before this call, so that an undo can put it back."""
    here = replace(ticket, counter_id=tx.counter.id, recalls=0)
    detail = None if streak is None else {"streak": streak}
    return facts(tx.office, move(tx, ticket, Action.CALL, here, reason=reason, detail=detail))


def _by_label(tx: Transaction, label: str) -> QueueTicket:
    """The ticket of today with that number; without its letter when only one letter is served here."""
    letter, number = parse_label(label)
    served = {one.series for one in tx.office.services if tx.counter.serves(tx.office.first_role(one), one.id)}
    letters = [letter] if letter else sorted(served)
    found = reads.tickets_by_number(tx.connection, tx.office_id, tx.today, letters, number)
    if len(found) != 1:
        raise Unknown("number")
    return found[0]


def _changed(tx: Transaction, ticket: QueueTicket, action: Action, onward: Onward) -> QueueTicket:
    """The ticket with what changes beside its state."""
    if action == Action.RECALL:
        return replace(ticket, recalls=ticket.recalls + 1)
    if action in (Action.RELEASE, Action.RESTORE):
        freed = replace(ticket, counter_id=None)
        return freed if tx.room.callable_somewhere(freed.waits_for) else replace(freed, counter_id=tx.counter.id)
    if action == Action.TRANSFER:
        return _onward(tx, ticket, onward)
    return ticket


def _onward(tx: Transaction, ticket: QueueTicket, onward: Onward) -> QueueTicket:
    """The ticket as it waits after a transfer; raises `Invalid("transfer_target")`."""
    sent = replace(ticket, counter_id=None, return_counter_id=ticket.counter_id if onward.returns else None)
    if onward.service is not None:
        service = tx.office.service(onward.service)
        case_id = ticket.case_id if service.id == ticket.service_id else None  # what follows is about another file
        sent = replace(sent, service_id=service.id, role=tx.office.first_role(service), case_id=case_id)
    if onward.counter is not None:
        target = tx.office.counter(onward.counter)
        sent = replace(sent, counter_id=target.id, role=role_at(target, sent.role))
    if (onward.counter is None and onward.service is None) or sent.counter_id == ticket.counter_id:
        raise Invalid("transfer_target", fields=["to_counter"])
    return replace(sent, queued_at=_queued_at(tx, ticket, onward.place))


def role_at(counter: CounterConfig, role: Role) -> Role:
    """The role in which a visitor waits for this counter."""
    return role if role in counter.roles else min(counter.roles, default=role)


def _queued_at(tx: Transaction, ticket: QueueTicket, place: TransferPlace) -> datetime:
    """The moment that gives this place in the line."""
    first, last = tx.room.edges() or (ticket.queued_at, ticket.queued_at)
    if place == TransferPlace.FRONT:
        return min(first, ticket.queued_at) - timedelta(milliseconds=1)
    if place == TransferPlace.END:
        return max(last, ticket.queued_at) + timedelta(milliseconds=1)
    return ticket.queued_at


def _target(tx: Transaction, sent: QueueTicket, onward: Onward) -> dict[str, object]:
    """What the event says about the way of a transfer."""
    counter = tx.office.counter_by_id(sent.counter_id)
    return {"to_counter": counter.number if counter else None, "to_service": onward.service}
