"""What print agents, Epson and Star printers share: each asks the server, and gets one slip at a time for a lease.

No word in time means that nobody knows what is on paper.
"""

from __future__ import annotations

import structlog
from flask import g

from shared.domain.errors import Unknown
from shared.engine.paper import print_queue, printer_state
from shared.engine.paper import slips as paper
from shared.engine.paper.print_queue import QueuedSlip
from shared.engine.paper.printer_state import KnownPrinter
from shared.printing.delivery import Outcome
from shared.printing.made import Made, make
from shared.printing.status import Status
from shared.store.tables import Printer
from shared.web.access.auth import now, store
from shared.web.screen import office_config

log = structlog.get_logger()

PULL_LEASE_S = 40.0
"""A printer that fetched a slip and says nothing for so long is not waited for any more."""
HEARD_S = 4.0


def pulling(slug: str, kind: str, key: str) -> KnownPrinter:
    """The printer of this name and kind, when the key was made for it; says only "unknown" otherwise.

    The key stands in the printer's address (`loket printer link`): an agent's token, kept as a hash, taken back by
    revoking the device.
    """
    with store().read() as connection:
        is_known = paper.opens(connection, g.office_id, slug, key)
    found = printer_here(slug) if is_known else None
    if found is None or found.kind != kind:
        raise Unknown("printer")
    return found


def printer_here(slug: str, device_id: int | None = None) -> KnownPrinter:
    """The office's printer of that name, of this agent if one is given; raises `Unknown("printer")`."""
    mine = [Printer.office_id == g.office_id, Printer.slug == slug]
    if device_id is not None:
        mine.append(Printer.device_id == device_id)
    with store().read() as connection:
        found = printer_state.printers(connection, *mine)
    if not found:
        raise Unknown("printer")
    return found[0]


def keep_status(printer: KnownPrinter, status: Status) -> None:
    """Keeps what the printer says of itself; UNKNOWN is no word."""
    with store().read() as connection:
        fresh = printer_state.printer(connection, printer.id)
    printer_state.note(
        store(), fresh, Status(fresh.status) if status is Status.UNKNOWN else status, now(), refresh_s=HEARD_S
    )


def owner(printer: KnownPrinter) -> str:
    return f"pull/{printer.id}"


def held(printer: KnownPrinter) -> QueuedSlip | None:
    """The slip that this printer has fetched and not answered for."""
    with store().read() as connection:
        return print_queue.held(connection, printer.id, owner(printer))


def claimed(printer: KnownPrinter) -> tuple[QueuedSlip, Made] | None:
    """The next slip, now this printer's."""
    ready = next_slip(printer)
    if ready is None or not print_queue.claim(store(), ready[0].id, owner(printer), now(), PULL_LEASE_S):
        return None
    return ready


def finish(printer: KnownPrinter, job_id: int, outcome: Outcome) -> None:
    job = held(printer)
    length_mm = made(printer, job).length_mm if job is not None and job.id == job_id else 0.0
    print_queue.finish(store(), job_id, owner(printer), outcome, now(), length_mm)


def made(printer: KnownPrinter, job: QueuedSlip) -> Made:
    return make(job.lines, printer.profile, office_config().profile.get("logo"))


def next_slip(printer: KnownPrinter) -> tuple[QueuedSlip, Made] | None:
    """The oldest job that waits, made; one that makes no slip is ended on the way."""
    while True:
        with store().read() as connection:
            job = print_queue.waiting(connection, printer.id, now())
        if job is None:
            return None
        try:
            return job, made(printer, job)
        except Exception:
            log.exception("slip_impossible", job=job.id, printer=printer.slug, office=printer.office_id)
            print_queue.give_up(store(), job.id, "impossible", now())
