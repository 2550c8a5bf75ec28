"""What the answer bytes of an ESC/POS printer mean; knows the bits and no wire."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class Status(StrEnum):
    """How a printer is; the words for people live in the catalogues (`printer.<value>`)."""

    OK = "ok"
    NEAR_END = "near_end"
    PAPER_OUT = "paper_out"
    COVER_OPEN = "cover_open"
    CUTTER = "cutter"
    OFFLINE = "offline"
    UNKNOWN = "unknown"
    SLOW = "slow"
    """It is well, and takes long over the slip that it has."""
    NO_RIGHT = "no_right"
    """The device is there, and this program may not use it."""
    ADDRESS = "address"
    """No printer may have this address."""
    AMBIGUOUS = "ambiguous"
    """Several USB printers of this model are plugged in, and the address does not say which."""

    @property
    def can_print(self) -> bool:
        """Near the end of the roll it still prints: tell the staff, keep printing."""
        return self in (Status.OK, Status.NEAR_END, Status.SLOW)


QUERIES = (1, 2, 3, 4)
"""DLE EOT n: 1 printer, 2 cause of being offline, 3 error, 4 paper sensor."""


def query(n: int) -> bytes:
    """DLE EOT n, answered at once with one byte, whatever still waits to be printed."""
    return bytes([0x10, 0x04, n])


IN_ORDER = b"\x1dr\x01"
"""GS r 1: the same question put in line behind the data, so its answer says that everything before it was printed."""

FORGET = b"\x10\x14\x08\x01\x03\x14\x01\x06\x02\x08"
"""DLE DC4 8: throw away what was received and not yet printed, so that a stuck slip does not come out later."""


FLOW = b"\x11\x13"
"""XON and XOFF, which a serial printer sends while its buffer fills, also where nobody heeds them."""


def is_answer(byte: int) -> bool:
    """Whether this byte answers DLE EOT: bits 0, 1, 4, 7 are fixed to 0, 1, 1, 0."""
    return byte & 0b1001_0011 == 0b0001_0010


def is_in_order_answer(byte: int) -> bool:
    """Whether this byte answers GS r: bits 4 and 7 are 0. Ask `StatusBack` first, whose bytes look alike."""
    return byte & 0b1001_0000 == 0


def read(answers: Mapping[int, int]) -> Status:
    """The status that the answers to `QUERIES` say together, the worst first; UNKNOWN when the first is not there."""
    if 1 not in answers:
        return Status.UNKNOWN
    cause, error, paper = answers.get(2, 0), answers.get(3, 0), answers.get(4, 0)
    if cause & 0x04:
        return Status.COVER_OPEN
    if paper & 0x60 or cause & 0x20:
        return Status.PAPER_OUT
    if error & 0x08:
        return Status.CUTTER
    if answers[1] & 0x08 or error & 0x60:
        return Status.OFFLINE
    return Status.NEAR_END if paper & 0x0C else Status.OK


class StatusBack:
    """Sorts out Automatic Status Back: four bytes that a printer sends by itself when something changes.

    `last`: what the latest four said, None while there was none. The first byte is marked (bits 0, 1, 4, 7 are
    0, 0, 1, 0), the other three belong to it whatever they hold.
    """

    def __init__(self) -> None:
        self.last: Status | None = None
        self._held = bytearray()

    def takes(self, byte: int) -> bool:
        """Whether the byte is part of a report; a byte that is not is somebody's answer."""
        if not self._held and byte & 0b1001_0011 != 0b0001_0000:
            return False
        self._held.append(byte)
        if len(self._held) == 4:
            self.last = _read_back(self._held)
            self._held.clear()
        return True


def _read_back(report: bytes | bytearray) -> Status:
    printer, error, paper = report[0], report[1], report[2]
    if printer & 0x20:
        return Status.COVER_OPEN
    if paper & 0x0C:
        return Status.PAPER_OUT
    if error & 0x08:
        return Status.CUTTER
    if printer & 0x08 or error & 0x60:
        return Status.OFFLINE
    return Status.NEAR_END if paper & 0x03 else Status.OK
