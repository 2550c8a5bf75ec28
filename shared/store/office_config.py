"""The `OfficeConfig` of each office: read from its tables once, and again only when its `setup_version` has grown."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from pydantic import ConfigDict, TypeAdapter, with_config
from sqlalchemy import Connection, select

from shared.domain.calendar import Calendar, OpeningHours
from shared.domain.checklist import ChecklistKind
from shared.domain.errors import Unknown
from shared.domain.office import CounterConfig, OfficeConfig, OfficeSettings, PrinterConfig, ServiceConfig
from shared.domain.queue.availability import Break, Override
from shared.domain.standards.standard import Role, ServiceStandard
from shared.standards import stored
from shared.store import hot, messages, outbox, tables


class OfficeConfigCache:
    """The last `OfficeConfig` of each office, by its `setup_version`."""

    def __init__(self) -> None:
        self._cached: dict[int, tuple[int, OfficeConfig]] = {}
        self._standards: dict[int, ServiceStandard] = {}

    def get(self, connection: Connection, office_id: int, setup_version: int) -> OfficeConfig:
        cached = self._cached.get(office_id)
        if cached is None or cached[0] != setup_version:
            self._standards = {}  # a database that was put back may give the number of one to another
            cached = (setup_version, read_office_config(connection, office_id))
            self._cached[office_id] = cached
        return cached[1]

    def standard(self, connection: Connection, standard_id: int) -> ServiceStandard:
        """One version of a standard, old or new; they never change, so each is read once in a setup."""
        if standard_id not in self._standards:
            body = select(tables.StandardVersion.body).where(tables.StandardVersion.id == standard_id)
            self._standards[standard_id] = stored(connection.execute(body).scalar_one())
        return self._standards[standard_id]

    def read(self, connection: Connection, office_id: int) -> OfficeConfig:
        """Raises `Unknown("office")`."""
        head = hot.head(connection, office_id)
        if head is None:
            raise Unknown("office")
        return self.get(connection, office_id, head.setup_version)


_SETTINGS = TypeAdapter(with_config(ConfigDict(extra="forbid"))(OfficeSettings))


def settings_to_json(settings: OfficeSettings) -> dict[str, object]:
    """As they stand in the office's row."""
    return _SETTINGS.dump_python(settings, mode="json")  # type: ignore[no-any-return]


def read_office_config(connection: Connection, office_id: int) -> OfficeConfig:
    """As the rows say, also those that the present transaction has written."""
    office = connection.execute(select(tables.Office).where(tables.Office.id == office_id)).one()
    services = connection.execute(
        select(tables.Service, tables.StandardVersion.body)
        .join(tables.StandardVersion, tables.StandardVersion.id == tables.Service.standard_id)
        .where(tables.Service.office_id == office_id)
        .order_by(tables.Service.position, tables.Service.id)
    ).all()
    ids = {row.slug: row.id for row in services}
    counters = connection.execute(
        select(tables.Counter)
        .where(tables.Counter.office_id == office_id, tables.Counter.is_active)
        .order_by(tables.Counter.number)
    ).all()
    printers = connection.execute(
        select(tables.Printer)
        .where(tables.Printer.office_id == office_id, tables.Printer.is_active)
        .order_by(tables.Printer.id)
    ).all()
    settings = _SETTINGS.validate_python(office.settings)
    zone = ZoneInfo(office.timezone)
    override = _overrides(connection, office_id)
    breaks = _breaks(connection, office_id)
    return OfficeConfig(
        office_id=office.id,
        slug=office.slug,
        name=office.name,
        zone=zone,
        settings=settings,
        profile=office.profile,
        services=tuple(
            ServiceConfig(
                s.id,
                s.slug,
                s.series,
                s.is_active,
                s.standard_id,
                stored(s.body),
                s.quota,
                s.cutoff_minutes,
                override.get(s.id),
            )
            for s in services
        ),
        counters=tuple(
            CounterConfig(
                c.id,
                c.number,
                c.name,
                frozenset(Role(role) for role in c.roles),
                None if c.services is None else frozenset(ids[slug] for slug in c.services if slug in ids),
                tuple(breaks.get(c.id, ())),
                c.zone,
                c.short_name,
            )
            for c in counters
        ),
        printers=tuple(
            PrinterConfig(p.id, p.slug, p.kind, p.address, p.profile, p.answers, p.fallback_id, p.roll_mm, p.device_id)
            for p in printers
        ),
        calendar=_calendar(connection, office_id, settings, zone),
        override=override.get(None),
        closed_at=_closed_at(connection, office_id),
        webhooks=outbox.webhooks(connection, office_id),
        gateway=messages.gateway(connection, office_id),
        version=office.setup_version,
    )


def _calendar(connection: Connection, office_id: int, settings: OfficeSettings, zone: ZoneInfo) -> Calendar:
    hours = connection.execute(select(tables.Hours).where(tables.Hours.office_id == office_id)).all()
    holidays = connection.execute(select(tables.Holiday).where(tables.Holiday.office_id == office_id)).all()
    return Calendar(
        hours=tuple(
            OpeningHours(h.weekday, h.opens, h.closes, h.from_on, h.until_on, h.break_from, h.break_until)
            for h in hours
        ),
        holidays={holiday.on_day: holiday.name for holiday in holidays},
        weekdays=frozenset(settings.weekdays),
        zone=zone,
    )


def _overrides(connection: Connection, office_id: int) -> dict[int | None, Override]:
    """Service id (None: the office) -> the newest override."""
    rows = connection.execute(
        select(tables.ScheduleOverride)
        .where(tables.ScheduleOverride.office_id == office_id)
        .order_by(tables.ScheduleOverride.id)
    )
    return {row.service_id: Override(row.is_open, row.reason, row.until_at, row.made_at) for row in rows}


def _closed_at(connection: Connection, office_id: int) -> datetime | None:
    """When the newest day that was closed by signature was; None when its opening was signed again since."""
    check = tables.DayCheck
    newest = (
        select(check.kind, check.on_day, check.signed_at)
        .where(check.office_id == office_id)
        .order_by(check.on_day.desc(), check.signed_at.desc())
        .limit(1)
    )
    rows = connection.execute(newest).all()
    return rows[0].signed_at if rows and rows[0].kind == ChecklistKind.CLOSING else None


def _breaks(connection: Connection, office_id: int) -> dict[int, list[Break]]:
    """Counter id -> its breaks."""
    rows = connection.execute(
        select(tables.CounterBreak)
        .join(tables.Counter, tables.Counter.id == tables.CounterBreak.counter_id)
        .where(tables.Counter.office_id == office_id)
    )
    found: dict[int, list[Break]] = {}
    for row in rows:
        found.setdefault(row.counter_id, []).append(Break(row.begins, row.ends, row.weekday))
    return found
