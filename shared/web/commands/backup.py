"""`loket backup`: a consistent copy of the database while the office works; into a folder, the newest are kept."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from shared.store.copies import back_up
from shared.web.conditions import BACKUP_MARK
from shared.web.console import say
from shared.web.settings import Settings

NAMES = "loket-[0-9]*-[0-9]*.db"
"""What this command calls its copies in a folder; nothing else there is ever taken away."""


@click.command("backup")
@click.argument("target", type=click.Path(path_type=Path), metavar="FILE|FOLDER")
@click.option("--keep", type=click.IntRange(1, 1000), help="of the copies in FOLDER only the newest stay")
@click.pass_obj
def command(settings: Settings, target: Path, keep: int | None) -> None:
    """Menyalin basis data ke FILE atau FOLDER, juga selama kantor bekerja (a copy of the database)."""
    is_folder = target.is_dir()
    file = target / f"loket-{datetime.now():%Y%m%d-%H%M%S}.db" if is_folder else target
    size = back_up(settings.database(), file)
    (settings.data / BACKUP_MARK).touch()
    click.echo(say("console.backed_up", file=file, bytes=size))
    if keep and is_folder:
        for old in sorted(target.glob(NAMES))[:-keep]:
            old.unlink()
