"""`loket report`: figures of an office on the console."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import click

from shared.domain.numbering import office_day
from shared.domain.queue.estimate import Accuracy
from shared.engine.queue.forecast import judge
from shared.web.backups import open_store
from shared.web.console import office_id, say
from shared.web.settings import Settings


@click.group("report")
def command() -> None:
    """Laporan (reports)."""


@command.command("estimate")
@click.option("--office", required=True, help="slug of the office")
@click.option("--weeks", default=4, show_default=True, type=click.IntRange(1, 520), help="this week and those before")
@click.pass_obj
def estimate(settings: Settings, office: str, weeks: int) -> None:
    """Seberapa tepat perkiraan waktu tunggu (how good the quoted waits were), by week and service."""
    store = open_store(settings)
    wanted = office_id(store, office)
    with store.read() as connection:
        config = store.office_configs.read(connection, wanted)
        today = office_day(datetime.now(UTC), config.zone)
        monday = today - timedelta(days=today.weekday())
        found = judge(connection, config, monday - timedelta(weeks=weeks - 1), today)
    click.echo(f"{'minggu':<11} {'n':>5} {'MAE':>7} {'median':>7} {'bias':>7} {'±10 mnt':>8} {'> batas':>8}  layanan")
    for week, service, judged in found:
        click.echo(f"{week.isoformat():<11} {_figures(judged)}  {service or 'SEMUA'}")
    if not found:
        click.echo(say("console.no_quotes"))


def _figures(judged: Accuracy) -> str:
    minutes = [f"{seconds / 60:>7.1f}" for seconds in (judged.mae_s, judged.median_s, judged.bias_s)]
    return f"{judged.n:>5} {' '.join(minutes)} {judged.within_10_min:>8.0%} {judged.beyond_upper:>8.0%}"
