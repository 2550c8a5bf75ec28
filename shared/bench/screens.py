"""From the click on "next" until the displays have the new board, with 1 and 50 of them, next to a bare WebSocket."""

from __future__ import annotations

import http.client
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from statistics import median

from shared.bench.calls import fill_line
from shared.bench.figure import Figure, median_ratio, percentile
from shared.bench.installation import START_LIMIT_S, Installation, Serving, free_port, run_load, served
from shared.bench.measure import Measure

DISPLAYS = (1, 50)
TARGETS = {50: 2.5, 95: None, 99: 4.0}
"""Percentile -> how many times the bare WebSocket it may take."""


def measure(bench: Measure) -> Iterator[Figure]:
    with served(bench.installation) as serving, bare("bare", board_bytes(bench.installation, serving)) as websocket:
        fill_line(bench.installation, serving, 1)
        for displays in DISPLAYS:
            yield from compare(bench, "click_to_screen", serving, websocket, displays)


def compare(bench: Measure, name: str, serving: Serving, websocket: Serving, displays: int) -> Iterator[Figure]:
    """Rounds of both in turn; one figure per percentile."""
    ours, theirs = [], []
    clicks = max(1, bench.clicks // bench.rounds)
    for _ in range(bench.rounds):
        theirs.append(_waits_ms(bench.installation, websocket, displays, clicks))
        ours.append(_waits_ms(bench.installation, serving, displays, clicks))
    for percent, target in TARGETS.items():
        values = [percentile(waits, percent) for waits in ours]
        yardsticks = [percentile(waits, percent) for waits in theirs]
        ratio = median_ratio(values, yardsticks)
        yield Figure(
            f"{name}_{displays}_p{percent}",
            median(values),
            "ms",
            median(yardsticks),
            ratio,
            None if target is None else f"ratio <= {target}",
            None if target is None else ratio <= target,
        )


def _waits_ms(installation: Installation, serving: Serving, displays: int, clicks: int) -> list[float]:
    plan = {"office": installation.office, "token": installation.officers[0], "display": installation.display}
    done = run_load("screens", serving, displays=displays, clicks=clicks, **plan)
    return [wait * 1000 for wait in done["waits_s"]]


def board_bytes(installation: Installation, serving: Serving) -> int:
    """How long the board of this office is as JSON."""
    connection = http.client.HTTPConnection("127.0.0.1", serving.port, timeout=START_LIMIT_S)
    bearer = {"Authorization": f"Bearer {installation.display}"}
    connection.request("GET", f"/{installation.office}/display/board.json", headers=bearer)
    size = len(connection.getresponse().read())
    connection.close()
    return size


@contextmanager
def bare(program: str, size: int, *more: str) -> Iterator[Serving]:
    """A yardstick as a process: `bare` or `bare_flask`, with boards of `size` bytes; gone afterwards."""
    port = free_port()
    command = [sys.executable, "-m", f"shared.bench.{program}", str(port), str(size), *more]
    process = subprocess.Popen(command)
    began = time.monotonic()
    try:
        while True:
            try:
                socket.create_connection(("127.0.0.1", port)).close()
                break
            except ConnectionRefusedError:
                if process.poll() is not None or time.monotonic() - began > START_LIMIT_S:
                    raise
                time.sleep(0.01)
        yield Serving(port, process.pid, time.monotonic() - began)
    finally:
        process.terminate()
        process.wait(timeout=START_LIMIT_S)
