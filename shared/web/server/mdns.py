"""The server's name in the office's network without a name server (mDNS): `loket.local`, and `_http._tcp`.

`python -m shared.web.server.mdns NAME PORT [TLS_PORT]` is a process of its own: zeroconf has an event loop that is not
gevent's. It says the name that it took, follows the machine's addresses, and ends when its input closes. Where another
machine has the name, this one is `loket-2.local`, as Bonjour and Avahi do.
"""

from __future__ import annotations

import contextlib
import ipaddress
import os
import select
import subprocess
import sys
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

import structlog

from shared.web.server.machine import candidates, own_addresses

if TYPE_CHECKING:
    from zeroconf import ServiceInfo, Zeroconf

log = structlog.get_logger()

ASKED_MS = 1500
"""So long another machine may take to say that a name is its own."""
LOOK_S = 30
"""How often the machine's addresses are looked at: a router gives new ones."""
HTTP, HTTPS = "_http._tcp.local.", "_https._tcp.local."


class NoName(Exception):
    """Others have all of them."""


def free_name(network: Zeroconf, name: str, own: Collection[str]) -> str:
    """The first of `candidates` that no other machine answers to. `own`: addresses that are this one's."""
    from zeroconf import AddressResolverIPv4  # type: ignore[attr-defined]  # its list of exports forgot this one

    for each in candidates(name):
        asked = AddressResolverIPv4(f"{each}.local.")
        with contextlib.suppress(OSError):
            asked.request(network, ASKED_MS)
        if set(asked.parsed_addresses()) <= set(own):
            return each
    raise NoName(name)


def services(name: str, ports: dict[str, int], addresses: Sequence[str]) -> list[ServiceInfo]:
    from zeroconf import ServiceInfo

    title, host, own = name.capitalize(), f"{name}.local.", list(addresses)
    return [
        ServiceInfo(kind, f"{title}.{kind}", port=port, server=host, parsed_addresses=own)
        for kind, port in ports.items()
    ]


def addresses() -> list[str]:
    """This machine's, as others in the network reach it."""
    found = [each for each in own_addresses() if ipaddress.ip_address(each.partition("%")[0]).version == 4]
    return [each for each in found if not ipaddress.ip_address(each).is_link_local]


def main(name: str, ports: dict[str, int]) -> None:
    """Announces until the input closes."""
    from zeroconf import IPVersion, Zeroconf

    present: list[str] = []
    network: Zeroconf | None = None
    while True:
        if (found := addresses()) != present:
            if network is not None:
                network.close()
            network, present = None, found
            if found:
                network = Zeroconf(found, ip_version=IPVersion.V4Only)
                taken = free_name(network, name, found)
                for service in services(taken, ports, found):
                    network.register_service(service, allow_name_change=True)
                print(f"{taken}.local", flush=True)
        readable, _, _ = select.select([sys.stdin], [], [], LOOK_S)
        if readable and not os.read(sys.stdin.fileno(), 1):
            break
    if network is not None:
        network.close()


class Announcer:
    """The server's end of that process."""

    def __init__(self, name: str, port: int, tls_port: int) -> None:
        self.command = [sys.executable, "-m", "shared.web.server.mdns", name, str(port), str(tls_port)]

    def run(self) -> None:
        """Starts it and hears which name it took; it ends with this process, whose pipe it reads."""
        try:
            process = subprocess.Popen(
                self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
            )
        except OSError as error:
            log.warning("no_mdns_name", error=error.strerror)
            return
        assert process.stdout is not None
        for line in process.stdout:
            log.info("mdns_name", name=line.strip())
        if (ended := process.wait()) > 0:  # a signal ends both when the server stops
            log.warning("no_mdns_name", ended=ended)


def is_reachable(host: str) -> bool:
    """Whether a server that listens there is for the network."""
    try:
        return not ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host != "localhost"


if __name__ == "__main__":
    wanted, http, https = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    main(wanted, {HTTP: http, **({HTTPS: https} if https else {})})
