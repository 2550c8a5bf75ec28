"""The day: opening and closing checklists, and numbers written by hand while the power was out."""

from __future__ import annotations

import secrets
from datetime import date, datetime
from typing import Any

from flask import g, render_template, request, url_for
from flask.typing import ResponseReturnValue

from counter.blueprint import blueprint
from shared.domain.checklist import ITEMS, ChecklistKind
from shared.domain.errors import Invalid
from shared.domain.numbering import office_day
from shared.domain.rights import Right
from shared.engine import day
from shared.store import days, file_views
from shared.web.auth import now, officers_only, store
from shared.web.clicks import ButtonPage, do
from shared.web.screen import office_config


@blueprint.get("/day")
@officers_only(Right.ENTER_LATE)
def day_page() -> str:
    return _page()


@blueprint.post("/day/open")
@officers_only(Right.RUN_DAY)
def open_day() -> ResponseReturnValue:
    return do(PAGE, day.open_day, _ticked(), _note())


@blueprint.post("/day/close")
@officers_only(Right.RUN_DAY)
def close_day() -> ResponseReturnValue:
    with store().read() as connection:
        found = days.day_summary(connection, office_config(), office_day(now(), office_config().zone)).found()
        found["count_results"] = len(file_views.uncollected(connection, store().office_configs, office_config(), now()))
    return do(PAGE, day.close_day, _ticked(), _note(), found)


@blueprint.post("/day/late-entry")
@officers_only(Right.ENTER_LATE)
def enter_late() -> ResponseReturnValue:
    taken_at = _moment("taken_at")
    if taken_at is None:
        raise Invalid("times", fields=["taken_at"])
    return do(
        PAGE,
        day.enter_late,
        request.form.get("service", ""),
        written=request.form.get("written", ""),
        taken_at=taken_at,
        started_at=_moment("started_at"),
        finished_at=_moment("finished_at"),
        nonce=request.form.get("nonce") or secrets.token_hex(16),
    )


def _page(message: str | None = None) -> str:
    today = office_day(now(), office_config().zone)
    with store().read() as connection:
        found = days.day_summary(connection, office_config(), today)
        signed = days.checks(connection, g.office_id, today)
        results = len(file_views.uncollected(connection, store().office_configs, office_config(), now()))
    local = now().astimezone(office_config().zone)
    return render_template(
        "counter/day.html",
        office=office_config(),
        found=found,
        results=results,
        signed=signed,
        kinds=[(kind.value, ITEMS[kind]) for kind in ChecklistKind],
        local=local,
        message=message,
        nonce=secrets.token_hex(16),
    )


PAGE: ButtonPage[Any] = ButtonPage(_page, lambda _: url_for("counter.day_page"))


def _ticked() -> list[str]:
    return request.form.getlist("done")


def _note() -> str:
    return request.form.get("note", "")[:400]


def _moment(field: str) -> datetime | None:
    """A time of the day in the form, today when none is given, by the office's clock; None when the field is empty."""
    text, on_day = request.form.get(field, ""), request.form.get("on_day", "")
    if not text:
        return None
    try:
        at = datetime.strptime(text, "%H:%M").time()
        day_ = date.fromisoformat(on_day) if on_day else office_day(now(), office_config().zone)
    except ValueError:
        raise Invalid("times", fields=[field]) from None
    return datetime.combine(day_, at, office_config().zone)
