"""What is done with complaints: taken in, verified, handed on, answered, closed; each act is one event of the audit.

No event holds what was said or who said it; an event of a writer who gave no open name holds no address either.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from sqlalchemy import insert, or_, select, update

from shared.domain import complaint as rules
from shared.domain.actor import Actor
from shared.domain.complaint import (
    ComplaintAction,
    ComplaintState,
    PersonKept,
    Reader,
    Said,
)
from shared.domain.errors import Forbidden, Invalid, NotAllowed, Unknown
from shared.domain.numbering import office_day, short_code
from shared.domain.rights import RIGHTS, Right, may
from shared.domain.slips.complaint import complaint_slip
from shared.domain.undo import must_be_undoable
from shared.engine.paper.letterhead import office_letterhead
from shared.engine.paper.slips import print_lines
from shared.store import complaints, events
from shared.store.complaints import ComplaintView
from shared.store.office import Transaction
from shared.store.sequence import next_number
from shared.store.tables import ComplaintBook, ComplaintPerson, ComplaintRecord, Officer, OfficerRole
from shared.store.undo import restored
from shared.words import words

SLIP = "complaint"


@dataclass(frozen=True, slots=True)
class Received:
    """A complaint as its writer gets it. `job`: its slip; None when the office has no printer."""

    id: int
    number: str
    token: str
    job: int | None

    def facts(self) -> dict[str, object]:
        return {"number": self.number, "token": self.token, "job": self.job}


@dataclass(frozen=True, slots=True)
class Given:
    """What comes with an action: a text (answer, reason, or where it went), and another handler or kind."""

    text: str = ""
    handler_id: int | None = None
    kind: str = ""


def receive(
    tx: Transaction, said: Said, *, nonce: str, answer_url: str, printer: str | None = None, on_paper: bool = True
) -> Received:
    """A new complaint with its number and its slip; the same nonce gives the same one.

    `answer_url`: what stands before the token in an address that a phone can open. Raises what `Said.checked` raises,
    `Unknown("service")`, and `Forbidden("role")` for an officer who may not write down what others say.
    """
    earlier = complaints.by_nonce(tx.connection, tx.office_id, nonce)
    if earlier is not None:
        tx.unchanged(Received(earlier.id, earlier.label, earlier.token, None))
    if said.entrance in rules.ENTERED and not may(Right.ENTER_COMPLAINTS, tx.actor.roles):
        raise Forbidden("role")
    said = said.checked()
    if said.service_id is not None and said.service_id not in tx.office.service_ids:
        raise Unknown("service")
    year = tx.today.year
    days = rules.days_of(tx.office.settings.complaint_days, said.kind)
    verify_by, answer_by = rules.deadlines(tx.now, days, tx.office.calendar)
    columns = {
        "year": year,
        "number": next_number(tx, ComplaintBook, year=year),
        "token": secrets.token_urlsafe(16),
        "nonce": nonce,
        "kind": said.kind.value,
        "entrance": said.entrance.value,
        "foreign_number": said.foreign_number,
        "person": said.person.value,
        "service_id": said.service_id,
        "text": said.text,
        "wanted": said.wanted,
        "barred": sorted(said.about),
        "language": said.language,
        "state": ComplaintState.RECEIVED.value,
        "received_at": tx.now,
        "since_at": tx.now,
        "verify_by": verify_by,
        "answer_by": answer_by,
    }
    complaint_id = tx.insert(ComplaintRecord, **columns)
    if said.person != PersonKept.NONE:
        person = {"complaint_id": complaint_id, "name": said.name, "contact": said.contact}
        tx.execute(insert(ComplaintPerson), person)
    made = complaints.find(tx.connection, tx.office_id, complaint_id)
    assert made is not None
    with tx.acting(_unseen(tx, said.person)):
        detail = {"entrance": said.entrance.value, "kind": said.kind.value}
        _record(tx, made, "complaint_received", None, ComplaintState.RECEIVED, detail=detail)
    job = _print(tx, made, answer_url, printer) if on_paper else None
    return Received(complaint_id, made.label, made.token, job)


def act(tx: Transaction, complaint_id: int, action: ComplaintAction, given: Given) -> dict[str, object]:
    """Does an action of the table MOVES. Whoever verifies it is its handler.

    Raises `NotAllowed("stale")`, `Forbidden` (see `domain.complaint.must_handle`), `Missing("complaint_incomplete")`
    with what the action needs, `Unknown("officer")` for a handler who may not be one.
    """
    found = find(tx, complaint_id)
    reader = _reader(tx)
    state = rules.after(found.state, action)
    rules.must_handle(action, found.handler_id, found.barred, reader)
    changed: dict[str, object] = {"state": state.value, "since_at": tx.now, **_with(tx, found, action, given)}
    if action in _SAME_STATE:
        del changed["since_at"]
    _write(tx, found, changed, _EVENTS[action], state)
    return facts(tx, complaint_id)


def undo(tx: Transaction, complaint_id: int) -> dict[str, object]:
    """Takes back one's own last action on it within ten seconds; raises what `must_be_undoable` raises."""
    found, last = find(tx, complaint_id), events.of_complaint(tx.connection, complaint_id)
    if last is None or last.was is None or not is_undoable(last.action):
        raise NotAllowed("undo_nothing")
    must_be_undoable(last.officer_id, last.at, tx.actor)
    values = restored(ComplaintRecord, last.was)
    tx.execute(update(ComplaintRecord).where(ComplaintRecord.id == found.id).values(**values))
    back = find(tx, complaint_id)
    _record(tx, back, "undo", found.state, back.state, detail={"of": last.action})
    return facts(tx, complaint_id)


def is_undoable(action: str) -> bool:
    """Whether this newest act on a complaint is one that its officer may take back."""
    return action in {_EVENTS[each] for each in rules.UNDOABLE}


def say_whom_about(tx: Transaction, complaint_id: int, officers: Collection[int]) -> None:
    """Whom it is about, as its handler found out; they read nothing of it from now on.

    Raises `NotAllowed("handler_is_about")` when that is the handler: it has to be handed on first.
    """
    found = find(tx, complaint_id)
    rules.must_handle(ComplaintAction.ANSWER, found.handler_id, found.barred, _reader(tx))
    known = {row.id for row in tx.all(select(Officer.id).where(Officer.office_id == tx.office_id))}
    wanted = set(officers)
    if not wanted <= known:
        raise Unknown("officer")
    if tx.actor.officer_id in wanted or found.handler_id in wanted:
        raise NotAllowed("handler_is_about")
    if wanted == set(found.barred):
        tx.unchanged(None)
    _write(tx, found, {"barred": sorted(wanted)}, "complaint_about", found.state)


def publish(tx: Transaction, complaint_id: int, said: str, done: str) -> None:
    """What stands on the month's page, in the handler's words; both empty: it does not stand there.

    Raises `Missing("complaint_incomplete")` for one without the other, `NotAllowed("complaint_unanswered")`.
    """
    found = find(tx, complaint_id)
    rules.must_handle(ComplaintAction.ANSWER, found.handler_id, found.barred, _reader(tx))
    texts = {"public_said": said, "public_done": done}
    if said.strip() or done.strip():
        if found.answered_at is None:
            raise NotAllowed("complaint_unanswered")
        texts = {name: rules.written(text, f"complaint_{name}", 500) for name, text in texts.items()}
    else:
        texts = {"public_said": "", "public_done": ""}
    _write(
        tx, found, dict(texts), "complaint_published" if texts["public_said"] else "complaint_unpublished", found.state
    )


def reply(tx: Transaction, token: str, text: str) -> None:
    """The writer, known by the token alone, says that it is not settled: it is open again for its handler.

    Raises `Unknown("complaint")`, `NotAllowed("stale")` when it is not answered, or closed meanwhile.
    """
    found = complaints.by_token(tx.connection, token)
    if found is None or found.office_id != tx.office_id:
        raise Unknown("complaint")
    state = rules.after(found.state, ComplaintAction.REOPEN)
    why = rules.written(text, "complaint_reply")
    days = rules.days_of(tx.office.settings.complaint_days, found.kind)
    _, answer_by = rules.deadlines(tx.now, days, tx.office.calendar)
    changed: dict[str, object] = {"state": state.value, "since_at": tx.now, "reply": why, "answer_by": answer_by}
    with tx.acting(_unseen(tx, found.person)):
        _write(tx, found, changed, _EVENTS[ComplaintAction.REOPEN], state, keeps=False)


def print_again(tx: Transaction, complaint_id: int, answer_url: str) -> int:
    """Its slip for the writer, once more; raises `NotAllowed("no_printer")`."""
    found = find(tx, complaint_id)
    rules.must_not_be_about(found.barred, _reader(tx))
    job = _print(tx, found, answer_url, None)
    if job is None:
        raise NotAllowed("no_printer")
    _record(tx, found, "complaint_slip", found.state, found.state)
    return job


def close_old(tx: Transaction) -> int:
    """Closes what was answered `CLOSES_AFTER_DAYS` working days ago and is not spoken of any more; how many."""
    day = tx.today
    for _ in range(rules.CLOSES_AFTER_DAYS):
        day -= timedelta(days=1)
        while not tx.office.calendar.is_working_day(day):
            day -= timedelta(days=1)
    answered = complaints.in_state(tx.connection, tx.office_id, ComplaintState.ANSWERED)
    old = [each for each in answered if office_day(each.since_at, tx.office.zone) < day]
    for each in old:
        closed = {"state": ComplaintState.CLOSED.value, "since_at": tx.now}
        _write(tx, each, closed, _EVENTS[ComplaintAction.CLOSE], ComplaintState.CLOSED)
    return len(old) or tx.unchanged(0)


def whom_it_is_about(tx: Transaction, *, counter: int | None, ticket_token: str, heads: bool) -> frozenset[int]:
    """The officers of whom somebody speaks who knows no names: who sits or last sat at a counter today, who served the
    visitor of this ticket, or who leads the office.
    """
    found: set[int] = set()
    if counter is not None:
        place = next((each for each in tx.office.counters if each.number == counter), None)
        seat = tx.room.seats.get(place.id) if place else None
        if seat is not None and seat.officer_id is not None:
            found.add(seat.officer_id)
        elif place is not None:
            found |= complaints.last_at_counter(tx.connection, place.id)
    if ticket_token:
        found |= complaints.who_served(tx.connection, tx.office_id, ticket_token)
    if heads:
        held = select(OfficerRole.officer_id).join(Officer).where(Officer.office_id == tx.office_id)
        today = or_(OfficerRole.until_on.is_(None), OfficerRole.until_on >= tx.today)
        leads = OfficerRole.role.in_(RIGHTS[Right.LEAD_COMPLAINTS])
        found |= {row.officer_id for row in tx.all(held.where(leads, today))}
    return frozenset(found)


def find(tx: Transaction, complaint_id: int) -> ComplaintView:
    """Raises `Unknown("complaint")` when this office has none such."""
    found = complaints.find(tx.connection, tx.office_id, complaint_id)
    if found is None:
        raise Unknown("complaint")
    return found


def facts(tx: Transaction, complaint_id: int) -> dict[str, object]:
    """What a program is told after an action: nothing that was said, and nobody."""
    found = find(tx, complaint_id)
    return {"id": found.id, "number": found.label, "state": found.state.value}


# --- inside ---


def _unseen(tx: Transaction, person: PersonKept) -> Actor:
    """The actor, without the address of a writer who gave no open name: it would lead to their phone."""
    is_writer = tx.actor.officer_id is None
    return replace(tx.actor, address=None) if is_writer and person != PersonKept.NAMED else tx.actor


_EVENTS = {action: f"complaint_{action.value}" for action in ComplaintAction}
_SAME_STATE = (ComplaintAction.HAND_ON,)


def _reader(tx: Transaction) -> Reader:
    """Raises `Forbidden("role")`."""
    if tx.actor.officer_id is None or not may(Right.HANDLE_COMPLAINTS, tx.actor.roles):
        raise Forbidden("role")
    return Reader(tx.actor.officer_id, may(Right.LEAD_COMPLAINTS, tx.actor.roles))


def _with(tx: Transaction, found: ComplaintView, action: ComplaintAction, given: Given) -> dict[str, object]:
    """The columns that an action writes besides the state."""
    if action == ComplaintAction.VERIFY:
        return {"handler_id": tx.actor.officer_id, "verified_at": tx.now, **_kind(tx, found, given.kind)}
    if action == ComplaintAction.HAND_ON:
        return {"handler_id": _handler(tx, found, given.handler_id)}
    if action == ComplaintAction.FORWARD:
        return {"forwarded_to": rules.written(given.text, "complaint_where", rules.MOST_LINE)}
    if action == ComplaintAction.ANSWER:
        return {"answer": rules.written(given.text, "complaint_answer"), "answered_at": tx.now}
    if action == ComplaintAction.REJECT:
        handler = {} if found.handler_id else {"handler_id": tx.actor.officer_id}
        return {"answer": rules.written(given.text, "complaint_answer"), "answered_at": tx.now, **handler}
    return {}


def _kind(tx: Transaction, found: ComplaintView, kind: str) -> dict[str, object]:
    """Another kind than the writer chose, with its own days."""
    if kind in ("", found.kind.value):
        return {}
    try:
        wanted = rules.ComplaintKind(kind)
    except ValueError:
        raise Invalid("fields", fields=["kind"]) from None
    days = rules.days_of(tx.office.settings.complaint_days, wanted)
    _, answer_by = rules.deadlines(found.received_at, days, tx.office.calendar)
    return {"kind": wanted.value, "answer_by": answer_by}


def _handler(tx: Transaction, found: ComplaintView, officer_id: int | None) -> int:
    if officer_id is None or officer_id not in complaints.handlers(tx.connection, tx.office_id, tx.today):
        raise Unknown("officer")
    if officer_id in found.barred:
        raise NotAllowed("handler_is_about")
    return officer_id


def _write(
    tx: Transaction,
    found: ComplaintView,
    changed: Mapping[str, object],
    action: str,
    state: ComplaintState,
    *,
    keeps: bool = True,
) -> None:
    """The row, and the event with what it was before, so that it can be taken back."""
    tx.execute(update(ComplaintRecord).where(ComplaintRecord.id == found.id).values(**changed))
    was = {name: getattr(found.row, name) for name in changed} if keeps else None
    _record(tx, found, action, found.state, state, detail={"was": was} if was else None)


def _record(
    tx: Transaction,
    found: ComplaintView,
    action: str,
    from_state: ComplaintState | None,
    to_state: ComplaintState,
    detail: Mapping[str, object] | None = None,
) -> None:
    was = from_state.value if from_state else None
    tx.record(action, from_state=was, to_state=to_state.value, complaint_id=found.id, detail=detail)


def _print(tx: Transaction, found: ComplaintView, answer_url: str, printer: str | None) -> int | None:
    lines = complaint_slip(
        office_letterhead(tx.office),
        words(found.language),
        number=found.label,
        kind=words(found.language)(f"slip.complaint_kind.{found.kind.value}"),
        received_at=found.received_at.astimezone(tx.office.zone),
        answer_on=found.answer_by.astimezone(tx.office.zone).date(),
        url=answer_url + found.token,
        code=short_code(found.token),
    )
    return print_lines(tx, SLIP, lines, printer=printer)
