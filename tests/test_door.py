"""The front door with real sockets: one client that is slow, silent or too loud costs nobody else anything."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import psutil
import pytest
import requests
from server import Server

from shared.web.server.door import Door

POST = (
    b"POST /lumajang/counter/sign-in HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n"
)
HALF = b"GET /lumajang/kiosk HTTP/1.1\r\nHost: localhost\r\nX-Slow: "
UPGRADE = (
    b"GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\n"
    b"Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
)
CLOSED_S = 60
"""A closed line is seen within this; the door's own limits are 10 to 20 s."""


@pytest.fixture(scope="module")
def server(begun: Callable[..., Server], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One for all tests of this file that ask for nothing special."""
    started = begun(tmp_path_factory.mktemp("door") / "data")
    started.start()
    yield started
    started.kill()


@pytest.fixture
def dial() -> Iterator[Callable[..., socket.socket]]:
    """Opens connections from an address of this machine and closes them after the test."""
    with ExitStack() as stack:

        def opener(server: Server, said: bytes = b"", source: str = "127.0.0.1") -> socket.socket:
            line = stack.enter_context(socket.create_connection(("127.0.0.1", server.port), source_address=(source, 0)))
            line.settimeout(CLOSED_S)
            line.sendall(said)
            return line

        yield opener


def websocket(dial: Callable[..., socket.socket], server: Server) -> socket.socket:
    line = dial(server, UPGRADE)
    got = b""
    while b"\r\n\r\n" not in got:
        got += line.recv(1)
    assert b" 101 " in got
    return line


def is_closed(line: socket.socket) -> bool:
    """Waits until the server has closed it; what comes before is read."""
    try:
        while line.recv(65_536):
            pass
    except ConnectionResetError:
        return True
    except TimeoutError:
        return False
    return True


def close_code(line: socket.socket) -> int | None:
    """The code of the server's close frame."""
    got = b""
    try:
        while each := line.recv(65_536):
            got += each
    except ConnectionResetError:
        pass
    at = got.rfind(b"\x88")
    return int.from_bytes(got[at + 2 : at + 4], "big") if at >= 0 and len(got) >= at + 4 else None


def frame(payload: bytes, opcode: int = 1, length: int | None = None, *, is_last: bool = True) -> bytes:
    """A masked frame (mask 0) that says it has `length` bytes."""
    said = len(payload) if length is None else length
    head = bytes([(0x80 if is_last else 0) | opcode])
    if said < 126:
        head += bytes([0x80 | said])
    elif said < 65_536:
        head += b"\xfe" + said.to_bytes(2, "big")
    else:
        head += b"\xff" + said.to_bytes(8, "big")
    return head + b"\0\0\0\0" + payload


def memory(server: Server) -> int:
    return sum(each.memory_info().rss for each in psutil.Process(server.pid).children(recursive=True))


def click(server: Server, kiosk: dict[str, str], nonce: str) -> float:
    """Seconds until a number was taken."""
    began = time.monotonic()
    body = {"service": "oss", "nonce": nonce}
    answer = requests.post(f"{server.url}/lumajang/kiosk/tickets", json=body, headers=kiosk, timeout=120)
    assert answer.status_code == 201, answer.text
    return time.monotonic() - began


def test_one_address_with_half_requests_silent_sockets_and_giant_frames_hurts_nobody(
    server: Server, dial: Callable[..., socket.socket]
) -> None:
    kiosk = server.token("lumajang", "--kiosk")
    click(server, kiosk, "before-the-storm")
    before = memory(server)

    halves = [dial(server, HALF) for _ in range(300)]
    silent = [websocket(dial, server) for _ in range(100)]
    dead = websocket(dial, server)  # it says who it is, and then answers no ping
    dead.sendall(frame(b'40{"office":"lumajang","screen":"display"}'))
    for _ in range(10):
        websocket(dial, server).sendall(frame(b"x" * 1000, length=300_000_000))
    waited = click(server, kiosk, "in-the-storm")

    assert waited < 5  # under a second on an idle machine
    assert memory(server) - before < 60_000_000
    assert all(is_closed(line) for line in [*halves, *silent, dead])


def test_an_address_that_is_not_the_servers_own_has_a_share(
    serve: Callable[..., Server], dial: Callable[..., socket.socket]
) -> None:
    server = serve(LOKET_CONNECTIONS="10", LOKET_HOST="0.0.0.0")
    outside = next((each for each in own_addresses() if not each.startswith("127.")), None)
    if outside is None:
        pytest.skip("this machine has no other address")
    lines = [socket.create_connection((outside, server.port), timeout=CLOSED_S) for _ in range(30)]
    for line in lines:
        line.settimeout(CLOSED_S)

    is_answered = requests.get(f"http://{outside}:{server.port}/", timeout=120).ok

    assert is_answered
    began = time.monotonic()
    assert all(is_closed(line) for line in lines[:19])
    assert time.monotonic() - began < 8, "they gave way at once, before their time was over"
    for line in lines:
        line.close()


def test_a_house_with_ipv6_has_one_share_however_many_addresses_it_has() -> None:
    door = Door(share=10, places=100)
    lines = [socket.socketpair() for _ in range(60)]

    for number, (mine, _) in enumerate(lines[:40]):
        assert door.enter(mine, f"2001:db8:0:9:{number:x}::1", frozenset())
    for number, (mine, _) in enumerate(lines[40:50]):
        assert door.enter(mine, f"2001:db8:0:{number + 16:x}::1", frozenset())
    for mine, _ in lines[50:]:
        assert door.enter(mine, "::ffff:203.0.113.9", frozenset({"203.0.113.9"}))  # a proxy has no share

    is_inside = [door.find(mine) is not None for mine, _ in lines]
    assert is_inside == [False] * 30 + [True] * 30
    for mine, _ in lines:
        door.leave(mine)
    assert not any(door.find(mine) for mine, _ in lines)
    for both in lines:
        for line in both:
            line.close()


def own_addresses() -> list[str]:
    return [each.address for many in psutil.net_if_addrs().values() for each in many if each.family == socket.AF_INET]


@pytest.mark.parametrize(
    "frames",
    [
        [frame(b"x" * 100, length=300_000_000)],
        [frame(b"x" * 9_000, is_last=False), frame(b"x" * 9_000, opcode=0)],
    ],
    ids=["one frame", "fragments"],
)
def test_a_message_over_16_kb_is_refused_before_it_is_read(
    frames: list[bytes], server: Server, dial: Callable[..., socket.socket]
) -> None:
    line = websocket(dial, server)

    for each in frames:
        line.sendall(each)

    assert close_code(line) == 1009


def test_packets_that_no_screen_sends_end_the_line_and_leave_the_log_alone(
    server: Server, dial: Callable[..., socket.socket]
) -> None:
    before = len(server.log.read_text())
    odd = [b"", b"9", b"42[", b"40{", b"40{" + b'"a":[' * 3000, b"451-", b"6", b"\xff\xfe", b"41/x,", b"2probe", b"b4"]

    for each in odd:
        line = websocket(dial, server)
        line.sendall(frame(each))
        assert is_closed(line), each
    line = websocket(dial, server)
    line.sendall(frame(b"\0\1", opcode=2))

    assert is_closed(line)
    assert "Traceback" not in server.log.read_text()[before:]


def test_a_body_that_stops_coming_ends_and_one_that_trickles_is_read(
    server: Server, dial: Callable[..., socket.socket]
) -> None:
    stopped = dial(server, POST + b"Content-Length: 1000\r\n\r\nlogin=a")
    trickles = dial(server, POST + b"Content-Length: 7\r\nConnection: close\r\n\r\n")

    for each in b"login=a":
        trickles.sendall(bytes([each]))
        time.sleep(0.05)

    assert trickles.recv(12).startswith(b"HTTP/1.1 ")
    assert is_closed(stopped)


def test_a_refused_upload_is_answered_and_not_read_to_its_end(
    server: Server, dial: Callable[..., socket.socket]
) -> None:
    line = dial(server, POST + b"Content-Length: 900000000\r\n\r\n" + b"x" * 100_000)

    got = b""
    while each := line.recv(65_536):
        got += each

    assert got.startswith(b"HTTP/1.1 413")


def test_headers_have_a_limit(server: Server, dial: Callable[..., socket.socket]) -> None:
    line = dial(server, b"GET / HTTP/1.1\r\nHost: localhost\r\n" + b"X-Much: " + b"x" * 60_000 + b"\r\n")

    assert line.recv(12) in (b"HTTP/1.1 400", b"")
