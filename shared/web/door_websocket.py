"""A websocket with limits: a message of no screen of ours, or a large one, ends the line before it is read."""

from __future__ import annotations

import contextlib
import io
import json
import re
import socket
from collections.abc import Callable
from typing import TYPE_CHECKING

import gevent
from geventwebsocket.exceptions import WebSocketError
from geventwebsocket.websocket import Header, Stream, WebSocket

if TYPE_CHECKING:
    from shared.web.door import Handler

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

    def __init__(self, environ: dict[str, object], stream: object, handler: Handler) -> None:
        super().__init__(environ, stream, handler)
        self.connection = handler.connection
        self.received = 0
        """Bytes of the message whose frames come in."""

    def identify(self) -> None:
        """The application knows who this is: it is no longer a stranger's connection that waits."""
        if self.connection is not None:
            self.connection.is_known = True
            self.connection.rest(False)

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

    def send(self, message: str | bytes, binary: bool | None = None) -> None:
        """One text to a thousand screens is one frame, made for the first of them."""
        if self.closed or self.raw_write is None or not isinstance(message, str) or binary:
            super().send(message, binary)
            return
        try:
            self.raw_write(_frame_of(message))
        except OSError:
            raise WebSocketError("closed") from None

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
        with contextlib.suppress(OSError):
            self.send_frame(code.to_bytes(2, "big") + message, self.OPCODE_CLOSE)
        self.closed = True
        self.stream = self.raw_read = self.raw_write = self.environ = None
        if code == TOO_LARGE:
            linger(sock, reader)
        with contextlib.suppress(OSError):
            sock.shutdown(socket.SHUT_RDWR)


_newest: tuple[str, bytes] = ("", b"")
"""The last text that was sent, and its frame."""


def _frame_of(text: str) -> bytes:
    global _newest
    known, frame = _newest
    if text is not known:
        body = text.encode()
        frame = bytes(Header.encode_header(True, WebSocket.OPCODE_TEXT, b"", len(body), 0)) + body
        _newest = text, frame
    return frame


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
        sock.shutdown(socket.SHUT_WR)
        left = MOST_DISCARDED
        while left > 0 and (got := len(reader.read1(65_536))):
            left -= got
