"""`loket backup`: a consistent copy of the database while the office works."""

from __future__ import annotations

from pathlib import Path

import click

from shared.store.copies import back_up
from shared.web.conditions import BACKUP_MARK
from shared.web.console import say
from shared.web.settings import Settings


@click.command("backup")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.pass_obj
def command(settings: Settings, file: Path) -> None:
    """Menyalin basis data ke FILE, juga selama kantor bekerja (a copy of the database)."""
    size = back_up(settings.database(), file)
    (settings.data / BACKUP_MARK).touch()
    click.echo(say("console.backed_up", file=file, bytes=size))
