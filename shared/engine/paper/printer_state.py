"""The rows of printers: how each is, what it was found to answer, when it was heard; knows no wire and no job."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, or_, select, update

from shared.domain.actor import Actor
from shared.engine.setup.office import change_settings
from shared.printing.address import FETCHING, WIRED, Kind
from shared.printing.delivery import Answers
from shared.printing.status import Status
from shared.store.office import Store, Transaction
from shared.store.tables import Printer

OWN_KINDS = (Kind.VIRTUAL, *WIRED)
"""Kinds that the server prints on, unless they hang on an agent."""

QUIET_S = 9.0
"""An agent, or a printer that asks by itself, is offline when it was not heard for so long; people know within 10 s."""

REFRESH_S = 30.0
"""How old `status_at` may grow while nothing changes: each fresh one is a write to the disk."""


@dataclass(frozen=True, slots=True)
class KnownPrinter:
    """A printer as it was read."""

    id: int
    office_id: int
    slug: str
    kind: str
    address: str
    profile: str
    answers: str
    status: str
    status_at: datetime | None
    device_id: int | None
    asked_at: datetime | None


COLUMNS = tuple(getattr(Printer, each.name) for each in fields(KnownPrinter))
"""What `KnownPrinter` is made of, in its order."""


def printers(connection: Connection, *which: ColumnElement[bool]) -> list[KnownPrinter]:
    """The printers of all offices that are in use, or those of them that meet `which`."""
    wanted = select(*COLUMNS).where(Printer.is_active, *which).order_by(Printer.id)
    return [KnownPrinter(*row) for row in connection.execute(wanted)]


def printer(connection: Connection, printer_id: int) -> KnownPrinter:
    """Also one that was taken away."""
    return KnownPrinter(*connection.execute(select(*COLUMNS).where(Printer.id == printer_id)).one())


def is_silent(printer: KnownPrinter, now: datetime) -> bool:
    """An agent, or a printer that asks by itself, that was not heard for too long."""
    comes_itself = printer.device_id is not None or printer.kind in FETCHING
    is_quiet = printer.status_at is not None and printer.status_at < now - timedelta(seconds=QUIET_S)
    return comes_itself and is_quiet and printer.status != Status.OFFLINE


def note(store: Store, printer: KnownPrinter, status: Status, now: datetime, *, refresh_s: float = REFRESH_S) -> None:
    """Keeps how the printer is. A new word goes through the office's row, so that every screen hears it at once.

    `printer`: its row as it was read, no older than its last word.
    """
    if printer.status != status:
        store.change(printer.office_id, Actor.system(now), _turn, printer.id, status)
    elif printer.status_at is None or not 0 <= (now - printer.status_at).total_seconds() < refresh_s:
        store.write(update(Printer).where(Printer.id == printer.id).values(status_at=now))


def take_turn(store: Store, printer_id: int, now: datetime, pause_s: float) -> bool:
    """Whether this process may ask the printer how it is: of several one does, every `pause_s`.

    It was not asked in the future: then the clock was set back.
    """
    long_ago, to_come = Printer.asked_at <= now - timedelta(seconds=pause_s), Printer.asked_at > now
    is_due = or_(Printer.asked_at.is_(None), long_ago, to_come)
    return store.write(update(Printer).where(Printer.id == printer_id, is_due).values(asked_at=now)) == 1


def heard(store: Store, printer_id: int, now: datetime) -> None:
    """A printer that asks by itself has just told how it is."""
    store.write(update(Printer).where(Printer.id == printer_id).values(asked_at=now))


def learned_anew(tx: Transaction, printer_id: int) -> None:
    """Before its next slip the printer is asked again what it answers."""
    tx.execute(update(Printer).where(Printer.id == printer_id).values(answers=Answers.NOT_LEARNED.value))
    tx.renew_setup()


def choose_first(tx: Transaction, slug: str) -> None:
    """The office's slips go to its first printer with paper, unless somebody chose where they go.

    Else a printer that was added would stand there, well, while each number only came out on a screen.
    """
    chosen = tx.office.printer()
    is_wanted = chosen is not None and chosen.slug == tx.office.settings.printer
    if is_wanted or any(printer.kind != Kind.VIRTUAL for printer in tx.office.printers):
        return
    change_settings(tx, "rules", {"printer": slug})


def keep_answers(tx: Transaction, printer_id: int, answers: str) -> None:
    """What a printer was found to answer: `printing.delivery.Answers`."""
    printer = tx.first(select(Printer).where(Printer.id == printer_id))
    if printer is None or printer.answers == answers:
        tx.unchanged(None)
    tx.execute(update(Printer).where(Printer.id == printer_id).values(answers=answers))
    tx.renew_setup()
    tx.record("learned", from_state=printer.answers, to_state=answers, detail={"printer": printer.slug})


def _turn(tx: Transaction, printer_id: int, status: Status) -> None:
    """A roll that was low and is not any more was changed: the estimate begins anew."""
    printer = tx.first(select(Printer).where(Printer.id == printer_id))
    if printer is None or printer.status == status:
        tx.unchanged(None)
    values: dict[str, object] = {"status": status.value, "status_at": tx.now}
    if status in (Status.NEAR_END, Status.PAPER_OUT):
        values["is_low"] = True
    elif status == Status.OK and printer.is_low:
        values |= {"is_low": False, "printed_mm": 0.0, "printed_slips": 0}
    tx.execute(update(Printer).where(Printer.id == printer_id).values(**values))
    tx.record("printer", from_state=printer.status, to_state=status.value, detail={"printer": printer.slug})
