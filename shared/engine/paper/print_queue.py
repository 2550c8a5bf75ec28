"""The rows of print jobs and printers: who sends what, what became of it, how a printer is; knows no wire.

A job is queued in the transaction that caused it. Whoever wants to send it claims it by a conditional update and
holds it for a lease, so two processes never send the same one. Its states and moves: `domain.slips.print_job`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta

import structlog
from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    and_,
    bindparam,
    delete,
    exists,
    insert,
    not_,
    or_,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError

from shared.domain.errors import Unknown
from shared.domain.slips.print_job import NUMBER, SERVED, STILL_NEEDS_NUMBER, TOO_LATE, JobAction, JobState, end, starts
from shared.domain.slips.slip import as_copy, from_json, to_json
from shared.engine.paper.printer_state import KnownPrinter, is_silent, note, printer, printers
from shared.printing.address import Kind
from shared.printing.delivery import TIMEOUT_S, Outcome, Result, budget_s
from shared.printing.status import Status
from shared.store.hot import Statement
from shared.store.office import Store
from shared.store.tables import UNSENT, Printer, PrintJob, Ticket
from shared.store.typed_table import Moment
from shared.words import words

log = structlog.get_logger()


def lease_s(size: int) -> float:
    """How long a delivery of `size` bytes can take, connecting before it and asking after it included."""
    return budget_s(size) + 4 * TIMEOUT_S


@dataclass(frozen=True, slots=True)
class QueuedSlip:
    """A print job as it was read."""

    id: int
    office_id: int
    printer_id: int
    ticket_id: int | None
    case_id: int | None
    kind: str
    lines: list[dict[str, object]]
    state: str
    expires_at: datetime | None
    is_uncertain: bool
    copy_of_id: int | None
    owner: str | None
    lease_until: datetime | None
    fault: str | None
    emptied_at: datetime | None

    @property
    def first_id(self) -> int:
        """The first print of this slip."""
        return self.copy_of_id or self.id


_SLIP_COLUMNS = tuple(getattr(PrintJob, each.name) for each in fields(QueuedSlip))

# --- one job ---


def waiting(connection: Connection, printer_id: int, now: datetime) -> QueuedSlip | None:
    """The oldest job of this printer that is to be sent and still in time."""
    row = connection.execute(
        select(*_SLIP_COLUMNS)
        .where(PrintJob.printer_id == printer_id, UNSENT, PrintJob.state == JobState.QUEUED, _in_time(now), _IS_NEEDED)
        .order_by(PrintJob.id)
        .limit(1)
    ).first()
    return QueuedSlip(*row) if row else None


def show(store: Store, printer_id: int, now: datetime) -> None:
    """The virtual printer has no wire and no paper to wait for: all that waits is on its page at once."""
    store.write_with(_SHOW.run, {"the_printer": printer_id, "the_time": now})


def agents_wanted(connection: Connection, office_id: int) -> list[int]:
    """The print agents that have something to do: their device ids."""
    queued = and_(PrintJob.office_id == office_id, UNSENT, PrintJob.state == JobState.QUEUED)
    theirs = and_(queued, Printer.id == PrintJob.printer_id)
    found = connection.execute(select(Printer.device_id).where(theirs).distinct())
    return [int(device_id) for device_id in found.scalars() if device_id is not None]


def held(connection: Connection, printer_id: int, owner: str) -> QueuedSlip | None:
    """The job that `owner` is sending on this printer."""
    row = connection.execute(
        select(*_SLIP_COLUMNS).where(
            PrintJob.printer_id == printer_id, UNSENT, PrintJob.state == JobState.SENDING, PrintJob.owner == owner
        )
    ).first()
    return QueuedSlip(*row) if row else None


def is_sending(connection: Connection, printer_id: int) -> bool:
    """Whether anybody is sending a slip to this printer."""
    sending = select(PrintJob.id).where(UNSENT, PrintJob.state == JobState.SENDING, PrintJob.printer_id == printer_id)
    return connection.execute(sending).first() is not None


def find(connection: Connection, office_id: int, job_id: int) -> QueuedSlip | None:
    """The job of that office."""
    found = _first(connection, job_id)
    return found if found is not None and found.office_id == office_id else None


def slip(connection: Connection, office_id: int, job_id: int) -> QueuedSlip:
    """Raises `Unknown("print_job")`."""
    found = find(connection, office_id, job_id)
    if found is None:
        raise Unknown("print_job")
    return found


def prints(connection: Connection, job: QueuedSlip) -> list[QueuedSlip]:
    """The first print of this slip, and every copy."""
    same = or_(PrintJob.id == job.first_id, PrintJob.copy_of_id == job.first_id)
    rows = connection.execute(select(*_SLIP_COLUMNS).where(same).order_by(PrintJob.id))
    return [QueuedSlip(*row) for row in rows]


def claim(store: Store, job_id: int, owner: str, now: datetime, lease: float) -> bool:
    """Whether `owner` may send this job now, for `lease` seconds. Asking again while it holds the job is no harm.

    False when the job is no longer to be sent, or when somebody else is sending on the same printer.
    """
    is_mine = and_(PrintJob.state == JobState.SENDING, PrintJob.owner == owner, PrintJob.lease_until > now)
    is_free = and_(PrintJob.state == JobState.QUEUED, _in_time(now), _IS_NEEDED)
    held_until = now + timedelta(seconds=lease)
    claimed = {"owner": owner, "lease_until": held_until, "attempts": PrintJob.attempts + 1}
    try:
        return store.write_with(_move, job_id, JobAction.CLAIM, or_(is_free, is_mine), claimed)
    except IntegrityError:
        return False


def finish(store: Store, job_id: int, owner: str, outcome: Outcome, now: datetime, length_mm: float) -> bool:
    """Writes what became of a job that `owner` claimed, and the paper that it took; False when it is not his.

    A word that comes after the lease still counts when it is good: a copy that nobody has begun is taken back.
    """
    return store.write_with(_finish, job_id, owner, outcome, now, length_mm)


def give_up(store: Store, job_id: int, fault: str, now: datetime) -> bool:
    """Ends a job that nobody is sending."""
    return store.write_with(end_queued, job_id, JobAction.GIVE_UP, fault, now)


def end_queued(connection: Connection, job_id: int, action: JobAction, fault: str, now: datetime) -> bool:
    """Whether the job was still queued and has ended now."""
    return _move(connection, job_id, action, PrintJob.state == JobState.QUEUED, {"ended_at": now, "fault": fault})


def copy(connection: Connection, job_id: int, reason: str, now: datetime, **columns: object) -> int:
    """Queues the same slip once more; it says SALINAN and why. The id of the new job."""
    first = _job(connection, _job(connection, job_id).first_id)
    lines = to_json(as_copy(from_json(first.lines), reason, words()))
    return queue(connection, job_id, lines, now, copy_of_id=first.id, **columns)


def queue(connection: Connection, like: int, lines: Sequence[object], now: datetime, **columns: object) -> int:
    """A new job for the office, printer, ticket, file and kind of the job `like`; its id."""
    job = _job(connection, like)
    kept = ("office_id", "printer_id", "ticket_id", "case_id", "kind", "expires_at")
    same = {name: getattr(job, name) for name in kept}
    values = {**same, "lines": lines, "made_at": now, **columns}
    return connection.execute(insert(PrintJob).returning(PrintJob.id), values).scalar_one()


def _finish(connection: Connection, job_id: int, owner: str, outcome: Outcome, now: datetime, length_mm: float) -> bool:
    job = _first(connection, job_id)
    if job is None or job.owner != owner:
        return False
    if outcome.result is Result.CONFIRMED and job.is_uncertain:
        return _confirm_late(connection, job, outcome)
    action, facts = _became(outcome, owner, now)
    is_mine = and_(PrintJob.state == JobState.SENDING, PrintJob.owner == owner)
    if not _move(connection, job_id, action, is_mine, {"lease_until": None, **facts}):
        return False
    if action is JobAction.RETURN:
        move_to_fallback(connection, job.printer_id)
    else:
        _unroll(connection, job.printer_id, length_mm)
    if action is JobAction.DOUBT:
        _once_more(connection, job, now)
    return True


def _became(outcome: Outcome, owner: str, now: datetime) -> tuple[JobAction, dict[str, object]]:
    if outcome.result is Result.CONFIRMED:
        return JobAction.CONFIRM, {"fault": None, "witness": outcome.evidence, "owner": owner, "ended_at": now}
    if outcome.result is Result.FAILED:
        return JobAction.RETURN, {"fault": outcome.reason, "owner": None}
    return JobAction.DOUBT, {"fault": outcome.reason, "is_uncertain": True, "owner": owner, "ended_at": now}


def _move(
    connection: Connection,
    job_id: int,
    action: JobAction,
    condition: ColumnElement[bool],
    columns: Mapping[str, object],
) -> bool:
    """Moves a job by the table, when it is in a state that knows the move and the condition holds; whether it did."""
    here = and_(PrintJob.id == job_id, PrintJob.state.in_(starts(action)), condition)
    statement = update(PrintJob).where(here).values(state=end(action).value, **columns)
    return connection.execute(statement).rowcount == 1


def _confirm_late(connection: Connection, job: QueuedSlip, outcome: Outcome) -> bool:
    """Accepts a late confirmation and cancels the queued copy."""
    sure = {"fault": None, "witness": outcome.evidence, "is_uncertain": False}
    moved = _move(connection, job.id, JobAction.CONFIRM, PrintJob.is_uncertain.is_(True), sure)
    connection.execute(delete(PrintJob).where(PrintJob.copy_of_id == job.id, PrintJob.state == JobState.QUEUED))
    return moved


def _once_more(connection: Connection, job: QueuedSlip, now: datetime) -> None:
    """One copy by itself, in time and while it is of use: a copy that is uncertain again is left to people."""
    is_needed = connection.execute(select(PrintJob.id).where(PrintJob.id == job.id, _IS_NEEDED)).first()
    if job.copy_of_id is None and is_needed and (job.expires_at is None or job.expires_at > now):
        copy(connection, job.id, words()("slip.interrupted"), now)


def move_to_fallback(connection: Connection, printer_id: int) -> int:
    """Gives what waits for this printer to its fallback, once and unmarked, for nothing of it was sent; how many."""
    fallback = connection.execute(
        select(Printer.fallback_id).where(Printer.id == printer_id, Printer.fallback_id.is_not(None))
    ).scalar_one_or_none()
    if fallback is None:
        return 0
    status = Status(printer(connection, fallback).status)
    if not status.can_print and status is not Status.UNKNOWN:
        return 0
    return connection.execute(
        update(PrintJob)
        .where(
            PrintJob.printer_id == printer_id,
            UNSENT,
            PrintJob.state == JobState.QUEUED,
            PrintJob.moved_from_id.is_(None),
        )
        .values(printer_id=fallback, moved_from_id=printer_id)
    ).rowcount


def _unroll(connection: Connection, printer_id: int, length_mm: float) -> None:
    more = {"printed_mm": Printer.printed_mm + length_mm, "printed_slips": Printer.printed_slips + 1}
    connection.execute(update(Printer).where(Printer.id == printer_id).values(**more))


def _in_time(now: datetime | BindParameter[datetime]) -> ColumnElement[bool]:
    return or_(PrintJob.expires_at.is_(None), PrintJob.expires_at > now)


_IS_NEEDED = or_(
    PrintJob.kind != NUMBER,
    PrintJob.copy_of_id.is_not(None),
    PrintJob.ticket_id.is_(None),
    exists().where(Ticket.id == PrintJob.ticket_id, Ticket.state.in_(STILL_NEEDS_NUMBER)),
)
"""Not the number of somebody who was found without it; a copy was asked for by a person."""


def _first(connection: Connection, job_id: int) -> QueuedSlip | None:
    row = connection.execute(select(*_SLIP_COLUMNS).where(PrintJob.id == job_id)).first()
    return QueuedSlip(*row) if row else None


def _job(connection: Connection, job_id: int) -> QueuedSlip:
    return QueuedSlip(*connection.execute(select(*_SLIP_COLUMNS).where(PrintJob.id == job_id)).one())


_SHOW: Statement[int] = Statement(
    update(PrintJob)
    .where(
        PrintJob.printer_id == bindparam("the_printer"),
        UNSENT,
        PrintJob.state == JobState.QUEUED,
        _in_time(bindparam("the_time", type_=Moment())),
    )
    .values(
        state=end(JobAction.SHOW).value,
        witness="virtual",
        attempts=PrintJob.attempts + 1,
        ended_at=bindparam("the_time", type_=Moment()),
    ),
    int,
)


# --- all jobs ---

LONGEST_LEASE, LONGEST_LIFE = timedelta(minutes=10), timedelta(hours=1)
"""No lease and no slip is good for longer: one that ends later was made while the clock was ahead of now."""


def sweep(store: Store, now: datetime, is_gone: Callable[[str], bool], *, has_listened: bool = True) -> None:
    """Ends what nobody else ends: slips whose time is over, and those whose sender is gone or overdue.

    `is_gone(owner)`: whether that sender is known to have ended. The doubtful ones may be on paper: SALINAN follows.
    One that cannot be ended holds up no other. `has_listened`: whether an agent had time to be heard; a server that has
    only just started knows of none that it is silent.
    """
    with store.read() as connection:
        unsent = [QueuedSlip(*row) for row in connection.execute(select(*_SLIP_COLUMNS).where(UNSENT))]
        needless = set(connection.execute(select(PrintJob.id).where(UNSENT, not_(_IS_NEEDED))).scalars())
        known = {each.id: each for each in printers(connection)}
    for job in unsent:
        try:
            _end_overdue(store, job, known.get(job.printer_id), job.id not in needless, now, is_gone)
        except Exception:
            log.exception("job_not_swept", job=job.id, office=job.office_id)
    for each in known.values():
        if has_listened and is_silent(each, now):
            try:
                note(store, each, Status.OFFLINE, now)
            except Exception:
                log.exception("printer_not_swept", printer=each.slug, office=each.office_id)


def _end_overdue(
    store: Store,
    job: QueuedSlip,
    printer: KnownPrinter | None,
    is_needed: bool,
    now: datetime,
    is_gone: Callable[[str], bool],
) -> None:
    if job.state == JobState.SENDING:
        owner = job.owner or ""
        is_held = job.lease_until is not None and now < job.lease_until <= now + LONGEST_LEASE
        if not is_held or is_gone(owner):
            finish(store, job.id, owner, Outcome(Result.UNCERTAIN, "interrupted"), now, 0.0)
    elif not is_needed:
        store.write_with(end_queued, job.id, JobAction.EXPIRE, SERVED, now)
    elif job.expires_at is not None and not now < job.expires_at <= now + LONGEST_LIFE:
        store.write_with(end_queued, job.id, JobAction.EXPIRE, job.fault or _hindrance(printer), now)


def _hindrance(printer: KnownPrinter | None) -> str:
    """Why a slip that was never tried was not printed: the state of its printer."""
    if printer is None or printer.kind == Kind.VIRTUAL or Status(printer.status).can_print:
        return TOO_LATE
    return printer.status
