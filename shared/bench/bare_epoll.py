"""The yardstick of the fan-out: a WebSocket server that is one loop around epoll. A POST sends one text to all screens.

It greets, sends and forgets; what screens say it throws away. Run as `python -m shared.bench.bare_epoll PORT BYTES`.
"""

from __future__ import annotations

import base64
import re
import select
import socket
import sys
from hashlib import sha1

_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
_ANSWER = b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{"id": 1}'


class BareEpoll:
    """Its text looks like a board to the client: a version and as many bytes."""

    def __init__(self, port: int, size: int) -> None:
        self.size, self.version = size, 0
        self.listener = socket.create_server(("127.0.0.1", port), backlog=1024)
        self.poll = select.epoll()
        self.poll.register(self.listener, select.EPOLLIN)
        self.clients: dict[int, socket.socket] = {}
        self.screens: dict[int, socket.socket] = {}

    def serve(self) -> None:
        while True:
            for number, _ in self.poll.poll():
                if number == self.listener.fileno():
                    client, _ = self.listener.accept()
                    client.setblocking(False)
                    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                    self.clients[client.fileno()] = client
                    self.poll.register(client, select.EPOLLIN)
                else:
                    self._hear(number)

    def _hear(self, number: int) -> None:
        client = self.clients[number]
        try:
            said = client.recv(65536)
        except OSError:
            said = b""
        if not said:
            self._end(number)
        elif said.startswith(b"POST"):
            self.version += 1
            frame = self._frame()
            for each, screen in tuple(self.screens.items()):
                try:
                    screen.send(frame)
                except OSError:
                    self._end(each)
            client.send(_ANSWER)
        elif said.startswith(b"GET /metrics"):
            client.send(_ANSWER)
        elif said.startswith(b"GET"):
            key = re.search(rb"Sec-WebSocket-Key: *(\S+)", said)
            accepted = base64.b64encode(sha1((key[1] if key else b"") + _GUID).digest())
            upgrade = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            client.send(upgrade + b"Sec-WebSocket-Accept: " + accepted + b"\r\n\r\n" + self._frame())
            self.screens[number] = client

    def _end(self, number: int) -> None:
        self.poll.unregister(number)
        self.screens.pop(number, None)
        self.clients.pop(number).close()

    def _frame(self) -> bytes:
        text = f'42["board",{{"version":{self.version}}}]'.ljust(self.size).encode()
        length = bytes([len(text)]) if len(text) < 126 else b"\x7e" + len(text).to_bytes(2, "big")
        return b"\x81" + length + text


if __name__ == "__main__":
    BareEpoll(int(sys.argv[1]), int(sys.argv[2])).serve()
