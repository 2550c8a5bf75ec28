"""`loket pair`: confirms the code that a device shows, for an office that is set up from the server's own console."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from shared.domain.actor import Actor
from shared.domain.errors import Refusal
from shared.engine.setup import devices as setup_devices
from shared.web.backups import open_store
from shared.web.console import office_id, say, sentence
from shared.web.settings import Settings


@click.command("pair")
@click.option("--office", required=True, help="slug of the office")
@click.option("--name", required=True, help="what the device is called, such as 'Anjungan pintu masuk'")
@click.argument("code")
@click.pass_obj
def command(settings: Settings, office: str, name: str, code: str) -> None:
    """Memasangkan perangkat dengan kode yang tampil di layarnya (confirms a device)."""
    store = open_store(settings)
    try:
        wanted = office_id(store, office)
        store.change(wanted, Actor.system(datetime.now(UTC)), setup_devices.confirm, code, name)
    except Refusal as error:
        raise click.ClickException(sentence(error)) from None
    click.echo(say("console.paired", name=name))
