"""The facts of a period as the event rows tell them: visits with their stays, made by the database; reads only.

Which visits belong to a period: those of its days. A number that was entered after the month of its day had been
reported stands in the report of the day on which it was entered, so that each visit is in one month's report only.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import (
    CTE,
    ColumnElement,
    Connection,
    Row,
    Select,
    Subquery,
    and_,
    case,
    func,
    or_,
    select,
)

from shared.domain.numbering import office_day
from shared.domain.office import OfficeConfig
from shared.domain.period import Period
from shared.domain.policy import Lane
from shared.domain.report import CounterStay, PromisedWait, Visit
from shared.domain.ticket import Action, State
from shared.store.tables import REPORTED, Event, Outage, ReportRecord, Ticket

UNDO = "undo"
PRIORITY = "priority"
"""Reason of the event of a number that was taken as a priority: its lane may change later, when it is called back."""
BY_NIGHT = "close_day"
"""Reason of an end that only the night brought: it says nothing about how long a service took."""

_SERVED = (Action.FINISH, Action.HOLD, Action.TRANSFER, Action.PASS_ON, Action.PROCESS)
"""Actions that end a stay at a counter where the visitor was served."""

AnyRow = Row[*tuple[object, ...]]


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
    groups: dict[int, list[AnyRow]] = {}
    for row in connection.execute(_grouped(where)):
        groups.setdefault(row.ticket_id, []).append(row)
    tickets = select(
        Ticket.id,
        Ticket.service_id,
        Ticket.on_day,
        Ticket.taken_at,
        Ticket.state,
        Ticket.lane,
        Ticket.estimate_s,
        Ticket.quote_low,
        Ticket.quote_high,
    ).where(*where)
    return [_visit(row, groups.get(row.id, [])) for row in connection.execute(tickets.order_by(Ticket.id))]


def _visit(row: AnyRow, groups: list[AnyRow]) -> tuple[Visit, datetime | None]:
    entered_at = next((group.entered_at for group in groups if group.entered_at is not None), None)
    quoted = None
    if row.estimate_s is not None and row.quote_low is not None and row.quote_high is not None:
        quoted = PromisedWait(row.quote_low, row.quote_high, row.estimate_s)
    visit = Visit(
        row.id,
        row.service_id,
        row.on_day,
        row.taken_at,
        row.state,
        is_priority=row.lane == Lane.PRIORITY or any(group.priority for group in groups),
        is_walk_in=any(group.walk_in for group in groups),
        is_return=any(group.is_return for group in groups),
        stays=tuple(_stays(row.taken_at, groups)),
        quoted=quoted,
    )
    return visit, entered_at


def _stays(taken_at: datetime, groups: Iterable[AnyRow]) -> Iterable[CounterStay]:
    """The calls that stood. After a call by mistake the visitor has waited all the time."""
    queued_at: datetime | None = taken_at
    for group in groups:
        if group.called_at is None:
            continue
        if group.released:
            continue
        yield CounterStay(
            group.called_at,
            queued_at,
            group.started_at,
            group.left_at,
            is_missed=bool(group.missed),
            counter_id=group.counter_id,
            officer_id=group.officer_id,
        )
        queued_at = group.waits_at


def _grouped(where: tuple[ColumnElement[bool], ...]) -> Select[*tuple[object, ...]]:
    """One row for each call of each ticket, and one (`call` 0) for what was before its first call."""
    kept = _numbered(_standing(where))
    row = kept.c
    is_call = row.action == Action.CALL
    ends = and_(row.action.in_(_SERVED), or_(row.reason.is_(None), row.reason != BY_NIGHT))
    return (
        select(
            row.ticket_id,
            row.call,
            func.min(case((is_call, row.at))).label("called_at"),
            func.min(case((row.action == Action.START, row.at))).label("started_at"),
            func.min(case((ends, row.at))).label("left_at"),
            func.max(case((row.to_state == State.WAITING, row.at))).label("waits_at"),
            func.max(case((row.action == Action.MISS, 1), else_=0)).label("missed"),
            func.max(case((row.action == Action.RELEASE, 1), else_=0)).label("released"),
            func.max(case((row.action == "walk_in", 1), else_=0)).label("walk_in"),
            func.max(case((and_(row.action == "take", row.reason == PRIORITY), 1), else_=0)).label("priority"),
            func.max(case((and_(row.action == "take", row.case_id.is_not(None)), 1), else_=0)).label("is_return"),
            func.max(case((row.action == "late_entry", row.at))).label("entered_at"),
            func.max(case((is_call, row.counter_id))).label("counter_id"),
            func.max(case((is_call, row.officer_id))).label("officer_id"),
        )
        .group_by(row.ticket_id, row.call)
        .order_by(row.ticket_id, row.call)
    )


def _standing(where: tuple[ColumnElement[bool], ...]) -> CTE:
    """The events of these tickets, each with the one after it: an undo takes back the one right before."""
    following = func.lead(Event.action).over(partition_by=Event.ticket_id, order_by=Event.id)
    return (
        select(
            Event.id,
            Event.ticket_id,
            Event.at,
            Event.action,
            Event.to_state,
            Event.case_id,
            Event.counter_id,
            Event.officer_id,
            Event.reason,
            following.label("following"),
        )
        .join(Ticket, Ticket.id == Event.ticket_id)
        .where(*where)
        .cte("events_of_visits")
    )


def _numbered(events: CTE) -> Subquery:
    """Those that stood, with the number of the call to which they belong."""
    row = events.c
    is_call = case((row.action == Action.CALL, 1), else_=0)
    call = func.sum(is_call).over(partition_by=row.ticket_id, order_by=row.id, rows=(None, 0))
    stood = row.action != UNDO, or_(row.following.is_(None), row.following != UNDO)
    return select(events, call.label("call")).where(*stood).subquery("stood")


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


def months_with_visits(connection: Connection, office_id: int) -> tuple[date, date] | None:
    """The first and the last day on which numbers were taken."""
    row = connection.execute(
        select(func.min(Ticket.on_day).label("first"), func.max(Ticket.on_day).label("last")).where(
            Ticket.office_id == office_id
        )
    ).one()
    return None if row.first is None else (row.first, row.last)
