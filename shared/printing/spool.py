"""Takes print jobs from their rows to the printers: one worker per printer, so that a dead one blocks nobody."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime
from typing import Any, cast

import structlog
from sqlalchemy import Row, select, update

from shared.domain.slip import from_json
from shared.loop import off_the_loop
from shared.printing.bytes import render
from shared.printing.connections import Answers, Kind, Outcome, Result, deliver
from shared.store.office import Store
from shared.store.tables import Printer, PrintJob

log = structlog.get_logger()

LOOK_S = 1.0
"""How often the rows are looked at when nobody knocks: other processes write jobs too."""


class Spooler:
    """Prints what is queued. `clock`: aware moments."""

    def __init__(self, store: Store, clock: Callable[[], datetime]) -> None:
        self.store, self.clock = store, clock
        self._knock = threading.Event()
        self._busy: set[int] = set()
        store.on_change(lambda _office, _version: self._knock.set())

    def run(self) -> None:
        """Never returns; to be run beside the server."""
        while True:
            try:
                self._start_workers()
            except Exception:
                log.exception("spooler_failed")
            self._knock.wait(LOOK_S)
            self._knock.clear()

    def _start_workers(self) -> None:
        with self.store.read() as connection:
            printers = connection.execute(
                select(Printer).where(
                    Printer.id.in_(select(PrintJob.printer_id).where(PrintJob.state.in_(("queued", "sending"))))
                )
            ).all()
        for printer in printers:
            if printer.id not in self._busy:
                self._busy.add(printer.id)
                threading.Thread(target=self._work, args=(printer,), daemon=True).start()

    def _work(self, printer: Row[Any]) -> None:
        try:
            while (job := self._oldest(printer.id)) is not None:
                self._print(printer, job)
        except Exception:
            log.exception("printer_failed", printer=printer.slug, office=printer.office_id)
        finally:
            self._busy.discard(printer.id)

    def _oldest(self, printer_id: int) -> Row[Any] | None:
        with self.store.read() as connection:
            return connection.execute(
                select(PrintJob)
                .where(PrintJob.printer_id == printer_id, PrintJob.state.in_(("queued", "sending")))
                .order_by(PrintJob.id)
                .limit(1)
            ).first()

    def _print(self, printer: Row[Any], job: Row[Any]) -> None:
        if job.expires_at is not None and job.expires_at < self.clock():
            self._end(job, "expired")
            return
        if printer.kind == "virtual":
            self._end(job, "confirmed")
            return
        self._set(job, state="sending", attempts=job.attempts + 1)
        outcome = off_the_loop(_deliver, printer, job)
        if outcome.result == Result.CONFIRMED:
            self._end(job, "confirmed")
        else:
            self._end(job, "failed", outcome.reason)
        self.store.write(
            update(Printer).where(Printer.id == printer.id).values(status=outcome.status.value, status_at=self.clock())
        )

    def _end(self, job: Row[Any], state: str, fault: str | None = None) -> None:
        self._set(job, state=state, fault=fault, ended_at=self.clock())

    def _set(self, job: Row[Any], **columns: Any) -> None:
        self.store.write(update(PrintJob).where(PrintJob.id == job.id).values(**columns))


def _deliver(printer: Row[Any], job: Row[Any]) -> Outcome:
    data = render(from_json(job.lines), printer.profile)
    return deliver(cast(Kind, printer.kind), printer.address, data, answers=Answers(printer.answers))
