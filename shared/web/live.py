"""The live line: one event, `board`, always the whole public picture of one office, pushed after every commit.

Screens and counters of an office get the same picture; a phone gets a smaller one with its own place, because there
may be a thousand. A paired device has a room of its own for the other event, `device`: all that a print agent hears.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypedDict
from zoneinfo import ZoneInfo

import structlog
from flask import Flask, current_app, g, request, session
from flask_socketio import ConnectionRefusedError, SocketIO, disconnect, join_room

from shared.domain.errors import Refusal
from shared.domain.numbering import label, office_day
from shared.domain.office import OfficeConfig
from shared.domain.queue.board import BoardCall, BoardSeat, HeardBoard
from shared.domain.queue.policy import Lane
from shared.engine import epochs
from shared.engine.paper import print_queue
from shared.engine.people import device as engine
from shared.engine.people import session as sessions
from shared.engine.queue.forecast import Forecast, Forecasts
from shared.store import reads
from shared.store.disk import database_away
from shared.store.office import Store
from shared.web.access.auth import KEY, device, is_officer_here
from shared.web.debounce import Debounce
from shared.web.lines import EVENT, Line, Lines
from shared.web.opening import LiveBoard, with_words
from shared.web.screen import office_id
from shared.web.server import hosts
from shared.web.server.processes import Message, Processes

log = structlog.get_logger()

PING_S, PING_TIMEOUT_S = 10, 5
PAUSE_S = 0.02
"""After a board was sent, the next one of the same office waits this long: a burst of clicks is one board."""
PHONE_PAUSE_S = 0.3
"""The same for phones, of which there may be a thousand: each is right within a second."""
HEARTBEAT_S = 1.0
"""Between two looks of one of several processes at the versions of all offices."""
CHECK_PAUSE_S = 3.0
"""Between two looks at whose lines are to be ended."""
AT_ONCE = 1000
BREATH_S = 0.003
"""After so many lines: clicks that came meanwhile are answered first."""


class PhoneBoard(TypedDict):
    """What of the board a phone needs. `line`: number -> [people ahead] or [people ahead, from, to minutes]."""

    office: str
    epoch: str
    version: int
    minute: str
    calls: list[BoardCall]
    counters: list[BoardSeat]
    line: dict[str, list[int]]
    at: str


class Live:
    """Sends the board of an office to everybody in its rooms."""

    def __init__(
        self, app: Flask, store: Store, clock: Callable[[], datetime], redis_url: str = "", **options: object
    ) -> None:
        self.app, self.store, self.clock = app, store, clock
        self.build: str = app.config["BUILD"]
        self.forecasts: Forecasts = app.extensions["loket_forecasts"]
        self.socketio = SocketIO(
            app,
            ping_interval=PING_S,
            ping_timeout=PING_TIMEOUT_S,
            transports=["websocket"],
            cors_allowed_origins=hosts.is_allowed_origin,
            **options,
        )
        self.socketio.on_event("connect", self._connect)
        self.socketio.on_event("disconnect", self._disconnect)
        self._others = Processes(redis_url, self._hear) if redis_url else None
        self._screens, self._phones, self._agents = (Lines(self.socketio) for _ in range(3))
        self._devices: dict[str, int] = {}
        """Of this process: connection -> paired kiosk or display."""
        self._lines: dict[str, _Owner] = {}
        """Of this process: connection -> whose it is, to be ended with their session or token."""
        self._sent: dict[int, tuple[str, int]] = {}
        """Office -> epoch and version of the last board that somebody of this process got."""
        self._heads = epochs.Heads(store)
        self._phone_boards: dict[int, tuple[datetime, PhoneBoard]] = {}
        self._read: dict[int, tuple[object, HeardBoard]] = {}
        """Office -> what was read for its screens or phones, and the change that it was read after."""
        self._newest_change: dict[int, object] = {}
        self._to_screens = Debounce(self.socketio, PAUSE_S, self._send)
        self._to_phones = Debounce(self.socketio, PHONE_PAUSE_S, self._send_phones)
        self._to_agents = Debounce(self.socketio, PAUSE_S, self._wake_agents)
        self._to_check = Debounce(self.socketio, CHECK_PAUSE_S, self._end_revoked)
        store.on_change(self.publish)

    def board(self, office_id: int, read: HeardBoard | None = None) -> LiveBoard:
        """The public picture now; `waits`: service slug -> [from, to] minutes, for services where that is known.

        `read`: what was read of the office in this moment.
        """
        now = self.clock()
        board, office = read or reads.board(self.store, office_id, now), self.store.office_config(office_id)
        waits = _waits(office, self.forecasts.current(office_id, now))
        opening = with_words(board["availability"], office.zone, now)
        return {**board, **opening, "waits": waits, "at": now.isoformat(), "build": self.build}

    def board_for(self, office: int, drawn: str) -> LiveBoard:
        """The board for a screen that says what it has drawn, "version epoch"."""
        self.look_back(office, drawn)
        return self.board(office)

    def look_back(self, office: int, drawn: str) -> None:
        if epochs.look_back(self.store, office, drawn):
            self.publish(office, 0)

    def phone_board(self, office_id: int, read: HeardBoard | None = None, *, may_be_old: bool = False) -> PhoneBoard:
        """`line` has everybody in it."""
        now = self.clock()
        kept = self._phone_boards.get(office_id)
        if may_be_old and kept is not None and 0 <= (now - kept[0]).total_seconds() < PHONE_PAUSE_S:
            return kept[1]
        board = read or reads.board(self.store, office_id, now)
        places = {
            number: [place.ahead, place.wait.low_min, place.wait.high_min] if place.wait else [place.ahead]
            for number, place in self.forecasts.line(office_id, now).items()
        }
        picture: PhoneBoard = {
            "office": board["office"],
            "epoch": board["epoch"],
            "version": board["version"],
            "minute": board["minute"],
            "calls": board["calls"],
            "counters": board["counters"],
            "line": places,
            "at": now.isoformat(),
        }
        self._phone_boards[office_id] = (now, picture)
        return picture

    def publish(self, office: int, _version: int) -> None:
        """Marks the office as changed; background tasks send its newest board, once however often it changed."""
        self._changed(office)
        if self._others is not None:
            self._others.tell({"office": office})

    def start(self) -> None:
        """From now on several processes hear of each other, and each looks by itself for what nobody tells."""
        if self._others is not None:
            self._others.start(self.socketio.start_background_task)
        self.socketio.start_background_task(self._heartbeat)

    def _changed(self, office: int) -> None:
        """Of the connections of this process those that the office's change concerns are told."""
        self._newest_change[office] = object()
        if office in self._screens:
            self._to_screens.add(office)
        if office in self._phones:
            self._to_phones.add(office)
        if office in self._agents:
            self._to_agents.add(office)
        if self._lines:
            self._to_check.add(office)

    def _hear(self, message: Message) -> None:
        """What another process told."""
        match message:
            case {"office": int(office)}:
                self._changed(office)
            case {"to": str(to), "say": dict(said)}:
                self.socketio.emit("device", said, to=to)

    def _heartbeat(self) -> None:
        days: dict[int, date] = {}
        while not self.store.is_closed:
            self.socketio.sleep(HEARTBEAT_S)
            try:
                heads = self.store.ask(reads.heads)
                self._look_at_versions(heads)
                self._look_at_days(heads, days)
            except Exception as error:
                if database_away(error) is None:
                    log.exception("heartbeat_failed")

    def _look_at_versions(self, heads: Sequence[reads.OfficeHead]) -> None:
        """Screens are right soon also when no message of another process comes: Redis may be away, or have lost one."""
        for gone_back in self._heads.went_back(heads):
            self.publish(gone_back, 0)
        for office in heads if self._others is not None else ():
            newest = office.epoch, office.version
            if self._sent.get(office.office_id, newest) != newest:
                self._sent[office.office_id] = newest
                self._changed(office.office_id)

    def _look_at_days(self, heads: Sequence[reads.OfficeHead], days: dict[int, date]) -> None:
        """A new day, or a clock that was set, changes every picture and no row: a new epoch lets all be drawn anew."""
        for office in heads:
            day = office_day(self.clock(), ZoneInfo(office.timezone))
            if days.setdefault(office.office_id, day) != day:
                days[office.office_id] = day
                if office.office_id in self._screens or office.office_id in self._phones:
                    epochs.renew(self.store, office.office_id, office.epoch)
                    self.publish(office.office_id, 0)

    def tell_device(self, device_id: int, what: str, **facts: object) -> None:
        """Asks one paired device to `reload`, or to `identify` itself: to show its name for a while."""
        self._say(_device_room(device_id), {"do": what, **facts})

    def test_call(self, office: int, device_id: int | None = None) -> None:
        """Every display of the office, or that one, plays its chime and says that this is a test."""
        self._say(_displays_room(office) if device_id is None else _device_room(device_id), {"do": "test"})

    def _say(self, to: str, said: Message) -> None:
        self.socketio.emit("device", said, to=to)
        if self._others is not None:
            self._others.tell({"to": to, "say": said})

    def _send(self, office: int) -> None:
        if self.store.is_closed:  # a change of the last moment: nobody looks any more
            return
        board = self.board(office, self._read_once(office))
        self._sent[office] = board["epoch"], board["version"]
        for lines in _in_parts(self._screens.of(office)):
            self._screens.send(lines, board)
            self.socketio.sleep(BREATH_S)

    def _read_once(self, office: int) -> HeardBoard:
        """Screens and phones are told of the same change one after the other, and it is read once for both."""
        change = self._newest_change.get(office)
        kept = self._read.get(office)
        if kept is None or kept[0] is not change:
            kept = self._read[office] = change, reads.board(self.store, office, self.clock())
        return kept[1]

    def _send_phones(self, office: int) -> None:
        if self.store.is_closed:
            return
        picture = self.phone_board(office, self._read_once(office))
        self._sent[office] = picture["epoch"], picture["version"]
        for lines in _in_parts(self._phones.of(office)):
            self._phones.send_places(lines, picture, picture["line"])
            self.socketio.sleep(BREATH_S)

    def _wake_agents(self, office: int) -> None:
        with self.store.read() as connection:
            wanted = print_queue.agents_wanted(connection, office)
        for device_id in wanted:
            self.socketio.emit("device", {"do": "print"}, to=_device_room(device_id))

    def _connect(self, asked: object = None) -> None:
        """Lets in whoever may see the board; the newest one is the first thing that they get."""
        asked = asked if isinstance(asked, dict) else {}
        sid: str = request.sid  # type: ignore[attr-defined]
        try:
            hosts.require_known(request)
            g.office = str(asked.get("office", ""))
            g.office_id = office_id(g.office)
            if asked.get("ticket"):
                self._connect_phone(sid, str(asked["ticket"]))
                return
            if asked.get("screen") == "agent":
                self._connect_agent(sid)
                return
            self._connect_screen(sid, asked.get("screen"))
        except Refusal as error:
            raise ConnectionRefusedError(error.code) from None
        self._screens.add(g.office_id, sid, request.environ)
        _identified()
        board = self.board(g.office_id)
        self._sent.setdefault(g.office_id, (board["epoch"], board["version"]))
        self.socketio.emit(EVENT, board, to=sid)

    def _connect_phone(self, sid: str, token: str) -> None:
        with self.store.read() as connection:
            row = reads.ticket_by_token(connection, token)
        if row is None or row.office_id != g.office_id:
            raise ConnectionRefusedError("not_paired")
        number = label(row.series, row.number)
        self._phones.add(g.office_id, sid, request.environ, number)
        _identified()
        picture = self.phone_board(g.office_id, may_be_old=True)
        self._sent.setdefault(g.office_id, (picture["epoch"], picture["version"]))
        own = {each: place for each, place in picture["line"].items() if each == number}
        self.socketio.emit(EVENT, {**picture, "line": own}, to=sid)

    def _connect_agent(self, sid: str) -> None:
        paired = device("agent")
        if paired is None or paired.id is None:
            raise ConnectionRefusedError("not_paired")
        self._agents.add(g.office_id, sid, request.environ)
        self._lines[sid] = _Owner(g.office_id, device_id=paired.id)
        join_room(_device_room(paired.id))
        _identified()

    def _connect_screen(self, sid: str, screen: object) -> None:
        paired = device(screen) if isinstance(screen, str) and screen in ("display", "kiosk") else None
        is_officer = is_officer_here()
        if paired is None and not is_officer:
            raise ConnectionRefusedError("not_paired")
        if is_officer and KEY in session:
            self._lines[sid] = _Owner(g.office_id, key_hash=engine.digest(session[KEY]))
        if paired is not None and paired.id is not None:
            self._lines[sid] = _Owner(g.office_id, device_id=paired.id)
            self._devices[sid] = paired.id
            join_room(_device_room(paired.id))
        if screen == "display":
            join_room(_displays_room(g.office_id))

    def _disconnect(self, *_why: object) -> None:
        sid: str = request.sid  # type: ignore[attr-defined]
        for kind in (self._screens, self._phones, self._agents):
            kind.remove(sid)
        self._lines.pop(sid, None)
        device_id = self._devices.pop(sid, None)
        if device_id is not None and device_id not in self._devices.values():
            self.store.write_with(engine.lost, device_id, self.clock())

    def _end_revoked(self, office: int) -> None:
        """Whose session was ended, token taken back, or account switched off hears no more."""
        lines = {sid: line for sid, line in self._lines.items() if line.office == office}
        keys = {line.key_hash for line in lines.values() if line.key_hash is not None}
        ids = {line.device_id for line in lines.values() if line.device_id is not None}
        with self.store.read() as connection:
            good_keys = sessions.good_sessions(connection, keys) if keys else set()
            good_ids = sessions.good_devices(connection, ids, self.clock()) if ids else set()
        for sid, line in lines.items():
            if line.key_hash not in good_keys and line.device_id not in good_ids:
                self._lines.pop(sid, None)
                self._end(sid)

    def _end(self, sid: str) -> None:
        with self.app.app_context():
            disconnect(sid, namespace="/")

    def counts(self) -> dict[str, int]:
        """Open lines of this process, by kind."""
        return {"screen": len(self._screens), "phone": len(self._phones), "agent": len(self._agents)}

    def sent(self) -> tuple[int, float]:
        """Pictures to screens of this process so far, and the CPU seconds that went into sending them."""
        return self._screens.sent, self._screens.spent_s

    def phones(self) -> Counter[int]:
        """Office id -> phones that are connected to this process."""
        return Counter(self._phones.offices())


@dataclass(frozen=True, slots=True)
class _Owner:
    """Whose connection it is: a session's, or a device's or program's."""

    office: int
    key_hash: str | None = None
    device_id: int | None = None


def _waits(office: OfficeConfig, forecast: Forecast) -> dict[str, list[int]]:
    quotes = {service.slug: forecast.quote(service.id, Lane.ORDINARY) for service in office.services}
    return {slug: [quote.low_min, quote.high_min] for slug, quote in quotes.items() if quote is not None}


def _identified() -> None:
    """Tells the server's door that this connection is no stranger's; other servers have no such door."""
    identify = getattr(request.environ.get("wsgi.websocket"), "identify", None)
    if identify is not None:
        identify()


def live_board(office: int) -> LiveBoard:
    """What a screen of this request's app gets when it polls."""
    live: Live = current_app.extensions["loket_live"]
    return live.board_for(office, request.headers.get("X-Drawn", ""))


def _in_parts(lines: Sequence[Line]) -> Iterator[Sequence[Line]]:
    return (lines[start : start + AT_ONCE] for start in range(0, len(lines), AT_ONCE))


def _displays_room(office: int) -> str:
    return f"displays:{office}"


def _device_room(device_id: int) -> str:
    return f"device:{device_id}"
