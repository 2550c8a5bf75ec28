"""The open lines of this process, by office, and how a picture gets to all of them.

It becomes one frame, which is written to each screen at once: a tenth of what the way through Engine.IO's queues and
greenlets costs. Where that is not possible Flask-SocketIO sends it as it sends everything else.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from flask_socketio import SocketIO

from shared.web import quirks

EVENT = "board"


@dataclass(frozen=True, slots=True)
class Line:
    """One connection. `show` writes a frame at once, or says that it has to go the other way."""

    sid: str
    show: Callable[[bytes], bool]
    number: str
    """Of the ticket that a phone was let in by."""


class Lines:
    """The lines of one kind."""

    def __init__(self, socketio: SocketIO) -> None:
        self._socketio = socketio
        self._of: dict[int, dict[str, Line]] = {}
        self._office: dict[str, int] = {}
        self.sent, self.spent_s = 0, 0.0
        """Pictures to screens so far, and the CPU seconds that went into sending them."""

    def add(self, office: int, sid: str, environ: Mapping[str, Any], number: str = "") -> None:
        """`environ`: of its request; other servers than our own have no WebSocket in it, or none that shows."""
        show: Callable[[bytes], bool] = getattr(environ.get("wsgi.websocket"), "show", _not_at_once)
        queued = quirks.queued_packets(self._socketio, sid)
        if show is not _not_at_once and queued is not None:
            environ["wsgi.websocket"].queued = queued
        self._of.setdefault(office, {})[sid] = Line(sid, show, number)
        self._office[sid] = office

    def remove(self, sid: str) -> None:
        office = self._office.pop(sid, None)
        if office is not None:
            lines = self._of[office]
            del lines[sid]
            if not lines:
                del self._of[office]

    def offices(self) -> dict[int, int]:
        """Office -> how many lines, at least one."""
        return {office: len(lines) for office, lines in tuple(self._of.items())}

    def of(self, office: int) -> tuple[Line, ...]:
        return tuple(self._of.get(office, {}).values())

    def __contains__(self, office: int) -> bool:
        return office in self._of

    def __len__(self) -> int:
        return len(self._office)

    def send(self, lines: Sequence[Line], picture: Mapping[str, object]) -> None:
        """The same picture for all."""
        with self._counted(lines):
            frame = frame_of(_text(picture))
            for line in lines:
                if not line.show(frame):
                    self._socketio.emit(EVENT, picture, to=line.sid)

    def send_places(
        self, lines: Sequence[Line], picture: Mapping[str, object], places: Mapping[str, list[int]]
    ) -> None:
        """A picture whose `line` holds for each phone only the place of its own number; see `live.PhoneBoard`."""
        with self._counted(lines):
            common = {name: fact for name, fact in picture.items() if name != "line"}
            head = _text({**common, "line": {}}).removesuffix("}}]")
            for line in lines:
                place = places.get(line.number)
                own = {} if place is None else {line.number: place}
                if not line.show(frame_of(f"{head}{json.dumps(own)[1:-1]}}}}}]")):
                    self._socketio.emit(EVENT, {**common, "line": own}, to=line.sid)

    @contextmanager
    def _counted(self, lines: Sequence[Line]) -> Iterator[None]:
        began = time.thread_time()
        yield
        self.sent += len(lines)
        self.spent_s += time.thread_time() - began


def _text(picture: Mapping[str, object]) -> str:
    """A message (4) with an event (2), as Socket.IO writes it."""
    return "42" + json.dumps([EVENT, picture], separators=(",", ":"))


def frame_of(text: str) -> bytes:
    """One message as a WebSocket sends it: final, text, its length, no mask."""
    body = text.encode()
    size = len(body)
    if size < 126:
        return b"\x81" + size.to_bytes(1, "big") + body
    if size < 65_536:
        return b"\x81\x7e" + size.to_bytes(2, "big") + body
    return b"\x81\x7f" + size.to_bytes(8, "big") + body


def _not_at_once(_frame: bytes) -> bool:
    return False
