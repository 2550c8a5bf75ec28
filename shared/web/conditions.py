"""Conditions: what is known to be wrong with an office or its machine; one sentence each, with the way out.

`loket check` and the supervisor's page show them all. To add one: a function with `@condition` (or `@reminder`: nothing
is broken, and `loket check` does not fail for it) that yields the facts of its sentence, and the sentence
`condition.<name of the function>` in `shared/locale`. It reads, and changes nothing.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from flask import current_app
from sqlalchemy import Connection, func, select

from shared.domain.numbering import office_day
from shared.domain.office import OfficeConfig
from shared.domain.ticket import State
from shared.engine.person import NEAR
from shared.printing.address import is_wired
from shared.printing.delivery import Answers
from shared.store import complaints, people
from shared.store.complaints import ComplaintView
from shared.store.days import is_clock_confirmed
from shared.store.tables import Event, Ticket
from shared.web import media
from shared.web.clock import ClockWatch
from shared.web.data_folder import open_to_others
from shared.web.settings import Settings
from shared.web.urls import is_for_this_machine_only
from shared.words import words

LEAST_FREE_BYTES = 500_000_000
"""Below this a day of history and a backup may not find room any more; our own choice."""
AHEAD = timedelta(minutes=2)
"""Two machines' clocks differ by less."""
BACKUP_DAYS = 7
BACKUP_MARK = "last-backup"
"""A file in the data folder that `loket backup` touches."""

Facts = dict[str, object]
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Scene:
    """What a condition looks at. `jumped_at`: when the clock was set far forward while the server ran; `stranded`: the
    numbers of today that no counter can call.
    """

    settings: Settings
    connection: Connection
    office: OfficeConfig
    now: datetime
    jumped_at: datetime | None = None
    stranded: Sequence[str] = ()

    @property
    def today(self) -> object:
        return office_day(self.now, self.office.zone)


@dataclass(frozen=True, slots=True)
class Condition:
    code: str
    facts: Facts

    def sentence(self, language: str) -> str:
        return words(language)(f"condition.{self.code}", **self.facts)

    @property
    def is_reminder(self) -> bool:
        return self.code in REMINDERS


Find = Callable[[Scene], Iterator[Facts]]
CONDITIONS: dict[str, Find] = {}
REMINDERS: set[str] = set()


def condition(find: Find) -> Find:
    CONDITIONS[find.__name__] = find
    return find


def reminder(find: Find) -> Find:
    REMINDERS.add(find.__name__)
    return condition(find)


def conditions(scene: Scene) -> list[Condition]:
    """All that hold now. One that cannot be looked at is logged, and the others are still told."""
    found = []
    for code, find in CONDITIONS.items():
        try:
            found += [Condition(code, facts) for facts in find(scene)]
        except Exception:
            log.exception("condition_failed", condition=code, office=scene.office.slug)
    return found


def current_scene(connection: Connection, office: OfficeConfig, now: datetime, stranded: Sequence[str]) -> Scene:
    """What this request's server knows."""
    settings: Settings = current_app.extensions["loket_settings"]
    watch: ClockWatch = current_app.extensions["loket_clock_watch"]
    return Scene(settings, connection, office, now, watch.jumped_at, stranded)


# the line


@condition
def stranded(scene: Scene) -> Iterator[Facts]:
    """Numbers wait that no counter can call."""
    if scene.stranded:
        yield {"numbers": ", ".join(scene.stranded[:5]), "count": len(scene.stranded)}


@condition
def service_without_counter(scene: Scene) -> Iterator[Facts]:
    for service in scene.office.services:
        if service.is_active and not scene.office.first_counters(service):
            yield {"service": service.standard.short_name}


@reminder
def expired_waiting(scene: Scene) -> Iterator[Facts]:
    """The day closed by itself while people still waited."""
    mine = Event.office_id == scene.office.office_id, Event.action == "close_day", Event.from_state == State.WAITING
    begins_at = scene.now.astimezone(scene.office.zone).replace(hour=0, minute=0, second=0, microsecond=0)
    today = Event.at >= begins_at, Event.officer_id.is_(None), Ticket.on_day == scene.today
    counted = select(func.count()).select_from(Event).join(Ticket, Ticket.id == Event.ticket_id)
    count = scene.connection.execute(counted.where(*mine, *today)).scalar_one()
    if count:
        yield {"count": count}


# complaints


@condition
def complaint_late(scene: Scene) -> Iterator[Facts]:
    late = [each.label for each in _waiting(scene) if each.is_late(scene.now)]
    if late:
        yield {"count": len(late), "numbers": ", ".join(late[:5])}


@reminder
def complaint_near(scene: Scene) -> Iterator[Facts]:
    """Their day is today or the next working day."""
    calendar = scene.office.calendar
    tomorrow = calendar.next_working_day(calendar.day_of(scene.now))
    near = [
        each.label
        for each in _waiting(scene)
        if each.due_at and not each.is_late(scene.now) and calendar.day_of(each.due_at) <= tomorrow
    ]
    if near:
        yield {"count": len(near), "numbers": ", ".join(near[:5])}


@condition
def data_request_due(scene: Scene) -> Iterator[Facts]:
    """Somebody asked about their data, and the 3 x 24 hours are nearly over."""
    count = people.due_requests(scene.connection, scene.office.office_id, scene.now, NEAR)
    if count:
        yield {"count": count}


def _waiting(scene: Scene) -> list[ComplaintView]:
    return complaints.waiting(scene.connection, scene.office.office_id)


# hours


@reminder
def hours_unknown(scene: Scene) -> Iterator[Facts]:
    if not scene.office.calendar.hours:
        yield {}


@reminder
def weekday_without_hours(scene: Scene) -> Iterator[Facts]:
    calendar, day = scene.office.calendar, office_day(scene.now, scene.office.zone)
    week = [day + timedelta(days=ahead) for ahead in range(7)]
    for each in week:
        if each.weekday() in calendar.weekdays and calendar.has_hours(each) and calendar.hours_of(each) is None:
            yield {"day": words().short_day(each)}


@reminder
def closes_while_open(scene: Scene) -> Iterator[Facts]:
    """The day is set to close by itself before the office does."""
    ends_at, opening = (
        scene.office.settings.closes_by_itself_at,
        scene.office.calendar.opening(office_day(scene.now, scene.office.zone)),
    )
    if ends_at and opening and opening.is_known and ends_at < opening.closes_at.time():
        yield {"at": f"{ends_at:%H.%M}", "closes": f"{opening.closes_at:%H.%M}"}


# the clock


@condition
def clock_behind(scene: Scene) -> Iterator[Facts]:
    """The newest event lies in the future: the machine's clock was set back, or it started with an old date."""
    newest = select(Event.at).where(Event.office_id == scene.office.office_id).order_by(Event.version.desc()).limit(50)
    latest = max(scene.connection.execute(newest).scalars(), default=None)
    if latest is not None and latest > scene.now + AHEAD:
        yield {"now": _said(scene, scene.now), "newest": _said(scene, latest)}


@condition
def clock_jumped(scene: Scene) -> Iterator[Facts]:
    if scene.jumped_at and not is_clock_confirmed(scene.connection, scene.office.office_id, scene.jumped_at):
        yield {"now": _said(scene, scene.now)}


def _said(scene: Scene, at: datetime) -> str:
    return words().short(at.astimezone(scene.office.zone))


# the machine


@condition
def disk_low(scene: Scene) -> Iterator[Facts]:
    free = shutil.disk_usage(scene.settings.data).free
    if free < LEAST_FREE_BYTES:
        yield {"megabytes": free // 1_000_000}


@condition
def readable_by_others(scene: Scene) -> Iterator[Facts]:
    """The data folder, with the secret key and personal data, is open to other users of the machine."""
    if open_to_others(scene.settings):
        yield {"folder": scene.settings.data.resolve()}


@reminder
def qr_for_this_machine_only(scene: Scene) -> Iterator[Facts]:
    if is_for_this_machine_only(scene.settings):
        yield {}


@reminder
def backup_never(scene: Scene) -> Iterator[Facts]:
    if not (scene.settings.data / BACKUP_MARK).exists():
        yield {}


@reminder
def backup_old(scene: Scene) -> Iterator[Facts]:
    mark = scene.settings.data / BACKUP_MARK
    if not mark.exists():
        return
    days = int((scene.now.timestamp() - mark.stat().st_mtime) // 86400)
    if days > BACKUP_DAYS:
        yield {"days": days}


# paper and media


@reminder
def printer_not_learned(scene: Scene) -> Iterator[Facts]:
    for printer in scene.office.printers:
        if is_wired(printer.kind) and printer.answers == Answers.NOT_LEARNED:
            yield {"printer": printer.slug}


@reminder
def medium_not_playable(scene: Scene) -> Iterator[Facts]:
    for name in media.strangers(scene.settings.data, scene.office.slug):
        yield {"file": name}
