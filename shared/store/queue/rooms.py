"""The rooms that this process remembers: `domain.queue.room.Room`, one for each office, moved on after each commit.

Of each office there are two: `committed`, which screens ask, and `working`, on which the changes of a batch decide and
which already knows what those before them have written. A room that is behind (another process made a change, or a
change wrote past the room) reads what came since; after a failed commit, on another day, or in another epoch it is read
afresh.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, bindparam, func, select, union_all

from shared.domain.numbering import label, office_day
from shared.domain.office import OfficeConfig
from shared.domain.queue.room import CALLS_KEPT, CallMade, Fact, Room, Seat
from shared.domain.queue.ticket import QueueTicket
from shared.store.hot import COLUMNS, Head, Statement
from shared.store.queue.outages import systems_out
from shared.store.tables import ACTIVE, CALLS, STANDS_AT_COUNTER, Counter, Event, Printer
from shared.store.tables import Ticket as Row

MOST_MISSED = 200
"""A room that is so many changes behind is read afresh."""


@dataclass(frozen=True, slots=True)
class _Written:
    """What one change wrote; `facts` None: something that the room has to read for itself."""

    version: int
    facts: Sequence[Fact] | None


@dataclass(slots=True)
class OfficeRooms:
    """The rooms of one office. All but `committed` belongs to whoever holds the office's row."""

    committed: Room | None = None
    reading: threading.RLock = field(default_factory=threading.RLock)
    """Held while somebody asks `committed`, or moves it on."""
    writing: threading.RLock = field(default_factory=threading.RLock)
    """Held for a whole transaction where changes are not made by one thread."""
    waiting: deque[Any] = field(default_factory=deque)
    """The changes of this process that wait for `writing`, where several do them."""
    _working: Room | None = None
    _written: list[_Written] = field(default_factory=list)
    """Not committed yet."""

    def before_change(self, connection: Connection, office: OfficeConfig, head: Head, day: date) -> Room:
        """The room for the change that made `head`, as it was before it; the change teaches it what it writes."""
        if self._working is None and self.committed is not None:
            self._working = self.committed.copy()
            _move_on(self._working, self._written)
        self._working = _brought(self._working, connection, office, day, head.epoch, head.version - 1)
        return self._working

    def changed(self, version: int, facts: Sequence[Fact] | None) -> None:
        """A change has ended well; the working room has learned the `facts` already, if they are known."""
        self._written.append(_Written(version, facts))
        room = self._working
        if room is not None and facts is not None and room.version == version - 1:
            room.version = version

    def refused(self) -> None:
        """A change that had taught the working room was taken back."""
        self._working = None

    @property
    def has_changes(self) -> bool:
        return bool(self._written)

    def commit(self) -> None:
        if not self._written:
            return
        with self.reading:
            if self.committed is not None:
                _move_on(self.committed, self._written)
            elif self._working is not None:
                self.committed = self._working.copy()
        self._written.clear()

    def is_at(self, head: Head, now: datetime) -> bool:
        """Whether `committed` is that of `head`, or a commit under way is about to move it there."""
        room, written = self.committed, tuple(self._written)
        if room is None or (room.epoch, room.office.version) != (head.epoch, head.setup_version):
            return False
        if room.day != office_day(now, room.office.zone):
            return False
        is_moving = bool(written) and written[0].version == room.version + 1 and written[-1].version >= head.version
        return room.version == head.version or (is_moving and all(each.facts is not None for each in written))

    def forget(self) -> None:
        """Everything is read afresh by the next who asks."""
        self._written.clear()
        self._working = None
        with self.reading:
            self.committed = None

    def now(self, connection: Connection, office: OfficeConfig, head: Head, day: date) -> Room:
        """The committed room at `head`; `reading` is held, and the connection is in one snapshot."""
        self.committed = _brought(self.committed, connection, office, day, head.epoch, head.version)
        return self.committed


class Rooms:
    """The rooms of all offices."""

    def __init__(self) -> None:
        self._offices: dict[int, OfficeRooms] = {}

    def of(self, office_id: int) -> OfficeRooms:
        found = self._offices.get(office_id)
        return self._offices.setdefault(office_id, OfficeRooms()) if found is None else found

    def commit(self) -> None:
        for each in tuple(self._offices.values()):
            each.commit()

    def forget(self) -> None:
        for each in tuple(self._offices.values()):
            each.forget()

    def forget_changed(self) -> None:
        """Of whatever was to be committed and was not."""
        for each in tuple(self._offices.values()):
            if each.has_changes:
                each.forget()


def _move_on(room: Room, written: Sequence[_Written]) -> None:
    """As far as the changes follow each other without a gap."""
    for change in written:
        if change.facts is not None and change.version == room.version + 1:
            for fact in change.facts:
                room.learn(fact)
            room.version = change.version


def _brought(
    room: Room | None, connection: Connection, office: OfficeConfig, day: date, epoch: str, version: int
) -> Room:
    """The room brought to `version`, or a new one."""
    if room is None or (room.day, room.epoch) != (day, epoch) or not 0 <= version - room.version <= MOST_MISSED:
        return read_room(connection, office, day, epoch, version)
    if room.version == version and room.office.version == office.version:
        return room
    _catch_up(connection, room, office, version)
    return room


def read_room(connection: Connection, office: OfficeConfig, day: date, epoch: str, version: int) -> Room:
    """The room as the rows say."""
    room = Room(office, day, epoch, version)
    # Two questions, each with its index: with OR between them all history would be read.
    of_today = select(*COLUMNS).where(Row.office_id == office.office_id, Row.on_day == day, ACTIVE)
    seats = select(Counter.id).where(Counter.office_id == office.office_id)
    left = select(*COLUMNS).where(Row.counter_id.in_(seats), STANDS_AT_COUNTER, Row.on_day != day)
    for row in connection.execute(union_all(of_today, left)):
        room.put(QueueTicket(*row))
    _read_calls(connection, room)
    _read_small_things(connection, room)
    return room


_CHANGED: Statement[tuple[Any, ...]] = Statement(
    select(Event.version.label("made"), Event.action, Event.counter_id.label("called_to"), Event.at, *COLUMNS)
    .join(Row, Row.id == Event.ticket_id)
    .where(Event.office_id == bindparam("the_office"), Event.version > bindparam("known"))
    .order_by(Event.version),
    lambda *row: row,
)


def _catch_up(connection: Connection, room: Room, office: OfficeConfig, version: int) -> None:
    """Every change of a ticket has an event with its id: so the newest events say which tickets are others now."""
    room.furnish(office)
    for made, action, called_to, at, *columns in _CHANGED.all(
        connection, {"the_office": office.office_id, "known": room.version}
    ):
        ticket = QueueTicket(*columns)
        room.put(ticket)
        if action in ("call", "recall"):
            room.learn(CallMade(made, ticket.id, ticket.label, called_to, at, ticket.on_day))
            room.called[ticket.id] = ticket.state
    _read_small_things(connection, room)
    room.version = version


def _read_calls(connection: Connection, room: Room) -> None:
    newest = (
        select(Event.version, Event.ticket_id, Event.counter_id, Event.at)
        .where(Event.office_id == room.office.office_id, CALLS)
        .order_by(Event.version.desc())
        .limit(CALLS_KEPT)
        .subquery()
    )
    rows = connection.execute(
        select(newest, Row.series, Row.number, Row.on_day, Row.state)
        .join(Row, Row.id == newest.c.ticket_id)
        .order_by(newest.c.version)
    )
    for row in rows:
        number = label(row.series, row.number)
        room.learn(CallMade(row.version, row.ticket_id, number, row.counter_id, row.at, row.on_day))
        room.called[row.ticket_id] = row.state


_SEATS = Statement(
    select(Counter.id, Counter.officer_id, Counter.streak, Counter.paused_at, Counter.pause_reason).where(
        Counter.office_id == bindparam("the_office")
    ),
    Seat,
)
_PRINTERS: Statement[tuple[str, str]] = Statement(
    select(Printer.slug, Printer.kind, Printer.status)
    .where(Printer.office_id == bindparam("the_office"), Printer.is_active)
    .order_by(Printer.id),
    lambda slug, kind, status: (slug, "ok" if kind == "virtual" else status),
)


def _read_small_things(connection: Connection, room: Room) -> None:
    """Few rows each, so they are read whole."""
    mine = {"the_office": room.office.office_id}
    room.seats = {seat.counter_id: seat for seat in _SEATS.all(connection, mine)}
    room.given = _given(connection, room) if room.office.has_quota else {}
    room.outages = systems_out(connection, room.office.office_id)
    room.printers = dict(_PRINTERS.all(connection, mine))


def _given(connection: Connection, room: Room) -> dict[int, int]:
    mine = Row.office_id == room.office.office_id, Row.on_day == room.day
    rows = connection.execute(
        select(Row.quota_service_id, func.count().label("number")).where(*mine).group_by(Row.quota_service_id)
    )
    return {row.quota_service_id: row.number for row in rows if row.quota_service_id is not None}
