"""A gateway for messages that runs as it stands: it takes what Loket gives and writes it down, one line for each.

    KEY='Bearer rahasia' python3 contrib/message_gateway.py        listens on port 8090

In Loket: Pengaturan, Program lain, Pesan ke HP pemohon: http://<this machine>:8090/, Authorization, Bearer rahasia.
Put what really sends (a modem, the provider of the office) where `deliver` is. What it answers decides: 2xx was taken,
400 and 422 are never tried again, everything else is tried again for two and a half days. A message may come twice
after a power cut, with the same id.
"""

from __future__ import annotations

import hmac
import json
import os
from collections import OrderedDict
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

MOST_BYTES = 10_000
MOST_KNOWN = 1000


def deliver(number: str, text: str) -> None:
    """Sends it; raises OSError when that does not work now."""
    print(f"to {number[:4]}...{number[-2:]}: {text}", flush=True)


class Gateway(BaseHTTPRequestHandler):
    """Takes {"to": "6281234567890", "text": "...", "id": "7"}."""

    known: ClassVar[OrderedDict[str, None]] = OrderedDict()

    def do_POST(self) -> None:
        given = self.headers.get("Authorization", "")
        if not hmac.compare_digest(given.encode(), os.environ["KEY"].encode()):
            self.answer(401)
            return
        length = int(self.headers.get("Content-Length", "0"))
        if length > MOST_BYTES:
            self.answer(413)
            return
        try:
            said = json.loads(self.rfile.read(length))
            number, text, known_by = str(said["to"]), str(said["text"]), str(said["id"])
        except (ValueError, KeyError, TypeError):
            self.answer(400)
            return
        if known_by not in self.known:
            try:
                deliver(number, text)
            except OSError:
                self.answer(503)
                return
            self.known[known_by] = None
            while len(self.known) > MOST_KNOWN:
                self.known.popitem(last=False)
        self.answer(204)

    def answer(self, status: int) -> None:
        self.send_response(status)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """The usual line would hold nothing that anybody needs."""


if __name__ == "__main__":
    ThreadingHTTPServer(("0.0.0.0", int(os.environ.get("PORT", "8090"))), Gateway).serve_forever()
