"""Power cuts: the server or the agent is killed at random moments, and still no slip comes twice unmarked."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import requests
from paper import Fault, PaperPrinter
from people import until
from server import LOKET, LOOPBACK, Server
from sqlalchemy import insert, select, update
from test_spool import on_paper

from shared.domain.slips.print_job import JobState
from shared.engine.people.device import invite
from shared.printing.job_notifier import JobNotifier
from shared.store import reads
from shared.store.office import Store
from shared.store.tables import Office, Printer, PrintJob

OFFICE = "lumajang"
ROUNDS = 2
ENDED = (JobState.CONFIRMED, JobState.FAILED, JobState.EXPIRED)


@pytest.fixture
def server(serve: Callable[..., Server]) -> Server:
    return serve()


@pytest.fixture
def store(server: Server, open_store: Callable[[str], Store]) -> Store:
    return open_store(f"sqlite:///{server.data / 'loket.db'}")


class Slow(PaperPrinter):
    """Prints so slowly that a kill falls into a slip."""

    def _put_on_paper(self, command: bytes) -> None:
        if command == b"\n":
            time.sleep(0.005)
        super()._put_on_paper(command)


def office_id(store: Store) -> int:
    with store.read() as connection:
        return int(connection.execute(select(Office.id).where(Office.slug == OFFICE)).scalar_one())


def use(store: Store, slug: str, **columns: Any) -> None:
    """Number slips of the office go to this printer; with `columns` it is made first."""
    office = office_id(store)
    if columns:
        store.write(insert(Printer), {"office_id": office, "slug": slug, "profile": "58mm", **columns})
    choice = {"settings": {"printer": slug}, "setup_version": Office.setup_version + 1}
    store.write(update(Office).where(Office.id == office).values(**choice))


def take(server: Server, nonce: str) -> dict[str, Any] | None:
    """A number, or None when the server is just away; the same nonce is sent again, as the kiosk does."""
    wanted = {"service": "oss", "nonce": nonce}
    try:
        answer = requests.post(f"{server.url}/{OFFICE}/kiosk/tickets", json=wanted, timeout=10)
    except requests.RequestException:
        return None
    return dict(answer.json()) if answer.ok else None


def slips(store: Store) -> list[Any]:
    with store.read() as connection:
        return list(connection.execute(select(PrintJob).order_by(PrintJob.id)))


def all_ended(store: Store) -> bool:
    return all(each.state in ENDED for each in slips(store))


def promise_holds(store: Store, device: PaperPrinter, taken: list[dict[str, Any]]) -> None:
    for ticket in taken:
        with store.read() as connection:
            last = reads.print_job_of(connection, office_id(store), ticket["id"])
        word = f"{ticket['number']}\n"
        unmarked, marked = on_paper(device, word, marked=False), on_paper(device, word, marked=True)
        assert last is not None
        assert len(unmarked) <= 1
        assert len(marked) <= 1
        if last.state == JobState.CONFIRMED:
            assert any(b"terlewat" in slip for slip in unmarked + marked)
        else:
            assert last.state in ENDED


def test_a_server_that_is_killed_at_random_prints_nothing_twice_unmarked(server: Server, store: Store) -> None:
    chance, device, taken = random.Random(33), Slow(), []

    with device.on_network() as address:
        use(store, "kertas", kind="network", address=address)
        for turn in range(ROUNDS):
            for number in range(6):
                taken.append(until(lambda n=f"{turn}-{number}-nonce": take(server, n)))
            time.sleep(chance.uniform(0.05, 0.6))
            server.kill()
            server.start()
        until(lambda: all_ended(store))

    promise_holds(store, device, taken)
    assert sum(each.state == JobState.CONFIRMED for each in slips(store)) >= len(taken) / 2


def start_agent(server: Server, folder: Path, address: str, code: str) -> subprocess.Popen[bytes]:
    """The same command at each start, as a unit file has it: the code is used up by the first."""
    asked = ["--server", server.url, "--pair", code, "--profile", "58mm"]
    with (folder / "agent.log").open("ab") as log:
        return subprocess.Popen(
            [LOKET, "print-agent", *asked, "--printer", f"network:{address}"],
            env={**os.environ, "LOKET_DATA": str(folder), "LOKET_PRINTER_ADDRESSES": LOOPBACK},
            stdout=log,
            stderr=log,
        )


def test_an_agent_and_its_server_may_both_be_killed(server: Server, store: Store, tmp_path: Path) -> None:
    chance, device, taken = random.Random(35), Slow(), []
    code = store.write_with(invite, office_id(store), "Anjungan", datetime.now(UTC))

    with device.on_network() as address:
        agent = start_agent(server, tmp_path, address, code)
        try:
            until(lambda: any(p.slug == "anjungan" for p in store.office_config(office_id(store)).printers))
            use(store, "anjungan")
            for turn in range(ROUNDS):
                for number in range(4):
                    taken.append(until(lambda n=f"{turn}-{number}-nonce": take(server, n)))
                time.sleep(chance.uniform(0.05, 0.6))
                agent.send_signal(signal.SIGKILL)
                agent.wait()
                if turn % 2 == 1:
                    server.kill()
                    server.start()
                agent = start_agent(server, tmp_path, address, code)
            until(lambda: all_ended(store), 60)
        finally:
            agent.kill()
            agent.wait()

    promise_holds(store, device, taken)
    assert sum(each.state == JobState.CONFIRMED for each in slips(store)) >= len(taken) / 2


def test_the_bell_is_heard_again_after_the_server_was_killed(server: Server) -> None:
    token = server.token(OFFICE, "--agent")["Authorization"].removeprefix("Bearer ")
    bell = JobNotifier(server.url, OFFICE, token, lambda: None)
    ears = threading.Thread(target=bell.run)
    ears.start()
    try:
        until(lambda: bell.is_open)
        server.kill()
        until(lambda: not bell.is_open)
        server.start()
        until(lambda: bell.is_open)
    finally:
        bell.stop()
        ears.join(30)


def test_numbers_are_given_while_a_printer_hangs(server: Server, store: Store) -> None:
    dead, idle, well = [PaperPrinter() for _ in range(12)], PaperPrinter(), PaperPrinter()
    for device in dead:
        device.fault = Fault.HALF_OPEN

    with ExitStack() as stack:
        for place, device in enumerate([*dead, idle]):
            known = {"kind": "network", "answers": "in_order"}
            use(store, f"lain-{place}", address=stack.enter_context(device.on_network()), **known)
        until(lambda: all(device.connections for device in [*dead, idle]))
        use(store, "kertas", kind="network", address=stack.enter_context(well.on_network()))
        before = [device.connections for device in [*dead, idle]]
        for number in range(20):
            assert take(server, f"nonce-{number:04}")
        until(lambda: all_ended(store))
        asked = [device.connections - count for device, count in zip([*dead, idle], before, strict=True)]

    assert len(well.slips) == 20
    usual = asked.pop()  # of a printer that nobody prints on: how often the time alone, long or short, had one asked
    assert max(asked) <= usual + 2
