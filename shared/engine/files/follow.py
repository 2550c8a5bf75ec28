"""Moves the visitor's ticket when their file changes its step: to another counter, out of the line, back into it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from shared.domain.errors import NotAllowed
from shared.domain.files.file import File
from shared.domain.files.procedure import ENDED, FileState, first_desk
from shared.domain.queue.policy import Lane
from shared.domain.queue.ticket import Action, QueueTicket, State
from shared.domain.standards.standard import Role, Step
from shared.engine.queue.ticket import move, take_back
from shared.store import events
from shared.store.office import Transaction


def follow(tx: Transaction, file: File) -> None:
    """Moves the ticket after its file moved; nothing when nobody is in the room or the person is where they should be.

    A person who has the officer of the next step before them stays seated; who is needed elsewhere is called there
    before new arrivals; who is not needed sits down; who has their product, or takes the file home, is done.
    """
    visit = tx.room.active_ticket_of(file.id)
    if visit is None:
        return
    found = _wanted(tx, visit, tx.standard(file.standard_id).steps, file)
    if found is None:
        return
    action, role = found
    changed = visit
    if role is not None:
        place = tx.room.end_of_line(tx.now)
        changed = replace(visit, role=role, lane=Lane.RECALL, queued_at=place, counter_id=None)
    counter_id = visit.counter_id if visit.state == State.SERVING else None
    move(tx, visit, action, changed, counter_id=counter_id, case_id=file.id)


def _wanted(
    tx: Transaction, visit: QueueTicket, steps: Sequence[Step], file: File
) -> tuple[Action, Role | None] | None:
    """The move that brings the person where the file wants them, and the role whose desk calls them."""
    is_serving, is_seated = visit.state == State.SERVING, visit.state == State.PROCESSING
    if file.state in ENDED:
        return (Action.FINISH if is_serving or is_seated else Action.CANCEL), None
    if file.state == FileState.RETURNED:
        if is_serving:
            return Action.FINISH, None
        return (Action.READY, first_desk(steps).role) if is_seated else None
    step = file.at_step(steps)
    if is_serving:
        counter = tx.office.counter_by_id(visit.counter_id)
        if counter is not None and not counter.roles.isdisjoint(step.roles):
            return None
        return (Action.PASS_ON, _calling(tx, step, visit)) if _is_needed(step) else (Action.PROCESS, None)
    if is_seated and _is_needed(step) and file.state == FileState.OPEN:
        return Action.READY, _calling(tx, step, visit)
    return None


def _calling(tx: Transaction, step: Step, visit: QueueTicket) -> Role:
    return tx.office.calling(step.roles, visit.service_id)


def _is_needed(step: Step) -> bool:
    """A silent step never calls."""
    return step.needs_applicant and not step.silent


def take_back_visit(tx: Transaction, case_id: int, version: int) -> None:
    """Undoes what a file's action did to the visitor's ticket.

    Raises `NotAllowed("stale")` if that has moved on, and what `take_back` raises.
    """
    caused = events.of_visit(tx.connection, tx.office_id, version, case_id)
    if caused is None or caused.ticket_id is None:
        return
    ticket = tx.ticket(caused.ticket_id)
    if not events.is_newest_of_ticket(tx.connection, caused):
        raise NotAllowed("stale", state=ticket.state.value, action="undo")
    take_back(tx, ticket, caused, counter_id=caused.counter_id)
