"""Printers that nobody has to type: what is plugged in here, and what listens on the printers' port in the network.

Nothing is sent to what is found: on an office's large printer even a question would come out as a page.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Collection, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice

from shared.printing.address import IPNetwork, Kind, permitted
from shared.printing.wires.device import usb_printers

PORT = 9100
SHEETS_PORT = 631
"""IPP: spoken by printers of office paper, hardly by those of slips."""
AT_ONCE = 64
TIMEOUT_S = 0.6
"""A printer in the same network answers within a few milliseconds."""
MOST_OF_A_NETWORK = 254
"""Addresses that are tried in one network: what is larger is not searched."""


@dataclass(frozen=True, slots=True)
class Found:
    """`address`: as `printing.address` keeps it. `is_for_sheets`: probably an office's large printer."""

    kind: Kind
    address: str
    is_for_sheets: bool = False


def find(own: Sequence[str], known: Collection[tuple[str, str]]) -> list[Found]:
    """What is there and not among `known`, pairs of kind and address. `own`: this machine's addresses.

    Where the operator has said in which networks printers stand, only these are searched, else the networks of the
    machine itself. Takes a few seconds.
    """
    plugged = [Found(Kind.USB, str(address)) for address, _ in usb_printers()]
    listening = [Found(Kind.NETWORK, host, _listens(host, SHEETS_PORT)) for host in _listening(_hosts(own))]
    return [each for each in (*plugged, *listening) if (each.kind, each.address) not in known]


def _listening(hosts: Iterable[str]) -> list[str]:
    wanted = list(hosts)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = list(pool.map(_listens, wanted))
    return [host for host, is_there in zip(wanted, answers, strict=True) if is_there]


def _listens(host: str, port: int = PORT) -> bool:
    try:
        with socket.create_connection((host, port), TIMEOUT_S):
            return True
    except OSError:
        return False


def _hosts(own: Sequence[str]) -> Iterator[str]:
    """The addresses to be tried, each once, without the machine's own."""
    said = [network for network in permitted() if network.version == 4]
    for network in dict.fromkeys(said or _around(own)):
        for host in islice(network.hosts(), MOST_OF_A_NETWORK):
            if str(host) not in own:
                yield str(host)


def _around(own: Sequence[str]) -> Iterator[IPNetwork]:
    """The 254 addresses around each of the machine's own in an office's network."""
    for each in own:
        address = ipaddress.ip_address(each)
        if address.version == 4 and address.is_private:
            yield ipaddress.ip_network(f"{address}/24", strict=False)
