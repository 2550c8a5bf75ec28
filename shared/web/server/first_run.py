"""What a start finds missing: the schema, the offices that the program ships with, an end to past days."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial

import structlog
from sqlalchemy import Connection

from shared.domain.actor import Actor
from shared.engine.founding import Password, found, planned
from shared.engine.queue.day import close_past_days
from shared.standards import shipped
from shared.store import reads
from shared.store.disk import disk_fault
from shared.store.office import Store
from shared.store.seal import Seal, close_open_secrets
from shared.web.access.passwords import hash_password
from shared.web.backups import open_store
from shared.web.console import say
from shared.web.server.data_folder import require_offices, require_sound
from shared.web.server.last_seen import require_not_older
from shared.web.settings import Settings

log = structlog.get_logger()


def prepare(settings: Settings, now: datetime, *, is_clock_good: bool = True) -> list[Password]:
    """Brings the database up to date and founds what is missing, without a server; the passwords of who was founded."""
    store = opened(settings)
    try:
        return make_ready(settings, store, now, is_clock_good=is_clock_good)
    finally:
        store.close()


def opened(settings: Settings) -> Store:
    """The database, brought up to date. Raises `NotSound`."""
    require_sound(settings)
    return open_store(settings)


def make_ready(settings: Settings, store: Store, now: datetime, *, is_clock_good: bool = True) -> list[Password]:
    """Ends past days and, when the database holds no office, founds those of the standards; their passwords.

    On a full or read-only disk the server comes up all the same, to be read. `is_clock_good`: past days may be closed
    by it. Raises `NotSound`.
    """
    with store.read() as connection:
        offices = reads.offices(connection)
    require_offices(settings, bool(offices))
    require_not_older(settings, {row.slug: (row.epoch, row.version) for row in offices})
    for office in offices if is_clock_good else ():
        _unless_full(partial(store.change, office.id, Actor.system(now), close_past_days))
    if not offices:
        return store.write_with(_found_all, now)
    _unless_full(lambda: store.write_with(close_open_secrets, Seal(settings.secret_key())))
    return []


def show(passwords: Sequence[Password]) -> None:
    """One-time passwords on the console: the one place where those of a first start are shown."""
    if passwords:
        print(f"\n{say('console.passwords')}\n")
    for one in passwords:
        print(f"  {one.office:<12} {one.login:<12} {one.password:<16} {one.name}", flush=True)


def _unless_full(work: Callable[[], object]) -> None:
    try:
        work()
    except Exception as error:
        if disk_fault(error) is None:
            raise
        log.warning("reading_only", error=str(disk_fault(error)))


def _found_all(connection: Connection, now: datetime) -> list[Password]:
    if reads.offices(connection):
        return []  # another start was faster
    told: list[Password] = []
    for standard in shipped():
        plan, passwords = planned(standard, hash_password)
        found(connection, plan, now, "first start")
        told += passwords
    return told
