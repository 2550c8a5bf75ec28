"""What one television shows beside the board: its zone, its look, the words of the office that seldom change."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TypedDict

from flask import request
from flask_babel import gettext

from shared.domain.channel import channel_line
from shared.domain.numbering import office_day, series_colour
from shared.domain.office import OfficeConfig, ServiceConfig
from shared.domain.queue.room import SPOKEN_WITHIN
from shared.domain.standards.standard import Role
from shared.web.access.auth import Paired, now
from shared.web.i18n import language
from shared.web.opening import LiveBoard, WeekdayHours, week_hours
from shared.web.urls import paper_url
from shared.words import words

MOST_PLAIN_ROWS = 6
"""More services than this the plain page cannot show; the television turns the page."""

MOST_SERVICES = 8
"""So many stand beside the hours while nobody is called."""


@dataclass(frozen=True)
class Row:
    """Services that are counted together under one name; a single one has its letters and their colour."""

    name: str
    slugs: tuple[str, ...]
    series: str = ""
    colour: int = 0
    is_offered: bool = True
    """Withdrawn today, its last numbers are still counted."""


class WaitingRow(TypedDict):
    """A row with somebody in it, as the page shows it. `wait`: the widest of its ranges in minutes."""

    name: str
    people: int
    wait: tuple[int, int] | None


@dataclass(frozen=True)
class Television:
    """`counters`: numbers of those that it shows and speaks for, None for all. `complaint`: channels, best first.

    `short_names`: counter number -> its name where the whole one does not fit.
    `foot`: sentences that stand along the foot in turn; who is free of charge is the first.
    """

    counters: tuple[int, ...] | None
    zone: str | None
    theme: str
    has_sound: bool
    rows: tuple[Row, ...]
    free: str
    complaint: tuple[str, ...]
    short_names: dict[int, str]
    hours: tuple[WeekdayHours, ...]
    foot: tuple[str, ...]
    fresh_s: float = SPOKEN_WITHIN.total_seconds()
    """An older call is neither marked nor spoken."""

    @property
    def services(self) -> tuple[Row, ...]:
        """Those that are named while nobody is called."""
        return tuple(row for row in self.rows if row.series and row.is_offered)[:MOST_SERVICES]

    def shows(self, counter: int) -> bool:
        return self.counters is None or counter in self.counters

    def people(self, board: LiveBoard) -> int:
        """How many wait for what this television shows."""
        return sum(board["waiting"].get(slug, 0) for row in self.rows for slug in row.slugs)

    def waiting(self, board: LiveBoard) -> list[WaitingRow]:
        """The rows with somebody in them: name, people and the widest of their ranges, most people first."""
        rows: list[WaitingRow] = []
        for row in self.rows:
            people = sum(board["waiting"].get(slug, 0) for slug in row.slugs)
            ranges = [board["waits"][slug] for slug in row.slugs if slug in board["waits"]]
            wait = (min(low for low, _ in ranges), max(high for _, high in ranges)) if ranges else None
            if people:
                rows.append({"name": row.name, "people": people, "wait": wait})
        return sorted(rows, key=lambda found: -found["people"])[:MOST_PLAIN_ROWS]


def television(office: OfficeConfig, device: Paired) -> Television:
    """The television that asks: by its device's settings, or, on the server itself, by what stands in the address."""
    wanted = {**request.args.to_dict(), **device.settings}
    zone = wanted.get("zone") or None
    counters = [counter for counter in office.counters if counter.zone == zone] if zone else list(office.counters)
    services = [service for service in office.services if any(_serves(counter.roles, service) for counter in counters)]
    theme = wanted.get("theme")
    channels = _complaint(office)
    free = _free([service for service in office.services if service.is_active])
    return Television(
        counters=tuple(counter.number for counter in counters) if zone else None,
        zone=zone,
        theme=theme if theme in ("light", "dark") else office.settings.theme,
        has_sound=str(wanted.get("sound", "1")) not in ("0", "False"),
        rows=_rows(services),
        free=free,
        complaint=channels,
        short_names={counter.number: counter.short_name for counter in office.counters if counter.short_name},
        hours=week_hours(office.calendar, office_day(now(), office.zone), words(language())),
        foot=_foot(office, free, channels),
    )


def _serves(roles: frozenset[Role], service: ServiceConfig) -> bool:
    return any(step.role in roles for step in service.standard.steps)


def _rows(services: list[ServiceConfig]) -> tuple[Row, ...]:
    """A delicate service is not named: in a small room its name would point at somebody."""
    rows = [
        Row(s.standard.short_name, (s.slug,), s.series, series_colour(s.series), s.is_active)
        for s in services
        if not s.standard.is_delicate
    ]
    delicate = tuple(s.slug for s in services if s.standard.is_delicate)
    return (*rows, Row(gettext("Other services"), delicate)) if delicate else tuple(rows)


def _free(services: list[ServiceConfig]) -> str:
    """Who is free of charge; empty when the office has not said it of any service."""
    free = [s for s in services if s.standard.fee is not None and s.standard.fee.rupiah == 0]
    if not free:
        return ""
    if len(free) == len(services):
        return str(gettext("All services are FREE of charge"))
    paid = [s for s in services if s not in free]
    if len(paid) < len(free) and all(s.standard.fee and not s.standard.is_delicate for s in paid):
        names = ", ".join(s.standard.short_name for s in paid)
        return str(gettext("All services are FREE of charge, except: %(services)s", services=names))
    names = ", ".join(s.standard.short_name for s in free if not s.standard.is_delicate)
    return str(gettext("FREE of charge: %(services)s", services=names)) if names else ""


def _foot(office: OfficeConfig, free: str, channels: tuple[str, ...]) -> tuple[str, ...]:
    """Who is free of charge, the office's own words, each channel of complaints, its pledge, where standards are."""
    said = (
        free,
        office.settings.running_text or "",
        *(gettext("Complaints by %(channel)s", channel=c) for c in channels),
    )
    address = re.sub("^https?://", "", paper_url(f"/{office.slug}/"))
    where = gettext("Service standards: %(address)s", address=address)
    return tuple(filter(None, (*said, office.profile.get("pledge") or "", where)))


def _complaint(office: OfficeConfig) -> tuple[str, ...]:
    """The office's own channels, else those of its first service that has any."""
    active = [service for service in office.services if service.is_active]
    found = office.own_channels or next(filter(None, map(office.channels, active)), ())
    return tuple(channel_line(channel, gettext) for channel in found)
