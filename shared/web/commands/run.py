"""`loket run`: prepares the database, says what to open, and serves."""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime

import click

from shared.web.first_run import prepare
from shared.web.settings import Settings


@click.command("run")
@click.pass_obj
def command(settings: Settings) -> None:
    """Menjalankan server (serve)."""
    passwords = prepare(settings, datetime.now(UTC))
    address = f"http://{'127.0.0.1' if settings.host == '0.0.0.0' else settings.host}:{settings.port}"
    if passwords:
        click.echo("\nKantor baru dibuat. Kata sandi sekali pakai (one-time passwords), hanya tampil di sini:\n")
        for one in passwords:
            click.echo(f"  {one.office:<12} {one.login:<12} {one.password:<16} {one.name}")
    click.echo(f"\nBuka (open) {address}/\n")
    sys.stdout.flush()
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    os.execve(
        sys.executable, [sys.executable, "-m", "shared.web.serve", f"{settings.host}:{settings.port}"], environment
    )
