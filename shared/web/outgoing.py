"""Sends what lies in the outbox: one worker per receiver, so that one that does not answer holds up nobody else."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from datetime import datetime

import structlog

from shared.domain.outbox import next_try
from shared.store import outbox
from shared.store.office import Store
from shared.store.outbox import Letter
from shared.web.webhooks import Undelivered

log = structlog.get_logger()

LOOK_S = 5.0
"""How often the rows are looked at when nobody knocks: for what is to be tried again, and for other processes."""
REST_S = 0.2
"""After a look: a burst of clicks is one look."""

Send = Callable[[Letter], None]
"""Carries one letter out; raises `Undelivered`."""


class Outgoing:
    """Takes letters to whoever carries them. `carriers`: `domain.outbox.Carrier` value -> how."""

    def __init__(self, store: Store, clock: Callable[[], datetime], carriers: Mapping[str, Send]) -> None:
        self.store, self.clock, self.carriers = store, clock, dict(carriers)
        self._knock = threading.Event()
        self._stopping = False
        store.on_change(lambda _office, _version: self._knock.set())

    def run(self) -> None:
        """Returns after `stop`; to be run beside the server."""
        while not self._stopping:
            try:
                self.look()
            except Exception:
                log.exception("outgoing_failed")
            self._knock.wait(LOOK_S)
            self._knock.clear()
            time.sleep(REST_S)

    def stop(self) -> None:
        """Lets `run` return."""
        self._stopping = True
        self._knock.set()

    def look(self) -> list[threading.Thread]:
        """Starts a worker for each receiver that has something to get; those workers."""
        with self.store.read() as connection:
            if not outbox.is_any_due(connection, self.clock()):
                return []
        letters: dict[tuple[str, int | None], list[Letter]] = {}
        for letter in self.store.write_with(outbox.take, self.clock()):
            letters.setdefault((letter.channel, letter.receiver_id), []).append(letter)
        workers = [threading.Thread(target=self._carry, args=(each,), daemon=True) for each in letters.values()]
        for worker in workers:
            worker.start()
        return workers

    def _carry(self, letters: list[Letter]) -> None:
        """In their order. A receiver that does not answer is not asked again at once for the others."""
        for place, letter in enumerate(letters):
            fault = self._try(letter)
            if fault is not None:
                self.store.write_with(outbox.failed, letter, fault.fault, self.clock(), for_good=fault.for_good)
                log.warning("letter_failed", letter=letter.id, office=letter.office_id, fault=fault.fault)
                if not fault.for_good and place + 1 < len(letters):
                    again_at = next_try(letter.attempts, self.clock()) or self.clock()
                    self.store.write_with(outbox.put_back, letters[place + 1 :], again_at)
                    return
            else:
                self.store.write_with(outbox.sent, letter, self.clock())
        self._knock.set()  # there may be more than one look takes

    def _try(self, letter: Letter) -> Undelivered | None:
        carry = self.carriers.get(letter.channel)
        if carry is None:
            return Undelivered("no_carrier")
        try:
            carry(letter)
        except Undelivered as fault:
            return fault
        except Exception:
            log.exception("letter_failed", letter=letter.id)
            return Undelivered("error")
        return None
