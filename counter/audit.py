"""The audit: every act with who, when, from where; and who looked at whose data."""

from __future__ import annotations

from flask import g, make_response, render_template, request
from flask.typing import ResponseReturnValue

from counter.blueprint import blueprint
from shared.domain.errors import Refusal
from shared.domain.numbering import label, office_day
from shared.domain.rights import Right
from shared.store import audit
from shared.web.access.auth import now, officers_only, store
from shared.web.bounds import query_day, query_number
from shared.web.screen import office_config, sentence


@blueprint.get("/audit")
@officers_only(Right.SEE_AUDIT)
def audit_page() -> ResponseReturnValue:
    asked = request.args
    today = office_day(now(), office_config().zone)
    day = query_day("on") or (None if asked.get("number") or asked.get("register") else today)
    status, message = 200, None
    with store().read() as connection:
        try:
            rows = audit.events(
                connection,
                office_config(),
                on=day,
                officer_id=query_number("officer"),
                number=asked.get("number", ""),
                register=asked.get("register", ""),
                before=query_number("before"),
            )
        except Refusal as error:
            rows, status, message = [], error.status, sentence(error)
        officers = audit.officer_names(connection, g.office_id)
        views = audit.views(connection, office_config(), day or today)
    page = render_template(
        "counter/audit.html",
        office=office_config(),
        rows=rows,
        views=views,
        officers=officers,
        on=day,
        label=label,
        message=message,
        older=rows[-1].id if len(rows) == audit.PAGE else None,
    )
    return make_response(page, status)
