"""The buttons that tell an applicant how the file stands: by WhatsApp with the message written, or the gateway."""

from __future__ import annotations

from flask import render_template, url_for
from flask.typing import ResponseReturnValue

from counter.blueprint import blueprint
from counter.files.page import file_page
from shared.domain.errors import NotAllowed
from shared.domain.files.reminder import Reminder
from shared.domain.rights import Right
from shared.engine import messages
from shared.engine.files import reminder as file_reminder
from shared.web.access.auth import officers_only
from shared.web.clicks import ButtonPage, change, serve


@blueprint.post("/cases/<int:case_id>/remind/<kind>")
@officers_only(Right.PRINT)
def remind(case_id: int, kind: str) -> ResponseReturnValue:
    """Notes that it was told, and goes on to WhatsApp in the window that the button opened."""
    link = change(file_reminder.remind, case_id, _known(kind))
    return render_template("counter/remind.html", link=link)


@blueprint.post("/cases/<int:case_id>/message/<kind>")
@officers_only(Right.PRINT)
def send_message_to(case_id: int, kind: str) -> ResponseReturnValue:
    """Gives the message to the office's gateway; the file's page says how that went."""
    screen = ButtonPage[None](
        lambda message: file_page(case_id, message), lambda _: url_for("counter.file", case_id=case_id)
    )
    return serve(screen, lambda: change(messages.send, case_id, _known(kind)))


def _known(kind: str) -> Reminder:
    if kind not in list(Reminder):
        raise NotAllowed("no_reminder")
    return Reminder(kind)
