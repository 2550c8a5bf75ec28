"""Serves with gunicorn and gevent: one worker, WebSockets through gevent-websocket."""

from __future__ import annotations

from gevent import monkey

monkey.patch_all()

import sys  # noqa: E402
from typing import Any  # noqa: E402

from gunicorn.app.base import BaseApplication  # noqa: E402

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

        return application()


if __name__ == "__main__":
    # gevent with simple-websocket corrupts the stream of slow clients: without gevent-websocket there is no start.
    import geventwebsocket  # noqa: F401

    Server(sys.argv[1]).run()
