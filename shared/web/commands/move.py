"""`loket move`: everything into another database, from SQLite to PostgreSQL or back."""

from __future__ import annotations

import click

from shared.store.moving import move
from shared.web.console import say
from shared.web.server.data_folder import take_alone
from shared.web.settings import Settings


@click.command("move")
@click.argument("target")
@click.pass_obj
def command(settings: Settings, target: str) -> None:
    """Memindahkan semua data ke basis data TARGET (postgresql://... atau sqlite:///...), lalu memeriksanya."""
    take_alone(settings)
    moved = move(settings.database(), target)
    for table in moved:
        click.echo(f"{table.name:<24} {table.rows:>9}  {table.digest[:16]}")
    click.echo(say("console.moved", rows=sum(table.rows for table in moved), tables=len(moved)))
