"""`loket run`: serves; everything else happens in the server's own process, so that a start imports nothing twice."""

from __future__ import annotations

import os
import sys

import click

from shared.web.settings import Settings


@click.command("run")
@click.pass_obj
def command(settings: Settings) -> None:
    """Menjalankan server (serve)."""
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    address = f"{settings.host}:{settings.port}"
    os.execve(sys.executable, [sys.executable, "-m", "shared.web.serve", address], environment)
