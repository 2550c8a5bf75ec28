"""The way of a file (berkas): everything that moves it stands in the table MOVES; below that, who may do what at which
step, and where it leads.

A procedure is data: the steps of a service standard, in order. Everything here takes the steps that this file goes
through (`way`): those whose `when` holds for it. What the steps collect, `collecting` knows.

A file is accepted at the first desk and goes on, or stays there when nothing follows. The step that collects the
receiver hands over; where none does, the last step before the recap finishes the file; every other step advances it.
Behind the hand-over and the recap the office may have work left, such as the archive (`is_aftercare`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from shared.domain.errors import Forbidden, Missing, NotAllowed
from shared.domain.files.collecting import documents_missing, missing
from shared.domain.moves import Moves
from shared.domain.standards.standard import CHIEFS, Collects, Role, Step, applies


class FileState(StrEnum):
    """Where a file stands. NEW is a file on the desk that was neither accepted nor returned yet."""

    NEW = "new"
    OPEN = "open"
    PAUSED = "paused"
    RETURNED = "returned"
    COMPLETED = "completed"
    WITHDRAWN = "withdrawn"
    REFUSED = "refused"


class FileAction(StrEnum):
    ACCEPT = "accept"
    RETURN_TO_APPLICANT = "return_to_applicant"
    ADVANCE = "advance"
    SEND_BACK = "send_back"
    CORRECT = "correct"
    PAUSE = "pause"
    RESUME = "resume"
    HAND_OVER = "hand_over"
    FINISH = "finish"
    RECAP = "recap"
    WITHDRAW = "withdraw"
    REFUSE = "refuse"


class FilePauseReason(StrEnum):
    """Why a file is paused; the words live in the catalogues."""

    OSS_DOWN = "oss_down"
    SYSTEM_DOWN = "system_down"
    """Another system outside that a step works in."""
    NETWORK_DOWN = "network_down"
    POWER_CUT = "power_cut"
    WAITING_FOR_APPLICANT = "waiting_for_applicant"
    WAITING_FOR_SIGNATURE = "waiting_for_signature"
    OTHER_OFFICE = "other_office"
    OTHER = "other"


NEW, OPEN, PAUSED = FileState.NEW, FileState.OPEN, FileState.PAUSED
RETURNED, COMPLETED, WITHDRAWN = FileState.RETURNED, FileState.COMPLETED, FileState.WITHDRAWN
REFUSED = FileState.REFUSED

# fmt: off
MOVES = Moves[FileState, FileAction]([
    # from      action                       to
    (NEW,       FileAction.ACCEPT,               OPEN),       # all required documents are there: the promise starts
    (NEW,       FileAction.RETURN_TO_APPLICANT,  RETURNED),   # incomplete; the next visit opens with what was there
    (RETURNED,  FileAction.ACCEPT,               OPEN),       # what was missing has come
    (RETURNED,  FileAction.RETURN_TO_APPLICANT,  RETURNED),   # still incomplete
    (OPEN,      FileAction.RETURN_TO_APPLICANT,  RETURNED),   # found wanting later, at the validation
    (OPEN,      FileAction.ADVANCE,              OPEN),       # to the next step
    (OPEN,      FileAction.SEND_BACK,            OPEN),       # to an earlier step, with a reason
    (OPEN,      FileAction.CORRECT,              OPEN),       # a new version of the applicant's data
    (OPEN,      FileAction.PAUSE,                PAUSED),     # the clock of net time stops
    (PAUSED,    FileAction.RESUME,               OPEN),
    (OPEN,      FileAction.HAND_OVER,            COMPLETED),  # the product is in the applicant's hands
    (OPEN,      FileAction.FINISH,               COMPLETED),  # the last step of a procedure without hand-over
    (COMPLETED, FileAction.ADVANCE,              COMPLETED),  # work of the office behind the hand-over: the archive
    (COMPLETED, FileAction.RECAP,                COMPLETED),  # in a numbered recap to the camat
    (RETURNED,  FileAction.WITHDRAW,             WITHDRAWN),  # on the applicant's wish
    (OPEN,      FileAction.WITHDRAW,             WITHDRAWN),
    (PAUSED,    FileAction.WITHDRAW,             WITHDRAWN),
    (OPEN,      FileAction.REFUSE,               REFUSED),    # by who decides, with a reason and a letter
])
# fmt: on

allowed = MOVES.allowed

RUNNING = (OPEN, PAUSED)
"""States in which the promise runs and the file lies at somebody's step."""

ENDED = (COMPLETED, WITHDRAWN, REFUSED)
"""States in which nothing more is promised."""

AWAY = (FileState.RETURNED, FileState.WITHDRAWN, FileState.REFUSED)
"""In these states a file lies at no desk."""

UNDOABLE = (
    FileAction.RETURN_TO_APPLICANT,
    FileAction.ADVANCE,
    FileAction.SEND_BACK,
    FileAction.CORRECT,
    FileAction.PAUSE,
    FileAction.RESUME,
    FileAction.HAND_OVER,
    FileAction.FINISH,
    FileAction.WITHDRAW,
    FileAction.REFUSE,
)
"""What its own officer can take back within seconds, by a new event. Not ACCEPT and not RECAP: they give out a
number of the register and of the report, and a number once given stays given (withdraw the file instead)."""

NEEDS_REASON = (
    FileAction.RETURN_TO_APPLICANT,
    FileAction.SEND_BACK,
    FileAction.PAUSE,
    FileAction.WITHDRAW,
    FileAction.REFUSE,
)


def after(state: FileState, action: FileAction) -> FileState:
    """The state that `action` leads to; raises `NotAllowed("stale")` when `state` does not know it."""
    return MOVES.ends[state, action]


def can_undo(state_before: FileState, action: FileAction) -> bool:
    """Whether `action`, done in `state_before`, can be taken back; a file that was NEW has nothing to go back to."""
    return action in UNDOABLE and state_before != NEW


# --- the steps ---

TO_APPLICANT = Role.APPLICANT.value
"""In `may_send_back_to`: back into the applicant's hands."""

CORRECTED_AT = frozenset({Collects.DOCUMENTS, Collects.ENTRY, Collects.CONFIRMATION})
"""A step that collects one of these may correct the applicant's data."""

VOUCHED_FOR = (Collects.VALIDATION, Collects.ENTRY, Collects.SIGNATURE)
"""What an officer must say again after the file was sent back; documents, account and product are facts and stay."""

DECIDERS = frozenset({Role.KASI, *CHIEFS})
"""Who may refuse what is asked for, at their own steps; others only where the step says so (`may_refuse`)."""

ENDS_STEP = frozenset(
    {FileAction.ACCEPT, FileAction.ADVANCE, FileAction.HAND_OVER, FileAction.FINISH, FileAction.RECAP}
)
"""Actions that need what the step collects, and lead on."""


@dataclass(frozen=True, slots=True)
class FilePlace:
    """Where a file stands; `step` is None when it has no step left."""

    state: FileState
    step: str | None


def way(steps: Sequence[Step], facts: Mapping[str, str], here: str | None = None) -> tuple[Step, ...]:
    """The steps that a file goes through, and in any case the one where it lies (`here`).

    `facts`: the answers and choices that are known of it, as `matter.facts_of` says them.
    """
    return tuple(step for step in steps if step.key == here or applies(step.when, facts))


def acting_role(step: Step, roles: Collection[Role]) -> Role | None:
    """As which of the roles that may do the step somebody with `roles` does it."""
    return next((role for role in step.roles if role in roles), None)


def first_desk(steps: Sequence[Step]) -> Step:
    """The first step of an officer: where files are accepted and come back to from the applicant."""
    return next(step for step in steps if step.role != Role.APPLICANT)


def awaited_at(state: FileState, steps: Sequence[Step], step_key: str | None) -> Step | None:
    """The step to whose desk the applicant of a file should come now; None while the file does not need them.

    With a returned file that is the first desk, and there lies the letter of a refused one too.
    """
    if state in (FileState.RETURNED, FileState.REFUSED):
        return first_desk(steps)
    if state != FileState.OPEN or step_key is None:
        return None
    step = find_step(steps, step_key)
    return step if step.needs_applicant and not step.silent else None


def find_step(steps: Sequence[Step], key: str | None) -> Step:
    """The step of that key; raises `NotAllowed("no_step")` when there is none, or when the file has no step left."""
    for step in steps:
        if step.key == key:
            return step
    raise NotAllowed("no_step", step=key)


def next_step(steps: Sequence[Step], key: str) -> Step | None:
    """The step after the one of that key; None after the last one."""
    after = steps.index(find_step(steps, key)) + 1
    return steps[after] if after < len(steps) else None


def is_aftercare(steps: Sequence[Step], step: Step) -> bool:
    """Whether the applicant has what they came for: the step is the office's own work behind hand-over or recap."""
    return not _hands_out(step) and any(_hands_out(each) for each in steps[: steps.index(step)])


def may_send_back(step: Step, target: str) -> bool:
    """Whether the standard lets this step send a file back to the step `target`; the applicant is no such target."""
    return target != TO_APPLICANT and target in step.may_send_back_to


def may_return(steps: Sequence[Step], step: Step) -> bool:
    """Whether files go back into the applicant's hands here: at the first desk always, elsewhere by the standard."""
    hands = {TO_APPLICANT, *(each.key for each in steps if each.role == Role.APPLICANT)}
    return step == first_desk(steps) or not hands.isdisjoint(step.may_send_back_to)


def send_back_targets(steps: Sequence[Step], step: Step) -> list[Step]:
    """The earlier steps of officers that this step may send a file back to, in order."""
    earlier = steps[: steps.index(step)]
    return [each for each in earlier if each.role != Role.APPLICANT and may_send_back(step, each.key)]


def suits(steps: Sequence[Step], step: Step, action: FileAction) -> bool:
    """Whether `action` has its place at `step`, whoever does it."""
    if is_aftercare(steps, step):
        return action == FileAction.ADVANCE
    match action:
        case FileAction.ACCEPT:
            return step == first_desk(steps)
        case FileAction.RETURN_TO_APPLICANT:
            return may_return(steps, step)
        case FileAction.ADVANCE:
            return not (_hands_out(step) or _is_last(steps, step))
        case FileAction.SEND_BACK:
            return bool(send_back_targets(steps, step))
        case FileAction.CORRECT:
            return not CORRECTED_AT.isdisjoint(step.collects)
        case FileAction.HAND_OVER:
            return Collects.RECEIVER in step.collects
        case FileAction.FINISH:
            return _is_last(steps, step) and not _hands_out(step)
        case FileAction.RECAP:
            return Collects.RECAP in step.collects
        case FileAction.REFUSE:
            return not _hands_out(step) and (step.may_refuse or not DECIDERS.isdisjoint(step.roles))
        case FileAction.PAUSE | FileAction.RESUME | FileAction.WITHDRAW:
            return True


def who_may(step: Step, roles: Collection[Role], action: FileAction) -> bool:
    """Whether an officer with `roles` may do `action` at `step`: the roles of the step, for withdrawing the loket."""
    needed = {Role.LOKET} if action == FileAction.WITHDRAW else set(step.roles)
    if action == FileAction.REFUSE and not step.may_refuse:
        needed &= DECIDERS
    return not (needed - {Role.APPLICANT}).isdisjoint(roles)


def asked_besides(steps: Sequence[Step]) -> tuple[Collects, ...]:
    """What the first desk must have besides the documents before it can accept a file."""
    step = first_desk(steps)
    asked = _documents_only(step) if _stays(steps, step, FileAction.ACCEPT) else step
    return tuple(kind for kind in asked.collects if kind != Collects.DOCUMENTS)


def permitted(steps: Sequence[Step], step_key: str, role: Role, action: FileAction) -> bool:
    """The whole table of (role, step, action): whether that role may ever do that there, in the fitting state."""
    step = find_step(steps, step_key)
    return step.role != Role.APPLICANT and suits(steps, step, action) and who_may(step, [role], action)


def actions_for(
    state: FileState, steps: Sequence[Step], step_key: str | None, roles: Collection[Role]
) -> list[FileAction]:
    """The buttons that an officer with `roles` sees on a file that stands there; in the order of the table of moves."""
    if step_key is None:
        return []
    return [action for action in allowed(state) if any(permitted(steps, step_key, role, action) for role in roles)]


def may_gather(state: FileState, step: Step | None, roles: Collection[Role]) -> bool:
    """Whether an officer with `roles` may keep at this step what it has so far, without ending it."""
    if step is None or not step.collects or acting_role(step, roles) is None:
        return False
    return state == FileState.OPEN or (state == FileState.COMPLETED and Collects.RECAP not in step.collects)


def check(
    state: FileState,
    steps: Sequence[Step],
    step_key: str | None,
    roles: Collection[Role],
    action: FileAction,
    *,
    collected: Mapping[str, object] | None = None,
    required: Iterable[str] = (),
    besides: Iterable[str] = (),
    target: str | None = None,
    reason: str | None = None,
) -> FilePlace:
    """Where `action` leads a file that stands at `step_key` (a NEW one: the first desk), or a refusal; changes nothing.

    `besides`: codes of what else this step must have and has not. `target`: the step to send back to. `reason`: for a
    pause a `PauseReason`; for a return it may be left out when documents are missing: then they are the reason.
    Raises, in this order: `NotAllowed` "stale" (the state does not know the action), "no_step", "wrong_step" (it has no
    place at this step), `Forbidden("wrong_role")`, `NotAllowed("bad_target")`, `Missing("incomplete")`.
    """
    becomes = after(state, action)
    step = find_step(steps, step_key)
    if step.role == Role.APPLICANT or not suits(steps, step, action):
        raise NotAllowed("wrong_step", step=step.title, action=action.value)
    if not who_may(step, roles, action):
        raise Forbidden("wrong_role", step=step.title, role=step.role.value, action=action.value)
    if action == FileAction.SEND_BACK and target not in [each.key for each in send_back_targets(steps, step)]:
        raise NotAllowed("bad_target", step=step.title, target=target)
    if action in ENDS_STEP:
        asked = _documents_only(step) if _stays(steps, step, action) else step
        codes = (*missing(asked, collected or {}, required), *besides)
    else:
        codes = _reason_missing(step, action, collected or {}, tuple(required), (reason or "").strip())
    if codes:
        raise Missing("incomplete", step=step.title, missing=list(codes))
    return FilePlace(becomes, _step_after(steps, step, action, target))


def past_recap(steps: Sequence[Step], place: FilePlace) -> FilePlace:
    """Where a file goes that came to `place` and stands in a recap already: past the step for it."""
    if place.step is None or Collects.RECAP not in find_step(steps, place.step).collects:
        return place
    following = next_step(steps, place.step)
    return replace(place, step=following.key if following else None)


def _hands_out(step: Step) -> bool:
    return not {Collects.RECEIVER, Collects.RECAP}.isdisjoint(step.collects)


def _is_last(steps: Sequence[Step], step: Step) -> bool:
    """Whether nothing but the recap, if that, waits behind this step."""
    following = next_step(steps, step.key)
    return following is None or Collects.RECAP in following.collects


def _stays(steps: Sequence[Step], step: Step, action: FileAction) -> bool:
    """Whether an accepted file has its next work at the first desk itself: a procedure of one step."""
    return action == FileAction.ACCEPT and (_hands_out(step) or _is_last(steps, step))


def _documents_only(step: Step) -> Step:
    return replace(step, collects=tuple(kind for kind in step.collects if kind == Collects.DOCUMENTS))


def _step_after(steps: Sequence[Step], step: Step, action: FileAction, target: str | None) -> str | None:
    if action in ENDS_STEP and not _stays(steps, step, action):
        following = next_step(steps, step.key)
        return following.key if following else None
    match action:
        case FileAction.RETURN_TO_APPLICANT:
            return first_desk(steps).key
        case FileAction.SEND_BACK:
            return target
        case FileAction.WITHDRAW | FileAction.REFUSE:
            return None
        case _:
            return step.key


def _reason_missing(
    step: Step, action: FileAction, collected: Mapping[str, object], required: tuple[str, ...], reason: str
) -> tuple[str, ...]:
    match action:
        case FileAction.RETURN_TO_APPLICANT:
            incomplete = Collects.DOCUMENTS in step.collects and documents_missing(collected, required)
            return () if reason or incomplete else ("reason",)
        case FileAction.PAUSE:
            return () if reason in list(FilePauseReason) else ("reason",)
        case _:
            return ("reason",) if action in NEEDS_REASON and not reason else ()
