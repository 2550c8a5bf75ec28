"""`loket office`: the offices of this installation, and a new one."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import click
from pydantic import ValidationError

from shared.domain.actor import Actor
from shared.domain.errors import Invalid
from shared.domain.standards.standard import Role
from shared.domain.standards.warnings import warnings
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
from shared.engine.setup.imports import ImportForm, ImportRow, Proposal, proposals, take_services
from shared.faults import problems
from shared.standards import InvalidStandard, load, regions, services_in, shipped
from shared.store import reads
from shared.web.access.passwords import hash_password
from shared.web.backups import open_store
from shared.web.console import office_id, say
from shared.web.forms import problems_of
from shared.web.server.first_run import prepare, show
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
    with open_store(settings).read() as connection:
        for office in reads.offices(connection):
            click.echo(f"{office.slug:<20} {office.name}")


@command.command("first", hidden=True)
@click.pass_obj
def first(settings: Settings) -> None:
    """What a first start does, ahead of it: so `loket install` shows the passwords, and no log of the service does."""
    show(prepare(settings, datetime.now(UTC), is_clock_good=False))


@command.command("add")
@click.argument("name")
@click.option("--region", help="code of its region, such as 32.01.05, for an office that Loket does not know")
@click.option("--regency", help="its regency or city, such as 'Kabupaten Bogor'; above the name on paper")
@click.option("--kind", help="such as Kelurahan, Dinas, 'Mal Pelayanan Publik'; Kecamatan when NAME does not say it")
@click.option("--slug", help="part of the address; made from the name when it is left out")
@click.option("--login", default="admin", show_default=True, help="of the first admin")
@click.pass_obj
def add(
    settings: Settings,
    name: str,
    region: str | None,
    regency: str | None,
    kind: str | None,
    slug: str | None,
    login: str,
) -> None:
    """Mendirikan kantor NAME (a sub-district that Loket knows, or any office of Indonesia with its --region)."""
    name, code = _office(name, region, kind)
    password = one_time_password()
    admin = PlannedOfficer(login, "Admin Kantor", (PlannedRole(Role.ADMIN),), hash_password(password))
    plan = Plan(slug or slug_for(name), name, [admin], profile={"region_code": code}, regency=regency, founder=login)
    _found(settings, plan, [Password(plan.slug, login, name, password)])


@command.command("trial")
@click.pass_obj
def trial(settings: Settings) -> None:
    """Mendirikan semua kecamatan yang dikenal (every sub-district that Loket knows, to try a regency out)."""
    model, store = next(each for each in shipped() if each.slug == "lumajang"), open_store(settings)
    with store.read() as connection:
        there = {office.slug for office in reads.offices(connection)}
    for district in regions():
        name = f"Kecamatan {district.name}"
        if slug_for(name) in there:
            continue
        own = replace(
            model, slug=slug_for(name), name=name, region_code=district.code, address=None, phone=None, web=None
        )
        _found(settings, *planned(own, hash_password))


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


KINDS = ("kecamatan", "kelurahan", "desa", "dinas", "badan", "kantor", "mal pelayanan publik", "mpp", "upt", "balai")
"""How the whole name of an office may begin."""


def _office(wanted: str, region: str | None, kind: str | None) -> tuple[str, str]:
    """The whole name of the office, and the code of its region."""
    known = next((each for each in regions() if wanted.lower() in (each.name.lower(), each.code)), None)
    if known is not None and region in (None, known.code) and kind is None:
        return f"Kecamatan {known.name}", known.code
    if region is None:
        listed = ", ".join(each.name for each in regions())
        raise click.ClickException(f"kecamatan '{wanted}' tidak dikenal; tambahkan --region KODE, atau: {listed}")
    if kind is None and wanted.lower().startswith(KINDS):
        return wanted, region
    return f"{kind or 'Kecamatan'} {wanted}", region


@command.command("import")
@click.option("--office", "slug", required=True, help="slug of the office")
@click.option("--letter", "letters", multiple=True, metavar="SERVICE=LETTER", help="another letter than proposed")
@click.option("--new", "new", multiple=True, metavar="SERVICE", help="a service of its own, beside that of the address")
@click.option("--yes", is_flag=True, help="without asking")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.pass_obj
def import_services(
    settings: Settings, slug: str, letters: tuple[str, ...], new: tuple[str, ...], yes: bool, file: Path
) -> None:
    """Memasukkan layanan dari berkas FILE (one service or several, all of them or none)."""
    store = open_store(settings)
    office = store.office_config(office_id(store, slug))
    said = dict(each.split("=", 1) for each in letters if "=" in each)
    try:
        services = services_in(file.read_bytes())
        found = proposals(office, services)
        rows = [
            {"slug": p.standard.slug, "series": said.get(p.standard.slug, p.series), "is_wanted": True} for p in found
        ]
        wanted = ImportForm.model_validate({"services": [{**row, "as_new": row["slug"] in new} for row in rows]})
        for proposal, row in zip(found, wanted.services, strict=True):
            click.echo(_line(proposal, row))
            for odd in told(warnings(proposal.standard), words()):
                click.echo(f"    {odd}")
        if not yes:
            click.confirm(f"{say('console.save')}?", abort=True)
        store.change(office.office_id, Actor.system(datetime.now(UTC)), take_services, services, wanted)
    except ValidationError as error:
        raise click.ClickException("\n".join(told(problems(error), words()))) from None
    except Invalid as error:
        raise click.ClickException("\n".join(told(problems_of(error), words()))) from None


def _line(proposal: Proposal, row: ImportRow) -> str:
    """What would become of one service of the file."""
    replaces = None if row.as_new else proposal.replaces
    series = replaces.series if replaces else row.series
    what = f"versi baru dari {replaces.standard.short_name}" if replaces else "layanan baru"
    note = f" (di berkas: {proposal.standard.series})" if series != proposal.standard.series else ""
    return f"{series:<3} {proposal.standard.slug:<24} {what}{note}: {proposal.standard.name}"


def _found(settings: Settings, plan: Plan, passwords: list[Password]) -> None:
    try:
        open_store(settings).write_with(found, plan, datetime.now(UTC), "console")
    except Invalid as error:
        why = " ".join(told(problems_of(error), words()))
        raise click.ClickException(
            f"'{plan.slug}' tidak dapat dipakai ({', '.join(error.facts['fields'])}). {why}"
        ) from None
    for one in passwords:
        click.echo(f"{one.office:<20} {one.login:<12} {one.password}   {one.name}")
