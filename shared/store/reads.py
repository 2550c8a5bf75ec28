"""What is read for screens. Each function reads the version first, so that a picture is never newer than it says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, bindparam, select

from shared.domain import identity
from shared.domain.queue.board import HeardBoard
from shared.domain.queue.ticket import QueueTicket
from shared.domain.slips.roll import roll_mm, slips_left
from shared.store import hot, rows
from shared.store.hot import COLUMNS
from shared.store.office import Store
from shared.store.queue import announcements
from shared.store.tables import (
    ACTIVE,
    TEST_PAGES,
    UNSENT,
    FileRecord,
    Office,
    Officer,
    Printer,
    PrintJob,
    StandardVersion,
    Ticket,
)


def standard_versions(connection: Connection, service_id: int) -> Sequence[StandardVersion]:
    """Every version of a service's standard, the oldest first."""
    mine = select(StandardVersion).where(StandardVersion.service_id == service_id)
    return rows.every(connection, mine.order_by(StandardVersion.number))


def standard_number(connection: Connection, standard_id: int) -> int:
    """The number of a version among those of its service."""
    number = select(StandardVersion.number).where(StandardVersion.id == standard_id)
    return int(connection.execute(number).scalar_one())


def offices(connection: Connection) -> Sequence[Office]:
    return rows.every(connection, select(Office).order_by(Office.id))


@dataclass(frozen=True, slots=True)
class OfficeHead:
    """How far an office is, and by which clock its days begin."""

    office_id: int
    epoch: str
    version: int
    timezone: str


_HEADS = hot.Statement(select(Office.id, Office.epoch, Office.version, Office.timezone), OfficeHead)


def heads(connection: Connection) -> list[OfficeHead]:
    """Of all offices."""
    return _HEADS.all(connection, {})


def board(store: Store, office_id: int, now: datetime) -> HeardBoard:
    """The public picture of one office at `now`: `Room.board`, and which of its calls a display has begun to speak."""
    with store.room(office_id, now) as room:
        picture = room.board(now)
    ids = {call["id"] for call in (*picture["calls"], *picture["speak"])}
    return {**picture, "heard": store.ask(announcements.heard, office_id, ids)}


def tickets_by_number(
    connection: Connection, office_id: int, on_day: date, letters: Sequence[str], number: int
) -> list[QueueTicket]:
    """The tickets of this day with the number, under each of the letters, also those that have ended."""
    mine = Ticket.office_id == office_id, Ticket.on_day == on_day
    wanted = select(*COLUMNS).where(*mine, Ticket.series.in_(letters), Ticket.number == number)
    return [QueueTicket(*row) for row in connection.execute(wanted)]


def active_before(connection: Connection, office_id: int, day: date) -> list[QueueTicket]:
    """What the days before have left behind."""
    wanted = select(*COLUMNS).where(Ticket.office_id == office_id, Ticket.on_day < day, ACTIVE)
    return [QueueTicket(*row) for row in connection.execute(wanted)]


_PAPER = select(Printer).where(Printer.office_id == bindparam("the_office"), Printer.is_active).order_by(Printer.id)


def ticket_by_token(connection: Connection, token: str) -> Ticket | None:
    return rows.first(connection, select(Ticket).where(Ticket.token == token))


def office_of_token(connection: Connection, token: str) -> int | None:
    """The office whose number slip or receipt holds the token; None when none does."""
    of_ticket = select(Ticket.office_id).where(Ticket.token == token)
    of_file = select(FileRecord.office_id).where(FileRecord.token == token)
    return connection.execute(of_ticket.union_all(of_file)).scalars().first()


def officer_by_id(connection: Connection, officer_id: int) -> Officer | None:
    return rows.first(connection, select(Officer).where(Officer.id == officer_id))


def officer_by_login(connection: Connection, office_id: int, login: str) -> Officer | None:
    mine = Officer.office_id == office_id, Officer.login == identity.login(login)
    return rows.first(connection, select(Officer).where(*mine))


@dataclass(frozen=True, slots=True)
class PrinterView:
    """How a printer is, for the counters and the supervisor; the words are `printer.<status>`."""

    slug: str
    kind: str
    address: str
    answers: str
    device_id: int | None
    status: str
    """"ok", "near_end" ...; the virtual one is always well."""
    status_at: datetime | None
    slips_left: int | None
    """An estimate; None for the virtual one."""
    waiting: int
    """Jobs not yet sent."""
    fault: str | None
    """What hinders the oldest of them."""
    fallback: str | None
    """The slug of the printer that prints in its place."""


def printers(connection: Connection, office_id: int) -> list[PrinterView]:
    found = rows.every(connection, _PAPER, the_office=office_id)
    unsent = PrintJob.printer_id.in_([each.id for each in found]), UNSENT
    queued = rows.every(connection, select(PrintJob).where(*unsent).order_by(PrintJob.id))
    slugs = {each.id: each.slug for each in found}
    views = []
    for each in found:
        jobs = [job for job in queued if job.printer_id == each.id]
        views.append(
            PrinterView(
                slug=each.slug,
                kind=each.kind,
                address=each.address,
                answers=each.answers,
                device_id=each.device_id,
                status=_status(each),
                status_at=each.status_at,
                slips_left=_slips_left(each),
                waiting=len(jobs),
                fault=jobs[0].fault if jobs else None,
                fallback=slugs.get(each.fallback_id) if each.fallback_id else None,
            )
        )
    return views


@dataclass(frozen=True, slots=True)
class PaperView:
    """How much paper a printer has, in the few facts that every panel shows."""

    slug: str
    status: str
    slips_left: int | None


def paper(connection: Connection, office_id: int) -> list[PaperView]:
    """Of the printers that have paper."""
    found = rows.every(connection, _PAPER, the_office=office_id)
    return [PaperView(each.slug, each.status, _slips_left(each)) for each in found if each.kind != "virtual"]


def printer_statuses(connection: Connection, office_id: int) -> dict[str, str]:
    """Printer slug -> its status: what the board says about paper, so that the kiosk can tell before it is too late."""
    return {each.slug: _status(each) for each in rows.every(connection, _PAPER, the_office=office_id)}


def _status(printer: Printer) -> str:
    return "ok" if printer.kind == "virtual" else printer.status


def _slips_left(printer: Printer) -> int | None:
    if printer.kind == "virtual":
        return None
    return slips_left(printer.roll_mm or roll_mm(printer.profile), printer.printed_mm, printer.printed_slips)


def print_jobs(connection: Connection, office_id: int, printer_id: int, limit: int) -> Sequence[PrintJob]:
    """The newest jobs of one printer, newest first."""
    mine = PrintJob.office_id == office_id, PrintJob.printer_id == printer_id
    return rows.every(connection, select(PrintJob).where(*mine).order_by(PrintJob.id.desc()).limit(limit))


def newest_test(connection: Connection, office_id: int, printer_id: int) -> PrintJob | None:
    """The newest test page of a printer."""
    mine = PrintJob.office_id == office_id, PrintJob.printer_id == printer_id, TEST_PAGES
    return rows.first(connection, select(PrintJob).where(*mine).order_by(PrintJob.id.desc()).limit(1))


def print_job(connection: Connection, office_id: int, job_id: int) -> tuple[PrintJob, str] | None:
    """A job, and the profile of its printer."""
    job = rows.first(connection, select(PrintJob).where(PrintJob.id == job_id, PrintJob.office_id == office_id))
    if job is None:
        return None
    return job, connection.execute(select(Printer.profile).where(Printer.id == job.printer_id)).scalar_one()


def print_job_of(connection: Connection, office_id: int, ticket_id: int) -> PrintJob | None:
    """The newest number slip of a ticket."""
    mine = PrintJob.office_id == office_id, PrintJob.ticket_id == ticket_id, PrintJob.kind == "number"
    return rows.first(connection, select(PrintJob).where(*mine).order_by(PrintJob.id.desc()).limit(1))
