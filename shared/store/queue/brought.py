"""What visitors said at the kiosk, kept with their ticket until the night; no screen of the room shows it."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection, select

from shared.domain.queue.ticket import Brought
from shared.store import hot
from shared.store.tables import Ticket


def write(connection: Connection, ticket_id: int, service_id: int, said: Brought) -> None:
    """The room is told nothing: it decides nothing by it."""
    body = {"service": service_id, "answers": dict(said.answers), "ready": sorted(said.ready)}
    hot.keep_brought(connection, ticket_id, body)


def of_ticket(connection: Connection, ticket_id: int, service_id: int) -> Brought:
    """Empty when nothing was said, or about another service than the ticket is for now."""
    return read(connection.execute(select(Ticket.brought).where(Ticket.id == ticket_id)).scalar(), service_id)


def read(body: object, service_id: int) -> Brought:
    """The column as `write` wrote it."""
    if not isinstance(body, Mapping) or body.get("service") != service_id:
        return Brought()
    return Brought(dict(body["answers"]), frozenset(body["ready"]))
