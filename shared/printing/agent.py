"""The print agent: on the kiosk's own machine it fetches slips for the printer there, and tells what became of them.

The job notifier wakes it, and it asks by HTTP; without that line it is a long poll: the server answers with a slip or
a few seconds have passed. So a slip comes at once, and the next question mends whatever was lost. Before a byte goes to
the printer a small journal on the disk says so: what a crash leaves in doubt is reported as uncertain, and never
printed twice unmarked.
"""

from __future__ import annotations

import base64
import fcntl
import json
import os
import secrets
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import structlog

from shared.printing.address import Kind
from shared.printing.delivery import TIMEOUT_S, Answers, Outcome, Result, ask, deliver
from shared.printing.job_notifier import JobNotifier
from shared.printing.learning import Learned, Learning
from shared.printing.status import Status

log = structlog.get_logger()

WAIT_S = 3.0
"""How long a poll stays open, or the notifier is waited for; with the status in each it stays under `QUIET_S`."""

HEARTBEAT_S = 2.0
"""How often the server hears of a slip that is still being printed; more seldom, and the agent counts as gone."""

ANSWER_S = 10.0
"""A server that keeps quiet for so long is not there."""

LONGEST_PAUSE_S = 5.0


class Unreachable(Exception):
    """No server, or one that is in trouble: ask again later."""


class Refused(Exception):
    """The server said no; `status` is its HTTP code."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message or code)
        self.status, self.code = status, code


class ServerConnection:
    """The road to one office of the server. `url`: up to and with the office, such as http://10.0.0.2:8000/lumajang."""

    def __init__(self, url: str, token: str = "", timeout_s: float = ANSWER_S) -> None:
        self.url, self.token, self.timeout_s = url.rstrip("/"), token, timeout_s

    def get(self, path: str) -> dict[str, Any]:
        return self._ask("GET", path, None)

    def post(self, path: str, **body: Any) -> dict[str, Any]:
        """What the server answers; raises `Unreachable` or `Refused`."""
        return self._ask("POST", path, json.dumps(body).encode())

    def _ask(self, method: str, path: str, body: bytes | None) -> dict[str, Any]:
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        request = urllib.request.Request(self.url + path, body, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=self.timeout_s) as answer:
                said = json.loads(answer.read() or b"{}")
        except urllib.error.HTTPError as error:
            with error:
                raise _refusal(error) from None
        except (OSError, ValueError) as error:
            raise Unreachable(str(error)) from None
        return dict(said)


def _refusal(error: urllib.error.HTTPError) -> Exception:
    if error.code >= 500 or error.code == 429:
        return Unreachable(f"HTTP {error.code}")
    try:
        said = json.loads(error.read())["error"]
        return Refused(error.code, str(said["code"]), str(said["message"]))
    except (ValueError, KeyError, TypeError, OSError):
        return Refused(error.code, "http", f"HTTP {error.code}")


class Journal:
    """What the agent must not forget: its token, its own name, and the slip that it has claimed. One file."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._path = folder / "journal.json"
        self.facts: dict[str, Any] = json.loads(self._path.read_text()) if self._path.exists() else {}
        if "install" not in self.facts:
            self.write(install=secrets.token_hex(8))

    def write(self, **facts: Any) -> None:
        """On the disk when it returns, whole or not at all."""
        self.facts |= facts
        fresh = self._path.with_suffix(".new")
        with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            json.dump(self.facts, file)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self._path)
        folder = os.open(self._path.parent, os.O_RDONLY)
        os.fsync(folder)
        os.close(folder)


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Only one agent works in a folder; raises BlockingIOError for the second."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield


@dataclass(frozen=True, slots=True)
class LocalPrinter:
    """The printer that hangs on this machine. `slug`: its name in the office."""

    slug: str
    kind: Kind
    address: str
    profile: str
    answers: Answers = Answers.NOT_LEARNED


class Agent:
    """Prints what the server has for `device`."""

    def __init__(
        self,
        line: ServerConnection,
        journal: Journal,
        device: LocalPrinter,
        *,
        wait_s: float = WAIT_S,
        timeout_s: float = TIMEOUT_S,
        refused_pause_s: float = LONGEST_PAUSE_S,
    ) -> None:
        self.line, self.journal, self.device = line, journal, device
        self.wait_s, self.timeout_s, self.refused_pause_s = wait_s, timeout_s, refused_pause_s
        server, _, office = line.url.rpartition("/")
        self._woken = threading.Event()
        self.notifier = JobNotifier(server, office, line.token, self._woken.set)
        self._stopping = threading.Event()
        self._learning = Learning(timeout_s)
        self._is_known = False
        self._was_known = False
        """The server took this printer once: whatever it says later, the agent comes back to it."""
        if device.answers is Answers.NOT_LEARNED and journal.facts.get("printer") == self._place():
            self.device = replace(device, answers=Answers(journal.facts["answers"]))

    def run(self) -> None:
        """Until `stop`. Raises `Refused` when the server does not want this agent (any more)."""
        ears = threading.Thread(target=self.notifier.run, daemon=True)
        ears.start()
        try:
            self._work()
        finally:
            self.notifier.stop()
            ears.join(self.timeout_s)

    def _work(self) -> None:
        failures = 0
        while not self._stopping.is_set():
            try:
                self.step()
                failures = 0
            except Unreachable as error:
                self._is_known = False
                log.warning("server_unreachable", url=self.line.url, error=str(error))
                self._stopping.wait(min(2.0**failures / 2, LONGEST_PAUSE_S))
                failures = min(failures + 1, 10)
            except Refused as error:
                if error.status in (401, 403) or not self._was_known:
                    raise
                self._is_known = False
                log.warning("server_refused", url=self.line.url, code=error.code, error=str(error))
                self._stopping.wait(self.refused_pause_s)

    def stop(self) -> None:
        self._stopping.set()
        self._woken.set()

    def step(self) -> None:
        """Tells what was left untold, then asks for one slip and prints it, or waits until there may be one."""
        if not self._is_known:
            self.line.post("/paper/agent/printer", **asdict(self.device))
            self._is_known = self._was_known = True
        self._settle()
        self._woken.clear()
        status = self._status()
        is_held_open = status.can_print and not self.notifier.is_open
        wait_s = self.wait_s if is_held_open else 0
        offer = self.line.post("/paper/agent/next", slug=self.device.slug, status=status.value, wait_s=wait_s)
        if offer.get("job") is not None:
            self._print(offer, status)
        elif not is_held_open and not self._stopping.is_set():
            self._woken.wait(self.wait_s)

    def _print(self, offer: dict[str, Any], status: Status) -> None:
        """The order of the journal's words is the promise: "sending" stands on the disk before the first byte."""
        data, job, length_mm = base64.b64decode(offer["data"]), offer["job"], offer["length_mm"]
        self.journal.write(job={"id": job, "state": "claiming", "length_mm": length_mm})
        if not self._say(f"/paper/agent/jobs/{job}/claim", size=len(data)):
            self.journal.write(job=None)
            return
        known = self._learned(is_for_slip=True)
        device = self.device
        self.journal.write(job={"id": job, "state": "sending", "length_mm": length_mm})
        with self._heartbeat(job, len(data), status) as turned:
            outcome = deliver(
                device.kind,
                device.address,
                data,
                timeout_s=self.timeout_s,
                answers=known.answers,
                before=known.status,
                is_proven=self._learning.is_believed(device.kind, device.address),
                on_quiet=turned,
            )
        self.journal.write(job={"id": job, "state": "done", "length_mm": length_mm, "outcome": asdict(outcome)})
        self._settle()
        if other := self._learning.after(device.kind, device.address, known.answers, outcome):
            self._keep(other)
        if outcome.result is Result.FAILED:
            self._stopping.wait(1)

    @contextmanager
    def _heartbeat(self, job: int, size: int, status: Status) -> Iterator[Callable[[Status], None]]:
        """Claims the job again and again while it is printed, so that the server knows that the agent is at work.

        Gives what to call when the printer turned out to be otherwise: that is told at once.
        """
        turned, is_over = threading.Event(), False

        def turn(now: Status) -> None:
            nonlocal status
            status = now
            turned.set()

        def beat() -> None:
            while True:
                turned.wait(HEARTBEAT_S)
                turned.clear()
                if is_over:
                    return
                try:
                    self._say(f"/paper/agent/jobs/{job}/claim", size=size, status=status.value)
                except (Unreachable, Refused) as error:
                    log.info("heartbeat_not_heard", job=job, error=str(error))

        threading.Thread(target=beat, daemon=True).start()
        try:
            yield turn
        finally:
            is_over = True
            turned.set()

    def _settle(self) -> None:
        """Reports the slip in the journal, if there is one, and forgets it when the server has heard."""
        left = self.journal.facts.get("job")
        if not left:
            return
        outcome = left.get("outcome") or asdict(_doubt(left["state"]))
        self._say(f"/paper/agent/jobs/{left['id']}", length_mm=left["length_mm"], **outcome)
        self.journal.write(job=None)

    def _say(self, path: str, **body: Any) -> bool:
        """False when the job is not this agent's any more."""
        try:
            self.line.post(path, install=self.journal.facts["install"], **body)
        except Refused as error:
            if error.status != 409:
                raise
            return False
        return True

    def _status(self) -> Status:
        known = self._learned()
        return known.status or ask(self.device.kind, self.device.address, self.timeout_s, answers=known.answers)

    def _learned(self, *, is_for_slip: bool = False) -> Learned:
        """What the printer answers, found out when nobody said so."""
        device = self.device
        known = self._learning.answers(device.kind, device.address, device.answers, is_for_slip=is_for_slip)
        if known.is_sure:
            self._keep(known.answers)
        return known

    def _keep(self, answers: Answers) -> None:
        """Remembered here, and told to the server with the next question."""
        self.device = replace(self.device, answers=answers)
        self.journal.write(printer=self._place(), answers=answers.value)
        self._is_known = False

    def _place(self) -> str:
        return f"{self.device.kind}:{self.device.address}"


def _doubt(state: str) -> Outcome:
    """What an earlier life of the agent left: before "sending" nothing had reached the printer."""
    if state == "claiming":
        return Outcome(Result.FAILED, "interrupted")
    return Outcome(Result.UNCERTAIN, "interrupted")


def redeem(server: str, code: str, token: str) -> str:
    """Comes with the code that an admin made, and from then on with `token`; the office that it belongs to.

    Asking once more with the same token is no harm. Raises `Refused`, `Unreachable`.
    """
    return str(ServerConnection(server).post("/pair", code=code, token=token)["office"])


def pair(line: ServerConnection, show: Callable[[str], None], pause_s: float = 2.0) -> str:
    """Asks for a pairing, shows its code, and waits until an admin has typed it; the token. Raises `Refused`."""
    asked = line.post("/pair/agent")
    show(asked["code"])
    waiting = ServerConnection(line.url, asked["token"], line.timeout_s)
    while True:
        try:
            if waiting.get("/pair/agent").get("state") == "confirmed":
                return str(asked["token"])
        except Unreachable as error:
            log.warning("server_unreachable", url=line.url, error=str(error))
        time.sleep(pause_s)
