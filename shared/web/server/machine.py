"""This machine in the office's network: its addresses, and the names that it may have there."""

from __future__ import annotations

import ipaddress
import socket
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
    """This machine's addresses now, without loopback; the one that faces the network is first."""
    found = [ip.ip if isinstance(ip.ip, str) else ip.ip[0] for adapter in ifaddr.get_adapters() for ip in adapter.ips]
    found = [each for each in found if not ipaddress.ip_address(each).is_loopback]
    facing = _facing_address()
    return sorted(found, key=lambda each: (each != facing, ":" in each))


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


@lru_cache(maxsize=1024)
def source(address: str) -> str:
    """Of whom a limit counts tries and connections: one house with IPv6 has 2^64 addresses, which count as one.

    Neighbours in the server's own network share such a block, and are told apart by their addresses.
    """
    try:
        found = _plain(address)
    except ValueError:
        return address
    if found.version == 4 or found.is_link_local or found.is_loopback:
        return str(found)
    block = ipaddress.ip_network((int(found) >> 64 << 64, 64))
    is_near = any(ipaddress.ip_address(each) in block for each in own_addresses())
    return str(found) if is_near else str(block)


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
