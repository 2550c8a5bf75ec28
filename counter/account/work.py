"""Long work as its officer sees it: how far it is, stopping it, and the file that it made."""

from __future__ import annotations

from flask import jsonify, render_template, send_file, url_for
from flask.typing import ResponseReturnValue

from counter.blueprint import blueprint
from shared.domain.errors import Forbidden, Unknown
from shared.web import long_work
from shared.web.access.auth import may, officers_only
from shared.web.answers import WorkFacts
from shared.web.clicks import ButtonPage, serve
from shared.web.long_work import WorkState
from shared.web.openapi import described
from shared.web.screen import office_config


@blueprint.get("/work")
@officers_only()
def work_page() -> str:
    """What this officer has begun since yesterday, with the files that are ready."""
    return _page()


@blueprint.get("/work/<work_id>")
@officers_only()
@described(WorkFacts)
def work(work_id: str) -> ResponseReturnValue:
    """How far it is."""
    found = long_work.one(work_id)
    return jsonify(id=found.id, state=found.status.value, percent=found.percent)


@blueprint.get("/work/<work_id>/file")
@officers_only()
def work_file(work_id: str) -> ResponseReturnValue:
    """What was made; only for who began it and may still have it."""
    found = long_work.one(work_id)
    file = long_work.place().file(found.id)
    if found.status != WorkState.DONE or not found.filename or not file.is_file():
        raise Unknown("work")
    if not may(found.right):
        raise Forbidden("role")
    return send_file(file.resolve(), found.media_type, as_attachment=True, download_name=found.filename, max_age=0)


@blueprint.post("/work/<work_id>/stop")
@officers_only()
def stop_work(work_id: str) -> ResponseReturnValue:
    screen = ButtonPage[None](_page, lambda _: url_for("counter.work_page"))
    return serve(screen, lambda: long_work.place().stop(long_work.one(work_id).id))


def _page(message: str | None = None) -> str:
    return render_template("counter/work.html", office=office_config(), works=long_work.mine(), message=message)
