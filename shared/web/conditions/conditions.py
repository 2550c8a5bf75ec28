"""Conditions: what is known to be wrong with an office or its machine; one sentence each, with the way out.

`loket check` and the supervisor's page show them all. To add one: a function with `@condition` (or `@reminder`: nothing
is broken, `loket check` goes on) that yields the facts of its sentence, `condition.<name>` in `shared/web/locale`.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import TypedDict

import structlog
from flask import current_app
from sqlalchemy import Connection, func, select

from shared.domain.numbering import office_day
from shared.domain.office import OfficeConfig
from shared.domain.queue import speech
from shared.domain.queue.room import Room
from shared.domain.queue.ticket import State
from shared.engine.founding import letterhead_missing
from shared.engine.people.person import NEAR
from shared.printing.address import is_wired
from shared.printing.advice import advice
from shared.printing.delivery import Answers
from shared.printing.status import Status
from shared.store import reads
from shared.store.disk import disk_fault
from shared.store.files import people
from shared.store.queue.days import is_clock_confirmed
from shared.store.tables import ACTIVE, Event, Officer, Ticket
from shared.web import backups, media
from shared.web.conditions import certificate as certificate_conditions
from shared.web.conditions import complaints as complaint_conditions
from shared.web.conditions import hours as hours_conditions
from shared.web.conditions import procedure as procedure_conditions
from shared.web.console import WORDS
from shared.web.server.clock import ClockWatch
from shared.web.server.data_folder import try_to_write
from shared.web.server.own_only import open_to_others
from shared.web.settings import Settings
from shared.web.urls import is_for_this_machine_only
from shared.words import Words, texts

LEAST_FREE_BYTES = 500_000_000
"""Below this a day of history and a backup may not find room any more; our own choice."""
AHEAD = timedelta(minutes=2)
"""Two machines' clocks differ by less."""
BACKUP_DAYS = 7

Said = Callable[[Words], str]
"""A fact that is worded in the language of whoever reads it."""
Facts = dict[str, object]
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Scene:
    """What a condition looks at. `jumped_at`: when the clock was set far forward while the server ran; `stranded`: the
    numbers of today that no counter can call; `unattended`: those that only counters without an officer can.
    """

    settings: Settings
    connection: Connection
    office: OfficeConfig
    now: datetime
    jumped_at: datetime | None = None
    stranded: Sequence[str] = ()
    unattended: Sequence[str] = ()

    @property
    def today(self) -> object:
        return office_day(self.now, self.office.zone)


@dataclass(frozen=True, slots=True)
class Condition:
    code: str
    facts: Facts

    def sentence(self, language: str) -> str:
        told = Words(language, texts(WORDS, language))
        facts = {name: fact(told) if callable(fact) else fact for name, fact in self.facts.items()}
        return told(f"condition.{self.code}", **facts)

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


def conditions(scene: Scene, codes: Iterable[str] | None = None) -> list[Condition]:
    """All that hold now, or those of `codes`. One that cannot be looked at is logged; the others are still told."""
    found = []
    for code in CONDITIONS if codes is None else codes:
        find = CONDITIONS[code]
        try:
            found += [Condition(code, facts) for facts in find(scene)]
        except Exception:
            log.exception("condition_failed", condition=code, office=scene.office.slug)
    return found


class Lost(TypedDict):
    """Numbers of today whom nobody calls: see `Scene`."""

    stranded: list[str]
    unattended: list[str]


def lost_in(room: Room) -> Lost:
    return Lost(stranded=[one.label for one in room.stranded()], unattended=[one.label for one in room.unattended()])


def current_scene(connection: Connection, office: OfficeConfig, now: datetime, lost: Lost) -> Scene:
    """What this request's server knows."""
    settings: Settings = current_app.extensions["loket_settings"]
    watch: ClockWatch = current_app.extensions["loket_clock_watch"]
    return Scene(settings, connection, office, now, watch.jumped_at, **lost)


def _listed(keys: Sequence[str], **facts: object) -> Said:
    """The words of these keys, with commas between them."""
    return lambda told: ", ".join(told(key, **facts) for key in keys)


# the line


@condition
def stranded(scene: Scene) -> Iterator[Facts]:
    """Numbers wait that no counter can call."""
    if scene.stranded:
        yield {"numbers": ", ".join(scene.stranded[:5]), "count": len(scene.stranded)}


@reminder
def unattended(scene: Scene) -> Iterator[Facts]:
    """They were sent to a counter whose officer left, or its service has no other."""
    if scene.unattended:
        yield {"numbers": ", ".join(scene.unattended[:5]), "count": len(scene.unattended)}


@condition
def no_service(scene: Scene) -> Iterator[Facts]:
    if not any(service.is_active for service in scene.office.services):
        yield {}


@condition
def no_counter(scene: Scene) -> Iterator[Facts]:
    if not scene.office.counters:
        yield {}


@condition
def service_without_counter(scene: Scene) -> Iterator[Facts]:
    for service in scene.office.services:
        if service.is_active and scene.office.counters and not scene.office.first_counters(service):
            yield {"service": service.standard.short_name}


condition(procedure_conditions.role_without_officer)
condition(procedure_conditions.step_without_counter)


@reminder
def no_regency_line(scene: Scene) -> Iterator[Facts]:
    if line := letterhead_missing(scene.office):
        yield {"line": line}


@reminder
def one_time_password_lapsed(scene: Scene) -> Iterator[Facts]:
    """Nobody knows it until they try: an officer who did not choose a password within the day has no way in."""
    lapsed = select(Officer.login).where(Officer.office_id == scene.office.office_id, Officer.is_active)
    lapsed = lapsed.where(Officer.must_change_password, Officer.one_time_until < scene.now).order_by(Officer.login)
    logins = list(scene.connection.execute(lapsed).scalars())
    if logins:
        yield {"logins": ", ".join(logins)}


@condition
def day_left_open(scene: Scene) -> Iterator[Facts]:
    """The night's round did not end a day that is over."""
    open_days = select(func.min(Ticket.on_day)).where(Ticket.office_id == scene.office.office_id, ACTIVE)
    if (oldest := scene.connection.execute(open_days.where(Ticket.on_day < scene.today)).scalar_one()) is not None:
        yield {"day": partial(Words.day, on=oldest)}


@reminder
def expired_waiting(scene: Scene) -> Iterator[Facts]:
    """The day closed by itself while people still waited."""
    office = Event.office_id == scene.office.office_id
    mine = office, Event.action == "close_day", Event.from_state == State.WAITING
    begins_at = scene.now.astimezone(scene.office.zone).replace(hour=0, minute=0, second=0, microsecond=0)
    today = Event.at >= begins_at, Event.officer_id.is_(None), Ticket.on_day == scene.today
    counted = select(func.count()).select_from(Event).join(Ticket, Ticket.id == Event.ticket_id)
    count = scene.connection.execute(counted.where(*mine, *today)).scalar_one()
    if count:
        yield {"count": count}


# complaints


condition(complaint_conditions.complaint_late)
condition(complaint_conditions.complaint_without_handler)
reminder(complaint_conditions.complaint_near)


@condition
def data_request_due(scene: Scene) -> Iterator[Facts]:
    """Somebody asked about their data, and the 3 x 24 hours are nearly over."""
    count = people.due_requests(scene.connection, scene.office.office_id, scene.now, NEAR)
    if count:
        yield {"count": count}


@condition
def erased_not_gone(scene: Scene) -> Iterator[Facts]:
    """Erased personal data still lies in the files of the database, although it is tried every minute."""
    at = people.erased_at(scene.connection, scene.office.office_id)
    if at is not None and scene.now - at > timedelta(minutes=10):
        yield {"since": _moment(scene, at)}


# hours and names


reminder(hours_conditions.hours_unknown)
reminder(hours_conditions.weekday_without_hours)
reminder(hours_conditions.closes_while_open)
reminder(hours_conditions.holidays_unknown)
reminder(hours_conditions.override_left)
reminder(hours_conditions.outage_left)


@reminder
def counter_unspeakable(scene: Scene) -> Iterator[Facts]:
    """Named before names had to be spoken: the voice calls it by its number."""
    for counter in scene.office.counters:
        if signs := speech.unspeakable(counter.name):
            yield {"counter": counter.name, "number": counter.number, "signs": signs}


@reminder
def service_unspeakable(scene: Scene) -> Iterator[Facts]:
    """The kiosk reads its name aloud without these signs."""
    for service in scene.office.services:
        if service.is_active and (signs := speech.unspeakable(service.standard.name)):
            yield {"service": service.standard.short_name, "signs": signs}


# the clock and the machine


@condition
def clock_behind(scene: Scene) -> Iterator[Facts]:
    """The newest event lies in the future: the machine's clock was set back, or it started with an old date."""
    newest = select(Event.at).where(Event.office_id == scene.office.office_id).order_by(Event.version.desc()).limit(50)
    latest = max(scene.connection.execute(newest).scalars(), default=None)
    if latest is not None and latest > scene.now + AHEAD:
        yield {"now": _moment(scene, scene.now), "newest": _moment(scene, latest)}


@condition
def clock_jumped(scene: Scene) -> Iterator[Facts]:
    if scene.jumped_at and not is_clock_confirmed(scene.connection, scene.office.office_id, scene.jumped_at):
        yield {"now": _moment(scene, scene.now)}


def _moment(scene: Scene, at: datetime) -> Said:
    return lambda told: told.short(at.astimezone(scene.office.zone))


@condition
def disk_low(scene: Scene) -> Iterator[Facts]:
    if (free := shutil.disk_usage(scene.settings.data).free) < LEAST_FREE_BYTES:
        yield {"megabytes": free // 1_000_000}


@condition
def folder_refuses(scene: Scene) -> Iterator[Facts]:
    """The data folder takes nothing that is written: full, read-only or broken."""
    try:
        try_to_write(scene.settings.data)
    except OSError as error:
        fault = disk_fault(error)
        why = _listed([f"error.{fault.code}"], place="") if fault else error.strerror
        yield {"folder": scene.settings.data.resolve(), "why": why}


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
    if backups.last_at(scene.settings) is None:
        yield {}


@reminder
def backup_old(scene: Scene) -> Iterator[Facts]:
    last_at = backups.last_at(scene.settings)
    if last_at is not None and (days := (scene.now - last_at).days) > BACKUP_DAYS:
        yield {"days": days}


condition(certificate_conditions.certificate_over)
reminder(certificate_conditions.certificate_near)


# paper and media


@condition
def printer_in_trouble(scene: Scene) -> Iterator[Facts]:
    """Wherever it hangs: at this machine, at an agent, or asking by itself."""
    for printer in reads.printers(scene.connection, scene.office.office_id):
        status = Status(printer.status)
        is_silent = status is Status.UNKNOWN and printer.answers in (Answers.IN_ORDER, Answers.REAL_TIME)
        is_hindered = not status.can_print and (status is not Status.UNKNOWN or (is_silent and printer.status_at))
        if is_hindered or status is Status.SLOW:
            what = _listed([f"printer_hint.{advice(status, printer.kind, has_agent=printer.device_id is not None)}"])
            yield {"printer": printer.slug, "status": _listed([f"printer.{status}"]), "what": what}


@reminder
def printer_not_learned(scene: Scene) -> Iterator[Facts]:
    for printer in scene.office.printers:
        if is_wired(printer.kind) and printer.answers == Answers.NOT_LEARNED:
            yield {"printer": printer.slug}


@reminder
def medium_not_playable(scene: Scene) -> Iterator[Facts]:
    for name in media.strangers(scene.settings.data, scene.office.slug):
        yield {"file": name}
