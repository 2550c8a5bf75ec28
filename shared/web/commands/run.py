"""`loket run`: serves; everything else happens in the server's own process, so that a start imports nothing twice."""

from __future__ import annotations

import sys

import click

from shared.web.settings import Settings


@click.command("run")
@click.pass_obj
def command(settings: Settings) -> None:
    """Menjalankan server (serve)."""
    from shared.web.server.serve import Server

    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
    Server(settings).run()
