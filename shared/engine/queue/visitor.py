"""What a visitor does: takes a number, comes back for a file."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from datetime import datetime
from weakref import WeakKeyDictionary

from sqlalchemy import select

from shared.domain.errors import Closed, NotAllowed, Unknown
from shared.domain.files.procedure import awaited_at
from shared.domain.numbering import short_code, survey_code
from shared.domain.office import OfficeConfig, ServiceConfig
from shared.domain.queue.availability import require_open
from shared.domain.queue.policy import Lane
from shared.domain.queue.ticket import NOTHING_SAID, Action, Brought, LinePlace, QueueTicket, State, WaitsFor
from shared.domain.slips.print_job import NUMBER
from shared.domain.slips.slip import to_texts
from shared.domain.slips.visitor import Frame, follow_lines, frame, own_lines
from shared.domain.standards.announced import to_bring
from shared.domain.standards.facts import service_facts
from shared.domain.standards.standard import Role, gives_numbers, system_name
from shared.engine.paper.letterhead import letterhead
from shared.engine.paper.slips import print_lines
from shared.engine.queue.forecast import Quote
from shared.engine.queue.ticket import move, must_be_callable
from shared.store import hot
from shared.store.office import Transaction
from shared.store.queue import brought as store_brought
from shared.store.reports.visits import PRIORITY
from shared.store.tables import FileRecord
from shared.store.undo import WrittenJson
from shared.words import words


@dataclass(frozen=True, slots=True)
class Taken:
    """A ticket as its visitor gets it."""

    id: int
    number: str
    token: str
    service: str
    state: State
    lane: Lane
    ahead: int
    is_new: bool
    """False when the same nonce had taken it before."""
    has_paper: bool = True
    """False when the visitor had this number before, and its slip."""
    quote: Quote | None = None
    """The wait as it was told when the number was taken."""

    def facts(self) -> dict[str, object]:
        return {
            "id": self.id,
            "number": self.number,
            "token": self.token,
            "service": self.service,
            "state": self.state.value,
            "priority": self.lane == Lane.PRIORITY,
            "ahead": self.ahead,
            "wait_min_low": self.quote.low_min if self.quote else None,
            "wait_min_high": self.quote.high_min if self.quote else None,
            "has_paper": self.has_paper,
        }


def take(
    tx: Transaction,
    slug: str,
    *,
    is_priority: bool,
    nonce: str,
    language: str,
    printer: str | None = None,
    quote: Quote | None = None,
    said: Brought = NOTHING_SAID,
) -> Taken:
    """A new ticket for the service `slug`, its event and its print job; the same nonce gives the same ticket.

    `language`: of the visitor. `quote`: the expected wait as `Forecast.quote` says it, kept with the ticket for good.
    `said`: what was answered and ticked, for slip and desk. Raises `Unknown("service")`, and `Closed` (see
    `domain.queue.availability`) when the service gives no numbers now.
    """
    service = tx.office.service(slug)
    earlier = hot.ticket_by_nonce(tx.connection, tx.office_id, nonce)
    if earlier is not None:
        tx.unchanged(_taken_before(tx, earlier))
    _must_give_numbers(tx, service)
    require_open(tx.office.availability(service, tx.now, tx.room.issued(service)))
    lane = Lane.PRIORITY if is_priority else Lane.ORDINARY
    taken = _issue(tx, service, lane, tx.office.first_role(service), nonce, language, quote=quote)
    if said:
        store_brought.write(tx.connection, taken.id, service.id, said)
    _print_number(tx, taken, service, language, printer, said)
    return taken


def _must_give_numbers(tx: Transaction, service: ServiceConfig) -> None:
    """Raises `Closed` ("online_only" with its `address`, "check_first") at the kiosk; an officer may always help."""
    standard = service.standard
    if tx.actor.officer_id is not None or gives_numbers(standard):
        return
    if standard.online is not None and standard.online.only:
        raise Closed("online_only", address=standard.online.address)
    raise Closed("check_first")


def enter(tx: Transaction, slug: str, *, nonce: str, is_over: bool) -> Taken:
    """A number that was given by hand at the actor's time, whatever the hours and the quota say now.

    `is_over`: the visitor was served already, and needs no slip. Raises `Unknown("service")`, and
    `NotAllowed("nobody_calls")` when no counter could call whoever still waits.
    """
    service = next((each for each in tx.office.services if each.slug == slug), None)
    if service is None:
        raise Unknown("service")
    earlier = hot.ticket_by_nonce(tx.connection, tx.office_id, nonce)
    if earlier is not None:
        tx.unchanged(_taken_before(tx, earlier))
    role = tx.office.first_role(service)
    if not is_over:
        must_be_callable(tx, WaitsFor(role, service.id))
    taken = _issue(tx, service, Lane.ORDINARY, role, nonce, "id", queued_at=tx.now)
    if not is_over:
        _print_number(tx, taken, service, "id", None)
    return taken


def come_back(tx: Transaction, token: str, *, nonce: str, language: str, printer: str | None = None) -> Taken:
    """A new ticket for the applicant of a file, by the token on its receipt: called before new arrivals.

    Somebody who is in the room for this file already gets the ticket that they have, and waits again when nobody came
    at its call. Raises `Unknown("case")`, and
    `NotAllowed("not_needed")` when the file does not need its applicant now (facts: `step`), and `Closed`.
    """
    file = tx.first(select(FileRecord).where(FileRecord.office_id == tx.office_id, FileRecord.token == token))
    if file is None:
        raise Unknown("case")
    earlier = tx.room.active_ticket_of(file.id) or hot.ticket_by_nonce(tx.connection, tx.office_id, nonce)
    was_missed = earlier is not None and earlier.state == State.ABSENT and earlier.nonce != nonce
    if earlier is not None and not was_missed:
        tx.unchanged(replace(_taken_before(tx, earlier), has_paper=earlier.nonce == nonce))
    steps = tx.standard(file.standard_id).steps
    step = awaited_at(file.state, steps, file.step)
    if step is None:
        raise NotAllowed("not_needed")
    service = tx.office.service_ids[file.service_id]
    role = tx.office.calling(step.roles, service.id)
    require_open(tx.office.availability_to_return(service, role, tx.now))
    if earlier is not None:
        back = move(tx, earlier, Action.RESTORE, replace(earlier, role=role, counter_id=None))
        return replace(_taken_before(tx, back), has_paper=False)
    taken = _issue(tx, service, Lane.RECALL, role, nonce, language, file.id)
    _print_number(tx, taken, service, language, printer)
    return taken


def _issue(
    tx: Transaction,
    service: ServiceConfig,
    lane: Lane,
    role: Role,
    nonce: str,
    language: str,
    case_id: int | None = None,
    quote: Quote | None = None,
    queued_at: datetime | None = None,
) -> Taken:
    """Writes the ticket with the next number of its series, and its event; `queued_at`: another place than the end."""
    before = LinePlace(queued_at, 0) if queued_at else None
    people_ahead = tx.room.ahead(WaitsFor(role, service.id), lane, before)
    ticket = tx.add(
        QueueTicket(
            id=0,
            office_id=tx.office_id,
            on_day=tx.today,
            series=service.series,
            number=tx.next_number(service.series),
            service_id=service.id,
            token=secrets.token_urlsafe(16),
            nonce=nonce,
            state=State.WAITING,
            lane=lane,
            role=role,
            language=language,
            taken_at=tx.now,
            queued_at=queued_at or tx.room.end_of_line(tx.now),
            since_at=tx.now,
            case_id=case_id,
            quota_service_id=service.id if case_id is None else None,
            estimate_s=quote.estimate_s if quote else None,
            quote_low=quote.low_min if quote else None,
            quote_high=quote.high_min if quote else None,
        )
    )
    reason = PRIORITY if lane == Lane.PRIORITY else None  # its lane changes when its file calls it back
    tx.record("take", to_state=State.WAITING.value, ticket_id=ticket.id, case_id=case_id, reason=reason)
    return _taken(ticket, service, people_ahead, quote, is_new=True)


def _taken_before(tx: Transaction, ticket: QueueTicket) -> Taken:
    service = tx.office.service_ids[ticket.service_id]
    return _taken(ticket, service, tx.room.place_of(ticket), _quoted(ticket), is_new=False)


def _taken(ticket: QueueTicket, service: ServiceConfig, ahead: int, quote: Quote | None, *, is_new: bool) -> Taken:
    number, slug, state, lane = ticket.label, service.slug, ticket.state, ticket.lane
    return Taken(ticket.id, number, ticket.token, slug, state, lane, ahead, is_new=is_new, quote=quote)


def _quoted(ticket: QueueTicket) -> Quote | None:
    if ticket.estimate_s is None or ticket.quote_low is None or ticket.quote_high is None:
        return None
    return Quote(ticket.quote_low, ticket.quote_high, ticket.estimate_s)


def _print_number(
    tx: Transaction,
    taken: Taken,
    service: ServiceConfig,
    language: str,
    printer_slug: str | None,
    said: Brought = NOTHING_SAID,
) -> None:
    if tx.office.printer(printer_slug) is None:
        return
    spoken, wait = words(language), taken.quote
    own = own_lines(
        spoken,
        taken.number,
        tx.now.astimezone(tx.office.zone),
        taken.ahead,
        (wait.low_min, wait.high_min) if wait else None,
    )
    survey = survey_code(taken.token) if tx.office.settings.survey.is_on else None
    url, code_at = tx.actor.ticket_url + taken.token, tx.actor.ticket_url.partition("://")[2].rstrip("/")
    follow = follow_lines(spoken, url, short_code(taken.token), code_at, survey)
    rows = _frame(tx, service, language, said).around(to_texts(own), to_texts(follow))
    print_lines(tx, NUMBER, WrittenJson(f"[{', '.join(rows)}]"), ticket_id=taken.id, printer=printer_slug)


_frames: WeakKeyDictionary[OfficeConfig, dict[tuple[object, ...], Frame[str]]] = WeakKeyDictionary()
"""What is the same on slip after slip; forgotten when the office is set up anew."""


def _frame(tx: Transaction, service: ServiceConfig, language: str, said: Brought) -> Frame[str]:
    frames = _frames.setdefault(tx.office, {})
    asked = (service.id, language, tx.room.outages, *said.answers.items())
    found = frames.get(asked)
    if found is None or said.ready:
        found = _new_frame(tx, service, language, said)
        if not said.ready:
            frames[asked] = found
    return found


def _new_frame(tx: Transaction, service: ServiceConfig, language: str, said: Brought) -> Frame[str]:
    standard, spoken = service.standard, words(language)
    bring = said.needed(standard)
    out = ", ".join(map(system_name, sorted(tx.room.outages & standard.systems)))
    made = frame(
        letterhead(tx.office, service),
        spoken,
        standard.name_in(language),
        standard.is_delicate,
        tx.office.waiting_room(service),
        spoken("slip.system_out", system=out) if out else None,
        [to_bring(each, spoken) for each in bring],
        [to_bring(each, spoken) for each in bring if each.key in said.ready],
        service_facts(standard, spoken),
    )
    return Frame(to_texts(made.above), to_texts(made.between), to_texts(made.below))
