"""The log: one line for each thing, without what belongs to a citizen."""

from __future__ import annotations

import re
from collections.abc import MutableMapping

import structlog

_RUN_OF_DIGITS = re.compile(r"(?<!\d)\d{16}(?!\d)")
"""What a NIK or a family card's number looks like."""
HIDDEN = "[16 angka]"


def init() -> None:
    """To be called once, before the server logs anything."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.StackInfoRenderer(),
            structlog.processors.TimeStamper(fmt="%Y-%m-%d %H:%M:%S", utc=False),
            structlog.processors.format_exc_info,
            hide_numbers,
            structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback),
        ]
    )


def hide_numbers(_logger: object, _method: str, event: MutableMapping[str, object]) -> MutableMapping[str, object]:
    """Drops runs of 16 digits from every text of the line, its traceback included."""
    for name, value in event.items():
        if isinstance(value, str):
            event[name] = _RUN_OF_DIGITS.sub(HIDDEN, value)
        elif not isinstance(value, (int, float, bool)) and value is not None and _RUN_OF_DIGITS.search(str(value)):
            event[name] = _RUN_OF_DIGITS.sub(HIDDEN, str(value))
        elif isinstance(value, int) and _RUN_OF_DIGITS.fullmatch(str(value)):
            event[name] = HIDDEN
    return event
