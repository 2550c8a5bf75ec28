"""The client processes of the bench: raw sockets and one selector, so that the client leaves the cores to the server.

Run as `python -m shared.bench.load`, the plan as JSON on stdin, the result as JSON on stdout; imports nothing of
the house, so that it starts at once.
"""

from __future__ import annotations

import base64
import json
import os
import re
import select
import socket
import struct
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

WARM_UP_S = 0.3
"""What is answered before is not counted: connections, caches and threads come into being."""
PAUSE_S = 0.06
"""Between two clicks whose way to the screens is measured: people do not click in bursts."""
DEAF_S = 30


class Unexpected(Exception):
    """The server said something that the measurement cannot count."""


class RawClient:
    """One connection that stays open; one request at a time."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=DEAF_S)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.sent_at = 0.0
        self.heard = b""

    def fileno(self) -> int:
        return self.socket.fileno()

    def send(self, request: bytes) -> None:
        self.sent_at = time.perf_counter()
        self.socket.sendall(request)

    def answer(self) -> tuple[int, bytes] | None:
        """Status and body once the whole answer is there; to be called when the socket is readable."""
        piece = self.socket.recv(65536)
        if not piece:
            raise Unexpected("the server closed the connection")
        self.heard += piece
        head, gap, body = self.heard.partition(b"\r\n\r\n")
        if not gap:
            return None
        status = int(head[9:12])
        length = re.search(rb"\r\ncontent-length: *(\d+)", head, re.IGNORECASE)
        if length is None and status != 204:
            raise Unexpected(f"no length: {head!r}")
        if length is not None and len(body) < int(length[1]):
            return None
        self.heard = b""
        return status, body

    def ask(self, request: bytes) -> tuple[int, bytes]:
        self.send(request)
        while (answer := self.answer()) is None:
            pass
        return answer


class ScreenClient:
    """One WebSocket that speaks as much Socket.IO as a display needs."""

    def __init__(self, port: int, plan: dict[str, Any]) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=DEAF_S)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.version = -1
        key = base64.b64encode(os.urandom(16)).decode()
        self.socket.sendall(
            f"GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\n"
            f"Connection: Upgrade\r\nSec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n"
            f"Authorization: Bearer {plan['display']}\r\n\r\n".encode()
        )
        self.heard = b""
        while b"\r\n\r\n" not in self.heard:
            self.heard += self.socket.recv(4096)
        head, _, self.heard = self.heard.partition(b"\r\n\r\n")
        if b" 101 " not in head:
            raise Unexpected(f"no WebSocket: {head!r}")
        self._say(b"40" + json.dumps({"office": plan["office"], "screen": "display"}).encode())
        self._read()  # the first board may have come with the answer
        while self.version < 0:
            self.hear()

    def fileno(self) -> int:
        return self.socket.fileno()

    def hear(self) -> bool:
        """Whether a newer board came with what is readable now."""
        piece = self.socket.recv(65536)
        if not piece:
            raise Unexpected("the server closed the WebSocket")
        self.heard += piece
        return self._read()

    def _read(self) -> bool:
        is_newer = False
        for message in self._messages():
            found = re.search(rb'"version": ?(\d+)', message) if message.startswith(b"42") else None
            if message == b"2":
                self._say(b"3")
            elif found is not None and int(found[1]) > self.version:
                self.version, is_newer = int(found[1]), True
        return is_newer

    def _messages(self) -> Iterator[bytes]:
        while len(self.heard) >= 2:
            length, start = self.heard[1] & 127, 2
            if length == 126:
                length, start = int.from_bytes(self.heard[2:4], "big"), 4
            elif length == 127:
                length, start = int.from_bytes(self.heard[2:10], "big"), 10
            if len(self.heard) < start + length:
                return
            message, self.heard = self.heard[start : start + length], self.heard[start + length :]
            yield message

    def _say(self, text: bytes) -> None:
        length = struct.pack("!B", 128 | len(text)) if len(text) < 126 else struct.pack("!BH", 254, len(text))
        self.socket.sendall(b"\x81" + length + b"\0\0\0\0" + text)  # masked, as clients must, with a mask of zeros


def post(path: str, token: str, body: str = "{}") -> bytes:
    return (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\nAccept: application/json\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n{body}"
    ).encode()


def get(path: str, token: str | None = None) -> bytes:
    bearer = f"Authorization: Bearer {token}\r\n" if token else ""
    return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{bearer}\r\n".encode()


def takes(plan: dict[str, Any]) -> dict[str, Any]:
    """`clients` visitors press without a break for `seconds`: tickets per second, and each one's wait in seconds.

    `ports`: of several processes, among which the clients are shared out.
    """
    count = 0
    path = f"/{plan['office']}/kiosk/tickets"

    def tap() -> bytes:
        nonlocal count
        count += 1
        body = {"service": plan["service"], "priority": False, "nonce": f"{plan['nonces']}-{count:08d}"}
        return post(path, plan["token"], json.dumps(body))

    lines = _lines(plan)
    waits, seconds = _without_a_break(lines, tap, plan["seconds"], 201)
    return {"rate": len(waits) / seconds, "waits_s": waits}


def _lines(plan: dict[str, Any]) -> list[RawClient]:
    ports = plan.get("ports") or [plan["port"]]
    return [RawClient(ports[place % len(ports)]) for place in range(plan["clients"])]


def _without_a_break(
    lines: Sequence[RawClient], request: Callable[[], bytes], seconds: float, expected: int
) -> tuple[list[float], float]:
    """Every line asks again as soon as it was answered; the waits after the warm-up, and the seconds they took."""
    poll = select.epoll()
    by_number = {line.fileno(): line for line in lines}
    waits: list[float] = []
    for line in lines:
        poll.register(line, select.EPOLLIN)
        line.send(request())
    counts_from = time.perf_counter() + WARM_UP_S
    until = counts_from + seconds
    asking = len(lines)
    while asking:
        for number, _ in poll.poll():
            line = by_number[number]
            answer = line.answer()
            if answer is None:
                continue
            at = time.perf_counter()
            if answer[0] != expected:
                raise Unexpected(repr(answer))
            if counts_from <= at < until:
                waits.append(at - line.sent_at)
            if at < until:
                line.send(request())
            else:
                asking -= 1
    return waits, seconds


def calls(plan: dict[str, Any]) -> dict[str, Any]:
    """Calls per second: `clients` officers press "next" at free counters until each counter has called.

    Then all counters give their visitor back, and it begins again, until the calls took `seconds`. Only the time while
    calls are under way counts, only answers 200 count. `clicks`: how often was clicked in all.
    """
    office, tokens = plan["office"], plan["tokens"]
    counters = list(enumerate(tokens, start=1))
    lines = _lines(plan)
    spent_s, count, rounds = 0.0, 0, 0
    while spent_s < plan["seconds"] or rounds < 2:
        requests = [post(f"/{office}/counter/{number}/next", token) for number, token in counters]
        began = time.perf_counter()
        bodies = _each_once(lines, requests)
        if rounds:  # the first round seats the officers
            spent_s += time.perf_counter() - began
            count += len(bodies)
        rounds += 1
        called = {ticket["counter"]: ticket["id"] for ticket in map(json.loads, bodies)}
        back = [post(f"/{office}/counter/{n}/tickets/{called[n]}/release", token) for n, token in counters]
        _each_once(lines, back)
        time.sleep(PAUSE_S)
    return {"rate": count / spent_s, "clicks": 2 * rounds * len(counters)}


def _each_once(lines: Sequence[RawClient], requests: Sequence[bytes]) -> list[bytes]:
    """Every request is sent once, by whichever line is free; the bodies of the answers."""
    left = list(reversed(requests))
    poll = select.epoll()
    by_number = {line.fileno(): line for line in lines}
    asking = 0
    bodies = []
    for line in lines:
        poll.register(line, select.EPOLLIN)
        if left:
            line.send(left.pop())
            asking += 1
    while asking:
        for number, _ in poll.poll():
            answer = by_number[number].answer()
            if answer is None:
                continue
            if answer[0] != 200:
                raise Unexpected(repr(answer))
            bodies.append(answer[1])
            if left:
                by_number[number].send(left.pop())
            else:
                asking -= 1
    poll.close()
    return bodies


def pages(plan: dict[str, Any]) -> dict[str, Any]:
    """One reader opens `path` for `seconds`, with a breath in between: each one's wait in seconds."""
    line = RawClient(plan["port"])
    request = get(plan["path"])
    waits = []
    until = time.perf_counter() + plan["seconds"]
    while time.perf_counter() < until:
        began = time.perf_counter()
        status, _ = line.ask(request)
        waits.append(time.perf_counter() - began)
        if status != 200:
            raise Unexpected(f"{plan['path']}: {status}")
        time.sleep(0.005)
    return {"waits_s": waits}


def screens(plan: dict[str, Any]) -> dict[str, Any]:
    """From the click on "next" until each of `displays` screens has the new board: seconds, per click and screen.

    The visitor is given back after each click, so that the next click calls again.
    """
    office, token = plan["office"], plan["token"]
    watching = [ScreenClient(plan["port"], plan) for _ in range(plan["displays"])]
    click = RawClient(plan["port"])
    waits: list[float] = []
    for round_ in range(plan["clicks"] + 2):
        time.sleep(PAUSE_S)
        body, times = _click(click, post(f"/{office}/counter/1/next", token), watching)
        if round_ >= 2:
            waits += times
        time.sleep(PAUSE_S)
        ticket = json.loads(body)["id"]
        _click(click, post(f"/{office}/counter/1/tickets/{ticket}/release", token), watching)
    return {"waits_s": waits}


def _click(click: RawClient, request: bytes, watching: Sequence[ScreenClient]) -> tuple[bytes, list[float]]:
    poll = select.epoll()
    by_number = {screen.fileno(): screen for screen in watching}
    poll.register(click, select.EPOLLIN)
    for screen in watching:
        poll.register(screen, select.EPOLLIN)
    times: list[float] = []
    body: bytes | None = None
    click.send(request)
    while body is None or len(times) < len(watching):
        for number, _ in poll.poll(DEAF_S):
            if number == click.fileno():
                answer = click.answer()
                if answer is not None and answer[0] != 200:
                    raise Unexpected(repr(answer))
                body = answer[1] if answer is not None else body
            elif by_number[number].hear():
                times.append(time.perf_counter() - click.sent_at)
    poll.close()
    return body, times


KINDS = {kind.__name__: kind for kind in (takes, calls, pages, screens)}

if __name__ == "__main__":
    wanted = json.load(sys.stdin)
    json.dump(KINDS[wanted.pop("kind")](wanted), sys.stdout)
