"""The server's name in the office's network: two real responders that speak multicast on this machine's loopback."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from functools import wraps

import pytest
from people import until
from zeroconf import IPVersion, ServiceBrowser, ServiceStateChange, Zeroconf

from shared.web.server import hosts, machine, mdns
from shared.web.settings import Settings

LOOP = ["127.0.0.1"]


def in_its_own_thread(test: Callable[..., None]) -> Callable[..., None]:
    """zeroconf refuses to wait in a thread that has an event loop, and a test with a browser leaves one in ours."""

    @wraps(test)
    def run(**fixtures: object) -> None:
        with ThreadPoolExecutor(1) as thread:
            thread.submit(test, **fixtures).result()

    return run


@pytest.fixture
def network() -> Iterator[ExitStack]:
    stack = ExitStack()
    yield stack
    with ThreadPoolExecutor(1) as thread:
        thread.submit(stack.close).result()


def box(network: ExitStack) -> Zeroconf:
    """A machine on the office's network."""
    made = Zeroconf(LOOP, ip_version=IPVersion.V4Only)
    network.callback(made.close)
    return made


def announce(one: Zeroconf, wanted: str, address: str) -> str:
    taken = mdns.free_name(one, wanted, [address])
    for service in mdns.services(taken, {mdns.HTTP: 8000}, [address]):
        one.register_service(service, allow_name_change=True)
    return taken


@in_its_own_thread
def test_a_second_box_takes_the_next_name_and_both_are_found(network: ExitStack) -> None:
    first, second, phone = box(network), box(network), box(network)
    seen: set[str] = set()

    def noticed(zeroconf: Zeroconf, service_type: str, name: str, state_change: ServiceStateChange) -> None:
        seen.add(name)

    names = [announce(first, "uji-loket", "10.77.0.1"), announce(second, "uji-loket", "10.77.0.2")]

    assert names == ["uji-loket", "uji-loket-2"]
    browser = ServiceBrowser(phone, mdns.HTTP, handlers=[noticed])
    until(lambda: {"Uji-loket._http._tcp.local.", "Uji-loket-2._http._tcp.local."} <= seen)
    browser.cancel()
    found = phone.get_service_info(mdns.HTTP, "Uji-loket-2._http._tcp.local.", timeout=60_000)
    assert found is not None
    assert (found.server, found.port, found.parsed_addresses()) == ("uji-loket-2.local.", 8000, ["10.77.0.2"])


@in_its_own_thread
def test_the_same_box_keeps_its_name_when_it_starts_again(network: ExitStack) -> None:
    first, again = box(network), box(network)

    assert announce(first, "uji-lagi", "10.77.0.3") == mdns.free_name(again, "uji-lagi", ["10.77.0.3"]) == "uji-lagi"


def test_each_name_that_the_server_may_take_is_answered_and_no_other() -> None:
    known = hosts._names(Settings(mdns_name="tempeh"))

    assert {f"{each}.local" for each in machine.candidates("tempeh")} <= known
    assert "tempeh-10.local" not in known


@pytest.mark.parametrize("text", ["Loket", "a.b", "-a", "a b", "x" * 61, "a;b"])
def test_a_name_that_no_network_knows_stops_the_start(text: str) -> None:
    with pytest.raises(ValueError, match="letters, digits"):
        Settings(mdns_name=text)


@pytest.mark.parametrize(("host", "is_told"), [("127.0.0.1", False), ("localhost", False), ("::1", False),
                                               ("0.0.0.0", True), ("192.168.1.10", True)])  # fmt: skip
def test_a_server_for_its_own_machine_alone_is_not_announced(host: str, is_told: bool) -> None:
    assert mdns.is_reachable(host) == is_told
