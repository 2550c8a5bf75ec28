"""Pictures that are written at once: whole, in their order, never waited for, and few kept for who does not read."""

from __future__ import annotations

import json
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import gevent
import pytest
from flask import Flask
from flask_socketio import SocketIO
from gevent import socket

from shared.web.lines import Line, Lines, frame_of
from shared.web.server.door_websocket import LimitedWebSocket

LIMIT_S = 60
LARGE = 400_000
"""More than a socket of this test takes without being read."""


class Screen:
    """A WebSocket of the server, and the page at its other end."""

    def __init__(self) -> None:
        own, self.page = socket.socketpair()
        own.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 20_000)
        self.page.settimeout(LIMIT_S)
        self.handler: Any = SimpleNamespace(socket=own, connection=None, rfile=own.makefile("rb"))
        stream = SimpleNamespace(write=own.sendall, read=self.handler.rfile.read)
        self.websocket = LimitedWebSocket({}, stream, self.handler)
        self.line = Line("screen", screen=self.websocket)
        self.waiting = 0
        self.websocket.attend(self.line, lambda: self.waiting)

    def read(self) -> str:
        """The next message that the page hears."""
        size = int.from_bytes(self._exactly(2)[1:], "big")
        if size > 125:
            size = int.from_bytes(self._exactly(2 if size == 126 else 8), "big")
        return self._exactly(size).decode()

    def _exactly(self, size: int) -> bytes:
        got = b""
        while len(got) < size:
            piece = self.page.recv(size - len(got))
            assert piece, "the line was closed"
            got += piece
        return got


@pytest.fixture
def screen() -> Iterator[Screen]:
    made = Screen()
    yield made
    made.websocket.close()
    made.handler.socket.close()
    made.page.close()


def picture(version: int, size: int = LARGE) -> bytes:
    return frame_of(f"{version} ".ljust(size, "x"))


def test_who_reads_gets_every_picture_in_its_order(screen: Screen) -> None:
    sizes = [1, 125, 126, 65_535, 65_536]
    for version, size in enumerate(sizes):
        assert screen.websocket.show(picture(version, size))
        assert screen.read() == f"{version} ".ljust(size, "x")


def test_who_does_not_read_holds_nobody_up_and_then_gets_the_newest_picture_alone(screen: Screen) -> None:
    other = Screen()
    heard = []
    for version in range(50):
        frame = picture(version)
        assert screen.websocket.show(frame)
        small = frame_of(str(version))
        assert other.websocket.show(small)
        heard.append(other.read())

    assert heard == [str(version) for version in range(50)]
    assert [screen.read().split()[0] for _ in range(2)] == ["0", "49"]  # no more than two were kept
    gevent.sleep(0)
    assert screen.websocket.show(frame_of("50"))
    assert screen.read() == "50"
    other.websocket.close()


def test_what_is_sent_while_a_picture_is_half_written_comes_after_it(screen: Screen) -> None:
    assert screen.websocket.show(picture(1))
    sending = gevent.spawn(screen.websocket.send, "ping")
    gevent.sleep(0)
    assert screen.websocket.show(picture(2, 10))

    assert [screen.read().split()[0] for _ in range(3)] == ["1", "2", "ping"]
    sending.get(timeout=LIMIT_S)


def test_a_picture_overtakes_nothing_that_waits_to_be_sent(screen: Screen) -> None:
    screen.waiting = 1

    assert not screen.websocket.show(picture(1, 10))


def test_a_page_that_goes_in_the_middle_of_a_picture_ends_its_line_and_troubles_nobody(screen: Screen) -> None:
    assert screen.websocket.show(picture(1))
    screen.page.close()
    with gevent.Timeout(LIMIT_S):
        while not screen.websocket.closed:
            gevent.sleep(0.001)

    assert not screen.websocket.show(picture(2))


def test_a_page_that_does_not_read_for_long_is_cut(screen: Screen) -> None:
    screen.handler.socket.settimeout(0.05)

    assert screen.websocket.show(picture(1))
    with gevent.Timeout(LIMIT_S):
        while not screen.websocket.closed:
            gevent.sleep(0.001)


def test_a_line_that_is_closed_in_the_middle_of_a_picture_says_nothing_more(screen: Screen) -> None:
    assert screen.websocket.show(picture(1))
    screen.websocket.close()
    gevent.sleep(0)

    got = b""
    while piece := screen.page.recv(65_536):
        got += piece
    assert picture(1).startswith(got)


def test_a_line_is_free_only_while_a_frame_may_be_written_past_its_websocket(screen: Screen) -> None:
    line, lines = screen.line, Lines(SocketIO(Flask("screens"), async_mode="threading"))
    seen = [line.is_free]  # not before something was said on it: the answer to its greeting is the first

    def say(text: str, waiting: int) -> None:
        screen.waiting = waiting
        screen.websocket.send(text)
        seen.append(line.is_free)
        assert screen.read() == text

    say("0", 1)
    say("40", 0)
    for version in range(3):
        lines.send([line], {"version": version, "name": "x" * LARGE})
        seen.append(line.is_free)
    heard = [json.loads(screen.read().removeprefix("42"))[1]["version"] for _ in range(2)]
    gevent.sleep(0)
    seen.append(line.is_free)
    line.keep_busy()  # as before each packet of Engine.IO
    say("2", 0)
    screen.websocket.close()
    seen.append(line.is_free)

    assert seen == [False, False, True, False, False, False, True, True, False]
    assert heard == [0, 2]


def test_a_page_that_is_gone_keeps_the_picture_from_nobody(screen: Screen) -> None:
    other = Screen()
    lines = Lines(SocketIO(Flask("screens"), async_mode="threading"))
    for each in (screen, other):
        each.websocket.send("40")
        assert each.read() == "40"
    screen.page.close()

    for version in range(3):
        lines.send([screen.line, other.line], {"version": version})
        assert other.read() == f'42["board",{{"version":{version}}}]'
    other.websocket.close()


def test_each_phone_gets_its_own_place_and_nobody_elses(screen: Screen) -> None:
    lines = Lines(SocketIO(Flask("phones"), async_mode="threading"))
    lines.add(1, "phone", {"wsgi.websocket": screen.websocket}, "A-002")
    lines.add(1, "other", {}, "A-003")
    phone = lines.of(1)[0]
    phone.screen = screen.websocket
    screen.websocket.attend(phone, lambda: 0)
    screen.websocket.send("40")
    assert (screen.read(), phone.is_free) == ("40", True)
    facts = {"version": 3, "line": {"A-002": [1], "A-003": [2]}, "at": "x"}

    for places in (facts["line"], {}):
        lines.send_places(lines.of(1)[:1], facts, places)  # type: ignore[arg-type]

    heard = [json.loads(screen.read().removeprefix("42")) for _ in range(2)]
    assert heard == [["board", {"version": 3, "at": "x", "line": line}] for line in ({"A-002": [1]}, {})]
    assert (lines.offices(), len(lines), 1 in lines, 2 in lines) == ({1: 2}, 2, True, False)
    lines.remove("phone")
    lines.remove("other")
    assert (lines.offices(), len(lines)) == ({}, 0)
