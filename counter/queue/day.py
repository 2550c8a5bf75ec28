"""The day: opening and closing checklists, and numbers written by hand while the power was out."""

from __future__ import annotations

import secrets
from datetime import datetime

from flask import g, render_template, request, url_for
from flask.typing import ResponseReturnValue

from counter.blueprint import blueprint
from counter.queue.click_forms import Checklist, LateEntry
from shared.domain.checklist import ITEMS, ChecklistKind
from shared.domain.numbering import office_day
from shared.domain.rights import Right
from shared.engine.queue import day
from shared.store.files import views as file_views
from shared.store.queue import days
from shared.web.access.auth import now, officers_only, store
from shared.web.clicks import ButtonPage, change, take
from shared.web.forms import sent
from shared.web.screen import office_config


@blueprint.get("/day")
@officers_only(Right.ENTER_LATE)
def day_page() -> str:
    return _page()


@blueprint.post("/day/open")
@officers_only(Right.RUN_DAY)
def open_day() -> ResponseReturnValue:
    return take(PAGE, Checklist, lambda form: change(day.open_day, form.done, form.note))


@blueprint.post("/day/close")
@officers_only(Right.RUN_DAY)
def close_day() -> ResponseReturnValue:
    with store().read() as connection:
        found = days.day_summary(connection, office_config(), office_day(now(), office_config().zone)).found()
        found["count_results"] = len(file_views.uncollected(connection, store().office_configs, office_config(), now()))
    return take(PAGE, Checklist, lambda form: change(day.close_day, form.done, form.note, found))


@blueprint.post("/day/late-entry")
@officers_only(Right.ENTER_LATE)
def enter_late() -> ResponseReturnValue:
    return take(PAGE, LateEntry, _enter_late)


def _enter_late(form: LateEntry) -> dict[str, object]:
    zone = office_config().zone
    on_day = form.on_day or office_day(now(), zone)
    return change(
        day.enter_late,
        form.service,
        written=form.written,
        taken_at=datetime.combine(on_day, form.taken_at, zone),
        started_at=None if form.started_at is None else datetime.combine(on_day, form.started_at, zone),
        finished_at=None if form.finished_at is None else datetime.combine(on_day, form.finished_at, zone),
        nonce=form.nonce or secrets.token_hex(16),
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
        form=sent(),
        pressed={"counter.open_day": "opening", "counter.close_day": "closing"}.get(request.endpoint or ""),
    )


PAGE: ButtonPage[object] = ButtonPage(_page, lambda _: url_for("counter.day_page"))
