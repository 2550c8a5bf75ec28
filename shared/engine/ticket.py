"""The one place where a ticket's state is assigned, and the facts that are told of a ticket."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, func, select, update

from shared.domain.errors import NotAllowed, Unknown
from shared.domain.numbering import label, office_day
from shared.domain.office import OfficeConfig
from shared.domain.policy import Lane
from shared.domain.standard import Role
from shared.domain.ticket import UNDOABLE, Action, State, after
from shared.store.office import Transaction
from shared.store.tables import ACTIVE, Ticket

_FIND = (
    select(Ticket)
    .where(Ticket.id == bindparam("the_id"), Ticket.office_id == bindparam("the_office"))
    .execution_options(prepared=True)
)
_MOVE = (
    update(Ticket)
    .where(Ticket.id == bindparam("the_id"), Ticket.state == bindparam("the_state"))
    .execution_options(prepared=True)
)


def find(tx: Transaction, ticket_id: int) -> Row[Any]:
    """The ticket's row; raises `Unknown("ticket")` when this office has none such."""
    row: Row[Any] | None = tx.execute(_FIND, {"the_id": ticket_id, "the_office": tx.office_id}).first()
    if row is None:
        raise Unknown("ticket")
    return row


_LAST_IN_LINE = (
    select(func.max(Ticket.queued_at))
    .where(Ticket.office_id == bindparam("the_office"), Ticket.on_day == bindparam("the_day"), ACTIVE)
    .execution_options(prepared=True)
)


def end_of_line(tx: Transaction) -> datetime:
    """The place of whoever joins the line with this change: now, and behind all others whatever the clock says."""
    today = office_day(tx.now, tx.office.zone)
    last: datetime | None = tx.execute(_LAST_IN_LINE, {"the_office": tx.office_id, "the_day": today}).scalar_one()
    return tx.now if last is None else max(tx.now, last)


def move(
    tx: Transaction,
    ticket: Row[Any],
    action: Action,
    columns: Mapping[str, Any] | None = None,
    *,
    counter_id: int | None = None,
    reason: str | None = None,
    detail: dict[str, Any] | None = None,
    case_id: int | None = None,
) -> dict[str, Any]:
    """Moves the ticket by the table, writes `columns` with it and records the event; the ticket's new values.

    `counter_id`: another counter than the actor's. `case_id`: the file whose way causes the move; it is then taken
    back with the file only.
    Raises `NotAllowed("stale")` when its state does not know the action.
    """
    to_state = after(ticket.state, action)
    values = {"state": to_state, "since_at": tx.now, **(columns or {})}
    if case_id is not None or (tx.actor.officer_id is not None and action in UNDOABLE):
        detail = {**(detail or {}), "was": {name: _plain(ticket._mapping[name]) for name in values}}
    moved = tx.execute(_MOVE, {"the_id": ticket.id, "the_state": ticket.state, **values}).rowcount
    if moved != 1:
        raise NotAllowed("stale", state=ticket.state.value, action=action.value)
    tx.record(
        action.value,
        from_state=ticket.state.value,
        to_state=to_state.value,
        ticket_id=ticket.id,
        counter_id=counter_id,
        case_id=case_id,
        reason=reason,
        detail=detail,
    )
    return {**ticket._mapping, **values}


def take_back(tx: Transaction, ticket: Row[Any], event: Row[Any], *, counter_id: int | None = None) -> dict[str, Any]:
    """Gives the ticket the values that it had before `event`, its newest, and records that; its values now."""
    values = {name: _value(name, kept) for name, kept in event.detail["was"].items()}
    tx.execute(update(Ticket).where(Ticket.id == ticket.id).values(**values))
    tx.record(
        "undo",
        from_state=ticket.state.value,
        to_state=values["state"].value,
        ticket_id=ticket.id,
        counter_id=counter_id,
        detail={"of": event.action},
    )
    return {**ticket._mapping, **values}


def _plain(value: Any) -> Any:
    """A column's value as JSON keeps it."""
    return value.isoformat() if isinstance(value, datetime) else value


def _value(name: str, kept: Any) -> Any:
    """The column's value again."""
    if kept is None:
        return None
    kinds: dict[str, Callable[[Any], Any]] = {"state": State, "lane": Lane, "role": Role}
    kind = datetime.fromisoformat if name.endswith("_at") else kinds.get(name)
    return kind(kept) if kind else kept


def facts(office: OfficeConfig, ticket: dict[str, Any]) -> dict[str, Any]:
    """What a program is told of a ticket: no token, no person."""
    counter = office.counter_by_id(ticket["counter_id"])
    return {
        "id": ticket["id"],
        "number": label(ticket["series"], ticket["number"]),
        "service": office.service_ids[ticket["service_id"]].slug,
        "state": ticket["state"].value,
        "lane": ticket["lane"].value,
        "counter": counter.number if counter else None,
        "recalls": ticket["recalls"],
        "taken_at": ticket["taken_at"].isoformat(),
        "since_at": ticket["since_at"].isoformat(),
    }
