"""Uses of private parts of libraries: each with its reason, its gain, and a test that tells when the
library has changed (`tests/test_quirks.py`). Nothing else of the product uses a private name of a library.
"""

from __future__ import annotations

import dataclasses
import gc
import os
import sys
from collections.abc import Callable, Mapping
from importlib import metadata
from types import MethodType, ModuleType
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from flask import Flask
    from flask_limiter import Limiter
    from flask_socketio import SocketIO
    from gevent.socket import socket as GeventSocket


class PacketQueue(Protocol):
    def put(self, packet: object) -> None: ...
    def qsize(self) -> int: ...


_entry_points = metadata.entry_points

UNUSED = ("requests", "websocket", "valkey", "redis", "rich")
"""Flask-SocketIO's parts load these when they find them, for clients and message queues; structlog the last, for
colours."""


UNUSED_PARTS = (
    *(f"socketio.{name}" for name in (
        "admin", "asgi", "async_aiopika_manager", "async_client", "async_manager", "async_namespace",
        "async_redis_manager", "async_server", "async_simple_client", "client", "kafka_manager", "kombu_manager",
        "redis_manager", "simple_client", "tornado", "zmq_manager")),
    *(f"engineio.{name}" for name in (
        "async_client", "async_drivers.asgi", "async_drivers.tornado", "async_server", "async_socket", "client")),
    "limits.aio",
    "limits.storage.mongodb",
    "flask_wtf.recaptcha",
    "werkzeug.debug",
    "click.testing",
)  # fmt: skip
"""Modules that a library loads with itself for those who use its clients, its asyncio or its debugger: 2 MB."""


class _Absent(ModuleType):
    """What is imported from it is a class that nobody calls."""

    def __getattr__(self, name: str) -> type:
        if name.startswith("__"):
            raise AttributeError(name)
        return type(name, (), {})


def lean_start() -> None:
    """Before gevent and Flask-SocketIO are imported. `end_of_start` is its other half."""
    write_methods_late()
    gc.disable()  # nothing is garbage while a start imports and builds: looking for it took a quarter of the time
    # gevent asks 25 times, and gunicorn's worker makes it ask again, whether one of a hundred packages has a plugin
    # for it: 0.1 s.
    metadata.entry_points = _no_gevent_plugins  # type: ignore[assignment]
    # 0.3 s and 15 MB for clients and message queues that this server is not or has not.
    has_queue = any(name.startswith("LOKET_REDIS_URL") for name in os.environ)
    unused = [name for name in UNUSED if not (has_queue and name == "redis")]
    sys.modules.update(dict.fromkeys(unused))  # type: ignore[arg-type]
    absent = (*UNUSED_PARTS, "asyncio")
    sys.modules.update({name: _Absent(name) for name in absent if name not in sys.modules})


def end_of_imports() -> None:
    """structlog brings asyncio for loggers that nobody awaits: 1.3 MB. What is imported later may need the real one."""
    if isinstance(sys.modules.get("asyncio"), _Absent):
        del sys.modules["asyncio"]


def leave_the_world_out() -> None:
    """Babel reads the facts of every country, zone and currency (2 MB, 10 ms) to learn that Indonesian and English
    inherit from no other language. From now on it reads them when another of these facts is asked for.
    """
    from babel import core

    class OwnLanguages(dict[str, Mapping[str, object]]):
        def get(self, key: str, default: object = None) -> object:  # type: ignore[override]
            if key == "parent_exceptions":
                return {}
            core._global_data = None
            return core.get_global(key)  # type: ignore[arg-type]

    if core._global_data is None:
        core._global_data = OwnLanguages()  # type: ignore[assignment]


def write_methods_late() -> None:
    """`dataclass` compiles six functions for each class, among them `__repr__` and what refuses to set a frozen one:
    350 classes, 0.2 s of a start. From now on each is compiled when it is first called.
    """
    real: Callable[..., Callable[..., object]] | None = getattr(dataclasses, "_create_fn", None)
    if real is None:
        return  # Python 3.13 compiles all of a class at once

    def create(name: str, args: list[str], body: list[str], **how: object) -> Callable[..., object]:
        if name not in _LATE:
            return real(name, args, body, **how)

        def compiles_itself(self: object, *given: object, **named: object) -> object:
            made = real(name, args, body, **how)
            made.__qualname__ = compiles_itself.__qualname__
            for each in type(self).__mro__:
                if each.__dict__.get(name) is compiles_itself:
                    setattr(each, name, made)
            return made(self, *given, **named)

        compiles_itself.__name__ = name
        return compiles_itself

    dataclasses._create_fn = create  # type: ignore[attr-defined]


_LATE = frozenset({"__init__", "__repr__", "__eq__", "__lt__", "__le__", "__gt__", "__ge__", "__hash__",
                   "__setattr__", "__delattr__"})  # fmt: skip


def end_of_start() -> None:
    gc.freeze()  # what a start made stays for good
    gc.enable()


def _no_gevent_plugins(**wanted: str) -> metadata.EntryPoints:
    if wanted.get("group", "").startswith("gevent."):
        return metadata.EntryPoints()
    return _entry_points(**wanted)  # type: ignore[return-value]


def ask_limiter_in_decorators_only(app: Flask, limiter: Limiter) -> None:
    """No limit holds for every route, and those with one ask in their decorator: 0.1 ms of each request.

    Flask-Limiter's own `auto_check=False` would silence the decorators too.
    """
    app.before_request_funcs[None].remove(limiter._check_request_limit)


class OnePiece:
    """Of a handler of gevent's server: head and beginning of an answer leave together. gevent sends them one after the
    other to copy nothing: a second call of the system, which woke the client for nothing. 0.07 ms of each request.
    """

    _held: bytearray | None = None

    def _write_with_headers(self, data: bytes) -> None:
        self._held = whole = bytearray()
        try:
            super()._write_with_headers(data)  # type: ignore[misc]
        finally:
            self._held = None
        self._sendall(whole)

    def _sendall(self, data: bytes | bytearray) -> None:
        if self._held is None:
            super()._sendall(data)  # type: ignore[misc]
        else:
            self._held += data


def write_addresses_late(app: Flask) -> None:
    """Werkzeug compiles two functions for each address that write it with its values, whether or not a page ever links
    there: 0.1 s of a start with 200 addresses. From now on they are compiled when the first page links there.
    """
    from werkzeug.routing import Rule  # not above: it loads sockets and threads, which gevent has to change first

    class LateRule(Rule):
        def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
            name = "_build_unknown" if append_unknown else "_build"

            def compiles_itself(rule: LateRule, /, **values: object) -> tuple[str, str]:
                build = MethodType(super(LateRule, rule)._compile_builder(append_unknown), rule)
                setattr(rule, name, build)
                url: tuple[str, str] = build(**values)
                return url

            return compiles_itself

    app.url_rule_class = LateRule


def writer(sock: GeventSocket) -> Callable[[bytes], int]:
    """Writes to a socket what goes at once. gevent's own `send` waits for a client that does not read; `os.write` costs
    a fifteenth more, and where the connection has ended its number may be somebody else's.
    """
    write: Callable[[bytes], int] = sock._sock.send
    return write


class WatchedQueue:
    """The packets of Engine.IO that wait to be written to one client; `told` is called before one is put there."""

    def __init__(self, packets: PacketQueue, told: Callable[[], None]) -> None:
        self._packets, self._told = packets, told

    def put(self, packet: object) -> None:
        self._told()
        self._packets.put(packet)

    def __getattr__(self, name: str) -> object:
        return getattr(self._packets, name)


def watch_packets(live: SocketIO, sid: str, told: Callable[[], None]) -> Callable[[], int] | None:
    """How many packets of Engine.IO wait to be written to a screen; `told` is called before each. A picture that is
    written past their queue and the greenlet that empties it costs a tenth, and only where nothing waits does it
    overtake nothing.

    None: there is no such queue any more, and everything goes through Engine.IO.
    """
    try:
        engine_sid = live.server.manager.eio_sid_from_sid(sid, "/")
        engine = live.server.eio.sockets[engine_sid]
        packets: PacketQueue = engine.queue
        engine.queue = WatchedQueue(packets, told)
        return packets.qsize
    except (AttributeError, KeyError):
        return None
