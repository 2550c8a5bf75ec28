"""The open lines of this process, by office, and how a picture gets to all of them.

It becomes one frame, which one loop writes to every screen: a tenth of what the way through Engine.IO's queues and
greenlets costs. A line where something else waits to be written is not free, and its WebSocket is asked; where that
is not possible either Flask-SocketIO sends it as it sends everything else.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol, cast

from flask_socketio import SocketIO

from shared.web import quirks

EVENT = "board"


class OpenSocket(Protocol):
    """The server's end of a WebSocket: ours, see `shared.web.server.door_websocket`."""

    def attend(self, line: Line, queued: Callable[[], int]) -> None:
        """From now on it says to the line when it is free. `queued`: packets of Engine.IO that are to be written."""

    def show(self, frame: bytes) -> bool:
        """Writes a frame at once or after what is half written; False: it has to go the other way."""

    def write_rest(self, rest: bytes) -> None:
        """What the client does not take now of a frame that was begun."""


@dataclass(slots=True, eq=False)
class Line:
    """One connection."""

    sid: str
    key: str = '""'
    """As JSON: the number of the ticket that a phone was let in by."""
    screen: OpenSocket | None = None
    write: Callable[[bytes], int] | None = None
    """Writes as much of a frame as goes now, and says how many bytes that was."""
    is_free: bool = False
    """`write` may be asked in this moment: the line is open, nothing waits, nothing is half written."""

    def keep_busy(self) -> None:
        self.is_free = False


class Lines:
    """The lines of one kind."""

    def __init__(self, socketio: SocketIO) -> None:
        self._socketio = socketio
        self._of: dict[int, dict[str, Line]] = {}
        self._office: dict[str, int] = {}
        self.sent, self.spent_s = 0, 0.0
        """Pictures to screens so far, and the CPU seconds that went into sending them."""

    def add(self, office: int, sid: str, environ: Mapping[str, object], number: str = "") -> None:
        """`environ`: of its request; other servers than our own have no WebSocket in it, or none that shows."""
        line = Line(sid, json.dumps(number))
        if hasattr(environ.get("wsgi.websocket"), "show"):
            queued = quirks.watch_packets(self._socketio, sid, line.keep_busy)
            if queued is not None:
                line.screen = cast(OpenSocket, environ["wsgi.websocket"])
                line.screen.attend(line, queued)
        self._of.setdefault(office, {})[sid] = line
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
            for line in _not_written(lines, frame):
                self._socketio.emit(EVENT, picture, to=line.sid)

    def send_places(
        self, lines: Sequence[Line], picture: Mapping[str, object], places: Mapping[str, list[int]]
    ) -> None:
        """A picture whose `line` holds for each phone only the place of its own number; see `live.PhoneBoard`."""
        with self._counted(lines):
            common = {name: fact for name, fact in picture.items() if name != "line"}
            head = _text({**common, "line": {}}).removesuffix("}}]")
            own = {json.dumps(number): place for number, place in places.items()}
            for line in lines:
                place = own.get(line.key)
                mine = "" if place is None else f"{line.key}:{place}"
                for each in _not_written((line,), frame_of(f"{head}{mine}}}}}]")):
                    self._socketio.emit(EVENT, {**common, "line": json.loads(f"{{{mine}}}")}, to=each.sid)

    @contextmanager
    def _counted(self, lines: Sequence[Line]) -> Iterator[None]:
        began = time.thread_time()
        yield
        self.sent += len(lines)
        self.spent_s += time.thread_time() - began


def _not_written(lines: Iterable[Line], frame: bytes) -> Iterator[Line]:
    """Writes the frame to each line; those for which it has to go the other way."""
    size = len(frame)
    for line in lines:
        if line.is_free and line.write is not None:
            try:
                written = line.write(frame)
            except BlockingIOError:
                written = 0
            except OSError:
                yield line
                continue
            if written != size and line.screen is not None:
                line.screen.write_rest(frame[written:])
        elif line.screen is None or not line.screen.show(frame):
            yield line


def _text(picture: Mapping[str, object]) -> str:
    """A message (4) with an event (2), as Socket.IO writes it."""
    return "42" + json.dumps([EVENT, picture], separators=(",", ":"))


def frame_of(text: str) -> bytes:
    """One message as a WebSocket sends it: final, text, its length, no mask."""
    body = text.encode()
    size = len(body)
    if size < 126:
        return b"\x81%c%b" % (size, body)
    if size < 65_536:
        return b"\x81\x7e%b%b" % (size.to_bytes(2, "big"), body)
    return b"\x81\x7f%b%b" % (size.to_bytes(8, "big"), body)
