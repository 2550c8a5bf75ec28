"""Serves with gunicorn and gevent: one worker, WebSockets through gevent-websocket, every client through `door`."""

from __future__ import annotations

import ssl
import sys
from typing import TYPE_CHECKING

from shared.web import quirks

quirks.lean_start()

from gevent import monkey  # noqa: E402

monkey.patch_all()

# gevent with simple-websocket corrupts the stream of slow clients: without gevent-websocket there is no start.
import geventwebsocket  # noqa: E402, F401
from gunicorn.app.base import BaseApplication  # noqa: E402
from gunicorn.arbiter import Arbiter  # noqa: E402

from shared.web.server import door  # noqa: E402

if TYPE_CHECKING:
    from flask import Flask

    from shared.web.settings import Settings

GRACE_S = 5
OWN_FILES = 300
"""Files and connections that the server itself keeps open: database, printers, logs."""


LEAVING = 100
"""Connections that gave way and are not gone yet: with a full pool nobody would be accepted to take their place."""


class Server(BaseApplication):  # type: ignore[misc]
    """Listens where the settings say; the app is made in the worker."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        super().__init__()

    def load_config(self) -> None:
        places = min(door.PLACES, _open_files() - OWN_FILES)
        door.DoorServer.door = door.Door(self.settings.connections, places)
        door.DoorServer.trusted = frozenset(self.settings.proxy_addresses())
        host = f"[{self.settings.host}]" if ":" in self.settings.host else self.settings.host
        ports = [self.settings.port, *([self.settings.tls_port] if self.settings.tls_port else [])]
        options = {
            "bind": [f"{host}:{port}" for port in ports],
            "worker_class": door.Worker,
            "workers": 1,
            "worker_connections": places + LEAVING,
            "graceful_timeout": GRACE_S,
            "timeout": 60,
            "loglevel": "warning",
        }
        for name, value in options.items():
            self.cfg.set(name, value)
        if self.settings.tls_port:
            door.DoorServer.tls, door.DoorServer.tls_port = _certificate(self.settings), self.settings.tls_port

    def load(self) -> Flask:
        from shared.web.server.running import application

        try:
            app = application()
        except Exception as error:
            from shared.web.console import fault_sentence

            sentence = fault_sentence(error)
            if sentence is None:
                raise
            print(f"\n{sentence}\n", flush=True)
            sys.exit(Arbiter.WORKER_BOOT_ERROR)  # a worker that ended otherwise would be started again and again
        quirks.end_of_start()
        return app


def _certificate(settings: Settings) -> ssl.SSLContext:
    """What `loket tls` has put in place. Raises `InvalidSettings`, in a sentence."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    try:
        context.load_cert_chain(*settings.certificate())
    except OSError:  # ssl.SSLError too
        raise settings.no_certificate() from None
    return context


def _open_files() -> int:
    """How many files the process may have open, as many as it may ask for; each connection is one."""
    try:
        import resource
    except ImportError:
        return door.PLACES  # Windows
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = door.PLACES + OWN_FILES
    most = wanted if hard == resource.RLIM_INFINITY else min(hard, wanted)
    if soft != resource.RLIM_INFINITY and soft < most:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
    return most
