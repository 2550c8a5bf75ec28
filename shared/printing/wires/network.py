"""A printer in the network, by raw printing (port 9100)."""

from __future__ import annotations

import fcntl
import socket
import sys
import termios
import time

from shared.printing.address import NetworkAddress, places
from shared.printing.wires.wire import BREAK_S, Wire

LINGER_BYTES, LINGER_S = 1_000_000, 0.5
"""How much of what a host still says is read after the slip."""

LOOK_S = 0.01
"""How often what has not left yet is counted."""


class NetworkWire(Wire):
    """A connection that was accepted proves nothing: the printer is asked."""

    def __init__(self, wanted: NetworkAddress, timeout_s: float) -> None:
        """Raises `Invalid` when no printer may stand there, OSError when none does."""
        self._socket = _connected(places(wanted), wanted.port, timeout_s)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket.setblocking(False)
        super().__init__(self._socket.fileno(), timeout_s)

    def is_taken(self) -> bool:
        """A printer without paper, or one that hangs, leaves in the line what it cannot hold."""
        self.begin_to_wait()
        unsent, until = self.unsent(), time.monotonic() + self.patience_s(self.timeout_s)
        try:
            while unsent and time.monotonic() < until and not self.is_hung_up:
                self.receive(LOOK_S)
                self.watch()
                if (left := self.unsent()) < unsent:
                    until = time.monotonic() + self.patience_s(self.timeout_s)
                unsent = left
            self.receive(BREAK_S)
        except OSError:
            self.is_hung_up = self.is_torn = True
        self.is_torn = self.is_torn or (self.is_hung_up and unsent > 0)
        return not unsent and not self.is_torn

    def unsent(self) -> int:
        return int.from_bytes(fcntl.ioctl(self._socket, termios.TIOCOUTQ, bytes(4)), sys.byteorder)

    def close(self) -> None:
        """Reads what is left before closing, for an unread answer would make a reset of it and cost the last bytes."""
        self.until = None
        try:
            self.drain()
            self._socket.shutdown(socket.SHUT_WR)
            self.discard(LINGER_BYTES, LINGER_S)
        except OSError:
            self.is_hung_up = True
        self._socket.close()


def _connected(hosts: list[str], port: int, timeout_s: float) -> socket.socket:
    """The first of the addresses that answers, in `timeout_s` together."""
    fault: OSError = OSError("no address")
    for host in hosts:
        try:
            return socket.create_connection((host, port), timeout_s / len(hosts))
        except OSError as error:
            fault = error
    raise fault
