"""The first page after signing in: what this officer does here, most wanted first."""

from __future__ import annotations

from flask import g, render_template

from counter.account.help import tour
from counter.blueprint import blueprint
from counter.files.payments import takings
from counter.files.tray import read_tray
from counter.reports.regency import all_offices
from counter.setup.first_day import read_first_day
from shared.domain.numbering import office_day
from shared.domain.rights import Right
from shared.domain.standards.standard import Role
from shared.engine.files import register as engine
from shared.store import events
from shared.store.files import views as file_views
from shared.store.queue import days, floor
from shared.web.access.auth import current_user, may, now, officers_only, store
from shared.web.clicks import actor
from shared.web.public import figures
from shared.web.screen import office_config

IN_SIGHT = 8
"""So many files of the tray stand on the desk."""
AT_COUNTERS = frozenset({Role.LOKET, Role.OPERATOR})
"""Whoever has one of these works at a counter first of all."""


@blueprint.get("")
@officers_only()
def home() -> str:
    office, moment = office_config(), now()
    today = office_day(moment, office.zone)
    with store().room(g.office_id, moment) as room, store().read() as connection:
        counters = floor.counters(connection, room)
        queues = floor.queues(room, moment)
        signed = days.checks(connection, g.office_id, today)
        last_id = events.last_counter(connection, current_user.id)
        overdue = file_views.overdue(connection, store().office_configs, office, moment)[1]
        done = days.day_summary(connection, office, today)
        taken = takings(connection, office, today) if Role.KASIR in current_user.roles else None
    own = next((one for one in counters if one.officer_id == current_user.id), None)
    last = next((one for one in counters if one.counter.id == last_id and one.officer_id is None), None)
    shown = read_tray(IN_SIGHT) if may(Right.SEE_FILES) else None
    if shown is not None and shown.lines:
        store().write_with(engine.note_look, g.office_id, actor(), "tray_seen", {"page": "desk"})
    return render_template(
        "counter/home.html",
        office=office,
        counters=counters,
        offered=own or last,
        serves_first=not AT_COUNTERS.isdisjoint(current_user.roles),
        tray=shown if shown is not None and (shown.count or _has_steps()) else None,
        reads_figures=may(Right.SEE_REPORTS) and not _has_steps(),
        last_month=figures.last_month() if may(Right.SEE_REPORTS) and not _has_steps() else None,
        waiting=sum(queue.waiting for queue in queues),
        longest_min=max((queue.longest_s for queue in queues), default=0) // 60,
        working=sum(one.officer_id is not None and one.paused_at is None for one in counters),
        overdue=overdue,
        done=done,
        signed=signed,
        takings=taken,
        regency=all_offices() if may(Right.SEE_REGENCY) else None,
        tour=tour(),
        first_day=read_first_day() if may(Right.CHANGE_SETUP) else None,
    )


def _has_steps() -> bool:
    """Whether any file can come to this officer; the camat of most offices only reads."""
    steps = (step for service in office_config().services for step in service.standard.steps)
    return any(not current_user.roles.isdisjoint(step.roles) for step in steps)
