"""Results that nobody has collected yet: whose they are, since when, who was told, and when their steps were done."""

from __future__ import annotations

from flask import g, render_template, request

from counter.blueprint import blueprint
from counter.pager import Pager
from shared.domain.rights import Right
from shared.engine.files import register as engine
from shared.engine.files import reminder as file_reminder
from shared.standards import village_names
from shared.store.files import results as rows
from shared.store.files import views as file_views
from shared.web.access.auth import now, officers_only, store
from shared.web.clicks import actor
from shared.web.screen import office_config

FILTERS = ("service", "sort", "untold")
SORTS = ("waited", "newest", "name")


@blueprint.get("/results")
@officers_only(Right.SEE_FILES)
def results() -> str:
    """The longest waiting first, or as the address says; who looked is written down."""
    office = office_config()
    pager = Pager.asked("counter.results", FILTERS)
    with store().read() as connection:
        waiting = file_views.uncollected(connection, store().office_configs, office, now())
        services = sorted({(each.service.slug, each.service.short_name) for each in waiting}, key=lambda one: one[1])
        chosen = [each for each in waiting if pager.kept.get("service") in (None, each.service.slug)]
        if "untold" in pager.kept:
            told = rows.told_at(connection, [each.id for each in chosen])
            chosen = [each for each in chosen if each.id not in told]
        if pager.kept.get("sort") == "name":
            chosen.sort(key=lambda each: each.file.applicant.get("name", "").casefold())
        elif pager.kept.get("sort") == "newest":
            chosen.reverse()
        pager = pager.of(len(chosen))
        shown = rows.with_steps(connection, chosen[pager.offset : pager.offset + pager.size])
    seen = {"rows": len(shown), "page": request.args.get("page", "1")}
    store().write_with(engine.note_look, g.office_id, actor(), "results_seen", seen)
    return render_template(
        "counter/results.html",
        office=office,
        results=shown,
        pager=pager,
        services=services,
        sorts=SORTS,
        reminders={each.file.id: file_reminder.offered(each.file, each.service) for each in shown},
        now=now(),
        villages=village_names(),
    )
