"""A real `loket run` in a process group of its own, on a free port, with its own data folder."""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

import requests
from flask import Flask
from werkzeug.serving import make_server

from shared.engine.people.device import issue_token
from shared.store import reads
from shared.store.office import Store

LOKET = Path(sys.executable).with_name("loket")
READY_S = 240
PORTS = range(12_000, 32_000)
LOOPBACK = "127.0.0.0/8,::1"
"""Where the emulated printers stand; no real printer may."""
WITH_US = ("setpriv", "--pdeathsig", "TERM")
"""The server ends with the test run, also when that is killed before it could tidy up."""


class Server:
    """`start` returns when `/healthz` answers; `kill` ends parent and workers as a power cut would.

    `passwords`: (office, login) -> the one-time password that the first start printed.
    """

    def __init__(self, data: Path, environment: Mapping[str, str] | None = None) -> None:
        self.data, self.environment = data, dict(environment or {})
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.passwords: dict[tuple[str, str], str] = {}
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self.data.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [*WITH_US, LOKET, "run"], env=self._settings(), stdout=log, stderr=log, start_new_session=True
            )
        self._wait()
        found = re.findall(r"^  (\S+) +(\S+) +(\S{8,}) +\S", self.log.read_text(), re.MULTILINE)
        self.passwords.update({(office, login): password for office, login, password in found})

    def stop(self) -> None:
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        self._end(signal.SIGKILL)

    def loket(self, *arguments: str) -> str:
        """What a `loket` command prints on this server's data."""
        done = subprocess.run(
            [LOKET, *arguments], env=self._settings(), capture_output=True, text=True, timeout=READY_S
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def token(self, office: str, *arguments: str) -> dict[str, str]:
        """The header of a program: `token("lumajang", "--officer", "loket1")` or `token("lumajang", "--kiosk")`.

        Made here and not by `loket token`, which takes a second each time; that command has a test of its own.
        """
        what, login = arguments[0].removeprefix("--"), arguments[1] if len(arguments) > 1 else None
        store = Store(self.environment.get("LOKET_DATABASE_URL") or f"sqlite:///{self.data / 'loket.db'}")
        with store.read() as connection:
            office_id = next(row.id for row in reads.offices(connection) if row.slug == office)
            officer = reads.officer_by_login(connection, office_id, login) if login else None
        made_at, officer_id = datetime.now(UTC), officer.id if officer else None
        text = store.write_with(issue_token, office_id, what, login or what, made_at, officer_id)
        store.close()
        return {"Authorization": f"Bearer {text}"}

    @property
    def pid(self) -> int:
        """Of the parent process; its worker is a child."""
        assert self._process is not None
        return self._process.pid

    @property
    def log(self) -> Path:
        return self.data / "server.log"

    def _settings(self) -> dict[str, str]:
        clean = {name: value for name, value in os.environ.items() if not name.startswith("LOKET_")}
        own = {"LOKET_DATA": str(self.data), "LOKET_PORT": str(self.port), "LOKET_PRINTER_ADDRESSES": LOOPBACK}
        own["LOKET_PUBLIC_URL"] = self.url
        return {**clean, **own, **self.environment}

    def _wait(self) -> None:
        assert self._process is not None
        until = time.monotonic() + READY_S
        while time.monotonic() < until:
            assert self._process.poll() is None, self.log.read_text()
            try:
                if requests.get(f"{self.url}/healthz", timeout=5).ok:
                    return
            except requests.RequestException:
                time.sleep(0.05)
        raise AssertionError(self.log.read_text())

    def _end(self, how: signal.Signals) -> None:
        if self._process is None:
            return
        with contextlib.suppress(ProcessLookupError, subprocess.TimeoutExpired):
            os.killpg(self._process.pid, how)
            self._process.wait(READY_S)
        _kill_group(self._process.pid)
        self._process.wait(READY_S)
        self._process = None


def _kill_group(group: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(group, signal.SIGKILL)


@contextlib.contextmanager
def serving(app: Flask) -> Iterator[str]:
    """The address of an app that runs in threads of this process, for tests that move its clock."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()


def free_port() -> int:
    """One below those that the kernel gives to outgoing connections: none of these takes it while a server restarts."""
    while True:
        port = PORTS.start + secrets.randbelow(len(PORTS))
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
