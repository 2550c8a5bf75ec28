"""All offices of the installation at a glance: counts of today, devices, the newest index; no name and no number."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from shared.domain.numbering import office_day
from shared.domain.office import OfficeConfig
from shared.domain.queue.ticket import State
from shared.engine.people import device
from shared.printing.status import Status
from shared.store import complaints
from shared.store.files import views as file_views
from shared.store.office_config import OfficeConfigCache
from shared.store.reports.period import Satisfaction, newest_satisfaction
from shared.store.tables import Printer, Ticket

WELL = (Status.OK.value, Status.NEAR_END.value, Status.UNKNOWN.value, Status.SLOW.value)
"""States of a printer that are no fault."""


@dataclass(frozen=True, slots=True)
class OfficeGlance:
    """One office now. `overdue`: files that are late, and complaints without their answer."""

    slug: str
    name: str
    is_open: bool
    taken: int
    waiting: int
    served: int
    missed: int
    running_files: int
    overdue_files: int
    overdue_complaints: int
    devices: int
    devices_away: tuple[str, ...]
    """Names of kiosks, televisions and print agents that are not connected."""
    printers_at_fault: int
    satisfaction: Satisfaction | None


def glance(
    connection: Connection, configs: OfficeConfigCache, offices: Sequence[OfficeConfig], now: datetime
) -> Iterator[OfficeGlance]:
    """Each office by itself, in their order; practice offices are for the caller to leave out."""
    for office in offices:
        tickets = _tickets_of_today(connection, office, now)
        running, overdue = file_views.overdue(connection, configs, office, now)
        known = device.devices(connection, office.office_id)
        away = tuple(each.name for each in known if device.is_offline(each.last_seen_at, now, each.lost_at))
        late = [one for one in complaints.waiting(connection, office.office_id) if one.is_late(now)]
        yield OfficeGlance(
            office.slug,
            office.name,
            any(office.availability(service, now, 0).is_open for service in office.services),
            tickets.total(),
            tickets[State.WAITING],
            tickets[State.DONE],
            tickets[State.ABSENT] + tickets[State.EXPIRED],
            running,
            overdue,
            len(late),
            len(known),
            away,
            _printers_at_fault(connection, office.office_id),
            newest_satisfaction(connection, office, now),
        )


def _tickets_of_today(connection: Connection, office: OfficeConfig, now: datetime) -> Counter[State]:
    today = Ticket.office_id == office.office_id, Ticket.on_day == office_day(now, office.zone)
    rows = connection.execute(select(Ticket.state, func.count().label("number")).where(*today).group_by(Ticket.state))
    return Counter({row.state: row.number for row in rows})


def _printers_at_fault(connection: Connection, office_id: int) -> int:
    mine = Printer.office_id == office_id, Printer.is_active, Printer.kind != "virtual"
    at_fault = Printer.status.not_in(WELL)
    return connection.execute(select(func.count()).where(*mine, at_fault)).scalar_one()
