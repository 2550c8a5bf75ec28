"""An office as it is set up, as one frozen value: its choices, services with their standards, counters, printers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, time
from functools import cached_property
from typing import Any, Literal
from zoneinfo import ZoneInfo

from shared.domain.calendar import Calendar, Convention
from shared.domain.channel import Channel
from shared.domain.errors import Unknown
from shared.domain.files.letters import LetterSeries, Signer
from shared.domain.message import Gateway
from shared.domain.outbox import Webhook
from shared.domain.queue.availability import (
    Availability,
    Break,
    Code,
    Override,
    availability,
    first_opening,
    is_day_over,
    outside_its_hours,
)
from shared.domain.queue.counter import WAIT_LIMITS_MIN
from shared.domain.queue.policy import RATIO
from shared.domain.queue.speech import Style
from shared.domain.standards.standard import Role, ServiceStandard
from shared.domain.standards.table import channels
from shared.domain.surveys.settings import SurveySettings


@dataclass(frozen=True)
class OfficeSettings:
    """What an office can choose; these are the defaults."""

    ratio: int = RATIO
    printer: str | None = None
    """Slug of the printer for number slips; None is the first one."""
    weekdays: tuple[int, ...] = (0, 1, 2, 3, 4)
    """Working days of a week, Monday is 0; a day with written hours is one in any case."""
    convention: Convention = Convention.NEXT
    """How "n working days" is counted: see `calendar.due_at`."""
    wait_limits_min: dict[str, tuple[int, int]] = field(default_factory=dict)
    """Service slug -> from how many minutes a wait is amber and red; absent: `WAIT_LIMITS_MIN`."""
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
    complaint_days: dict[str, tuple[int, int]] = field(default_factory=dict)
    """Kind of complaint -> working days until it is verified and until it is answered; absent: `AnswerDays`."""
    retention_days: dict[str, int] = field(default_factory=dict)
    """Class of personal data -> days for which it is kept; absent: `domain.retention.START_DAYS`."""
    is_practice: bool = False
    """A practice office: slips say LATIHAN and nothing of it goes into reports."""
    letter_series: tuple[LetterSeries, ...] = ()
    signers: tuple[Signer, ...] = ()
    place: str | None = None
    """What stands before the date on paper; None: `OfficeConfig.place`."""
    reporter: str | None = None
    approver: str | None = None
    """Keys of the signers of registers, recaps and reports: who made them, and to whom they go."""
    survey: SurveySettings = field(default_factory=SurveySettings)
    register_columns: tuple[str, ...] = ()
    """Of `domain.files.register.RegisterColumn`, in the office's order; empty: the usual ones."""

    def wait_limits(self, slug: str) -> tuple[int, int]:
        """Minutes from which a wait for this service is amber and red."""
        return self.wait_limits_min.get(slug, WAIT_LIMITS_MIN)


@dataclass(frozen=True)
class ServiceConfig:
    id: int
    slug: str
    series: str
    is_active: bool
    standard_id: int
    standard: ServiceStandard
    quota: int | None = None
    """Numbers a day; None without limit."""
    cutoff_minutes: int = 0
    override: Override | None = None

    @cached_property
    def first_roles(self) -> tuple[Role, ...]:
        """Who may do the first step of the procedure that an officer does, as whose work a new ticket may wait."""
        officers = (step.roles for step in self.standard.steps if step.role != Role.APPLICANT)
        return next(officers, (Role.LOKET,))


@dataclass(frozen=True)
class CounterConfig:
    id: int
    number: int
    name: str
    roles: frozenset[Role]
    service_ids: frozenset[int] | None
    """None: every service."""
    breaks: tuple[Break, ...] = ()
    zone: str | None = None
    short_name: str | None = None
    """What a screen shows where the name is too long for it."""

    def serves(self, role: Role, service_id: int) -> bool:
        return role in self.roles and (self.service_ids is None or service_id in self.service_ids)


@dataclass(frozen=True)
class PrinterConfig:
    id: int
    slug: str
    kind: str
    address: str
    profile: str
    answers: str
    fallback_id: int | None = None
    """Who prints its slips while it cannot."""
    roll_mm: int = 0
    device_id: int | None = None
    """The print agent that it hangs on."""


@dataclass(frozen=True, eq=False)
class OfficeConfig:
    """The facts of an office that change seldom. Never mutated: a change makes a new one.

    Equal is only what is the same object, so what was worked out of one can be kept by it.
    """

    office_id: int
    slug: str
    name: str
    zone: ZoneInfo
    settings: OfficeSettings
    profile: dict[str, Any]
    services: tuple[ServiceConfig, ...]
    counters: tuple[CounterConfig, ...]
    printers: tuple[PrinterConfig, ...]
    calendar: Calendar = field(default_factory=Calendar)
    override: Override | None = None
    """Office-wide override of the opening hours; a service's own override takes precedence."""
    closed_at: datetime | None = None
    """When the closing of a day was last signed, unless its opening was signed again since."""
    webhooks: tuple[Webhook, ...] = ()
    """Programs that are told of what happens."""
    gateway: Gateway | None = None
    """What sends messages to applicants' phones; None: the officer's own telephone does."""
    version: int = 0
    """The office's `setup_version`; a page that shows words of the setup reloads when it grows."""
    service_ids: dict[int, ServiceConfig] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "service_ids", {service.id: service for service in self.services})

    @property
    def place(self) -> str:
        """What stands before the date on paper: "Lumajang" of "Kecamatan Lumajang", unless the office wrote another."""
        return self.settings.place or self.name.partition(" ")[2] or self.name

    def service(self, slug: str) -> ServiceConfig:
        """Raises `Unknown("service")`, also for a service that is switched off."""
        for service in self.services:
            if service.slug == slug and service.is_active:
                return service
        raise Unknown("service")

    @cached_property
    def own_channels(self) -> tuple[Channel, ...]:
        """Where this office hears complaints."""
        return channels(self.profile.get("complaint", ()))

    def channels(self, service: ServiceConfig) -> tuple[Channel, ...]:
        """Where people complain about this service: its own channels, else the office's."""
        return service.standard.complaint or self.own_channels

    def first_counters(self, service: ServiceConfig) -> tuple[CounterConfig, ...]:
        """The counters that may be the first to call its visitors."""
        return self._first_counters[service.id]

    @cached_property
    def _first_counters(self) -> dict[int, tuple[CounterConfig, ...]]:
        return {
            each.id: tuple(counter for counter in self.counters if counter.serves(self.first_role(each), each.id))
            for each in self.services
        }

    def first_role(self, service: ServiceConfig) -> Role:
        """The role that calls a new ticket of this service."""
        return self.calling(service.first_roles, service.id)

    def waiting_room(self, service: ServiceConfig) -> str | None:
        """Where its visitors wait for their first call: the zone of its counters; None without one, or with several."""
        zones = {counter.zone for counter in self.first_counters(service)}
        return zones.pop() if len(zones) == 1 else None

    def calling(self, roles: Sequence[Role], service_id: int) -> Role:
        """As whose work somebody waits who is needed at a step of these roles: of the first that a counter has."""
        serving = (role for role in roles if any(each.serves(role, service_id) for each in self.counters))
        return next(serving, roles[0])

    @cached_property
    def systems(self) -> tuple[str, ...]:
        """The outside systems that its services work in: those of which an outage can be reported."""
        return tuple(sorted({name for each in self.services if each.is_active for name in each.standard.systems}))

    @cached_property
    def has_quota(self) -> bool:
        """Whether any service gives only so many numbers a day."""
        return any(service.quota is not None for service in self.services)

    def counter(self, number: int) -> CounterConfig:
        """Raises `Unknown("counter")`."""
        for counter in self.counters:
            if counter.number == number:
                return counter
        raise Unknown("counter")

    def counter_by_id(self, counter_id: int | None) -> CounterConfig | None:
        return None if counter_id is None else self._counter_ids.get(counter_id)

    @cached_property
    def _counter_ids(self) -> dict[int, CounterConfig]:
        return {counter.id: counter for counter in self.counters}

    def availability(self, service: ServiceConfig, now: datetime, issued_today: int) -> Availability:
        """Whether `service` gives numbers at `now`, after `issued_today` numbers: `domain.queue.availability`.

        The one answer for kiosk, television, phone, counter and the taking itself. It opens again when all of this
        allows it: the calendar, the breaks of its counters, hours of its own, the last number before the close.
        """
        today = self.calendar.day_of(now)

        def at(moment: datetime) -> Availability:
            issued = issued_today if self.calendar.day_of(moment) == today else 0
            return self._availability_at(service, moment, issued)

        return first_opening(at(now), at)

    def _availability_at(self, service: ServiceConfig, now: datetime, issued_today: int) -> Availability:
        found = availability(
            now,
            self.calendar,
            is_offered=service.is_active,
            is_served=bool(self.first_counters(service)),
            override=_in_force((service.override, self.override), now),
            breaks=[counter.breaks for counter in self.first_counters(service)],
            closed_at=self.closed_at,
            ends_at=self.settings.closes_by_itself_at,
            issued_today=issued_today,
            quota=service.quota,
            cutoff_minutes=service.cutoff_minutes,
        )
        is_forced = not found.is_open or found.code == Code.FORCED_OPEN
        own = None if is_forced else outside_its_hours(service.standard.hours, now, self.calendar)
        return own or found

    def availability_to_return(self, service: ServiceConfig, role: Role, now: datetime) -> Availability:
        """The same for somebody who comes back for a file that waits for them at a desk of `role`.

        Neither quota nor cut-off are meant for them, and a service that takes no new files still ends the old ones.
        """
        counters = [counter for counter in self.counters if counter.serves(role, service.id)]
        return availability(
            now,
            self.calendar,
            is_served=bool(counters),
            override=_in_force((service.override, self.override), now),
            breaks=[counter.breaks for counter in counters],
            closed_at=self.closed_at,
            ends_at=self.settings.closes_by_itself_at,
        )

    def is_day_over(self, now: datetime) -> bool:
        """Whether the day may close by itself now."""
        overrides = [self.override, *(service.override for service in self.services)]
        return is_day_over(now, self.calendar, self.settings.closes_by_itself_at, overrides)

    def printer(self, slug: str | None = None) -> PrinterConfig | None:
        """The printer of that slug, else the office's own choice, else its first; None when it has none."""
        wanted = slug or self.settings.printer
        return next((p for p in self.printers if p.slug == wanted), self.printers[0] if self.printers else None)


def _in_force(overrides: Sequence[Override | None], now: datetime) -> Override | None:
    return next((each for each in overrides if each and each.holds(now)), None)
