"""The yardstick of the live line: the same WebSocket library and nothing else. A POST sends one text to all screens.

Run as `python -m shared.bench.bare PORT BYTES`.
"""

from __future__ import annotations

from gevent import monkey

monkey.patch_all()

import sys  # noqa: E402
from collections.abc import Callable, Iterable  # noqa: E402
from socket import IPPROTO_TCP, TCP_NODELAY, create_server  # noqa: E402
from typing import Any  # noqa: E402

from gevent.pywsgi import WSGIServer  # noqa: E402
from geventwebsocket.exceptions import WebSocketError  # noqa: E402
from geventwebsocket.handler import WebSocketHandler  # noqa: E402

_ANSWER = b'{"id": 1}'


class Bare:
    """Its text looks like a board to the client: a version and as many bytes."""

    def __init__(self, size: int) -> None:
        self.size, self.version = size, 0
        self.sockets: set[Any] = set()

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., object]) -> Iterable[bytes]:
        socket = environ.get("wsgi.websocket")
        if socket is None:
            self.version += 1
            for each in tuple(self.sockets):
                self._send(each)
            start_response("200 OK", [("Content-Length", str(len(_ANSWER))), ("Content-Type", "application/json")])
            return [_ANSWER]
        self.sockets.add(socket)
        try:
            socket.send(self._text())
            while socket.receive() is not None:
                pass
        except WebSocketError:
            pass  # the client of the round before hung up
        finally:
            self.sockets.discard(socket)
        return []

    def _send(self, socket: Any) -> None:
        try:
            socket.send(self._text())
        except WebSocketError:
            self.sockets.discard(socket)

    def _text(self) -> str:
        return f'42["board",{{"version":{self.version}}}]'.ljust(self.size)


def serve(port: int, application: Callable[..., object]) -> None:
    """Listens as gunicorn does: nothing waits for more to send (accepted sockets inherit it)."""
    listener = create_server(("127.0.0.1", port), backlog=256)
    listener.setsockopt(IPPROTO_TCP, TCP_NODELAY, 1)
    WSGIServer(listener, application, handler_class=WebSocketHandler, log=None).serve_forever()


if __name__ == "__main__":
    serve(int(sys.argv[1]), Bare(int(sys.argv[2])))
