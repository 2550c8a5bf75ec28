"""What an officer does with tickets at a counter: one function per click."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Executable, Row, Select, bindparam, false, func, or_, select, union_all, update

from shared.domain.counter import UNDO_S, TransferPlace
from shared.domain.errors import Forbidden, Invalid, Missing, NotAllowed, Unknown
from shared.domain.numbering import office_day, parse_label
from shared.domain.office import CounterConfig
from shared.domain.policy import Lane, Waiting, next_streak, pick
from shared.domain.standard import Role
from shared.domain.ticket import AT_COUNTER, ENDED, UNDOABLE, Action, State, after
from shared.engine import visitor
from shared.engine.seat import claim, must_be_free
from shared.engine.ticket import facts, find, move, take_back
from shared.store.office import Transaction
from shared.store.tables import ACTIVE, Counter, Event, Ticket

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


def call_next(tx: Transaction) -> dict[str, Any] | None:
    """The ticket whom the policy picks for the actor's counter, called; None when nobody waits for it.

    Raises `NotAllowed`: `counter_taken` (another officer sits there), `counter_busy` (somebody stands there),
    `counter_paused`.
    """
    found = _ready(tx)
    heads = _front_of_lines(tx)
    picked = pick([Waiting(row.id, row.lane, row.queued_at) for row in heads], found.streak, tx.office.settings.ratio)
    if picked is None:
        tx.unchanged(None)
    streak = next_streak(found.streak, picked.lane, any(row.lane == Lane.ORDINARY for row in heads))
    if streak != found.streak:
        tx.execute(update(Counter).where(Counter.id == tx.counter.id).values(streak=streak))
    return _call(tx, find(tx, picked.ticket_id), streak=found.streak)


def call_number(tx: Transaction, label: str, reason: str) -> dict[str, Any]:
    """Calls the visitor with the number `label` before their turn, for a reason.

    Raises `Missing("reason")`, `Unknown("number")` when nobody of today has it, and what `act` raises.
    """
    if not reason.strip():
        raise Missing("reason", missing=["reason"])
    ticket = _by_label(tx, label)
    after(ticket.state, Action.CALL)
    _must_concern(ticket, tx.counter, Action.CALL)
    _ready(tx)
    return _call(tx, ticket, reason.strip())


def act(
    tx: Transaction,
    ticket_id: int,
    action: Action,
    *,
    reason: str | None = None,
    to_counter: int | None = None,
    onward: Onward | None = None,
) -> dict[str, Any]:
    """Does `action` with a ticket from the actor's counter; the ticket's facts afterwards.

    Raises `NotAllowed` (stale, counter_taken, counter_busy, elsewhere), `Forbidden("action")`, `Unknown`.
    """
    counter, ticket = tx.counter, find(tx, ticket_id)
    after(ticket.state, action)
    _must_concern(ticket, counter, action)
    if action == Action.CALL:
        _ready(tx)
        return _call(tx, ticket, reason)
    claim(tx)
    columns = _columns(tx, ticket, action, onward or Onward(to_counter))
    detail = _target(tx, columns) if action == Action.TRANSFER else None
    return facts(tx.office, move(tx, ticket, action, columns, reason=reason, detail=detail))


def undo(tx: Transaction) -> dict[str, Any]:
    """Takes back the officer's own last action with a ticket, within ten seconds; the ticket's facts.

    Raises `NotAllowed`: `undo_nothing` (the last action was none that can be taken back), `undo_late`, `stale`
    (somebody has done something with the ticket since), `counter_busy`.
    """
    counter = tx.counter
    event = tx.first(last_action(tx.actor.officer_id))
    if event is None or not is_undoable(event):
        raise NotAllowed("undo_nothing")
    if tx.now - event.at > timedelta(seconds=UNDO_S):
        raise NotAllowed("undo_late")
    ticket = find(tx, event.ticket_id)
    newest = tx.execute(select(func.max(Event.id)).where(Event.ticket_id == ticket.id)).scalar_one()
    if newest != event.id:
        raise NotAllowed("stale", state=ticket.state.value, action="undo")
    if event.from_state in AT_COUNTER and ticket.state not in AT_COUNTER:
        must_be_free(tx, counter)
    if "streak" in event.detail:
        tx.execute(update(Counter).where(Counter.id == event.counter_id).values(streak=event.detail["streak"]))
    return facts(tx.office, take_back(tx, ticket, event))


def last_action(officer_id: int | None) -> Select[Any]:
    """The newest event of this officer."""
    return select(Event).where(Event.officer_id == officer_id).order_by(Event.id.desc()).limit(1)


def is_undoable(event: Row[Any]) -> bool:
    """Whether the event is a move of a ticket that its officer may take back."""
    return event.ticket_id is not None and event.action in UNDOABLE and "was" in (event.detail or {})


def write_note(tx: Transaction, ticket_id: int, text: str) -> dict[str, Any]:
    """What one officer tells the next about this visitor; empty takes it away. The ticket's facts."""
    ticket = find(tx, ticket_id)
    if ticket.state in ENDED:
        raise NotAllowed("stale", state=ticket.state.value, action="note")
    claim(tx)
    return _mark(tx, ticket, "note", {"note": text.strip() or None}, text.strip() or None)


def next_service(tx: Transaction, ticket_id: int, slug: str) -> dict[str, Any]:
    """The visitor who is served has another wish: the same number goes on with the service `slug` at this counter.

    Raises `NotAllowed` (stale, elsewhere), `Forbidden("service_elsewhere")` when this counter does not serve it.
    """
    counter, ticket, service = tx.counter, find(tx, ticket_id), tx.office.service(slug)
    if ticket.state != State.SERVING or service.id == ticket.service_id:
        raise NotAllowed("stale", state=ticket.state.value, action="next_service")
    if ticket.counter_id != counter.id:
        raise NotAllowed("elsewhere", counter=counter.number)
    if not counter.serves(service.first_role, service.id):
        raise Forbidden("service_elsewhere")
    claim(tx)
    columns = {"service_id": service.id, "role": service.first_role, "since_at": tx.now, "case_id": None}
    return _mark(tx, ticket, "next_service", columns, slug)


def walk_in(tx: Transaction, slug: str, *, is_priority: bool, nonce: str) -> visitor.Taken:
    """The officer takes a number for somebody who did not use the kiosk; raises what `visitor.take` raises."""
    taken = visitor.take(tx, slug, is_priority=is_priority, nonce=nonce, language="id")
    tx.record("walk_in", ticket_id=taken.id)
    return taken


def _mark(
    tx: Transaction, ticket: Row[Any], action: str, columns: dict[str, Any], reason: str | None
) -> dict[str, Any]:
    """Changes columns of a ticket that stays in its state, with an event."""
    tx.execute(update(Ticket).where(Ticket.id == ticket.id).values(**columns))
    state = ticket.state.value
    detail = {"was": ticket.service_id} if "service_id" in columns else None
    tx.record(action, from_state=state, to_state=state, ticket_id=ticket.id, reason=reason, detail=detail)
    return facts(tx.office, {**ticket._mapping, **columns})


def _ready(tx: Transaction) -> Row[Any]:
    """The counter is this officer's, works, and nobody stands there: somebody may be called to it. Its seat."""
    found = claim(tx)
    if found.paused_at is not None and found.officer_id == tx.actor.officer_id:
        raise NotAllowed("counter_paused", counter=tx.counter.number)
    must_be_free(tx, tx.counter)
    return found


def _must_concern(ticket: Row[Any], counter: CounterConfig, action: Action) -> None:
    if action not in OFFERED:
        raise Forbidden("action", action=action.value)
    is_here = ticket.counter_id == counter.id
    if (action in AT_THE_COUNTER or ticket.state in (*AT_COUNTER, State.HELD)) and not is_here:
        raise NotAllowed("elsewhere", counter=counter.number)


def _call(tx: Transaction, ticket: Row[Any], reason: str | None = None, streak: int | None = None) -> dict[str, Any]:
    """`streak`: the counter's before this call, so that an undo can put it back."""
    here = {"counter_id": tx.counter.id, "recalls": 0}
    detail = None if streak is None else {"streak": streak}
    return facts(tx.office, move(tx, ticket, Action.CALL, here, reason=reason, detail=detail))


def _by_label(tx: Transaction, label: str) -> Row[Any]:
    """The ticket of today with that number; without its letter when only one letter is served here."""
    letter, number = parse_label(label)
    letters = (
        [letter] if letter else sorted({s.series for s in tx.office.services if tx.counter.serves(s.first_role, s.id)})
    )
    today = office_day(tx.now, tx.office.zone)
    rows = tx.all(
        select(Ticket).where(
            Ticket.office_id == tx.office_id,
            Ticket.on_day == today,
            Ticket.series.in_(letters),
            Ticket.number == number,
        )
    )
    if len(rows) != 1:
        raise Unknown("number")
    return rows[0]


def _columns(tx: Transaction, ticket: Row[Any], action: Action, onward: Onward) -> dict[str, Any]:
    """What changes with the ticket beside its state."""
    if action == Action.RECALL:
        return {"recalls": ticket.recalls + 1}
    if action in (Action.RELEASE, Action.RESTORE):
        return {"counter_id": None}
    if action == Action.TRANSFER:
        return _onward(tx, ticket, onward)
    return {}


def _onward(tx: Transaction, ticket: Row[Any], onward: Onward) -> dict[str, Any]:
    """Where the ticket waits after a transfer; raises `Invalid("transfer_target")`."""
    columns: dict[str, Any] = {"counter_id": None, "return_counter_id": ticket.counter_id if onward.returns else None}
    if onward.service is not None:
        service = tx.office.service(onward.service)
        columns |= {"service_id": service.id, "role": service.first_role}
    if onward.counter is not None:
        target = tx.office.counter(onward.counter)
        role = columns.get("role", ticket.role)
        columns |= {"counter_id": target.id, "role": role if role in target.roles else min(target.roles, default=role)}
    if (onward.counter is None and onward.service is None) or columns["counter_id"] == ticket.counter_id:
        raise Invalid("transfer_target", fields=["to_counter"])
    queued_at = _queued_at(tx, ticket, onward.place)
    return columns | ({"queued_at": queued_at} if queued_at is not None else {})


def _queued_at(tx: Transaction, ticket: Row[Any], place: TransferPlace) -> datetime | None:
    """The moment that gives this place in the line; None keeps what the ticket has."""
    if place == TransferPlace.KEPT:
        return None
    edge = func.min(Ticket.queued_at) if place == TransferPlace.FRONT else func.max(Ticket.queued_at)
    mine = Ticket.office_id == tx.office_id, Ticket.on_day == ticket.on_day, Ticket.state == State.WAITING, ACTIVE
    found: datetime = tx.execute(select(edge).where(*mine)).scalar_one() or ticket.queued_at
    step = timedelta(milliseconds=1)
    wanted: datetime = min(found, ticket.queued_at) - step
    if place == TransferPlace.END:
        wanted = max(found, ticket.queued_at) + step
    return wanted


def _target(tx: Transaction, columns: dict[str, Any]) -> dict[str, Any]:
    """What the event says about the way of a transfer."""
    counter = tx.office.counter_by_id(columns["counter_id"])
    service = tx.office.service_ids.get(columns.get("service_id", 0))
    return {"to_counter": counter.number if counter else None, "to_service": service.slug if service else None}


def _front_of_lines(tx: Transaction) -> Sequence[Row[Any]]:
    """The first of each lane that this counter may call: all that `policy.pick` needs to see."""
    counter = tx.counter
    services = counter.service_ids if counter.service_ids is not None else frozenset(tx.office.service_ids)
    today = {"the_office": tx.office_id, "the_day": office_day(tx.now, tx.office.zone), "the_counter": counter.id}
    rows: Sequence[Row[Any]] = tx.execute(_front_statement(counter.roles, services), today).all()
    return rows


@cache
def _front_statement(roles: frozenset[Role], services: frozenset[int]) -> Executable:
    """One statement for each kind of counter: there are few."""
    return union_all(*(_head(lane, roles, services) for lane in Lane)).execution_options(prepared=True)


def _head(lane: Lane, roles: frozenset[Role], services: frozenset[int]) -> Select[Any]:
    first = (
        select(Ticket.id, Ticket.lane, Ticket.queued_at)
        .where(
            Ticket.office_id == bindparam("the_office"),
            Ticket.on_day == bindparam("the_day"),
            ACTIVE,
            or_(false(), *(Ticket.role == role for role in sorted(roles))),
            Ticket.lane == lane,
            Ticket.state == State.WAITING,
            or_(false(), *(Ticket.service_id == service for service in sorted(services))),
            or_(Ticket.counter_id.is_(None), Ticket.counter_id == bindparam("the_counter")),
        )
        .order_by(Ticket.queued_at, Ticket.id)
        .limit(1)
        .subquery()
    )
    return select(first)
