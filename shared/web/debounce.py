"""Many changes, few boards: what changed is sent in the background, once for a burst."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import structlog
from flask_socketio import SocketIO

from shared.store.disk import database_away

log = structlog.get_logger()

SHARE = 5
"""At least this many times the send time lies between two boards, so sending takes at most a sixth of the loop."""
LONGEST_PAUSE_S = 0.4
AGAIN_S, GIVEN_UP_S = 1.0, 600.0
"""While the database is away a board is read again; later the round of the minute does it."""


class Debounce:
    """Calls `send(office)` in the background once for many changes, then pauses; what changed meanwhile is one more."""

    def __init__(self, socketio: SocketIO, pause_s: float, send: Callable[[int], None]) -> None:
        self._socketio, self._pause_s, self._do = socketio, pause_s, send
        self._dirty: set[int] = set()
        self._sending: set[int] = set()
        self._lock = threading.Lock()

    def add(self, office: int) -> None:
        with self._lock:
            self._dirty.add(office)
            if office in self._sending:
                return
            self._sending.add(office)
        self._socketio.start_background_task(self._send, office)

    def _send(self, office: int) -> None:
        failed_s = 0.0
        while True:
            with self._lock:
                if office not in self._dirty:
                    self._sending.discard(office)
                    return
                self._dirty.discard(office)
            began = time.perf_counter()
            try:
                self._do(office)
                failed_s = 0.0
            except Exception as error:
                if database_away(error) is None:
                    log.exception("publish_failed", office=office)
                elif failed_s < GIVEN_UP_S:
                    if failed_s == 0.0:
                        log.warning("publish_waits", office=office)
                    with self._lock:
                        self._dirty.add(office)  # the screens are old until it succeeds
                    failed_s += AGAIN_S
                    self._socketio.sleep(AGAIN_S)
                    continue
            self._socketio.sleep(max(self._pause_s, min(SHARE * (time.perf_counter() - began), LONGEST_PAUSE_S)))
