"""`loket print-agent`: prints on the printer of this machine what the office's server has for it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import cast, get_args

import click

from shared.printing.agent import Agent, Device, Journal, Line, Refused, Unreachable, alone, pair
from shared.printing.connections import USB_FILES, Answers, Kind
from shared.web.settings import Settings


@click.command("print-agent")
@click.option("--server", required=True, help="address of the server, such as http://192.168.1.10:8000")
@click.option("--office", required=True, help="slug of the office")
@click.option(
    "--token", help="token of an agent (loket token --agent); without it a code is shown to be typed in setup"
)
@click.option("--name", default="anjungan", show_default=True, help="name of the printer in the office")
@click.option(
    "--printer", help="usb:04b8:0e28, file:/dev/usb/lp0, network:10.0.0.9, serial:/dev/ttyS0:19200, cups:NAME"
)
@click.option("--profile", default="80mm-48", show_default=True, help="58mm, 58mm-qr, 80mm-42, 80mm-48 or a model")
@click.option("--answers", type=click.Choice([a.value for a in Answers]), default="in_order", show_default=True)
@click.pass_obj
def command(
    settings: Settings, server: str, office: str, token: str | None, name: str, printer: str | None, profile: str,
    answers: str,
) -> None:  # fmt: skip
    """Mencetak di printer komputer ini (prints on this machine's printer)."""
    kind, address = _printer(printer)
    folder = settings.data / f"agent-{name}"
    line = Line(f"{server.rstrip('/')}/{office}")
    try:
        with alone(folder):
            journal = Journal(folder)
            line.token = token or _token(line, journal)
            click.echo(f"{name}: {kind}:{address} -> {line.url}")
            Agent(line, journal, Device(name, kind, address, profile, Answers(answers))).run()
    except BlockingIOError:
        raise click.ClickException(f"agen '{name}' sudah berjalan (already running)") from None
    except Refused as error:
        if error.status == 401 and token is None:
            Journal(folder).write(token=None)
        raise click.ClickException(str(error)) from None
    except Unreachable as error:
        raise click.ClickException(f"{line.url}: tidak terjangkau (unreachable): {error}") from None


def _token(line: Line, journal: Journal) -> str:
    """The token of an earlier pairing with this office, else of a new one."""
    if journal.facts.get("token") and journal.facts.get("url") == line.url:
        return str(journal.facts["token"])
    found = pair(line, lambda code: click.echo(f"Kode pemasangan (pairing code): {code[:3]} {code[3:]}"))
    journal.write(token=found, url=line.url)
    return found


def _printer(text: str | None) -> tuple[Kind, str]:
    if text is None:
        devices = sorted(Path(USB_FILES).glob("lp*"))
        if not devices:
            raise click.ClickException("tidak ada printer USB (no USB printer): --printer usb:VENDOR:PRODUCT")
        return "file", str(devices[0])
    found = re.fullmatch(rf"({'|'.join(get_args(Kind))}):(.+)", text)
    if not found:
        raise click.UsageError("--printer usb:..., file:..., network:..., serial:..., cups:...")
    return cast(Kind, found[1]), found[2]
