"""The app as a running server: the settings of the environment, the spooler, what is done every minute."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import Any

import structlog
from flask import Flask
from sqlalchemy import Connection
from werkzeug.test import Client

from shared.domain.actor import Actor
from shared.domain.numbering import office_day
from shared.domain.outbox import Carrier
from shared.engine.complaint import close_old
from shared.engine.founding import Password
from shared.engine.paper.spooler import Spooler
from shared.engine.people import retention
from shared.engine.queue.day import close_past_days, close_when_due
from shared.engine.queue.forecast import learn
from shared.engine.surveys.survey import close_due
from shared.printing.address import Reach, permit
from shared.store import outbox, reads
from shared.store.office import Store
from shared.store.outbox import Letter
from shared.store.queue.days import is_clock_confirmed
from shared.store.seal import Seal
from shared.web.app import create_app
from shared.web.conditions.conditions import Scene, conditions
from shared.web.console import say
from shared.web.live import Live
from shared.web.outgoing import messages, webhooks
from shared.web.outgoing.sender import Outgoing, Send
from shared.web.server import data_folder, last_seen, logs, mdns, systemd
from shared.web.server.clock import ClockWatch
from shared.web.server.data_folder import take_alone
from shared.web.server.first_run import make_ready, opened, show
from shared.web.server.machine import own_addresses
from shared.web.settings import Settings, read_settings
from shared.words import words

log = structlog.get_logger()

ROUND_S = 60
WARM_AFTER_S = 0.5
LOCAL = "127.0.0.1"


def application(**live_options: Any) -> Flask:
    """Prepares the database, makes the app, starts what runs beside it, and says on the console what to open."""
    settings = read_settings()
    logs.init(Path(settings.log_folder) if settings.log_folder else None)
    systemd.wait_for_the_start()
    permit(settings.printer_reach())
    take_alone(settings)
    now = datetime.now(UTC)
    doubted_at = last_seen.doubted_at(last_seen.kept(settings), last_seen.present(now, {}))
    is_key_lost = data_folder.is_key_lost(settings)
    store = opened(settings)
    passwords = make_ready(settings, store, now, is_clock_good=doubted_at is None)
    app = create_app(settings, store, **({"async_mode": "gevent"} | live_options))
    app.extensions["loket_clock_watch"].jumped_at = doubted_at
    if is_key_lost:
        print(f"\n{say('console.key_made_anew', place=settings.data / 'secret_key')}")
    start(app)
    _tell(app, settings, passwords)
    systemd.started()
    return app


def _tell(app: Flask, settings: Settings, passwords: Sequence[Password]) -> None:
    """What to open, and what a start found."""
    host = LOCAL if settings.host == "0.0.0.0" else settings.host
    for sentence in _doubts(app):
        print(f"\n{sentence}")
    show(passwords)
    print(f"\nBuka (open) http://{host}:{settings.port}/\n", flush=True)


def _doubts(app: Flask) -> list[str]:
    """What a start has to say aloud: a clock that is behind what was recorded."""
    store: Store = app.extensions["loket_store"]
    found = []
    with store.read() as connection:
        for row in reads.offices(connection):
            scene = Scene(app.extensions["loket_settings"], connection, store.office_config(row.id), datetime.now(UTC))
            found += [f"{each.sentence('id')} ({each.sentence('en')})" for each in conditions(scene, ["clock_behind"])]
    return found[:1]


def start(app: Flask) -> None:
    live: Live = app.extensions["loket_live"]
    store: Store = app.extensions["loket_store"]
    spooler = Spooler(store, live.clock)
    app.extensions["loket_spooler"] = spooler
    live.socketio.start_background_task(spooler.run)
    live.socketio.start_background_task(outgoing(app).run)
    live.socketio.start_background_task(_rounds, app)
    live.socketio.start_background_task(_warm_later, app)
    live.start()
    settings: Settings = app.extensions["loket_settings"]
    if settings.mdns_name and not settings.redis_url and mdns.is_reachable(settings.host):
        announcer = mdns.Announcer(settings.mdns_name, settings.port, settings.tls_port)
        live.socketio.start_background_task(announcer.run)
    if systemd.is_watching():
        live.socketio.start_background_task(_say_that_it_turns, app)


def outgoing(app: Flask) -> Outgoing:
    """What sends the letters of this app's outbox."""
    live: Live = app.extensions["loket_live"]
    store: Store = app.extensions["loket_store"]
    settings: Settings = app.extensions["loket_settings"]
    reach, seal = settings.webhook_reach(), app.extensions["loket_seal"]

    def carrier(send: Callable[[Store, Letter, datetime, Reach, Seal], None]) -> Send:
        return lambda letter: send(store, letter, live.clock(), reach, seal)

    return Outgoing(
        store, live.clock, {Carrier.WEBHOOK: carrier(webhooks.tell), Carrier.MESSAGE: carrier(messages.send)}
    )


def warm(app: Flask) -> None:
    """Asks for one page before anybody does: the first compiles statements and templates, the others find them."""
    store: Store = app.extensions["loket_store"]
    with store.read() as connection:
        offices = reads.offices(connection)
    for office in offices[:1]:
        Client(app).get(f"/{office.slug}/kiosk", environ_base={"REMOTE_ADDR": LOCAL})


def _warm_later(app: Flask) -> None:
    """What the first visitor would wait for, once the port listens: a page, addresses for the slip's link, dates."""
    live: Live = app.extensions["loket_live"]
    live.socketio.sleep(WARM_AFTER_S)
    warm(app)
    own_addresses()
    words().day(live.clock().date())


def _say_that_it_turns(app: Flask) -> None:
    live: Live = app.extensions["loket_live"]
    while True:
        live.socketio.sleep(systemd.ASKED_S / 4)
        systemd.tell("WATCHDOG=1")


def _rounds(app: Flask) -> None:
    """Once a minute, with the clock."""
    live: Live = app.extensions["loket_live"]
    store: Store = app.extensions["loket_store"]
    watch: ClockWatch = app.extensions["loket_clock_watch"]
    while True:
        live.socketio.sleep(ROUND_S - time.time() % ROUND_S)
        now = watch.look()
        try:
            with store.read() as connection:
                offices = reads.offices(connection)
            heads = {office.slug: (office.epoch, office.version) for office in offices}
            doubted_at = _still_doubted(store, [office.id for office in offices], watch.jumped_at)
            last_seen.keep(app.extensions["loket_settings"], last_seen.present(now, heads, doubted_at))
        except Exception:
            log.exception("round_failed", at=now)
            continue
        for office in offices:
            work_round(live, store, office.id, now, watch.jumped_at)


def _still_doubted(store: Store, offices: list[int], jumped_at: datetime | None) -> datetime | None:
    """The jump of the clock that some office's supervisor has not agreed to yet."""
    is_open = jumped_at is not None and not all(_is_confirmed(store, office, jumped_at) for office in offices)
    return jumped_at if is_open else None


def work_round(live: Live, store: Store, office_id: int, now: datetime, jumped_at: datetime | None) -> None:
    """Midnight's work, and the board again, for what opens and closes by the hour; each part and office for itself.

    After the clock was set far forward no day is closed until the supervisor has said that the date is right.
    """
    steps: list[Callable[[], object]] = [partial(live.publish, office_id, 0), partial(learn, store, office_id, now)]
    if jumped_at is None or _is_confirmed(store, office_id, jumped_at):
        change = partial(store.change, office_id, Actor.system(now))
        night = partial(clear_once_a_day, store, office_id, now)
        ends = [partial(change, verb) for verb in (close_past_days, close_when_due, close_old, close_due)]
        steps = [*ends, night, *steps]
    for step in steps:
        try:
            step()
        except Exception:
            log.exception("round_failed", office=office_id, at=now)


def clear_once_a_day(store: Store, office_id: int, now: datetime) -> None:
    """Takes out personal data whose time is over, from the first round of each day on and until nothing is left of it.

    What is overdue by years, as after a shorter time was chosen, goes in small changes: clicks come in between.
    """
    here, day = (id(store), office_id), office_day(now, store.office_config(office_id).zone)
    if _cleared_on.get(here) != day:
        store.write_with(outbox.forget_old, office_id, now)
        cleared = (store.change(office_id, Actor.system(now), retention.clear) for _ in range(CHANGES_A_ROUND))
        if all(cleared):
            return
        _cleared_on[here] = day
    if store.erased_at is not None and _may_take_long(store, now):
        store.shred()


CHANGES_A_ROUND = 20
"""So many changes take out what is overdue, once a minute."""
QUICK_BYTES = 200_000_000
"""A file of SQLite up to this size is written anew within a few seconds, in which clicks wait."""
WORKING_HOURS = range(6, 20)
"""In which nothing may stop an office whose opening hours are not known, or have not ended."""


def _may_take_long(store: Store, now: datetime) -> bool:
    """Whether the files may be written anew now: a large one only when every office has closed, or at night."""
    if not store.is_sqlite or store.ask(_file_bytes) <= QUICK_BYTES:
        return True
    with store.read() as connection:
        offices = [store.office_config(row.id) for row in reads.offices(connection)]
    return all(each.is_day_over(now) or now.astimezone(each.zone).hour not in WORKING_HOURS for each in offices)


def _file_bytes(connection: Connection) -> int:
    pages, size = (connection.exec_driver_sql(f"PRAGMA {name}").scalar_one() for name in ("page_count", "page_size"))
    return int(pages) * int(size)


_cleared_on: dict[tuple[int, int], date] = {}
"""Store and office -> the day on which nothing was left to clear."""


def _is_confirmed(store: Store, office_id: int, jumped_at: datetime) -> bool:
    with store.read() as connection:
        return is_clock_confirmed(connection, office_id, jumped_at)
