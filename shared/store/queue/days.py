"""What the opening and the closing of a day look at."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, Row, func, select

from shared.domain.files.procedure import RUNNING
from shared.domain.numbering import label
from shared.domain.office import OfficeConfig
from shared.domain.queue.ticket import AT_COUNTER, State
from shared.store.files.at_work import AT_A_STEP
from shared.store.tables import ACTIVE, DayCheck, Event, FileRecord, Officer, PrintJob, Series, Ticket


@dataclass(frozen=True, slots=True)
class DaySummary:
    """`open_calls` are numbers at counters; `slips` are those that a printer confirmed; `carried` is yesterday's."""

    open_calls: list[str]
    waiting: int
    held: int
    absent: int
    done: int
    numbers: int
    slips: int
    files: int
    carried: int

    def found(self) -> dict[str, object]:
        """What the signature is put under."""
        counts = ("waiting", "held", "absent", "done", "numbers", "slips", "files")
        return {f"count_{name}": getattr(self, name) for name in counts}


def day_summary(connection: Connection, office: OfficeConfig, today: date) -> DaySummary:
    mine = Ticket.office_id == office.office_id, Ticket.on_day == today
    states = {
        row.state: row.people
        for row in connection.execute(
            select(Ticket.state, func.count().label("people")).where(*mine).group_by(Ticket.state)
        )
    }
    at_counters = connection.execute(
        select(Ticket.series, Ticket.number).where(*mine, ACTIVE, Ticket.state.in_(AT_COUNTER))
    )
    numbers = select(func.coalesce(func.sum(Series.last_number), 0)).where(
        Series.office_id == office.office_id, Series.on_day == today
    )
    slips = (
        select(func.count(func.distinct(PrintJob.ticket_id)))
        .join(Ticket, Ticket.id == PrintJob.ticket_id)
        .where(*mine, PrintJob.kind == "number", PrintJob.state == "confirmed")
    )
    running = FileRecord.office_id == office.office_id, FileRecord.state.in_(RUNNING), *AT_A_STEP
    files = select(func.count()).where(*running)
    earlier = select(func.max(Ticket.on_day)).where(Ticket.office_id == office.office_id, Ticket.on_day < today)
    carried = select(func.count()).where(
        Ticket.office_id == office.office_id,
        Ticket.on_day == earlier.scalar_subquery(),
        Ticket.state == State.EXPIRED,
    )
    return DaySummary(
        open_calls=[label(row.series, row.number) for row in at_counters],
        waiting=states.get(State.WAITING, 0),
        held=states.get(State.HELD, 0) + states.get(State.PROCESSING, 0),
        absent=states.get(State.ABSENT, 0),
        done=states.get(State.DONE, 0),
        numbers=connection.execute(numbers).scalar_one(),
        slips=connection.execute(slips).scalar_one(),
        files=connection.execute(files).scalar_one(),
        carried=connection.execute(carried).scalar_one(),
    )


def checks(connection: Connection, office_id: int, today: date) -> dict[str, Row[*tuple[object, ...]]]:
    """Kind -> today's signed checklist with `officer`."""
    rows = connection.execute(
        select(DayCheck, Officer.name.label("officer"))
        .join(Officer, Officer.id == DayCheck.officer_id)
        .where(DayCheck.office_id == office_id, DayCheck.on_day == today)
    )
    return {row.kind: row for row in rows}


def is_clock_confirmed(connection: Connection, office_id: int, since: datetime) -> bool:
    """Whether somebody has said since then that the machine's date is right."""
    said = Event.office_id == office_id, Event.action == "confirm_clock", Event.at >= since
    return connection.execute(select(Event.id).where(*said).limit(1)).first() is not None
