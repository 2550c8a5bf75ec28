"""What officers do with a file: accept it, lead it through the steps of its standard, hand its product over."""

from __future__ import annotations

import secrets
from dataclasses import replace
from datetime import date

from sqlalchemy import select, update

from shared.domain.actor import Actor
from shared.domain.errors import Forbidden, Invalid, NotAllowed
from shared.domain.files.at_once import ending, vouched
from shared.domain.files.collecting import OSS
from shared.domain.files.file import COLLECT, Decision, File, FileInput, decide, gather
from shared.domain.files.letters import Standing
from shared.domain.files.procedure import ENDS_STEP, FileAction, FilePauseReason, FileState, acting_role, can_undo
from shared.domain.files.trail import shared_out
from shared.domain.numbering import label, office_day
from shared.domain.queue.ticket import QueueTicket
from shared.domain.queue.ticket import State as TicketState
from shared.domain.standards.standard import Collects, ServiceStandard
from shared.domain.typed import written_day
from shared.domain.undo import must_be_undoable
from shared.engine import messages
from shared.engine.files import letters
from shared.engine.files import slips as file_slips
from shared.engine.files.follow import follow, take_back_visit
from shared.engine.queue.seat import claim
from shared.engine.queue.ticket import mark
from shared.store import events
from shared.store.events import PastEvent
from shared.store.files import files
from shared.store.files.files import with_sought
from shared.store.office import Transaction
from shared.store.queue import brought
from shared.store.sequence import next_number
from shared.store.tables import FileRecord, OfficerRole, Register
from shared.store.undo import restored

STAYS_HERE = (COLLECT, FileAction.CORRECT)
"""What moves neither the file nor its visitor."""


def find(tx: Transaction, case_id: int) -> File:
    """Raises `Unknown("case")` when this office has none such."""
    return files.known(tx.connection, tx.office_id, case_id)


def receive(tx: Transaction, ticket_id: int, action: FileAction, given: FileInput) -> dict[str, object]:
    """The first desk's word on the file of a visitor at its counter: `accept` or `return_to_applicant`.

    A returned file of the same visit is taken up again. Raises `Invalid("applicant")` with the wrong fields,
    `NotAllowed` (stale, elsewhere), `Missing("incomplete")`, `Forbidden("wrong_role")`.
    """
    if action not in (FileAction.ACCEPT, FileAction.RETURN_TO_APPLICANT):
        raise Forbidden("action", action=action.value)
    ticket = _visitor(tx, ticket_id)
    if not tx.office.service_ids[ticket.service_id].standard.steps:
        raise NotAllowed("no_procedure")
    if ticket.case_id is not None:
        return act(tx, ticket.case_id, action, given)
    file = _open(tx, ticket)
    mark(tx, ticket, "take_up", replace(ticket, case_id=file.id))
    return act(tx, file.id, action, given)


def receive_at_once(tx: Transaction, ticket_id: int, given: FileInput) -> dict[str, object]:
    """Accepts the file of the visitor at the actor's counter and ends it: all is there, done and handed over.

    Raises what `receive` and `act` raise, and `NotAllowed("wrong_step")` when the procedure has more than one step.
    """
    ticket = _visitor(tx, ticket_id)
    if ticket.case_id is not None:
        file, standard = _with_standard(tx, ticket.case_id)
        answers = file.answers
    else:
        standard = tx.office.service_ids[ticket.service_id].standard
        answers = brought.of_ticket(tx.connection, ticket.id, ticket.service_id).answers
    if not standard.steps:
        raise NotAllowed("no_procedure")
    action, said = ending(standard), vouched(standard, answers, given)
    accepted = receive(tx, ticket_id, FileAction.ACCEPT, said)
    return act(tx, int(str(accepted["id"])), action, FileInput())


def take_up(tx: Transaction, ticket_id: int, case_id: int) -> None:
    """Ties a returned file to the visit of somebody who came back with what was missing.

    Raises `NotAllowed` ("elsewhere", "has_file": the visit is about another file already).
    """
    ticket, file = _visitor(tx, ticket_id), find(tx, case_id)
    if ticket.case_id is not None or file.state != FileState.RETURNED:
        raise NotAllowed("has_file")
    tx.save(replace(ticket, case_id=file.id, service_id=file.service_id), ticket)
    tx.record("take_up", ticket_id=ticket.id, case_id=file.id)


def act(tx: Transaction, case_id: int, action: FileAction, given: FileInput) -> dict[str, object]:
    """Does `action` with the file; its facts afterwards.

    Raises what `domain.files.file.decide` raises, `nib_taken`, what `letters.issue` raises, and `Invalid("day")`.
    """
    file, standard = _with_standard(tx, case_id)
    if given.letter_on:
        _written(given.letter_on, "letter_on")
    if action in ENDS_STEP:
        given = _with_letter(tx, file, standard, given)
    waiting, standing = _waiting(tx, file), _standing(tx, file, standard)
    return apply(tx, file, decide(file, standard, action, given, tx.actor, tx.office, waiting, standing))


def advance(tx: Transaction, case_id: int, given: FileInput) -> dict[str, object]:
    """Ends this step, and those after it that the same sitting has ended with the same form; the file's facts.

    Raises what `act` raises; then none of them is ended.
    """
    file, standard = _with_standard(tx, case_id)
    if file.step is None:
        return act(tx, case_id, FileAction.ADVANCE, given)
    first, *others = shared_out(file.way(standard), file.step, given.collected, tx.actor.roles)
    done = act(tx, case_id, FileAction.ADVANCE, replace(given, collected=first))
    for part in others:
        done = act(tx, case_id, FileAction.ADVANCE, FileInput(collected=part))
    return done


def collect(tx: Transaction, case_id: int, given: FileInput) -> dict[str, object]:
    """Keeps what the step has gathered so far without ending it; raises what `domain.files.file.gather` raises."""
    file, standard = _with_standard(tx, case_id)
    return apply(tx, file, gather(file, standard, given, tx.actor, _standing(tx, file, standard)))


def apply(tx: Transaction, before: File, decision: Decision) -> dict[str, object]:
    """Writes what was decided, its event and its slip; the visitor's ticket follows. The file's facts."""
    file = decision.file
    if decision.takes_register_number:
        year = office_day(tx.now, tx.office.zone).year
        file = replace(file, register_year=year, register_number=next_number(tx, Register, year=year))
        tx.execute(update(FileRecord).where(FileRecord.id == file.id).values(registered_at=tx.now))
    _must_have_its_own_nib(tx, file)
    was = _save(tx, file, before)
    tx.record(
        decision.action,
        from_state=before.state.value,
        to_state=file.state.value,
        case_id=file.id,
        reason=decision.reason,
        detail={**decision.detail, "was": was},
    )
    if decision.action not in STAYS_HERE:
        file = _paused_while_out(tx, file)
        visit = tx.room.active_ticket_of(file.id)
        is_here = visit is not None and visit.state != TicketState.ABSENT
        follow(tx, file)
        messages.after(tx, before, file, is_here=is_here)
    if decision.action in file_slips.GIVEN_AFTER:
        file_slips.after(tx, decision.action, file, decision.reason)
    return facts(tx, file)


def undo(tx: Transaction, case_id: int) -> dict[str, object]:
    """Takes back one's own last action on the file within ten seconds: a new event, and everything as it was.

    Raises what `domain.undo.must_be_undoable` raises, and `NotAllowed("stale")` when the visitor has moved on since.
    """
    file, last = find(tx, case_id), events.of_file(tx.connection, case_id)
    if last is None or not is_undoable(last):
        raise NotAllowed("undo_nothing")
    must_be_undoable(last.officer_id, last.at, tx.actor)
    values = restored(FileRecord, last.was or {})
    take_back_visit(tx, file.id, last.version)
    tx.execute(update(FileRecord).where(FileRecord.id == file.id).values(**with_sought(values)))
    back = find(tx, case_id)
    detail = {"of": last.action, "step": file.step, "to_step": back.step}
    tx.record("undo", from_state=file.state.value, to_state=back.state.value, case_id=file.id, detail=detail)
    return facts(tx, back)


def is_undoable(event: PastEvent) -> bool:
    """Whether this newest event of a file is an action that its officer may take back."""
    if event.was is None:
        return False
    return event.action == COLLECT or can_undo(FileState(event.from_state or ""), FileAction(event.action))


def pause_for_outage(tx: Transaction, file: File, system: str) -> File:
    """Pauses a file because the system outside is down; nobody's own action, so nobody can take it back."""
    reason = FilePauseReason.OSS_DOWN if system == OSS else FilePauseReason.SYSTEM_DOWN
    return _turn(tx, file, file.paused(reason, tx.now), FileAction.PAUSE, {"system": system})


def resume_after_outage(tx: Transaction, file: File) -> None:
    """Lets a file go on when the system outside works again; the applicant who sits in the room is called."""
    resumed = _turn(tx, file, file.resumed(tx.now), FileAction.RESUME)
    with tx.acting(Actor.system(tx.now)):
        follow(tx, resumed)


def facts(tx: Transaction, file: File) -> dict[str, object]:
    """What a program is told of a file: no person's data."""
    step = file.at_step(tx.standard(file.standard_id).steps) if file.step else None
    return {
        "id": file.id,
        "register": file.register if file.register_number else None,
        "service": tx.office.service_ids[file.service_id].slug,
        "state": file.state.value,
        "step": file.step,
        "step_title": step.title if step else None,
        "due_at": file.due_at.isoformat() if file.due_at else None,
        "data_version": file.collected.data_version,
    }


# --- inside one action ---


def _with_letter(tx: Transaction, file: File, standard: ServiceStandard, given: FileInput) -> FileInput:
    """The letter of this step with the next number of its book, where the officer has written none.

    Where the office has no such book the number stays missing, and is typed.
    """
    step = file.at_step(standard.steps)
    books = [book.key for book in tx.office.settings.letter_series if book.is_active]
    if Collects.LETTER not in step.collects or step.letter_series not in books:
        return given
    typed = {**file.collected.at(step.key).get(Collects.LETTER, {}), **given.collected.get(Collects.LETTER, {})}
    if str(typed.get("number") or "").strip():
        return given
    on = str(typed.get("on") or "")
    on_day = _written(on, "collected.letter.on") if on else None
    letter = letters.issue(tx, step.letter_series, on_day=on_day, subject=standard.name, case_id=file.id, step=step.key)
    numbered = {"number": letter.number, "on": letter.on_day.isoformat()}
    return replace(given, collected={**given.collected, Collects.LETTER.value: numbered})


def _written(text: str, field: str) -> date:
    """The day; raises `Invalid("day")` rather than take another one for what was mistyped."""
    day = written_day(text)
    if day is None:
        raise Invalid("day", fields=[field])
    return day


def _standing(tx: Transaction, file: File, standard: ServiceStandard) -> Standing:
    """In which standing the actor holds today the role as which they sign at this step: for good, Plt. or Plh.

    A role with an end is a deputy's, also where nobody said of which kind: then Plh.
    """
    step = file.at_step(standard.steps)
    role = acting_role(step, tx.actor.roles)
    if Collects.SIGNATURE not in step.collects or role is None:
        return Standing.HOLDER
    held = tx.all(
        select(OfficerRole.standing, OfficerRole.until_on).where(
            OfficerRole.officer_id == tx.actor.officer_id,
            OfficerRole.role == role,
            OfficerRole.from_on.is_(None) | (OfficerRole.from_on <= tx.today),
            OfficerRole.until_on.is_(None) | (OfficerRole.until_on >= tx.today),
        )
    )
    is_deputy = [row for row in held if row.until_on or row.standing != Standing.HOLDER]
    if not held or len(is_deputy) < len(held):
        return Standing.HOLDER
    return Standing.PLT if is_deputy[0].standing == Standing.PLT else Standing.PLH


def _with_standard(tx: Transaction, case_id: int) -> tuple[File, ServiceStandard]:
    file = find(tx, case_id)
    return file, tx.standard(file.standard_id)


def _visitor(tx: Transaction, ticket_id: int) -> QueueTicket:
    """The ticket that is served at the actor's counter, which must be theirs or nobody's."""
    ticket = tx.ticket(ticket_id)
    if ticket.state != TicketState.SERVING or ticket.counter_id != tx.actor.counter_id:
        counter = tx.office.counter_by_id(ticket.counter_id)
        raise NotAllowed("elsewhere", counter=counter.number if counter else "-")
    claim(tx)
    return ticket


def _open(tx: Transaction, ticket: QueueTicket) -> File:
    """A file on the desk, new, with the answers of the kiosk; it stays only if the action that follows succeeds."""
    service_id = ticket.service_id
    standard_id = tx.office.service_ids[service_id].standard_id
    said = brought.of_ticket(tx.connection, ticket.id, service_id)
    file = File(service_id, standard_id, secrets.token_urlsafe(16), opened_at=tx.now, since_at=tx.now)
    file = replace(file, answers=said.answers)
    return replace(file, id=tx.insert(FileRecord, **files.columns(file)))


def _waiting(tx: Transaction, file: File) -> str | None:
    """The number under which the applicant waits in the room; who is absent or was never here hinders nobody."""
    visit = tx.room.active_ticket_of(file.id)
    waits = (TicketState.WAITING, TicketState.CALLED, TicketState.PROCESSING)
    return label(visit.series, visit.number) if visit is not None and visit.state in waits else None


def _must_have_its_own_nib(tx: Transaction, file: File) -> None:
    """Raises `NotAllowed("nib_taken")` when another file of the office has the NIB."""
    other = files.with_same_nib(tx.connection, tx.office_id, file) if file.nib else None
    if other is not None:
        raise NotAllowed("nib_taken", register=other.register)


def _save(tx: Transaction, file: File, before: File) -> dict[str, object]:
    """Writes what differs; what that was before."""
    now, was = files.columns(file), files.columns(before)
    changed = [name for name in now if now[name] != was[name]]
    if changed:
        values = with_sought({name: now[name] for name in changed})
        tx.execute(update(FileRecord).where(FileRecord.id == file.id).values(**values))
    return {name: was[name] for name in changed}


def _turn(
    tx: Transaction, before: File, file: File, action: FileAction, detail: dict[str, object] | None = None
) -> File:
    _save(tx, file, before)
    was, now, reason = before.state.value, file.state.value, file.pauses[-1].reason
    with tx.acting(Actor.system(tx.now)):
        tx.record(action.value, from_state=was, to_state=now, case_id=file.id, reason=reason, detail=detail)
    return file


def _paused_while_out(tx: Transaction, file: File) -> File:
    """A file that comes to a step in a system that is down is paused there at once."""
    if file.state != FileState.OPEN or file.step is None:
        return file
    step = file.at_step(tx.standard(file.standard_id).steps)
    if step.system is None or step.system not in tx.room.outages:
        return file
    return pause_for_outage(tx, file, step.system)
