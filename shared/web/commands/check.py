"""`loket check`: whether everything that an office stands on is sound; ends with 1 when something is not."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime

import click
from sqlalchemy import text

from shared.printing.address import is_wired
from shared.printing.advice import way_out
from shared.printing.delivery import Answers, ask
from shared.store import reads
from shared.store.migrate import present_revision, revisions
from shared.store.office import Store
from shared.web.conditions.conditions import Scene, conditions, lost_in
from shared.web.console import say
from shared.web.settings import Settings

Finding = tuple[bool, str, str]
"""Whether it is sound, what was looked at, what was found."""


@click.command("check")
@click.pass_obj
def command(settings: Settings) -> None:
    """Memeriksa basis data, skema, ruang disk, kantor, dan printer (checks everything)."""
    store = Store(settings.database())
    findings: list[Finding] = []
    try:
        for finding in check(settings, store):
            findings.append(finding)
            is_sound, what, found = finding
            click.echo(f"{'baik ' if is_sound else 'SALAH'}  {what}: {found}")
    finally:
        store.close()
    if not all(is_sound for is_sound, _, _ in findings):
        raise SystemExit(1)


def check(settings: Settings, store: Store) -> Iterator[Finding]:
    """Each finding as soon as it is known; what stands on an unsound database is not looked at."""
    yield True, say("console.settings"), say("console.data_at", folder=settings.data)
    free = shutil.disk_usage(settings.data).free
    yield True, say("console.disk"), say("console.disk_free", megabytes=free // 1_000_000)
    integrity = _integrity(store)
    yield integrity == "ok", say("console.database"), integrity
    with store.read() as connection:
        present, newest = present_revision(connection), revisions()[-1]
    yield present == newest, say("console.schema"), _schema(present, newest)
    if integrity != "ok" or present != newest:
        return
    with store.read() as connection:
        offices = reads.offices(connection)
    for office in offices:
        yield from _office(store, office.id, office.slug)
        now = datetime.now(UTC)
        with store.room(office.id, now) as room:
            lost = lost_in(room)
        with store.read() as connection:
            scene = Scene(settings, connection, store.office_config(office.id), now, **lost)
            for each in conditions(scene):
                what = f"{office.slug} {'ingat' if each.is_reminder else 'perbaiki'}"
                yield each.is_reminder, what, f"{each.sentence('id')} ({each.sentence('en')})"


def _schema(present: str | None, newest: str) -> str:
    if present is not None and present not in revisions():
        return say("error.newer_schema", found=present, known=newest)
    return say("console.schema_is", present=present or "-", newest=newest)


def _integrity(store: Store) -> str:
    with store.read() as connection:
        if not store.is_sqlite:
            connection.execute(text("SELECT 1"))
            return "ok"
        found = str(connection.execute(text("PRAGMA integrity_check")).scalar())
        broken = len(connection.execute(text("PRAGMA foreign_key_check")).all())
    return found if not broken else say("console.rows_broken", count=broken)


def _office(store: Store, office_id: int, slug: str) -> Iterator[Finding]:
    office = store.office_config(office_id)
    offered = [service for service in office.services if service.is_active]
    yield (
        bool(offered and office.counters),
        slug,
        say("console.office_has", services=len(offered), counters=len(office.counters)),
    )
    for printer in office.printers:
        if printer.device_id is not None or not is_wired(printer.kind):  # not this machine's to open
            yield True, f"{slug} printer {printer.slug}", printer.kind
        else:
            status = ask(printer.kind, printer.address, answers=Answers(printer.answers))
            found = way_out(printer.kind, status, printer.answers)
            said = f"{status.value}: {say(f'printer.{status}')}" + (f" {say(f'printer_hint.{found}')}" if found else "")
            yield status.can_print, f"{slug} printer {printer.slug}", said
