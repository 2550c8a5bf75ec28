"""Tells one program of one change: a signed POST, to the address that was looked at, with a deadline for the whole.

By hand on a socket, because a ready-made client asks the name again, follows where the answer leads, and waits as long
as a byte comes now and then. Of the answer only the status is read.
"""

from __future__ import annotations

import socket
import ssl
import time
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from sqlalchemy import select

from shared.domain.errors import Invalid
from shared.domain.outbox import signature
from shared.printing.address import Reach, receivers
from shared.store.office import Store
from shared.store.outbox import Letter
from shared.store.outbox_tables import WebhookRecord
from shared.store.undo import as_json

DEADLINE_S = 10.0
AGENT = "Loket-Webhook/1"
MOST_STATUS_BYTES = 4096


@dataclass(frozen=True, slots=True)
class Undelivered(Exception):
    """`fault`: a code; `for_good`: trying again is of no use."""

    fault: str
    for_good: bool = False


def tell(store: Store, letter: Letter, now: datetime, reach: Reach) -> None:
    """Returns when the receiver said 2xx; raises `Undelivered`."""
    wanted = select(WebhookRecord.url, WebhookRecord.secret).where(
        WebhookRecord.id == letter.receiver_id, WebhookRecord.removed_at.is_(None)
    )
    with store.read() as connection:
        row = connection.execute(wanted).first()
    if row is None:
        raise Undelivered("removed", for_good=True)
    body = as_json({"id": letter.id, **letter.body}).encode()
    sent_at = int(now.timestamp())
    headers = {
        "webhook-id": str(letter.id),
        "webhook-timestamp": str(sent_at),
        "webhook-signature": signature(row.secret, str(letter.id), sent_at, body),
    }
    try:
        status = post(row.url, headers, body, reach)
    except Invalid as error:
        raise Undelivered(error.code) from None
    except TimeoutError:
        raise Undelivered("no_answer") from None
    except ssl.SSLError:
        raise Undelivered("certificate") from None
    except OSError:
        raise Undelivered("not_reached") from None
    if status == 410:
        raise Undelivered("http_410", for_good=True)
    if not 200 <= status < 300:
        raise Undelivered(f"http_{status}")


def post(url: str, headers: dict[str, str], body: bytes, reach: Reach) -> int:
    """The status of the answer. Raises OSError, also when it did not come in time, and `Invalid` for a closed place."""
    until = time.monotonic() + DEADLINE_S
    parts = urlsplit(url)
    host, is_secret = parts.hostname or "", parts.scheme == "https"
    port = parts.port or (443 if is_secret else 80)
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
    address = receivers(host, port, reach)[0]
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
