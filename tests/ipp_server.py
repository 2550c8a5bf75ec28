"""A CUPS that answers IPP on a socket in the file system; written from RFC 8010, and knows nothing of `shared`."""

from __future__ import annotations

import socketserver
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from pathlib import Path

PENDING, PROCESSING, CANCELED, COMPLETED = 3, 5, 7, 9
IDLE, STOPPED = 3, 5


@dataclass
class Cups:
    """One queue, `kios`. `job_state`: what every job is until it is cancelled. `has_begun`: it was at work on the job
    at some time. `refuses`: the IPP status that a job is refused with. `is_gone`: the queue was deleted.
    """

    state: int = IDLE
    reasons: list[str] = field(default_factory=lambda: ["none"])
    info: str = ""
    is_accepting: bool = True
    device_uri: str = "usb://Epson/TM-T20"
    job_state: int = COMPLETED
    paper: list[bytes] = field(default_factory=list)
    formats: list[str] = field(default_factory=list)
    cancelled: list[int] = field(default_factory=list)
    has_begun: bool = False
    refuses: int = 0
    is_gone: bool = False
    questions: int = 0
    """How often somebody asked how the queue is."""

    @contextmanager
    def on(self, path: Path) -> Iterator[None]:
        server = _Server(str(path), _handler(self))
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield
        finally:
            server.shutdown()
            thread.join()
            server.server_close()
            path.unlink()

    def answer(self, request: bytes) -> bytes:
        operation, number = struct.unpack_from(">HI", request, 2)
        asked, data = _read(request)
        if self.is_gone or not asked["printer-uri"].endswith("/kios"):
            return struct.pack(">HHI", 0x0200, 0x0406, number) + b"\3"
        if self.refuses and operation == 0x0002:
            return struct.pack(">HHI", 0x0200, self.refuses, number) + b"\3"
        found = b""
        if operation == 0x0002:
            self.paper.append(data)
            self.formats.append(asked["document-format"])
            found = _written(0x21, "job-id", struct.pack(">i", len(self.paper)))
        elif operation == 0x0009:
            job = struct.unpack(">i", asked["job-id"].encode("latin-1"))[0]
            state = CANCELED if job in self.cancelled else self.job_state
            found = _written(0x23, "job-state", struct.pack(">i", state))
            if self.has_begun:
                found += _written(0x21, "time-at-processing", struct.pack(">i", 1_700_000_000))
        elif operation == 0x0008:
            self.cancelled.append(struct.unpack(">i", asked["job-id"].encode("latin-1"))[0])
        else:
            self.questions += 1
            found = _written(0x23, "printer-state", struct.pack(">i", self.state))
            for place, reason in enumerate(self.reasons):
                found += _written(0x44, "" if place else "printer-state-reasons", reason.encode())
            found += _written(0x22, "printer-is-accepting-jobs", bytes([self.is_accepting]))
            found += _written(0x41, "printer-info", self.info.encode())
            found += _written(0x45, "device-uri", self.device_uri.encode())
        charset = _written(0x47, "attributes-charset", b"utf-8")
        return struct.pack(">HHI", 0x0200, 0, number) + b"\1" + charset + b"\4" + found + b"\3"


class _Server(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True


def _handler(cups: Cups) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = cups.answer(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def address_string(self) -> str:
            return "local"

        def log_message(self, format: str, *args: object) -> None:
            """Quiet."""

    return Handler


def _written(tag: int, name: str, value: bytes) -> bytes:
    return struct.pack(">BH", tag, len(name)) + name.encode() + struct.pack(">H", len(value)) + value


def _read(request: bytes) -> tuple[dict[str, str], bytes]:
    """The attributes by name, and what stands behind them."""
    found, at = {}, 8
    while (tag := request[at]) != 3:
        at += 1
        if tag < 0x10:
            continue
        (length,) = struct.unpack_from(">H", request, at)
        name = request[at + 2 : at + 2 + length].decode()
        at += 2 + length
        (length,) = struct.unpack_from(">H", request, at)
        found[name] = request[at + 2 : at + 2 + length].decode("latin-1")
        at += 2 + length
    return found, request[at + 1 :]
