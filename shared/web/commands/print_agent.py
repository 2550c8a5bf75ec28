"""`loket print-agent`: prints on the printer of this machine what the office's server has for it."""

from __future__ import annotations

import re
import secrets
from pathlib import Path

import click

from shared.printing.address import WIRED, Kind
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
from shared.printing.wires.device import USB_FILES
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
@click.option("--answers", type=click.Choice([a.value for a in Answers]), default="in_order", show_default=True)
@click.pass_obj
def command(
    settings: Settings, server: str, code: str | None, office: str | None, token: str | None, name: str,
    printer: str | None, profile: str, answers: str,
) -> None:  # fmt: skip
    """Mencetak di printer komputer ini (prints on this machine's printer)."""
    kind, address = _printer(printer)
    server, folder = server.rstrip("/"), settings.data / f"agent-{name}"
    if token is not None and office is None:
        raise click.UsageError("--token: --office ...")
    try:
        with alone(folder):
            journal = Journal(folder)
            line = _line(server, office, token, code, journal)
            click.echo(f"{name}: {kind}:{address} -> {line.url}")
            Agent(line, journal, LocalPrinter(name, kind, address, profile, Answers(answers))).run()
    except BlockingIOError:
        raise click.ClickException(f"agen '{name}' sudah berjalan (already running)") from None
    except Refused as error:
        if error.status == 401 and token is None:
            Journal(folder).write(token=None)
        raise click.ClickException(str(error)) from None
    except Unreachable as error:
        raise click.ClickException(f"{server}: tidak terjangkau (unreachable): {error}") from None


def _line(server: str, office: str | None, token: str | None, code: str | None, journal: Journal) -> ServerConnection:
    """The road to the office with a token: the one given, else that of an earlier pairing, else of a new one."""
    if token is not None:
        return ServerConnection(f"{server}/{office}", token)
    known = journal.facts
    is_known = bool(known.get("token")) and str(known.get("url", "")).startswith(f"{server}/")
    if is_known and office in (None, _office(known["url"])) and code in (None, known.get("code")):
        return ServerConnection(known["url"], known["token"])
    if code is not None:
        return _redeemed(server, code, journal)
    if office is None:
        raise click.UsageError("--pair CODE (Perangkat > Tambah agen cetak)")
    line = ServerConnection(f"{server}/{office}")
    line.token = pair(line, lambda shown: click.echo(f"Kode pemasangan (pairing code): {shown[:3]} {shown[3:]}"))
    journal.write(token=line.token, url=line.url, code=None)
    return line


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


def _printer(text: str | None) -> tuple[Kind, str]:
    if text is None:
        devices = sorted(Path(USB_FILES).glob("lp*"))
        if not devices:
            raise click.ClickException("tidak ada printer USB (no USB printer): --printer usb:VENDOR:PRODUCT")
        return Kind.FILE, str(devices[0])
    found = re.fullmatch(rf"({'|'.join(WIRED)}):(.+)", text)
    if not found:
        raise click.UsageError("--printer usb:..., file:..., network:..., serial:..., cups:...")
    return Kind(found[1]), found[2]
