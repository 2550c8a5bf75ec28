"""Sends what lies in the outbox: one worker per receiver, so that one that does not answer holds up nobody else."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from datetime import datetime

import structlog

from shared.domain.outbox import next_try
from shared.engine.rounds import Rounds
from shared.store import outbox
from shared.store.office import Store
from shared.store.outbox import Letter
from shared.web.outgoing.posting import Undelivered

log = structlog.get_logger()

LOOK_S = 5.0
"""How often the rows are looked at when nobody knocks: for what is to be tried again, and for other processes."""
REST_S = 0.2
"""After a look: a burst of clicks is one look."""

Send = Callable[[Letter], None]
"""Carries one letter out; raises `Undelivered`."""


class Outgoing(Rounds):
    """Takes letters to whoever carries them. `carriers`: `domain.outbox.Carrier` value -> how."""

    def __init__(self, store: Store, clock: Callable[[], datetime], carriers: Mapping[str, Send]) -> None:
        super().__init__(store, look_s=LOOK_S, rest_s=REST_S, fault="outgoing_failed")
        self.clock, self.carriers = clock, dict(carriers)

    def look(self) -> list[threading.Thread]:
        """Starts a worker for each receiver that has something to get; those workers."""
        with self.store.read() as connection:
            if not outbox.is_any_due(connection, self.clock()):
                return []
        letters: dict[tuple[str, int, int | None], list[Letter]] = {}
        for letter in self.store.write_with(outbox.take, self.clock()):
            letters.setdefault(letter.line, []).append(letter)
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
        self.knock.set()  # there may be more than one look takes

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
