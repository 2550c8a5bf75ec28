"""What `shared/web/quirks.py` leans on is still there and worth it: a failure here says that a library changed."""

from __future__ import annotations

import subprocess
import sys

import pytest
from flask import Flask
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_socketio import SocketIO
from werkzeug.routing import Rule

from shared.web import door_websocket, quirks

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


def test_engine_io_hands_one_text_to_all_screens_and_it_becomes_one_frame() -> None:
    app, written = Flask("frames"), []
    live = SocketIO(app, async_mode="threading")
    clients = [live.test_client(app) for _ in range(3)]
    heard: list[str] = []
    live.server._send_eio_packet = lambda _sid, packet: heard.append(packet.encode())
    live.emit("board", {"version": 7, "name": "Lumajang é"})

    frames = [door_websocket._frame_of(text) for text in heard]

    assert len(clients) == len(heard) == 3
    assert len({id(text) for text in heard}) == len({id(frame) for frame in frames}) == 1
    socket = door_websocket.LimitedWebSocket.__new__(door_websocket.LimitedWebSocket)
    socket.closed, socket.raw_write = False, written.append
    socket.send(heard[0])
    socket.closed = True
    body = heard[0].encode()
    assert written == [b"\x81" + bytes([len(body)]) + body]


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
