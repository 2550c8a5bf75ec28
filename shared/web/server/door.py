"""The server's front door: how long a client may take, how much it may send, how many connections it may hold.

gevent's server waits for a client for ever and gevent-websocket reads a frame of any size. Here every wait has a
deadline, every buffer a limit, and no address more than its share. Knows nothing of what a request is about.
"""

from __future__ import annotations

import contextlib
import logging
import socket
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, BinaryIO

import gevent
from gevent.pywsgi import Input
from geventwebsocket.handler import WebSocketHandler
from geventwebsocket.websocket import Stream
from gunicorn.workers.ggevent import GeventPyWSGIWorker, PyWSGIServer

from shared.web import quirks
from shared.web.server.door_websocket import MOST_DISCARDED, NOT_OURS, LimitedWebSocket, linger
from shared.web.server.machine import is_own, plain, source
from shared.web.server.places import PLACES
from shared.web.server.tls import Renewed

if TYPE_CHECKING:
    from email.message import Message

FIRST_S = 10
"""A new connection says within this time what it wants."""
KEPT_S = 75
"""One that was answered may rest this long before its next request."""
HEADERS_S = 10
"""From the first byte of a request to the end of its headers."""
MOST_HEADER_BYTES = 32_000
BODY_IDLE_S = 20
"""Between two pieces of a body."""
SLOWEST_BODY = 2_000
"""Bytes a second, once `BODY_IDLE_S` have gone."""

CONNECT_S = 10
"""A websocket says within this time who it is."""

SHARE = 60
"""Connections of one address, or of one house with IPv6, that are not websockets of somebody known."""
RESERVED = 0.1
"""The part of all places that only the server's own machine gets."""


HANDSHAKE_S = 10
"""A client of https proves within this time that it can."""


class OpenConnection:
    """One open connection of a client. `source`: with whose others it is counted.

    `is_waiting`: nobody works for it: it rests, or says its request, or not yet who it is.
    """

    __slots__ = ("is_known", "is_waiting", "since", "socket", "source")

    def __init__(self, source: str, sock: socket.socket) -> None:
        self.source, self.socket = source, sock
        self.is_known = False
        self.rest(True)

    def rest(self, is_waiting: bool) -> None:
        self.is_waiting = is_waiting
        self.since = time.monotonic()

    def cut(self) -> None:
        """Whoever waits for it wakes up and finds the line closed."""
        with contextlib.suppress(OSError):
            # Not the socket's own: with TLS that would take the key from whoever still reads.
            socket.socket.shutdown(self.socket, socket.SHUT_RDWR)


class Door:
    """Who is inside. At the limit of a source, that connection of it that waits longest gives way to the newest."""

    def __init__(self, share: int = SHARE, places: int = PLACES) -> None:
        self.share, self.places = share, places
        self._inside: dict[socket.socket, OpenConnection] = {}
        self._of_source: dict[str, dict[socket.socket, OpenConnection]] = {}

    def enter(self, sock: socket.socket, address: str, trusted: frozenset[str]) -> bool:
        """Whether the new connection may come in. `trusted`: addresses without a share of their own, as of a proxy."""
        is_here = not address or is_own(address)  # one without an address comes through a Unix socket
        places = self.places if is_here else int(self.places * (1 - RESERVED))
        has_share = not is_here and plain(address) not in trusted
        connection = OpenConnection(source(address), sock)
        same = self._of_source.get(connection.source, {})
        if has_share and sum(not each.is_known for each in same.values()) >= self.share:
            if not self._make_room(same):
                return False
        elif len(self._inside) >= places and not self._make_room(self._largest()):
            return False
        self._keep(connection)
        return True

    def leave(self, sock: socket.socket) -> None:
        connection = self._inside.pop(sock, None)
        if connection is None:
            return
        same = self._of_source[connection.source]
        del same[sock]
        if not same:
            del self._of_source[connection.source]

    def secure(self, unsecured: socket.socket, secured: socket.socket) -> bool:
        """The connection goes on encrypted; whether it is still inside."""
        connection = self._inside.get(unsecured)
        if connection is None:
            return False
        self.leave(unsecured)
        connection.socket = secured
        self._keep(connection)
        return True

    def find(self, sock: socket.socket) -> OpenConnection | None:
        return self._inside.get(sock)

    def close(self) -> None:
        """The server stops: what nobody works for ends now."""
        for connection in list(self._inside.values()):
            if connection.is_waiting or connection.is_known:
                connection.cut()

    def _keep(self, connection: OpenConnection) -> None:
        self._inside[connection.socket] = connection
        self._of_source.setdefault(connection.source, {})[connection.socket] = connection

    def _largest(self) -> dict[socket.socket, OpenConnection]:
        """The connections of the source that has most of those that wait."""
        return max(
            self._of_source.values(), key=lambda same: sum(each.is_waiting for each in same.values()), default={}
        )

    def _make_room(self, among: dict[socket.socket, OpenConnection]) -> bool:
        oldest = min((each for each in among.values() if each.is_waiting), key=lambda each: each.since, default=None)
        if oldest is None:
            return False
        self.leave(oldest.socket)
        oldest.cut()
        return True


class LimitedHeaders:
    """What `http.client` reads the headers from; all of them together have a limit."""

    def __init__(self, reader: BinaryIO) -> None:
        self._reader, self._left = reader, MOST_HEADER_BYTES

    def readline(self, limit: int = -1) -> bytes:
        line: bytes = self._reader.readline(min(limit, self._left) if limit >= 0 else self._left)
        self._left -= len(line)
        if self._left <= 0:
            raise ValueError("headers too large")
        if not line.endswith(b"\n"):
            raise ConnectionResetError("the client went away within its headers")
        return line


class TimedInput(Input):  # type: ignore[misc]
    """The body of a request: a client that stops sending loses its connection."""

    __slots__ = ("began", "handler")

    def __init__(self, handler: Handler) -> None:
        given = handler.wsgi_input
        super().__init__(given.rfile, given.content_length, given.socket, given.chunked_input)
        self.handler = handler
        self.began: float | None = None

    def read(self, length: int | None = None) -> bytes:
        with self._deadline() as is_wanted:
            return bytes(super().read(length)) if is_wanted else b""

    def readline(self, size: int | None = None) -> bytes:
        with self._deadline() as is_wanted:
            return bytes(super().readline(size)) if is_wanted else b""

    @property
    def is_unread(self) -> bool:
        if self.chunked_input:
            return bool(self.chunk_length != 0)
        return bool(self.position < (self.content_length or 0))

    @contextlib.contextmanager
    def _deadline(self) -> Iterator[bool]:
        """Yields whether to read on: what is left after the answer is dropped when it is much."""
        handler = self.handler
        if self.began is None:
            self.began = time.monotonic()
        allowed_s = BODY_IDLE_S + self.position / SLOWEST_BODY
        if handler.headers_sent and (handler.close_connection or (self.content_length or 0) > MOST_DISCARDED):
            handler.close_connection = True
            yield False
            return
        connection = handler.connection
        handler.socket.settimeout(BODY_IDLE_S)
        if connection is not None:
            connection.rest(True)
        try:
            if time.monotonic() - self.began > allowed_s:
                raise TimeoutError("body too slow")
            yield True
        except OSError:
            handler.close_connection = True  # what comes next on it would be the rest of this body
            raise
        finally:
            handler.socket.settimeout(None)
            if connection is not None:
                connection.rest(False)


class Handler(quirks.OnePiece, WebSocketHandler):  # type: ignore[misc]
    """Reads requests with deadlines."""

    connection: OpenConnection | None = None
    wsgi_input: Input
    websocket: LimitedWebSocket
    _clock: gevent.Timeout
    _is_first = True

    def handle(self) -> None:
        self.connection = self.server.door.find(self.socket)
        with contextlib.suppress(OSError):
            super().handle()

    def handle_one_request(self) -> object:
        self._rest(True)
        self._clock = gevent.Timeout.start_new(FIRST_S if self._is_first else KEPT_S)
        self._is_first = False
        try:
            answer = super().handle_one_request()
        except gevent.Timeout as late:
            if late is not self._clock:
                raise
            return None
        finally:
            self._clock.close()
        if answer is None and isinstance(self.wsgi_input, TimedInput) and self.wsgi_input.is_unread:
            linger(self.socket, self.rfile)
        return answer

    def read_requestline(self) -> str:
        """Waits for the first byte under the clock of `handle_one_request`; from then on the time is short."""
        self.rfile.peek(1)
        self._clock.close()
        self._clock = gevent.Timeout.start_new(HEADERS_S)
        return str(super().read_requestline())

    def read_request(self, raw_requestline: str) -> bool:
        try:
            was_read = bool(super().read_request(raw_requestline))
        except OSError:
            raise self._clock from None  # a client that went away is no fault of the server, and gets no answer
        self._clock.close()
        self._rest(False)
        return was_read

    def MessageClass(self, reader: BinaryIO, *_: object) -> Message:
        headers: Message = super().MessageClass(LimitedHeaders(reader))
        return headers

    def get_environ(self) -> dict[str, object]:
        environ: dict[str, object] = super().get_environ()
        if environ["wsgi.input"] is self.wsgi_input:
            environ["wsgi.input"] = self.wsgi_input = TimedInput(self)
        return environ

    def upgrade_connection(self) -> object:
        refused = super().upgrade_connection()
        if hasattr(self, "websocket"):
            self.websocket.closed = True  # or it says good-bye when it is thrown away
            self.websocket = self.environ["wsgi.websocket"] = LimitedWebSocket(self.environ, Stream(self), self)
        return refused

    def run_websocket(self) -> None:
        self._rest(True)
        websocket: LimitedWebSocket = self.websocket
        late = gevent.spawn_later(CONNECT_S, _close_stranger, websocket)
        try:
            super().run_websocket()
        finally:
            late.kill(block=False)
            websocket.close()

    def log_request(self) -> None:
        """The log is of what happens, not of who asks."""

    def log_error(self, msg: str, *args: object) -> None:
        """A request that is none is no fault of the server: nobody can fill the log with them."""

    def _rest(self, is_waiting: bool) -> None:
        if self.connection is not None:
            self.connection.rest(is_waiting)


def _close_stranger(websocket: LimitedWebSocket) -> None:
    if websocket.connection is None or not websocket.connection.is_known:
        websocket.close(NOT_OURS)


class DoorServer(PyWSGIServer):  # type: ignore[misc]
    """Counts connections when they are accepted."""

    door = Door()
    trusted: frozenset[str] = frozenset()
    logger = logging.getLogger("loket.websocket")
    """Where gevent-websocket complains about clients: nowhere, unless somebody asks for it."""
    logger.setLevel(logging.CRITICAL)
    tls: Renewed | None = None
    tls_port = 0

    def __init__(self, listener: socket.socket, *args: object, environ: dict[str, object], **options: object) -> None:
        if self.tls is not None and listener.getsockname()[1] == self.tls_port:
            options["ssl_context"] = self.tls.context
            environ = {**environ, "wsgi.url_scheme": "https"}
        super().__init__(listener, *args, environ=environ, **options)

    def wrap_socket_and_handle(self, client_socket: socket.socket, address: object) -> None:
        """The handshake has a deadline too."""
        if self.tls is not None:
            self.tls.look()
        try:
            secured = self.wrap_socket(client_socket, do_handshake_on_connect=False, **self.ssl_args)
        except OSError:
            return
        try:
            is_inside = self.door.secure(client_socket, secured)
            with contextlib.suppress(OSError), gevent.Timeout(HANDSHAKE_S, False):
                secured.do_handshake()
            if is_inside and secured.version() is not None:
                self.handle(secured, address)
        finally:
            self.door.leave(secured)
            secured.close()

    def do_handle(self, sock: socket.socket, address: object) -> None:
        if not self.door.enter(sock, _ip(address), self.trusted):
            sock.close()
            return
        # A machine that was switched off says no good-bye: the kernel asks after a minute.
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        if hasattr(socket, "TCP_KEEPIDLE") and sock.family != socket.AF_UNIX:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 60)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, 10)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPCNT, 3)
        super().do_handle(sock, address)

    def do_close(self, sock: socket.socket, address: object = None) -> None:
        self.door.leave(sock)
        super().do_close(sock)

    def close(self) -> None:
        super().close()
        self.door.close()


def _ip(address: object) -> str:
    return str(address[0]) if isinstance(address, tuple) else ""


class Worker(GeventPyWSGIWorker):  # type: ignore[misc]
    """gunicorn's gevent worker with this door."""

    server_class = DoorServer
    wsgi_handler = Handler
