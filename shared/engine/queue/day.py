"""The day of an office: opening and closing it, what ends by itself, and what was written by hand meanwhile."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta

from sqlalchemy import delete, insert, select

from shared.domain.actor import Actor
from shared.domain.checklist import ITEMS, ChecklistKind
from shared.domain.errors import Invalid, Missing, NotAllowed
from shared.domain.numbering import office_day
from shared.domain.queue.availability import later_than
from shared.domain.queue.ticket import AT_COUNTER, Action, QueueTicket, State, allowed
from shared.engine.paper import slips as paper
from shared.engine.queue import visitor
from shared.engine.queue.seat import empty
from shared.engine.queue.ticket import facts, move
from shared.store import hot, reads
from shared.store.office import Transaction
from shared.store.tables import DayCheck, Event

QUIET = timedelta(minutes=15)
"""The day does not close by itself while the last call is newer: whoever waits may still be called."""
LATE_DAYS = 31
"""How many days later a number written by hand can still be entered."""


def close_past_days(tx: Transaction) -> int:
    """Expires what earlier days left behind, ends what was still served, and empties the seats; how many expired.

    Slips that were printed long ago lose their words, and tickets of earlier days what was said at the kiosk.
    Signatures of days that are still to come, made while the clock was ahead, are void.
    """
    emptied = paper.empty_old(tx) + hot.forget_brought(tx.connection, tx.office_id, tx.today)
    expired = _expire(tx, reads.active_before(tx.connection, tx.office_id, tx.today))
    left = _end_served(tx) + _empty_seats(tx) + _void_ahead(tx)
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
    waiting = [one for one in _of_today(tx) if one.state in (State.WAITING, State.ABSENT)]
    return _expire(tx, waiting) or tx.unchanged(0)


def open_day(tx: Transaction, ticked: Collection[str], note: str = "") -> None:
    """Signs the opening checklist of today; signing again replaces it, and opens a day that was closed too early.

    What is not ticked needs a note.
    """
    _sign(tx, ChecklistKind.OPENING, ticked, note, {})


def close_day(tx: Transaction, ticked: Collection[str], note: str, found: dict[str, object]) -> int:
    """Signs the closing checklist with what was `found`, empties the counters, expires what waits; how many.

    Raises `NotAllowed("open_calls")` while somebody is called or served, `Missing("note")` when something is not
    ticked and no note says why.
    """
    if any(one.state in AT_COUNTER for one in _of_today(tx)):
        raise NotAllowed("open_calls")
    _sign(tx, ChecklistKind.CLOSING, ticked, note, found)
    expired = _expire(tx, _of_today(tx))
    for seat in [one for one in tx.room.seats.values() if one.officer_id is not None]:
        empty(tx, seat, "empty_counter", "close_day")
    return expired


def enter_late(
    tx: Transaction,
    slug: str,
    *,
    written: str,
    taken_at: datetime,
    started_at: datetime | None,
    finished_at: datetime | None,
    nonce: str,
) -> dict[str, object]:
    """A number written by hand while the power was out, with its own times, each event marked as manual.

    Without `started_at` the visitor still waits, in the place of `taken_at`; with it they were served, and what is of
    an earlier day must have ended. Raises `Invalid("times")` when the times are not in order, not of one day, too old
    or still to come.
    """
    times = [taken_at, *(at for at in (started_at, finished_at) if at is not None)]
    days = {office_day(at, tx.office.zone) for at in times}
    age = (tx.today - min(days)).days
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
                move(tx, tx.ticket(taken.id), action, detail=manual)
    return facts(tx.office, tx.ticket(taken.id))


def _then(tx: Transaction, at: datetime) -> Actor:
    """The officer at an earlier time, at no counter: what a person's voice called is not spoken by the display."""
    return replace(tx.actor.away(), now=at)


def _of_today(tx: Transaction) -> list[QueueTicket]:
    return [one for one in tx.room.tickets.values() if one.on_day == tx.today]


def _expire(tx: Transaction, left: Sequence[QueueTicket]) -> int:
    """Of these, whoever can expire; how many."""
    expirable = [one for one in left if Action.CLOSE_DAY in allowed(one.state)]
    for ticket in expirable:
        move(tx, ticket, Action.CLOSE_DAY)
    return len(expirable)


def _is_busy(tx: Transaction) -> bool:
    """Whether somebody stands or sits at a counter, or was called a moment ago."""
    if any(one.state in (*AT_COUNTER, State.HELD) for one in _of_today(tx)):
        return True
    calls = tx.room.calls
    return bool(calls) and timedelta() <= tx.now - calls[-1].at < QUIET


def _end_served(tx: Transaction) -> int:
    """Tickets of earlier days that still stand at a counter: the officer went home without ending them."""
    here = [one for one in tx.room.in_state(State.SERVING) if one.on_day < tx.today and one.counter_id is not None]
    for ticket in here:
        move(tx, ticket, Action.FINISH, reason="close_day")
    return len(here)


def _empty_seats(tx: Transaction) -> int:
    """Counters at which somebody sits who did nothing since an earlier day."""
    begins_at = datetime.combine(tx.today, time.min, tx.office.zone)
    seats = [one for one in tx.room.seats.values() if one.officer_id is not None]
    mine = Event.office_id == tx.office_id, Event.officer_id.in_([one.officer_id for one in seats])
    awake = {row.officer_id for row in tx.all(select(Event.officer_id).where(*mine, Event.at >= begins_at).distinct())}
    left = [one for one in seats if one.officer_id not in awake]
    for seat in left:
        empty(tx, seat, "empty_counter", "close_day")
    return len(left)


def _void_ahead(tx: Transaction) -> int:
    """Takes back what was signed for days that have not come; how many signatures."""
    ahead = DayCheck.office_id == tx.office_id, DayCheck.on_day > tx.today
    days = sorted({row.on_day.isoformat() for row in tx.all(select(DayCheck.on_day).where(*ahead))})
    if not days:
        return 0
    tx.execute(delete(DayCheck).where(*ahead))
    tx.renew_setup()
    tx.record("void_signatures", detail={"days": days})
    return len(days)


def _after_all_before(tx: Transaction) -> datetime:
    """Now, and later than all signatures and overrides before, also where the clock was set back since."""
    signed = tx.all(select(DayCheck.signed_at).filter_by(office_id=tx.office_id, on_day=tx.today))
    overrides = [each for each in (tx.office.override, *(one.override for one in tx.office.services)) if each]
    return later_than([*(row.signed_at for row in signed), *(each.made_at for each in overrides)], tx.now)


def _sign(
    tx: Transaction,
    kind: ChecklistKind,
    ticked: Collection[str],
    note: str,
    found: dict[str, object],
) -> None:
    items = {item: item in ticked for item in ITEMS[kind]}
    if not all(items.values()) and not note.strip():
        raise Missing("note", missing=["note"])
    key = {"office_id": tx.office_id, "on_day": tx.today, "kind": kind.value}
    _void_ahead(tx)
    signed_at = _after_all_before(tx)
    tx.execute(delete(DayCheck).filter_by(**key))
    signed = {"items": {**items, **found}, "note": note.strip() or None, "officer_id": tx.actor.officer_id}
    tx.execute(insert(DayCheck), {**key, **signed, "signed_at": signed_at})
    if kind == ChecklistKind.CLOSING or tx.office.closed_at is not None:  # whether numbers are given stands on it
        tx.renew_setup()
    tx.record(f"sign_{kind.value}", reason=note.strip()[:200] or None, detail=found or None)
