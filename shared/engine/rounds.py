"""Work beside the server: looked for after each change of an office, and every so often when nobody knocks."""

from __future__ import annotations

import threading
import time

import structlog

from shared.store.disk import database_away
from shared.store.office import Store

log = structlog.get_logger()


class Rounds:
    """Calls `look` again and again. `look_s`: how often when nobody knocks; `rest_s`: after each, so that a burst of
    clicks is one look; `fault`: what the log says of a look that failed.
    """

    def __init__(self, store: Store, *, look_s: float, rest_s: float, fault: str) -> None:
        self.store, self.look_s, self.rest_s, self.fault = store, look_s, rest_s, fault
        self.knock = threading.Event()
        self.is_stopping = False
        self._is_away = False
        store.on_change(lambda _office, _version: self.knock.set())

    def look(self) -> object:
        raise NotImplementedError

    def run(self) -> None:
        """Returns after `stop`; to be run beside the server."""
        while not self.is_stopping:
            try:
                self.look()
                self._is_away = False
            except Exception as error:  # noqa: BLE001 (told in `_tell`)
                self._tell(error)
            self.knock.wait(self.look_s)
            self.knock.clear()
            time.sleep(self.rest_s)

    def stop(self) -> None:
        """Lets `run` return; what is being done is finished."""
        self.is_stopping = True
        self.knock.set()

    def _tell(self, error: Exception) -> None:
        """One line for a database that is away, however often it is asked."""
        away = database_away(error)
        if away is None:
            log.error(self.fault, exc_info=error)
        elif not self._is_away:
            log.warning(self.fault, code=away.code)
        self._is_away = away is not None
