"""Questions to CUPS by its own protocol (IPP, RFC 8010 and 8011), over its socket on this machine.

A small client of our own: the maintained ones either need a C compiler and the headers of CUPS (pycups) or bring an
asyncio HTTP stack for it (pyipp), and six operations with a dozen attributes are all that printing needs. The commands
`lp` and `lpstat` tell the state in free text only, where a printer's own name may say "cutter".
"""

from __future__ import annotations

import getpass
import http.client
import os
import socket
import struct
from collections.abc import Sequence
from enum import IntEnum
from pathlib import Path

SOCKETS = ("/run/cups/cups.sock", "/var/run/cups/cups.sock")
LONGEST_ANSWER = 1_000_000

Value = int | bool | str


class Operation(IntEnum):
    PRINT_JOB = 0x0002
    CANCEL_JOB = 0x0008
    GET_JOB_ATTRIBUTES = 0x0009
    GET_PRINTER_ATTRIBUTES = 0x000B


NOT_FOUND = 0x0406
FORBIDDEN = range(0x0401, 0x0404)
"""Forbidden, not authenticated, not authorized."""


class RefusedByCups(OSError):
    """CUPS said no; `status` is its IPP status code."""

    def __init__(self, status: int) -> None:
        super().__init__(f"CUPS: status {status:#06x}")
        self.status = status


def ask(
    operation: Operation,
    queue: str,
    timeout_s: float,
    *,
    job_id: int | None = None,
    wanted: Sequence[str] = (),
    extra: Sequence[tuple[int, str, str]] = (),
    data: bytes = b"",
) -> dict[str, list[Value]]:
    """The attributes that CUPS answers; raises `RefusedByCups`, TimeoutError, another OSError without CUPS."""
    attributes = [
        (_CHARSET, "attributes-charset", b"utf-8"),
        (_LANGUAGE, "attributes-natural-language", b"en"),
        (_URI, "printer-uri", f"ipp://localhost/printers/{queue}".encode()),
        *([(_INTEGER, "job-id", struct.pack(">i", job_id))] if job_id is not None else []),
        (_NAME, "requesting-user-name", _user().encode()),
        *((tag, name, text.encode()) for tag, name, text in extra),
        *((_KEYWORD, "requested-attributes" if place == 0 else "", name.encode()) for place, name in enumerate(wanted)),
    ]
    head = struct.pack(">HHIB", 0x0200, operation, 1, _OPERATION_GROUP)
    body = head + b"".join(_written(*each) for each in attributes) + bytes([_END]) + data
    return _read(_post(f"/printers/{queue}", body, timeout_s))


_OPERATION_GROUP, _END = 0x01, 0x03
_INTEGER, _BOOLEAN, _ENUM = 0x21, 0x22, 0x23
_NAME, _KEYWORD, _URI, _CHARSET, _LANGUAGE, MIME_TYPE = 0x42, 0x44, 0x45, 0x47, 0x48, 0x49
_TEXTS = range(0x41, 0x4A)


def _written(tag: int, name: str, value: bytes) -> bytes:
    plain = name.encode()
    return struct.pack(">BH", tag, len(plain)) + plain + struct.pack(">H", len(value)) + value


def _read(answer: bytes) -> dict[str, list[Value]]:
    try:
        return _attributes(answer)
    except (struct.error, IndexError) as error:
        raise OSError("CUPS: an answer that is no IPP") from error


def _attributes(answer: bytes) -> dict[str, list[Value]]:
    status = struct.unpack_from(">H", answer, 2)[0]
    if status > 0x00FF:
        raise RefusedByCups(status)
    found: dict[str, list[Value]] = {}
    at, name = 8, ""
    while at < len(answer) and (tag := answer[at]) != _END:
        at += 1
        if tag < 0x10:
            continue
        (length,) = struct.unpack_from(">H", answer, at)
        name = answer[at + 2 : at + 2 + length].decode(errors="replace") or name
        at += 2 + length
        (length,) = struct.unpack_from(">H", answer, at)
        value = answer[at + 2 : at + 2 + length]
        at += 2 + length
        if tag in (_INTEGER, _ENUM):
            found.setdefault(name, []).append(struct.unpack(">i", value)[0])
        elif tag == _BOOLEAN:
            found.setdefault(name, []).append(bool(value[0]))
        elif tag in _TEXTS:
            found.setdefault(name, []).append(value.decode(errors="replace"))
    return found


def _post(path: str, body: bytes, timeout_s: float) -> bytes:
    connection, headers = _connection(timeout_s)
    try:
        connection.request("POST", path, body, {"Content-Type": "application/ipp", **headers})
        answer = connection.getresponse()
        if answer.status in (401, 403):
            raise RefusedByCups(FORBIDDEN[-1])
        if answer.status != 200:
            raise OSError(f"CUPS: HTTP {answer.status}")
        return answer.read(LONGEST_ANSWER)
    except http.client.HTTPException as error:
        raise OSError(f"CUPS: {error!r}") from error
    finally:
        connection.close()


def _connection(timeout_s: float) -> tuple[http.client.HTTPConnection, dict[str, str]]:
    """CUPS knows by its own socket who asks: so a job can be cancelled by whom it belongs to, without a password."""
    server = os.environ.get("CUPS_SERVER", "")
    paths = [server] if server.startswith("/") else [] if server else list(SOCKETS)
    for path in paths:
        if Path(path).is_socket():
            return _Local(path, timeout_s), {"Authorization": f"PeerCred {_user()}"}
    if server.startswith("/"):
        raise FileNotFoundError(server)
    host, _, port = (server or "localhost").partition(":")
    return http.client.HTTPConnection(host, int(port) if port.isdigit() else 631, timeout=timeout_s), {}


class _Local(http.client.HTTPConnection):
    """HTTP over a socket in the file system."""

    def __init__(self, path: str, timeout_s: float) -> None:
        super().__init__("localhost", timeout=timeout_s)
        self._path, self._timeout_s = path, timeout_s

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self._timeout_s)
        self.sock.connect(self._path)


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid())
