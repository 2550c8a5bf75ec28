"""What the panel of one counter shows: whom it has, who comes next, who was missed; all rules come from below."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

from flask import g
from sqlalchemy import Connection

from shared.domain.actor import Actor
from shared.domain.files.at_once import can_end_at_once
from shared.domain.files.file import File
from shared.domain.files.matter import products_of
from shared.domain.office import CounterConfig, OfficeConfig, ServiceConfig
from shared.domain.queue.counter import (
    MOVE_OF,
    RECALL_AFTER_S,
    UNHEARD_AFTER_S,
    CallReason,
    CancelReason,
    FinishReason,
    PauseReason,
    Primary,
    TransferPlace,
    Work,
    primary,
    wait_level,
)
from shared.domain.queue.room import Room
from shared.domain.queue.ticket import Action, QueueTicket, State, allowed
from shared.domain.queue.visit_work import VisitWork, has_procedure, visit_work
from shared.domain.standards.standard import needed
from shared.domain.undo import undo_left_s
from shared.engine.queue.officer import OFFERED, is_undoable
from shared.store import events, reads
from shared.store.files import files
from shared.store.queue import announcements, brought, panel
from shared.web.access.auth import SignedIn, current_user, now, store

PREVIEW = 5
NOTHING_LEFT = VisitWork()
ASKS = {Action.TRANSFER, Action.CANCEL}
"""Actions that ask something first: their button opens a small form."""
KEYS = {
    "recall": "U",
    "start": "M",
    "miss": "T",
    "release": "K",
    "hold": "D",
    "finish": "S",
    "transfer": "A",
    "note": "C",
    "next_service": "L",
    "undo": "Z",
    "walk_in": "W",
    "call_number": "N",
    "pause": "I",
    "cancel": "B",
    "at_once": "Y",
}
"""The key of each button, printed on it; those that destroy only open their form."""


@dataclass(frozen=True)
class PanelTicket:
    """One ticket on the panel with the actions that its state allows."""

    id: int
    number: str
    service: str
    service_slug: str
    state: str
    is_served: bool
    """The visitor sits at the counter now."""
    has_file: bool
    lane: str
    waited_min: int
    level: str
    """A `counter.Wait` value."""
    since_s: int
    recalls: int
    note: str | None
    returns_to: CounterConfig | None
    actions: list[str]
    """Those that one click does."""
    asks: list[str]
    """Those that ask something first."""


@dataclass(frozen=True)
class AtOnce:
    documents: list[str]
    products: list[str]


@dataclass(frozen=True)
class Undo:
    action: str
    number: str
    left_s: int


@dataclass(frozen=True)
class Panel:
    counter: CounterConfig
    version: int
    officer: str | None
    """Who sits here; None when the counter is empty."""
    is_mine: bool
    is_taken: bool
    """Another officer sits here."""
    paused_s: int | None
    pause_reason: str | None
    current: PanelTicket | None
    unheard_call: int | None
    """The id of the current call while no display has spoken it."""
    primary: str
    work: VisitWork
    """What the file of the visitor at the counter asks first."""
    at_once: AtOnce | None
    """What one press vouches for, where it may accept the file and end it."""
    upcoming: list[PanelTicket]
    waiting: int
    waiting_by_service: list[tuple[str, int]]
    held: list[PanelTicket]
    absent: list[PanelTicket]
    others: list[CounterConfig]
    empty: frozenset[int]
    """Numbers of counters at which nobody sits."""
    services: list[ServiceConfig]
    """Those that give numbers; a visitor can be sent on to them."""
    own_services: list[ServiceConfig]
    """Those that this counter serves itself."""
    undo: Undo | None
    today: panel.Today
    messages: Sequence[panel.FloorMessage]
    paper: list[reads.PaperView]
    """How the printers are: `reads.paper`."""
    keys: dict[str, str] = field(default_factory=lambda: KEYS)
    recall_after_s: int = RECALL_AFTER_S
    unheard_after_s: int = UNHEARD_AFTER_S
    pause_reasons: list[str] = field(default_factory=lambda: [reason.value for reason in PauseReason])
    call_reasons: list[str] = field(default_factory=lambda: [reason.value for reason in CallReason])
    cancel_reasons: list[str] = field(default_factory=lambda: [reason.value for reason in CancelReason])
    finish_reasons: list[str] = field(default_factory=lambda: [reason.value for reason in FinishReason])
    places: list[str] = field(default_factory=lambda: [place.value for place in TransferPlace])


def current_panel(number: int) -> Panel:
    """The panel of this counter for the officer of this request; raises `Unknown("counter")`."""
    with store().room(g.office_id, now()) as room, store().read() as connection:
        return read_panel(connection, room, number, current_user, now())


def read_panel(connection: Connection, room: Room, number: int, who: SignedIn, moment: datetime) -> Panel:
    office, officer_id = room.office, who.id
    counter = office.counter(number)
    seat, here = room.seat(counter), room.at_counter(counter)
    waiting = room.waiting_for(counter)
    work = _work(connection, office, here, who)
    at_once = _at_once(connection, office, here, who, moment) if work.work == Work.CHECK else None
    line = partial(_line, office, moment)
    offered = [service for service in office.services if service.is_active]
    midnight = moment.astimezone(office.zone).replace(hour=0, minute=0, second=0, microsecond=0)
    return Panel(
        counter=counter,
        version=room.version,
        officer=None if seat.officer_id is None else panel.officer_name(connection, seat.officer_id),
        is_mine=seat.officer_id == officer_id,
        is_taken=seat.officer_id not in (None, officer_id),
        paused_s=None if seat.paused_at is None else int((moment - seat.paused_at).total_seconds()),
        pause_reason=seat.pause_reason,
        current=_line(office, moment, here, work) if here is not None else None,
        unheard_call=_unheard(connection, here),
        primary=_primary(office, here, work, is_paused=seat.paused_at is not None).value,
        work=work,
        at_once=at_once,
        upcoming=[line(ticket) for ticket in room.line(counter, PREVIEW)],
        waiting=sum(waiting.values()),
        waiting_by_service=[(one.standard.short_name, waiting[one.id]) for one in office.services if one.id in waiting],
        held=[line(ticket) for ticket in room.held_by(counter)],
        absent=[line(ticket) for ticket in room.absent_for(counter)],
        others=[other for other in office.counters if other.id != counter.id],
        empty=frozenset(each.number for each in office.counters if room.seat(each).officer_id is None),
        services=offered,
        own_services=[service for service in offered if counter.serves(office.first_role(service), service.id)],
        undo=_undo(connection, officer_id, counter, moment),
        today=panel.done_today(connection, officer_id, midnight),
        messages=panel.messages(connection, office.office_id, moment),
        paper=reads.paper(connection, office.office_id),
    )


def _unheard(connection: Connection, here: QueueTicket | None) -> int | None:
    if here is None or here.state != State.CALLED:
        return None
    call = announcements.last_call(connection, here.office_id, here.id)
    return call.id if call is not None and not call.is_heard else None


def _work(connection: Connection, office: OfficeConfig, here: QueueTicket | None, who: SignedIn) -> VisitWork:
    if here is None or here.state != State.SERVING:
        return VisitWork()
    file = None if here.case_id is None else files.find(connection, office.office_id, here.case_id)
    configs = store().office_configs
    standard = configs.standard(connection, file.standard_id) if file else office.service_ids[here.service_id].standard
    return visit_work(standard.steps, file, who.roles)


def _at_once(
    connection: Connection, office: OfficeConfig, here: QueueTicket | None, who: SignedIn, moment: datetime
) -> AtOnce | None:
    """For a visitor who hands in a file that one press may accept and end; a returned one is looked at on its page."""
    if here is None or here.case_id is not None:
        return None
    service = office.service_ids[here.service_id]
    standard = service.standard
    if not standard.is_over_the_counter:
        return None
    answers = brought.of_ticket(connection, here.id, service.id).answers
    file = File(service.id, service.standard_id, "", moment, moment, answers=answers)
    if not can_end_at_once(file, standard, Actor.officer(moment, who.id, who.name, who.roles), office):
        return None
    facts = file.facts(standard)
    bring = [each.text for each in needed(standard, facts) if not each.optional]
    return AtOnce(bring, products_of(standard, facts))


def work_left(ticket_id: int) -> bool:
    """Whether the file of this visitor still asks something of the officer of this request."""
    with store().read() as connection:
        with store().room(g.office_id, now()) as room:
            here = next((one for one in room.in_state(State.SERVING) if one.id == ticket_id), None)
        return _work(connection, room.office, here, current_user).work != Work.NOTHING


def _primary(
    office: OfficeConfig, here: QueueTicket | None, work: VisitWork = NOTHING_LEFT, *, is_paused: bool = False
) -> Primary:
    state, recalls = (here.state, here.recalls) if here is not None else (None, 0)
    is_guest = here is not None and office.counter_by_id(here.return_counter_id) is not None
    return primary(state, recalls, is_paused=is_paused, is_guest=is_guest, work=work.work)


def _line(office: OfficeConfig, moment: datetime, row: QueueTicket, work: VisitWork = NOTHING_LEFT) -> PanelTicket:
    service = office.service_ids[row.service_id]
    offered = [action for action in allowed(row.state) if action in OFFERED]
    waited_s = (moment - row.taken_at).total_seconds()
    asks = ASKS if work.work == Work.NOTHING else ASKS | {Action.FINISH}
    chosen = MOVE_OF.get(_primary(office, row, work))
    return PanelTicket(
        id=row.id,
        number=row.label,
        service=service.standard.short_name,
        service_slug=service.slug,
        state=row.state.value,
        is_served=row.state == State.SERVING,
        has_file=row.case_id is not None or has_procedure(service.standard.steps),
        lane=row.lane.value,
        waited_min=max(0, int(waited_s // 60)),
        level=wait_level(waited_s, office.settings.wait_limits(service.slug)).value,
        since_s=max(0, int((moment - row.since_at).total_seconds())),
        recalls=row.recalls,
        note=row.note,
        returns_to=office.counter_by_id(row.return_counter_id),
        actions=[action.value for action in offered if action not in asks and action != chosen],
        asks=[action.value for action in offered if action in asks],
    )


def _undo(connection: Connection, officer_id: int, counter: CounterConfig, moment: datetime) -> Undo | None:
    """The officer's last action at this counter while it can be taken back."""
    event = events.of_officer(connection, officer_id)
    if event is None or event.ticket_id is None or event.counter_id != counter.id or not is_undoable(event):
        return None
    left_s = undo_left_s(event.at, moment)
    if left_s <= 0:
        return None
    return Undo(event.action, panel.number_of(connection, event.ticket_id), max(1, round(left_s)))
