"""`loket backup`: a consistent copy of the database while the office works; into a folder, the newest are kept."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from shared.web import backups
from shared.web.console import fault_sentence, say
from shared.web.settings import Settings


@click.command("backup")
@click.argument("target", metavar="FILE|FOLDER", required=False)
@click.option("--keep", type=click.IntRange(1, 1000), help="of the copies in FOLDER only the newest stay")
@click.option("--verify", is_flag=True, help="put the copy back into a place of its own, to see that it can be")
@click.option("--stick", is_flag=True, help="onto each medium with a folder loket-cadangan that has no fresh copy")
@click.pass_obj
def command(settings: Settings, target: str | None, keep: int | None, verify: bool, stick: bool) -> None:
    """Menyalin basis data ke FILE atau FOLDER, juga selama kantor bekerja (a copy of the database)."""
    if bool(target) == stick:  # an empty one is a script's unset variable, not the folder where it runs
        raise click.UsageError("FILE, FOLDER, --stick?")
    if target:
        _copy(settings, Path(target), keep, verify)
        return
    failed = []
    for place in backups.sticks(MEDIA, datetime.now(UTC)):
        try:
            _copy(settings, place, keep, verify)
        except Exception as error:  # another stick may be well
            why = fault_sentence(error)
            if why is None:
                raise
            failed.append(f"{place}: {why}")
    if failed:
        raise click.ClickException("\n".join(failed))


MEDIA = (Path("/media"), Path("/run/media"), Path("/mnt"))
"""Where Debian and its desktops put a medium that appears."""


def _copy(settings: Settings, target: Path, keep: int | None, verify: bool) -> None:
    if keep is not None and not target.exists():
        target.mkdir(mode=0o700)  # its parent must be there: what is not mounted is no folder to fill
    if target.is_dir():
        file, found = backups.make_into(settings, target, keep, is_verified=verify)
    else:
        file, found = target, backups.make(settings, target, is_verified=verify)
    if verify:
        word = "console.verified" if settings.database().startswith("sqlite") else "console.read_through"
        click.echo(say(word, file=file, found=found))
    click.echo(say("console.backed_up", file=file, bytes=file.stat().st_size))
