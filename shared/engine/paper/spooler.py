"""Takes print jobs from their rows to the printers: one worker per printer, so that a dead one blocks nobody."""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import structlog
from sqlalchemy import and_, or_, select

from shared.domain.actor import Actor
from shared.domain.slips.print_job import JobState
from shared.engine.paper import print_queue, printer_state
from shared.engine.paper.print_queue import QueuedSlip
from shared.engine.paper.printer_state import OWN_KINDS, KnownPrinter
from shared.engine.rounds import Rounds
from shared.printing.address import Kind
from shared.printing.delivery import TIMEOUT_S, Answers, Result, ask, deliver
from shared.printing.learning import Learned, Learning
from shared.printing.made import make
from shared.printing.status import Status
from shared.store.disk import database_away
from shared.store.hot import Statement
from shared.store.office import Store
from shared.store.tables import UNSENT, Printer, PrintJob

log = structlog.get_logger()

LOOK_S = 1.0
"""How often the rows are looked at when nobody knocks: other processes write jobs too."""

REST_S = 0.02
"""After a look: a burst of clicks is one look."""

ASK_S = 4.0
"""How often an idle printer is asked how it is, so that people know within ten seconds."""

SLOW_BYTES_PER_S, SLOW_S = 5000, 5.0
"""A printer that takes longer than this for a slip, and so long besides, gets letters instead of pictures from then on:
a serial line behind a print server needs half a minute for what is drawn."""

LONGEST_WAIT_S = 5.0
"""Before the next try on a printer that fails: 1, 2, 4 and then always so many seconds."""


class Spooler(Rounds):
    """Prints what is queued, and asks the printers how they are. `clock`: aware moments.

    `owner` names this process on the jobs that it sends.
    """

    def __init__(
        self,
        store: Store,
        clock: Callable[[], datetime],
        *,
        timeout_s: float = TIMEOUT_S,
        ask_s: float = ASK_S,
        longest_wait_s: float = LONGEST_WAIT_S,
        look_s: float = LOOK_S,
    ) -> None:
        super().__init__(store, look_s=look_s, rest_s=REST_S, fault="spooler_failed")
        self.clock = clock
        self.timeout_s, self.ask_s, self.longest_wait_s = timeout_s, ask_s, longest_wait_s
        self.owner = _this_process()
        self._busy: set[int] = set()
        self._failures: dict[int, int] = {}
        self._not_before: dict[int, float] = {}
        self._asked: dict[int, float] = {}
        self._began_at, self._sweep_at = time.monotonic(), 0.0
        self._learning = Learning(timeout_s)
        self._slow: set[int] = set()
        """Printers on a line that is too slow for pictures."""
        self._unproven: set[int] = set()
        """Printers that seem well although their last slip failed: CUPS queues, idle whatever their printer does, and
        those that break off one slip after the other."""

    def look(self) -> None:
        """Ends what is overdue, and starts a worker for each printer that has something to do."""
        if time.monotonic() >= self._sweep_at:
            self._sweep_at = time.monotonic() + self.look_s
            try:
                has_listened = time.monotonic() - self._began_at > printer_state.QUIET_S
                print_queue.sweep(self.store, self.clock(), is_gone, has_listened=has_listened)
            except Exception as error:
                if database_away(error) is not None:
                    raise
                log.exception("sweep_failed")
        with self.store.read() as connection:
            printers, queued = _OWN.all(connection, {}), set(_QUEUED.all(connection, {}))
        taken = {(each.kind, each.address) for each in printers if each.id in self._busy and each.address}
        for printer in printers:
            place = (printer.kind, printer.address)  # two names for one device, which talks to one caller at a time
            is_free = printer.id not in self._busy and place not in taken
            if is_free and self._is_due(printer, printer.id in queued):
                self._busy.add(printer.id)
                taken |= {place} if printer.address else set()
                threading.Thread(target=self._work, args=(printer,), daemon=True).start()

    def _is_due(self, printer: KnownPrinter, has_jobs: bool) -> bool:
        if has_jobs:
            return time.monotonic() >= self._not_before.get(printer.id, 0)
        return printer.kind != "virtual" and time.monotonic() - self._asked.get(printer.id, -1e9) >= self.ask_s

    def _work(self, printer: KnownPrinter) -> None:
        try:
            if printer.kind == "virtual":
                print_queue.show(self.store, printer.id, self.clock())
            elif self._print_all(printer) == 0:
                status = self._ask(self._fresh(printer))
                self._print_all(printer, status if status.can_print else None)
        except Exception:
            log.exception("printer_failed", printer=printer.slug, office=printer.office_id)
            self._wait_longer(printer.id)
        finally:
            self._busy.discard(printer.id)

    def _print_all(self, printer: KnownPrinter, before: Status | None = None) -> int:
        """How many jobs were tried: all that wait, up to the first that the printer does not take.

        `before`: how it is, when it was asked just now.
        """
        tried = 0
        while not self.is_stopping:
            with self.store.read() as connection:
                job = print_queue.waiting(connection, printer.id, self.clock())
            if job is None:
                return tried
            tried += 1
            before, was = None, before
            if not self._print(self._fresh(printer), job, was):
                self._wait_longer(printer.id)
                return tried
            self._failures.pop(printer.id, None)
        return tried

    def _print(self, printer: KnownPrinter, job: QueuedSlip, before: Status | None) -> bool:
        """Whether the printer is worth the next job at once."""
        try:
            logo = self.store.office_config(printer.office_id).profile.get("logo")
            is_slow = printer.kind == Kind.SERIAL or printer.id in self._slow
            made = make(job.lines, printer.profile, logo, is_slow=is_slow)
        except Exception:
            log.exception("slip_impossible", job=job.id, printer=printer.slug, office=printer.office_id)
            print_queue.give_up(self.store, job.id, "impossible", self.clock())
            return True
        known = self._learned(printer, is_for_slip=True)
        if not print_queue.claim(self.store, job.id, self.owner, self.clock(), print_queue.lease_s(len(made.data))):
            return False
        began = time.monotonic()
        outcome = deliver(
            printer.kind,
            printer.address,
            made.data,
            timeout_s=self.timeout_s,
            answers=known.answers,
            before=known.status or before,
            is_proven=self._learning.is_believed(printer.kind, printer.address),
            on_quiet=lambda status: self._turned(printer, status),
        )
        self._asked[printer.id] = time.monotonic()
        if time.monotonic() - began > SLOW_S + len(made.data) / SLOW_BYTES_PER_S and outcome.evidence == "in_order":
            self._slow.add(printer.id)
        if not print_queue.finish(self.store, job.id, self.owner, outcome, self.clock(), made.length_mm):
            log.warning("job_was_taken", job=job.id, printer=printer.slug)
        self._unproven.discard(printer.id)
        if outcome.result != Result.CONFIRMED:
            facts = {"job": job.id, "printer": printer.slug, "result": outcome.result.value, "reason": outcome.reason}
            log.warning("not_printed", office=printer.office_id, **facts)
            self._asked.pop(printer.id, None)
            if printer.kind == Kind.CUPS or (outcome.reason == "hung_up" and printer.id in self._failures):
                self._unproven.add(printer.id)
        if outcome.status != Status.UNKNOWN or outcome.reason == "no_answer":
            is_only_idle = printer.id in self._unproven and outcome.status.can_print
            status = Status.UNKNOWN if is_only_idle else outcome.status
            self._note(printer, status)
        if other := self._learning.after(printer.kind, printer.address, known.answers, outcome):
            self._keep(printer, other)
        return outcome.result == Result.CONFIRMED

    def _learned(self, printer: KnownPrinter, *, is_for_slip: bool = False) -> Learned:
        known = Answers(printer.answers)
        learned = self._learning.answers(printer.kind, printer.address, known, is_for_slip=is_for_slip)
        if learned.is_sure:
            self._slow.discard(printer.id)
            self._keep(printer, learned.answers)
        return learned

    def _turned(self, printer: KnownPrinter, status: Status) -> None:
        """A printer that keeps quiet behind a slip: a copy for one that is only slow is typed too."""
        if status is Status.SLOW:
            self._slow.add(printer.id)
        self._note(printer, status)

    def _note(self, printer: KnownPrinter, status: Status) -> None:
        printer_state.note(self.store, self._fresh(printer), status, self.clock())

    def _keep(self, printer: KnownPrinter, answers: Answers) -> None:
        by_itself = Actor.system(self.clock())
        self.store.change(printer.office_id, by_itself, printer_state.keep_answers, printer.id, answers.value)

    def _ask(self, printer: KnownPrinter) -> Status:
        self._asked[printer.id] = time.monotonic()
        if not self._may_ask(printer):
            return Status.UNKNOWN
        learned = self._learned(printer)
        status = learned.status or ask(printer.kind, printer.address, self.timeout_s, answers=learned.answers)
        if status.can_print and printer.id in self._unproven:
            return Status.UNKNOWN
        if status.can_print:
            self._not_before.pop(printer.id, None)
        self._note(printer, status)
        return status

    def _may_ask(self, printer: KnownPrinter) -> bool:
        """Never while a slip is being sent; and of several processes one asks."""
        with self.store.read() as connection:
            if print_queue.is_sending(connection, printer.id):
                return False
        if self.store.is_sqlite:
            return True
        return printer_state.take_turn(self.store, printer.id, self.clock(), self.ask_s / 2)

    def _fresh(self, printer: KnownPrinter) -> KnownPrinter:
        with self.store.read() as connection:
            return printer_state.printer(connection, printer.id)

    def _wait_longer(self, printer_id: int) -> None:
        failures = self._failures.get(printer_id, 0)
        self._failures[printer_id] = failures + 1
        self._not_before[printer_id] = time.monotonic() + min(2.0**failures, self.longest_wait_s)


_IS_OWN = and_(Printer.is_active, or_(*(Printer.kind == kind for kind in OWN_KINDS)), Printer.device_id.is_(None))
_OWN: Statement[KnownPrinter] = Statement(
    select(*printer_state.COLUMNS).where(_IS_OWN).order_by(Printer.id), KnownPrinter
)
_QUEUED: Statement[int] = Statement(
    select(PrintJob.printer_id).where(UNSENT, PrintJob.state == JobState.QUEUED).distinct(), int
)


# --- who this is ---


def _this_process() -> str:
    return f"server/{socket.gethostname()}/{os.getpid()}/{_started(os.getpid())}"


def is_gone(owner: str) -> bool:
    """Whether a server process of this machine has ended; of other machines, and of agents, only the lease tells."""
    role, *rest = owner.split("/")
    if role != "server" or len(rest) != 3 or rest[0] != socket.gethostname():
        return False
    return _started(int(rest[1])) != rest[2]


def _started(pid: int) -> str:
    """When a process began, in ticks since the machine did: with it a number that was given anew is known apart."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
    except OSError:
        return ""
