"""What `conditions` says of the complaints that wait for an answer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from shared.domain.rights import Right
from shared.store import complaints
from shared.store.complaints import ComplaintView

if TYPE_CHECKING:
    from shared.web.conditions.conditions import Scene


def complaint_late(scene: Scene) -> Iterator[dict[str, object]]:
    late = [each.label for each in _waiting(scene) if each.is_late(scene.now)]
    if late:
        yield {"count": len(late), "numbers": ", ".join(late[:5])}


def complaint_near(scene: Scene) -> Iterator[dict[str, object]]:
    """Their day is today or the next working day."""
    calendar = scene.office.calendar
    tomorrow = calendar.next_working_day(calendar.day_of(scene.now))
    near = [
        each.label
        for each in _waiting(scene)
        if each.due_at and not each.is_late(scene.now) and calendar.day_of(each.due_at) <= tomorrow
    ]
    if near:
        yield {"count": len(near), "numbers": ", ".join(near[:5])}


def complaint_without_handler(scene: Scene) -> Iterator[dict[str, object]]:
    """They are about everybody who could take them up, or their handler left and no head is free to hand them on."""
    today = scene.office.calendar.day_of(scene.now)
    may_handle, may_lead = (
        set(complaints.handlers(scene.connection, scene.office.office_id, today, right))
        for right in (Right.HANDLE_COMPLAINTS, Right.LEAD_COMPLAINTS)
    )
    lost = []
    for each in _waiting(scene):
        free = may_handle - set(each.barred)
        is_cared_for = bool(free) if each.handler_id is None else each.handler_id in free or bool(free & may_lead)
        if not is_cared_for:
            lost.append(each.label)
    if lost:
        yield {"count": len(lost), "numbers": ", ".join(lost[:5])}


def _waiting(scene: Scene) -> list[ComplaintView]:
    return complaints.waiting(scene.connection, scene.office.office_id)
