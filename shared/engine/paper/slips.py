"""What people do with paper: a slip is queued, printed again with a reason, given up; a printer gets a fallback."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, Select, and_, insert, select, update

from shared.domain.errors import Invalid, NotAllowed, Unknown
from shared.domain.office import OfficeConfig, PrinterConfig
from shared.domain.slips import print_job
from shared.domain.slips.head import Letterhead
from shared.domain.slips.print_job import NUMBER, JobAction
from shared.domain.slips.printer import printer_test_slip
from shared.domain.slips.slip import Line, to_json
from shared.engine.paper import print_queue
from shared.engine.paper.printer_state import KnownPrinter, choose_first
from shared.engine.people.device import digest
from shared.printing.profiles import profile
from shared.store import hot, rows
from shared.store.office import Transaction
from shared.store.tables import Device, Office, Printer, PrintJob
from shared.store.undo import WrittenJson
from shared.words import words

NUMBER_LIFE = timedelta(minutes=2)
"""A number slip that could not be printed for this long is not printed any more."""
LIFE = timedelta(minutes=30)
"""The same for every other slip: whoever waits for it stands at a counter."""
LONGEST_REASON = 80
WORDS_KEPT = timedelta(days=30)
"""A slip may name a person. After this only its kind, state and times are kept; the file itself holds the facts."""
EMPTIED_AT_ONCE = 500
"""Of the rest the next minute takes as many: nobody waits for the words of years."""


def print_lines(
    tx: Transaction,
    kind: str,
    lines: Sequence[Line] | WrittenJson,
    *,
    ticket_id: int | None = None,
    case_id: int | None = None,
    printer: str | None = None,
) -> int | None:
    """Queues a slip in this transaction; the id of its job, None when the office has no printer.

    `kind`: "number", "receipt" ...; `lines`: also as they are kept; `printer`: a slug, None is the office's choice.
    """
    chosen = tx.office.printer(printer)
    if chosen is None:
        return None
    values = {
        "office_id": tx.office_id,
        "printer_id": chosen.id,
        "ticket_id": ticket_id,
        "case_id": case_id,
        "kind": kind,
        "lines": lines if isinstance(lines, WrittenJson) else to_json(lines),
        "made_at": tx.now,
        "expires_at": tx.now + _life(kind),
    }
    return hot.insert_job(tx.connection, values)


def test_page(
    office: OfficeConfig,
    printer: PrinterConfig | KnownPrinter,
    facts: Sequence[tuple[str, str]],
    at: datetime,
    url: str,
) -> list[Line]:
    """The test page of a printer: its connection, paper, code page, QR and cutter, then `facts`, then what it can."""
    known, said = profile(printer.profile), words()
    paper = said("slip.test.paper_is", profile=printer.profile, columns=known.columns, dots=known.width_dots)
    shown = (
        (said("slip.test.connection"), f"{printer.kind} {printer.address}".strip()),
        (said("slip.test.paper"), paper),
        (said("slip.test.code_page"), known.code_page or "ASCII"),
        (said("slip.test.qr"), said("slip.test.qr_native" if known.native_qr else "slip.test.qr_picture")),
        (said("slip.test.cutter"), said("slip.test.cutter_yes" if known.cutter else "slip.test.cutter_no")),
        *facts,
    )
    local = at.astimezone(office.zone)
    head, name = Letterhead(office.name), printer.slug
    return printer_test_slip(head, said, printer=name, columns=known.columns, facts=shown, made_at=local, url=url)


def reprint(tx: Transaction, job_id: int, reason: str, *, printer: str | None = None) -> int:
    """Queues a slip once more because somebody asked; the id of the new job.

    It says SALINAN and why, unless it is certain that no earlier print is on paper. Raises `Unknown("print_job")`,
    `NotAllowed("still_printing")`, `NotAllowed("slip_emptied")`, `Invalid("reason")`.
    """
    job = print_queue.slip(tx.connection, tx.office_id, job_id)
    why = " ".join(reason.split())[:LONGEST_REASON]
    if not why:
        raise Invalid("reason", fields=["reason"])
    prints = print_queue.prints(tx.connection, job)
    first = prints[0]
    if any(each.state in print_job.UNSENT for each in prints):
        raise NotAllowed("still_printing")
    if first.emptied_at is not None:
        raise NotAllowed("slip_emptied")
    chosen = tx.office.printer(printer) if printer else None
    columns = {"expires_at": tx.now + _life(job.kind), "printer_id": chosen.id if chosen else job.printer_id}
    if all(each.state in _NOT_PRINTED and not each.is_uncertain for each in prints):
        new_id = print_queue.queue(tx.connection, first.id, first.lines, tx.now, copy_of_id=first.id, **columns)
    else:
        new_id = print_queue.copy(tx.connection, job.id, why, tx.now, **columns)
    detail = {"job": new_id, "kind": job.kind}
    tx.record("reprint", reason=why, detail=detail, ticket_id=job.ticket_id, case_id=job.case_id)
    return new_id


_NOT_PRINTED = (print_job.EXPIRED, print_job.FAILED)


def give_up(tx: Transaction, job_id: int) -> None:
    """Ends a job that waits for its printer; raises `Unknown("print_job")`, `NotAllowed("not_waiting")`."""
    job = print_queue.slip(tx.connection, tx.office_id, job_id)
    if not print_queue.end_queued(tx.connection, job.id, JobAction.GIVE_UP, "given_up", tx.now):
        raise NotAllowed("not_waiting")
    detail = {"job": job.id, "kind": job.kind}
    tx.record("give_up", detail=detail, ticket_id=job.ticket_id, case_id=job.case_id)


def empty_old(tx: Transaction) -> int:
    """Takes the words out of slips older than `WORDS_KEPT`; out of how many, at most `EMPTIED_AT_ONCE`."""
    old = and_(
        PrintJob.office_id == tx.office_id, PrintJob.emptied_at.is_(None), PrintJob.made_at < tx.now - WORDS_KEPT
    )
    ended = PrintJob.state.not_in(print_job.UNSENT)
    some = select(PrintJob.id).where(old, ended).order_by(PrintJob.made_at).limit(EMPTIED_AT_ONCE)
    return int(tx.execute(update(PrintJob).where(PrintJob.id.in_(some)).values(lines=[], emptied_at=tx.now)).rowcount)


def roll_changed(tx: Transaction, slug: str) -> None:
    """A new roll was put in: the estimate of the slips that are left begins anew. Raises `Unknown("printer")`."""
    new = {"printed_mm": 0.0, "printed_slips": 0, "is_low": False}
    tx.execute(update(Printer).where(Printer.id == _printer(tx, slug).id).values(**new))
    tx.record("new_roll", reason=slug, detail={"printer": slug})


def attach(tx: Transaction, device_id: int, slug: str, *, kind: str, address: str, profile: str, answers: str) -> None:
    """The printer `slug` hangs on this agent from now on; it is made when the office has none of that name.

    One that was taken away meanwhile comes back, with what waits for it. Raises `NotAllowed("printer_taken")` when the
    name is that of another printer, unless its agent was revoked.
    """
    facts = {"kind": kind, "address": address, "profile": profile, "answers": answers, "device_id": device_id}
    mine = and_(Printer.office_id == tx.office_id, Printer.device_id == device_id)
    named = select(Printer).where(Printer.office_id == tx.office_id, Printer.slug == slug)
    known = rows.first(tx.connection, named)
    taken_away = select(Printer).where(mine, Printer.is_active.is_(False)).order_by(Printer.id.desc())
    retired = rows.first(tx.connection, taken_away)
    if known is None and retired is not None:
        tx.execute(update(Printer).where(Printer.id == retired.id).values(slug=slug, is_active=True, **facts))
    elif known is None:
        tx.execute(insert(Printer), {"office_id": tx.office_id, "slug": slug, **facts})
        choose_first(tx, slug)
    elif known.device_id != device_id and not _is_left(tx, known):
        raise NotAllowed("printer_taken", name=slug)
    elif all(getattr(known, name) == value for name, value in facts.items()):
        tx.unchanged(None)
    else:
        tx.execute(update(Printer).where(Printer.id == known.id).values(**facts))
    tx.renew_setup()
    tx.record("attach", detail={"printer": slug, "kind": kind})


def link(connection: Connection, office_id: int, slug: str, kind: str, profile: str, now: datetime) -> str:
    """Makes or changes a printer that fetches its slips itself; a new key for its address, earlier ones are void."""
    known = connection.execute(_key_of(office_id, slug)).all()
    for device in known:
        connection.execute(update(Device).where(Device.id == device.id).values(revoked_at=now))
    facts = {"kind": kind, "address": "", "profile": profile, "device_id": None}
    mine = and_(Printer.office_id == office_id, Printer.slug == slug)
    if connection.execute(update(Printer).where(mine).values(**facts)).rowcount == 0:
        connection.execute(insert(Printer), {"office_id": office_id, "slug": slug, **facts})
    connection.execute(update(Office).where(Office.id == office_id).values(setup_version=Office.setup_version + 1))
    key = secrets.token_urlsafe(24)
    columns = {"office_id": office_id, "purpose": "agent", "name": slug, "token_hash": digest(key), "made_at": now}
    connection.execute(insert(Device), {**columns, "settings": {"printer": slug}})
    return key


def opens(connection: Connection, office_id: int, slug: str, key: str) -> bool:
    """Whether this key was made for this printer and was not taken back."""
    return connection.execute(_key_of(office_id, slug).where(Device.token_hash == digest(key))).first() is not None


def _key_of(office_id: int, slug: str) -> Select[object]:
    return select(Device).where(
        Device.office_id == office_id,
        Device.purpose == "agent",
        Device.revoked_at.is_(None),
        Device.settings["printer"].as_string() == slug,
    )


def _is_left(tx: Transaction, printer: Printer) -> bool:
    """Its agent was revoked: another may take its place."""
    left = select(Device.id).where(Device.id == printer.device_id, Device.revoked_at.is_not(None))
    return tx.first(left) is not None


def _life(kind: str) -> timedelta:
    return NUMBER_LIFE if kind == NUMBER else LIFE


def _printer(tx: Transaction, slug: str) -> PrinterConfig:
    for printer in tx.office.printers:
        if printer.slug == slug:
            return printer
    raise Unknown("printer")
