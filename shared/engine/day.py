"""The day of an office: opening and closing it, what ends by itself, and what was written by hand meanwhile."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, insert, select, update

from shared.domain.actor import Actor
from shared.domain.checklist import ITEMS, ChecklistKind
from shared.domain.errors import Invalid, Missing, NotAllowed
from shared.domain.numbering import office_day
from shared.domain.ticket import AT_COUNTER, Action, State, allowed
from shared.engine import paper, visitor
from shared.engine.seat import NOBODY
from shared.engine.ticket import facts, find, move
from shared.store.office import Transaction
from shared.store.tables import ACTIVE, Counter, DayCheck, Ticket

EXPIRABLE = [state for state in State if Action.CLOSE_DAY in allowed(state)]


def close_past_days(tx: Transaction) -> int:
    """Expires what earlier days left behind; how many tickets. One being served stays with its officer.

    Slips that were printed long ago lose their words.
    """
    emptied = paper.empty_old(tx)
    expired = _expire(tx, Ticket.on_day < office_day(tx.now, tx.office.zone))
    if not expired + emptied:
        tx.unchanged(0)
    return expired


def close_when_due(tx: Transaction) -> int:
    """Expires what still waits when the office's own closing time has come; how many tickets."""
    due = tx.office.settings.closes_by_itself_at
    local = tx.now.astimezone(tx.office.zone)
    if due is None or local.time() < due:
        tx.unchanged(0)
    return _expire(tx, Ticket.on_day == local.date()) or tx.unchanged(0)


def open_day(tx: Transaction, ticked: Collection[str], note: str = "") -> None:
    """Signs the opening checklist of today; signing again replaces it. What is not ticked needs a note."""
    _sign(tx, ChecklistKind.OPENING, ticked, note, {})


def close_day(tx: Transaction, ticked: Collection[str], note: str, found: dict[str, Any]) -> int:
    """Signs the closing checklist with what was `found`, empties the counters, expires what waits; how many.

    Raises `NotAllowed("open_calls")` while somebody is called or served, `Missing("note")` when something is not
    ticked and no note says why.
    """
    today = office_day(tx.now, tx.office.zone)
    mine = Ticket.office_id == tx.office_id, Ticket.on_day == today, ACTIVE
    if tx.first(select(Ticket.id).where(*mine, Ticket.state.in_(AT_COUNTER)).limit(1)) is not None:
        raise NotAllowed("open_calls")
    _sign(tx, ChecklistKind.CLOSING, ticked, note, found)
    left = tx.all(select(Ticket).where(*mine, Ticket.state.in_(EXPIRABLE)))
    for ticket in left:
        move(tx, ticket, Action.CLOSE_DAY)
    for counter in tx.all(select(Counter.id).where(Counter.office_id == tx.office_id, Counter.officer_id.is_not(None))):
        tx.execute(update(Counter).where(Counter.id == counter.id).values(**NOBODY))
        tx.record("empty_counter", counter_id=counter.id, reason="close_day")
    return len(left)


def enter_late(
    tx: Transaction,
    slug: str,
    *,
    written: str,
    taken_at: datetime,
    started_at: datetime | None,
    finished_at: datetime | None,
    nonce: str,
) -> dict[str, Any]:
    """A number written by hand while the power was out, with its own times, each event marked as manual.

    Without `started_at` the visitor still waits, in the place of `taken_at`; with it they were served. Raises
    `Invalid("times")` when the times are not in order, not of today, or still to come.
    """
    times = [taken_at, *(at for at in (started_at, finished_at) if at is not None)]
    today = office_day(tx.now, tx.office.zone)
    in_order = times == sorted(times) and times[-1] <= tx.now and office_day(taken_at, tx.office.zone) == today
    if not in_order or (finished_at is not None and started_at is None):
        raise Invalid("times", fields=["taken_at", "started_at", "finished_at"])
    with tx.acting(_then(tx, taken_at)):
        taken = visitor.take(tx, slug, is_priority=False, nonce=nonce, language="id")
    manual = {"manual": True, "written": written.strip()[:20]}
    tx.record("late_entry", ticket_id=taken.id, detail=manual)
    if started_at is not None:
        ended_at = finished_at or tx.now
        for action, at in ((Action.CALL, started_at), (Action.START, started_at), (Action.FINISH, ended_at)):
            with tx.acting(_then(tx, at)):
                move(tx, find(tx, taken.id), action, detail=manual)
    return facts(tx.office, dict(find(tx, taken.id)._mapping))


def _then(tx: Transaction, at: datetime) -> Actor:
    """The officer at an earlier time, at no counter: what a person's voice called is not spoken by the display."""
    return replace(tx.actor.away(), now=at)


def _expire(tx: Transaction, days: ColumnElement[bool]) -> int:
    left = tx.all(select(Ticket).where(Ticket.office_id == tx.office_id, days, ACTIVE, Ticket.state.in_(EXPIRABLE)))
    for ticket in left:
        move(tx, ticket, Action.CLOSE_DAY)
    return len(left)


def _sign(
    tx: Transaction,
    kind: ChecklistKind,
    ticked: Collection[str],
    note: str,
    found: dict[str, Any],
) -> None:
    items = {item: item in ticked for item in ITEMS[kind]}
    if not all(items.values()) and not note.strip():
        raise Missing("note", missing=["note"])
    today: date = office_day(tx.now, tx.office.zone)
    key = {"office_id": tx.office_id, "on_day": today, "kind": kind.value}
    tx.execute(delete(DayCheck).filter_by(**key))
    signed = {"items": {**items, **found}, "note": note.strip() or None, "officer_id": tx.actor.officer_id}
    tx.execute(insert(DayCheck), {**key, **signed, "signed_at": tx.now})
    tx.record(f"sign_{kind.value}", reason=note.strip()[:200] or None, detail=found or None)
