"""The page of one file: the work of its step at the left, who, what, papers and where the applicant is at the right;
and the checklist of the first desk, from which a file begins.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import g, render_template, request
from flask_babel import gettext
from sqlalchemy import Connection

from counter.files.shows import correctable, correction_shows, declared_at, field_of, shown_applicant, step_shows
from shared.domain.errors import NotAllowed, Unknown
from shared.domain.files.collected import Collected, Entry
from shared.domain.files.file import COLLECT, File
from shared.domain.files.matter import facts_of, fee_of, lines, masked, products_of
from shared.domain.files.procedure import (
    ENDS_STEP,
    RUNNING,
    FileAction,
    FilePauseReason,
    acting_role,
    actions_for,
    asked_besides,
    first_desk,
    may_gather,
    next_step,
    send_back_targets,
    way,
)
from shared.domain.files.register import RegisterEvent, finished_at, in_force
from shared.domain.files.trail import Deed, correction, sitting, trail
from shared.domain.identity import nik_check, with_masked_nik
from shared.domain.numbering import following, label, office_day
from shared.domain.office import CounterConfig
from shared.domain.queue.ticket import AT_COUNTER, Brought, State
from shared.domain.rights import Right
from shared.domain.standards.parts import FieldKind
from shared.domain.standards.standard import (
    APPLICANT_FIELDS,
    BUSINESS_SYSTEMS,
    Collects,
    ServiceStandard,
    Step,
    needed,
    next_question,
    system_name,
)
from shared.domain.undo import undo_left_s
from shared.engine.files import file as file_engine
from shared.engine.files import reminder as file_reminder
from shared.engine.files import slips as file_slips
from shared.standards import regions
from shared.store import events as past
from shared.store import messages
from shared.store.events import PastEvent
from shared.store.files import files
from shared.store.files import views as file_views
from shared.store.files.views import FileView
from shared.store.queue import brought, outages
from shared.store.surveys import survey
from shared.web import forms
from shared.web.access.auth import current_user, may, now, store
from shared.web.clicks import own_counter
from shared.web.screen import office_config

CALLABLE = (State.WAITING, State.HELD, State.ABSENT)


@dataclass(frozen=True, slots=True)
class ApplicantHere:
    """The applicant in the room. `may_be_called`: they wait, and this officer could call them."""

    number: str
    state: str
    minutes: int
    counter: CounterConfig | None
    may_be_called: bool


def file_page(case_id: int, message: str | None = None, *, whole: bool = False) -> str:
    with store().read() as connection:
        found = file_views.one(connection, store().office_configs, office_config(), case_id, now())
        if found is None:
            raise Unknown("case")
        events = file_views.history(connection, case_id)
        last = past.of_file(connection, case_id)
        views = file_views.views(connection, case_id)
        is_of_business = any(step.system in BUSINESS_SYSTEMS for step in found.service.steps)
        twin = files.with_nib(connection, g.office_id, found.file.nik, case_id) if is_of_business else None
        out = outages.systems_out(connection, g.office_id)
        proposed = proposed_at(connection, found.step)
        drawn = survey.drawn_with_file(connection, case_id, office_config().calendar.day_of(now()))
        sent = messages.of_file(connection, case_id)
    steps, facts = found.file.way(found.service), found.file.facts(found.service)
    follows = _follows(found, steps)
    pressed = (request.view_args or {}).get("action")
    deeds = [_deed(event) for event in events if event.ticket_id is None]
    matter = lines(found.service, found.file.matter)
    actions = actions_for(found.state, steps, found.file.step, current_user.roles)
    return render_template(
        "counter/file.html",
        office=office_config(),
        file=found,
        actions=[action.value for action in actions],
        ending=[action.value for action in actions if action in ENDS_STEP and action != FileAction.RECAP],
        may_fill=found.step is not None and acting_role(found.step, current_user.roles) is not None,
        way=steps,
        is_running=found.state in RUNNING,
        declared=declared_at(found.service, found.step, facts) if found.step else [],
        filled=found.file.matter if whole else masked(found.service.fields, found.file.matter),
        matter=[(name, said if whole else with_masked_nik(said)) for name, said in matter],
        applicant=shown_applicant(found.file.applicant, whole),
        is_whole=whole,
        products=products_of(found.service, facts),
        correctable=correctable(found.service, found.file, is_whole=whole),
        correction_shows=correction_shows(found.service, found.file),
        step_shows=_step_shows(found),
        signatures=_signatures(found.file, found.service),
        may_collect=may_gather(found.state, found.step, current_user.roles),
        slips=file_slips.offered(found.file),
        reminders=file_reminder.offered(found.file, found.service),
        messages=sent,
        targets=send_back_targets(steps, found.step) if found.step else [],
        requirements=needed(found.service, facts),
        can_undo=can_undo(last),
        events=events,
        views=views,
        twin=twin,
        warnings=_warnings(found.file.nik),
        out=system_name(found.step.system) if found.step and found.step.system in out else None,
        reasons=list(FilePauseReason),
        net_hours=file_views.net_hours(found.file, _finished_at(found, events), office_config(), now()),
        counter=own_counter(),
        done=trail(steps, deeds),
        correction=correction(deeds, found.file.step),
        sitting=sitting(steps, found.step, current_user.roles) if found.step else [],
        follows=follows,
        receiver=_receiver(follows, found.step),
        visit=_visit(case_id),
        proposed=proposed,
        drawn=drawn if may(Right.ENTER_SURVEY) else None,
        villages=villages(),
        fields=APPLICANT_FIELDS,
        form=forms.sent(),
        lacking=_lacking(),
        typed=forms.sent() if pressed in (*ENDS_STEP, COLLECT) else None,
        pressed=pressed,
        message=message,
    )


def shown_by(case_id: int, action: str) -> forms.Shows:
    """What the form with the button `action` shows of this file now."""
    with store().read() as connection:
        found = file_views.one(connection, store().office_configs, office_config(), case_id, now())
    if found is None:
        raise Unknown("case")
    is_correction = action == FileAction.CORRECT
    return correction_shows(found.service, found.file) if is_correction else _step_shows(found)


def _step_shows(found: FileView) -> forms.Shows:
    return step_shows(found.service, found.file, found.step, current_user.roles) if found.step else {}


def _lacking() -> set[str]:
    """The fields of the refused click that are still to be filled in."""
    return {field_of(code) for code in g.get("refused", ())}


def _finished_at(found: FileView, events: Sequence[file_views.FileDeed]) -> datetime | None:
    done = [RegisterEvent(each.at, each.action, detail=each.detail) for each in events if each.ticket_id is None]
    return finished_at(in_force(done), found.file, found.service)


def _deed(event: file_views.FileDeed) -> Deed:
    return Deed(event.action, event.at, event.officer, event.of("step"), event.of("to_step"), event.reason)


def receiver_of(step: Step) -> str:
    """Who works at the step, for a button and a message."""
    return step.who or step.elsewhere or str(gettext(f"role.{step.role.value}"))


def _follows(found: FileView, steps: tuple[Step, ...]) -> Step | None:
    """The step at which the file lies when this sitting ends."""
    here = sitting(steps, found.step, current_user.roles) if found.step else []
    return next_step(steps, here[-1].key) if here else None


def _receiver(follows: Step | None, here: Step | None) -> str | None:
    """Who gets the file when this sitting ends; None when that is nobody else."""
    return None if follows is None or here is None or follows.roles == here.roles else receiver_of(follows)


def _visit(case_id: int) -> ApplicantHere | None:
    with store().room(g.office_id, now()) as room:
        ticket = room.active_ticket_of(case_id)
        if ticket is None:
            return None
        minutes = int((now() - ticket.since_at).total_seconds() // 60)
        counter = room.office.counter_by_id(ticket.counter_id) if ticket.state in AT_COUNTER else None
        return ApplicantHere(ticket.label, ticket.state.value, minutes, counter, ticket.state in CALLABLE)


def proposed_at(connection: Connection, step: Step | None) -> dict[str, str]:
    """What the archive is likely to write next: the number after the last ones, in the same place."""
    if step is None or Collects.ARCHIVE not in step.collects:
        return {}
    year = office_day(now(), office_config().zone).year
    number = following(files.archive_numbers(connection, g.office_id), year)
    return {"number": number, "place": files.last_archive_place(connection, g.office_id)}


def _signatures(file: File, service: ServiceStandard) -> list[tuple[Step, Entry]]:
    """Who has signed so far, step by step."""
    signed = [(step, file.collected.at(step.key).get(Collects.SIGNATURE)) for step in service.steps]
    return [(step, entry) for step, entry in signed if entry and entry.get("is_signed") is True]


def can_undo(last: PastEvent | None) -> bool:
    """Whether this newest event of the file is the officer's own, and young enough."""
    if last is None or last.officer_id != current_user.id:
        return False
    return file_engine.is_undoable(last) and undo_left_s(last.at, now()) > 0


def _warnings(nik: str) -> tuple[str, ...]:
    return nik_check(nik, str(office_config().profile.get("region_code", ""))).warnings if nik else ()


def villages() -> list[tuple[str, str]]:
    """Code and name of the villages of this office's sub-district, then of the others of a regency that we know."""
    own = str(office_config().profile.get("region_code", ""))
    known = [district for district in regions() if district.code[:5] == own[:5]]
    districts = sorted(known, key=lambda district: not own.startswith(district.code))
    return [(v.code, f"{v.name}, {d.name}") for d in districts for v in d.villages]


# --- the checklist of the first desk ---


def checklist_page(number: int, ticket_id: int, message: str | None = None) -> str:
    with store().read() as connection:
        ticket = files.ticket_of(connection, g.office_id, ticket_id)
        if ticket is None:
            raise Unknown("ticket")
        found = (
            file_views.one(connection, store().office_configs, office_config(), ticket.case_id, now())
            if ticket.case_id
            else None
        )
    service = found.service if found else office_config().service_ids[ticket.service_id].standard
    answers = {question.key: forms.sent().get(f"answers.{question.key}", "") for question in service.questions}
    said = Brought() if found else brought.read(ticket.brought, ticket.service_id)
    known = {**(found.file.answers if found else said.answers)} | {key: each for key, each in answers.items() if each}
    asked, _, answer = forms.pressed("_answer").partition("=")
    known |= {question.key: answer for question in service.questions if question.key == asked}
    if not service.steps:
        raise NotAllowed("no_procedure")
    matter = {**(found.file.matter if found else {}), **_choices(service)}
    facts = facts_of(service, known, matter)
    step = first_desk(service.steps)
    fresh = File(ticket.service_id, 0, "", now(), now(), fee=fee_of(service, facts, matter))
    with store().read() as connection:
        proposed = proposed_at(connection, step)
    return render_template(
        "counter/checklist.html",
        office=office_config(),
        counter=office_config().counter(number),
        ticket=ticket,
        number=label(ticket.series, ticket.number),
        service=service,
        file=found,
        view=found or Unwritten(fresh, service),
        besides=asked_besides(way(service.steps, facts)),
        proposed=proposed,
        products=products_of(service, facts),
        collected=found.file.collected if found else _ticked(service, said),
        said=said,
        applicant=shown_applicant(found.file.applicant if found else {}),
        answers=known,
        question=next_question(service, known),
        requirements=needed(service, facts),
        declared=declared_at(service, step, facts),
        matter=masked(service.fields, matter),
        step=step,
        may_return=True,
        villages=villages(),
        form=forms.sent(),
        lacking=_lacking(),
        message=message,
    )


@dataclass(frozen=True, slots=True)
class Unwritten:
    """A file that is on the desk and nowhere else, for what its page shows of a file."""

    file: File
    service: ServiceStandard
    confirmation_valid: bool = False


def _ticked(service: ServiceStandard, said: Brought) -> Collected:
    """The checklist as the visitor ticked it at the kiosk; what is there is for the officer to say."""
    entries = {Collects.DOCUMENTS.value: dict.fromkeys(said.ready, True)} if said.ready else {}
    return Collected().put(first_desk(service.steps).key, entries)


def _choices(service: ServiceStandard) -> dict[str, str]:
    """The choices that stand in the sent form: they say which papers and fields are asked for."""
    chosen = {each.key: forms.sent().get(f"matter.{each.key}", "") for each in service.fields}
    return {each.key: chosen[each.key] for each in service.fields if each.kind == FieldKind.CHOICE and chosen[each.key]}
