"""The roads to a printer, and `print_slip`, which asks it before and after; knows no job row and no slip.

Sockets and file descriptors of the standard library instead of python-escpos' printers: every wait has an end
here (its Network waits 60 s, its USB for ever), a hang-up is no "plenty of paper", a serial or a USB printer needs
no further package, and under gevent all of it gives way to others.
"""

from __future__ import annotations

import fcntl
import os
import re
import select
import socket
import stat
import subprocess
import sys
import termios
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Literal

from shared.domain.errors import Invalid
from shared.printing import status as told
from shared.printing.status import Status

Kind = Literal["network", "usb", "serial", "file", "cups"]
KINDS: tuple[Kind, ...] = ("network", "usb", "serial", "file", "cups")

TIMEOUT_S = 5.0
"""For each single wait: connecting, handing over, an answer."""

SLOWEST_BYTES_PER_S = 900
"""A serial line at 9600 baud, so long may the printer take for what it got."""

GLANCE_S = 1.0
"""How often a printer that has not finished is asked whether it is well."""


class Answers(StrEnum):
    """What a printer is known to answer; `learn` finds out, once, when the printer is set up or tested."""

    IN_ORDER = "in_order"
    """DLE EOT and GS r: it says when a slip has been printed."""
    REAL_TIME = "real_time"
    """DLE EOT only: it says that it is well after the slip was handed over."""
    NOTHING = "nothing"
    """Cheap clones: "confirmed" means "sent", and the outcome says so in `evidence`."""


class Result(StrEnum):
    CONFIRMED = "confirmed"
    FAILED = "failed"
    """Nothing reached the printer: the slip may be printed again unmarked."""
    UNCERTAIN = "uncertain"
    """Some or all of it may be on paper: a second print must say SALINAN."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one slip.

    `reason`: None when confirmed, else a `Status` value, "unreachable" (no connection), "hung_up" (broken off) or
    "no_answer". `status`: the last that the printer told. `evidence`: on what "confirmed" stands: "in_order",
    "real_time", "queue" (CUPS is done with it) or "sent".
    """

    result: Result
    reason: str | None = None
    status: Status = Status.UNKNOWN
    evidence: str | None = None


def deliver(
    kind: Kind, address: str, data: bytes, *, timeout_s: float = TIMEOUT_S, answers: Answers = Answers.IN_ORDER
) -> Outcome:
    """Connects, prints one slip and says what became of it; raises only `Invalid` for an impossible address."""
    try:
        with connect(kind, address, timeout_s) as connection:
            return print_slip(connection, data, answers=answers)
    except OSError:
        return Outcome(Result.FAILED, "unreachable", Status.OFFLINE)


def ask(kind: Kind, address: str, timeout_s: float = TIMEOUT_S) -> Status:
    """The status of a printer that nobody is printing on; OFFLINE when it cannot be reached."""
    try:
        with connect(kind, address, timeout_s) as connection:
            return connection.status()
    except OSError:
        return Status.OFFLINE


@contextmanager
def connect(kind: Kind, address: str, timeout_s: float = TIMEOUT_S) -> Iterator[Connection]:
    """An open road to a printer. Keep it short: most network printers talk to one caller at a time.

    `address`: network "host[:port]" (9100), usb "vendor:product" (hexadecimal), serial "device[:baud[:rtscts|xonxoff]]"
    (9600, no flow control), file a device file, cups the name of the queue.
    Raises `Invalid("printer_address")`, or OSError when the printer is not there.
    """
    connection = _OPENERS[kind](address, timeout_s)
    try:
        yield connection
    finally:
        connection.close()


def print_slip(connection: Connection, data: bytes, *, answers: Answers = Answers.IN_ORDER) -> Outcome:
    """Asks, sends, asks again. Never raises OSError; takes at most four time-outs and the time that the bytes need."""
    if answers is Answers.NOTHING:
        return _send(connection, data) or Outcome(Result.CONFIRMED, evidence="sent")
    before = connection.status()
    if not before.can_print:
        return Outcome(Result.FAILED, _reason(before, connection), before)
    if answers is Answers.REAL_TIME:
        return _send(connection, data) or _judged(connection, connection.status(), "real_time")
    broken = _send(connection, data + connection.end_mark)
    if broken:
        return broken
    if connection.awaits_end(len(data)):
        return _judged(connection, connection.status(), connection.evidence)
    after = connection.status()
    connection.forget()
    return Outcome(Result.UNCERTAIN, _reason(after, connection), after)


def learn(connection: Connection) -> Answers:
    """What this printer answers, found by asking it while it is well and has nothing to print."""
    if connection.status() in (Status.UNKNOWN, Status.OFFLINE):
        return Answers.NOTHING
    try:
        connection.send(connection.end_mark)
    except OSError:
        return Answers.REAL_TIME
    return Answers.IN_ORDER if connection.awaits_end(0) else Answers.REAL_TIME


def _send(connection: Connection, data: bytes) -> Outcome | None:
    """None when all of it left; FAILED when nothing did, UNCERTAIN when it broke off in the middle."""
    sent_before = connection.sent_bytes
    try:
        connection.send(data)
    except OSError as error:
        result = Result.FAILED if connection.sent_bytes == sent_before else Result.UNCERTAIN
        return Outcome(result, "no_answer" if isinstance(error, TimeoutError) else "hung_up")
    return None


def _judged(connection: Connection, after: Status, evidence: str) -> Outcome:
    """A printer that is in trouble after the slip has perhaps not printed the end of it."""
    if after.can_print:
        return Outcome(Result.CONFIRMED, None, after, evidence)
    return Outcome(Result.UNCERTAIN, _reason(after, connection), after)


def _reason(status: Status, connection: Connection) -> str:
    if connection.is_hung_up:
        return "hung_up"
    return "no_answer" if status is Status.UNKNOWN or status.can_print else status.value


class Connection(ABC):
    """A road to one printer. `timeout_s` holds for each single wait; `sent_bytes` counts what has left.

    `end_mark` goes behind a slip, and `awaits_end` tells whether the printer came to it; `evidence` names that proof.
    """

    end_mark = told.IN_ORDER
    evidence = "in_order"

    def __init__(self, timeout_s: float) -> None:
        self.timeout_s = timeout_s
        self.sent_bytes = 0
        self.is_hung_up = False

    @abstractmethod
    def send(self, data: bytes) -> None:
        """Raises TimeoutError when the printer takes nothing for `timeout_s`, OSError when it is gone."""

    @abstractmethod
    def status(self) -> Status:
        """UNKNOWN when it does not answer, OFFLINE when it hung up; never raises OSError."""

    @abstractmethod
    def awaits_end(self, size: int) -> bool:
        """Whether everything up to the end mark was printed; waits for `size` bytes, and less when a fault shows."""

    @abstractmethod
    def forget(self) -> None:
        """Bids the printer drop what it has not printed yet; best effort."""

    @abstractmethod
    def close(self) -> None:
        """Lets the printer go; what was sent still arrives."""


class DeviceConnection(Connection):
    """Bytes there and answers back over a file descriptor that never blocks: a socket, a serial line, a device file."""

    def __init__(self, descriptor: int, timeout_s: float, *, has_answers: bool = True) -> None:
        super().__init__(timeout_s)
        self._descriptor = descriptor
        self._has_answers = has_answers
        self._real_time: list[int] = []
        self._in_order: list[int] = []
        self._back = told.StatusBack()

    def send(self, data: bytes) -> None:
        rest = memoryview(data)
        while rest:
            if not self._ready(select.POLLOUT, self.timeout_s):
                raise TimeoutError("the printer takes no more data")
            try:
                count = os.write(self._descriptor, rest)
            except BlockingIOError:
                continue
            self.sent_bytes += count
            rest = rest[count:]
        self._settle()

    def status(self) -> Status:
        answers: dict[int, int] = {}
        try:
            self._drain()
            for n in told.QUERIES:
                self.send(told.query(n))
                answer = self._next(self._real_time, self.timeout_s)
                if answer is None:
                    break
                answers[n] = answer
        except OSError:
            self.is_hung_up = True
        return Status.OFFLINE if self.is_hung_up else told.read(answers)

    def awaits_end(self, size: int) -> bool:
        until = time.monotonic() + self.timeout_s + size / SLOWEST_BYTES_PER_S
        try:
            while (left := until - time.monotonic()) > 0 and not self.is_hung_up:
                if (answer := self._next(self._in_order, min(left, GLANCE_S))) is not None:
                    return not answer & 0x0C
                if not self._looks_well():
                    return False
        except OSError:
            self.is_hung_up = True
        return False

    def forget(self) -> None:
        try:
            self.send(told.FORGET)
        except OSError:
            self.is_hung_up = True

    def close(self) -> None:
        os.close(self._descriptor)

    def _looks_well(self) -> bool:
        """One glance between waits; a printer that keeps quiet may only be busy."""
        if self._back.last is not None and not self._back.last.can_print:
            return False
        self.send(told.query(1))
        answer = self._next(self._real_time, min(self.timeout_s, GLANCE_S))
        return answer is None or not answer & 0x08

    def _next(self, box: list[int], timeout_s: float) -> int | None:
        until = time.monotonic() + timeout_s
        while not box:
            left = until - time.monotonic()
            if left < 0 or self.is_hung_up or not self._receive(left):
                return None
        return box.pop(0)

    def _drain(self) -> None:
        """Old answers, such as to a DLE EOT that happened to stand inside a picture, must not pass for new ones."""
        while self._receive(0):
            pass
        self._real_time.clear()
        self._in_order.clear()

    def _receive(self, timeout_s: float) -> bool:
        """Sorts what has arrived; False when nothing did in time."""
        if not self._has_answers or self.is_hung_up or not self._ready(select.POLLIN, timeout_s):
            return False
        try:
            arrived = os.read(self._descriptor, 512)
        except BlockingIOError:
            return True
        if not arrived:
            self._ended()
        for byte in arrived:
            if self._back.takes(byte):
                continue
            if told.is_answer(byte):
                self._real_time.append(byte)
            elif told.is_in_order_answer(byte):
                self._in_order.append(byte)
        return True

    def _ended(self) -> None:
        self.is_hung_up = True

    def _ready(self, event: int, timeout_s: float) -> bool:
        """poll, not select: a server with many televisions has descriptors above 1023."""
        waiting = select.poll()
        waiting.register(self._descriptor, event)
        return bool(waiting.poll(max(0, timeout_s) * 1000))

    def _settle(self) -> None:
        """Waits until what was written has really left, where the system keeps it."""


class NetworkConnection(DeviceConnection):
    """Port 9100. A connection that was accepted proves nothing: the printer is asked."""

    def __init__(self, host: str, port: int, timeout_s: float) -> None:
        self._socket = socket.create_connection((host, port), timeout_s)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket.setblocking(False)
        super().__init__(self._socket.fileno(), timeout_s)

    def close(self) -> None:
        """Reads what is left before closing, for an unread answer would make a reset of it and cost the last bytes."""
        try:
            self._drain()
            self._socket.shutdown(socket.SHUT_WR)
        except OSError:
            self.is_hung_up = True
        self._socket.close()


class DeviceFileConnection(DeviceConnection):
    """A device file, such as the kernel's /dev/usb/lp0. Anything but a device is only written to."""

    def __init__(self, path: str, timeout_s: float) -> None:
        is_device = stat.S_ISCHR(os.stat(path).st_mode)
        flags = os.O_RDWR if is_device else os.O_WRONLY | os.O_APPEND
        super().__init__(os.open(path, flags | os.O_NOCTTY | os.O_NONBLOCK), timeout_s, has_answers=is_device)

    def _ended(self) -> None:
        """Empty packets are usual on USB, and no hang-up; the pause keeps a chatty one from turning in circles."""
        time.sleep(0.01)


class SerialWire(DeviceFileConnection):
    """A serial line: 8 data bits, no parity, 1 stop bit."""

    def __init__(self, path: str, baud: int, flow: str, timeout_s: float) -> None:
        super().__init__(path, timeout_s)
        try:
            self._set_line(getattr(termios, f"B{baud}"), flow)
        except (OSError, termios.error) as error:
            super().close()
            raise OSError(f"{path} is no serial line") from error

    def close(self) -> None:
        """Throws away what a stuck line still holds: the kernel would wait for it for half a minute."""
        with suppress(termios.error):
            termios.tcflush(self._descriptor, termios.TCOFLUSH)
        super().close()

    def _set_line(self, speed: int, flow: str) -> None:
        control = termios.CS8 | termios.CREAD | termios.CLOCAL | (termios.CRTSCTS if flow == "rtscts" else 0)
        software = termios.IXON | termios.IXOFF if flow == "xonxoff" else 0
        characters = termios.tcgetattr(self._descriptor)[6]
        termios.tcsetattr(self._descriptor, termios.TCSANOW, [software, 0, control, 0, speed, speed, characters])

    def _settle(self) -> None:
        left = self._unsent()
        until = time.monotonic() + self.timeout_s
        while left:
            time.sleep(0.005)
            now_left = self._unsent()
            if now_left < left:
                until = time.monotonic() + self.timeout_s
            elif time.monotonic() > until:
                raise TimeoutError("the serial line stands still")
            left = now_left

    def _unsent(self) -> int:
        return int.from_bytes(fcntl.ioctl(self._descriptor, termios.TIOCOUTQ, bytes(4)), sys.byteorder)


class CupsQueue(Connection):
    """A queue of CUPS through its own commands; "confirmed" means that CUPS says it is done with the job."""

    end_mark = b""
    evidence = "queue"

    def __init__(self, name: str, timeout_s: float) -> None:
        super().__init__(timeout_s)
        self._name = name
        self._job: str | None = None

    def send(self, data: bytes) -> None:
        if not data:
            return
        try:
            said = self._run(["lp", "-d", self._name, "-o", "raw"], data)
        except TimeoutError:
            self.sent_bytes += len(data)
            raise
        self.sent_bytes += len(data)
        found = re.search(rf"{re.escape(self._name)}-\d+", said)
        self._job = found.group() if found else None

    def status(self) -> Status:
        try:
            said = self._run(["lpstat", "-l", "-p", self._name]).lower()
        except TimeoutError:
            return Status.UNKNOWN
        except OSError:
            return Status.OFFLINE
        return next((status for word, status in _CUPS_WORDS if word in said), Status.OK)

    def awaits_end(self, size: int) -> bool:
        until = time.monotonic() + self.timeout_s + size / SLOWEST_BYTES_PER_S
        while self._job or not size:
            try:
                waiting = self._run(["lpstat", "-W", "not-completed", "-o", self._name]).split()
            except OSError:
                return False
            if self._job not in waiting:
                return True
            if time.monotonic() > until or not self.status().can_print:
                return False
            time.sleep(0.25)
        return False

    def forget(self) -> None:
        if self._job:
            try:
                self._run(["cancel", self._job])
            except OSError:
                self.is_hung_up = True

    def close(self) -> None:
        """Nothing is held open."""

    def _run(self, command: list[str], data: bytes = b"") -> str:
        """What the command said, in English; OSError when it failed, TimeoutError when it hangs."""
        try:
            done = subprocess.run(
                command,
                input=data,
                capture_output=True,
                timeout=self.timeout_s,
                check=True,
                env={**os.environ, "LC_ALL": "C"},
            )
        except subprocess.TimeoutExpired as error:
            raise TimeoutError(f"{command[0]} does not answer") from error
        except subprocess.CalledProcessError as error:
            raise OSError(error.stderr.decode(errors="replace").strip()) from error
        return done.stdout.decode(errors="replace")


_CUPS_WORDS = (
    ("cover-open", Status.COVER_OPEN), ("door-open", Status.COVER_OPEN), ("media-empty", Status.PAPER_OUT),
    ("media-needed", Status.PAPER_OUT), ("cutter", Status.CUTTER), ("offline-report", Status.OFFLINE),
    ("disabled since", Status.OFFLINE), ("media-low", Status.NEAR_END),
)  # fmt: skip
"""printer-state-reasons (RFC 8011, 5.4.12) and the words of lpstat, the worst first."""


def _open_network(address: str, timeout_s: float) -> Connection:
    found = re.fullmatch(r"(?:\[(?P<ipv6>[0-9a-fA-F:.]+)\]|(?P<host>[\w.-]+))(?::(?P<port>\d{1,5}))?", address)
    if not found or not 0 < int(found["port"] or 9100) < 65536:
        raise _impossible(address)
    return NetworkConnection(found["ipv6"] or found["host"], int(found["port"] or 9100), timeout_s)


def _open_usb(address: str, timeout_s: float) -> Connection:
    """The kernel's printer device of this vendor and product, so that no USB library and no detaching is needed."""
    found = re.fullmatch(r"(?:0x)?([0-9a-f]{4}):(?:0x)?([0-9a-f]{4})", address.lower())
    if not found:
        raise _impossible(address)
    for node in sorted(USB_NODES.glob("lp*")):
        device = (node / "device").resolve().parent
        if _word(device / "idVendor") == found[1] and _word(device / "idProduct") == found[2]:
            return DeviceFileConnection(str(USB_FILES / node.name), timeout_s)
    raise FileNotFoundError(f"no USB printer {address}")


def _open_serial(address: str, timeout_s: float) -> Connection:
    found = re.fullmatch(r"(?P<path>/[^:]+)(?::(?P<baud>\d+))?(?::(?P<flow>rtscts|xonxoff))?", address)
    if not found or not hasattr(termios, f"B{found['baud'] or 9600}"):
        raise _impossible(address)
    return SerialWire(found["path"], int(found["baud"] or 9600), found["flow"] or "", timeout_s)


def _open_file(address: str, timeout_s: float) -> Connection:
    if not address.startswith("/"):
        raise _impossible(address)
    return DeviceFileConnection(address, timeout_s)


def _open_cups(address: str, timeout_s: float) -> Connection:
    if not re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9_.-]*", address):
        raise _impossible(address)
    return CupsQueue(address, timeout_s)


def _impossible(address: str) -> Invalid:
    return Invalid("printer_address", fields=["address"], address=address)


def _word(path: Path) -> str:
    try:
        return path.read_text().strip().lower()
    except FileNotFoundError:
        return ""


USB_NODES = Path("/sys/class/usbmisc")
USB_FILES = Path("/dev/usb")

_OPENERS: dict[Kind, Callable[[str, float], Connection]] = {
    "network": _open_network, "usb": _open_usb, "serial": _open_serial, "file": _open_file, "cups": _open_cups
}  # fmt: skip
