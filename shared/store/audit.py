"""Who did what, when and from where: the event rows as an officer reads them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import Connection, Row, select

from shared.domain.numbering import parse_label, parse_register
from shared.domain.office import OfficeConfig
from shared.domain.reports.period import span
from shared.store.tables import ComplaintRecord, Counter, DataView, Device, Event, FileRecord, Officer, Ticket

PAGE = 100

Rows = Sequence[Row[*tuple[object, ...]]]


def events(
    connection: Connection,
    office: OfficeConfig,
    *,
    on: date | None = None,
    officer_id: int | None = None,
    number: str = "",
    register: str = "",
    before: int | None = None,
) -> Rows:
    """The newest events first, at most a page, older than the event `before`; raises `Unknown("number")`.

    `number`: a ticket's; `register`: a file's, as `12/2026`.
    """
    wanted = (
        select(
            Event,
            Ticket.series,
            Ticket.number,
            Officer.name.label("officer"),
            Counter.name.label("counter"),
            Device.name.label("device"),
            FileRecord.register_number,
            FileRecord.register_year,
            ComplaintRecord.number.label("complaint_number"),
            ComplaintRecord.year.label("complaint_year"),
        )
        .join(Ticket, Ticket.id == Event.ticket_id, isouter=True)
        .join(Officer, Officer.id == Event.officer_id, isouter=True)
        .join(Counter, Counter.id == Event.counter_id, isouter=True)
        .join(Device, Device.id == Event.device_id, isouter=True)
        .join(FileRecord, FileRecord.id == Event.case_id, isouter=True)
        .join(ComplaintRecord, ComplaintRecord.id == Event.complaint_id, isouter=True)
        .where(Event.office_id == office.office_id)
        .order_by(Event.id.desc())
        .limit(PAGE)
    )
    if on is not None:
        begins, ends = span(on, on, office.zone)
        wanted = wanted.where(Event.at >= begins, Event.at < ends)
    if officer_id is not None:
        wanted = wanted.where(Event.officer_id == officer_id)
    if number.strip():
        letter, digits = parse_label(number)
        wanted = wanted.where(Ticket.number == digits)
        wanted = wanted.where(Ticket.series == letter) if letter else wanted
    if register.strip():
        digits, year = parse_register(register) or (-1, None)
        wanted = wanted.where(FileRecord.register_number == digits)
        wanted = wanted.where(FileRecord.register_year == year) if year else wanted
    if before is not None:
        wanted = wanted.where(Event.id < before)
    return connection.execute(wanted).all()


def views(connection: Connection, office: OfficeConfig, on: date) -> Rows:
    """Who looked at whose file on that day, newest first."""
    begins, ends = span(on, on, office.zone)
    return connection.execute(
        select(
            DataView.at,
            DataView.what,
            Officer.name.label("officer"),
            FileRecord.register_number,
            FileRecord.register_year,
            ComplaintRecord.number.label("complaint_number"),
            ComplaintRecord.year.label("complaint_year"),
        )
        .join(Officer, Officer.id == DataView.officer_id)
        .join(FileRecord, FileRecord.id == DataView.case_id, isouter=True)
        .join(ComplaintRecord, ComplaintRecord.id == DataView.complaint_id, isouter=True)
        .where(
            DataView.office_id == office.office_id,
            DataView.at >= begins,
            DataView.at < ends,
        )
        .order_by(DataView.id.desc())
        .limit(PAGE)
    ).all()


def officer_names(connection: Connection, office_id: int) -> dict[int, str]:
    """All who work or worked here, by `id` and in the order of their names."""
    here = select(Officer.id, Officer.name).where(Officer.office_id == office_id).order_by(Officer.name)
    return {row.id: row.name for row in connection.execute(here)}
