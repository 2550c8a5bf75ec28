"""The server's process is killed over and over while people take numbers, hand in files and complain: nothing that was
answered is lost or there twice.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
import requests
from desks import APPLICANT
from server import Server
from sqlalchemy import select, text
from test_live import Clicks

from shared.domain.files.file import required
from shared.domain.numbering import label, register_label
from shared.domain.queue.ticket import State
from shared.standards import shipped
from shared.store.office import Store
from shared.store.tables import ComplaintRecord, FileRecord, PrintJob, Ticket

ROUNDS, CLIENTS = 200, 4
MOST_COMPLAINTS = 4
"""In one round: the kiosk takes 20 a minute."""
MOST = 40
"""Numbers that are answered between a start and its end, at most."""


@pytest.mark.long
def test_no_answered_number_is_lost_or_given_twice_in_200_rounds_of_kill_9(serve: Callable[..., Server]) -> None:
    server = serve()
    clicks = Clicks(server)
    chance, lock = random.Random(9), threading.Lock()
    answered: dict[str, dict[str, Any]] = {}
    served: set[int] = set()
    accepted: dict[int, str] = {}
    complained: dict[str, str] = {}
    handed_in = {"action": "accept", "applicant": APPLICANT, "collected": {"documents": documents(clicks.service)}}
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

        def serve_visitors(each: int = each, is_over: threading.Event = is_over) -> None:
            try:
                for ticket in at_the_counter(server):  # the call was written, its answer cut off
                    finish(ticket)
                while not is_over.is_set():
                    next_one = requests.post(f"{clicks.root}/counter/1/next", headers=clicks.officer, timeout=60)
                    if next_one.status_code == 200 and len(accepted) <= each:
                        hand_in(next_one.json()["id"])
                    elif next_one.status_code == 200:
                        finish(next_one.json()["id"])
            except requests.RequestException:
                return

        def hand_in(ticket: int) -> None:
            place = f"{clicks.root}/counter/1/tickets/{ticket}"
            requests.post(f"{place}/start", headers=clicks.officer, timeout=60)
            answer = requests.post(f"{place}/file", json=handed_in, headers=clicks.officer, timeout=60)
            assert answer.status_code == 200, answer.text
            with lock:
                accepted[answer.json()["id"]] = answer.json()["register"]

        def complain(each: int = each, is_over: threading.Event = is_over) -> None:
            for number in range(MOST_COMPLAINTS):
                said = {"kind": "complaint", "text": "Antre lama.", "nonce": f"keluhan-{each:04d}-{number:04d}"}
                try:
                    answer = requests.post(
                        f"{clicks.root}/kiosk/complaints", json=said, headers=clicks.kiosk, timeout=60
                    )
                except requests.RequestException:
                    return
                assert answer.status_code == 201, answer.text
                with lock:
                    complained[answer.json()["token"]] = answer.json()["number"]
                if is_over.is_set():
                    return

        def finish(ticket: int) -> None:
            for action in ("start", "finish"):
                path = f"{clicks.root}/counter/1/tickets/{ticket}/{action}"
                answer = requests.post(path, headers=clicks.officer, timeout=60)
            if answer.status_code == 200:
                with lock:
                    served.add(ticket)

        hands = [threading.Thread(target=take, args=(client,)) for client in range(CLIENTS)]
        hands += [threading.Thread(target=serve_visitors), threading.Thread(target=complain)]
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
        files = {row.id: row for row in connection.execute(select(FileRecord))}
        complaints = {row.token: row.number for row in connection.execute(select(ComplaintRecord))}
    store.close()
    print(
        f"{ROUNDS} rounds: {len(answered)} numbers, {len(served)} visits, {len(accepted)} files and {len(complained)} "
        f"complaints answered, {unanswered} requests cut off"
    )
    registers = {case: register_label(row.register_number, row.register_year) for case, row in files.items()}
    assert {case: registers.get(case) for case in accepted} == accepted
    assert sorted(row.register_number for row in files.values()) == list(range(1, len(files) + 1))
    assert complained.keys() <= complaints.keys()
    assert sorted(complaints.values()) == list(range(1, len(complaints) + 1))
    lost = [nonce for nonce, one in answered.items() if one["token"] not in rows]
    other = [n for n, one in answered.items() if n not in lost and _label(rows[one["token"]]) != one["number"]]
    numbers = sorted(row.number for row in rows.values())
    assert (lost, other) == ([], [])
    assert numbers == list(range(1, len(numbers) + 1))
    assert {row.id for row in rows.values()} <= slips
    states = {row.id: row.state for row in rows.values()}
    assert {ticket for ticket in served if states[ticket] != State.DONE} == set()


def documents(slug: str) -> dict[str, bool]:
    """What a file of this service needs, all of it there."""
    office = next(each for each in shipped() if each.slug == "lumajang")
    service = next(each for each in office.services if each.slug == slug)
    return dict.fromkeys(required(service, {}), True)


def at_the_counter(server: Server) -> list[int]:
    store = Store(f"sqlite:///{server.data / 'loket.db'}")
    with store.read() as connection:
        found = select(Ticket.id).where(Ticket.state.in_([State.CALLED, State.SERVING]))
        tickets = list(connection.execute(found).scalars())
    store.close()
    return tickets


def _label(row: Any) -> str:
    return label(row.series, row.number)
