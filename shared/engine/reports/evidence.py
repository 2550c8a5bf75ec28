"""What an office can show its examiners about one year, as tables: standards, promises, figures; never a person."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TypeAlias

from sqlalchemy import Connection, extract, func, select

from shared.domain.office import OfficeConfig
from shared.domain.queue.policy import Lane
from shared.domain.reports.period import span
from shared.domain.standards.standard import COMPONENTS, unfilled
from shared.engine.surveys import result as survey_result
from shared.standards import service_from_json
from shared.store import complaints
from shared.store.surveys import survey
from shared.store.tables import DayCheck, Outage, StandardVersion, Ticket
from shared.words import Words

Cell: TypeAlias = str | int | float | None


@dataclass(frozen=True, slots=True)
class Evidence:
    """One part of the folder. `key`: of its words in the catalogues, and of its files; `columns`: keys of theirs."""

    key: str
    columns: tuple[str, ...]
    rows: Sequence[Sequence[Cell]]


@dataclass(frozen=True, slots=True)
class EvidenceAsked:
    """Whose evidence, of which year, as seen when, in which words."""

    office: OfficeConfig
    year: int
    now: datetime
    words: Words

    @property
    def first(self) -> date:
        return date(self.year, 1, 1)

    @property
    def last(self) -> date:
        return date(self.year, 12, 31)

    @property
    def span(self) -> tuple[datetime, datetime]:
        return span(self.first, self.last, self.office.zone)

    def at(self, moment: datetime | None) -> str:
        return self.words.short(moment.astimezone(self.office.zone)) if moment else "–"


def standards(connection: Connection, asked: EvidenceAsked) -> Evidence:
    """Every version of every standard that was made until the end of the year, with its decree and what it lacks."""
    names = {each.id: each.standard.short_name for each in asked.office.services}
    versions = connection.execute(
        select(StandardVersion)
        .where(StandardVersion.office_id == asked.office.office_id, StandardVersion.made_at < asked.span[1])
        .order_by(StandardVersion.service_id, StandardVersion.number)
    )
    rows: list[Sequence[Cell]] = []
    for row in versions:
        if row.service_id in names:
            standard = service_from_json(row.body)
            lacks = len(unfilled(standard, asked.office.own_channels))
            decree = standard.decree_number or asked.words("evidence.none")
            rows.append((standard.name, row.number, asked.at(row.made_at), decree, len(COMPONENTS) - lacks))
    return Evidence("standards", ("service", "version", "made_at", "decree", "components_filled"), rows)


def components(connection: Connection, asked: EvidenceAsked) -> Evidence:
    """The check of the 14 components of each present standard."""
    said = asked.words
    rows: list[Sequence[Cell]] = []
    for each in asked.office.services:
        lacks = unfilled(each.standard, asked.office.own_channels)
        ticks = [said("evidence.no") if key in lacks else said("evidence.yes") for key in COMPONENTS]
        lacking = ", ".join(said(f"evidence.component.{key}") for key in lacks)
        rows.append((each.standard.name, *ticks, len(COMPONENTS) - len(lacks), lacking))
    columns = ("service", *(f"component.{key}" for key in COMPONENTS), "components_filled", "lacks")
    return Evidence("components", columns, rows)


def pledge(connection: Connection, asked: EvidenceAsked) -> Evidence:
    text = str(asked.office.profile.get("pledge") or asked.words("evidence.none"))
    return Evidence("pledge", ("pledge_text",), [(line,) for line in text.splitlines() if line.strip()])


def hours(connection: Connection, asked: EvidenceAsked) -> Evidence:
    """The written hours that hold in the year, and its holidays."""
    said = asked.words
    rows: list[Sequence[Cell]] = []
    for each in sorted(asked.office.calendar.hours, key=lambda one: (one.from_on or date.min, one.weekday)):
        if (each.from_on or asked.first) <= asked.last and (each.until_on or asked.last) >= asked.first:
            day = said(f"evidence.weekday.{each.weekday}")
            span = " – ".join(said.short(on) for on in (each.from_on, each.until_on) if on) or "–"
            rows.append((day, _span(each.opens, each.closes), _span(each.break_from, each.break_until), span))
    for day_off, name in sorted(asked.office.calendar.holidays.items()):
        if day_off.year == asked.year:
            rows.append((said.short(day_off), said("evidence.closed"), "–", name))
    return Evidence("hours", ("day", "open", "break", "when"), rows)


def complaint_figures(connection: Connection, asked: EvidenceAsked) -> Evidence:
    """Month by month: how many came in, how many are answered, in time, late, and after how many days."""
    rows: list[Sequence[Cell]] = []
    for month, first, last in _months(asked.year):
        found = complaints.figures(connection, asked.office, first, last, asked.now)
        days = sorted(found.days)
        middle = round(days[len(days) // 2], 1) if days else None
        rows.append((month, found.total, found.answered, found.in_time, found.late, middle))
    return Evidence("complaints", ("month", "came_in", "answered", "in_time", "late", "median_days"), rows)


def complaint_kinds(connection: Connection, asked: EvidenceAsked) -> Evidence:
    found = complaints.figures(connection, asked.office, asked.first, asked.last, asked.now).came_in
    said = asked.words
    rows = [
        (said(f"slip.complaint_kind.{kind}"), said(f"evidence.entrance.{entrance}"), said(f"evidence.state.{state}"), n)
        for (kind, entrance, state), n in sorted(found.items())
    ]
    return Evidence("complaint_kinds", ("kind", "entrance", "state", "count"), rows)


def priority(connection: Connection, asked: EvidenceAsked) -> Evidence:
    """How many numbers were given, and how many of them with priority; why is kept by nobody."""
    mine = Ticket.office_id == asked.office.office_id, Ticket.on_day >= asked.first, Ticket.on_day <= asked.last
    month = extract("month", Ticket.on_day)
    counted = connection.execute(select(month, Ticket.lane, func.count()).where(*mine).group_by(month, Ticket.lane))
    numbers: dict[int, dict[str, int]] = {}
    for which, lane, count in counted:
        numbers.setdefault(int(which), {})[lane.value] = count
    rows: list[Sequence[Cell]] = []
    for place, (name, _, _) in enumerate(_months(asked.year), 1):
        lanes = numbers.get(place, {})
        total, first = sum(lanes.values()), lanes.get(Lane.PRIORITY.value, 0)
        rows.append((name, total, first, round(100 * first / total, 1) if total else None))
    return Evidence("priority", ("month", "numbers", "of_priority", "percent"), rows)


def day_checks(connection: Connection, asked: EvidenceAsked) -> Evidence:
    """Which opening and closing checks were signed; by whom and with which words stays in the office."""
    check = DayCheck.office_id == asked.office.office_id, DayCheck.on_day >= asked.first, DayCheck.on_day <= asked.last
    said = asked.words
    rows: list[Sequence[Cell]] = []
    for row in connection.execute(select(DayCheck).where(*check).order_by(DayCheck.on_day, DayCheck.signed_at)):
        ticks = [value for value in row.items.values() if isinstance(value, bool)]
        noted = said("evidence.yes") if row.note else said("evidence.no")
        kind = said(f"evidence.check.{row.kind}")
        rows.append((row.on_day.isoformat(), kind, asked.at(row.signed_at), f"{sum(ticks)}/{len(ticks)}", noted))
    return Evidence("day_checks", ("day", "check", "signed_at", "ticked", "noted"), rows)


def outages(connection: Connection, asked: EvidenceAsked) -> Evidence:
    begins, ends = asked.span
    within = Outage.office_id == asked.office.office_id, Outage.from_at < ends, Outage.from_at >= begins
    rows: list[Sequence[Cell]] = []
    for row in connection.execute(select(Outage).where(*within).order_by(Outage.from_at)):
        minutes = round(((row.until_at or asked.now) - row.from_at).total_seconds() / 60)
        rows.append((row.system.upper(), asked.at(row.from_at), asked.at(row.until_at), minutes))
    return Evidence("outages", ("system", "from", "until", "minutes"), rows)


def surveys(connection: Connection, asked: EvidenceAsked) -> Evidence:
    """The periods of the satisfaction survey that touch the year: when, how many answered, which index."""
    rows: list[Sequence[Cell]] = []
    for each in _survey_periods(connection, asked):
        found = survey_result.result(connection, asked.office, each, asked.words)
        answered = found.counts.get("answered", 0)
        index = asked.words("evidence.none") if found.index is None or not found.is_closed else str(found.index)
        days = f"{asked.words.short(each.first_on)} – {asked.words.short(each.last_on)}"
        rows.append((each.key, days, answered, index, asked.at(each.closed_at)))
    return Evidence("surveys", ("period", "when", "answered", "index_value", "closed_at"), rows)


def survey_actions(connection: Connection, asked: EvidenceAsked) -> Evidence:
    """What was planned after the survey, and what became of it; who does it stays in the office."""
    done = {True: asked.words("evidence.yes"), False: asked.words("evidence.no")}
    rows = [
        (each.key, row.element, row.what, row.due_on.isoformat(), done[row.is_done], row.outcome)
        for each in _survey_periods(connection, asked)
        for row in survey.actions(connection, each.id)
    ]
    return Evidence("survey_actions", ("period", "element", "what", "due_on", "done", "outcome"), rows)


PARTS: tuple[Callable[[Connection, EvidenceAsked], Evidence], ...] = (
    standards,
    components,
    pledge,
    hours,
    surveys,
    survey_actions,
    complaint_figures,
    complaint_kinds,
    priority,
    day_checks,
    outages,
)


def _survey_periods(connection: Connection, asked: EvidenceAsked) -> list[survey.PeriodFacts]:
    return [
        each
        for each in survey.periods(connection, asked.office.office_id)
        if each.first_on <= asked.last and each.last_on >= asked.first
    ]


def _months(year: int) -> Iterable[tuple[str, date, date]]:
    for month in range(1, 13):
        first = date(year, month, 1)
        yield f"{year}-{month:02d}", first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def _span(begins: time | None, ends: time | None) -> str:
    return f"{begins:%H.%M}-{ends:%H.%M}" if begins and ends else "–"
