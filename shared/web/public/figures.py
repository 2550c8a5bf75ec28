"""What the public is shown of an office: the figures of its last signed month, as a page, as JSON and as a poster."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from babel.dates import format_date
from flask import Blueprint, Response, g, jsonify, render_template
from flask.typing import ResponseReturnValue

from shared.domain.errors import Unknown
from shared.domain.reports.table import ReportTable
from shared.store.reports import signed as report_signed
from shared.store.reports.signed import SignedReport
from shared.web.access.auth import store, wants_page
from shared.web.answers import MonthFigures
from shared.web.documents import sheet
from shared.web.i18n import language
from shared.web.openapi import described
from shared.web.screen import office_config
from shared.web.server.limits import limiter
from shared.words import words

blueprint = Blueprint("figures", __name__)
POSTER = Path(__file__).parents[1] / "templates/figures.typ"

INDONESIAN = "id"
"""The language in which reports are signed."""
LARGE = ("served", "wait_median", "wait_p90", "finished", "on_time_gross", "complaints", "complaints_in_time")
"""Figures that stand large, as `report.<key>`; about single officers, villages and files the public hears nothing."""


@blueprint.get("/<office>/figures")
@described(MonthFigures)
def page() -> ResponseReturnValue:
    """Of the last month whose report was signed."""
    signed = _newest()
    if not wants_page():
        if signed is None:
            raise Unknown("report")
        return jsonify(period=signed.period.address, number=signed.number, figures=_values(signed))
    facts = _facts(signed, language()) if signed else None
    return render_template("figures.html", office=office_config(), facts=facts)


@blueprint.get("/<office>/figures.pdf")
@limiter.limit("20/minute")
def poster() -> Response:
    """A poster on A4, in Indonesian; raises `Unknown("report")` before the first signed month."""
    signed = _newest()
    if signed is None:
        raise Unknown("report")
    profile = office_config().profile
    office = {"office": office_config().name, "letterhead": profile.get("letterhead", [])}
    answer = Response(sheet.pdf(POSTER, {**_facts(signed, "id"), **office}), content_type="application/pdf")
    answer.headers.set("Content-Disposition", "inline", filename=f"angka-{g.office}-{signed.period.address}.pdf")
    return answer


def last_month() -> dict[str, object] | None:
    """The figures of the last signed month in words, for the desk of who reads them; None before the first."""
    signed = _newest()
    return _facts(signed, language()) if signed else None


def _newest() -> SignedReport | None:
    """A practice office has none: its figures are not real."""
    if office_config().settings.is_practice:
        return None
    return store().ask(report_signed.newest, g.office_id)


def _facts(signed: SignedReport, spoken: str) -> dict[str, object]:
    say, decimal = words(spoken), "," if spoken == "id" else "."
    shown = signed.table("summary")
    places = _places(shown)
    rows = shown.written(decimal) if shown else []
    services, satisfaction = signed.table("services"), signed.table("satisfaction")
    return {
        "month": format_date(signed.period.first, "MMMM yyyy", locale=spoken),
        "number": signed.number,
        "large": [[say(f"report.{key}"), rows[places[key]][1]] for key in LARGE if key in places],
        "columns": [say(f"report.{key}") for key in ("service", "served", "wait_median", "wait_p90")],
        "services": _services(services, decimal),
        "satisfaction": [[*row] for row in satisfaction.written(decimal)] if satisfaction else [],
    }


def _values(signed: SignedReport) -> dict[str, object]:
    shown = signed.table("summary")
    return {key: shown.rows[place][1] for key, place in _places(shown).items() if key in LARGE} if shown else {}


def _places(summary: ReportTable | None) -> dict[str, int]:
    """Key of a figure -> its row: a signed report keeps the Indonesian words of its day."""
    titles = {words(INDONESIAN)(f"report.{key}"): key for key in LARGE}
    rows: Sequence[tuple[object, ...]] = summary.rows if summary else ()
    return {titles[str(row[0])]: place for place, row in enumerate(rows) if str(row[0]) in titles}


def _services(table: ReportTable | None, decimal: str) -> list[list[str]]:
    """Name, served, and how long they waited."""
    if table is None:
        return []
    names = [column.title for column in table.columns]
    wanted = [0, *(names.index(words(INDONESIAN)(f"report.{key}")) for key in ("served", "wait_median", "wait_p90"))]
    rows = table.written(decimal)[: len(table.rows)]
    return [[row[place] for place in wanted] for row in rows]
