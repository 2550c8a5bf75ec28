"""`loket bench`: measures this machine and prints one JSON line per figure."""

from __future__ import annotations

import json
import tempfile
from dataclasses import replace
from importlib import import_module
from pathlib import Path

import click

from shared.web.settings import Settings

NAMES = (
    "takes",
    "calls",
    "screens",
    "ceiling",
    "slow_disk",
    "together",
    "growth",
    "waiting",
    "start",
    "estimate",
    "phones",
    "fanout",
    "reports",
)


@click.command("bench")
@click.argument("names", nargs=-1, type=click.Choice(NAMES))
@click.option("--quick", is_flag=True, help="sekilas saja (a glance: see that it runs)")
@click.option("--brief", is_flag=True, help="lebih pendek (shorter rounds, fewer of them)")
@click.option("--tickets", type=click.IntRange(min=1000), help="karcis lama untuk growth (old tickets, as 10000000)")
@click.pass_obj
def command(settings: Settings, names: tuple[str, ...], quick: bool, brief: bool, tickets: int | None) -> None:
    """Mengukur kecepatan pada mesin ini (measures this machine)."""
    from shared.bench.installation import install  # the whole program: only for who measures
    from shared.bench.measure import Measure

    settings.data.mkdir(parents=True, exist_ok=True)
    for name in names or NAMES:
        with tempfile.TemporaryDirectory(prefix="bench-", dir=settings.data) as folder:
            made = install(Path(folder) / "data")
            bench = (Measure.quick if quick else Measure.brief if brief else Measure.full)(made, Path(folder))
            bench = replace(bench, history=tickets or bench.history)
            for figure in import_module(f"shared.bench.{name}").measure(bench):
                click.echo(json.dumps(figure.line()))
