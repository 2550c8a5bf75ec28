"""A queue of CUPS: "confirmed" means that CUPS says it is done with the job, not that there is paper."""

from __future__ import annotations

import re
import socket
import time
from contextlib import suppress
from urllib.parse import urlsplit

from shared.printing import ipp
from shared.printing.address import QueueAddress
from shared.printing.ipp import Operation
from shared.printing.status import Status
from shared.printing.wires.wire import SLOWEST_BYTES_PER_S, Connection, RefusedSlip

LOOK_S = 0.25
PROBE_S = 2.0
"""How long the printer behind an idle queue is looked for."""

_STOPPED = 5
_PENDING, _HELD, _PROCESSING, _CANCELED, _ABORTED, _COMPLETED = 3, 4, 5, 7, 8, 9
"""printer-state and job-state: RFC 8011, 5.4.11 and 5.3.7."""

_REASONS = (
    ("cover-open", Status.COVER_OPEN), ("door-open", Status.COVER_OPEN), ("interlock-open", Status.COVER_OPEN),
    ("media-empty", Status.PAPER_OUT), ("media-needed", Status.PAPER_OUT), ("input-tray-missing", Status.PAPER_OUT),
    ("media-jam", Status.CUTTER), ("offline", Status.OFFLINE), ("shutdown", Status.OFFLINE),
    ("timed-out", Status.OFFLINE), ("paused", Status.OFFLINE), ("moving-to-paused", Status.OFFLINE),
    ("hold-new-jobs", Status.OFFLINE), ("stopping", Status.OFFLINE), ("spool-area-full", Status.OFFLINE),
    ("cups-missing-filter", Status.OFFLINE), ("cups-insecure-filter", Status.OFFLINE), ("media-low", Status.NEAR_END),
)  # fmt: skip
"""printer-state-reasons (RFC 8011, 5.4.12) without their ending "-error", "-warning", "-report"; the worst first."""

_PORTS = {"socket": 9100, "lpd": 515, "ipp": 631, "ipps": 631, "http": 80, "https": 443}


class CupsQueue(Connection):
    end_mark = b""
    evidence = "queue"

    def __init__(self, wanted: QueueAddress, timeout_s: float) -> None:
        super().__init__(timeout_s)
        self._name = wanted.name
        self._job: int | None = None
        self._was_at_work = self._was_called = self._has_begun = False
        """CUPS has worked on the job; was seen to call the printer for it; was seen to send it."""

    def send(self, data: bytes) -> None:
        if not data:
            return
        raw = (ipp.MIME_TYPE, "document-format", "application/vnd.cups-raw")
        try:
            said = ipp.ask(Operation.PRINT_JOB, self._name, self.timeout_s, extra=[raw], data=data)
        except ipp.RefusedByCups as refused:
            raise RefusedSlip(_meaning(refused)) from refused
        except TimeoutError:
            self.sent_bytes += len(data)
            raise
        self.sent_bytes += len(data)
        self._job = _number(said, "job-id")

    def status(self, patience_s: float | None = None) -> Status:
        """What the queue says of its printer; of an idle queue, whether its printer in the network can be reached."""
        try:
            queue = self._queue()
        except TimeoutError:
            return Status.UNKNOWN
        except OSError as error:
            return _meaning(error)
        reasons = {re.sub(r"-(error|warning|report)$", "", each) for each in _reasons(queue)}
        for word, status in _REASONS:
            if word in reasons:
                return status
        if _number(queue, "printer-state") == _STOPPED or queue.get("printer-is-accepting-jobs") == [False]:
            return Status.OFFLINE
        return Status.OK if self._job or _is_there(str(queue.get("device-uri", [""])[0])) else Status.OFFLINE

    def awaits_end(self, size: int) -> bool:
        until = time.monotonic() + self.patience_s(self.timeout_s + size / SLOWEST_BYTES_PER_S)
        while self._job or not size:
            try:
                state = self._job_state()
            except OSError:
                return False
            if state in (_CANCELED, _ABORTED):
                return False
            if state == _COMPLETED:
                return True
            if state == _PROCESSING:
                self._see_how_far()
            if time.monotonic() > until or not self.status().can_print:
                self.never_began = self._is_waiting(state)
                return False
            time.sleep(LOOK_S)
        return False

    def forget(self) -> None:
        if self._job:
            try:
                ipp.ask(Operation.CANCEL_JOB, self._name, self.timeout_s, job_id=self._job)
            except ipp.RefusedByCups:
                self.never_began = False
            except OSError:
                self.is_hung_up, self.never_began = True, False

    def close(self) -> None:
        """Nothing is held open."""

    def _queue(self) -> dict[str, list[ipp.Value]]:
        wanted = ("printer-state", "printer-state-reasons", "printer-is-accepting-jobs", "device-uri")
        return ipp.ask(Operation.GET_PRINTER_ATTRIBUTES, self._name, self.timeout_s, wanted=wanted)

    def _job_state(self) -> int:
        """A job that CUPS does not know any more is done where it keeps no history, unless its queue is gone too."""
        if not self._job:
            return _COMPLETED
        wanted = ("job-state", "time-at-processing")
        try:
            said = ipp.ask(Operation.GET_JOB_ATTRIBUTES, self._name, self.timeout_s, job_id=self._job, wanted=wanted)
        except ipp.RefusedByCups as refused:
            if refused.status != ipp.NOT_FOUND:
                raise
            self._queue()
            return _COMPLETED
        self._was_at_work = _number(said, "time-at-processing") is not None
        return _number(said, "job-state") or 0

    def _see_how_far(self) -> None:
        is_calling = False
        with suppress(OSError):
            is_calling = "connecting-to-device" in _reasons(self._queue())
        self._was_called |= is_calling
        self._has_begun |= not is_calling

    def _is_waiting(self, state: int) -> bool:
        """Whether nothing of the job has reached the printer: a queue that is stopped puts back what it has begun."""
        is_untouched = self._was_called or not self._was_at_work
        return state in (_PENDING, _HELD, _PROCESSING) and not self._has_begun and is_untouched


def _number(said: dict[str, list[ipp.Value]], name: str) -> int | None:
    values = said.get(name, [])
    return values[0] if values and isinstance(values[0], int) else None


def _reasons(queue: dict[str, list[ipp.Value]]) -> list[str]:
    return [str(each) for each in queue.get("printer-state-reasons", [])]


def _meaning(error: OSError) -> Status:
    """What a question that failed says about the queue."""
    match error:
        case ipp.RefusedByCups(status=ipp.NOT_FOUND):
            return Status.ADDRESS
        case ipp.RefusedByCups(status=status) if status in ipp.FORBIDDEN:
            return Status.NO_RIGHT
    return Status.OFFLINE


def _is_there(uri: str) -> bool:
    """Whether a printer in the network answers at the address that CUPS has for it; others cannot be looked for."""
    try:
        parts = urlsplit(uri)
        port = parts.port or _PORTS.get(parts.scheme)
    except ValueError:
        return True
    if parts.scheme not in _PORTS or not parts.hostname or not port:
        return True
    try:
        socket.create_connection((parts.hostname, port), PROBE_S).close()
    except OSError:
        return False
    return True
