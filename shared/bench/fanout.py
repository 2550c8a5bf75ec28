"""What a board costs the server for each screen that hears it, next to a bare epoll server that sends as many bytes.

CPU time, not time on the clock: a busy machine changes it less. Ours is what the server itself counts for making and
writing boards (`/metrics`); what a click and the pings of the screens cost is told by other measurements.
"""

from __future__ import annotations

import json
import re
import resource
import select
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from statistics import median
from typing import Any

from shared.bench.calls import fill_line
from shared.bench.figure import Figure, median_ratio
from shared.bench.installation import Serving, played, served
from shared.bench.load import DEAF_S, RawClient, ScreenClient, Unexpected, get, post
from shared.bench.measure import Measure
from shared.bench.processes import tree
from shared.bench.screens import bare, board_bytes

SCREENS = (10, 100, 1000, 3000)
TARGETS = {1000: 1.5}
FRAMES = 2_000
"""Of one round; but never more boards than the bench has clicks, and an even number: who is called is given back."""
TURNS = 5
"""So many rounds of each server for one of the bench: short ones in turn, so that a busy moment hits both."""
OWN_FILES = 100
SENDING_S = 0.02
"""While a board goes out nobody listens: screens are other machines, and to wake them costs a server nothing."""


def measure(bench: Measure) -> Iterator[Figure]:
    with served(bench.installation) as serving:
        fill_line(bench.installation, serving, 1)
        size = board_bytes(bench.installation, serving) + len('42["board",]')
        with bare("bare_epoll", size) as yardstick:
            for screens in SCREENS if bench.clicks > 100 else SCREENS[:1]:
                yield _figure(screens, _screens_us(bench, serving, yardstick, screens))


def _figure(screens: int, found: Mapping[str, list[float]]) -> Figure:
    ours, theirs = found["ours"], found["theirs"]
    ratio = median_ratio(ours, theirs)
    target = TARGETS.get(screens)
    aim, met = (None, None) if target is None else (f"ratio <= {target}", ratio <= target)
    return Figure(f"fanout_{screens}", median(ours), "CPU us per screen", median(theirs), ratio, aim, met)


def _screens_us(bench: Measure, serving: Serving, yardstick: Serving, screens: int) -> Mapping[str, list[float]]:
    """Whose server -> CPU time of one board to one screen, for each round."""
    made = bench.installation
    plan = {
        "office": made.office,
        "token": made.officers[0],
        "display": made.display,
        "screens": screens,
        "boards": min(max(10, FRAMES // screens), bench.clicks) // 2 * 2,
        "rounds": TURNS * bench.rounds,
        "servers": {"ours": [serving.port, serving.pid], "theirs": [yardstick.port, yardstick.pid]},
    }
    return played("fanout", plan)


# --- the load, in a process of its own ---


class Audience:
    """Many screens of one server, and the officer whose clicks they hear of."""

    def __init__(self, plan: Mapping[str, Any], port: int, pid: int) -> None:
        self.pid, self.path, self.token = pid, f"/{plan['office']}/counter/1", plan["token"]
        self.poll = select.epoll()
        self.screens: dict[int, ScreenClient] = {}
        for place in range(plan["screens"]):
            screen = ScreenClient(port, dict(plan))
            self.screens[screen.fileno()] = screen
            self.poll.register(screen, select.EPOLLIN)
            if place % 10 == 0:
                self.listen(0)
        self.line = RawClient(port)  # the last: the server waits ten seconds for the first word

    def listen(self, wait_s: float) -> set[int]:
        """The screens to which a newer board came; pings are answered meanwhile."""
        return {number for number, _ in self.poll.poll(wait_s) if self.screens[number].hear()}

    def screen_us(self, boards: int) -> float:
        """The visitor of the counter is called and given back, in turn; each time all screens hear of it."""
        sent, spent_s = self._sent(boards)
        for _ in range(boards // 2):
            ticket = self._click("next")
            self._click(f"tickets/{ticket}/release")
        now_sent, now_spent_s = self._sent(0)
        return (now_spent_s - spent_s) / (now_sent - sent) * 1e6

    def _sent(self, to_come: int) -> tuple[float, float]:
        """Boards that were sent so far, and the CPU seconds for it; the yardstick does nothing else in its life."""
        _, body = self.line.ask(get("/metrics"))
        found = [re.search(rb"(?m)^loket_boards_sent%s ([\d.e+-]+)" % name, body) for name in (b"", b"_cpu_seconds")]
        if found[0] is None or found[1] is None:
            return -to_come * len(self.screens), _cpu_s(self.pid)
        return float(found[0][1]), float(found[1][1])

    def _click(self, what: str) -> int:
        self.listen(0)
        status, body = self.line.ask(post(f"{self.path}/{what}", self.token))
        if status != 200:
            raise Unexpected(repr(body))
        heard: set[int] = set()
        while len(heard) < len(self.screens):
            time.sleep(SENDING_S)
            heard |= self.listen(DEAF_S)
        return int(json.loads(body)["id"])


def play(plan: Mapping[str, Any]) -> dict[str, list[float]]:
    """Rounds of all servers in turn."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(most, len(plan["servers"]) * plan["screens"] + OWN_FILES), most))
    audiences = {whose: Audience(plan, port, pid) for whose, (port, pid) in plan["servers"].items()}
    found: dict[str, list[float]] = {whose: [] for whose in audiences}
    for each in audiences.values():
        each.screen_us(2)  # whoever came late has caught up then
    for _ in range(plan["rounds"]):
        for whose, each in audiences.items():
            found[whose].append(each.screen_us(plan["boards"]))
            for other in audiences.values():
                other.listen(0)  # pings
    return found


def _cpu_s(pid: int) -> float:
    """What a process and its children have used of the processor since they began, by the scheduler's own books."""
    tasks = [task for each in tree(pid) for task in Path(f"/proc/{each}/task").iterdir()]
    return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks) / 1e9


if __name__ == "__main__":
    json.dump(play(json.load(sys.stdin)), sys.stdout)
