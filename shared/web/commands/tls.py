"""`loket tls`: a certificate for https in the office's network."""

from __future__ import annotations

import ipaddress
import socket
from datetime import UTC, datetime
from pathlib import Path

import click

from shared.web.console import say
from shared.web.server import certificates, hosts, machine
from shared.web.settings import Settings


@click.command("tls")
@click.option("--name", "names", multiple=True, help="a name or address that phones and screens open; again for more")
@click.option("--certificate", type=click.Path(path_type=Path, exists=True, dir_okay=False), help="one that was given")
@click.option("--key", type=click.Path(path_type=Path, exists=True, dir_okay=False), help="its key")
@click.pass_obj
def command(settings: Settings, names: tuple[str, ...], certificate: Path | None, key: Path | None) -> None:
    """Membuat sertifikat https untuk jaringan kantor, atau memasang yang sudah ada."""
    folder, now = settings.data / "tls", datetime.now(UTC)
    settings.data.mkdir(parents=True, exist_ok=True)
    if (certificate is None) != (key is None):
        raise certificates.CertificateFault("certificate_without_key")
    if certificate is not None and key is not None:
        end = certificates.take(folder, certificate, key, now)
        click.echo(say("console.certificate_taken", folder=folder, end=f"{end:%Y-%m-%d}"))
        return
    end = certificates.make(folder, names or _usual(settings), now)
    click.echo(say("console.certificate_made", folder=folder, end=f"{end:%Y-%m-%d}"))


def _usual(settings: Settings) -> list[str]:
    """The names under which the server is found without being asked, and its private addresses."""
    given = [each.strip().lower() for each in settings.hosts.split(",") if each.strip() not in ("", hosts.ANY)]
    own_name = f"{socket.gethostname().partition('.')[0].lower()}.local"
    private = [each for each in machine.own_addresses() if "%" not in each and ipaddress.ip_address(each).version == 4]
    private = [each for each in private if any(ipaddress.ip_address(each) in ipaddress.ip_network(net)
                                               for net in certificates.PRIVATE)]  # fmt: skip
    called = [f"{settings.mdns_name}.local"] if settings.mdns_name else []
    return list(dict.fromkeys([*called, "loket.local", own_name, *given, *private]))
