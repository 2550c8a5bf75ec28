"""The rows of print jobs and printers: who sends what, what became of it, how a printer is; knows no wire.

A job is queued in the transaction that caused it. Whoever wants to send it claims it by a conditional update and
holds it for a lease, so two processes never send the same one. It ends confirmed, failed or expired:

    queued   -> sending                          claimed
    sending  -> confirmed                        the printer said so
    sending  -> queued     fault = why           nothing was sent: it may be printed again, unmarked
    sending  -> failed     is_uncertain          it may be on paper: one more print follows, marked SALINAN
    queued   -> expired    fault = what hindered its time is over
    queued   -> failed     fault = "given_up", or "impossible" for lines that make no slip
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import BindParameter, Connection, Row, and_, bindparam, delete, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from shared.domain.actor import Actor
from shared.domain.slip import as_copy, from_json, to_json
from shared.printing.address import FETCHING, WIRED, Kind
from shared.printing.delivery import TIMEOUT_S, Outcome, Result, budget_s
from shared.printing.status import Status
from shared.store.office import Store, Transaction
from shared.store.tables import UNSENT, Moment, Office, Printer, PrintJob
from shared.words import words


class JobState(StrEnum):
    QUEUED = "queued"
    SENDING = "sending"
    CONFIRMED = "confirmed"
    FAILED = "failed"
    EXPIRED = "expired"


PULLS = FETCHING
"""Kinds of printers that fetch their jobs themselves."""

OWN_KINDS = (Kind.VIRTUAL, *WIRED)
"""Kinds that the server prints on, unless they hang on an agent."""

QUIET_S = 9.0
"""An agent, or a printer that asks by itself, is offline when it was not heard for so long; people know within 10 s."""

REFRESH_S = 30.0
"""How old `status_at` may grow while nothing changes: each fresh one is a write to the disk."""

INTERRUPTED = "cetakan sebelumnya terputus"
"""The reason that a copy carries which nobody asked for."""


def lease_s(size: int) -> float:
    """How long a delivery of `size` bytes can take, connecting before it and asking after it included."""
    return budget_s(size) + 4 * TIMEOUT_S


# --- one job ---


def waiting(connection: Connection, printer_id: int, now: datetime) -> Row[Any] | None:
    """The oldest job of this printer that is to be sent and still in time."""
    return connection.execute(
        select(PrintJob)
        .where(PrintJob.printer_id == printer_id, UNSENT, PrintJob.state == JobState.QUEUED, _in_time(now))
        .order_by(PrintJob.id)
        .limit(1)
    ).first()


def show(store: Store, printer_id: int, now: datetime) -> None:
    """The virtual printer has no wire and no paper to wait for: all that waits is on its page at once."""
    store.write(_SHOW, {"the_printer": printer_id, "the_time": now})


def agents_wanted(connection: Connection, office_id: int) -> list[int]:
    """The print agents that have something to do: their device ids."""
    queued = and_(PrintJob.office_id == office_id, UNSENT, PrintJob.state == JobState.QUEUED)
    theirs = and_(queued, Printer.id == PrintJob.printer_id)
    found = connection.execute(select(Printer.device_id).where(theirs).distinct())
    return [int(device_id) for device_id in found.scalars() if device_id is not None]


def held(connection: Connection, printer_id: int, owner: str) -> Row[Any] | None:
    """The job that `owner` is sending on this printer."""
    return connection.execute(
        select(PrintJob).where(
            PrintJob.printer_id == printer_id, PrintJob.state == JobState.SENDING, PrintJob.owner == owner
        )
    ).first()


def claim(store: Store, job_id: int, owner: str, now: datetime, lease: float) -> bool:
    """Whether `owner` may send this job now, for `lease` seconds. Asking again while it holds the job is no harm.

    False when the job is no longer to be sent, or when somebody else is sending on the same printer.
    """
    is_mine = and_(PrintJob.state == JobState.SENDING, PrintJob.owner == owner, PrintJob.lease_until > now)
    is_free = and_(PrintJob.state == JobState.QUEUED, _in_time(now))
    held_until = now + timedelta(seconds=lease)
    statement = (
        update(PrintJob)
        .where(PrintJob.id == job_id, or_(is_free, is_mine))
        .values(state=JobState.SENDING.value, owner=owner, lease_until=held_until, attempts=PrintJob.attempts + 1)
    )
    try:
        return store.write(statement) == 1
    except IntegrityError:
        return False


def finish(store: Store, job_id: int, owner: str, outcome: Outcome, now: datetime, length_mm: float) -> bool:
    """Writes what became of a job that `owner` claimed, and the paper that it took; False when it is not his.

    A word that comes after the lease still counts when it is good: a copy that nobody has begun is taken back.
    """
    return store.write_with(_finish, job_id, owner, outcome, now, length_mm)


def give_up(store: Store, job_id: int, fault: str, now: datetime) -> bool:
    """Ends a job that nobody is sending."""
    return store.write_with(end_queued, job_id, JobState.FAILED, fault, now)


def end_queued(connection: Connection, job_id: int, state: JobState, fault: str | None, now: datetime) -> bool:
    """Whether the job was still queued and has ended now; `fault` None keeps what hindered it."""
    ended = {"state": state.value, "ended_at": now} | ({"fault": fault} if fault else {})
    statement = update(PrintJob).where(PrintJob.id == job_id, PrintJob.state == JobState.QUEUED).values(**ended)
    return connection.execute(statement).rowcount == 1


def copy(connection: Connection, job: Row[Any], reason: str, now: datetime, **columns: Any) -> int:
    """Queues the same slip once more; it says SALINAN and why. The id of the new job."""
    first = job if job.copy_of_id is None else connection.execute(_job(job.copy_of_id)).one()
    lines = to_json(as_copy(from_json(first.lines), reason, words()))
    return queue(connection, job, lines, now, copy_of_id=first.id, **columns)


def queue(connection: Connection, like: Row[Any], lines: list[Any], now: datetime, **columns: Any) -> int:
    """A new job for the office, printer, ticket, file and kind of `like`; its id."""
    kept = ("office_id", "printer_id", "ticket_id", "case_id", "kind", "expires_at")
    same = {name: getattr(like, name) for name in kept}
    values = {**same, "lines": lines, "made_at": now, **columns}
    return connection.execute(insert(PrintJob).returning(PrintJob.id), values).scalar_one()


def _finish(connection: Connection, job_id: int, owner: str, outcome: Outcome, now: datetime, length_mm: float) -> bool:
    job = connection.execute(_job(job_id)).first()
    if job is None or job.owner != owner:
        return False
    if outcome.result == Result.CONFIRMED and job.is_uncertain:
        _believe_late(connection, job, outcome)
        return True
    values = {**_after(outcome), "owner": owner if outcome.result != Result.FAILED else None, "lease_until": None}
    if outcome.result != Result.FAILED:
        values["ended_at"] = now
    mine = and_(PrintJob.id == job_id, PrintJob.state == JobState.SENDING, PrintJob.owner == owner)
    if connection.execute(update(PrintJob).where(mine).values(**values)).rowcount != 1:
        return False
    if outcome.result == Result.FAILED:
        hand_over(connection, job.printer_id)
    else:
        _unroll(connection, job.printer_id, length_mm)
    if outcome.result == Result.UNCERTAIN:
        _once_more(connection, job, now)
    return True


def _after(outcome: Outcome) -> dict[str, Any]:
    if outcome.result == Result.CONFIRMED:
        return {"state": JobState.CONFIRMED.value, "fault": None, "witness": outcome.evidence}
    if outcome.result == Result.FAILED:
        return {"state": JobState.QUEUED.value, "fault": outcome.reason}
    return {"state": JobState.FAILED.value, "fault": outcome.reason, "is_uncertain": True}


def _believe_late(connection: Connection, job: Row[Any], outcome: Outcome) -> None:
    sure = {**_after(outcome), "is_uncertain": False}
    connection.execute(update(PrintJob).where(PrintJob.id == job.id).values(**sure))
    connection.execute(delete(PrintJob).where(PrintJob.copy_of_id == job.id, PrintJob.state == JobState.QUEUED))


def _once_more(connection: Connection, job: Row[Any], now: datetime) -> None:
    """One copy by itself, and only in time: a copy that is uncertain again is left to people."""
    if job.copy_of_id is None and (job.expires_at is None or job.expires_at > now):
        copy(connection, job, INTERRUPTED, now)


def hand_over(connection: Connection, printer_id: int) -> int:
    """Gives what waits for this printer to its fallback, once and unmarked, for nothing of it was sent; how many."""
    fallback = connection.execute(
        select(Printer.fallback_id).where(Printer.id == printer_id, Printer.fallback_id.is_not(None))
    ).scalar_one_or_none()
    if fallback is None:
        return 0
    status = connection.execute(select(Printer.status).where(Printer.id == fallback)).scalar_one()
    if not Status(status).can_print and status != Status.UNKNOWN:
        return 0
    return connection.execute(
        update(PrintJob)
        .where(PrintJob.printer_id == printer_id, PrintJob.state == JobState.QUEUED, PrintJob.moved_from_id.is_(None))
        .values(printer_id=fallback, moved_from_id=printer_id)
    ).rowcount


def _unroll(connection: Connection, printer_id: int, length_mm: float) -> None:
    more = {"printed_mm": Printer.printed_mm + length_mm, "printed_slips": Printer.printed_slips + 1}
    connection.execute(update(Printer).where(Printer.id == printer_id).values(**more))


def _in_time(now: datetime | BindParameter[datetime]) -> Any:
    return or_(PrintJob.expires_at.is_(None), PrintJob.expires_at > now)


def _job(job_id: int) -> Any:
    return select(PrintJob).where(PrintJob.id == job_id)


_SHOW = (
    update(PrintJob)
    .where(
        PrintJob.printer_id == bindparam("the_printer"),
        UNSENT,
        PrintJob.state == JobState.QUEUED,
        _in_time(bindparam("the_time", type_=Moment())),
    )
    .values(
        state=JobState.CONFIRMED,
        witness="virtual",
        attempts=PrintJob.attempts + 1,
        ended_at=bindparam("the_time", type_=Moment()),
    )
    .execution_options(prepared=True)
)


# --- all jobs ---


def sweep(store: Store, now: datetime, is_gone: Callable[[str], bool]) -> None:
    """Ends what nobody else ends: slips whose time is over, and those whose sender is gone or overdue.

    `is_gone(owner)`: whether that sender is known to have ended. The doubtful ones may be on paper: SALINAN follows.
    """
    with store.read() as connection:
        unsent = connection.execute(
            select(PrintJob.id, PrintJob.state, PrintJob.owner, PrintJob.lease_until, PrintJob.expires_at).where(UNSENT)
        ).all()
        silent = connection.execute(
            select(Printer).where(
                or_(Printer.device_id.is_not(None), Printer.kind.in_(PULLS)),
                Printer.status != Status.OFFLINE,
                Printer.status_at < now - timedelta(seconds=QUIET_S),
            )
        ).all()
    for job in unsent:
        if job.state == JobState.QUEUED and job.expires_at is not None and job.expires_at <= now:
            store.write_with(end_queued, job.id, JobState.EXPIRED, None, now)
        elif job.state == JobState.SENDING and (job.lease_until <= now or is_gone(job.owner)):
            doubtful = Outcome(Result.UNCERTAIN, "interrupted")
            finish(store, job.id, job.owner, doubtful, now, 0.0)
    for printer in silent:
        note(store, printer, Status.OFFLINE, now)


# --- the printer ---


def note(store: Store, printer: Row[Any], status: Status, now: datetime, *, refresh_s: float = REFRESH_S) -> None:
    """Keeps how the printer is. A new word goes through the office's row, so that every screen hears it at once.

    `printer`: its row as it was read, no older than its last word.
    """
    if printer.status != status:
        store.change(printer.office_id, Actor.system(now), _turn, printer.id, status)
    elif printer.status_at is None or (now - printer.status_at).total_seconds() >= refresh_s:
        store.write(update(Printer).where(Printer.id == printer.id).values(status_at=now))


def keep_answers(tx: Transaction, printer_id: int, answers: str) -> None:
    """What a printer was found to answer: `printing.delivery.Answers`."""
    printer = tx.first(select(Printer).where(Printer.id == printer_id))
    if printer is None or printer.answers == answers:
        tx.unchanged(None)
    tx.execute(update(Printer).where(Printer.id == printer_id).values(answers=answers))
    tx.execute(update(Office).where(Office.id == tx.office_id).values(setup_version=Office.setup_version + 1))
    tx.record("learned", from_state=printer.answers, to_state=answers, detail={"printer": printer.slug})


def _turn(tx: Transaction, printer_id: int, status: Status) -> None:
    """A roll that was low and is not any more was changed: the estimate begins anew."""
    printer = tx.first(select(Printer).where(Printer.id == printer_id))
    if printer is None or printer.status == status:
        tx.unchanged(None)
    values: dict[str, Any] = {"status": status.value, "status_at": tx.now}
    if status in (Status.NEAR_END, Status.PAPER_OUT):
        values["is_low"] = True
    elif status == Status.OK and printer.is_low:
        values |= {"is_low": False, "printed_mm": 0.0, "printed_slips": 0}
    tx.execute(update(Printer).where(Printer.id == printer_id).values(**values))
    tx.record("printer", from_state=printer.status, to_state=status.value, detail={"printer": printer.slug})
