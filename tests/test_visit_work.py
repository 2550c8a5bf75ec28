"""What the large button of a counter does for a visitor with a file, and that none is ended untouched."""

from __future__ import annotations

import pytest
from world import MORNING

from shared.domain.files.file import File
from shared.domain.files.procedure import FileState
from shared.domain.queue.counter import Primary, Work, primary
from shared.domain.queue.ticket import State
from shared.domain.queue.visit_work import has_procedure, visit_work
from shared.domain.standards.standard import Collects, Role, Step

APPLY = Step("apply", "Serahkan", Role.APPLICANT)
RECEIVE = Step("receive", "Terima", Role.LOKET, needs_applicant=True, collects=(Collects.DOCUMENTS,))
ENTER = Step("enter", "Isi data", Role.OPERATOR, needs_applicant=True, collects=(Collects.ENTRY,))
HAND = Step("hand", "Serahkan hasil", Role.LOKET, needs_applicant=True, collects=(Collects.RECEIVER,))
STEPS = (APPLY, RECEIVE, ENTER, HAND)
LOKET, OPERATOR = {Role.LOKET}, {Role.OPERATOR}


def file(state: FileState, step: str | None) -> File:
    return File(1, 1, "token", MORNING, MORNING, state=state, step=step)


@pytest.mark.parametrize(
    ("of", "roles", "expected"),
    [
        (None, LOKET, (Work.CHECK, None)),
        (None, OPERATOR, (Work.NOTHING, None)),
        (file(FileState.NEW, None), LOKET, (Work.CHECK, None)),
        (file(FileState.RETURNED, "receive"), LOKET, (Work.CHECK, None)),
        (file(FileState.OPEN, "enter"), OPERATOR, (Work.STEP, "Isi data")),
        (file(FileState.OPEN, "enter"), LOKET, (Work.NOTHING, None)),
        (file(FileState.OPEN, "hand"), LOKET, (Work.STEP, "Serahkan hasil")),
        (file(FileState.PAUSED, "enter"), OPERATOR, (Work.NOTHING, None)),
        (file(FileState.COMPLETED, None), LOKET, (Work.NOTHING, None)),
    ],
)
def test_a_file_asks_whoever_has_its_step(of: File | None, roles: set[Role], expected: tuple[Work, str | None]) -> None:
    found = visit_work(STEPS, of, roles)

    assert (found.work, found.step and found.step.title) == expected


def test_a_service_of_one_silent_step_has_no_file() -> None:
    ask = Step("ask", "Informasi", Role.LOKET, needs_applicant=True)

    assert not has_procedure((APPLY, ask))
    assert visit_work((APPLY, ask), None, LOKET).work == Work.NOTHING


@pytest.mark.parametrize("work", Work)
def test_a_visit_ends_by_the_large_button_only_when_nothing_is_left(work: Work) -> None:
    assert (primary(State.SERVING, work=work) == Primary.FINISH) == (work == Work.NOTHING)
    assert primary(State.SERVING, work=work, is_guest=True) == Primary.GIVE_BACK
