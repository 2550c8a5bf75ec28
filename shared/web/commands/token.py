"""`loket token`: a Bearer token for a program, a kiosk or a display."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from shared.engine.device import issue_token
from shared.store import reads
from shared.store.office import Store
from shared.web.backups import upgrade_after_backup
from shared.web.settings import Settings


@click.command("token")
@click.option("--office", required=True, help="slug of the office")
@click.option("--officer", help="login of the officer for whom the program acts")
@click.option("--kiosk", "purpose", flag_value="kiosk", help="a token for a kiosk")
@click.option("--display", "purpose", flag_value="display", help="a token for a display")
@click.option("--agent", "purpose", flag_value="agent", help="a token for a print agent")
@click.pass_obj
def command(settings: Settings, office: str, officer: str | None, purpose: str | None) -> None:
    """Mencetak token Bearer untuk program (prints a Bearer token)."""
    if (officer is None) == (purpose is None):
        raise click.UsageError("--officer NAMA atau --kiosk atau --display atau --agent (one of them)")
    upgrade_after_backup(settings)
    store = Store(settings.database())
    with store.read() as connection:
        offices = {row.slug: row.id for row in reads.offices(connection)}
        if office not in offices:
            raise click.ClickException(f"kantor '{office}' tidak ada (no such office): {', '.join(offices) or '-'}")
        row = reads.officer_by_login(connection, offices[office], officer) if officer else None
    if officer and row is None:
        raise click.ClickException(f"petugas '{officer}' tidak ada di {office} (no such officer)")
    name = officer or str(purpose)
    text = store.write_with(
        issue_token, offices[office], purpose or "officer", name, datetime.now(UTC), row.id if row else None
    )
    click.echo(text)
