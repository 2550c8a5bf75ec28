"""Prints one slip and says what became of it: connects, asks the printer before and after; knows no job and no row.

Sockets and file descriptors of the standard library instead of python-escpos' printers: every wait has an end
here (its Network waits 60 s, its USB for ever), a hang-up is no "plenty of paper", a serial or a USB printer needs
no further package, and under gevent all of it gives way to others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from enum import StrEnum

from shared.domain.errors import Invalid
from shared.printing.address import (
    Address,
    DeviceAddress,
    Kind,
    NetworkAddress,
    QueueAddress,
    SerialAddress,
    UsbAddress,
    address,
)
from shared.printing.status import Status
from shared.printing.wires.cups import CupsQueue
from shared.printing.wires.device import NoRight, SerialWire, file_wire, usb_wire
from shared.printing.wires.network import NetworkWire
from shared.printing.wires.wire import SLOWEST_BYTES_PER_S, Connection, RefusedSlip

TIMEOUT_S = 5.0
"""For each single wait: connecting, handing over, an answer."""

LOOK_AGAIN_S = 2.0
"""So long a printer that keeps quiet is asked on another connection."""

LEARN_S = 3.0
"""So long a printer is asked before it counts as one that answers nothing."""


class Answers(StrEnum):
    """What a printer is known to answer; `learn` finds out when a printer is new, changed or tested."""

    NOT_LEARNED = "not_learned"
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

    `reason`: None when confirmed, else a `Status` value, the code of an impossible address, "unreachable" (no
    connection), "hung_up" (broken off) or "no_answer". `status`: the last that the printer told. `evidence`: on what
    "confirmed" stands: "in_order", "real_time", "queue" (CUPS is done with it) or "sent".
    """

    result: Result
    reason: str | None = None
    status: Status = Status.UNKNOWN
    evidence: str | None = None


def deliver(
    kind: str,
    text: str,
    data: bytes,
    *,
    timeout_s: float = TIMEOUT_S,
    answers: Answers = Answers.IN_ORDER,
    before: Status | None = None,
    is_proven: bool = True,
    on_quiet: Callable[[Status], None] | None = None,
) -> Outcome:
    """Connects, prints one slip and says what became of it; raises nothing.

    `before`: how the printer was a moment ago, when it was just asked. `is_proven`: whether it has confirmed a slip
    in order before. `on_quiet`: called once when it keeps quiet for long behind the slip, with how it seems to be.
    """

    def quiet(is_moving: bool) -> bool:
        seen = _seen_meanwhile(kind, text, is_moving)
        if on_quiet is not None:
            on_quiet(seen)
        return seen is Status.SLOW

    try:
        with connect(kind, text, timeout_s) as connection:
            connection.limit(budget_s(len(data), timeout_s))
            connection.is_end_proven, connection.on_quiet = is_proven, quiet
            outcome = print_slip(connection, data, answers=answers, before=before)
            is_all_sent = connection.sent_bytes >= len(data) and not connection.is_torn
    except Invalid as error:
        return Outcome(Result.FAILED, error.code, _refused(error))
    except NoRight:
        return Outcome(Result.FAILED, "no_right", Status.NO_RIGHT)
    except OSError:
        return Outcome(Result.FAILED, "unreachable", Status.OFFLINE)
    if answers is Answers.REAL_TIME and is_all_sent and outcome.reason == "hung_up":
        return _asked_anew(kind, text, timeout_s, outcome)
    if outcome.result is Result.UNCERTAIN and outcome.reason == "no_answer":
        return _reason_elsewhere(kind, text, outcome)
    return outcome


def budget_s(size: int, timeout_s: float = TIMEOUT_S) -> float:
    """How long all of a delivery of `size` bytes may take, whatever the printer does."""
    return 4 * timeout_s + 2 * size / SLOWEST_BYTES_PER_S


def ask(kind: str, text: str, timeout_s: float = TIMEOUT_S, *, answers: Answers = Answers.IN_ORDER) -> Status:
    """The status of a printer that nobody is printing on; one that answers nothing is well when it can be reached."""
    try:
        with connect(kind, text, timeout_s) as connection:
            is_mute = answers is Answers.NOTHING and connection.end_mark
            return Status.OK if is_mute else connection.status()
    except Invalid as error:
        return _refused(error)
    except NoRight:
        return Status.NO_RIGHT
    except OSError:
        return Status.OFFLINE


@contextmanager
def connect(kind: str, text: str, timeout_s: float = TIMEOUT_S) -> Iterator[Connection]:
    """An open connection to a printer. Keep it short: most network printers talk to one caller at a time.

    Raises `Invalid` for an address that no printer may have, `NoRight`, or OSError when the printer is not there.
    """
    connection = _opened(address(kind, text), timeout_s)
    try:
        yield connection
    finally:
        connection.close()


def print_slip(
    connection: Connection, data: bytes, *, answers: Answers = Answers.IN_ORDER, before: Status | None = None
) -> Outcome:
    """Asks, sends, asks again. Never raises OSError; ends within `budget_s` when the connection was limited to it."""
    if answers is Answers.NOTHING and connection.end_mark:
        return _send(connection, data) or _handed_over(connection)
    before = before or connection.status()
    if not before.can_print:
        return Outcome(Result.FAILED, _reason(before, connection), before)
    if answers is Answers.REAL_TIME and connection.end_mark:
        patience_s = connection.timeout_s + len(data) / SLOWEST_BYTES_PER_S
        return _send(connection, data) or _asked_after(connection, patience_s)
    broken = _send(connection, data + connection.end_mark)
    if broken:
        return broken
    if connection.awaits_end(len(data)):
        after = connection.status()
        # It came to the end of the slip; a hang-up after that is its way to end a job.
        return _judged(connection, Status.UNKNOWN if connection.is_hung_up else after, connection.evidence, proven=True)
    after = connection.status()
    if not connection.is_end_proven and connection.end_mark and after.can_print and connection.is_taken():
        return Outcome(Result.CONFIRMED, None, after, "real_time")
    connection.forget()
    if connection.never_began:
        return Outcome(Result.FAILED, _reason(after, connection), Status.OFFLINE if after.can_print else after)
    return Outcome(Result.UNCERTAIN, _reason(after, connection), after)


def learn(connection: Connection) -> Answers:
    """What this printer answers; see `first_look`."""
    return first_look(connection)[0]


def first_look(connection: Connection) -> tuple[Answers, Status]:
    """What this printer answers, found by asking it while it has nothing to print, and how it is.

    NOT_LEARNED while it is in trouble, for a printer without paper answers no question behind a slip.
    """
    connection.let_greet()
    status = connection.status(min(LEARN_S, connection.timeout_s))
    if not connection.end_mark:
        return Answers.IN_ORDER, status
    if status is Status.UNKNOWN and not connection.is_hung_up:
        return Answers.NOTHING, status
    if not status.can_print:
        return Answers.NOT_LEARNED, status
    try:
        connection.send(connection.end_mark)
    except OSError:
        return Answers.REAL_TIME, status
    return (Answers.IN_ORDER if connection.awaits_end(0) else Answers.REAL_TIME), status


def _opened(wanted: Address | None, timeout_s: float) -> Connection:
    match wanted:
        case NetworkAddress():
            return NetworkWire(wanted, timeout_s)
        case UsbAddress():
            return usb_wire(wanted, timeout_s)
        case SerialAddress():
            return SerialWire(wanted, timeout_s)
        case DeviceAddress():
            return file_wire(wanted, timeout_s)
        case QueueAddress():
            return CupsQueue(wanted, timeout_s)
        case None:
            raise Invalid("printer_address", fields=["address"], address="")


def _refused(error: Invalid) -> Status:
    return Status.AMBIGUOUS if error.code == "usb_ambiguous" else Status.ADDRESS


def _asked_anew(kind: str, text: str, timeout_s: float, outcome: Outcome) -> Outcome:
    """Some printers close the connection after each slip: then they are asked how they are on another one."""
    after = ask(kind, text, timeout_s)
    return Outcome(Result.CONFIRMED, None, after, "real_time") if after.can_print else outcome


def _reason_elsewhere(kind: str, text: str, outcome: Outcome) -> Outcome:
    """A printer whose buffer is full hears no question behind the slip; on another connection it may say why."""
    seen = _asked_besides(kind, text)
    if seen is Status.UNKNOWN or seen.can_print:
        return outcome
    return replace(outcome, reason=seen.value, status=seen)


def _seen_meanwhile(kind: str, text: str, is_moving: bool) -> Status:
    """How a printer is that has a slip and keeps quiet."""
    seen = Status.OK if is_moving else _asked_besides(kind, text)
    return Status.SLOW if seen.can_print else seen


def _asked_besides(kind: str, text: str) -> Status:
    """What a printer in the network tells on a connection of its own; UNKNOWN when it talks to one caller only."""
    if kind != Kind.NETWORK:
        return Status.UNKNOWN
    try:
        with connect(kind, text, LOOK_AGAIN_S) as connection:
            seen = connection.status(LOOK_AGAIN_S)
            return Status.UNKNOWN if connection.is_hung_up else seen
    except (OSError, Invalid):
        return Status.UNKNOWN


def _send(connection: Connection, data: bytes) -> Outcome | None:
    """None when all of it left; FAILED when nothing did, UNCERTAIN when it broke off in the middle."""
    sent_before = connection.sent_bytes
    try:
        connection.send(data)
    except RefusedSlip as refused:
        return Outcome(Result.FAILED, refused.status.value, refused.status)
    except OSError as error:
        result = Result.FAILED if connection.sent_bytes == sent_before else Result.UNCERTAIN
        return Outcome(result, "no_answer" if isinstance(error, TimeoutError) else "hung_up")
    return None


def _handed_over(connection: Connection) -> Outcome:
    """Of a printer that answers nothing: it was sent, unless it broke off or takes no more."""
    if connection.is_taken():
        return Outcome(Result.CONFIRMED, evidence="sent")
    return Outcome(Result.UNCERTAIN, "hung_up" if connection.is_hung_up else "no_answer")


def _asked_after(connection: Connection, patience_s: float) -> Outcome:
    """Of a printer that says only how it is."""
    is_taken = connection.is_taken()
    after = connection.status(patience_s)
    if after.can_print and not is_taken:
        return Outcome(Result.UNCERTAIN, "no_answer", after)
    return _judged(connection, after, "real_time")


def _judged(connection: Connection, after: Status, evidence: str, *, proven: bool = False) -> Outcome:
    """A printer that is in trouble after the slip has perhaps not printed the end of it."""
    if after.can_print or (proven and connection.is_hung_up):
        return Outcome(Result.CONFIRMED, None, after, evidence)
    return Outcome(Result.UNCERTAIN, _reason(after, connection), after)


def _reason(status: Status, connection: Connection) -> str:
    if connection.is_hung_up:
        return "hung_up"
    return "no_answer" if status is Status.UNKNOWN or status.can_print else status.value
