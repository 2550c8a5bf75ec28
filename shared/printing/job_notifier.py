"""Wakes the print agent: a websocket on which the server says that there is a slip; the slip itself comes by HTTP.

Nothing depends on it. While it is down, and if it ever keeps quiet, the agent's questions find the slip all the same.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

import socketio
import structlog

log = structlog.get_logger()

ANSWER_S = 10.0
"""A server that does not answer for so long is not there."""
PAUSE_S = 2.0
"""Between two tries to reach the server."""
LOOK_S = 5.0


class JobNotifier:
    """Calls `ring` when the server has something for the agent. `server`: such as http://10.0.0.2:8000."""

    def __init__(self, server: str, office: str, token: str, ring: Callable[[], None]) -> None:
        self.server, self.office, self.token, self.ring = server, office, token, ring
        self.is_open = False
        """Whether the server can be heard at this moment."""
        self._stopping = threading.Event()
        self._gone = threading.Event()

    def run(self) -> None:
        """Until `stop`: a line that broke is made again; to be run beside the agent."""
        while not self._stopping.is_set():
            try:
                self._listen()
            except (socketio.exceptions.SocketIOError, OSError) as error:
                log.info("no_live_line", server=self.server, error=str(error))
            self._stopping.wait(PAUSE_S)

    def stop(self) -> None:
        self._stopping.set()
        self._gone.set()

    def _listen(self) -> None:
        client = socketio.Client(reconnection=False, handle_sigint=False, request_timeout=ANSWER_S)
        self._gone.clear()
        client.on("device", self._heard)
        client.on("disconnect", lambda *_why: self._gone.set())
        client.connect(
            self.server,
            headers={"Authorization": f"Bearer {self.token}"},
            auth={"office": self.office, "screen": "agent"},
            transports=["websocket"],
            wait_timeout=ANSWER_S,
        )
        try:
            self.is_open = True
            self.ring()
            while client.connected and not self._stopping.is_set():
                self._gone.wait(LOOK_S)
        finally:
            self.is_open = False
            client.disconnect()

    def _heard(self, told: object) -> None:
        if isinstance(told, dict) and told.get("do") == "print":
            self.ring()
