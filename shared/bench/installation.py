"""An installation that lives as long as the bench: founded as always, with more counters, and served by `loket run`."""

from __future__ import annotations

import http.client
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, NullPool, create_engine, insert, select, text, update

from shared.engine.people.device import issue_token
from shared.store.epoch import new_epoch
from shared.store.office import Store
from shared.store.tables import ACTIVE, UNSENT, Counter, Office, Officer, OfficerRole, PrintJob, Ticket
from shared.web.server.first_run import prepare
from shared.web.settings import read_settings

COUNTERS = 32
"""As many as the busiest measurement has clients: each calls to a counter of its own."""
START_LIMIT_S = 60
LOAD_LIMIT_S = 900


@dataclass(frozen=True, slots=True)
class Installation:
    """The data folder of an office with `COUNTERS` counters, and the tokens that the bench acts with."""

    folder: Path
    office: str
    service: str
    kiosk: str
    display: str
    officers: tuple[str, ...]
    """One token per counter, in the order of the counters' numbers."""
    database_url: str = ""
    """Empty: SQLite in the folder."""

    @property
    def url(self) -> str:
        return self.database_url or f"sqlite:///{self.folder / 'loket.db'}"

    def clear_line(self) -> None:
        """Whoever is here is done: each round begins with the short line of an office. Waits until all is printed."""
        with self._connected() as connection:
            while connection.execute(select(PrintJob.id).where(UNSENT).limit(1)).first():
                connection.rollback()
                time.sleep(0.05)
            connection.execute(text(f"UPDATE ticket SET state = 'done' WHERE {ACTIVE}"))
            connection.execute(update(Office).values(epoch=new_epoch()))  # nobody's memory holds any more
            connection.commit()

    def newest_token(self) -> str:
        with self._connected() as connection:
            return connection.execute(select(Ticket.token).order_by(Ticket.id.desc()).limit(1)).scalar_one()

    @contextmanager
    def _connected(self) -> Iterator[Connection]:
        wait = {"timeout": 30} if self.url.startswith("sqlite") else {}
        engine = create_engine(self.url, poolclass=NullPool, connect_args=wait)
        with engine.connect() as connection:
            yield connection


@dataclass(frozen=True, slots=True)
class Serving:
    port: int
    pid: int
    start_s: float
    """From the command to the first answer of /healthz."""


def install(folder: Path, database_url: str = "") -> Installation:
    """Makes the data folder and everything in it; `database_url`: another database than SQLite, empty as yet."""
    settings = read_settings({"LOKET_DATA": str(folder), "LOKET_DATABASE_URL": database_url})
    prepare(settings, datetime.now(UTC))
    store = Store(settings.database())
    try:
        office = store.office_config(store.write_with(_first_office))
        service = office.services[0]
        tokens = store.write_with(_furnish, office.office_id, office.first_role(service).value)
    finally:
        store.close()
    return Installation(folder, office.slug, service.slug, tokens[0], tokens[1], tuple(tokens[2:]), database_url)


def _first_office(connection: Connection) -> int:
    return int(connection.execute(select(Office.id).order_by(Office.id).limit(1)).scalar_one())


def _furnish(connection: Connection, office_id: int, role: str) -> list[str]:
    """Counters up to `COUNTERS`, an officer for each; tokens: kiosk, display, officers."""
    made_at = datetime.now(UTC)
    tokens = [issue_token(connection, office_id, purpose, "bench", made_at) for purpose in ("kiosk", "display")]
    connection.execute(update(Counter).where(Counter.office_id == office_id).values(roles=[role]))
    there = set(connection.execute(select(Counter.number).where(Counter.office_id == office_id)).scalars())
    for number in range(1, COUNTERS + 1):
        if number not in there:
            row = {"office_id": office_id, "number": number, "name": f"Loket {number}", "roles": [role]}
            connection.execute(insert(Counter), row)
        login = f"bench{number}"
        officer = {"office_id": office_id, "login": login, "name": login, "password_hash": "!"}
        key: Any = connection.execute(insert(Officer), {**officer, "must_change_password": False}).inserted_primary_key
        connection.execute(insert(OfficerRole), {"officer_id": key[0], "role": role})
        tokens.append(issue_token(connection, office_id, "officer", login, made_at, key[0]))
    bump = update(Office).where(Office.id == office_id).values(setup_version=Office.setup_version + 1)
    connection.execute(bump)
    return tokens


@contextmanager
def served(installation: Installation, **environment: str) -> Iterator[Serving]:
    """A server process on a free port, gone afterwards. Raises `RuntimeError` when it does not start."""
    port = free_port()
    own = {name: value for name, value in os.environ.items() if not name.startswith("LOKET_")}
    own.pop("PYTHONDONTWRITEBYTECODE", None)  # as `./loket`: or every start would compile the program anew
    own |= {"LOKET_DATA": str(installation.folder), "LOKET_PORT": str(port), "LOKET_HOST": "127.0.0.1"}
    own |= {"LOKET_DATABASE_URL": installation.database_url, **environment}
    program = [sys.executable, "-c", "from shared.web.cli import main; main()", "run"]
    began = time.perf_counter()
    with (installation.folder / "server.log").open("ab") as words:
        process = subprocess.Popen(program, env=own, stdout=subprocess.DEVNULL, stderr=words)
    try:
        _wait_until_it_answers(process, port, installation.folder / "server.log")
        yield Serving(port, process.pid, time.perf_counter() - began)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=START_LIMIT_S)


def _wait_until_it_answers(process: subprocess.Popen[bytes], port: int, words: Path) -> None:
    limit = time.monotonic() + START_LIMIT_S
    while time.monotonic() < limit and process.poll() is None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=START_LIMIT_S)
        try:
            connection.request("GET", "/healthz")
            if connection.getresponse().status == 200:
                return
        except ConnectionError:
            time.sleep(0.01)
        finally:
            connection.close()
    raise RuntimeError(f"the server did not start: {words.read_text()[-2000:]}")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def load(kind: str, serving_port: int, **plan: object) -> Iterator[subprocess.Popen[bytes]]:
    """A client process of its own, see `load.py`; it begins at once."""
    program = [sys.executable, "-m", "shared.bench.load"]
    process = subprocess.Popen(program, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdin is not None
    process.stdin.write(json.dumps({"kind": kind, "port": serving_port, **plan}).encode())
    process.stdin.close()
    process.stdin = None
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()


def result(process: subprocess.Popen[bytes]) -> Mapping[str, Any]:
    """What the client process measured. Raises `RuntimeError` when the server answered something unexpected."""
    said, _ = process.communicate(timeout=LOAD_LIMIT_S)
    if process.returncode != 0:
        raise RuntimeError("the load program failed: see above")
    answer: dict[str, Any] = json.loads(said)
    return answer


def run_load(kind: str, serving: Serving, **plan: object) -> Mapping[str, Any]:
    with load(kind, serving.port, **plan) as process:
        return result(process)


def played(module: str, plan: Mapping[str, object]) -> dict[str, Any]:
    """What `shared.bench.<module>` answers as a process of its own, to which the plan is given as JSON."""
    program = [sys.executable, "-m", f"shared.bench.{module}"]
    done = subprocess.run(program, input=json.dumps(plan), capture_output=True, text=True, timeout=LOAD_LIMIT_S)
    if done.returncode != 0:
        raise RuntimeError(done.stderr)
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def nonces() -> str:
    """The beginning of nonces that no other load has used."""
    return secrets.token_hex(6)
