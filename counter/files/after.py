"""After a click on a file: what a person is told, and which page comes next."""

from __future__ import annotations

from dataclasses import replace

from flask import g, url_for
from flask_babel import gettext

from counter.files.page import can_undo, receiver_of
from shared.domain.files.at_once import ending
from shared.domain.files.file import COLLECT
from shared.domain.files.procedure import AWAY, FileAction, FileState, acting_role, first_desk
from shared.domain.rights import Right
from shared.engine.files import slips as file_slips
from shared.store import events as past
from shared.store.files import views as file_views
from shared.store.files.views import FileView
from shared.web.access.auth import current_user, may, now, store
from shared.web.clicks import own_counter
from shared.web.screen import office_config
from shared.web.shell import Toast

Facts = dict[str, object]
STAYS = (COLLECT, FileAction.CORRECT, FileAction.HAND_OVER, FileAction.FINISH, FileAction.PAUSE, FileAction.RESUME)
"""After these the file is looked at again; after others the next one is."""


def after_file(case_id: int, action: str, done: Facts) -> str:
    """The file while it is this officer's; else the panel of whoever sits at a counter, or the next of their files."""
    here = url_for("counter.file", case_id=case_id)
    found = _view(case_id)
    is_mine = found.step is not None and acting_role(found.step, current_user.roles) is not None
    if action in (*STAYS, "undo") or is_mine:
        return here
    with store().read() as connection:
        mine = file_views.tray(connection, store().office_configs, office_config(), current_user.roles, now(), 1).files
    if (seat := own_counter()) is not None and may(Right.SERVE):
        return url_for("counter.panel", number=seat.number)
    return url_for("counter.file", case_id=mine[0].id) if mine else url_for("counter.tray")


def after_receiving(number: int, done: Facts) -> str:
    """The file whose next work lies at this desk with the same visitor; else the panel."""
    steps = _view(int(str(done["id"]))).service.steps
    if done["state"] == FileState.OPEN and done["step"] == first_desk(steps).key:
        return url_for("counter.file", case_id=done["id"])
    return url_for("counter.panel", number=number)


def said(action: str, done: Facts) -> Toast:
    """What happened, which paper came out, and where the file is now."""
    case_id = int(str(done["id"]))
    found = _view(case_id)
    register = str(done["register"] or found.file.applicant.get("name") or found.service.short_name)
    words = [gettext("File %(register)s: %(event)s.", register=register, event=gettext(f"case_event.{action}").lower())]
    kind = file_slips.GIVEN_AFTER.get(FileAction(action)) if action in list(FileAction) else None
    if kind is not None:
        words.append(gettext("%(slip)s is printed.", slip=gettext(f"slip.{kind}")))
    if found.step is not None and found.state not in AWAY and action != COLLECT:
        words.append(gettext("Now at: %(step)s (%(who)s).", step=found.step.title, who=receiver_of(found.step)))
    with store().read() as connection:
        last = past.of_file(connection, case_id)
    undo = url_for("counter.act_on_file", case_id=case_id, action="undo") if can_undo(last) else None
    return Toast(" ".join(str(each) for each in words), undo)


def received(done: Facts) -> Toast:
    """The same for the first desk's word on a file."""
    if done["state"] == FileState.COMPLETED:
        told = said(ending(_view(int(str(done["id"]))).service), done)
        printed = gettext("%(slip)s is printed.", slip=gettext("slip.receipt"))
        return replace(told, text=f"{told.text} {printed}")
    is_returned = done["state"] == FileState.RETURNED
    return said(FileAction.RETURN_TO_APPLICANT if is_returned else FileAction.ACCEPT, done)


def _view(case_id: int) -> FileView:
    with store().read() as connection:
        found = file_views.one(connection, store().office_configs, office_config(), case_id, now())
    assert found is not None, f"{g.office} has lost a file that it has just moved"
    return found
