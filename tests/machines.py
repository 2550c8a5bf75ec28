"""Bare Debian machines in folders, in which systemd boots: for the rehearsal of an installation. Made by root alone."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

from conftest import ROOT

PROGRAMS = ("debootstrap", "systemd-nspawn", "nsenter", "curl", "git", "tar")
BARE = "systemd-sysv,dbus,ca-certificates"
REACHES = ("/etc/ssl/certs/ca-certificates.crt", "/etc/pip.conf", "/etc/npmrc", "/etc/apt/apt.conf.d")
"""What of this machine tells how packages are fetched; the bare one fetches them in the same way."""
LONG_S = 180
PROGRAM = Path("opt/loket")


class Cannot(Exception):
    """It cannot be tried here; the text says why."""


class Machine:
    """A Debian in a folder: off, or booted with systemd and no network but its own loopback."""

    def __init__(self, base: Path, folder: Path) -> None:
        subprocess.run(["cp", "-a", base, folder], check=True)
        self.root = folder
        self._init: subprocess.Popen[bytes] | None = None
        self._leader = 0

    def run(self, *words: str, fails: bool = False) -> str:
        """What the command prints, on the machine as it is. Raises when it fails although it should not."""
        if self._init is None:
            told = [f"--setenv={name}={value}" for name, value in os.environ.items() if _tells_the_way(name)]
            way = ["systemd-nspawn", "-q", "--register=no", "--keep-unit", "--pipe", *told, "-D", str(self.root)]
        else:
            way = ["nsenter", "--target", str(self._leader), "--all", "--root", "--wd", "env", "-i", "PATH=" + PATH]
        done = subprocess.run([*way, *words], stdin=subprocess.DEVNULL, capture_output=True, text=True)
        if bool(done.returncode) != fails:
            raise RuntimeError(f"{' '.join(words)} ended with {done.returncode}:\n{done.stdout}\n{done.stderr}")
        return done.stdout + (done.stderr if fails else "")

    def boot(self) -> None:
        self._leader = 0
        way = ("systemd-nspawn", "-q", "--register=no", "--keep-unit", "--private-network", "--boot", "-D")
        with open(f"{self.root}.console", "ab") as console:
            self._init = subprocess.Popen([*way, self.root], stdin=subprocess.DEVNULL, stdout=console, stderr=console)
        self._leader = wait(self._first_process)
        wait(lambda: self._state() in ("running", "degraded"))

    def _first_process(self) -> int:
        assert self._init is not None
        found = subprocess.run(["pgrep", "-x", "-P", str(self._init.pid), "systemd"], capture_output=True, text=True)
        return int(found.stdout or 0)

    def _state(self) -> str:
        way = ("nsenter", "--target", str(self._leader), "--all", "--root", "systemctl", "is-system-running")
        return subprocess.run(way, capture_output=True, text=True).stdout.strip()

    def cut(self) -> None:
        """Everything on it ends at once, as without power."""
        if self._init is not None:
            with suppress(ProcessLookupError):
                os.kill(self._leader or self._init.pid, signal.SIGKILL)
            self._init.wait(LONG_S)
        self._init = None

    def shut_down(self) -> None:
        assert self._init is not None
        self.run("systemctl", "poweroff")
        self._init.wait(LONG_S)
        self._init = None

    def place(self, revision: str) -> None:
        """The program's folder holds this revision; what else is in it stays."""
        (self.root / PROGRAM).mkdir(parents=True, exist_ok=True)
        archive = subprocess.run(["git", "archive", revision], cwd=ROOT, check=True, capture_output=True).stdout
        for old in (self.root / PROGRAM).iterdir():
            if old.name != "data":
                shutil.rmtree(old) if old.is_dir() else old.unlink()
        subprocess.run(["tar", "-x", "-C", self.root / PROGRAM], input=archive, check=True)
        self.run("/opt/loket/loket", "setup")

    def ask(self, path: str, said: dict[str, Any] | None = None, token: str = "", post: bool = False) -> Any:
        """(status, body): JSON where it is some, else the page."""
        words = ["-w", "\n%{http_code}"]
        words += ["-H", "Accept: application/json"] if post or said or token else []
        words += ["-H", f"Authorization: Bearer {token}"] if token else []
        words += ["-H", "Content-Type: application/json", "-d", json.dumps(said)] if said is not None else []
        words += ["-X", "POST"] if post else []
        body, _, status = self.curl(*words, f"http://127.0.0.1:8000{path}").rpartition("\n")
        return int(status or 0), json.loads(body) if body[:1] in "{[" and body else body

    def curl(self, *words: str) -> str:
        """Asked on the machine itself, as its own browser would."""
        way = ("nsenter", "--target", str(self._leader), "--net", "curl", "-s", "-m", "60")
        return subprocess.run([*way, *words], capture_output=True, text=True).stdout

    def answers(self) -> None:
        wait(lambda: self.ask("/healthz")[0] == 200)

    def count(self, data: Path) -> dict[str, Any]:
        """What of its office must be there again, whatever happens."""
        with sqlite3.connect(self.root / data / "loket.db") as database:
            ask = lambda words: database.execute(words).fetchall()  # noqa: E731
            return {
                "tickets": ask("SELECT on_day, series, number, token FROM ticket ORDER BY id"),
                "files": ask("SELECT id, register_number, register_year FROM case_file ORDER BY id"),
                "officers": ask("SELECT login, password_hash FROM officer ORDER BY id"),
                "events": ask("SELECT id, at, action FROM event ORDER BY id"),
            }


PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


def _tells_the_way(name: str) -> bool:
    return name.lower().endswith("_proxy") or name.startswith(("PIP_", "SSL_CERT")) or "CA_" in name


Found = TypeVar("Found")


def wait(look: Callable[[], Found], most_s: float = LONG_S) -> Found:
    until = time.monotonic() + most_s
    while not (found := look()):
        if time.monotonic() > until:
            raise RuntimeError(f"not within {most_s:.0f} s: {look}")
        time.sleep(0.5)
    return found


def bare(folder: Path) -> Path:
    """A Debian with nothing but systemd, that fetches packages as this machine does."""
    if not (folder / "etc/debian_version").exists():
        release = subprocess.run(
            ["bash", "-c", ". /etc/os-release; echo $VERSION_CODENAME"], capture_output=True, text=True
        )
        way = ["debootstrap", "--variant=minbase", f"--include={BARE}", release.stdout.strip() or "stable", str(folder)]
        done = subprocess.run(way, capture_output=True, text=True)
        if done.returncode:
            raise Cannot(f"debootstrap ended with {done.returncode}: {done.stdout[-300:]}")
    for place in map(Path, REACHES):
        target = folder / place.relative_to("/")
        if place.is_dir():
            shutil.copytree(place, target, dirs_exist_ok=True)
        elif place.exists():
            shutil.copy(place, target)
    return folder
