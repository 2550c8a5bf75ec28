"""Disturbances of the systems outside (OSS, SIAK): which last now, and how long they were."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import Connection, bindparam, select

from shared.domain.files.collecting import OSS
from shared.domain.files.procedure import FilePauseReason
from shared.domain.office import OfficeConfig
from shared.store.hot import Statement
from shared.store.tables import Event, Officer, Outage

DOWN = (FilePauseReason.OSS_DOWN.value, FilePauseReason.SYSTEM_DOWN.value)
"""Reasons of the pauses that an outage makes."""


_OUT = Statement(
    select(Outage.system).where(Outage.office_id == bindparam("the_office"), Outage.until_at.is_(None)), str
)


def systems_out(connection: Connection, office_id: int) -> frozenset[str]:
    """The systems outside that do not answer now; a `Room` holds them, and is asked."""
    return frozenset(_OUT.all(connection, {"the_office": office_id}))


@dataclass(frozen=True, slots=True)
class RunningOutage:
    """With who reported it, and how many files it has paused."""

    id: int
    system: str
    from_at: datetime
    by: str | None
    paused: int


def running(connection: Connection, office_id: int) -> list[RunningOutage]:
    """The disturbances that last now, the oldest first."""
    mine = Outage.office_id == office_id, Outage.until_at.is_(None)
    columns = Outage.id, Outage.system, Outage.from_at, Officer.name
    rows = connection.execute(
        select(*columns).outerjoin(Officer, Officer.id == Outage.officer_id).where(*mine).order_by(Outage.id)
    ).all()
    if not rows:
        return []
    began = Event.office_id == office_id, Event.at >= rows[0].from_at, Event.action == "pause"
    events = connection.execute(
        select(Event.case_id, Event.at, Event.detail).where(*began, Event.reason.in_(DOWN))
    ).all()
    return [
        RunningOutage(
            row.id,
            row.system,
            row.from_at,
            row.name,
            len({each.case_id for each in events if each.at >= row.from_at and _system(each.detail) == row.system}),
        )
        for row in rows
    ]


def _system(detail: Mapping[str, object] | None) -> object:
    """Of a pause; earlier versions knew OSS alone and did not say it."""
    return (detail or {}).get("system", OSS)


def minutes(
    connection: Connection, office: OfficeConfig, from_on: date, until_on: date, now: datetime
) -> tuple[int, int]:
    """How often a system was disturbed in the period, both days included, and for how many minutes together."""
    begins = datetime.combine(from_on, time(), office.zone)
    ends = min(datetime.combine(until_on + timedelta(days=1), time(), office.zone), now)
    rows = connection.execute(
        select(Outage.from_at, Outage.until_at).where(Outage.office_id == office.office_id, Outage.from_at < ends)
    ).all()
    spans = [(max(row.from_at, begins), min(row.until_at or now, ends)) for row in rows]
    lasting = [(until - since).total_seconds() for since, until in spans if until > since]
    return len(lasting), round(sum(lasting) / 60)
