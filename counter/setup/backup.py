"""Setup: a backup of the whole database while the office works; when the last one was made, and those that are kept."""

from __future__ import annotations

import os
from datetime import timedelta
from functools import partial
from pathlib import Path

from flask import current_app, redirect, request, url_for
from flask.typing import ResponseReturnValue

from counter.setup.page import page, refused, setup_page
from shared.domain.errors import Refusal
from shared.domain.rights import Right
from shared.loop import off_the_loop_telling
from shared.store import reads
from shared.store.office import Transaction
from shared.web import backups, long_work
from shared.web.access.auth import now, store, wants_page
from shared.web.clicks import change
from shared.web.conditions.conditions import BACKUP_DAYS
from shared.web.long_work import Progress, WorkOrder, WorkState
from shared.web.server.hosts import is_local
from shared.web.settings import Settings


@setup_page("/backup", right=Right.GIVE_ACCESS)
def backup() -> ResponseReturnValue:
    """Begins a backup; it goes on while the page is left."""
    if request.method == "GET":
        return _page()
    filename = f"loket-{now():%Y-%m-%d}.db" if may_fetch() else ""
    order = WorkOrder("backup", "", filename, "application/vnd.sqlite3", Right.GIVE_ACCESS)
    try:
        long_work.begin(order, partial(_make, _settings(), bool(filename)))
    except Refusal as error:
        if not wants_page():
            raise
        return page("backup", "backup", refused(error, {}), error.status, **_facts())
    change(_record)
    return redirect(url_for("setup.backup"), 303)


def may_fetch() -> bool:
    """Whether the copy may leave the server by this page: it holds every office of the installation, so with several
    only somebody at the server itself may take it along.
    """
    with store().read() as connection:
        offices = [each.id for each in reads.offices(connection)]
    real = [each for each in offices if not store().office_config(each).settings.is_practice]
    return len(real) == 1 or is_local()


def _make(settings: Settings, is_for_fetching: bool, progress: Progress, file: Path) -> None:
    made = off_the_loop_telling(
        lambda tell: backups.make_into(settings, backups.own_folder(settings), backups.KEPT, tell)[0], progress
    )
    if is_for_fetching:
        file.unlink(missing_ok=True)
        os.link(made, file)  # the same bytes, not twice on the disk


def _record(tx: Transaction) -> None:
    tx.record("backup")


def _settings() -> Settings:
    settings: Settings = current_app.extensions["loket_settings"]
    return settings


def _page() -> ResponseReturnValue:
    return page("backup", "backup", None, 200, **_facts())


def _facts() -> dict[str, object]:
    last_at = backups.last_at(_settings())
    works = [each for each in long_work.mine() if each.kind == "backup"]
    return {
        "last_at": last_at,
        "is_old": last_at is None or now() - last_at > timedelta(days=BACKUP_DAYS),
        "days": BACKUP_DAYS,
        "works": works[:1],
        "is_running": any(each.is_running for each in works),
        "done": WorkState.DONE,
        "kept": backups.kept(_settings()),
        "most": backups.KEPT,
        "folder": backups.own_folder(_settings()),
        "fetchable": may_fetch(),
    }
