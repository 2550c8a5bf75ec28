"""The live line: one event, `board`, always the whole public picture of one office, pushed after every commit."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime
from typing import Any

import structlog
from flask import Flask, g, request
from flask_login import current_user
from flask_socketio import ConnectionRefusedError, SocketIO, join_room

from shared.domain.errors import Refusal
from shared.store import reads
from shared.store.office import Store
from shared.web.auth import device
from shared.web.screen import office_id

log = structlog.get_logger()

PING_S, PING_TIMEOUT_S = 10, 5
PAUSE_S = 0.02
"""After a board was sent, the next one of the same office waits this long: a burst of clicks is one board."""


class Live:
    """Sends the board of an office to everybody in its room."""

    def __init__(self, app: Flask, store: Store, clock: Callable[[], datetime], **options: Any) -> None:
        self.store, self.clock = store, clock
        self.build: str = app.config["BUILD"]
        self.socketio = SocketIO(
            app, ping_interval=PING_S, ping_timeout=PING_TIMEOUT_S, transports=["websocket"], **options
        )
        self.socketio.on_event("connect", self._connect)
        self._dirty: set[int] = set()
        self._sending: set[int] = set()
        self._lock = threading.Lock()
        store.on_change(self.publish)

    def board(self, office: int) -> dict[str, Any]:
        """The public picture now."""
        with self.store.read() as connection:
            setup = self.store.setups.read(connection, office)
            return {**reads.board(connection, setup, self.clock()), "build": self.build}

    def publish(self, office: int, _version: int) -> None:
        """Marks the office as changed; a background task sends its newest board, once however often it changed."""
        with self._lock:
            self._dirty.add(office)
            if office in self._sending:
                return
            self._sending.add(office)
        self.socketio.start_background_task(self._send, office)

    def _send(self, office: int) -> None:
        while True:
            with self._lock:
                if office not in self._dirty:
                    self._sending.discard(office)
                    return
                self._dirty.discard(office)
            try:
                self.socketio.emit("board", self.board(office), to=room(office))
            except Exception:
                log.exception("publish_failed", office=office)
            self.socketio.sleep(PAUSE_S)

    def _connect(self, asked: Any = None) -> None:
        """Lets in whoever may see the board; the newest one is the first thing that they get."""
        asked = asked if isinstance(asked, dict) else {}
        try:
            g.office = str(asked.get("office", ""))
            g.office_id = office_id(g.office)
            if not self._may_see(asked):
                raise ConnectionRefusedError("not_paired")
        except Refusal as error:
            raise ConnectionRefusedError(error.code) from None
        join_room(room(g.office_id))
        self.socketio.emit("board", self.board(g.office_id), to=request.sid)  # type: ignore[attr-defined]

    def _may_see(self, asked: dict[str, Any]) -> bool:
        if current_user.is_authenticated and current_user.office_id == g.office_id:
            return True
        if asked.get("ticket"):
            with self.store.read() as connection:
                row = reads.ticket_by_token(connection, str(asked["ticket"]))
            return row is not None and row.office_id == g.office_id
        return asked.get("screen") in ("display", "kiosk") and device(asked["screen"]) is not None


def room(office: int) -> str:
    return f"office:{office}"
