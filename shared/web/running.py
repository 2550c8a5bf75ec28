"""The app as a running server: the settings of the environment, the spooler, the round of the minute."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Any

import structlog
from flask import Flask

from shared.engine.day import close_past_days, close_when_due
from shared.engine.forecast import learn
from shared.printing.spool import Spooler
from shared.store import reads
from shared.store.office import Store
from shared.web.app import create_app
from shared.web.live import Live
from shared.web.settings import read_settings

log = structlog.get_logger()

ROUND_S = 60


def application(**live_options: Any) -> Flask:
    """Makes the app and starts what runs beside it."""
    app = create_app(read_settings(), **({"async_mode": "gevent"} | live_options))
    start(app)
    return app


def start(app: Flask) -> None:
    live: Live = app.extensions["loket_live"]
    store: Store = app.extensions["loket_store"]
    spooler = Spooler(store, live.clock)
    app.extensions["loket_spooler"] = spooler
    live.socketio.start_background_task(spooler.run)
    live.socketio.start_background_task(_rounds, live, store)


def _rounds(live: Live, store: Store) -> None:
    """Once a minute, with the clock: midnight's work, and the board again, for what opens and closes by the hour."""
    while True:
        live.socketio.sleep(ROUND_S - time.time() % ROUND_S)
        try:
            with store.read() as connection:
                offices = reads.offices(connection)
            for office in offices:
                store.change(office.id, close_past_days, datetime.now(UTC))
                store.change(office.id, close_when_due, datetime.now(UTC))
                live.publish(office.id, 0)
                learn(store, office.id, datetime.now(UTC))
        except Exception:
            log.exception("round_failed", at=time.time())
