"""This machine in the office's network: its addresses, and the names that it may have there."""

from __future__ import annotations

import ipaddress
import socket
import time
from functools import lru_cache
from typing import TYPE_CHECKING

from shared.late import late

if TYPE_CHECKING:
    import ifaddr
else:
    ifaddr = late("ifaddr")


MOST_OF_ONE_NAME = 9


def candidates(name: str) -> list[str]:
    """`loket`, `loket-2` ...: where another machine has the first, this one takes the next."""
    return [name, *(f"{name}-{number}" for number in range(2, MOST_OF_ONE_NAME + 1))]


def own_addresses() -> list[str]:
    """This machine's addresses now, without loopback; the one that faces the network is first.

    One that a machine gives itself where no router gave any (169.254.x.x) comes after all that were given.
    """
    found = [ip.ip if isinstance(ip.ip, str) else ip.ip[0] for adapter in ifaddr.get_adapters() for ip in adapter.ips]
    found = [each for each in found if not ipaddress.ip_address(each).is_loopback]
    facing = _facing_address()
    return sorted(found, key=lambda each: (each != facing, ipaddress.ip_address(each).is_link_local, ":" in each))


def is_own(address: str) -> bool:
    """Whether it is this machine's loopback, also where a socket of IPv6 shows one of IPv4."""
    try:
        return _plain(address).is_loopback
    except ValueError:
        return False


def plain(address: str) -> str:
    """As it is written where one is told apart from others: of IPv4 where a socket of IPv6 shows it, and no zone."""
    try:
        return str(_plain(address))
    except ValueError:
        return address


def source(address: str) -> str:
    """Of whom a limit counts tries and connections: one house with IPv6 has 2^64 addresses, which count as one.

    Neighbours in the server's own network share such a block, and are told apart by their addresses.
    """
    return _source(address, _own_blocks(int(time.monotonic() // ASKED_EVERY_S)) if ":" in address else frozenset())


ASKED_EVERY_S = 10
"""A router may give the house another block."""


@lru_cache(maxsize=1)
def _own_blocks(_period: int) -> frozenset[ipaddress.IPv6Network]:
    """The blocks of IPv6 in which this machine is."""
    own = [_plain(each) for each in own_addresses()]
    return frozenset(_block(each) for each in own if isinstance(each, ipaddress.IPv6Address))


@lru_cache(maxsize=1024)
def _source(address: str, own_blocks: frozenset[ipaddress.IPv6Network]) -> str:
    try:
        found = _plain(address)
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv4Address) or found.is_link_local or found.is_loopback:
        return str(found)
    block = _block(found)
    return str(found) if block in own_blocks else str(block)


def _block(found: ipaddress.IPv6Address) -> ipaddress.IPv6Network:
    return ipaddress.IPv6Network((int(found) >> 64 << 64, 64))


def _plain(address: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    found = ipaddress.ip_address(address.partition("%")[0])
    return getattr(found, "ipv4_mapped", None) or found


def _facing_address() -> str:
    """The address by which packets leave; nothing is sent to find it out. Empty without a route."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # RFC 5737: an address for documentation
            return str(probe.getsockname()[0])
        except OSError:
            return ""
