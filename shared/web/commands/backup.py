"""`loket backup`: a consistent copy of the database while the office works."""

from __future__ import annotations

from pathlib import Path

import click

from shared.store.copies import CopyFailed, back_up
from shared.web.settings import Settings


@click.command("backup")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.pass_obj
def command(settings: Settings, file: Path) -> None:
    """Menyalin basis data ke FILE, juga selama kantor bekerja (a copy of the database)."""
    try:
        size = back_up(settings.database(), file)
    except (CopyFailed, OSError) as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"{file}: {size} bita (bytes). Berisi data pribadi: simpan di tempat yang aman.")
