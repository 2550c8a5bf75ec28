"""What is read for screens. Each function reads the version first, so that a picture is never newer than it says."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, func, or_, select

from shared.domain import board as boards
from shared.domain.availability import Availability
from shared.domain.numbering import label, office_day
from shared.domain.office import OfficeConfig
from shared.domain.roll import roll_mm, slips_left
from shared.domain.standard import Role
from shared.domain.ticket import AT_COUNTER, State
from shared.store import announcements
from shared.store.tables import (
    ACTIVE,
    Counter,
    Office,
    Officer,
    OfficerRole,
    Outage,
    Printer,
    PrintJob,
    Ticket,
)


def offices(connection: Connection) -> Sequence[Row[*tuple[Any, ...]]]:
    return connection.execute(select(Office.id, Office.slug, Office.name).order_by(Office.id)).all()


def version(connection: Connection, office_id: int) -> int:
    return moment(connection, office_id)[1]


def moment(connection: Connection, office_id: int) -> tuple[str, int]:
    """Where the office's history stands: its epoch, and the version within it."""
    row = connection.execute(_MOMENT, {"the_office": office_id}).one()
    return row.epoch, row.version


_MOMENT = (
    select(Office.epoch, Office.version).where(Office.id == bindparam("the_office")).execution_options(prepared=True)
)


def board(connection: Connection, office: OfficeConfig, now: datetime) -> dict[str, Any]:
    """The public picture of one office at `now`: see `domain.board`, and `announcements.speech` for what is spoken."""
    today = office_day(now, office.zone)
    epoch, number = moment(connection, office.office_id)
    of_today = {"the_office": office.office_id, "the_day": today}
    counts = {row.service_id: row.people for row in connection.execute(_COUNTS, of_today)}
    seats = {row.id: row.officer_id for row in connection.execute(_SEATS, {"the_office": office.office_id})}
    busy = {row.counter_id: label(row.series, row.number) for row in connection.execute(_BUSY, of_today)}
    calls = announcements.recent(connection, office, now)
    picture = boards.board(
        office.slug,
        number,
        calls,
        {service.slug: counts.get(service.id, 0) for service in office.services if service.is_active},
        [boards.BoardCounter(c.number, c.name, seats.get(c.id) is not None, busy.get(c.id)) for c in office.counters],
        _availability(connection, office, now),
        now.astimezone(office.zone),
    )
    speech = announcements.speech(connection, office, now, calls, [call["id"] for call in picture["calls"]])
    about = {
        "printers": printer_statuses(connection, office.office_id),
        "outages": outages(connection, office.office_id),
    }
    return {**picture, "epoch": epoch, **speech, **about}


# The board is read after every click: its statements are made once.
_OF_TODAY = (Ticket.office_id == bindparam("the_office")) & (Ticket.on_day == bindparam("the_day")) & ACTIVE
_COUNTS = (
    select(Ticket.service_id, func.count().label("people"))
    .where(_OF_TODAY, Ticket.state == State.WAITING)
    .group_by(Ticket.service_id)
    .execution_options(prepared=True)
)
_SEATS = (
    select(Counter.id, Counter.officer_id)
    .where(Counter.office_id == bindparam("the_office"))
    .execution_options(prepared=True)
)
_BUSY = (
    select(Ticket.counter_id, Ticket.series, Ticket.number)
    .where(_OF_TODAY, or_(*(Ticket.state == state for state in AT_COUNTER)))
    .execution_options(prepared=True)
)
_ISSUED = (
    select(Ticket.quota_service_id, func.count().label("given"))
    .where(
        Ticket.office_id == bindparam("the_office"),
        Ticket.on_day == bindparam("the_day"),
        Ticket.quota_service_id.is_not(None),
    )
    .group_by(Ticket.quota_service_id)
    .execution_options(prepared=True)
)
_OUTAGES = (
    select(Outage.system)
    .where(Outage.office_id == bindparam("the_office"), Outage.until_at.is_(None))
    .distinct()
    .execution_options(prepared=True)
)
_PAPER = select(Printer).where(Printer.office_id == bindparam("the_office"), Printer.is_active).order_by(Printer.id)
_PRINTERS = (
    select(Printer.slug, Printer.kind, Printer.status)
    .where(Printer.office_id == bindparam("the_office"), Printer.is_active)
    .order_by(Printer.id)
    .execution_options(prepared=True)
)


def _availability(connection: Connection, office: OfficeConfig, now: datetime) -> dict[str, Availability]:
    """Slug -> whether it gives numbers, for every service that the office offers."""
    numbers = issued(connection, office, office_day(now, office.zone))
    offered = [service for service in office.services if service.is_active]
    return {one.slug: office.availability(one, now, numbers.get(one.id, 0)) for one in offered}


def issued(connection: Connection, office: OfficeConfig, today: date) -> dict[int, int]:
    """Service id -> how many numbers it gave today; counted only while the office has a quota."""
    if not any(service.quota is not None for service in office.services):
        return {}
    rows = connection.execute(_ISSUED, {"the_office": office.office_id, "the_day": today})
    return {row.quota_service_id: row.given for row in rows}


def outages(connection: Connection, office_id: int) -> list[str]:
    """The outside systems ("oss") that are disturbed now."""
    return sorted(connection.execute(_OUTAGES, {"the_office": office_id}).scalars())


def ticket_by_token(connection: Connection, token: str) -> Row[*tuple[Any, ...]] | None:
    return connection.execute(select(Ticket).where(Ticket.token == token)).first()


def officer(connection: Connection, officer_id: int) -> Row[*tuple[Any, ...]] | None:
    return connection.execute(OFFICER, {"the_officer": officer_id}).first()


def officer_by_login(connection: Connection, office_id: int, login: str) -> Row[*tuple[Any, ...]] | None:
    return connection.execute(select(Officer).where(Officer.office_id == office_id, Officer.login == login)).first()


def roles(connection: Connection, officer_id: int, today: date) -> frozenset[str]:
    """The roles that the officer holds today."""
    return held(connection.execute(ROLES, {"the_officer": officer_id}), today)


OFFICER = select(Officer).where(Officer.id == bindparam("the_officer")).execution_options(prepared=True)
ROLES = select(OfficerRole).where(OfficerRole.officer_id == bindparam("the_officer")).execution_options(prepared=True)


def held(rows: Iterable[Row[*tuple[Any, ...]]], today: date) -> frozenset[Role]:
    """Those of an officer's role rows that hold on the day `today`."""
    return frozenset(
        row.role
        for row in rows
        if (row.from_on is None or row.from_on <= today) and (row.until_on is None or today <= row.until_on)
    )


def printers(connection: Connection, office_id: int) -> list[dict[str, Any]]:
    """How the office's printers are, for the kiosk, the counters and the supervisor; words: `printer.<status>`.

    slug, kind, address, answers, device_id, status ("ok", "near_end" ...), status_at, slips_left (an estimate; None
    for the virtual one), waiting (jobs not yet sent), fault (what hinders the oldest of them), fallback (a slug or
    None).
    """
    rows = connection.execute(
        select(Printer).where(Printer.office_id == office_id, Printer.is_active).order_by(Printer.id)
    ).all()
    queued = connection.execute(
        select(PrintJob.printer_id, PrintJob.fault)
        .where(PrintJob.office_id == office_id, PrintJob.state.in_(("queued", "sending")))
        .order_by(PrintJob.id)
    ).all()
    slugs = {row.id: row.slug for row in rows}
    found = []
    for row in rows:
        jobs = [job for job in queued if job.printer_id == row.id]
        found.append(
            {
                "slug": row.slug,
                "kind": row.kind,
                "address": row.address,
                "answers": row.answers,
                "device_id": row.device_id,
                "status": "ok" if row.kind == "virtual" else row.status,
                "status_at": row.status_at,
                "slips_left": _slips_left(row),
                "waiting": len(jobs),
                "fault": jobs[0].fault if jobs else None,
                "fallback": slugs.get(row.fallback_id),
            }
        )
    return found


def paper(connection: Connection, office_id: int) -> list[dict[str, Any]]:
    """The printers that have paper, in a few facts for every panel: slug, status, slips_left."""
    rows = connection.execute(_PAPER, {"the_office": office_id})
    return [
        {"slug": row.slug, "status": row.status, "slips_left": _slips_left(row)}
        for row in rows
        if row.kind != "virtual"
    ]


def _slips_left(printer: Row[*tuple[Any, ...]]) -> int | None:
    """An estimate; None for the virtual one."""
    if printer.kind == "virtual":
        return None
    return slips_left(printer.roll_mm or roll_mm(printer.profile), printer.printed_mm, printer.printed_slips)


def printer_statuses(connection: Connection, office_id: int) -> dict[str, str]:
    """Printer slug -> its status: what the board says about paper, so that the kiosk can tell before it is too late."""
    rows = connection.execute(_PRINTERS, {"the_office": office_id})
    return {row.slug: "ok" if row.kind == "virtual" else row.status for row in rows}


def print_jobs(connection: Connection, office_id: int, printer_id: int, limit: int) -> Sequence[Row[*tuple[Any, ...]]]:
    """The newest jobs of one printer, newest first."""
    return connection.execute(
        select(PrintJob)
        .where(PrintJob.office_id == office_id, PrintJob.printer_id == printer_id)
        .order_by(PrintJob.id.desc())
        .limit(limit)
    ).all()


def print_job(connection: Connection, office_id: int, job_id: int) -> Row[*tuple[Any, ...]] | None:
    """A job with the `profile` of its printer."""
    return connection.execute(
        select(PrintJob, Printer.profile)
        .join(Printer, Printer.id == PrintJob.printer_id)
        .where(PrintJob.id == job_id, PrintJob.office_id == office_id)
    ).first()


def print_job_of(connection: Connection, office_id: int, ticket_id: int) -> Row[*tuple[Any, ...]] | None:
    """The newest number slip of a ticket."""
    return connection.execute(
        select(PrintJob.id, PrintJob.state, PrintJob.fault)
        .where(PrintJob.office_id == office_id, PrintJob.ticket_id == ticket_id, PrintJob.kind == "number")
        .order_by(PrintJob.id.desc())
        .limit(1)
    ).first()
