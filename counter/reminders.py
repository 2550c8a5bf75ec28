"""The buttons that open WhatsApp with a message to an applicant already written."""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue

from counter.blueprint import blueprint
from shared.domain.errors import NotAllowed
from shared.domain.reminder import Reminder
from shared.domain.rights import Right
from shared.engine import file_reminder
from shared.web.auth import officers_only
from shared.web.clicks import change


@blueprint.post("/cases/<int:case_id>/remind/<kind>")
@officers_only(Right.PRINT)
def remind(case_id: int, kind: str) -> ResponseReturnValue:
    """Notes that it was told, and goes on to WhatsApp in the window that the button opened."""
    if kind not in list(Reminder):
        raise NotAllowed("no_reminder")
    link = change(file_reminder.remind, case_id, Reminder(kind))
    return render_template("counter/remind.html", link=link)
