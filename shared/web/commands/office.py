"""`loket office`: the offices of this installation, and a new one."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from shared.domain.errors import Invalid
from shared.engine.setup_officers import FoundingForm, create_office, one_time_password, slug_for
from shared.standards import regions
from shared.store import reads
from shared.store.migrate import upgrade
from shared.store.office import Store
from shared.web.auth import hash_password
from shared.web.settings import Settings


@click.group("office")
def command() -> None:
    """Kantor pada pemasangan ini (the offices)."""


@command.command("list")
@click.pass_obj
def list_offices(settings: Settings) -> None:
    """Menampilkan semua kantor."""
    with _store(settings).read() as connection:
        for office in reads.offices(connection):
            click.echo(f"{office.slug:<20} {office.name}")


@command.command("add")
@click.argument("district")
@click.option("--slug", help="part of the address; made from the name when it is left out")
@click.option("--login", default="admin", show_default=True, help="of the first admin")
@click.pass_obj
def add(settings: Settings, district: str, slug: str | None, login: str) -> None:
    """Mendirikan kantor kecamatan DISTRICT (name or code, such as Tempeh or 35.08.05)."""
    found = next((each for each in regions() if district.lower() in (each.name.lower(), each.code)), None)
    if found is None:
        raise click.ClickException(f"kecamatan '{district}' tidak dikenal: {', '.join(r.name for r in regions())}")
    name = f"Kecamatan {found.name}"
    wanted = FoundingForm(region_code=found.code, name=name, slug=slug or slug_for(name))
    password = one_time_password()
    account = {"login": login, "name": "Admin Kantor", "password_hash": hash_password(password)}
    try:
        _store(settings).write_with(create_office, wanted, account, datetime.now(UTC), "console")
    except Invalid as error:
        raise click.ClickException(
            f"alamat '{wanted.slug}' tidak dapat dipakai ({', '.join(error.facts['fields'])})"
        ) from None
    click.echo(f"{wanted.slug:<20} {login:<12} {password}   {name}")


def _store(settings: Settings) -> Store:
    upgrade(settings.database())
    return Store(settings.database())
