"""What is read for screens. Each function reads the version first, so that a picture is never newer than it says."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import Connection, Row, bindparam, select

from shared.domain import identity
from shared.domain.board import HeardBoard
from shared.domain.roll import roll_mm, slips_left
from shared.domain.room_facts import QueueTicket
from shared.store import announcements
from shared.store.hot import COLUMNS
from shared.store.office import Store
from shared.store.tables import ACTIVE, FileRecord, Office, Officer, Printer, PrintJob, StandardVersion, Ticket


def standard_versions(connection: Connection, service_id: int) -> Sequence[Row[*tuple[object, ...]]]:
    """Every version of a service's standard, the oldest first."""
    mine = select(StandardVersion).where(StandardVersion.service_id == service_id)
    return connection.execute(mine.order_by(StandardVersion.number)).all()


def standard_number(connection: Connection, standard_id: int) -> int:
    """The number of a version among those of its service."""
    number = select(StandardVersion.number).where(StandardVersion.id == standard_id)
    return int(connection.execute(number).scalar_one())


def offices(connection: Connection) -> Sequence[Row[*tuple[object, ...]]]:
    return connection.execute(select(Office.id, Office.slug, Office.name).order_by(Office.id)).all()


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
    rows = select(*COLUMNS).where(*mine, Ticket.series.in_(letters), Ticket.number == number)
    return [QueueTicket(*row) for row in connection.execute(rows)]


def active_before(connection: Connection, office_id: int, day: date) -> list[QueueTicket]:
    """What the days before have left behind."""
    rows = select(*COLUMNS).where(Ticket.office_id == office_id, Ticket.on_day < day, ACTIVE)
    return [QueueTicket(*row) for row in connection.execute(rows)]


_PAPER = select(Printer).where(Printer.office_id == bindparam("the_office"), Printer.is_active).order_by(Printer.id)


def ticket_by_token(connection: Connection, token: str) -> Row[*tuple[object, ...]] | None:
    return connection.execute(select(Ticket).where(Ticket.token == token)).first()


def office_of_token(connection: Connection, token: str) -> int | None:
    """The office whose number slip or receipt holds the token; None when none does."""
    of_ticket = select(Ticket.office_id).where(Ticket.token == token)
    of_file = select(FileRecord.office_id).where(FileRecord.token == token)
    return connection.execute(of_ticket.union_all(of_file)).scalars().first()


def officer_by_id(connection: Connection, officer_id: int) -> Row[*tuple[object, ...]] | None:
    return connection.execute(select(Officer).where(Officer.id == officer_id)).first()


def officer_by_login(connection: Connection, office_id: int, login: str) -> Row[*tuple[object, ...]] | None:
    return connection.execute(
        select(Officer).where(Officer.office_id == office_id, Officer.login == identity.login(login))
    ).first()


def printers(connection: Connection, office_id: int) -> list[dict[str, object]]:
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


def paper(connection: Connection, office_id: int) -> list[dict[str, object]]:
    """The printers that have paper, in a few facts for every panel: slug, status, slips_left."""
    rows = connection.execute(_PAPER, {"the_office": office_id})
    return [
        {"slug": row.slug, "status": row.status, "slips_left": _slips_left(row)}
        for row in rows
        if row.kind != "virtual"
    ]


def _slips_left(printer: Row[*tuple[object, ...]]) -> int | None:
    """An estimate; None for the virtual one."""
    if printer.kind == "virtual":
        return None
    return slips_left(printer.roll_mm or roll_mm(printer.profile), printer.printed_mm, printer.printed_slips)


def printer_statuses(connection: Connection, office_id: int) -> dict[str, str]:
    """Printer slug -> its status: what the board says about paper, so that the kiosk can tell before it is too late."""
    rows = connection.execute(_PAPER, {"the_office": office_id})
    return {row.slug: "ok" if row.kind == "virtual" else row.status for row in rows}


def print_jobs(
    connection: Connection, office_id: int, printer_id: int, limit: int
) -> Sequence[Row[*tuple[object, ...]]]:
    """The newest jobs of one printer, newest first."""
    return connection.execute(
        select(PrintJob)
        .where(PrintJob.office_id == office_id, PrintJob.printer_id == printer_id)
        .order_by(PrintJob.id.desc())
        .limit(limit)
    ).all()


def print_job(connection: Connection, office_id: int, job_id: int) -> Row[*tuple[object, ...]] | None:
    """A job with the `profile` of its printer."""
    return connection.execute(
        select(PrintJob, Printer.profile)
        .join(Printer, Printer.id == PrintJob.printer_id)
        .where(PrintJob.id == job_id, PrintJob.office_id == office_id)
    ).first()


def print_job_of(connection: Connection, office_id: int, ticket_id: int) -> Row[*tuple[object, ...]] | None:
    """The newest number slip of a ticket."""
    return connection.execute(
        select(PrintJob.id, PrintJob.state, PrintJob.fault)
        .where(PrintJob.office_id == office_id, PrintJob.ticket_id == ticket_id, PrintJob.kind == "number")
        .order_by(PrintJob.id.desc())
        .limit(1)
    ).first()
