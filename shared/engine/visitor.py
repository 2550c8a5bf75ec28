"""What a visitor does: takes a number, comes back for a file."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import bindparam, func, insert, select

from shared.domain.availability import require_open
from shared.domain.errors import NotAllowed, Unknown
from shared.domain.numbering import label, office_day
from shared.domain.office import ServiceConfig
from shared.domain.policy import Lane, ahead
from shared.domain.procedure import awaited_at
from shared.domain.slip_visitor import number_slip
from shared.domain.standard import Role
from shared.domain.ticket import State
from shared.engine.forecast import Quote
from shared.engine.letterhead import letterhead
from shared.engine.paper import NUMBER, print_lines
from shared.engine.ticket import end_of_line
from shared.store import reads
from shared.store.office import Transaction
from shared.store.sequence import next_number
from shared.store.tables import ACTIVE, FileRecord, Outage, Series, Ticket
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
    quote: Quote | None = None
    """The wait as it was told when the number was taken."""

    def facts(self) -> dict[str, Any]:
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
) -> Taken:
    """A new ticket for the service `slug`, its event and its print job; the same nonce gives the same ticket.

    `language`: of the visitor. `quote`: the expected wait as `Forecast.quote` says it, kept with
    the ticket for good. Raises `Unknown("service")`, and `Closed` (see `domain.availability`) when the service gives no
    numbers now.
    """
    service = tx.office.service(slug)
    earlier = tx.execute(_BY_NONCE, {"the_office": tx.office_id, "the_nonce": nonce}).first()
    if earlier is not None:
        tx.unchanged(_taken_before(tx, earlier))
    today = office_day(tx.now, tx.office.zone)
    require_open(tx.office.availability(service, tx.now, _issued(tx, service, today)))
    lane = Lane.PRIORITY if is_priority else Lane.ORDINARY
    people_ahead = _ahead(tx, service, lane, today)
    taken = _issue(tx, service, lane, service.first_role, people_ahead, nonce, language, quote=quote)
    _print_number(tx, taken, service, language, printer)
    return taken


def enter(tx: Transaction, slug: str, *, nonce: str, is_over: bool) -> Taken:
    """A number that was given by hand at the actor's time, whatever the hours and the quota say now.

    `is_over`: the visitor was served already, and needs no slip. Raises `Unknown("service")`.
    """
    service = next((each for each in tx.office.services if each.slug == slug), None)
    if service is None:
        raise Unknown("service")
    earlier = tx.execute(_BY_NONCE, {"the_office": tx.office_id, "the_nonce": nonce}).first()
    if earlier is not None:
        tx.unchanged(_taken_before(tx, earlier))
    today = office_day(tx.now, tx.office.zone)
    people_ahead = _ahead(tx, service, Lane.ORDINARY, today, tx.now)
    taken = _issue(tx, service, Lane.ORDINARY, service.first_role, people_ahead, nonce, "id", queued_at=tx.now)
    if not is_over:
        _print_number(tx, taken, service, "id", None)
    return taken


def come_back(tx: Transaction, token: str, *, nonce: str, language: str, printer: str | None = None) -> Taken:
    """A new ticket for the applicant of a file, by the token on its receipt: called before new arrivals.

    Somebody who is in the room for this file already gets the ticket that they have. Raises `Unknown("case")`, and
    `NotAllowed("not_needed")` when the file does not need its applicant now (facts: `step`), and `Closed`.
    """
    file = tx.first(select(FileRecord).where(FileRecord.office_id == tx.office_id, FileRecord.token == token))
    if file is None:
        raise Unknown("case")
    visit = active_ticket_of(tx, file.id)
    earlier = visit or tx.execute(_BY_NONCE, {"the_office": tx.office_id, "the_nonce": nonce}).first()
    if earlier is not None:
        tx.unchanged(_taken_before(tx, earlier))
    steps = tx.standard(file.standard_id).steps
    desk = awaited_at(file.state, steps, file.step)
    if desk is None:
        raise NotAllowed("not_needed")
    service = tx.office.service_ids[file.service_id]
    require_open(tx.office.availability_to_return(service, desk, tx.now))
    people_ahead = _ahead(tx, service, Lane.RECALL, office_day(tx.now, tx.office.zone), role=desk)
    taken = _issue(tx, service, Lane.RECALL, desk, people_ahead, nonce, language, file.id)
    _print_number(tx, taken, service, language, printer)
    return taken


def active_ticket_of(tx: Transaction, case_id: int) -> Any:
    """The ticket with which the applicant of this file is in the room today; None when nobody is."""
    today = office_day(tx.now, tx.office.zone)
    mine = Ticket.office_id == tx.office_id, Ticket.case_id == case_id, Ticket.on_day == today
    return tx.first(select(Ticket).where(*mine, ACTIVE).order_by(Ticket.id.desc()).limit(1))


def _issue(
    tx: Transaction,
    service: ServiceConfig,
    lane: Lane,
    role: Role,
    people_ahead: int,
    nonce: str,
    language: str,
    case_id: int | None = None,
    quote: Quote | None = None,
    queued_at: datetime | None = None,
) -> Taken:
    """Writes the ticket with the next number of its series, and its event; `queued_at`: another place than the end."""
    today = office_day(tx.now, tx.office.zone)
    number = next_number(tx, Series, on_day=today, letter=service.series)
    token = secrets.token_urlsafe(16)
    ticket_id = tx.execute(
        _INSERT,
        {
            "office_id": tx.office_id,
            "on_day": today,
            "series": service.series,
            "number": number,
            "service_id": service.id,
            "token": token,
            "nonce": nonce,
            "state": State.WAITING,
            "lane": lane,
            "role": role,
            "case_id": case_id,
            "quota_service_id": service.id if case_id is None else None,
            "language": language,
            "taken_at": tx.now,
            "queued_at": queued_at or end_of_line(tx),
            "since_at": tx.now,
            "estimate_s": quote.estimate_s if quote else None,
            "quote_low": quote.low_min if quote else None,
            "quote_high": quote.high_min if quote else None,
        },
    ).scalar_one()
    tx.record("take", to_state=State.WAITING.value, ticket_id=ticket_id, case_id=case_id)
    label_ = label(service.series, number)
    return Taken(ticket_id, label_, token, service.slug, State.WAITING, lane, people_ahead, is_new=True, quote=quote)


_BY_NONCE = (
    select(Ticket)
    .where(Ticket.office_id == bindparam("the_office"), Ticket.nonce == bindparam("the_nonce"))
    .execution_options(prepared=True)
)
_INSERT = insert(Ticket).returning(Ticket.id).execution_options(prepared=True)


def _issued(tx: Transaction, service: ServiceConfig, today: date) -> int:
    """Numbers that it gave today; asked only where a quota makes it matter."""
    return 0 if service.quota is None else reads.issued(tx.connection, tx.office, today).get(service.id, 0)


def _taken_before(tx: Transaction, row: Any) -> Taken:
    service = tx.office.service_ids[row.service_id]
    before = _ahead(tx, service, row.lane, row.on_day, row.queued_at) if row.state == State.WAITING else 0
    number = label(row.series, row.number)
    return Taken(row.id, number, row.token, service.slug, row.state, row.lane, before, is_new=False, quote=_quoted(row))


def _quoted(row: Any) -> Quote | None:
    return None if row.estimate_s is None else Quote(row.quote_low, row.quote_high, row.estimate_s)


def _ahead(
    tx: Transaction,
    service: ServiceConfig,
    lane: Lane,
    today: Any,
    before: datetime | None = None,
    role: Role | None = None,
) -> int:
    """People whom the desks of this service call before a visitor of `lane` who stands in line since `before`."""
    rivals = tx.office.services_in_same_line(service)
    is_one_line = len(rivals) == len(tx.office.services)
    query = _BY_LANE if is_one_line else _BY_SERVICE
    if before is not None:
        query = query.where(Ticket.queued_at < before).execution_options(prepared=False)
    values = {"the_office": tx.office_id, "the_day": today, "the_role": role or service.first_role}
    waiting: dict[Lane, int] = {}
    for row in tx.execute(query, values):
        if is_one_line or row.service_id in rivals:
            waiting[row.lane] = waiting.get(row.lane, 0) + row.people
    return ahead(lane, waiting, tx.office.settings.ratio)


_LINE = (
    select(Ticket.lane, func.count().label("people"))
    .where(
        Ticket.office_id == bindparam("the_office"),
        Ticket.on_day == bindparam("the_day"),
        ACTIVE,
        Ticket.state == State.WAITING,
        Ticket.role == bindparam("the_role"),
    )
    .execution_options(prepared=True)
)
_BY_LANE = _LINE.group_by(Ticket.lane)
"""The index has this order: a long line is counted four times as fast as by service."""
_BY_SERVICE = _LINE.add_columns(Ticket.service_id).group_by(Ticket.lane, Ticket.service_id)


def _print_number(
    tx: Transaction, taken: Taken, service: ServiceConfig, language: str, printer_slug: str | None
) -> None:
    if tx.office.printer(printer_slug) is None:
        return
    standard = service.standard
    lines = number_slip(
        letterhead(tx.office, service),
        words(language),
        number=taken.number,
        taken_at=tx.now.astimezone(tx.office.zone),
        status_url=tx.actor.ticket_url + taken.token,
        service=standard.name_in(language),
        is_delicate=standard.is_delicate,
        ahead=taken.ahead,
        wait_min=(taken.quote.low_min, taken.quote.high_min) if taken.quote else None,
        where=tx.office.waiting_room(service),
        requirements=[requirement.text_in(language) for requirement in standard.requirements if not requirement.when],
        notice=words(language)("slip.oss_out") if _is_out(tx, service) else None,
    )
    print_lines(tx, NUMBER, lines, ticket_id=taken.id, printer=printer_slug)


def _is_out(tx: Transaction, service: ServiceConfig) -> bool:
    """What a visitor should know before they wait: OSS, which this service needs, does not answer now."""
    needs_it = any(step.system for step in service.standard.steps)
    return needs_it and tx.execute(_OUT, {"the_office": tx.office_id}).first() is not None


_OUT = (
    select(Outage.id)
    .where(Outage.office_id == bindparam("the_office"), Outage.until_at.is_(None))
    .execution_options(prepared=True)
)
