"""The supervisor's page: the floor as it is now, and the few things that only the head of the room does."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from flask import g, render_template, request, url_for
from flask.typing import ResponseReturnValue

from counter.blueprint import blueprint
from shared.domain.counter import counters_needed
from shared.domain.errors import Invalid
from shared.domain.numbering import office_day
from shared.domain.rights import Right
from shared.domain.ticket import State
from shared.engine import device, supervisor
from shared.store import floor, panel, reads
from shared.web.auth import now, officers_only, store
from shared.web.bounds import number
from shared.web.clicks import ButtonPage, do, wants_fragment
from shared.web.screen import office_config

MINUTES = (15, 30, 60, 120, 480)


@blueprint.get("/supervisor")
@officers_only(Right.SEE_FLOOR)
def supervisor_page() -> str:
    return _page()


@blueprint.post("/supervisor/message")
@officers_only(Right.RUN_FLOOR)
def send_message() -> ResponseReturnValue:
    form = request.form
    return do(PAGE, supervisor.broadcast, form.get("text", "")[:200], _minutes(form.get("minutes", "30")))


@blueprint.post("/supervisor/force")
@officers_only(Right.RUN_FLOOR)
def force_hours() -> ResponseReturnValue:
    form = request.form
    words = {"open": True, "close": False, "calendar": None}
    if form.get("word") not in words:
        raise Invalid("fields", fields=["word"])
    minutes = form.get("minutes", "")
    return do(
        PAGE,
        supervisor.force,
        is_open=words[form["word"]],
        reason=form.get("reason", "")[:120],
        until_at=now() + timedelta(minutes=_minutes(minutes)) if minutes else None,
        service=form.get("service") or None,
    )


@blueprint.post("/supervisor/tickets/<int:ticket_id>/take-over")
@officers_only(Right.RUN_FLOOR)
def take_over_ticket(ticket_id: int) -> ResponseReturnValue:
    form = request.form
    to_counter = number(form["to_counter"], "to_counter") if form.get("to_counter") else None
    reason = form.get("reason", "")[:200]
    return do(PAGE, supervisor.take_over, ticket_id, reason, to_counter)


@blueprint.post("/supervisor/counters/<int:number>/empty")
@officers_only(Right.RUN_FLOOR)
def empty_counter(number: int) -> ResponseReturnValue:
    return do(PAGE, supervisor.empty_counter, number, request.form.get("reason", "")[:200])


def _minutes(text: str) -> int:
    minutes = number(text, "minutes")
    if minutes not in MINUTES:
        raise Invalid("fields", fields=["minutes"])
    return minutes


def _page(message: str | None = None) -> str:
    template = "counter/_floor.html" if wants_fragment() else "counter/supervisor.html"
    return render_template(template, office=office_config(), message=message, minutes=MINUTES, **_floor(now()))


PAGE: ButtonPage[Any] = ButtonPage(_page, lambda _: url_for("counter.supervisor_page"))


def _floor(moment: datetime) -> dict[str, Any]:
    with store().room(g.office_id, moment) as room, store().read() as connection:
        office, version, queues = room.office, room.version, floor.queues(room, moment)
        held, stranded = room.in_state(State.HELD), room.stranded()
        counters = floor.counters(connection, room)
        load = floor.load(connection, office, office_day(moment, office.zone), moment)
        overdue, failed = floor.faults(connection, office, moment)
        devices = device.devices(connection, office.office_id)
        printers = reads.printers(connection, office.office_id)
        messages = panel.messages(connection, office.office_id, moment)
    working = sum(one.officer_id is not None and one.paused_at is None for one in counters)
    waiting = sum(queue.waiting for queue in queues)
    return {
        "version": version,
        "counters": counters,
        "queues": queues,
        "waiting": waiting,
        "working": working,
        "longest_min": max((queue.longest_s for queue in queues), default=0) // 60,
        "arrivals": int(load.arrivals_per_hour),
        "mean_min": None if load.service_mean_s is None else round(load.service_mean_s / 60, 1),
        "needed": counters_needed(load),
        "overdue": overdue,
        "failed": failed,
        "held": [(one.id, one.label, office.counter_by_id(one.counter_id)) for one in held],
        "stranded": [one.label for one in stranded],
        "devices": [(row, device.is_offline(row.last_seen_at, moment, row.lost_at)) for row in devices],
        "printers": printers,
        "messages": messages,
        "age_s": lambda at: max(0, int((moment - at).total_seconds())),
    }
