"""Where an officer is signed in, and ending what should not be."""

from __future__ import annotations

from flask import g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from counter.blueprint import blueprint
from shared.domain.rights import Right
from shared.web import sessions
from shared.web.auth import may, now, officers_only, store
from shared.web.clicks import change
from shared.web.screen import office_config


@blueprint.get("/sessions")
@officers_only()
def sessions_page() -> str:
    """One's own; an admin sees those of the whole office."""
    sees_all = may(Right.END_SESSIONS)
    with store().read() as connection:
        rows = sessions.running(connection, g.office_id, None if sees_all else current_user.id, now())
    return render_template(
        "counter/sessions.html", office=office_config(), rows=rows, here=sessions.current_id(store())
    )


@blueprint.post("/sessions/<int:session_id>/end")
@officers_only()
def end_session(session_id: int) -> ResponseReturnValue:
    only = None if may(Right.END_SESSIONS) else current_user.id
    change(sessions.end, session_id, only)
    return redirect(url_for("counter.sessions_page"))
