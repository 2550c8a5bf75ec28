"""What is looked at before the doors open and after they close."""

from __future__ import annotations

from enum import StrEnum


class Kind(StrEnum):
    OPENING = "opening"
    CLOSING = "closing"


class Opening(StrEnum):
    DISPLAY = "display"
    SOUND = "sound"
    KIOSK = "kiosk"
    PAPER = "paper"
    COUNTERS = "counters"
    ROOM = "room"


class Closing(StrEnum):
    FILES = "files"
    """Put away and locked, and what is unfinished has its reason."""
    RESULTS = "results"
    """Those that nobody collected are known."""
    NUMBERS = "numbers"
    """Slips and numbers agree, or the note says why not."""
    DEVICES = "devices"
    ROOM = "room"


ITEMS: dict[Kind, tuple[str, ...]] = {
    Kind.OPENING: tuple(item.value for item in Opening),
    Kind.CLOSING: tuple(item.value for item in Closing),
}
