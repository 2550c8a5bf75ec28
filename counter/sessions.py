"""Where an officer is signed in, and ending what should not be."""

from __future__ import annotations

from typing import Any

from flask import g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from counter.blueprint import blueprint
from shared.web import sessions
from shared.web.auth import now, officers_only, store
from shared.web.screen import office_config


@blueprint.get("/sessions")
@officers_only()
def sessions_page() -> str:
    """One's own; an admin sees those of the whole office."""
    is_admin = "admin" in current_user.roles
    with store().read() as connection:
        rows = sessions.running(connection, g.office_id, None if is_admin else current_user.id, now())
    return render_template(
        "counter/sessions.html", office=office_config(), rows=rows, here=sessions.current_id(store())
    )


@blueprint.post("/sessions/<int:session_id>/end")
@officers_only()
def end_session(session_id: int) -> ResponseReturnValue:
    only = None if "admin" in current_user.roles else current_user.id
    change: Any = store().change
    change(g.office_id, sessions.end, session_id, only, current_user.id, now())
    return redirect(url_for("counter.sessions_page"))
