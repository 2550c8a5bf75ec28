"""What `shared/web/quirks.py` leans on is still there and worth it: a failure here says that a library changed."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from types import SimpleNamespace

import pytest
from engineio.socket import Socket as EngineSocket
from flask import Flask
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_socketio import SocketIO
from geventwebsocket.websocket import Header, WebSocket
from werkzeug.routing import Rule

from shared.web import quirks
from shared.web.lines import Line, Lines, frame_of

PARTS = "import flask_socketio, socketio, engineio, sys; "


def python(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_the_parts_that_a_start_leaves_out_are_not_needed_and_would_be_loaded() -> None:
    lean = "from shared.web import quirks; quirks.lean_start(); "
    loaded = "print([name for name in ('requests', 'websocket') if sys.modules.get(name)])"

    assert python(lean + PARTS + loaded) == "[]"
    assert python(PARTS + loaded) == "['requests', 'websocket']"


def test_the_parts_of_a_library_that_nobody_uses_would_be_loaded_and_the_server_is_whole_without_them() -> None:
    wanted = "from shared.web import quirks; "
    loaded = (
        "import limits; print([name for name in quirks.UNUSED_PARTS if getattr(sys.modules.get(name), '__file__', '')])"
    )
    serves = (
        "from shared.web.server import worker; import shared.web.app, kiosk.routes, display.routes, counter.routes; "
    )
    later = "quirks.end_of_imports(); import asyncio; asyncio.run; import sys; "

    assert python(wanted + serves + later + loaded) == "[]"
    assert len(eval(python(wanted + PARTS + loaded))) > 15


def test_babel_writes_our_dates_without_the_facts_of_the_world_and_finds_them_when_they_are_asked_for() -> None:
    code = """
from babel import core, localedata
from babel.dates import format_date
from babel.numbers import get_currency_precision
from datetime import date
from shared.web import quirks
def said():
    localedata._cache.clear()
    core._global_data = None
    if is_lean:
        quirks.leave_the_world_out()
    days = [format_date(date(2026, month, month), "EEEE, d MMMM y MMM", locale=each) for month in range(1, 13)
            for each in ("id", "en")]
    sizes.append(len(core._global_data))
    return days, get_currency_precision("JPY"), str(core.Locale.parse("und_ID"))
sizes, is_lean = [], False
usual = said()
is_lean = True
print(said() == usual, sizes[0] > 5, sizes[1])
"""

    assert python(code) == "True True 0"


def test_the_methods_of_a_dataclass_that_are_compiled_late_do_the_same() -> None:
    code = """
import dataclasses
from shared.web import quirks
def made():
    @dataclasses.dataclass(frozen=True, slots=True, order=True)
    class Spot:
        row: int
        seat: str = "a"
    class Chair(Spot):
        pass
    @dataclasses.dataclass(frozen=True)
    class Stool(Spot):
        legs: list[int] = dataclasses.field(default_factory=list, kw_only=True)
        def __post_init__(self):
            self.legs.append(self.row)
    said = [repr(Stool(3, seat="c")), repr(Stool(row=4, legs=[1]))]
    def three(*_):
        return Chair(2, chair=1)
    for act, of, *to in ((setattr, Spot, 2), (delattr, Chair), (setattr, Chair, 2), (three, int)):
        try:
            act(of(1), "row", *to)
        except Exception as error:
            said.append((type(error).__name__, str(error)))
    one, two = Spot(1), Chair(2, "b")
    return [repr(one), repr(two), one == Spot(1), one == two, one < Spot(2), hash(one) == hash(Spot(1)),
            two == Chair(2, "b"), Spot.__repr__.__qualname__, *said]
usual = made()
quirks.write_methods_late()
print(made() == usual, made() == usual, len(usual))
"""

    assert python(code) == "True True 14"


def test_a_picture_past_the_queue_is_what_engine_io_would_send_and_waits_behind_what_is_in_it() -> None:
    app, written = Flask("frames"), list[bytes]()
    live = SocketIO(app, async_mode="threading")
    engine = live.server.eio.sockets["engine"] = EngineSocket(live.server.eio, "engine")
    sid = live.server.manager.connect("engine", "/")

    class Screen:
        def attend(self, _line: Line, queued: Callable[[], int]) -> None:
            self.queued = queued

        def show(self, frame: bytes) -> bool:
            is_free = self.queued() == 0
            written.extend([frame] * is_free)
            return is_free

    lines = Lines(live)
    lines.add(1, sid, {"wsgi.websocket": Screen()})
    picture = {"version": 7, "name": "Lumajang é", "more": "x" * 200, "line": {}}

    lines.send(lines.of(1), picture)
    (line,) = lines.of(1)
    line.is_free = True  # as the WebSocket says after each message
    assert (len(written), engine.queue.qsize()) == (1, 0)
    live.emit("board", picture, to=sid)
    lines.send(lines.of(1), picture)

    assert (len(written), engine.queue.qsize(), line.is_free) == (1, 2, False)
    usual = [engine.queue.get().encode() for _ in range(2)]
    assert [frame_of(text) for text in usual] == written * 2
    whole = bytes(Header.encode_header(True, WebSocket.OPCODE_TEXT, b"", len(usual[0].encode()), 0))
    assert written == [whole + usual[0].encode()]


def test_without_the_queue_of_engine_io_everything_is_sent_as_usual() -> None:
    app = Flask("frames")
    live = SocketIO(app, async_mode="threading")
    client = live.test_client(app)
    sid = next(sid for sid, _ in live.server.manager.get_participants("/", None))
    lines = Lines(live)
    lines.add(1, sid, {"wsgi.websocket": SimpleNamespace(queued=lambda: 1, show=lambda _frame: False)}, "A-001")

    lines.send(lines.of(1), {"version": 7})
    lines.send_places(lines.of(1), {"version": 8}, {"A-001": [3], "A-002": [4]})

    assert quirks.watch_packets(live, sid, lambda: None) is None
    heard = [said["args"][0] for said in client.get_received()]
    assert heard == [{"version": 7}, {"version": 8, "line": {"A-001": [3]}}]


def test_gevent_still_asks_for_plugins_that_nobody_has() -> None:
    count = (
        "from importlib import metadata; asked = []; real = metadata.entry_points; "
        "metadata.entry_points = lambda **wanted: (asked.append(wanted['group']), real(**wanted))[1]; "
        "from gevent import monkey; monkey.patch_all(); "
        "print(sum(group.startswith('gevent.') for group in asked))"
    )

    assert int(python(count)) > 10


def test_the_limiter_can_be_kept_from_asking_at_every_request() -> None:
    app, limiter = Flask("quirk"), Limiter(get_remote_address, storage_uri="memory://")
    limiter.init_app(app)
    before = len(app.before_request_funcs[None])

    quirks.ask_limiter_in_decorators_only(app, limiter)

    assert len(app.before_request_funcs[None]) == before - 1

    @app.get("/")
    @limiter.limit("2/minute")
    def page() -> str:
        return ""

    assert [app.test_client().get("/").status_code for _ in range(3)] == [200, 200, 429]


def test_an_address_is_compiled_for_writing_when_it_is_first_written(monkeypatch: pytest.MonkeyPatch) -> None:
    compiled = []
    real = Rule._compile_builder
    monkeypatch.setattr(Rule, "_compile_builder", lambda *said: (compiled.append(said), real(*said))[1])

    app = Flask("quirk", static_folder=None)
    quirks.write_addresses_late(app)
    app.add_url_rule("/<office>/t/<int:number>", "ticket")
    urls = app.url_map.bind("localhost")
    assert compiled == []

    assert urls.build("ticket", {"office": "uji", "number": 3, "lang": "en"}) == "/uji/t/3?lang=en"
    assert urls.build("ticket", {"office": "uji", "number": 4}) == "/uji/t/4"
    assert len(compiled) == 1
    assert urls.match("/uji/t/3") == ("ticket", {"office": "uji", "number": 3})


def test_gevent_sends_an_answer_in_two_pieces_and_ours_in_one() -> None:
    code = """
from gevent import monkey; monkey.patch_all()
import urllib.request
from gevent.pywsgi import WSGIHandler, WSGIServer
from shared.web import quirks
sent = []

class Plain(WSGIHandler):
    def _sendall(self, data):
        sent.append(bytes(data))
        super()._sendall(data)

class Whole(quirks.OnePiece, Plain):
    pass

def app(environ, start_response):
    start_response("200 OK", [("Content-Length", "10")])
    return [b"hello", b"world"]

for handler in (Plain, Whole):
    server = WSGIServer(("127.0.0.1", 0), app, handler_class=handler, log=None)
    server.start()
    print(urllib.request.urlopen(f"http://127.0.0.1:{server.server_port}/").read(), len(sent))
    sent.clear()
"""

    assert python(code).splitlines() == ["b'helloworld' 3", "b'helloworld' 2"]


def test_what_is_written_past_gevent_never_waits_and_never_reaches_another_connection() -> None:
    code = """
from gevent import socket
from shared.web import quirks

ours, theirs = socket.socketpair()
write = quirks.writer(ours)
print(write(b"a board"), theirs.recv(100))
try:
    while True:
        write(bytes(100_000))
except BlockingIOError:
    print("full")
ours.close()
other, _ = socket.socketpair()
try:
    write(b"for nobody")
except OSError as error:
    print(type(error).__name__, error.errno)
"""

    assert python(code).splitlines() == ["7 b'a board'", "full", "OSError 9"]
