"""What is looked at before the doors open and after they close."""

from __future__ import annotations

from enum import StrEnum


class ChecklistKind(StrEnum):
    OPENING = "opening"
    CLOSING = "closing"


class OpeningCheck(StrEnum):
    DISPLAY = "display"
    SOUND = "sound"
    KIOSK = "kiosk"
    PAPER = "paper"
    COUNTERS = "counters"
    ROOM = "room"


class ClosingCheck(StrEnum):
    FILES = "files"
    """Put away and locked, and what is unfinished has its reason."""
    RESULTS = "results"
    """Those that nobody collected are known."""
    NUMBERS = "numbers"
    """Slips and numbers agree, or the note says why not."""
    DEVICES = "devices"
    ROOM = "room"


ITEMS: dict[ChecklistKind, tuple[str, ...]] = {
    ChecklistKind.OPENING: tuple(item.value for item in OpeningCheck),
    ChecklistKind.CLOSING: tuple(item.value for item in ClosingCheck),
}
