"""`loket restore`: puts a copy made by `loket backup` in the place of the database."""

from __future__ import annotations

import socket
from datetime import UTC, datetime
from pathlib import Path

import click

from shared.store.copies import CopyFailed, restore
from shared.web.console import say
from shared.web.settings import Settings


@click.command("restore")
@click.argument("file", type=click.Path(path_type=Path))
@click.pass_obj
def command(settings: Settings, file: Path) -> None:
    """Memulihkan basis data dari FILE; yang sekarang disimpan dahulu (the present one is kept)."""
    if _answers(settings):
        raise CopyFailed("server_runs")
    keep = settings.data / f"before-restore-{datetime.now(UTC):%Y%m%d-%H%M%S}.db"
    restore(settings.database(), file, keep)
    click.echo(say("console.restored_kept" if keep.exists() else "console.restored", file=file, keep=keep))


def _answers(settings: Settings) -> bool:
    """Whether a server listens where this one would."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.host, settings.host)
    try:
        socket.create_connection((host, settings.port), 2).close()
    except OSError:
        return False
    return True
