"""What an Epson printer says in Server Direct Print: its XML, and its status as words. Knows no request."""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree import ElementTree

from shared.domain.errors import Invalid
from shared.printing.status import Status

JOB = re.compile("[0-9]{1,9}")


def bits(text: str | None, base: int) -> int | None:
    """The bits of a status, "no connection" when it is not there; None for what is no number."""
    if not text:
        return 1
    return int(text, base) if _DIGITS[base].fullmatch(text) else None


_DIGITS = {10: re.compile("[0-9]{1,10}"), 16: re.compile("(?:0[xX])?[0-9a-fA-F]{1,8}")}


def word(flags: int | None) -> Status:
    """ePOS-Print XML, attribute `status`; the worst first, UNKNOWN for no number."""
    if flags is None:
        return Status.UNKNOWN
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


def refusals(root: ElementTree.Element) -> Iterator[str]:
    """Why the printer takes no jobs at all, in its own words: version 3.00 says so beside the answers to jobs."""
    for each in root.iter():
        if _name(each) == "Response" and each.get("Success", "").lower() in ("false", "0"):
            yield next((_plain(inner.text or "") for inner in each.iter() if _name(inner) == "ErrorSummary"), "")


SAYS = 35
"""Letters of a printer's own sentence that are kept."""


def _name(element: ElementTree.Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _plain(text: str) -> str:
    return " ".join("".join(each if each.isprintable() else " " for each in text).split())[:SAYS]
