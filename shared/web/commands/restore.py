"""`loket restore`: puts a copy made by `loket backup` in the place of the database."""

from __future__ import annotations

import socket
from datetime import UTC, datetime
from pathlib import Path

import click

from shared.store.copies import CopyFailed, restore
from shared.store.migrate import upgrade
from shared.web.settings import Settings


@click.command("restore")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.pass_obj
def command(settings: Settings, file: Path) -> None:
    """Memulihkan basis data dari FILE; yang sekarang disimpan dahulu (the present one is kept)."""
    if _answers(settings):
        raise click.ClickException("server masih berjalan; hentikan dahulu (stop the server first)")
    keep = settings.data / f"before-restore-{datetime.now(UTC):%Y%m%d-%H%M%S}.db"
    try:
        restore(settings.database(), file, keep)
    except (CopyFailed, OSError) as error:
        raise click.ClickException(str(error)) from None
    upgrade(settings.database())
    click.echo(f"Dipulihkan dari {file}." + (f" Yang lama: {keep}" if keep.exists() else ""))


def _answers(settings: Settings) -> bool:
    """Whether a server listens where this one would."""
    try:
        socket.create_connection(
            ("127.0.0.1" if settings.host == "0.0.0.0" else settings.host, settings.port), 2
        ).close()
    except OSError:
        return False
    return True
