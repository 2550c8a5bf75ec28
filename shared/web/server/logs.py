"""The log: one line for each thing, without what belongs to a citizen."""

from __future__ import annotations

import json
import logging
import re
import sys
from collections.abc import Callable, MutableMapping
from contextlib import suppress
from logging.handlers import RotatingFileHandler
from pathlib import Path

import structlog

_RUN_OF_DIGITS = re.compile(r"(?<!\d)\d{16}(?!\d)")
"""What a NIK or a family card's number looks like."""
HIDDEN = "[16 angka]"


MOST_BYTES, OLDER_FILES = 10_000_000, 5

Event = MutableMapping[str, object]


def init(folder: Path | None = None) -> None:
    """To be called once, before the server logs anything. `folder`: where each line is kept as JSON too."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.StackInfoRenderer(),
            structlog.processors.TimeStamper(fmt="%Y-%m-%d %H:%M:%S", utc=False),
            structlog.processors.format_exc_info,
            hide_numbers,
            *([_kept_in(folder)] if folder else []),
            structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback),
        ],
        logger_factory=_Output,
    )


class _Output(structlog.PrintLogger):
    """Where the lines are shown: also a file on a full disk, or a pipe that nobody reads any more. The line is lost
    then, and nothing else: whoever logs has visitors to serve.
    """

    def __init__(self, *_name: object) -> None:
        super().__init__(sys.stdout)

    def msg(self, message: str) -> None:
        with suppress(OSError, ValueError):  # there is no other place to say it
            super().msg(message)

    log = debug = info = warn = warning = fatal = failure = err = error = critical = exception = msg


class _File(RotatingFileHandler):
    """On a disk that takes nothing a line is lost here; it is shown all the same, without a traceback for each."""

    def handleError(self, record: logging.LogRecord) -> None:
        pass


def hide_numbers(_logger: object, _method: str, event: Event) -> Event:
    """Drops runs of 16 digits from every text of the line, its traceback included."""
    for name, value in event.items():
        if isinstance(value, str):
            event[name] = _RUN_OF_DIGITS.sub(HIDDEN, value)
        elif not isinstance(value, (int, float, bool)) and value is not None and _RUN_OF_DIGITS.search(str(value)):
            event[name] = _RUN_OF_DIGITS.sub(HIDDEN, str(value))
        elif isinstance(value, int) and _RUN_OF_DIGITS.fullmatch(str(value)):
            event[name] = HIDDEN
    return event


def _kept_in(folder: Path) -> Callable[[object, str, Event], Event]:
    """Writes each line into `loket.log`, which begins anew when it is large; the older ones go by themselves."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    handler = _File(folder / "loket.log", maxBytes=MOST_BYTES, backupCount=OLDER_FILES, encoding="utf-8", delay=True)

    def keep(_logger: object, _method: str, event: Event) -> Event:
        line = json.dumps(event, default=str, ensure_ascii=False)
        handler.emit(logging.LogRecord("loket", logging.INFO, "", 0, line, None, None))
        return event

    return keep
