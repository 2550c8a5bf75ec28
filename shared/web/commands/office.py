"""`loket office`: the offices of this installation, and a new one."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from shared.domain.errors import Invalid
from shared.domain.standard import Role
from shared.engine.founding import (
    Password,
    Plan,
    PlannedOfficer,
    PlannedRole,
    found,
    one_time_password,
    planned,
    slug_for,
)
from shared.standards import InvalidStandard, load, regions
from shared.store import reads
from shared.store.migrate import upgrade
from shared.store.office import Store
from shared.web.passwords import hash_password
from shared.web.settings import Settings
from shared.web.told import told
from shared.words import words


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
@click.option("--region", help="code of the sub-district, such as 32.01.05, when it is none of those that Loket knows")
@click.option("--slug", help="part of the address; made from the name when it is left out")
@click.option("--login", default="admin", show_default=True, help="of the first admin")
@click.pass_obj
def add(settings: Settings, district: str, region: str | None, slug: str | None, login: str) -> None:
    """Mendirikan kantor kecamatan DISTRICT (a name or code that Loket knows, or any name with its --region)."""
    name, code = _district(district, region)
    password = one_time_password()
    admin = PlannedOfficer(login, "Admin Kantor", (PlannedRole(Role.ADMIN),), hash_password(password))
    plan = Plan(slug or slug_for(name), name, [admin], profile={"region_code": code}, founder=login)
    _found(settings, plan, [Password(plan.slug, login, name, password)])


@command.command("found")
@click.option("--standard", "file", required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.pass_obj
def found_by_standard(settings: Settings, file: Path) -> None:
    """Mendirikan kantor dari berkas standarnya (from the TOML file of its standard, whole or not at all)."""
    try:
        plan, passwords = planned(load(file), hash_password)
    except InvalidStandard as error:
        raise click.ClickException("\n".join(told(error.problems, words()))) from None
    _found(settings, plan, passwords)


def _district(wanted: str, region: str | None) -> tuple[str, str]:
    """The whole name of the office, and the code of its sub-district."""
    known = next((each for each in regions() if wanted.lower() in (each.name.lower(), each.code)), None)
    if known is not None and region in (None, known.code):
        return f"Kecamatan {known.name}", known.code
    if region is None:
        listed = ", ".join(each.name for each in regions())
        raise click.ClickException(f"kecamatan '{wanted}' tidak dikenal; tambahkan --region KODE, atau: {listed}")
    return wanted if wanted.lower().startswith("kecamatan ") else f"Kecamatan {wanted}", region


def _found(settings: Settings, plan: Plan, passwords: list[Password]) -> None:
    try:
        _store(settings).write_with(found, plan, datetime.now(UTC), "console")
    except Invalid as error:
        raise click.ClickException(f"'{plan.slug}' tidak dapat dipakai ({', '.join(error.facts['fields'])})") from None
    for one in passwords:
        click.echo(f"{one.office:<20} {one.login:<12} {one.password}   {one.name}")


def _store(settings: Settings) -> Store:
    upgrade(settings.database())
    return Store(settings.database())
