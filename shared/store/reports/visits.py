"""The facts of a period as the event rows tell them: visits with their stays, disturbances, closures; reads only.

Which visits belong to a period: those of its days. A number that was entered after the month of its day had been
reported stands in the report of the day on which it was entered, so that each visit is in one month's report only.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import ColumnElement, Connection, Row, String, func, or_, select, type_coerce

from shared.domain.numbering import office_day
from shared.domain.office import OfficeConfig
from shared.domain.queue.policy import Lane
from shared.domain.queue.ticket import Action, State
from shared.domain.reports.period import Period
from shared.domain.reports.visits import CounterStay, PromisedWait, Visit
from shared.store.tables import REPORTED, Event, Outage, ReportRecord, Ticket

UNDO = "undo"
PRIORITY = "priority"
"""Reason of the event of a number that was taken as a priority: its lane may change later, when it is called back."""
BY_NIGHT = "close_day"
"""Reason of an end that only the night brought: it says nothing about how long a service took."""

_SERVED = (Action.FINISH, Action.HOLD, Action.TRANSFER, Action.PASS_ON, Action.PROCESS)
"""Actions that end a stay at a counter where the visitor was served."""

_TicketRow = Row[int, int, date, datetime, State, Lane, float | None, int | None, int | None]
_EventRow = Row[int | None, str, str, str | None, str | None, int | None, int | None, int | None, str | None]


def visits(connection: Connection, office: OfficeConfig, period: Period) -> list[Visit]:
    """The visits of the period with what happened to them, by the day of their number and in its order."""
    of_its_days = Ticket.office_id == office.office_id, Ticket.on_day.between(period.first, period.last)
    found = _visits(connection, of_its_days)
    earlier = _entered_within(connection, office, period)
    if earlier:
        found += _visits(connection, (Ticket.id.in_(earlier),))
    reported = _reported(connection, office.office_id) if any(late for _, late in found) else {}
    mine = (_placed(visit, entered_at, reported, office) for visit, entered_at in found)
    return [visit for visit in mine if period.contains(visit.on_day)]


def _placed(visit: Visit, entered_at: datetime | None, reported: Mapping[str, datetime], office: OfficeConfig) -> Visit:
    """The visit in the report to which it belongs."""
    closed_at = reported.get(f"{visit.on_day:%Y-%m}")
    if entered_at is None or closed_at is None or entered_at <= closed_at:
        return visit
    return replace(visit, on_day=office_day(entered_at, office.zone), is_late=True)


def _reported(connection: Connection, office_id: int) -> dict[str, datetime]:
    """Month -> when its report was made."""
    rows = connection.execute(
        select(ReportRecord.period, ReportRecord.made_at).where(ReportRecord.office_id == office_id)
    )
    return {row.period: row.made_at for row in rows}


def _entered_within(connection: Connection, office: OfficeConfig, period: Period) -> list[int]:
    """Tickets of earlier days that were entered on the days of the period."""
    late = (
        Event.office_id == office.office_id,
        Event.at >= period.starts_at(office.zone),
        Event.at < period.ends_at(office.zone),
        Event.action == "late_entry",
        REPORTED,
    )
    entered = select(Event.ticket_id).where(*late)
    rows = select(Ticket.id).where(Ticket.id.in_(entered), Ticket.on_day < period.first)
    return list(connection.execute(rows).scalars())


def _visits(connection: Connection, which: Iterable[ColumnElement[bool]]) -> list[tuple[Visit, datetime | None]]:
    """Visits, each with the moment at which it was entered later, if it was."""
    where = tuple(which)
    events: dict[int, list[_EventRow]] = {}
    for row in connection.execute(_EVENTS.where(*where)).all():
        acts = events.setdefault(row[0] or 0, [])
        if row[1] == UNDO and acts:  # takes back the one right before
            acts.pop()
        else:
            acts.append(row)
    return [_visit(row, events.get(row[0], ())) for row in connection.execute(_TICKETS.where(*where)).all()]


_TICKETS = select(
    Ticket.id,
    Ticket.service_id,
    Ticket.on_day,
    Ticket.taken_at,
    Ticket.state,
    Ticket.lane,
    Ticket.estimate_s,
    Ticket.quote_low,
    Ticket.quote_high,
).order_by(Ticket.id)
_EVENTS = (
    select(
        Event.ticket_id,
        Event.action,
        type_coerce(Event.at, String).label("at"),
        Event.from_state,
        Event.to_state,
        Event.case_id,
        Event.counter_id,
        Event.officer_id,
        Event.reason,
    )
    .join(Ticket, Ticket.id == Event.ticket_id)
    .order_by(Event.ticket_id, Event.id)
)
"""Hundreds of thousands for a year: their times come as the database's driver has them, see `_moment`."""


def _moment(at: str | datetime) -> datetime:
    """SQLite's driver has text, in UTC."""
    return datetime.fromisoformat(at + "+00:00") if isinstance(at, str) else at


def _visit(row: _TicketRow, events: Sequence[_EventRow]) -> tuple[Visit, datetime | None]:
    ticket_id, service_id, on_day, taken_at, state, lane, estimate_s, low, high = row
    quoted = None if estimate_s is None or low is None or high is None else PromisedWait(low, high, estimate_s)
    entered_at, is_walk_in, is_return = None, False, False
    stays: list[_Stay] = []
    queued_at: datetime | None = taken_at
    for _, action, at, was, becomes, case_id, counter_id, officer_id, reason in events:
        if action == Action.CALL:
            stays.append(_Stay(_moment(at), queued_at, counter_id, officer_id))
            queued_at = None
        elif action == "take":
            lane = Lane.PRIORITY if reason == PRIORITY else lane
            is_return = case_id is not None
        elif action == "walk_in":
            is_walk_in = True
        elif action == "late_entry":
            entered_at = _moment(at)
        elif stays:
            here = stays[-1]
            if action == Action.START and here.started_at is None:
                here.started_at = _moment(at)
            elif action in _SERVED and reason != BY_NIGHT and here.left_at is None:
                here.left_at = _moment(at)
            elif action == Action.MISS:
                here.is_missed = True
            elif action == Action.RELEASE:  # called by mistake: they have waited all the time
                queued_at = stays.pop().queued_at
        if becomes == State.WAITING and was not in _WAITED:
            queued_at = _moment(at)
    visit = Visit(
        ticket_id,
        service_id,
        on_day,
        taken_at,
        state,
        is_priority=lane == Lane.PRIORITY,
        is_walk_in=is_walk_in,
        is_return=is_return,
        stays=tuple(each.ended() for each in stays),
        quoted=quoted,
    )
    return visit, entered_at


_WAITED = (None, State.WAITING, State.CALLED)
"""Who comes from there into the line has been in it already, or has just taken the number."""


@dataclass(slots=True)
class _Stay:
    """A stay while its events are read."""

    called_at: datetime
    queued_at: datetime | None
    counter_id: int | None
    officer_id: int | None
    started_at: datetime | None = None
    left_at: datetime | None = None
    is_missed: bool = False

    def ended(self) -> CounterStay:
        return CounterStay(
            self.called_at,
            self.queued_at,
            self.started_at,
            self.left_at,
            self.is_missed,
            self.counter_id,
            self.officer_id,
        )


# --- disturbances and closures ---


@dataclass(frozen=True, slots=True)
class Disturbance:
    """`system`: of the outside system that did not answer."""

    system: str
    from_at: datetime
    until_at: datetime | None


@dataclass(frozen=True, slots=True)
class Closure:
    """The office, or the service of that slug, was closed against its calendar."""

    at: datetime
    reason: str
    service: str | None
    until_at: datetime | None
    """When that was taken back, or replaced; None while it lasts."""


def disturbances(connection: Connection, office: OfficeConfig, period: Period, now: datetime) -> list[Disturbance]:
    """Those that lasted in the period, cut to it."""
    begins, ends = period.starts_at(office.zone), min(period.ends_at(office.zone), now)
    mine = Outage.office_id == office.office_id, Outage.from_at < ends
    since = or_(Outage.until_at.is_(None), Outage.until_at > begins)
    rows = connection.execute(select(Outage).where(*mine, since).order_by(Outage.from_at))
    return [Disturbance(row.system, max(row.from_at, begins), min(row.until_at or ends, ends)) for row in rows]


def closures(connection: Connection, office: OfficeConfig, period: Period) -> list[Closure]:
    """The times in the period at which somebody closed the office, or a service, by hand."""
    within = Event.at >= period.starts_at(office.zone), Event.at < period.ends_at(office.zone)
    forced = Event.action.in_(("force_close", "force_open", "force_end"))
    mine = Event.office_id == office.office_id, *within, forced, REPORTED
    found: list[Closure] = []
    for row in connection.execute(
        select(Event.at, Event.action, Event.reason, Event.detail).where(*mine).order_by(Event.id)
    ):
        service = str((row.detail or {}).get("service") or "") or None
        last = next((place for place, one in enumerate(found) if one.service == service and one.until_at is None), None)
        if last is not None:
            found[last] = replace(found[last], until_at=row.at)
        if row.action == "force_close":
            found.append(Closure(row.at, row.reason or "", service, None))
    return found


def count_visits(connection: Connection, office_ids: Collection[int], period: Period) -> int:
    """How many numbers were taken at these offices: by this it is known how long a report takes."""
    mine = Ticket.office_id.in_(office_ids), Ticket.on_day.between(period.first, period.last)
    return connection.execute(select(func.count()).select_from(Ticket).where(*mine)).scalar_one()
