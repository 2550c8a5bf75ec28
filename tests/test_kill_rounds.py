"""The server's process is killed over and over while people take numbers: nothing answered is lost or there twice."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
import requests
from server import Server
from sqlalchemy import select, text
from test_live import Clicks

from shared.domain.numbering import label
from shared.domain.ticket import State
from shared.store.office import Store
from shared.store.tables import PrintJob, Ticket

ROUNDS, CLIENTS = 200, 4
MOST = 40
"""Numbers that are answered between a start and its end, at most."""


@pytest.mark.long
def test_no_answered_number_is_lost_or_given_twice_in_200_rounds_of_kill_9(serve: Callable[..., Server]) -> None:
    server = serve()
    clicks = Clicks(server)
    chance, lock = random.Random(9), threading.Lock()
    answered: dict[str, dict[str, Any]] = {}
    served: set[int] = set()
    unanswered = 0

    for each in range(ROUNDS):
        is_over, wanted = threading.Event(), len(answered) + chance.randint(1, MOST)

        def take(client: int, each: int = each, is_over: threading.Event = is_over) -> None:
            nonlocal unanswered
            for number in range(10_000):
                if is_over.is_set():
                    return
                body = {"service": clicks.service, "nonce": f"putaran-{each}-{client}-{number}"}
                try:
                    answer = requests.post(f"{clicks.root}/kiosk/tickets", json=body, headers=clicks.kiosk, timeout=60)
                except requests.RequestException:
                    unanswered += 1
                    return
                assert answer.status_code == 201, answer.text
                with lock:
                    answered[body["nonce"]] = answer.json()

        def serve_visitors(is_over: threading.Event = is_over) -> None:
            try:
                for ticket in at_the_counter(server):  # the call was written, its answer cut off
                    finish(ticket)
                while not is_over.is_set():
                    next_one = requests.post(f"{clicks.root}/counter/1/next", headers=clicks.officer, timeout=60)
                    if next_one.status_code == 200:
                        finish(next_one.json()["id"])
            except requests.RequestException:
                return

        def finish(ticket: int) -> None:
            for action in ("start", "finish"):
                path = f"{clicks.root}/counter/1/tickets/{ticket}/{action}"
                answer = requests.post(path, headers=clicks.officer, timeout=60)
            if answer.status_code == 200:
                with lock:
                    served.add(ticket)

        hands = [threading.Thread(target=take, args=(client,)) for client in range(CLIENTS)]
        hands.append(threading.Thread(target=serve_visitors))
        for hand in hands:
            hand.start()
        until = time.monotonic() + 120
        while len(answered) < wanted and time.monotonic() < until:
            time.sleep(chance.uniform(0, 0.02))
        server.kill()
        is_over.set()
        for hand in hands:
            hand.join()
        server.start()

    server.stop()
    store = Store(f"sqlite:///{server.data / 'loket.db'}")
    with store.read() as connection:
        assert connection.execute(text("PRAGMA integrity_check")).scalar_one() == "ok"
        rows = {row.token: row for row in connection.execute(select(Ticket))}
        slips = set(connection.execute(select(PrintJob.ticket_id)).scalars())
    store.close()
    print(f"{ROUNDS} rounds: {len(answered)} numbers and {len(served)} visits answered, {unanswered} requests cut off")
    lost = [nonce for nonce, one in answered.items() if one["token"] not in rows]
    other = [n for n, one in answered.items() if n not in lost and _label(rows[one["token"]]) != one["number"]]
    numbers = sorted(row.number for row in rows.values())
    assert (lost, other) == ([], [])
    assert numbers == list(range(1, len(numbers) + 1))
    assert {row.id for row in rows.values()} <= slips
    states = {row.id: row.state for row in rows.values()}
    assert {ticket for ticket in served if states[ticket] != State.DONE} == set()


def at_the_counter(server: Server) -> list[int]:
    store = Store(f"sqlite:///{server.data / 'loket.db'}")
    with store.read() as connection:
        found = select(Ticket.id).where(Ticket.state.in_([State.CALLED, State.SERVING]))
        tickets = list(connection.execute(found).scalars())
    store.close()
    return tickets


def _label(row: Any) -> str:
    return label(row.series, row.number)
