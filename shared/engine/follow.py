"""The visitor's ticket follows the file: to another desk, to a chair while the back office works, back to the line."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, select

from shared.domain.case import FileState as CaseState
from shared.domain.errors import NotAllowed
from shared.domain.policy import Lane
from shared.domain.procedure import find_step, first_desk
from shared.domain.standard import Role, Step
from shared.domain.ticket import Action, State
from shared.engine.ticket import find, move, take_back
from shared.store.office import Transaction
from shared.store.tables import Event


def follow(
    tx: Transaction,
    visit: Row[Any] | None,
    steps: Sequence[Step],
    case: Row[Any],
) -> None:
    """Moves the ticket after its file moved; nothing when nobody is in the room or the person is where they should be.

    A person who has the officer of the next step before them stays seated; who is needed elsewhere is called there
    before new arrivals; who is not needed sits down; who has their product, or takes the file home, is done.
    """
    if visit is None:
        return
    found = _wanted(tx, visit, steps, case)
    if found is None:
        return
    action, role = found
    columns: dict[str, Any] = {}
    if role is not None:
        columns = {"role": role, "lane": Lane.RECALL, "queued_at": tx.now, "counter_id": None}
    counter_id = visit.counter_id if visit.state == State.SERVING else None
    move(tx, visit, action, columns, counter_id=counter_id, case_id=case.id)


def _wanted(
    tx: Transaction, visit: Row[Any], steps: Sequence[Step], case: Row[Any]
) -> tuple[Action, Role | None] | None:
    """The move that brings the person where the file wants them, and the role whose desk calls them."""
    is_serving, is_seated = visit.state == State.SERVING, visit.state == State.PROCESSING
    if case.state in (CaseState.COMPLETED, CaseState.WITHDRAWN):
        return (Action.FINISH if is_serving or is_seated else Action.CANCEL), None
    if case.state == CaseState.RETURNED:
        if is_serving:
            return Action.FINISH, None
        return (Action.READY, first_desk(steps).role) if is_seated else None
    step = find_step(steps, case.step)
    if is_serving:
        counter = tx.office.counter_by_id(visit.counter_id)
        if counter is not None and step.role in counter.roles:
            return None
        return (Action.PASS_ON, step.role) if _is_needed(step) else (Action.PROCESS, None)
    if is_seated and _is_needed(step) and case.state == CaseState.OPEN:
        return Action.READY, step.role
    return None


def _is_needed(step: Step) -> bool:
    """A silent step never calls."""
    return step.needs_applicant and not step.silent


def take_back_visit(tx: Transaction, case_id: int, version: int) -> None:
    """Undoes what a case's action did to the visitor's ticket; raises `NotAllowed("too_late")` if that has moved on."""
    caused = tx.first(
        select(Event).where(
            Event.office_id == tx.office_id,
            Event.version == version,
            Event.case_id == case_id,
            Event.ticket_id.is_not(None),
        )
    )
    if caused is None:
        return
    newest = tx.first(select(Event.id).where(Event.ticket_id == caused.ticket_id).order_by(Event.id.desc()).limit(1))
    if newest is None or newest.id != caused.id:
        raise NotAllowed("too_late")
    take_back(tx, find(tx, caused.ticket_id), caused, counter_id=caused.counter_id)
