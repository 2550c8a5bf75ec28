"""A printer in the network, by raw printing (port 9100)."""

from __future__ import annotations

import socket

from shared.printing.address import NetworkAddress, places
from shared.printing.wires.wire import Wire

LINGER_BYTES, LINGER_S = 1_000_000, 0.5
"""How much of what a host still says is read after the slip."""


class NetworkWire(Wire):
    """A connection that was accepted proves nothing: the printer is asked."""

    def __init__(self, wanted: NetworkAddress, timeout_s: float) -> None:
        """Raises `Invalid` when no printer may stand there, OSError when none does."""
        self._socket = _connected(places(wanted), wanted.port, timeout_s)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket.setblocking(False)
        super().__init__(self._socket.fileno(), timeout_s)

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
