"""The files at an officer's steps, beside the panel and on a page of their own; outages that pause them."""

from __future__ import annotations

from dataclasses import dataclass

from flask import g, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from counter.blueprint import blueprint
from counter.pager import Pager
from counter.queue.click_forms import Disturbed
from shared.domain.calendar import Light
from shared.domain.errors import Unknown
from shared.domain.queue.ticket import State
from shared.domain.rights import Right
from shared.domain.standards.standard import system_name
from shared.engine.files import register as engine
from shared.engine.queue import outage
from shared.store.files import views as file_views
from shared.store.files.views import FileLine
from shared.store.queue import outages
from shared.web import forms
from shared.web.access.auth import current_user, now, officers_only, store
from shared.web.clicks import ButtonPage, actor, do
from shared.web.openapi import described
from shared.web.screen import office_config

BESIDE = 50
"""So many files stand beside the panel, what is due first first; all are on a page of their own."""
SORTS = ("due", "since", "name")
IN_ROOM = (State.WAITING, State.CALLED, State.SERVING, State.HELD, State.PROCESSING)


@dataclass(frozen=True, slots=True)
class TrayLine:
    """One file of the tray with what helps to choose the next."""

    file: FileLine
    name: str
    phone: str
    minutes: int
    """At this step."""
    visit: str | None
    """The number under which the applicant is in the room now."""


@dataclass(frozen=True, slots=True)
class ShownTray:
    lines: list[TrayLine]
    count: int
    services: list[tuple[str, str]]
    """Slug and name of those that have files here."""


@blueprint.get("/files")
@officers_only(Right.SEE_FILES)
def tray() -> str:
    """The files at the steps of this officer's roles; as a fragment for the page that is already open."""
    if "X-Fragment" in request.headers:
        return render_template("counter/_tray.html", office=office_config())
    page = _page()
    store().write_with(engine.note_look, g.office_id, actor(), "tray_seen", {"page": request.args.get("page", "1")})
    return page


@blueprint.post("/outage/<what>")
@officers_only(Right.REPORT_OUTAGE)
@described(takes=Disturbed)
def disturb(what: str) -> ResponseReturnValue:
    """A system does not answer (`begin`), or answers again (`end`): all files at its steps are paused or go on.

    Without its name it is OSS.
    """
    if what not in ("begin", "end"):
        raise Unknown("page")
    system = forms.read(Disturbed).system
    told = {
        "begin": lambda files: gettext("%(system)s disturbance noted; %(count)s files rest.", **_about(system, files)),
        "end": lambda files: gettext("%(system)s answers again; %(count)s files go on.", **_about(system, files)),
    }
    screen = ButtonPage[int](
        _page,
        lambda _: url_for("counter.tray"),
        lambda files: {"files": files},
        said=lambda files: str(told[what](files)),
    )
    return do(screen, outage.begin if what == "begin" else outage.end, system)


def _about(system: str, files: int) -> dict[str, object]:
    return {"system": system_name(system), "count": files}


def _page(message: str | None = None) -> str:
    pager = Pager.asked("counter.tray", ("service", "late", "here", "sort"))
    shown = read_tray(None)
    lines = [line for line in shown.lines if _fits(line, pager.kept)]
    order = pager.kept.get("sort")
    if order == "since":
        lines.sort(key=lambda line: -line.minutes)
    elif order == "name":
        lines.sort(key=lambda line: line.name.casefold())
    pager = pager.of(len(lines))
    with store().read() as connection:
        running = outages.running(connection, g.office_id)
    return render_template(
        "counter/files.html",
        office=office_config(),
        tray=ShownTray(lines[pager.offset : pager.offset + pager.size], shown.count, shown.services),
        pager=pager,
        sorts=SORTS,
        outages=[(each, int((now() - each.from_at).total_seconds() // 60)) for each in running],
        answering=[name for name in office_config().systems if name not in {each.system for each in running}],
        system_name=system_name,
        message=message,
    )


def _fits(line: TrayLine, kept: dict[str, str]) -> bool:
    """Whether the filters of the page let the file stand."""
    fits_service = kept.get("service") in (None, line.file.service.slug)
    return (
        fits_service
        and ("late" not in kept or line.file.light == Light.RED)
        and ("here" not in kept or line.visit is not None)
    )


@blueprint.app_context_processor
def _tray_words() -> dict[str, object]:
    """`read_tray` for the panel's page, which shows queue and tray side by side."""
    return {"read_tray": read_tray}


def read_tray(limit: int | None = BESIDE) -> ShownTray:
    """The first of this officer's files as they stand beside the panel; None: all of them."""
    with store().room(g.office_id, now()) as room:
        here = {one.case_id: one.label for one in room.in_state(*IN_ROOM) if one.case_id is not None}
    with store().read() as connection:
        found = file_views.tray(connection, store().office_configs, office_config(), current_user.roles, now(), limit)
        people = file_views.people(connection, [file.id for file in found.files])
    lines = [
        TrayLine(
            file,
            *people.get(file.id, ("", "")),
            max(0, int((now() - file.since_at).total_seconds() // 60)),
            here.get(file.id),
        )
        for file in found.files
    ]
    services = sorted({(file.service.slug, file.service.short_name) for file in found.files}, key=lambda one: one[1])
    return ShownTray(lines, found.count, services)
