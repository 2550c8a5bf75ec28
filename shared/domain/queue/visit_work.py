"""What the file of a visitor at a counter asks of the officer there, before the visit may simply end."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from shared.domain.files.file import File
from shared.domain.files.procedure import FileState, acting_role, find_step, first_desk
from shared.domain.queue.counter import Work
from shared.domain.standards.standard import Role, Step


@dataclass(frozen=True, slots=True)
class VisitWork:
    """`step`: at which the file lies when that is this officer's. `is_refused`: they come for the letter of refusal."""

    work: Work = Work.NOTHING
    step: Step | None = None
    is_refused: bool = False


def has_procedure(steps: Sequence[Step]) -> bool:
    """Whether visitors come with a file: somebody gathers something, or more than one desk works on it."""
    desks = [step for step in steps if step.role != Role.APPLICANT]
    return len(desks) > 1 or any(step.collects for step in desks)


def visit_work(steps: Sequence[Step], file: File | None, roles: Collection[Role]) -> VisitWork:
    """What an officer with `roles` has left to do for a visitor of this procedure; `file` None: there is none yet."""
    if not has_procedure(steps):
        return VisitWork()
    if file is None or file.state in (FileState.NEW, FileState.RETURNED):
        desk = first_desk(steps)
        return VisitWork(Work.CHECK) if acting_role(desk, roles) is not None and not desk.silent else VisitWork()
    if file.state != FileState.OPEN or file.step is None:
        return VisitWork(is_refused=file.state == FileState.REFUSED)
    step = find_step(steps, file.step)
    is_mine = acting_role(step, roles) is not None and not step.silent
    return VisitWork(Work.STEP, step) if is_mine else VisitWork()
