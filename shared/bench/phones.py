"""A thousand phones in the waiting room while four counters work: how soon each is right, and what the clicks wait."""

from __future__ import annotations

import json
import re
import select
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from shared.bench.figure import Figure, percentile
from shared.bench.installation import Serving, nonces, played, served
from shared.bench.load import RawClient, ScreenClient, get, post
from shared.bench.measure import Measure
from shared.bench.processes import tree

PHONES = 1000
COUNTERS = 4
BREATH_S = 1.0
"""Between two visitors of a counter: far busier than any office."""
SETTLE_S = 3.0
TAKERS = 32


class Phone(ScreenClient):
    """One phone page: the same WebSocket as a display, let in by its ticket. `boards`: version and when it came."""

    def __init__(self, port: int, plan: Mapping[str, Any], token: str) -> None:
        self.token = token
        self.boards: list[tuple[int, float]] = []
        self.largest = 0
        super().__init__(port, {**plan, "display": "none"})

    def _messages(self) -> Iterator[bytes]:
        for message in super()._messages():
            self.largest = max(self.largest, len(message))
            yield message

    def _say(self, text: bytes) -> None:
        if text.startswith(b"40"):
            text = b"40" + json.dumps({"office": json.loads(text[2:])["office"], "ticket": self.token}).encode()
        super()._say(text)

    def hear(self) -> bool:
        is_newer = super().hear()
        if is_newer:
            self.boards.append((self.version, time.perf_counter()))
        return is_newer


def measure(bench: Measure) -> Iterator[Figure]:
    phones = PHONES if bench.clicks > 100 else PHONES // 10
    with served(bench.installation) as serving:
        tokens = _take(bench, serving, phones)
        found = _run(bench, serving, tokens)
    rights, clicks = found["right_s"], found["click_s"]
    yield Figure(f"phones_{phones}_right_p50", percentile(rights, 50) * 1000, "ms")
    worst = max(rights)
    yield Figure(f"phones_{phones}_right_max", worst * 1000, "ms", target="<= 1000", met=worst <= 1)
    slow = percentile(clicks, 95) * 1000
    yield Figure(f"phones_{phones}_click_p95", slow, "ms", target="<= 100", met=slow <= 100)
    yield Figure(f"phones_{phones}_memory", found["memory_kb"] / phones, "kB per phone")
    yield Figure(f"phones_{phones}_board", found["board_bytes"], "bytes")


def _take(bench: Measure, serving: Serving, people: int) -> list[str]:
    made = bench.installation
    lines = [RawClient(serving.port) for _ in range(TAKERS)]

    def take(place: int) -> list[str]:
        tokens = []
        for _ in range(place, people, TAKERS):
            wanted = json.dumps({"service": made.service, "nonce": nonces()})
            _, body = lines[place].ask(post(f"/{made.office}/kiosk/tickets", made.kiosk, wanted))
            tokens.append(json.loads(body)["token"])
        return tokens

    with ThreadPoolExecutor(TAKERS) as takers:
        return [token for tokens in takers.map(take, range(TAKERS)) for token in tokens]


def _run(bench: Measure, serving: Serving, tokens: Sequence[str]) -> dict[str, Any]:
    made = bench.installation
    plan = {
        "port": serving.port,
        "server": serving.pid,
        "office": made.office,
        "tokens": tokens,
        "officers": made.officers[:COUNTERS],
        "display": made.display,
        "seconds": 20 if len(tokens) == PHONES else 4,
    }
    return played("phones", plan)


# --- the load, in a process of its own ---


def play(plan: Mapping[str, Any]) -> dict[str, Any]:
    before_kb = _memory_kb(plan["server"])
    phones = _connect(plan)
    memory_kb = _memory_kb(plan["server"]) - before_kb
    until = time.perf_counter() + plan["seconds"]
    clicks: list[float] = []
    calls: list[tuple[str, float]] = []
    counters = [
        threading.Thread(target=_counter, args=(plan, number, token, until, clicks, calls))
        for number, token in enumerate(plan["officers"], 1)
    ]
    for counter in counters:
        counter.start()
    _listen(phones, until + SETTLE_S)
    for counter in counters:
        counter.join()
    versions = _versions(plan)
    known = [(versions[number], sent_at) for number, sent_at in calls if number in versions]
    right_s = [_right_at(phone, version) - sent_at for version, sent_at in known for phone in phones]
    board = phones[0].largest
    return {"right_s": right_s, "click_s": clicks, "memory_kb": memory_kb, "board_bytes": board}


def _connect(plan: Mapping[str, Any]) -> list[Phone]:
    """All phones, one after the other; those that are there answer their pings meanwhile."""
    phones: list[Phone] = []
    for place, token in enumerate(plan["tokens"], 1):
        phones.append(Phone(plan["port"], plan, token))
        if place % 10 == 0:
            _listen(phones, time.perf_counter())
    for phone in phones:
        phone.boards.clear()
    return phones


def _listen(phones: Sequence[Phone], until: float) -> None:
    poll = select.epoll()
    by_number = {phone.fileno(): phone for phone in phones}
    for phone in phones:
        poll.register(phone, select.EPOLLIN)
    while True:
        left_s = max(0.0, until - time.perf_counter())
        for number, _ in poll.poll(min(left_s, 0.2)):
            by_number[number].hear()
        if left_s == 0:
            break
    poll.close()


def _counter(
    plan: Mapping[str, Any],
    number: int,
    token: str,
    until: float,
    clicks: list[float],
    calls: list[tuple[str, float]],
) -> None:
    line = RawClient(plan["port"])
    place = f"/{plan['office']}/counter/{number}"

    def click(what: str) -> bytes:
        _, body = line.ask(post(f"{place}/{what}", token))
        clicks.append(time.perf_counter() - line.sent_at)
        return body

    while time.perf_counter() < until:
        ticket = json.loads(click("next"))
        calls.append((ticket["number"], line.sent_at))
        time.sleep(BREATH_S)
        click(f"tickets/{ticket['id']}/start")
        click(f"tickets/{ticket['id']}/finish")


def _versions(plan: Mapping[str, Any]) -> dict[str, int]:
    """Number -> the version of its call, of the last minute."""
    _, body = RawClient(plan["port"]).ask(get(f"/{plan['office']}/display/board.json", plan["display"]))
    return {call["number"]: call["id"] for call in json.loads(body)["speak"]}


def _right_at(phone: Phone, version: int) -> float:
    return next((at for known, at in phone.boards if known >= version), float("inf"))


def _memory_kb(pid: int) -> int:
    """Resident memory of a process and its children."""
    found = (re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{each}/status").read_text()) for each in tree(pid))
    return sum(int(each[1]) for each in found if each)


if __name__ == "__main__":
    json.dump(play(json.load(sys.stdin)), sys.stdout)
