"""Carries one letter out: a POST to the address that was looked at, with a deadline for the whole.

By hand on a socket, because a ready-made client asks the name again, follows where the answer leads, and waits as long
as a byte comes now and then. Of the answer only the status is read.
"""

from __future__ import annotations

import socket
import ssl
import time
from urllib.parse import SplitResult, urlsplit

from shared.domain.errors import Invalid
from shared.printing.address import Reach, receivers
from shared.store.seal import Seal, Unreadable

DEADLINE_S = 10.0
AGENT = "Loket-Webhook/1"
MOST_STATUS_BYTES = 4096


class Undelivered(Exception):
    """`fault`: a code; `for_good`: trying again is of no use."""

    def __init__(self, fault: str, for_good: bool = False) -> None:
        super().__init__(fault)
        self.fault, self.for_good = fault, for_good


def opened(seal: Seal, secret: str) -> str:
    """The secret that goes with a letter. Raises `Undelivered` when it was closed with a key that is gone."""
    try:
        return seal.open(secret)
    except Unreadable as error:
        raise Undelivered(error.code, for_good=True) from None


def deliver(
    url: str,
    headers: dict[str, str],
    body: bytes,
    reach: Reach,
    *,
    is_near: bool = False,
    for_good: frozenset[str] = frozenset({"http_410"}),
) -> None:
    """Returns when the receiver said 2xx; raises `Undelivered`, `for_good` with these faults."""
    try:
        status = post(url, headers, body, reach, is_near=is_near)
    except Invalid as error:
        raise Undelivered(error.code) from None
    except TimeoutError:
        raise Undelivered("no_answer") from None
    except ssl.SSLError:
        raise Undelivered("certificate") from None
    except OSError:
        raise Undelivered("not_reached") from None
    if not 200 <= status < 300:
        fault = f"http_{status}"
        raise Undelivered(fault, for_good=fault in for_good)


def places(url: str, reach: Reach, *, is_near: bool = False) -> list[str]:
    """The IP addresses to which the address leads now. Raises `Invalid` when one of them may not be, or OSError.

    `is_near`: what is not encrypted stays in a private network.
    """
    parts = urlsplit(url)
    return receivers(parts.hostname or "", _port(parts), reach, is_near=is_near and parts.scheme != "https")


def _port(parts: SplitResult) -> int:
    return parts.port or (443 if parts.scheme == "https" else 80)


def post(url: str, headers: dict[str, str], body: bytes, reach: Reach, *, is_near: bool = False) -> int:
    """The status of the answer. Raises OSError, also when it did not come in time, and `Invalid` for a closed place."""
    until = time.monotonic() + DEADLINE_S
    parts = urlsplit(url)
    host, port, is_secret = parts.hostname or "", _port(parts), parts.scheme == "https"
    place = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    lines = [
        f"POST {place} HTTP/1.1",
        f"Host: {parts.netloc}",
        f"User-Agent: {AGENT}",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
        "Connection: close",
        *(f"{name}: {value}" for name, value in headers.items()),
    ]
    address = places(url, reach, is_near=is_near)[0]
    with socket.create_connection((address, port), timeout=_left(until)) as plain:
        plain.settimeout(_left(until))
        line = ssl.create_default_context().wrap_socket(plain, server_hostname=host) if is_secret else plain
        line.settimeout(_left(until))
        line.sendall("\r\n".join([*lines, "", ""]).encode() + body)
        return _status(line, until)


def _status(line: socket.socket, until: float) -> int:
    said = b""
    while b"\n" not in said:
        line.settimeout(_left(until))
        more = line.recv(1024)
        if not more or len(said) > MOST_STATUS_BYTES:
            raise ConnectionResetError("no answer")
        said += more
    kind, _, rest = said.partition(b"\n")[0].partition(b" ")
    if not kind.startswith(b"HTTP/1.") or not rest[:3].isdigit():
        raise ConnectionResetError("no HTTP")
    return int(rest[:3])


def _left(until: float) -> float:
    left_s = until - time.monotonic()
    if left_s <= 0:
        raise TimeoutError
    return left_s
