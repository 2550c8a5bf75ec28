"""What the rows tell of an office's first day: whom it has, what has printed, which devices are paired."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import ColumnElement, Connection, exists, or_, select

from shared.domain.first_day import VIRTUAL, Seen
from shared.domain.slips.print_job import JobState
from shared.domain.standards.standard import Role
from shared.store.tables import CALLS, Device, Event, Officer, OfficerRole, Printer, PrintJob


def seen(connection: Connection, office_id: int, one_time_life: timedelta) -> Seen:
    """`one_time_life`: how long a one-time password holds; those that the founding told on the console count for
    nobody, because the admin may have lost them.
    """
    live = select(Device.purpose).where(Device.office_id == office_id, Device.revoked_at.is_(None))
    called = exists().where(Event.office_id == office_id, CALLS)
    return Seen(
        has_staff=_has_staff(connection, office_id, one_time_life),
        has_printed=_has_printed(connection, office_id),
        paired=frozenset(connection.execute(live).scalars()),
        has_called=_is_so(connection, called),
    )


def _has_staff(connection: Connection, office_id: int, one_time_life: timedelta) -> bool:
    founding = select(Event.at).where(Event.office_id == office_id, Event.version == 0).limit(1)
    founded_at = connection.execute(founding).scalar()
    signed_in = Officer.must_change_password.is_(False)
    told = Officer.one_time_until > founded_at + one_time_life if founded_at else Officer.one_time_until.is_not(None)
    other = exists().where(OfficerRole.officer_id == Officer.id, OfficerRole.role == Role.ADMIN)
    return _is_so(
        connection, exists().where(Officer.office_id == office_id, Officer.is_active, ~other, or_(signed_in, told))
    )


def _has_printed(connection: Connection, office_id: int) -> bool:
    """Jobs are looked at only where a printer of metal is there."""
    real = select(Printer.id).where(Printer.office_id == office_id, Printer.is_active, Printer.kind != VIRTUAL)
    ids = list(connection.execute(real).scalars())
    confirmed = exists().where(PrintJob.printer_id.in_(ids), PrintJob.state == JobState.CONFIRMED.value)
    return bool(ids) and _is_so(connection, confirmed)


def _is_so(connection: Connection, found: ColumnElement[bool]) -> bool:
    return bool(connection.execute(select(found)).scalar())
