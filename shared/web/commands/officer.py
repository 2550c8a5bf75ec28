"""`loket officer`: the officers of an office; for the day when nobody can sign in any more."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from shared.domain.actor import Actor
from shared.domain.errors import Refusal
from shared.domain.standards.standard import OFFICE_ROLES, Role
from shared.engine.founding import one_time_password
from shared.engine.people import second_factor
from shared.engine.setup import officers as engine
from shared.store import reads
from shared.store.office import Store
from shared.store.tables import Officer
from shared.web.access.passwords import hash_password
from shared.web.backups import open_store
from shared.web.console import office_id, say
from shared.web.settings import Settings

ROLES = [role.value for role in (*OFFICE_ROLES, Role.KABUPATEN)]


@click.group("officer")
def command() -> None:
    """Petugas sebuah kantor (the officers of an office)."""


@command.command("list")
@click.option("--office", required=True, help="slug of the office")
@click.pass_obj
def list_officers(settings: Settings, office: str) -> None:
    """Menampilkan semua petugas."""
    store, office_id = _open(settings, office)
    with store.read() as connection:
        for officer in engine.officers(connection, office_id):
            roles = ", ".join(row.role.value for row in officer.form.roles)
            click.echo(
                f"{officer.form.login:<16} {'' if officer.form.is_active else '(mati) '}{officer.form.name}: {roles}"
            )


@command.command("add")
@click.option("--office", required=True, help="slug of the office")
@click.option("--role", "roles", multiple=True, required=True, type=click.Choice(ROLES))
@click.argument("login")
@click.argument("name")
@click.pass_obj
def add(settings: Settings, office: str, roles: tuple[str, ...], login: str, name: str) -> None:
    """Membuat akun LOGIN untuk NAME; kata sandi sekali pakai dicetak."""
    store, office_id = _open(settings, office)
    password = one_time_password()
    try:
        rows = [engine.RoleRow(role=Role(role)) for role in roles]
        wanted = engine.OfficerForm(login=login, name=name, is_active=True, roles=rows)
        store.change(office_id, Actor.system(datetime.now(UTC)), engine.add_officer, wanted, hash_password(password))
    except (Refusal, ValueError) as error:
        raise click.ClickException(say("console.officer_refused", login=login, why=error)) from None
    click.echo(f"{login:<16} {password}")


@command.command("password")
@click.option("--office", required=True, help="slug of the office")
@click.argument("login")
@click.pass_obj
def password(settings: Settings, office: str, login: str) -> None:
    """Membuat kata sandi sekali pakai untuk LOGIN."""
    store, office_id = _open(settings, office)
    row = _officer(store, office_id, office, login)
    made = one_time_password()
    store.change(office_id, Actor.system(datetime.now(UTC)), engine.reset_password, row.id, hash_password(made))
    click.echo(f"{login:<16} {made}")


@command.command("second-factor-off")
@click.option("--office", required=True, help="slug of the office")
@click.argument("login")
@click.pass_obj
def second_factor_off(settings: Settings, office: str, login: str) -> None:
    """Mematikan faktor kedua LOGIN: telepon dan kode di kertas hilang."""
    store, office_id = _open(settings, office)
    row = _officer(store, office_id, office, login)
    store.change(office_id, Actor.system(datetime.now(UTC)), second_factor.reset, row.id)
    click.echo(f"{login}: {say('console.second_factor_off')}")


def _officer(store: Store, office_id: int, office: str, login: str) -> Officer:
    with store.read() as connection:
        row = reads.officer_by_login(connection, office_id, login)
    if row is None:
        raise click.ClickException(say("console.no_officer", login=login, office=office))
    return row


def _open(settings: Settings, office: str) -> tuple[Store, int]:
    store = open_store(settings)
    return store, office_id(store, office)
