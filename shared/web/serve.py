"""Serves with gunicorn and gevent: one worker, WebSockets through gevent-websocket."""

from __future__ import annotations

import gc
import os
import sys
from importlib import metadata
from typing import Any

gc.disable()  # nothing is garbage while a start imports and builds; looking for it took a quarter of the time
# gevent asks 25 times, and gunicorn's worker makes it ask again, whether one of a hundred packages has a plugin for it.
_entry_points = metadata.entry_points


def _no_gevent_plugins(**wanted: Any) -> Any:
    return () if wanted["group"].startswith("gevent.") else _entry_points(**wanted)


metadata.entry_points = _no_gevent_plugins
# Flask-SocketIO's parts load these when they find them, for clients and message queues that this server is not or has
# not: 0.3 s of a start and 15 MB.
UNUSED = ["requests", "websocket", "valkey"]
if not any(name.startswith("LOKET_REDIS_URL") for name in os.environ):
    UNUSED.append("redis")
sys.modules.update(dict.fromkeys(UNUSED))  # type: ignore[arg-type]

from gevent import monkey  # noqa: E402

monkey.patch_all()

# gevent with simple-websocket corrupts the stream of slow clients: without gevent-websocket there is no start.
import geventwebsocket  # noqa: E402, F401
from gunicorn.app.base import BaseApplication  # noqa: E402
from gunicorn.arbiter import Arbiter  # noqa: E402

WORKER = "geventwebsocket.gunicorn.workers.GeventWebSocketWorker"
GRACE_S = 5


class Server(BaseApplication):  # type: ignore[misc]
    """`host:port` with the settings of the environment; the app is made in the worker."""

    def __init__(self, address: str) -> None:
        self.address = address
        super().__init__()

    def load_config(self) -> None:
        options = {
            "bind": self.address,
            "worker_class": WORKER,
            "workers": 1,
            "worker_connections": 5000,
            "graceful_timeout": GRACE_S,
            "timeout": 60,
            "keepalive": 75,
            "loglevel": "warning",
        }
        for name, value in options.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        from shared.web.running import application  # after the fork: gunicorn's parent stays small

        try:
            app = application()
        except Exception as error:
            from shared.web.console import fault_sentence

            sentence = fault_sentence(error)
            if sentence is None:
                raise
            print(f"\n{sentence}\n", flush=True)
            sys.exit(Arbiter.WORKER_BOOT_ERROR)  # a worker that ended otherwise would be started again and again
        gc.freeze()  # what a start made stays for good
        gc.enable()
        return app
