"""What a visitor does: takes a number."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, func, insert, select
from sqlalchemy.dialects import postgresql, sqlite

from shared.domain import slip
from shared.domain.availability import require_open
from shared.domain.numbering import label, office_day
from shared.domain.policy import Lane, ahead
from shared.domain.ticket import State
from shared.store.office import Transaction
from shared.store.setup import ServiceSetup, Setup
from shared.store.tables import PrintJob, Series, Ticket

SLIP_LIFE = timedelta(minutes=2)
"""A number slip that could not be printed for this long is not printed any more (UX 35)."""


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

    def facts(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "number": self.number,
            "token": self.token,
            "service": self.service,
            "state": self.state.value,
            "priority": self.lane == Lane.PRIORITY,
            "ahead": self.ahead,
            "wait_min_low": None,
            "wait_min_high": None,
        }


def take(
    tx: Transaction,
    slug: str,
    *,
    is_priority: bool,
    nonce: str,
    language: str,
    now: datetime,
    status_url: str,
    device_id: int | None = None,
    printer: str | None = None,
) -> Taken:
    """A new ticket for the service `slug`, its event and its print job; the same nonce gives the same ticket.

    `status_url`: what stands before the token in the address of the ticket's page. Raises `Unknown("service")`,
    and `Closed` (see `domain.availability`) when the service gives no numbers now.
    """
    service = tx.setup.service(slug)
    earlier = tx.execute(_BY_NONCE, {"the_office": tx.office_id, "the_nonce": nonce}).first()
    if earlier is not None:
        tx.unchanged(_taken_before(tx, earlier))
    today = office_day(now, tx.setup.zone)
    require_open(tx.setup.availability(service, now, _issued(tx, service, today)))
    lane = Lane.PRIORITY if is_priority else Lane.ORDINARY
    people_ahead = _ahead(tx, service, lane, today)
    number = tx.execute(
        _NEXT_NUMBER[tx.connection.dialect.name],
        {"office_id": tx.office_id, "on_day": today, "letter": service.series, "last_number": 1},
    ).scalar_one()
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
            "role": service.desk,
            "language": language,
            "taken_at": now,
            "queued_at": now,
            "since_at": now,
        },
    ).scalar_one()
    tx.record("take", at=now, to_state=State.WAITING.value, ticket_id=ticket_id, device_id=device_id)
    taken = Taken(ticket_id, label(service.series, number), token, slug, State.WAITING, lane, people_ahead, is_new=True)
    _print_number(tx, taken, service, now, status_url + token, language, printer)
    return taken


_BY_NONCE = select(Ticket).where(Ticket.office_id == bindparam("the_office"), Ticket.nonce == bindparam("the_nonce"))
_INSERT = insert(Ticket).returning(Ticket.id)
_NEXT_NUMBER = {
    "sqlite": sqlite.insert(Series)
    .on_conflict_do_update(
        index_elements=["office_id", "on_day", "letter"], set_={"last_number": Series.last_number + 1}
    )
    .returning(Series.last_number),
    "postgresql": postgresql.insert(Series)
    .on_conflict_do_update(
        index_elements=["office_id", "on_day", "letter"], set_={"last_number": Series.last_number + 1}
    )
    .returning(Series.last_number),
}


_ISSUED = select(Series.last_number).where(
    Series.office_id == bindparam("the_office"),
    Series.on_day == bindparam("the_day"),
    Series.letter == bindparam("the_letter"),
)


def _issued(tx: Transaction, service: ServiceSetup, today: date) -> int:
    """Numbers given today; asked only where a quota makes it matter."""
    if service.quota is None:
        return 0
    values = {"the_office": tx.office_id, "the_day": today, "the_letter": service.series}
    return tx.execute(_ISSUED, values).scalar_one_or_none() or 0


def _taken_before(tx: Transaction, row: Any) -> Taken:
    service = tx.setup.service_ids[row.service_id]
    before = _ahead(tx, service, row.lane, row.on_day, row.queued_at) if row.state == State.WAITING else 0
    number = label(row.series, row.number)
    return Taken(row.id, number, row.token, service.slug, row.state, row.lane, before, is_new=False)


def _ahead(tx: Transaction, service: ServiceSetup, lane: Lane, today: Any, before: datetime | None = None) -> int:
    """People whom the desks of this service call before a visitor of `lane` who stands in line since `before`."""
    rivals = rivals_of(tx.setup, service)
    query = _LINE if before is None else _LINE.where(Ticket.queued_at < before)
    rows = tx.execute(query, {"the_office": tx.office_id, "the_day": today, "the_role": service.desk, "rivals": rivals})
    waiting = {row.lane: row.people for row in rows}
    return ahead(lane, waiting, tx.setup.settings.ratio)


_LINE = (
    select(Ticket.lane, func.count().label("people"))
    .where(
        Ticket.office_id == bindparam("the_office"),
        Ticket.on_day == bindparam("the_day"),
        Ticket.state == State.WAITING,
        Ticket.role == bindparam("the_role"),
        Ticket.service_id.in_(bindparam("rivals", expanding=True)),
    )
    .group_by(Ticket.lane)
)


def rivals_of(setup: Setup, service: ServiceSetup) -> list[int]:
    """Ids of the services that share a desk with this one: their visitors stand in the same line."""
    desks = [counter for counter in setup.counters if counter.serves(service.desk, service.id)]
    return [
        other.id
        for other in setup.services
        if other.id == service.id or any(counter.serves(other.desk, other.id) for counter in desks)
    ]


def letterhead(setup: Setup, service: ServiceSetup) -> slip.Letterhead:
    """What every slip of this service says about its office; what the office has not filled in is left out."""
    standard = service.standard
    complaint = standard.complaint
    channels = (complaint.phone, complaint.email, *complaint.web) if complaint else ()
    return slip.Letterhead(
        setup.name,
        address=setup.profile.get("address"),
        complaint=tuple(channel for channel in channels if channel)[:2],
        free=standard.fee.rupiah == 0 if standard.fee and standard.fee.rupiah is not None else None,
        is_practice=setup.settings.is_practice,
    )


def _print_number(
    tx: Transaction,
    taken: Taken,
    service: ServiceSetup,
    now: datetime,
    url: str,
    language: str,
    printer_slug: str | None,
) -> None:
    printer = tx.setup.printer(printer_slug)
    if printer is None:
        return
    standard = service.standard
    lines = slip.number_slip(
        letterhead(tx.setup, service),
        number=taken.number,
        taken_at=now.astimezone(tx.setup.zone),
        status_url=url,
        service=standard.name,
        is_delicate=standard.is_delicate,
        ahead=taken.ahead,
        requirements=[requirement.text for requirement in standard.requirements if not requirement.when],
        language="en" if language == "en" else "id",
    )
    tx.execute(
        insert(PrintJob),
        {
            "office_id": tx.office_id,
            "printer_id": printer.id,
            "ticket_id": taken.id,
            "kind": "number",
            "lines": slip.to_json(lines),
            "made_at": now,
            "expires_at": now + SLIP_LIFE,
        },
    )
