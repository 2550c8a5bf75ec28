"""What an Epson printer says in Server Direct Print: its XML, and its status as words. Knows no request."""

from __future__ import annotations

import re
from xml.etree import ElementTree

from shared.domain.errors import Invalid
from shared.printing.status import Status

JOB = re.compile("[0-9]{1,9}")


def bits(text: str | None, base: int) -> int:
    """The bits of a status; what is none of them means that the printer does not answer well."""
    try:
        return int((text or "1")[:40], base)
    except ValueError:
        return 1


def word(flags: int) -> Status:
    """ePOS-Print XML, attribute `status`; the worst first."""
    return next((status for mask, status in _BITS if flags & mask), Status.OK)


_BITS = (
    (0x00000001, Status.OFFLINE), (0x00000020, Status.COVER_OPEN), (0x00080000, Status.PAPER_OUT),
    (0x00000800, Status.CUTTER), (0x00000008, Status.OFFLINE), (0x00006400, Status.OFFLINE),
    (0x00020000, Status.NEAR_END),
)  # fmt: skip
NEVER_BEGAN = (
    "SchemaError", "DeviceNotFound", "EX_BADPORT", "EX_SPOOLER", "EX_DEVICE_BUSY", "TooManyRequests",
    "RequestEntityTooLarge",
)  # fmt: skip


def parsed(text: str) -> ElementTree.Element:
    """Raises `Invalid` for what is no XML, and for a document type, which no printer sends and attacks need."""
    if "<!" in text:
        raise Invalid("xml", fields=["ResponseFile"])
    try:
        return ElementTree.fromstring(text)
    except ElementTree.ParseError:
        raise Invalid("xml", fields=["ResponseFile"]) from None
