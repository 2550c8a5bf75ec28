"""The supervisor's page: the floor as it is now, and the few things that only the head of the room does."""

from __future__ import annotations

from datetime import datetime, timedelta

from flask import g, render_template, url_for
from flask.typing import ResponseReturnValue

from counter.blueprint import blueprint
from counter.queue.click_forms import MINUTES, Message, OverrideForm, Reason, TakeOver
from shared.domain.numbering import office_day
from shared.domain.queue.counter import counters_needed
from shared.domain.queue.ticket import State
from shared.domain.rights import Right
from shared.engine.people import device
from shared.engine.queue import supervisor
from shared.store import reads
from shared.store.files import views as file_views
from shared.store.queue import floor, panel
from shared.web.access.auth import now, officers_only, store
from shared.web.clicks import ButtonPage, change, do, take, wants_fragment
from shared.web.conditions.conditions import conditions, current_scene, lost_in
from shared.web.forms import sent
from shared.web.screen import office_config


@blueprint.get("/supervisor")
@officers_only(Right.SEE_FLOOR)
def supervisor_page() -> str:
    return _page()


@blueprint.post("/supervisor/message")
@officers_only(Right.RUN_FLOOR)
def send_message() -> ResponseReturnValue:
    return take(PAGE, Message, lambda form: change(supervisor.broadcast, form.text, int(form.minutes)))


@blueprint.post("/supervisor/force")
@officers_only(Right.RUN_FLOOR)
def force_hours() -> ResponseReturnValue:
    words = {"open": True, "close": False, "calendar": None}

    def work(form: OverrideForm) -> None:
        until_at = now() + timedelta(minutes=int(form.minutes)) if form.minutes else None
        change(
            supervisor.force,
            is_open=words[form.word],
            reason=form.reason,
            until_at=until_at,
            service=form.service,
        )

    return take(PAGE, OverrideForm, work)


@blueprint.post("/supervisor/tickets/<int:ticket_id>/take-over")
@officers_only(Right.RUN_FLOOR)
def take_over_ticket(ticket_id: int) -> ResponseReturnValue:
    return take(PAGE, TakeOver, lambda form: change(supervisor.take_over, ticket_id, form.reason, form.to_counter))


@blueprint.post("/supervisor/clock")
@officers_only(Right.RUN_FLOOR)
def confirm_clock() -> ResponseReturnValue:
    """The date is right although the clock was set far forward: days may close by it."""
    return do(PAGE, supervisor.confirm_clock)


@blueprint.post("/supervisor/counters/<int:number>/empty")
@officers_only(Right.RUN_FLOOR)
def empty_counter(number: int) -> ResponseReturnValue:
    return take(PAGE, Reason, lambda form: change(supervisor.empty_counter, number, form.reason))


def _page(message: str | None = None) -> str:
    template = "counter/_floor.html" if wants_fragment() else "counter/supervisor.html"
    return render_template(
        template, office=office_config(), message=message, minutes=MINUTES, form=sent(), **_floor(now())
    )


PAGE: ButtonPage[object] = ButtonPage(_page, lambda _: url_for("counter.supervisor_page"))


def _floor(moment: datetime) -> dict[str, object]:
    with store().room(g.office_id, moment) as room, store().read() as connection:
        office, version, queues = room.office, room.version, floor.queues(room, moment)
        held, lost = room.in_state(State.HELD), lost_in(room)
        counters = floor.counters(connection, room)
        load = floor.load(connection, office, office_day(moment, office.zone), moment)
        overdue = file_views.overdue(connection, store().office_configs, office, moment)[1]
        failed = floor.failed_slips(connection, office, moment)
        devices = device.devices(connection, office.office_id)
        printers = reads.printers(connection, office.office_id)
        messages = panel.messages(connection, office.office_id, moment)
    with store().read() as connection:
        found = conditions(current_scene(connection, office, moment, lost))
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
        "devices": [(row, device.is_offline(row.last_seen_at, moment, row.lost_at)) for row in devices],
        "printers": printers,
        "messages": messages,
        "conditions": found,
        "age_s": lambda at: max(0, int((moment - at).total_seconds())),
    }
