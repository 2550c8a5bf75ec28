"""What officers do with a file: accept it, lead it through the steps of its standard, hand its product over."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, insert, select, update

from shared.domain import case as cases
from shared.domain.actor import Actor
from shared.domain.calendar import promised_at
from shared.domain.case import FileAction, FileState
from shared.domain.errors import Forbidden, Invalid, NotAllowed, Unknown
from shared.domain.identity import applicant_check, is_nib, tidy
from shared.domain.numbering import label, office_day, register_label
from shared.domain.procedure import FilePlace, changes, check, find_step, first_desk, kept
from shared.domain.standard import Collects, ServiceStandard, Step, needed
from shared.domain.ticket import State as TicketState
from shared.engine import case_slips
from shared.engine.follow import follow, take_back_visit
from shared.engine.hand import Said
from shared.engine.seat import claim
from shared.engine.ticket import find as find_ticket
from shared.engine.visitor import active_ticket_of
from shared.store.office import Transaction
from shared.store.sequence import next_number
from shared.store.tables import Case, Event, Outage, Register, Ticket

UNDO_WITHIN = timedelta(seconds=10)
COLLECT = "collect"
REMARKS = "remarks"
LONGEST_REMARK = 80
FIELDS = ("name", "nik", "phone", "email", "village", "address", "business", "kbli")
"""The applicant's data. Never a password or a code of theirs."""


def find(tx: Transaction, case_id: int) -> Row[Any]:
    """The case's row; raises `Unknown("case")` when this office has none such."""
    row = tx.first(select(Case).where(Case.id == case_id, Case.office_id == tx.office_id))
    if row is None:
        raise Unknown("case")
    return row


def required(service: ServiceStandard, answers: Mapping[str, str]) -> list[str]:
    """Keys of the requirements that this applicant must bring."""
    return [requirement.key for requirement in needed(service, answers) if not requirement.optional]


def receive(tx: Transaction, ticket_id: int, action: FileAction, said: Said) -> dict[str, Any]:
    """The first desk's word on the file of a visitor at its counter: `accept` or `return_to_applicant`.

    A returned file of the same visit is taken up again. Raises `Invalid("applicant")` with the wrong fields,
    `NotAllowed` (stale, elsewhere), `Missing("incomplete")`, `Forbidden("wrong_role")`.
    """
    if action not in (FileAction.ACCEPT, FileAction.RETURN_TO_APPLICANT):
        raise Forbidden("action", action=action.value)
    ticket = _visitor(tx, ticket_id)
    row = find(tx, ticket.case_id) if ticket.case_id is not None else _new(tx, ticket)
    if ticket.case_id is None:
        tx.execute(update(Ticket).where(Ticket.id == ticket.id).values(case_id=row.id))
    return act(tx, row.id, action, said)


def take_up(tx: Transaction, ticket_id: int, case_id: int) -> None:
    """Ties a returned file to the visit of somebody who came back with what was missing.

    Raises `NotAllowed` ("elsewhere", "has_file": the visit is about another file already).
    """
    ticket, file = _visitor(tx, ticket_id), find(tx, case_id)
    if ticket.case_id is not None or file.state != FileState.RETURNED:
        raise NotAllowed("has_file")
    tx.execute(update(Ticket).where(Ticket.id == ticket.id).values(case_id=file.id, service_id=file.service_id))
    tx.record("take_up", ticket_id=ticket.id, case_id=file.id)


def _visitor(tx: Transaction, ticket_id: int) -> Row[Any]:
    """The ticket that is served at the actor's counter, which must be theirs or nobody's."""
    ticket = find_ticket(tx, ticket_id)
    if ticket.state != TicketState.SERVING or ticket.counter_id != tx.actor.counter_id:
        raise NotAllowed("elsewhere", counter=_counter_number(tx, ticket.counter_id))
    claim(tx)
    return ticket


def act(tx: Transaction, case_id: int, action: FileAction, said: Said) -> dict[str, Any]:
    """Does `action` with the case; its facts afterwards. The visitor's ticket, if any, follows the file.

    Raises `NotAllowed` (stale, no_step, wrong_step, bad_target, nib_taken), `Forbidden("wrong_role")`,
    `Missing("incomplete")` with the codes of what is missing, `Invalid("applicant")`.
    """
    row = find(tx, case_id)
    service = tx.standard(row.standard_id)
    answers = dict(row.answers) | dict(said.answers or {})
    collected = _gather(tx, row, service.steps, said.collected)
    state = FileState.NEW if row.accepted_at is None and row.step is None else row.state
    here = row.step or first_desk(service.steps).key
    place = check(
        state,
        service.steps,
        here,
        tx.actor.roles,
        action,
        collected=collected,
        required=required(service, answers),
        target=said.target,
        reason=said.reason,
    )
    _must_be_there(tx, row, find_step(service.steps, here), action)
    values: dict[str, Any] = {"answers": answers, "since_at": tx.now}
    detail: dict[str, Any] = {"step": here, "to_step": place.step}
    if said.note:
        detail["note"] = said.note
    values |= _applicant(tx, row, said.applicant, must_be_whole=action == FileAction.ACCEPT)
    corrected = changes(row.applicant, values.get("applicant", row.applicant)) if row.accepted_at else []
    if corrected:
        collected["data_version"] = collected.get("data_version", 1) + 1
        detail["data_version"] = collected["data_version"]
        detail["changes"] = [[change.field, change.was, change.becomes] for change in corrected]
    elif action == FileAction.CORRECT:
        raise Invalid("no_correction", fields=["applicant"])
    if action == FileAction.SEND_BACK and place.step is not None:
        collected = kept(service.steps, place.step, collected)
    values["collected"] = collected
    values |= _effects(tx, row, service, action, place, said, collected)
    return _write(tx, row, service, state, action, place, said, values, detail)


def collect(tx: Transaction, case_id: int, said: Said) -> dict[str, Any]:
    """Keeps what the step has gathered so far without ending it, such as the applicant's approval before issue."""
    row = find(tx, case_id)
    service = tx.standard(row.standard_id)
    if row.state != FileState.OPEN:
        raise NotAllowed("stale", state=row.state.value, action="collect")
    step = find_step(service.steps, row.step)
    if step.role not in tx.actor.roles:
        raise Forbidden("wrong_role", step=step.title, role=step.role.value, action="collect")
    collected = _gather(tx, row, service.steps, said.collected)
    values = {"collected": collected, "since_at": tx.now} | _nib(tx, row, collected)
    kinds = sorted(said.collected)
    return _write(
        tx, row, service, FileState.OPEN, None, FilePlace(FileState.OPEN, row.step), said, values, {"collected": kinds}
    )


def undo(tx: Transaction, case_id: int) -> dict[str, Any]:
    """Takes back one's own last action on the case within ten seconds: a new event, and everything as it was.

    Raises `NotAllowed("too_late")`, also when the visitor has moved on meanwhile.
    """
    row = find(tx, case_id)
    last = last_event(tx, case_id)
    if last is None or not is_undoable(last, tx.actor.officer_id, tx.now):
        raise NotAllowed("too_late")
    values = {name: _column(name, was) for name, was in last.detail["was"].items()}
    take_back_visit(tx, row.id, last.version)
    tx.execute(update(Case).where(Case.id == row.id).values(**values))
    tx.record(
        "undo",
        from_state=row.state.value,
        to_state=values["state"].value,
        case_id=row.id,
        detail={"of": last.action, "step": row.step, "to_step": values["step"]},
    )
    return facts(tx, find(tx, row.id))


def is_undoable(event: Row[Any], officer_id: int | None, now: datetime) -> bool:
    """Whether this officer can still take back this newest event of a case."""
    detail = event.detail or {}
    if event.officer_id != officer_id or "was" not in detail or now - event.at > UNDO_WITHIN:
        return False
    return event.action == COLLECT or cases.can_undo(FileState(event.from_state), FileAction(event.action))


def last_event(tx: Transaction, case_id: int) -> Row[Any] | None:
    """The newest thing that was done to the case itself; what its visitor's ticket did meanwhile is not asked."""
    own = Event.case_id == case_id, Event.ticket_id.is_(None)
    return tx.first(select(Event).where(*own).order_by(Event.id.desc()).limit(1))


def facts(tx: Transaction, row: Row[Any]) -> dict[str, Any]:
    """What a program is told of a case: no person's data."""
    service = tx.standard(row.standard_id)
    return {
        "id": row.id,
        "register": register_label(row.register_number, row.register_year),
        "service": tx.office.service_ids[row.service_id].slug,
        "state": row.state.value,
        "step": row.step,
        "step_title": find_step(service.steps, row.step).title if row.step else None,
        "due_at": row.due_at.isoformat() if row.due_at else None,
        "data_version": row.collected.get("data_version", 1),
    }


# --- inside one action ---


def _must_be_there(tx: Transaction, row: Row[Any], step: Step, action: FileAction) -> None:
    """A step that needs the applicant is done with them at the desk, not past them while they wait in the room.

    Raises `NotAllowed("call_first")` with the number to call. Who is absent, or was never here today, hinders nobody.
    """
    if not step.needs_applicant or action in (FileAction.PAUSE, FileAction.RESUME, FileAction.WITHDRAW):
        return
    visit = active_ticket_of(tx, row.id)
    if visit is not None and visit.state in (TicketState.WAITING, TicketState.CALLED, TicketState.PROCESSING):
        raise NotAllowed("call_first", number=label(visit.series, visit.number))


def _new(tx: Transaction, ticket: Row[Any]) -> Row[Any]:
    """A file that has no case yet; it is written only if the action that follows succeeds."""
    service = tx.office.service_ids[ticket.service_id]
    key: Any = tx.execute(
        insert(Case),
        {
            "office_id": tx.office_id,
            "service_id": service.id,
            "standard_id": service.standard_id,
            "token": secrets.token_urlsafe(16),
            "state": FileState.RETURNED,
            "step": None,
            "opened_at": tx.now,
            "since_at": tx.now,
        },
    ).inserted_primary_key
    return find(tx, int(key[0]))


def _gather(tx: Transaction, row: Row[Any], steps: Sequence[Step], said: Mapping[str, Any]) -> dict[str, Any]:
    """What was collected before and what is said now, with who and when; only of the kinds that this step collects."""
    collected = dict(row.collected)
    stamp = {"by": tx.actor.name, "at": tx.now.isoformat(timespec="seconds")}
    step = find_step(steps, row.step) if row.step else first_desk(steps)
    for kind, value in said.items():
        if kind == REMARKS and Collects.DOCUMENTS in step.collects and isinstance(value, Mapping):
            collected[kind] = _remarks(value)
            continue
        if kind not in step.collects or not isinstance(value, Mapping):
            raise Invalid("not_collected_here", fields=[kind], step=step.title)
        entry = dict(value)
        if kind == Collects.CONFIRMATION and entry.get("is_approved") is True:
            entry["data_version"] = collected.get("data_version", 1)
        if kind == Collects.PRODUCT and "nib" in entry:
            entry["nib"] = tidy(str(entry["nib"]))
        collected[kind] = entry | stamp
    return collected


def _remarks(said: Mapping[str, Any]) -> dict[str, str]:
    """What is wrong with a document, as the slip will say it behind the document's name."""
    short = {str(key): " ".join(str(text).split())[:LONGEST_REMARK].strip() for key, text in said.items()}
    return {key: text for key, text in short.items() if text}


def _applicant(
    tx: Transaction, row: Row[Any], said: Mapping[str, str] | None, *, must_be_whole: bool
) -> dict[str, Any]:
    """The columns for new data of the applicant; raises `Invalid("applicant")` with what is wrong."""
    if said is None and not must_be_whole:
        return {}
    data = {name: str((said or {}).get(name, row.applicant.get(name, ""))).strip() for name in FIELDS}
    data |= {name: tidy(data[name]) for name in ("nik", "kbli")}
    if must_be_whole or row.accepted_at or data["nik"]:
        found = applicant_check(
            name=data["name"],
            nik=data["nik"],
            office_prefix=str(tx.office.profile.get("region_code", "")),
            phone=data["phone"],
            email=data["email"],
            kbli=data["kbli"],
        )
        errors = [code for code in found.errors if must_be_whole or row.accepted_at or code != "name_missing"]
        if errors:
            raise Invalid("applicant", fields=errors)
    return {"applicant": {name: value for name, value in data.items() if value}, "nik": data["nik"]}


def _effects(
    tx: Transaction,
    row: Row[Any],
    service: ServiceStandard,
    action: FileAction,
    place: FilePlace,
    said: Said,
    collected: Mapping[str, Any],
) -> dict[str, Any]:
    """What else changes with the action: register and promise, pauses, the NIB, the end."""
    values = _nib(tx, row, collected)
    if action == FileAction.ACCEPT and row.accepted_at is None:
        values |= _register(tx, service)
    elif action == FileAction.ACCEPT:
        values |= {"due_at": _due(tx, service), "accepted_at": tx.now}
    if action == FileAction.PAUSE:
        values["pauses"] = [*row.pauses, [said.reason, tx.now.isoformat(), None]]
    if action == FileAction.RESUME:
        values["pauses"] = ended(row.pauses, tx.now)
    if place.state == FileState.COMPLETED and row.completed_at is None:
        values["completed_at"] = tx.now
    if place.state == FileState.WITHDRAWN:
        values["pauses"] = ended(row.pauses, tx.now)
    return values


def _register(tx: Transaction, service: ServiceStandard) -> dict[str, Any]:
    year = office_day(tx.now, tx.office.zone).year
    return {
        "register_year": year,
        "register_number": next_number(tx, Register, year=year),
        "accepted_at": tx.now,
        "due_at": _due(tx, service),
    }


def _due(tx: Transaction, service: ServiceStandard) -> datetime | None:
    promise = service.promise
    if promise is None:
        return None
    return promised_at(tx.now, promise.value, promise.unit, tx.office.calendar, tx.office.settings.convention)


def pause_for_outage(tx: Transaction, row: Row[Any], reason: cases.FilePauseReason) -> None:
    """Pauses a file because the system outside is down; nobody's own action, so nobody can take it back."""
    state = cases.after(row.state, FileAction.PAUSE)
    pauses = [*row.pauses, [reason.value, tx.now.isoformat(), None]]
    _turn(tx, row, FileAction.PAUSE, state, pauses, reason.value)


def resume_after_outage(tx: Transaction, row: Row[Any], reason: cases.FilePauseReason) -> None:
    """Lets a file go on when the system outside works again; the applicant who sits in the room is called."""
    state = cases.after(row.state, FileAction.RESUME)
    _turn(tx, row, FileAction.RESUME, state, ended(row.pauses, tx.now), reason.value)
    with tx.acting(Actor.system(tx.now)):
        follow(tx, active_ticket_of(tx, row.id), tx.standard(row.standard_id).steps, find(tx, row.id))


def _turn(tx: Transaction, row: Row[Any], action: FileAction, state: FileState, pauses: list[Any], reason: str) -> None:
    tx.execute(update(Case).where(Case.id == row.id).values(state=state, pauses=pauses, since_at=tx.now))
    with tx.acting(Actor.system(tx.now)):
        tx.record(action.value, from_state=row.state.value, to_state=state.value, case_id=row.id, reason=reason)


def is_out(tx: Transaction, step: Step) -> bool:
    """Whether the system outside in which `step` works is disturbed now."""
    if step.system is None:
        return False
    mine = Outage.office_id == tx.office_id, Outage.system == step.system, Outage.until_at.is_(None)
    return tx.first(select(Outage.id).where(*mine)) is not None


def _nib(tx: Transaction, row: Row[Any], collected: Mapping[str, Any]) -> dict[str, Any]:
    """The column for the NIB; raises `NotAllowed("nib_taken")` when another file of the office has it."""
    nib = (collected.get(Collects.PRODUCT) or {}).get("nib")
    if not is_nib(nib):
        return {}
    other = tx.first(select(Case).where(Case.office_id == tx.office_id, Case.nib == nib, Case.id != row.id))
    if other is not None:
        raise NotAllowed("nib_taken", register=register_label(other.register_number, other.register_year))
    return {"nib": nib}


def ended(pauses: Sequence[Sequence[Any]], now: datetime) -> list[list[Any]]:
    """The pauses with the running one, if any, ended at `now`."""
    return [[reason, began, until or now.isoformat()] for reason, began, until in pauses]


def _write(
    tx: Transaction,
    row: Row[Any],
    service: ServiceStandard,
    state: FileState,
    action: FileAction | None,
    place: FilePlace,
    said: Said,
    values: dict[str, Any],
    detail: dict[str, Any],
) -> dict[str, Any]:
    """Writes the case, its event and its slips, and lets the visitor's ticket follow."""
    moved = {"state": place.state, "step": place.step, **values}
    detail["was"] = {name: _plain(getattr(row, name)) for name in moved}
    tx.execute(update(Case).where(Case.id == row.id).values(**moved))
    tx.record(
        action.value if action else COLLECT,
        from_state=state.value,
        to_state=place.state.value,
        case_id=row.id,
        reason=said.reason,
        detail=detail,
    )
    if place.state == FileState.OPEN and place.step is not None and is_out(tx, find_step(service.steps, place.step)):
        pause_for_outage(tx, find(tx, row.id), cases.FilePauseReason.OSS_DOWN)
    fresh = find(tx, row.id)
    visit = active_ticket_of(tx, row.id)
    case_slips.after(tx, action, fresh, service, said.reason)
    follow(tx, visit, service.steps, fresh)
    return facts(tx, fresh)


def _plain(value: Any) -> Any:
    """A column's value as the event keeps it."""
    if isinstance(value, datetime):
        return value.isoformat()
    return value.value if isinstance(value, FileState) else value


def _column(name: str, was: Any) -> Any:
    """The column's value again."""
    if name == "state":
        return FileState(was)
    return datetime.fromisoformat(was) if name.endswith("_at") and was is not None else was


def _counter_number(tx: Transaction, counter_id: int | None) -> int | str:
    counter = tx.office.counter_by_id(counter_id)
    return counter.number if counter else "-"
