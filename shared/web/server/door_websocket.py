"""A websocket with limits: a message of no screen of ours, or a large one, ends the line before it is read.

It also writes a whole picture past everything that waits: see `LimitedWebSocket.show`.
"""

from __future__ import annotations

import contextlib
import io
import json
import re
import socket
from collections.abc import Callable
from typing import TYPE_CHECKING

import gevent
from gevent.lock import Semaphore
from geventwebsocket.exceptions import WebSocketError
from geventwebsocket.websocket import Header, Stream, WebSocket

from shared.web import quirks

if TYPE_CHECKING:
    from shared.web.lines import Line
    from shared.web.server.door import Handler

MOST_MESSAGE = 16_000
"""Bytes of one websocket message: clients say who they are, answer pings, and nothing else."""
SLACK_S = 5
"""A websocket that is silent this much longer than Engine.IO's own limit is dead."""
TOO_LARGE, NOT_OURS = 1009, 1008
MOST_DISCARDED = 4_000_000
"""What is still read of a body that nobody wants, so that the client can read why."""
LINGER_S = 2


class LimitedWebSocket(WebSocket):  # type: ignore[misc]
    """Refuses a frame by its header, before any of it is read, and messages that no screen of ours sends."""

    closed: bool
    stream: Stream | None
    raw_read: Callable[[int], bytes] | None
    raw_write: Callable[[bytes], None] | None
    environ: dict[str, object] | None

    def __init__(self, environ: dict[str, object], stream: Stream, handler: Handler) -> None:
        super().__init__(environ, stream, handler)
        self.connection = handler.connection
        self._sendall: Callable[[bytes], None] = stream.write
        self.raw_write = self._write
        self._writing = Semaphore()
        self._newest: bytes | None = None
        """A picture that came while the client did not read: it takes the place of those before it."""
        self._line: Line | None = None
        self.queued: Callable[[], int] = lambda: 1
        """How much waits to be sent here: `show` goes past nothing of it."""
        # Only gevent's own sockets: past an encrypted one nothing may be written.
        self._write_now = quirks.writer(handler.socket) if type(handler.socket) is gevent.socket.socket else None
        self.received = 0
        """Bytes of the message whose frames come in."""

    def identify(self) -> None:
        """The application knows who this is: it is no longer a stranger's connection that waits."""
        if self.connection is not None:
            self.connection.is_known = True
            self.connection.rest(False)

    def attend(self, line: Line, queued: Callable[[], int]) -> None:
        """Tells the line from now on when it is free: after the next message, if nothing waits then."""
        self._line, self.queued, line.write = line, queued, self._write_now

    def settimeout(self, seconds: float) -> None:
        """Engine.IO asks for it: how long the client may be silent, or not read."""
        self.handler.socket.settimeout(seconds + SLACK_S)

    def read_frame(self) -> tuple[object, bytes | bytearray]:
        header = Header.decode_header(self.stream)
        is_control = header.opcode > self.OPCODE_BINARY
        self.received = header.length + (0 if is_control else self.received)
        if header.flags or not header.mask or self.received > MOST_MESSAGE:
            self.close(TOO_LARGE if self.received > MOST_MESSAGE else NOT_OURS)
            raise WebSocketError("refused")
        if header.fin and not is_control:
            self.received = 0
        payload = self.raw_read(header.length) if header.length and self.raw_read else b""
        if len(payload) != header.length:
            raise WebSocketError("closed")
        return header, header.unmask_payload(payload) if payload else b""

    def show(self, frame: bytes) -> bool:
        """Writes a whole picture, as far as the client takes it now, and never waits; False: `send` has to do it.

        A client that is behind gets the rest, and then only the newest of what came meanwhile: never are more than
        two pictures kept for it. One that reads nothing for long is cut, as in `send`.
        """
        if self._writing.locked():
            self._newest = frame
            return True
        if self.closed or self._write_now is None or self.queued():
            return False
        try:
            written = self._write_now(frame)
        except BlockingIOError:
            written = 0
        except OSError:
            return False
        if written < len(frame):
            self.write_rest(frame[written:])
        return True

    def write_rest(self, rest: bytes) -> None:
        """In the background; whatever else is to be written waits for it."""
        self._acquire()
        gevent.spawn(self._finish, rest)

    def _finish(self, rest: bytes) -> None:
        """Without the rest of a frame nothing that follows could be read."""
        try:
            self._write_on(rest)
        except OSError:
            self.close()

    def _write(self, frame: bytes) -> None:
        self._acquire()
        self._write_on(frame)

    def _acquire(self) -> None:
        self._writing.acquire()
        if self._line is not None:
            self._line.is_free = False

    def _write_on(self, piece: bytes | None) -> None:
        """Writes it and the newest picture, and lets the next one write."""
        try:
            while piece is not None and not self.closed:
                self._sendall(piece)
                piece, self._newest = self._newest, None
        finally:
            self._writing.release()
            if self._line is not None and self._write_now is not None and not self.closed and not self.queued():
                self._line.is_free = True

    def receive(self) -> str | None:
        if self.closed:
            return None
        message: str | bytes | None = super().receive()
        if message is None or (isinstance(message, str) and _is_ours(message)):
            return message
        self.close(NOT_OURS)
        return None

    def close(self, code: int = 1000, message: bytes = b"") -> None:
        """Says why, and ends the connection too: gevent-websocket does neither, and a dead client never closes it."""
        if self.closed:
            return
        sock, reader = self.handler.socket, self.handler.rfile
        if self._line is not None:
            self._line.is_free = False
            self._line = None  # for good
        if not self._writing.locked():  # in the middle of another frame it would be no word
            with contextlib.suppress(OSError):
                self.send_frame(code.to_bytes(2, "big") + message, self.OPCODE_CLOSE)
        self.closed = True
        self.stream = self.raw_read = self.raw_write = self.environ = self._newest = None
        if code == TOO_LARGE:
            linger(sock, reader)
        with contextlib.suppress(OSError):
            gevent.socket.socket.shutdown(sock, socket.SHUT_RDWR)  # see `OpenConnection.cut`


_PACKET = re.compile(r"3(probe)?|1|41|40(\{.*\})?", re.DOTALL)


def _is_ours(message: str) -> bool:
    """A packet of Socket.IO that a screen sends: who it is, a pong, good-bye."""
    if not _PACKET.fullmatch(message):
        return False
    if message.startswith("40{"):
        try:
            json.loads(message[2:])
        except (ValueError, RecursionError):
            return False
    return True


def linger(sock: socket.socket, reader: io.BufferedReader) -> None:
    """Reads on for a moment after the last word: closed at once, the client would see a reset instead of it."""
    with contextlib.suppress(OSError, ValueError), gevent.Timeout(LINGER_S, False):
        socket.socket.shutdown(sock, socket.SHUT_WR)
        left = MOST_DISCARDED
        while left > 0 and (got := len(reader.read1(65_536))):
            left -= got
