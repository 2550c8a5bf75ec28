"""The day of an office: opening and closing it, what ends by itself, and what was written by hand meanwhile."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, delete, func, insert, select, update

from shared.domain.actor import Actor
from shared.domain.checklist import ITEMS, ChecklistKind
from shared.domain.errors import Invalid, Missing, NotAllowed
from shared.domain.numbering import office_day
from shared.domain.ticket import AT_COUNTER, Action, State, allowed
from shared.engine import paper, visitor
from shared.engine.seat import NOBODY
from shared.engine.ticket import facts, find, move
from shared.store.office import Transaction
from shared.store.tables import ACTIVE, CALLS, STANDS_AT_COUNTER, Counter, DayCheck, Event, Office, Ticket

EXPIRABLE = [state for state in State if Action.CLOSE_DAY in allowed(state)]
QUIET = timedelta(minutes=15)
"""The day does not close by itself while the last call is newer: whoever waits may still be called."""
LATE_DAYS = 31
"""How many days later a number written by hand can still be entered."""


def close_past_days(tx: Transaction) -> int:
    """Expires what earlier days left behind, ends what was still served, and empties the seats; how many expired.

    Slips that were printed long ago lose their words.
    """
    emptied = paper.empty_old(tx)
    today = office_day(tx.now, tx.office.zone)
    expired = _expire(tx, Ticket.on_day < today, EXPIRABLE)
    left = _end_served(tx, today) + _empty_seats(tx, today)
    if not expired + emptied + left:
        tx.unchanged(0)
    return expired


def close_when_due(tx: Transaction) -> int:
    """Expires whoever still waits when the office's own closing time has come; how many tickets.

    Never while the office is open, nor while somebody is at a counter or was called a moment ago; who is called, held
    or seated stays until the night.
    """
    if not tx.office.is_day_over(tx.now) or _is_busy(tx):
        tx.unchanged(0)
    waiting = [State.WAITING, State.ABSENT]
    return _expire(tx, Ticket.on_day == office_day(tx.now, tx.office.zone), waiting) or tx.unchanged(0)


def open_day(tx: Transaction, ticked: Collection[str], note: str = "") -> None:
    """Signs the opening checklist of today; signing again replaces it, and opens a day that was closed too early.

    What is not ticked needs a note.
    """
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
        _empty(tx, counter.id)
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

    Without `started_at` the visitor still waits, in the place of `taken_at`; with it they were served, and what is of
    an earlier day must have ended. Raises `Invalid("times")` when the times are not in order, not of one day, too old
    or still to come.
    """
    times = [taken_at, *(at for at in (started_at, finished_at) if at is not None)]
    today = office_day(tx.now, tx.office.zone)
    days = {office_day(at, tx.office.zone) for at in times}
    age = (today - min(days)).days
    is_known = times == sorted(times) and times[-1] <= tx.now and len(days) == 1 and 0 <= age <= LATE_DAYS
    if not is_known or (finished_at is not None and started_at is None) or (age and finished_at is None):
        raise Invalid("times", fields=["taken_at", "started_at", "finished_at"])
    with tx.acting(_then(tx, taken_at)):
        taken = visitor.enter(tx, slug, nonce=nonce, is_over=started_at is not None)
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


def _expire(tx: Transaction, days: ColumnElement[bool], states: Collection[State]) -> int:
    left = tx.all(select(Ticket).where(Ticket.office_id == tx.office_id, days, ACTIVE, Ticket.state.in_(states)))
    for ticket in left:
        move(tx, ticket, Action.CLOSE_DAY)
    return len(left)


def _is_busy(tx: Transaction) -> bool:
    """Whether somebody stands or sits at a counter, or was called a moment ago."""
    today = office_day(tx.now, tx.office.zone)
    mine = Ticket.office_id == tx.office_id, Ticket.on_day == today, ACTIVE
    if tx.first(select(Ticket.id).where(*mine, Ticket.state.in_([*AT_COUNTER, State.HELD])).limit(1)) is not None:
        return True
    calls = select(Event.at).where(Event.office_id == tx.office_id, CALLS).order_by(Event.version.desc()).limit(1)
    last = tx.first(calls)
    return last is not None and timedelta() <= tx.now - last.at < QUIET


def _end_served(tx: Transaction, today: date) -> int:
    """Tickets of earlier days that still stand at a counter: the officer went home without ending them."""
    mine = Ticket.office_id == tx.office_id, Ticket.on_day < today, STANDS_AT_COUNTER
    left = tx.all(select(Ticket).where(*mine, Ticket.state == State.SERVING, Ticket.counter_id.is_not(None)))
    for ticket in left:
        move(tx, ticket, Action.FINISH, reason="close_day")
    return len(left)


def _empty_seats(tx: Transaction, today: date) -> int:
    """Counters at which somebody sits who did nothing since an earlier day."""
    begins_at = datetime.combine(today, time.min, tx.office.zone)
    newest = (
        select(func.max(Event.at))
        .where(Event.officer_id == Counter.officer_id, Event.office_id == tx.office_id)
        .scalar_subquery()
    )
    mine = Counter.office_id == tx.office_id, Counter.officer_id.is_not(None)
    left = tx.all(select(Counter.id).where(*mine, func.coalesce(newest, begins_at - QUIET) < begins_at))
    for counter in left:
        _empty(tx, counter.id)
    return len(left)


def _empty(tx: Transaction, counter_id: int) -> None:
    tx.execute(update(Counter).where(Counter.id == counter_id).values(**NOBODY))
    tx.record("empty_counter", counter_id=counter_id, reason="close_day")


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
    if kind == ChecklistKind.CLOSING or tx.office.closed_at is not None:  # whether numbers are given stands on it
        tx.execute(update(Office).where(Office.id == tx.office_id).values(setup_version=Office.setup_version + 1))
    tx.record(f"sign_{kind.value}", reason=note.strip()[:200] or None, detail=found or None)
