"""Disturbances of the system outside (OSS): whether one lasts now, and how long they were."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import Connection, func, select

from shared.domain.collecting import OSS
from shared.domain.office import OfficeConfig
from shared.store.tables import Event, Officer, Outage


def systems_out(connection: Connection, office_id: int) -> frozenset[str]:
    """The systems outside that do not answer now; a `Room` holds them, and is asked."""
    out = select(Outage.system).where(Outage.office_id == office_id, Outage.until_at.is_(None))
    return frozenset(connection.execute(out).scalars())


@dataclass(frozen=True, slots=True)
class RunningOutage:
    id: int
    from_at: datetime


@dataclass(frozen=True, slots=True)
class ReportedOutage:
    """With who reported it, and how many files it has paused."""

    from_at: datetime
    by: str | None
    paused: int


def latest(connection: Connection, office_id: int) -> ReportedOutage | None:
    """The disturbance of OSS that lasts now, for its card."""
    mine = Outage.office_id == office_id, Outage.system == OSS, Outage.until_at.is_(None)
    row = connection.execute(
        select(Outage.from_at, Officer.name).outerjoin(Officer, Officer.id == Outage.officer_id).where(*mine)
    ).first()
    if row is None:
        return None
    began = Event.office_id == office_id, Event.at >= row.from_at, Event.action == "pause", Event.reason == "oss_down"
    paused = connection.execute(select(func.count(Event.case_id.distinct())).where(*began)).scalar_one()
    return ReportedOutage(row.from_at, row.name, paused)


def running(connection: Connection, office_id: int) -> RunningOutage | None:
    """The disturbance of OSS that lasts now."""
    mine = Outage.office_id == office_id, Outage.system == OSS, Outage.until_at.is_(None)
    row = connection.execute(select(Outage.id, Outage.from_at).where(*mine)).first()
    return None if row is None else RunningOutage(row.id, row.from_at)


def minutes(
    connection: Connection, office: OfficeConfig, from_on: date, until_on: date, now: datetime
) -> tuple[int, int]:
    """How often OSS was disturbed in the period, both days included, and for how many minutes of it together."""
    begins = datetime.combine(from_on, time(), office.zone)
    ends = min(datetime.combine(until_on + timedelta(days=1), time(), office.zone), now)
    rows = connection.execute(
        select(Outage.from_at, Outage.until_at).where(Outage.office_id == office.office_id, Outage.from_at < ends)
    ).all()
    spans = [(max(row.from_at, begins), min(row.until_at or now, ends)) for row in rows]
    lasting = [(until - since).total_seconds() for since, until in spans if until > since]
    return len(lasting), round(sum(lasting) / 60)
