"""How an office is set up, as one value: services with their standards, counters, printers; read once per change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, time
from functools import cached_property
from typing import Any, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, TypeAdapter
from sqlalchemy import Connection, bindparam, select

from shared.domain.availability import Availability, Break, Forced, availability
from shared.domain.calendar import Calendar, Convention, Hours
from shared.domain.desk import WAIT_LIMITS_MIN
from shared.domain.errors import Unknown
from shared.domain.policy import RATIO
from shared.domain.speech import Style
from shared.domain.standard import Role, Service
from shared.standards import service_from_json
from shared.store import tables


class OfficeSettings(BaseModel):
    """What an office can choose; kept as JSON in its row. Unknown keys are refused, absent ones have these defaults."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    ratio: int = RATIO
    printer: str | None = None
    """Slug of the printer for number slips; None is the first one."""
    weekdays: tuple[int, ...] = (0, 1, 2, 3, 4)
    """Working days of a week, Monday is 0; a day with written hours is one in any case."""
    convention: Convention = Convention.NEXT
    """How "n working days" is counted: see `calendar.due_at`."""
    wait_limits_min: dict[str, tuple[int, int]] = {}
    """Service slug -> from how many minutes a wait is amber and red; absent: `desk.WAIT_LIMITS_MIN`."""
    running_text: str = ""
    """What runs along the foot of the television; empty is the office's pledge, if it has one."""
    theme: Literal["light", "dark"] = "light"
    """Of the televisions; one of them may have its own."""
    voice_style: Style = "digits"
    """How numbers are spoken: digit by digit, or as whole numbers."""
    own_voice: bool = True
    """Whether the office's own recordings are played where all of a call is recorded."""
    slide_s: int = 12
    """How long the television shows a slide."""
    standard_slides: bool = False
    """Whether the television also shows the pledge and what to bring for each service."""
    closes_by_itself_at: time | None = None
    """The office's time at which whoever still waits is counted as not served; None: at midnight."""
    is_practice: bool = False
    """A practice office: slips say LATIHAN and nothing of it goes into reports."""

    def wait_limits(self, slug: str) -> tuple[int, int]:
        """Minutes from which a wait for this service is amber and red."""
        return self.wait_limits_min.get(slug, WAIT_LIMITS_MIN)


@dataclass(frozen=True)
class ServiceSetup:
    id: int
    slug: str
    series: str
    is_active: bool
    standard_id: int
    standard: Service
    quota: int | None = None
    """Numbers a day; None without limit."""
    cutoff_minutes: int = 0
    forced: Forced | None = None

    @cached_property
    def desk(self) -> Role:
        """Whose desk a new ticket of this service waits for: the first step of the procedure that an officer does."""
        return next(step.role for step in self.standard.steps if step.role != Role.APPLICANT)


@dataclass(frozen=True)
class CounterSetup:
    id: int
    number: int
    name: str
    roles: frozenset[Role]
    service_ids: frozenset[int] | None
    """None: every service."""
    breaks: tuple[Break, ...] = ()
    zone: str | None = None

    def serves(self, role: Role, service_id: int) -> bool:
        return role in self.roles and (self.service_ids is None or service_id in self.service_ids)


@dataclass(frozen=True)
class PrinterSetup:
    id: int
    slug: str
    kind: str
    address: str
    profile: str
    answers: str
    fallback_id: int | None = None
    """Who prints its slips while it cannot."""
    roll_mm: int = 0


@dataclass(frozen=True)
class Setup:
    """The facts of an office that change seldom. Never mutated: a change makes a new one."""

    office_id: int
    slug: str
    name: str
    zone: ZoneInfo
    settings: OfficeSettings
    profile: dict[str, Any]
    services: tuple[ServiceSetup, ...]
    counters: tuple[CounterSetup, ...]
    printers: tuple[PrinterSetup, ...]
    calendar: Calendar = field(default_factory=Calendar)
    forced: Forced | None = None
    """The supervisor's word for the whole office; a service's own word goes before it."""
    version: int = 0
    """The office's `setup_version`; a page that shows words of the setup reloads when it grows."""
    service_ids: dict[int, ServiceSetup] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "service_ids", {service.id: service for service in self.services})

    def service(self, slug: str) -> ServiceSetup:
        """Raises `Unknown("service")`, also for a service that is switched off."""
        for service in self.services:
            if service.slug == slug and service.is_active:
                return service
        raise Unknown("service")

    def desks(self, service: ServiceSetup) -> tuple[CounterSetup, ...]:
        """The counters that may be the first to call its visitors."""
        return self._desks[service.id]

    @cached_property
    def _desks(self) -> dict[int, tuple[CounterSetup, ...]]:
        return {
            each.id: tuple(counter for counter in self.counters if counter.serves(each.desk, each.id))
            for each in self.services
        }

    def rivals(self, service: ServiceSetup) -> frozenset[int]:
        """Ids of the services that share a desk with this one: their visitors stand in the same line."""
        return self._rivals[service.id]

    @cached_property
    def _rivals(self) -> dict[int, frozenset[int]]:
        return {
            one.id: frozenset(
                other.id
                for other in self.services
                if other.id == one.id or any(desk.serves(other.desk, other.id) for desk in self.desks(one))
            )
            for one in self.services
        }

    def waiting_room(self, service: ServiceSetup) -> str | None:
        """Where its visitors wait for their first call: the zone of its desks, None when they have none or several."""
        zones = {counter.zone for counter in self.desks(service)}
        return zones.pop() if len(zones) == 1 else None

    def counter(self, number: int) -> CounterSetup:
        """Raises `Unknown("counter")`."""
        for counter in self.counters:
            if counter.number == number:
                return counter
        raise Unknown("counter")

    def counter_by_id(self, counter_id: int | None) -> CounterSetup | None:
        return next((counter for counter in self.counters if counter.id == counter_id), None)

    def availability(self, service: ServiceSetup, now: datetime, issued_today: int) -> Availability:
        """Whether `service` gives numbers at `now`, after `issued_today` numbers: `domain.availability`."""
        return availability(
            now,
            self.calendar,
            is_offered=service.is_active,
            forced=_in_force((service.forced, self.forced), now),
            breaks=[counter.breaks for counter in self.desks(service)],
            issued_today=issued_today,
            quota=service.quota,
            cutoff_minutes=service.cutoff_minutes,
        )

    def printer(self, slug: str | None = None) -> PrinterSetup | None:
        """The printer of that slug, else the office's own choice, else its first; None when it has none."""
        wanted = slug or self.settings.printer
        return next((p for p in self.printers if p.slug == wanted), self.printers[0] if self.printers else None)


def _in_force(words: Sequence[Forced | None], now: datetime) -> Forced | None:
    return next((word for word in words if word and (word.until_at is None or now < word.until_at)), None)


class SetupCache:
    """The last `Setup` of each office, by its `setup_version`."""

    def __init__(self) -> None:
        self._kept: dict[int, tuple[int, Setup]] = {}
        self._standards: dict[int, Service] = {}

    def kept(self, office_id: int, setup_version: int | None) -> Setup | None:
        version, setup = self._kept.get(office_id, (0, None))
        return setup if version == setup_version else None

    def get(self, connection: Connection, office_id: int, setup_version: int) -> Setup:
        kept = self._kept.get(office_id)
        if kept is None or kept[0] != setup_version:
            kept = (setup_version, _load(connection, office_id))
            self._kept[office_id] = kept
        return kept[1]

    def standard(self, connection: Connection, standard_id: int) -> Service:
        """One version of a standard, old or new; they never change, so each is read once."""
        if standard_id not in self._standards:
            body = select(tables.StandardVersion.body).where(tables.StandardVersion.id == standard_id)
            self._standards[standard_id] = service_from_json(connection.execute(body).scalar_one())
        return self._standards[standard_id]

    def read(self, connection: Connection, office_id: int) -> Setup:
        """Raises `Unknown("office")`."""
        version = connection.execute(VERSION, {"the_office": office_id}).scalar_one_or_none()
        if version is None:
            raise Unknown("office")
        return self.get(connection, office_id, version)


VERSION = (
    select(tables.Office.setup_version)
    .where(tables.Office.id == bindparam("the_office"))
    .execution_options(prepared=True)
)
_SETTINGS = TypeAdapter(OfficeSettings)


def _load(connection: Connection, office_id: int) -> Setup:
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
    forced = _forced(connection, office_id)
    breaks = _breaks(connection, office_id)
    return Setup(
        office_id=office.id,
        slug=office.slug,
        name=office.name,
        zone=zone,
        settings=settings,
        profile=office.profile,
        services=tuple(
            ServiceSetup(
                s.id,
                s.slug,
                s.series,
                s.is_active,
                s.standard_id,
                service_from_json(s.body),
                s.quota,
                s.cutoff_minutes,
                forced.get(s.id),
            )
            for s in services
        ),
        counters=tuple(
            CounterSetup(
                c.id,
                c.number,
                c.name,
                frozenset(Role(role) for role in c.roles),
                None if c.services is None else frozenset(ids[slug] for slug in c.services if slug in ids),
                tuple(breaks.get(c.id, ())),
                c.zone,
            )
            for c in counters
        ),
        printers=tuple(
            PrinterSetup(p.id, p.slug, p.kind, p.address, p.profile, p.answers, p.fallback_id, p.roll_mm)
            for p in printers
        ),
        calendar=_calendar(connection, office_id, settings, zone),
        forced=forced.get(None),
        version=office.setup_version,
    )


def _calendar(connection: Connection, office_id: int, settings: OfficeSettings, zone: ZoneInfo) -> Calendar:
    hours = connection.execute(select(tables.Hours).where(tables.Hours.office_id == office_id)).all()
    holidays = connection.execute(select(tables.Holiday).where(tables.Holiday.office_id == office_id)).all()
    return Calendar(
        hours=tuple(
            Hours(h.weekday, h.opens, h.closes, h.from_on, h.until_on, h.break_from, h.break_until) for h in hours
        ),
        holidays={holiday.on_day: holiday.name for holiday in holidays},
        weekdays=frozenset(settings.weekdays),
        zone=zone,
    )


def _forced(connection: Connection, office_id: int) -> dict[int | None, Forced]:
    """Service id (None: the office) -> the newest word."""
    rows = connection.execute(
        select(tables.ForcedWord).where(tables.ForcedWord.office_id == office_id).order_by(tables.ForcedWord.id)
    )
    return {row.service_id: Forced(row.is_open, row.reason, row.until_at) for row in rows}


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
