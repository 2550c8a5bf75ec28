"""The file (berkas) of an applicant: what is known of it, and what a click makes of it; see `decide`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import NamedTuple

from shared.domain.actor import Actor
from shared.domain.calendar import later, promised_at, working_time_s
from shared.domain.errors import Forbidden, Invalid, NotAllowed
from shared.domain.files import matter
from shared.domain.files.collected import Collected, Entry, applicant_of, changes, gathered, papers_missing
from shared.domain.files.letters import Standing
from shared.domain.files.procedure import (
    RUNNING,
    FileAction,
    FileState,
    acting_role,
    after,
    check,
    find_step,
    first_desk,
    is_aftercare,
    past_recap,
    suits,
    way,
)
from shared.domain.identity import is_nib
from shared.domain.numbering import register_label
from shared.domain.office import OfficeConfig
from shared.domain.standards.standard import Collects, ServiceStandard, Step, needed

COLLECT = "collect"
"""Keeps what a step has gathered so far without ending it, such as the applicant's approval before the issue."""

NOT_AT_THE_DESK = (FileAction.PAUSE, FileAction.RESUME, FileAction.WITHDRAW)
"""What an officer does with a file while its applicant sits in the room."""

ELSEWHERE = "elsewhere"
"""The reason of the pause in which another house has the file; it ends when the file leaves that step."""

REFUSAL = "refusal"
"""The entry of the step that refused a file: reason, number and day of the letter."""


class Pause(NamedTuple):
    """A pause of the file; `until_at` None: it is paused now."""

    reason: str
    from_at: datetime
    until_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class File:
    """One file as it is now; `id` 0: it is not written yet."""

    service_id: int
    standard_id: int
    """The version of the standard that this file keeps to its end."""
    token: str
    opened_at: datetime
    since_at: datetime
    """When it came to its present state and step."""
    state: FileState = FileState.NEW
    step: str | None = None
    """Key of the step at which it lies; None when none is left, or none was reached."""
    id: int = 0
    register_year: int | None = None
    register_number: int | None = None
    nik: str = ""
    nib: str | None = None
    applicant: Mapping[str, str] = field(default_factory=dict)
    answers: Mapping[str, str] = field(default_factory=dict)
    matter: Mapping[str, object] = field(default_factory=dict)
    """What was written down of the fields that the standard declares: see `matter`."""
    collected: Collected = field(default_factory=Collected)
    accepted_at: datetime | None = None
    due_at: datetime | None = None
    completed_at: datetime | None = None
    pauses: tuple[Pause, ...] = ()
    recap_id: int | None = None
    work_left: bool = False
    """Completed for its applicant, and at a step that is left to the office, such as the archive."""
    fee: int | None = None
    """What this applicant has to pay, in rupiah; None while nobody knows."""
    paid_at: datetime | None = None

    @property
    def register(self) -> str:
        return register_label(self.register_number, self.register_year) or "–"

    @property
    def is_running(self) -> bool:
        """The promise runs, and the file lies at somebody's step."""
        return self.state in RUNNING

    @property
    def letters(self) -> list[tuple[str, str]]:
        """Number and day of each letter that was given out for it, in the order of the steps that gave them."""
        found = [entries[Collects.LETTER] for entries in self.collected.steps.values() if Collects.LETTER in entries]
        return [(str(each.get("number", "")), str(each.get("on", ""))) for each in found]

    @property
    def refusal(self) -> Entry:
        """Why it was refused, with number and day of the letter; empty unless it was."""
        return self.collected.of(REFUSAL) if self.state == FileState.REFUSED else {}

    def facts(self, standard: ServiceStandard) -> dict[str, str]:
        """What a `when` of its standard may ask for."""
        return matter.facts_of(standard, self.answers, self.matter)

    def way(self, standard: ServiceStandard) -> tuple[Step, ...]:
        """The steps that it goes through, as far as is known now."""
        return way(standard.steps, self.facts(standard), self.step)

    def at_step(self, steps: Sequence[Step]) -> Step:
        """Where it lies; a file that was not accepted yet lies at the first desk."""
        return find_step(steps, self.step) if self.step else first_desk(steps)

    def moved(self, state: FileState, step: str | None, now: datetime) -> File:
        """The file there; what has moved nowhere keeps the time since when it is where it is."""
        is_there = (state, step) == (self.state, self.step)
        return replace(self, state=state, step=step, since_at=self.since_at if is_there else now)

    def paused(self, reason: str, now: datetime) -> File:
        """Raises `NotAllowed("stale")`."""
        pauses = (*self.pauses, Pause(reason, now))
        return replace(self.moved(after(self.state, FileAction.PAUSE), self.step, now), pauses=pauses)

    def resumed(self, now: datetime) -> File:
        """Raises `NotAllowed("stale")`."""
        return replace(
            self.moved(after(self.state, FileAction.RESUME), self.step, now), pauses=_ended(self.pauses, now)
        )


@dataclass(frozen=True, slots=True)
class FileInput:
    """What comes with a click on a file; all of it may be absent.

    `matter_is_whole`: what the step asks of the matter and is not in `matter` was left empty.
    """

    collected: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    applicant: Mapping[str, str] | None = None
    answers: Mapping[str, str] | None = None
    target: str | None = None
    reason: str | None = None
    note: str | None = None
    matter: Mapping[str, object] | None = None
    matter_is_whole: bool = False
    letter_number: str = ""
    """Of the letter with which the file is refused, and its day."""
    letter_on: str = ""


@dataclass(frozen=True, slots=True)
class Decision:
    """What a click makes of a file: the file afterwards, and what its event says."""

    action: str
    file: File
    detail: Mapping[str, object]
    reason: str | None = None
    takes_register_number: bool = False


def required(standard: ServiceStandard, answers: Mapping[str, str]) -> list[str]:
    """Keys of the requirements that this applicant must bring."""
    return [requirement.key for requirement in needed(standard, answers) if not requirement.optional]


def decide(
    file: File,
    standard: ServiceStandard,
    action: FileAction,
    given: FileInput,
    actor: Actor,
    office: OfficeConfig,
    waiting: str | None = None,
    standing: Standing = Standing.HOLDER,
) -> Decision:
    """What `action` makes of the file, or a refusal; changes nothing.

    `waiting`: the number under which its applicant waits in the room, not yet at a desk. `standing`: in which the actor
    signs. Raises `NotAllowed` (stale, no_step, wrong_step, bad_target, call_first), `Forbidden("wrong_role")`,
    `Missing("incomplete")` with the codes of what is missing, `Invalid` (applicant, matter, no_correction,
    not_collected_here).
    """
    now, here = actor.now, file.at_step(standard.steps)
    known = _with_matter(file, standard, here, given, may_be_any=action == FileAction.CORRECT)
    known = replace(known, collected=gathered(known.collected, here, given.collected, actor, standing))
    known = _with_fee(known, standard, here)
    facts = known.facts(standard)
    steps = way(standard.steps, facts, here.key)
    action = _fitting(action, steps, here)
    bring = needed(standard, facts)
    asked = matter.asked_now(standard, here, facts)
    place = check(
        file.state,
        steps,
        here.key,
        actor.roles,
        action,
        collected={**known.collected.seen_from(here), "fee": known.fee},
        required=[each.key for each in bring if not each.optional] if Collects.DOCUMENTS in here.collects else (),
        besides=[*papers_missing(bring, known.collected, here), *matter.missing(asked, known.matter)],
        target=given.target,
        reason=given.reason,
    )
    if file.recap_id is not None:
        place = past_recap(steps, place)
    if waiting is not None and here.needs_applicant and action not in NOT_AT_THE_DESK:
        raise NotAllowed("call_first", number=waiting)
    detail: dict[str, object] = {"step": here.key, "to_step": place.step}
    if given.note:
        detail["note"] = given.note
    is_acceptance = action == FileAction.ACCEPT
    applicant = applicant_of(
        file.applicant,
        given.applicant,
        standard,
        str(office.profile.get("region_code", "")),
        must_be_whole=is_acceptance,
        is_checked=is_acceptance or file.accepted_at is not None,
    )
    known = replace(known, applicant=applicant, nik=applicant.get("nik", ""))
    known = _with_promise(with_version(known, file, detail, action), file, standard, office)
    collected = known.collected
    if action == FileAction.SEND_BACK and place.step is not None:
        collected = collected.sent_back(standard.steps, place.step)
    if action == FileAction.REFUSE:
        collected = collected.put(here.key, {REFUSAL: _refusal(given, actor)})
    known = _with_nib(replace(known, collected=collected))
    moved = _with_effects(known, file, standard, action, given, office, now)
    becomes = find_step(steps, place.step) if place.step else None
    moved = _elsewhere(moved, here, becomes, office, now)
    moved = replace(moved, work_left=becomes is not None and is_aftercare(steps, becomes))
    is_new = is_acceptance and file.accepted_at is None
    return Decision(action.value, moved.moved(place.state, place.step, now), detail, given.reason, is_new)


def gather(
    file: File, standard: ServiceStandard, given: FileInput, actor: Actor, standing: Standing = Standing.HOLDER
) -> Decision:
    """`COLLECT`: what the step has so far, without ending it. Raises `NotAllowed("stale")`, `Forbidden`, `Invalid`."""
    if file.state != FileState.OPEN and not file.work_left:
        raise NotAllowed("stale", state=file.state.value, action=COLLECT)
    here = find_step(standard.steps, file.step)
    if acting_role(here, actor.roles) is None:
        raise Forbidden("wrong_role", step=here.title, role=here.role.value, action=COLLECT)
    detail: dict[str, object] = {"collected": sorted(given.collected)}
    known = _with_matter(file, standard, here, given)
    known = with_version(known, file, detail, None)
    kept = replace(known, collected=gathered(known.collected, here, given.collected, actor, standing))
    return Decision(COLLECT, _with_nib(_with_fee(kept, standard, here)), detail, given.reason)


# --- inside one decision ---


def _fitting(action: FileAction, steps: Sequence[Step], here: Step) -> FileAction:
    """What ends the step: an answer given with the click may have made it the last one, or not the last any more."""
    ends = (FileAction.ADVANCE, FileAction.FINISH)
    if action in ends and not suits(steps, here, action):
        return next((each for each in ends if suits(steps, here, each)), action)
    return action


def _with_matter(
    file: File, standard: ServiceStandard, here: Step, given: FileInput, *, may_be_any: bool = False
) -> File:
    """The file with the answers and the declared fields that are new; raises `Invalid` (matter, not_collected_here)."""
    answers = {**file.answers, **(given.answers or {})}
    if given.matter is None and not given.matter_is_whole:
        return replace(file, answers=answers)
    said = given.matter or {}
    own = list(standard.fields) if may_be_any else matter.asked_at(standard, here)
    unknown = sorted(set(said) - {each.key for each in own})
    if unknown:
        raise Invalid("not_collected_here", fields=unknown, step=here.title)
    filled = matter.filled(own, file.matter, said, is_whole=given.matter_is_whole)
    wrong = matter.faults(own, filled)
    if wrong:
        raise Invalid("matter", fields=wrong)
    return replace(file, answers=answers, matter=matter.holding(standard, answers, filled))


def _with_fee(file: File, standard: ServiceStandard, here: Step) -> File:
    """What is to be paid: as billed, else as the standard says for this case, else as paid. What was paid stays."""
    paid_at = file.paid_at
    if Collects.PAYMENT in here.collects:
        payment = file.collected.at(here.key).get(Collects.PAYMENT, {})
        paid_at = datetime.fromisoformat(str(payment["at"])) if payment.get("is_paid") is True else None
    if paid_at is not None and paid_at == file.paid_at:
        return file
    asked = file.collected.amount(Collects.BILL), matter.fee_of(standard, file.facts(standard), file.matter)
    fee = next((each for each in (*asked, file.collected.amount(Collects.PAYMENT)) if isinstance(each, int)), None)
    return replace(file, fee=fee, paid_at=paid_at)


def with_version(known: File, before: File, detail: dict[str, object], action: FileAction | None) -> File:
    """A new version where what was known before was corrected; raises `Invalid("no_correction")` for a correction of
    nothing.
    """
    if before.accepted_at is None:
        return known
    corrected = changes(before.applicant, known.applicant)
    rewritten = [key for key, was in before.matter.items() if known.matter.get(key) != was]
    is_new = action == FileAction.CORRECT and known.matter != before.matter
    if not corrected and not rewritten and not is_new:
        if action == FileAction.CORRECT:
            raise Invalid("no_correction", fields=["applicant"])
        return known
    version = known.collected.data_version + 1
    detail["data_version"] = version
    detail["changes"] = [[each.field, each.was, each.becomes] for each in corrected]
    if rewritten:
        detail["matter"] = rewritten
    return replace(known, collected=replace(known.collected, data_version=version))


def _refusal(given: FileInput, actor: Actor) -> dict[str, object]:
    letter = {"number": given.letter_number.strip(), "on": given.letter_on.strip()}
    return {"reason": given.reason or "", **{name: said for name, said in letter.items() if said}, **actor.stamp}


def _with_nib(file: File) -> File:
    nib = file.collected.of(Collects.PRODUCT).get("nib")
    return replace(file, nib=nib) if is_nib(nib) else file


def _with_effects(
    file: File,
    before: File,
    standard: ServiceStandard,
    action: FileAction,
    given: FileInput,
    office: OfficeConfig,
    now: datetime,
) -> File:
    """What else changes with the action: the promise, the pauses, the end."""
    match action:
        case FileAction.ACCEPT:
            return replace(file, accepted_at=now, due_at=_due_at(file, standard, office, now))
        case FileAction.PAUSE:
            return replace(file, pauses=(*file.pauses, Pause(given.reason or "", now)))
        case FileAction.RESUME | FileAction.WITHDRAW:
            return replace(file, pauses=_ended(file.pauses, now))
        case FileAction.HAND_OVER | FileAction.FINISH:
            return replace(file, completed_at=before.completed_at or now)
        case _:
            return file


def _due_at(file: File, standard: ServiceStandard, office: OfficeConfig, now: datetime) -> datetime | None:
    promise = matter.promise_of(standard, file.facts(standard))
    if promise is None or promise.value is None or promise.unit is None:
        return None
    longest = promise.up_to or promise.value
    return promised_at(now, longest, promise.unit, office.calendar, office.settings.convention)


def _with_promise(file: File, before: File, standard: ServiceStandard, office: OfficeConfig) -> File:
    """Due by what is promised in this case, when that became another case after the file was accepted."""
    promised = [matter.promise_of(standard, each.facts(standard)) for each in (before, file)]
    if file.accepted_at is None or promised[0] == promised[1]:
        return file
    due_at = _due_at(file, standard, office, file.accepted_at)
    for each in file.pauses:
        if due_at and _is_elsewhere(each) and each.until_at:
            due_at = later(due_at, working_time_s(each.from_at, each.until_at, office.calendar), office.calendar)
    return replace(file, due_at=due_at)


def _elsewhere(file: File, here: Step, becomes: Step | None, office: OfficeConfig, now: datetime) -> File:
    """While another house has the file, the office's own clock rests and its promise moves on by that time."""
    if becomes is here:
        return file
    if here.elsewhere:
        began = next((each.from_at for each in file.pauses if _is_elsewhere(each) and each.until_at is None), now)
        due_at = file.due_at and later(file.due_at, working_time_s(began, now, office.calendar), office.calendar)
        ended = tuple(each._replace(until_at=each.until_at or now) for each in file.pauses)
        file = replace(file, due_at=due_at, pauses=ended)
    if becomes is not None and becomes.elsewhere:
        file = replace(file, pauses=(*file.pauses, Pause(ELSEWHERE, now)))
    return file


def _is_elsewhere(pause: Pause) -> bool:
    return pause.reason == ELSEWHERE


def _ended(pauses: Sequence[Pause], now: datetime) -> tuple[Pause, ...]:
    return tuple(each if each.until_at or _is_elsewhere(each) else each._replace(until_at=now) for each in pauses)
