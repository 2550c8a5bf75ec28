"""`loket print-agent`: prints on the printer of this machine what the office's server has for it."""

from __future__ import annotations

import re
import secrets

import click

from shared.domain.errors import Invalid
from shared.printing.address import WIRED, Kind, address
from shared.printing.agent import (
    Agent,
    Journal,
    LocalPrinter,
    Refused,
    ServerConnection,
    Unreachable,
    alone,
    pair,
    redeem,
)
from shared.printing.delivery import Answers
from shared.printing.wires.device import USB_FILES, usb_address_of, usb_printers
from shared.web.console import say, sentence
from shared.web.settings import Settings


@click.command("print-agent")
@click.option("--server", required=True, help="address of the server, such as http://192.168.1.10:8000")
@click.option("--pair", "code", help="code that an admin made under Perangkat; needed once, the office is kept")
@click.option("--office", help="slug of the office: without --pair a code is shown, to be typed under Perangkat")
@click.option("--token", help="token of an agent (loket token --agent), with --office")
@click.option("--name", default="anjungan", show_default=True, help="name of the printer in the office")
@click.option(
    "--printer", help="usb:04b8:0e28, file:/dev/usb/lp0, network:10.0.0.9, serial:/dev/ttyS0:19200, cups:NAME"
)
@click.option("--profile", default="80mm-48", show_default=True, help="58mm, 58mm-qr, 80mm-42, 80mm-48 or a model")
@click.option("--answers", type=click.Choice([a.value for a in Answers]), help="found out when it is not said")
@click.pass_obj
def command(
    settings: Settings, server: str, code: str | None, office: str | None, token: str | None, name: str,
    printer: str | None, profile: str, answers: str | None,
) -> None:  # fmt: skip
    """Mencetak di printer komputer ini (prints on this machine's printer)."""
    kind, where = _printer(printer)
    server, folder = _server(server), settings.data / f"agent-{name}"
    if token is not None and office is None:
        raise click.UsageError("--token: --office ...")
    try:
        with alone(folder):
            journal = Journal(folder)
            line = _line(server, office, token, code, journal)
            click.echo(f"{name}: {kind}:{where} -> {line.url}")
            Agent(
                line, journal, LocalPrinter(name, kind, where, profile, Answers(answers or Answers.NOT_LEARNED))
            ).run()
    except BlockingIOError:
        raise click.ClickException(say("console.agent_runs", name=name)) from None
    except Refused as error:
        if error.status == 401 and token is None:
            Journal(folder).write(token=None)
        raise click.ClickException(str(error)) from None
    except Unreachable as error:
        raise click.ClickException(f"{server}: {say('console.unreachable')}: {error}") from None


def _line(server: str, office: str | None, token: str | None, code: str | None, journal: Journal) -> ServerConnection:
    """The road to the office with a token: the one given, else that of an earlier pairing, else of a new one."""
    if token is not None:
        return ServerConnection(f"{server}/{office}", token)
    known = journal.facts
    is_known = bool(known.get("token")) and str(known.get("url", "")).startswith(f"{server}/")
    if is_known and office in (None, _office(known["url"])) and code in (None, known.get("code")):
        return ServerConnection(known["url"], known["token"])
    if known.get("token") and office in (None, _office(known["url"])) and code in (None, known.get("code")):
        moved = ServerConnection(f"{server}/{_office(known['url'])}", known["token"])
        if _is_welcome(moved):
            journal.write(url=moved.url)
            return moved
    if code is not None:
        return _redeemed(server, code, journal)
    if office is None:
        raise click.UsageError("--pair CODE (Perangkat > Tambah agen cetak)")
    line = ServerConnection(f"{server}/{office}")
    line.token = pair(line, lambda shown: click.echo(f"{say('console.pairing_code')}: {shown[:3]} {shown[3:]}"))
    journal.write(token=line.token, url=line.url, code=None)
    return line


def _is_welcome(line: ServerConnection) -> bool:
    """Whether the token of an earlier pairing holds at this address too: the server may only have moved."""
    try:
        return line.get("/pair/agent").get("state") == "confirmed"
    except Refused:
        return False


def _redeemed(server: str, code: str, journal: Journal) -> ServerConnection:
    """The token is on the disk before the server hears of it: a crash in between costs no code."""
    wish = journal.facts.get("wish") or {}
    if wish.get("code") != code:
        wish = {"code": code, "token": secrets.token_urlsafe(32)}
        journal.write(wish=wish)
    line = ServerConnection(f"{server}/{redeem(server, code, wish['token'])}", wish["token"])
    journal.write(token=line.token, url=line.url, code=code, wish=None)
    return line


def _office(url: str) -> str:
    return url.rpartition("/")[2]


def _server(text: str) -> str:
    """The address with its scheme: people type what stands in the browser's line."""
    plain = text.strip().rstrip("/")
    return plain if "://" in plain else f"http://{plain}"


def _printer(text: str | None) -> tuple[Kind, str]:
    """Kind and address; a USB printer by what is its own, for lp0 may be another one after the next start."""
    if text is None:
        return _first_usb()
    found = re.fullmatch(rf"({'|'.join(WIRED)}):(.+)", text.strip())
    if not found:
        raise click.UsageError("--printer usb:..., file:..., network:..., serial:..., cups:...")
    try:
        wanted = str(address(found[1], found[2]))
    except Invalid as error:
        raise click.UsageError(sentence(error)) from None
    own = usb_address_of(wanted) if found[1] == Kind.FILE else None
    return (Kind.USB, str(own)) if own else (Kind(found[1]), wanted)


def _first_usb() -> tuple[Kind, str]:
    known = usb_printers()
    if known:
        return Kind.USB, str(known[0][0])
    devices = sorted(USB_FILES.glob("lp*"))
    if not devices:
        raise click.ClickException("tidak ada printer USB (no USB printer): --printer usb:VENDOR:PRODUCT")
    return Kind.FILE, str(devices[0])
