"""`loket token`: a Bearer token for a program, a kiosk or a display."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from shared.engine.people.device import issue_token
from shared.store import reads
from shared.web.backups import open_store
from shared.web.console import office_id, say
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
    store = open_store(settings)
    wanted = office_id(store, office)
    with store.read() as connection:
        row = reads.officer_by_login(connection, wanted, officer) if officer else None
    if officer and row is None:
        raise click.ClickException(say("console.no_officer", login=officer, office=office))
    name = officer or str(purpose)
    text = store.write_with(issue_token, wanted, purpose or "officer", name, datetime.now(UTC), row.id if row else None)
    click.echo(text)
