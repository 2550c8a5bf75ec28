"""One change of an office: what its verb reads, writes, records, and tells the room."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime
from typing import Any, Concatenate, NoReturn, ParamSpec, TypeVar, TypeVarTuple

from sqlalchemy import Connection, Delete, Executable, Insert, Row, Select, Update, insert, update

from shared.domain.actor import Actor
from shared.domain.errors import Unknown
from shared.domain.numbering import office_day
from shared.domain.office import CounterConfig, OfficeConfig
from shared.domain.queue.room import Fact, NumberGiven, Room, Seat
from shared.domain.queue.ticket import QueueTicket
from shared.domain.standards.standard import ServiceStandard
from shared.store import hot, outbox, tables
from shared.store.office_config import OfficeConfigCache
from shared.store.queue.rooms import OfficeRooms

P = ParamSpec("P")
T = TypeVar("T")
Ts = TypeVarTuple("Ts")

IN_THE_ROOM = {
    table.__tablename__
    for table in (tables.Office, tables.Ticket, tables.Counter, tables.Series, tables.Outage, tables.Printer)
}
"""Tables that the room remembers. What a change writes there by a statement of its own the room reads for itself."""


class Unchanged(Exception):
    """Ends a verb that found nothing to do."""

    def __init__(self, answer: Any) -> None:
        self.answer = answer


class Transaction:
    """What a verb works with: the office is locked, `version` is this change's place in its history.

    `actor`: who does it; `now`: when; `room`: the office's day, with what this change has written so far.
    """

    def __init__(
        self,
        connection: Connection,
        configs: OfficeConfigCache,
        rooms: OfficeRooms,
        office_id: int,
        actor: Actor,
        server_key: str = "",
    ) -> None:
        self.connection = connection
        self.server_key = server_key
        """Of which secrets are made that no copy of the database may give away."""
        self.office_id = office_id
        self.actor = actor
        head = hot.take_office(connection, office_id)
        if head is None:
            raise Unknown("office")
        self.version = head.version
        self.office: OfficeConfig = configs.get(connection, office_id, head.setup_version)
        self._day = self.today
        self._configs, self._rooms, self._head = configs, rooms, head
        self._room: Room | None = None
        self._facts: list[Fact] | None = []
        """What the room was taught; None when it has to read for itself."""
        self._saved: set[int] = set()
        """Tickets whose event is still to be recorded."""
        self._told: list[Mapping[str, object]] = []
        """Events of which programs are to hear."""

    @property
    def now(self) -> datetime:
        return self.actor.now

    @property
    def today(self) -> date:
        """The day in the office at `now`."""
        return office_day(self.actor.now, self.office.zone)

    @contextmanager
    def acting(self, actor: Actor) -> Iterator[None]:
        """A part of the change that somebody else does, or that is entered with another time than now."""
        before, self.actor = self.actor, actor
        try:
            yield
        finally:
            self.actor = before

    @property
    def counter(self) -> CounterConfig:
        """The counter at which the actor acts; raises `Unknown("counter")` away from the counters."""
        counter = self.office.counter_by_id(self.actor.counter_id)
        if counter is None:
            raise Unknown("counter")
        return counter

    def standard(self, standard_id: int) -> ServiceStandard:
        """One version of a service standard, old or new."""
        return self._configs.standard(self.connection, standard_id)

    # --- the room ---

    @property
    def room(self) -> Room:
        if self._room is None:
            self._room = self._rooms.before_change(self.connection, self.office, self._head, self._day)
        return self._room

    def ticket(self, ticket_id: int) -> QueueTicket:
        """Of whichever day and state; raises `Unknown("ticket")` when this office has none such."""
        found = self.room.tickets.get(ticket_id) or hot.ticket(self.connection, self.office_id, ticket_id)
        if found is None:
            raise Unknown("ticket")
        return found

    def add(self, new: QueueTicket) -> QueueTicket:
        """Writes a new ticket; with its id."""
        given = self.room.given.get(new.service_id, 0)
        added = replace(new, id=hot.insert_ticket(self.connection, new))
        self._saved.add(added.id)
        self.learn(added)
        if self.office.has_quota and new.quota_service_id is not None and new.on_day == self._day:
            self.learn(NumberGiven(new.quota_service_id, given + 1))
        return added

    def save(self, ticket: QueueTicket, before: QueueTicket) -> None:
        """Writes what has changed since `before`; an event with the ticket's id has to be recorded with it."""
        if not hot.update_ticket(self.connection, ticket, before):
            raise OutOfStep(f"ticket {ticket.id} is not {before.state}")
        self._saved.add(ticket.id)
        self.learn(ticket)

    def save_seat(self, seat: Seat) -> None:
        hot.update_seat(self.connection, seat)
        self.learn(seat)

    def next_number(self, letter: str) -> int:
        """Of this letter on the day of `now`; numbers have no gaps."""
        return hot.next_number(self.connection, self.office_id, self.today, letter)

    def learn(self, fact: Fact) -> None:
        """Tells the room what was written; it keeps that only if the change is committed."""
        self.room.learn(fact)
        if self._facts is not None:
            self._facts.append(fact)

    # --- everything else ---

    def execute(self, statement: Executable, values: Any = None) -> Any:
        if is_in_the_room(statement):
            self._facts = None
        return self.connection.execute(statement, values)

    def first(self, statement: Select[*Ts]) -> Row[*Ts] | None:
        return self.connection.execute(statement).first()

    def insert(self, table: type[tables.Base], **columns: object) -> int:
        """Writes one row of this office; its id."""
        row = {"office_id": self.office_id, **columns}
        made: int = self.execute(insert(table).returning(table.__table__.c.id), row).scalar_one()
        return made

    def all(self, statement: Select[*Ts]) -> Sequence[Row[*Ts]]:
        return self.connection.execute(statement).all()

    def renew_setup(self) -> None:
        """Lets every process read the office's setup anew."""
        version = tables.Office.setup_version + 1
        self.execute(update(tables.Office).where(tables.Office.id == self.office_id).values(setup_version=version))

    def record(
        self,
        action: str,
        *,
        from_state: str | None = None,
        to_state: str | None = None,
        ticket_id: int | None = None,
        case_id: int | None = None,
        complaint_id: int | None = None,
        counter_id: int | None = None,
        reason: str | None = None,
        detail: Mapping[str, object] | None = None,
    ) -> None:
        """Writes one event row with the actor of this change; `counter_id`: another counter than the actor's."""
        by = self.actor
        event: dict[str, object] = {
            "office_id": self.office_id,
            "version": self.version,
            "at": by.now,
            "action": action,
            "from_state": from_state,
            "to_state": to_state,
            "ticket_id": ticket_id,
            "case_id": case_id,
            "complaint_id": complaint_id,
            "counter_id": counter_id or by.counter_id,
            "officer_id": by.officer_id,
            "device_id": by.device_id,
            "address": by.address,
            "reason": reason,
            "detail": detail,
        }
        hot.insert_event(self.connection, event)
        if self.office.webhooks:
            self._told.append(event)
        if ticket_id is not None:
            self._saved.discard(ticket_id)

    def unchanged(self, answer: object) -> NoReturn:
        """Ends the verb with `answer` and leaves no trace: what was written, the version included, is taken back."""
        raise Unchanged(answer)

    def run(self, verb: Callable[Concatenate[Transaction, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """The verb, and the room told how it ended."""
        try:
            answer = verb(self, *args, **kwargs)
            if self._saved:
                raise OutOfStep(f"no event for the tickets {self._saved}: other processes would not hear of them")
            if self._told:
                outbox.tell(self.connection, self.office, self._head.epoch, self._told, self.ticket)
        except BaseException:
            if self._room is not None and self._facts != []:
                self._rooms.refused()
            raise
        self._rooms.changed(self.version, self._facts)
        return answer


class OutOfStep(Exception):
    """The room and the rows differ: an error in the program. The change is taken back."""


def is_in_the_room(statement: Executable) -> bool:
    """Whether a statement writes to a table that the room remembers."""
    return isinstance(statement, Insert | Update | Delete) and statement.table.description in IN_THE_ROOM
