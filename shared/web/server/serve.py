"""Serves with gunicorn: this process opens the ports, forks the worker that serves, and begins another when it ends.

It loads nothing that only the worker needs: what it holds is held twice as soon as one of the two writes there.
"""

from __future__ import annotations

import gc
import sys
from typing import TYPE_CHECKING

from gunicorn.app.base import BaseApplication
from gunicorn.arbiter import Arbiter
from gunicorn.workers.base import Worker

from shared.web.server.places import free_places
from shared.web.server.tls import certificate

if TYPE_CHECKING:
    from flask import Flask

    from shared.web.settings import Settings

GRACE_S = 5
LEAVING = 100
"""Connections that gave way and are not gone yet: with a full pool nobody would be accepted to take their place."""


class LateWorker(Worker):  # type: ignore[misc]
    """Stands for the worker in the process that watches, and becomes it in its own process."""

    app: Server

    def init_process(self) -> None:
        from shared.web.server import worker  # patches the standard library

        worker.open_door(self.app.settings, self.app.places)
        real = worker.Worker(self.age, self.ppid, self.sockets, self.app, self.timeout, self.cfg, self.log)
        real.tmp.close()
        real.tmp, real.pid = self.tmp, self.pid  # by which the watching process sees that it is alive
        try:
            real.init_process()
        finally:
            self.booted = real.booted  # one that ended later is begun again


class Server(BaseApplication):  # type: ignore[misc]
    """Listens where the settings say; the app is made in the worker."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.places = free_places()
        super().__init__()
        gc.freeze()  # a collection would write to what the two processes share

    def load_config(self) -> None:
        host = f"[{self.settings.host}]" if ":" in self.settings.host else self.settings.host
        ports = [self.settings.port, *([self.settings.tls_port] if self.settings.tls_port else [])]
        options = {
            "bind": [f"{host}:{port}" for port in ports],
            "worker_class": LateWorker,
            "workers": 1,
            "worker_connections": self.places + LEAVING,
            "graceful_timeout": GRACE_S,
            "timeout": 60,
            "loglevel": "warning",
            "control_socket_disable": True,  # nobody asks there, and it would load asyncio
        }
        for name, value in options.items():
            if name in self.cfg.settings:  # the control socket came with gunicorn 25
                self.cfg.set(name, value)
        if self.settings.tls_port:
            certificate(self.settings)

    def load(self) -> Flask:
        from shared.web import quirks
        from shared.web.server.running import application

        quirks.end_of_imports()
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
