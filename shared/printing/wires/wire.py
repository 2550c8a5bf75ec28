"""What every connection to a printer can do, and the one that talks over a file descriptor."""

from __future__ import annotations

import os
import select
import time
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Sequence

from shared.printing import status as told
from shared.printing.status import Status

SLOWEST_BYTES_PER_S = 900
"""A serial line at 9600 baud, so long may the printer take for what it got."""

GLANCE_S = 1.0
"""How often a printer that has not finished, or does not answer, is asked again."""

DRAIN_BYTES, DRAIN_S = 4096, 0.1
"""How much, and how long, old answers are thrown away; there are printers and other hosts that talk without end."""

BREAK_S = 0.1
"""So soon after a slip a connection breaks off that is not closed in order."""

SLOW_S = 0.5
"""A printer whose first answer took longer is asked its other questions at once, for each would take as long."""

QUIET_S = 5.0
"""So long may a printer keep quiet behind a slip before `on_quiet` is called."""

MOVING_S = 2.5
"""A slip of which something left so recently is not stuck, only slow."""

QUESTIONS = 16
"""Bytes in the line that may be questions, and no rest of a slip."""

MARKS_AGAIN = 3
"""How often the end mark is sent once more to a printer that answers other questions: it may have missed the first."""

GREETING_S = 0.2
"""So long it is quiet behind what a print server says by itself when it is called."""

NOISE = 8
"""Bytes that are nobody's answer, from which on a printer is not believed. A few may stray in when it connects."""


class RefusedSlip(OSError):
    """Who prints for the printer said no; `status` is why."""

    def __init__(self, status: Status) -> None:
        super().__init__(status.value)
        self.status = status


class Connection(ABC):
    """A connection to one printer. `timeout_s` holds for each single wait; `sent_bytes` counts what has left.

    `end_mark` goes behind a slip, and `awaits_end` tells whether the printer came to it; `evidence` names that proof.
    """

    end_mark = told.IN_ORDER
    evidence = "in_order"
    never_began = False
    """It is certain that nothing of what was sent reached the printer."""
    is_end_proven = True
    """Whether the answer to an end mark was seen behind a slip of this printer; else less time is given to it."""
    on_quiet: Callable[[bool], bool] | None = None
    """Called once when the printer keeps quiet behind a slip, so that people hear of it before the wait is over, with
    whether it still takes data; says whether it is well and only slow."""

    def __init__(self, timeout_s: float) -> None:
        self.timeout_s = timeout_s
        self.sent_bytes = 0
        self.is_hung_up = False
        self.is_torn = False
        """It broke off before the other side can have read all that was sent."""
        self.until: float | None = None

    def limit(self, seconds: float) -> None:
        """Every wait from now on ends in so many seconds at the latest."""
        self.until = time.monotonic() + seconds

    def patience_s(self, wanted: float) -> float:
        """How long a wait may take of what is wanted."""
        return wanted if self.until is None else max(0.0, min(wanted, self.until - time.monotonic()))

    @abstractmethod
    def send(self, data: bytes) -> None:
        """Raises TimeoutError when the printer takes nothing for `timeout_s`, OSError when it is gone."""

    @abstractmethod
    def status(self, patience_s: float | None = None) -> Status:
        """UNKNOWN when it does not answer in `patience_s`, OFFLINE when it hung up; never raises OSError."""

    @abstractmethod
    def awaits_end(self, size: int) -> bool:
        """Whether everything up to the end mark was printed; waits for `size` bytes, and less when a fault shows."""

    def is_taken(self) -> bool:
        """Whether the other side has all of what was sent, as far as this connection can tell; never raises OSError."""
        return True

    def let_greet(self) -> None:  # noqa: B027
        """Waits for what the other side may say by itself when it is called, which is no answer; most say nothing."""

    @abstractmethod
    def forget(self) -> None:
        """Bids the printer drop what it has not printed yet; best effort."""

    @abstractmethod
    def close(self) -> None:
        """Lets the printer go; what was sent still arrives."""


class Wire(Connection):
    """Bytes there and answers back over a file descriptor that never blocks: a socket, a serial line, a device file."""

    def __init__(self, descriptor: int, timeout_s: float) -> None:
        super().__init__(timeout_s)
        self.descriptor = descriptor
        self._real_time: deque[int] = deque(maxlen=64)
        self._in_order: deque[int] = deque(maxlen=64)
        self._back = told.StatusBack()
        self._noise = 0
        self._late = 0
        """Repeated questions whose answer may still come."""
        self._marks = 0
        """End marks whose answer has not come."""
        self._heard_at: float | None = None
        """When the printer last gave a sign behind a slip; None before one was sent."""
        self._rest = 0
        """What has not even left this program."""
        self._least_unsent, self._moved_at = 0, 0.0
        self._is_slow = False

    def send(self, data: bytes) -> None:
        """Listens meanwhile: a printer that is not listened to may stop taking data."""
        rest = memoryview(data)
        self._marks += data.endswith(told.IN_ORDER)
        if len(data) > QUESTIONS:
            self._rest = len(data)
            self.begin_to_wait()
        until = time.monotonic() + self.patience_s(self.timeout_s)
        while rest:
            ready = self._poll(select.POLLOUT | (0 if self.is_hung_up else select.POLLIN), until - time.monotonic())
            if ready & select.POLLIN:
                self._take_in()
            self.watch()
            if ready & ~select.POLLIN and (count := self._write(rest)):
                rest = rest[count:]
                self._rest = len(rest)
                until = time.monotonic() + self.patience_s(self.timeout_s)
            elif time.monotonic() >= until:
                raise TimeoutError("the printer takes no more data")
        self.settle()

    def status(self, patience_s: float | None = None) -> Status:
        """A printer may be deaf while it prints, so it is asked again and again, until `patience_s` is over."""
        until = time.monotonic() + self.patience_s(self.timeout_s if patience_s is None else patience_s)
        answers: dict[int, int] = {}
        try:
            self.drain()
            answers = self._asked_all(until)
            if self._noise > NOISE and self._falls_silent(until):
                self.drain()
                answers = self._asked_all(until)
        except OSError:
            self.is_hung_up = True
        if self.is_hung_up:
            return Status.OFFLINE
        return told.read(answers) if self._is_heard() else Status.UNKNOWN

    def _asked_all(self, until: float) -> dict[int, int]:
        answers: dict[int, int] = {}
        for n in told.QUERIES:
            asked_at = time.monotonic()
            if (answer := self._asked(n, until)) is None:
                break
            answers[n] = answer
            took_s = time.monotonic() - asked_at
            if n == 1 and took_s > SLOW_S:
                return answers | self._asked_at_once(told.QUERIES[1:], 2 * took_s)
            # One that answers at all is not deaf; some clones know the first question only.
            until = min(until, time.monotonic() + max(GLANCE_S, 2 * took_s))
        return answers

    def let_greet(self) -> None:
        self.receive(GREETING_S)

    def _falls_silent(self, until: float) -> bool:
        """What was no answer was a greeting, and not the talk of a host that never ends."""
        until = min(until, time.monotonic() + GLANCE_S)
        while time.monotonic() < until:
            if not self.receive(GREETING_S):
                return True
        return False

    def awaits_end(self, size: int) -> bool:
        """One that answers other questions meanwhile gets the mark again: it may have been deaf when it came.

        One that is well and only slow gets all the time that there is.
        """
        until = time.monotonic() + self.patience_s(self.timeout_s + size / SLOWEST_BYTES_PER_S)
        again = 0
        self.begin_to_wait()
        is_short = self.is_end_proven and bool(size)
        try:
            while (left := until - time.monotonic()) > 0:
                if (answer := self._next(self._in_order, min(left, GLANCE_S))) is not None:
                    return not answer & 0x0C and self._is_last_mark()
                if not self._is_heard() or (is_well := self._looks_well()) is False:
                    return False
                if is_well:
                    if not is_short:
                        left = self.timeout_s if size else 2 * GLANCE_S
                        until, is_short = min(until, time.monotonic() + left), True
                    if again < MARKS_AGAIN:
                        again += 1
                        self.send(told.IN_ORDER)
                elif self._is_slow and self.until is not None:
                    until = self.until - GLANCE_S  # all of its time, but for the last look
        except OSError:
            self.is_hung_up = True
        return False

    def unsent(self) -> int:
        """Bytes that the other side has not acknowledged, as far as this connection can tell."""
        return 0

    def begin_to_wait(self) -> None:
        """The printer has a slip now, or is about to get one."""
        if self._heard_at is None:
            self._heard_at = self._moved_at = time.monotonic()
            self._least_unsent = self._rest + self.unsent()

    def watch(self) -> None:
        """Notices a printer that keeps quiet behind a slip. Questions wait in the line too, and are no progress."""
        if self._heard_at is None or self.on_quiet is None:
            return
        now = time.monotonic()
        if (unsent := self._rest + self.unsent()) < self._least_unsent:
            self._least_unsent, self._moved_at = unsent, now
        if now - self._heard_at > QUIET_S:
            tell, self.on_quiet = self.on_quiet, None
            self._is_slow = tell(self._least_unsent > QUESTIONS and now - self._moved_at < MOVING_S)

    def _is_last_mark(self) -> bool:
        """Takes in what the other marks are answered, which must not pass for the end of the next slip."""
        while self._marks and self._next(self._in_order, GLANCE_S / 4) is not None:
            pass
        return True

    def forget(self) -> None:
        try:
            self.send(told.FORGET)
        except OSError:
            self.is_hung_up = True

    def close(self) -> None:
        os.close(self.descriptor)

    def _write(self, data: memoryview) -> int:
        try:
            count = os.write(self.descriptor, data)
        except BlockingIOError:
            return 0
        self.sent_bytes += count
        return count

    def _asked(self, n: int, until: float) -> int | None:
        """The answer to DLE EOT `n`. After a repeated question the late answers are waited for: they all look alike."""
        self.receive(0)
        self._real_time.clear()  # some printers answer twice
        self._late = -1
        answer = None
        while answer is None and self._is_heard() and (left := until - time.monotonic()) > 0:
            self.send(told.query(n))
            self._late += 1
            answer = self._next(self._real_time, min(left, GLANCE_S))
        while answer is not None and self._late and (late := self._next(self._real_time, GLANCE_S / 4)) is not None:
            answer, self._late = late, self._late - 1
        return answer

    def _asked_at_once(self, questions: Sequence[int], patience_s: float) -> dict[int, int]:
        """The last answers that come, when there is one for each question: late ones to earlier questions lead."""
        self.send(b"".join(told.query(n) for n in questions))
        until = time.monotonic() + self.patience_s(self.timeout_s)
        wanted = len(questions) + self._late
        came: list[int] = []
        while len(came) < wanted and (left := until - time.monotonic()) > 0:
            if (answer := self._next(self._real_time, min(left, max(GLANCE_S, patience_s)))) is None:
                break
            came.append(answer)
        return dict(zip(questions, came[-len(questions) :], strict=True)) if len(came) >= len(questions) else {}

    def _looks_well(self) -> bool | None:
        """One glance between waits; None of a printer that keeps quiet, which may only be busy."""
        if self._back.last is not None and not self._back.last.can_print:
            return False
        self.send(told.query(1))
        answer = self._next(self._real_time, self.patience_s(min(self.timeout_s, GLANCE_S)))
        return None if answer is None else not answer & 0x08

    def _next(self, box: deque[int], timeout_s: float) -> int | None:
        """The next byte of `box`; what else arrives meanwhile is kept for later, or counted as noise."""
        until = time.monotonic() + self.patience_s(timeout_s)
        while not box:
            left = until - time.monotonic()
            if left < 0 or not self._is_heard():
                return None
            self.watch()
            self.receive(min(left, GLANCE_S))
        return box.popleft()

    def _is_heard(self) -> bool:
        return not self.is_hung_up and self._noise <= NOISE

    def drain(self) -> None:
        """Old answers, such as to a DLE EOT that happened to stand inside a picture, must not pass for new ones."""
        self.discard(DRAIN_BYTES, DRAIN_S)
        self._real_time.clear()
        self._in_order.clear()
        self._marks = 0
        self._noise = 0

    def discard(self, at_most: int, seconds: float) -> None:
        """Reads and forgets what has arrived, at most so much and so long."""
        until = time.monotonic() + seconds
        while at_most > 0 and time.monotonic() < until and (count := self.receive(0)):
            at_most -= count

    def receive(self, timeout_s: float) -> int:
        """Sorts what has arrived; how many bytes that was, 0 when nothing came in time."""
        if self.is_hung_up or not (ready := self._poll(select.POLLIN, timeout_s)):
            return 0
        count = self._take_in()
        self.is_hung_up = self.is_hung_up or (not count and bool(ready & select.POLLHUP))
        return count

    def _take_in(self) -> int:
        try:
            arrived = os.read(self.descriptor, 512)
        except BlockingIOError:
            return 0
        if not arrived:
            self.ended()
        elif self._heard_at is not None:
            self._heard_at = time.monotonic()
        for byte in arrived:
            if self._back.takes(byte):
                continue
            if told.is_answer(byte):
                self._real_time.append(byte)
            elif self._marks and told.is_in_order_answer(byte):
                self._in_order.append(byte)
                self._marks -= 1
            elif byte not in told.FLOW:
                self._noise += 1
        return len(arrived)

    def ended(self) -> None:
        self.is_hung_up = True

    def _poll(self, events: int, timeout_s: float) -> int:
        """What is ready of `events`, an error included. poll, not select: a server has descriptors above 1023."""
        waiting = select.poll()
        waiting.register(self.descriptor, events)
        found = waiting.poll(max(0.0, self.patience_s(timeout_s)) * 1000)
        return found[0][1] if found else 0

    def settle(self) -> None:
        """Waits until what was written has really left, where the system keeps it."""
