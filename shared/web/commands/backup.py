"""`loket backup`: a consistent copy of the database while the office works; into a folder, the newest are kept."""

from __future__ import annotations

from pathlib import Path

import click

from shared.web import backups
from shared.web.console import say
from shared.web.settings import Settings


@click.command("backup")
@click.argument("target", type=click.Path(path_type=Path), metavar="FILE|FOLDER")
@click.option("--keep", type=click.IntRange(1, 1000), help="of the copies in FOLDER only the newest stay")
@click.pass_obj
def command(settings: Settings, target: Path, keep: int | None) -> None:
    """Menyalin basis data ke FILE atau FOLDER, juga selama kantor bekerja (a copy of the database)."""
    if target.is_dir():
        file = backups.make_into(settings, target, keep)
    else:
        backups.make(settings, target)
        file = target
    click.echo(say("console.backed_up", file=file, bytes=file.stat().st_size))
