"""Where an officer is signed in and which programs act for them, and ending what should not be."""

from __future__ import annotations

from flask import g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from counter.blueprint import blueprint
from shared.domain.rights import Right
from shared.engine.people import session as engine
from shared.web.access.auth import current_user, may, now, officers_only, store
from shared.web.access.sign_in import current_session_id
from shared.web.clicks import change
from shared.web.screen import office_config


@blueprint.get("/sessions")
@officers_only()
def sessions_page() -> str:
    """One's own; an admin sees those of the whole office."""
    only = _only()
    with store().read() as connection:
        rows = engine.running(connection, g.office_id, only, now())
        tokens = engine.tokens(connection, g.office_id, only, now())
    facts = {"rows": rows, "tokens": tokens, "here": current_session_id()}
    return render_template("counter/sessions.html", office=office_config(), **facts)


@blueprint.post("/sessions/<int:session_id>/end")
@officers_only()
def end_session(session_id: int) -> ResponseReturnValue:
    change(engine.end, session_id, _only())
    return redirect(url_for("counter.sessions_page"))


@blueprint.post("/tokens/<int:token_id>/end")
@officers_only()
def end_token(token_id: int) -> ResponseReturnValue:
    change(engine.end_token, token_id, _only())
    return redirect(url_for("counter.sessions_page"))


def _only() -> int | None:
    """Whose sessions and tokens may be seen and ended here; None: the whole office's."""
    return None if may(Right.END_SESSIONS) else int(current_user.id)
