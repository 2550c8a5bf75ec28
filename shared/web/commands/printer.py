"""`loket printer`: tries a printer out, and gives one that fetches its slips itself the address to fetch them at."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import click
from pydantic import ValidationError

from shared.domain.actor import Actor
from shared.domain.errors import Invalid
from shared.domain.office import OfficeConfig
from shared.domain.problem import Problem
from shared.domain.slips.slip import Line
from shared.engine.paper import printer_state
from shared.engine.paper import slips as paper
from shared.engine.paper.printer_state import OWN_KINDS, KnownPrinter
from shared.engine.setup import printers as setup_printers
from shared.faults import problems
from shared.printing.address import address
from shared.printing.advice import advice
from shared.printing.bytes import render
from shared.printing.delivery import TIMEOUT_S, Answers, ask, connect, deliver, learn
from shared.printing.profiles import profile
from shared.printing.status import Status
from shared.store.office import Store
from shared.web.backups import open_store
from shared.web.console import office_id, say
from shared.web.settings import Settings
from shared.words import catalogue

WORDS = Path(__file__).resolve().parents[1]
ANSWER_WORDS = {
    Answers.NOT_LEARNED: "belum diketahui",
    Answers.IN_ORDER: "setelah tercetak",
    Answers.REAL_TIME: "sewaktu-waktu",
    Answers.NOTHING: "tidak menjawab",
}


@click.group("printer")
def command() -> None:
    """Printer kantor (the office's printers)."""


@command.command("test")
@click.option("--office", required=True, help="slug of the office")
@click.option("--name", help="name of the printer; without it the office's choice")
@click.option("--timeout", "timeout_s", default=TIMEOUT_S, show_default=True, help="seconds for each answer")
@click.pass_obj
def test(settings: Settings, office: str, name: str | None, timeout_s: float) -> None:
    """Mencetak halaman uji dan mencatat apa yang dijawab printer (prints a test page, learns what it answers)."""
    store = open_store(settings)
    config = _config(store, office)
    row = _printer(store, config, name)
    if row.kind == "virtual" or row.kind not in OWN_KINDS or row.device_id is not None:
        word = _word(Status.OK if row.kind == "virtual" else row.status)
        lines = _page(config, row, settings, ("Keadaan", word))
        by_itself = Actor.system(datetime.now(UTC))
        store.change(config.office_id, by_itself, paper.print_lines, "test", lines, printer=row.slug)
        click.echo(f"{row.slug}: {word}. Lihat (see) /{office}/paper/{row.slug}")
        return
    _try(store, config, row, settings, timeout_s)


def _try(store: Store, office: OfficeConfig, row: KnownPrinter, settings: Settings, timeout_s: float) -> None:
    """Asks, learns, prints and says what came back; keeps what was learned when the printer is well enough to tell."""
    address(row.kind, row.address)
    status = ask(row.kind, row.address, timeout_s)
    answers = _learned(row, status, timeout_s)
    facts = (("Jawaban printer", ANSWER_WORDS[answers]), ("Keadaan", _word(status)))
    data = render(_page(office, row, settings, *facts), row.profile)
    outcome = deliver(row.kind, row.address, data, timeout_s=timeout_s, answers=answers)
    click.echo(f"{row.slug}: {row.kind}:{row.address} {row.profile}")
    click.echo(f"  {say('console.printer_status')}: {_word(status)} ({status.value})")
    click.echo(f"  {say('console.printer_answers')}: {answers.value}")
    click.echo(
        f"  {say('console.printer_result')}: {outcome.result.value} {outcome.reason or outcome.evidence or ''}".rstrip()
    )
    if answers is Answers.NOTHING:
        click.echo(f"  {say('printer_hint.nothing')}")
    by_itself = Actor.system(datetime.now(UTC))
    store.change(office.office_id, by_itself, printer_state.keep_answers, row.id, answers.value)
    if outcome.reason:
        hint = say(f"printer_hint.{advice(outcome.reason, row.kind)}")
        raise click.ClickException(f"{say('console.test_page_unsure')}: {hint}")


def _learned(row: KnownPrinter, status: Status, timeout_s: float) -> Answers:
    """What it answers now, when it can tell."""
    known = Answers(row.answers)
    if not status.can_print and status is not Status.UNKNOWN:
        return known
    try:
        with connect(row.kind, row.address, timeout_s) as connection:
            return learn(connection)
    except OSError:
        return known


def _page(office: OfficeConfig, row: KnownPrinter, settings: Settings, *facts: tuple[str, str]) -> list[Line]:
    url = settings.public_url or f"http://{settings.host}:{settings.port}"
    return paper.test_page(office, row, facts, datetime.now(UTC), url)


def _word(status: str) -> str:
    """The status as every screen says it."""
    return catalogue(WORDS, "id")[f"printer.{status}"]


@command.command("link")
@click.option("--office", required=True, help="slug of the office")
@click.option("--name", required=True, help="name of the printer; made when the office has none of that name")
@click.option("--kind", type=click.Choice(["epson", "star"]), required=True)
@click.option("--profile", "profile_name", default="80mm-48", show_default=True)
@click.pass_obj
def link(settings: Settings, office: str, name: str, kind: str, profile_name: str) -> None:
    """Alamat untuk Epson Server Direct Print atau Star CloudPRNT (the address to type into the printer)."""
    store = open_store(settings)
    try:
        profile(profile_name)
    except Invalid as error:
        raise click.ClickException(f"{error.code}: {profile_name}") from None
    office_id = _config(store, office).office_id
    key = store.write_with(paper.link, office_id, name, kind, profile_name, datetime.now(UTC))
    store.change(office_id, Actor.system(datetime.now(UTC)), printer_state.choose_first, name)
    base = settings.public_url or f"http://{settings.host}:{settings.port}"
    click.echo(f"{base.rstrip('/')}/{office}/paper/{name}/{kind}/{key}")


@command.command("list")
@click.option("--office", required=True, help="slug of the office")
@click.pass_obj
def list_printers(settings: Settings, office: str) -> None:
    """Menampilkan printer kantor (the office's printers)."""
    for row in _config(open_store(settings), office).printers:
        click.echo(f"{row.slug:<20} {row.kind:<8} {row.address:<24} {row.profile}")


@command.command("add")
@click.option("--office", required=True, help="slug of the office")
@click.option("--name", required=True, help="small letters, digits, hyphens")
@click.option("--kind", type=click.Choice([str(each) for each in OWN_KINDS]), default="network", show_default=True)
@click.option("--address", default="", help="as in the setup: 192.168.1.50, 04b8:0202, /dev/ttyUSB0:9600 ...")
@click.option("--profile", "profile_name", default="80mm-48", show_default=True)
@click.pass_obj
def add(settings: Settings, office: str, name: str, kind: str, address: str, profile_name: str) -> None:
    """Menambah printer (adds a printer)."""
    row: dict[str, object] = {"slug": name, "kind": kind, "address": address, "profile": profile_name}
    _change(settings, office, lambda rows: [*rows, row])


@command.command("remove")
@click.option("--office", required=True, help="slug of the office")
@click.option("--name", required=True, help="name of the printer")
@click.pass_obj
def remove(settings: Settings, office: str, name: str) -> None:
    """Menghapus printer; struk lamanya tetap tercatat (takes a printer away)."""
    _printer(store := open_store(settings), _config(store, office), name)
    _change(settings, office, lambda rows: [row for row in rows if row["slug"] != name])


Rows = list[dict[str, object]]


def _change(settings: Settings, office: str, change: Callable[[Rows], Rows]) -> None:
    """As the page of the printers does it, with the same rules and the same event in the audit."""
    store = open_store(settings)
    present = _config(store, office)
    try:
        rows = change(setup_printers.printers_form(present).model_dump()["printers"])
        wanted = setup_printers.PrintersForm.model_validate({"printers": rows})
        store.change(present.office_id, Actor.system(datetime.now(UTC)), setup_printers.change_printers, wanted)
    except ValidationError as error:
        raise click.ClickException("; ".join(map(_sentence, problems(error)))) from None
    except Invalid as error:
        raise click.ClickException(_sentences(error)) from None
    click.echo(say("console.saved"))


def _sentences(error: Invalid) -> str:
    """What is wrong with each field, in the words of the setup page."""
    return "; ".join(_sentence(problem) for problem in error.facts["problems"])


def _sentence(problem: Problem) -> str:
    for key in (f"wrong.{problem.code}", f"error.{problem.code}"):
        said = say(key, **problem.facts)
        if key not in said:
            return said
    return f"{problem.path[-1]}: {problem.code}"


def _config(store: Store, office: str) -> OfficeConfig:
    return store.office_config(office_id(store, office))


def _printer(store: Store, office: OfficeConfig, name: str | None) -> KnownPrinter:
    chosen = office.printer(name)
    if chosen is None or (name is not None and chosen.slug != name):
        known = ", ".join(printer.slug for printer in office.printers)
        raise click.ClickException(say("console.no_printer", printer=name or "", known=known or "-"))
    with store.read() as connection:
        return printer_state.printer(connection, chosen.id)
