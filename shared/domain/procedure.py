"""The way of a file through its steps: who may do what at which step, and what a step must collect before it ends.

A procedure is data: the steps of a service standard, in order. What was collected is one mapping by kind, as it is seen
from one step (`Collected.seen_from`):

    documents      {requirement key: ticked}
    validation     {"is_valid": True}
    account, login, entry     {"is_done": True}
    confirmation   {"is_approved": True, "data_version": 2}   approved by the applicant, for that version of the data
    product        {"nib": "13 digits", "documents": ["..."]}  the NIB only at steps in OSS, else at least one document
    signature      {"is_signed": True}
    archive        {"number": "...", "place": "..."}
    receiver       {"kind": "self"} or {"kind": "representative", "name": "...", "letter": "..."}
    recap          {"number": "...", "on": "2026-11-30"}
    data_version   the newest version of the applicant's data, a number; 1 when it is absent

Further entries (who, when) may stand beside these; nothing here reads them.

A file is accepted at the first desk and goes on, or stays there when nothing follows. The step that collects the
receiver hands over; where none does, the last step before the recap finishes the file; every other step advances it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from shared.domain import file_state
from shared.domain.errors import Forbidden, Missing, NotAllowed
from shared.domain.file_state import FileAction, FileState
from shared.domain.identity import is_nib
from shared.domain.standard import Collects, Role, Step

OSS = "oss"
"""The `system` of steps that work in OSS; their product is an NIB."""

TO_APPLICANT = Role.APPLICANT.value
"""In `may_send_back_to`: back into the applicant's hands."""

CORRECTED_AT = frozenset({Collects.DOCUMENTS, Collects.ENTRY, Collects.CONFIRMATION})
"""A step that collects one of these may correct the applicant's data."""

VOUCHED_FOR = (Collects.VALIDATION, Collects.ENTRY, Collects.SIGNATURE)
"""What an officer must say again after the file was sent back; documents, account and product are facts and stay."""

ENDS_STEP = frozenset(
    {FileAction.ACCEPT, FileAction.ADVANCE, FileAction.HAND_OVER, FileAction.FINISH, FileAction.RECAP}
)
"""Actions that need what the step collects, and lead on."""


@dataclass(frozen=True, slots=True)
class FilePlace:
    """Where a file stands; `step` is None when it has no step left."""

    state: FileState
    step: str | None


@dataclass(frozen=True, slots=True)
class Change:
    """One corrected field of the applicant's data; None where there was or is nothing."""

    field: str
    was: object
    becomes: object


def first_desk(steps: Sequence[Step]) -> Step:
    """The first step of an officer: where files are accepted and come back to from the applicant."""
    return next(step for step in steps if step.role != Role.APPLICANT)


def awaited_at(state: FileState, steps: Sequence[Step], step_key: str | None) -> Role | None:
    """Whose desk the applicant of a file should come to now; None while the file does not need them.

    With a returned file that is the first desk; a paused file can still be asked about there.
    """
    if state == FileState.RETURNED:
        return first_desk(steps).role
    if state != FileState.OPEN or step_key is None:
        return None
    step = find_step(steps, step_key)
    return step.role if step.needs_applicant and not step.silent else None


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
        case FileAction.PAUSE | FileAction.RESUME | FileAction.WITHDRAW:
            return True


def who_may(step: Step, roles: Collection[Role], action: FileAction) -> bool:
    """Whether an officer with `roles` may do `action` at `step`: the role of the step, for withdrawing the loket."""
    needed = Role.LOKET if action == FileAction.WITHDRAW else step.role
    return needed in roles and needed != Role.APPLICANT


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
    return [
        action
        for action in file_state.allowed(state)
        if any(permitted(steps, step_key, role, action) for role in roles)
    ]


def may_gather(state: FileState, step: Step | None, roles: Collection[Role]) -> bool:
    """Whether an officer with `roles` may keep at this step what it has so far, without ending it."""
    return state == FileState.OPEN and step is not None and bool(step.collects) and step.role in roles


def missing(step: Step, collected: Mapping[str, object], required: Iterable[str] = ()) -> tuple[str, ...]:
    """Codes of what `step` must collect and what is absent or not valid; empty when the step can end.

    `required`: keys of the requirements that this applicant must bring, the optional ones left out.
    A code is a word of the catalogues (`missing.<code>`), or `documents:<requirement key>`.
    """
    codes = [code for kind in step.collects for code in _missing_of(kind, step, collected, required)]
    return tuple(dict.fromkeys(codes))


def check(
    state: FileState,
    steps: Sequence[Step],
    step_key: str | None,
    roles: Collection[Role],
    action: FileAction,
    *,
    collected: Mapping[str, object] | None = None,
    required: Iterable[str] = (),
    target: str | None = None,
    reason: str | None = None,
) -> FilePlace:
    """Where `action` leads a file that stands at `step_key` (a NEW one: the first desk), or a refusal; changes nothing.

    `target`: the step to send back to. `reason`: for a pause a `PauseReason`; for a return it may be left out when
    documents are missing, because then they are the reason.
    Raises, in this order: `NotAllowed` "stale" (the state does not know the action), "no_step", "wrong_step" (it has no
    place at this step), `Forbidden("wrong_role")`, `NotAllowed("bad_target")`, `Missing("incomplete")`.
    """
    becomes = file_state.after(state, action)
    step = find_step(steps, step_key)
    if step.role == Role.APPLICANT or not suits(steps, step, action):
        raise NotAllowed("wrong_step", step=step.title, action=action.value)
    if not who_may(step, roles, action):
        raise Forbidden("wrong_role", step=step.title, role=step.role.value, action=action.value)
    if action == FileAction.SEND_BACK and target not in [each.key for each in send_back_targets(steps, step)]:
        raise NotAllowed("bad_target", step=step.title, target=target)
    if action in ENDS_STEP:
        codes = missing(_documents_only(step) if _stays(steps, step, action) else step, collected or {}, required)
    else:
        codes = _reason_missing(step, action, collected or {}, tuple(required), (reason or "").strip())
    if codes:
        raise Missing("incomplete", step=step.title, missing=list(codes))
    return FilePlace(becomes, _step_after(steps, step, action, target))


def changes(before: Mapping[str, object], after: Mapping[str, object]) -> list[Change]:
    """The fields that differ between two versions of the applicant's data: first those of `before`, then new ones.

    An absent field and an empty one are the same.
    """
    fields = [*before, *(name for name in after if name not in before)]
    pairs = ((name, _value(before, name), _value(after, name)) for name in fields)
    return [Change(name, was, becomes) for name, was, becomes in pairs if was != becomes]


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
        case FileAction.WITHDRAW:
            return None
        case _:
            return step.key


def _reason_missing(
    step: Step, action: FileAction, collected: Mapping[str, object], required: tuple[str, ...], reason: str
) -> tuple[str, ...]:
    match action:
        case FileAction.RETURN_TO_APPLICANT:
            incomplete = Collects.DOCUMENTS in step.collects and _documents(collected, required)
            return () if reason or incomplete else ("reason",)
        case FileAction.PAUSE:
            return () if reason in list(file_state.FilePauseReason) else ("reason",)
        case _:
            return ("reason",) if action in file_state.NEEDS_REASON and not reason else ()


def _missing_of(kind: Collects, step: Step, collected: Mapping[str, object], required: Iterable[str]) -> Iterable[str]:
    if kind == Collects.DOCUMENTS:
        return _documents(collected, required)
    if kind == Collects.PRODUCT:
        return _product(step, collected)
    return _CHECKS[kind](collected)


def _documents(collected: Mapping[str, object], required: Iterable[str]) -> list[str]:
    ticked = _part(collected, Collects.DOCUMENTS)
    return [f"documents:{key}" for key in required if ticked.get(key) is not True]


def _ticked(kind: Collects, entry: str) -> Callable[[Mapping[str, object]], list[str]]:
    """A check for what an officer says by one tick; only the plain True counts."""
    return lambda collected: [] if _part(collected, kind).get(entry) is True else [kind.value]


def confirmation_missing(collected: Mapping[str, object]) -> list[str]:
    """The applicant's explicit yes to the newest version of the data; an older yes has lapsed."""
    said = _part(collected, Collects.CONFIRMATION)
    is_newest = said.get("data_version") == collected.get("data_version", 1)
    return [] if said.get("is_approved") is True and is_newest else ["confirmation"]


def _product(step: Step, collected: Mapping[str, object]) -> list[str]:
    """Nothing is issued on a lapsed confirmation, not even by a later step than the confirming one."""
    product = _part(collected, Collects.PRODUCT)
    codes = confirmation_missing(collected) if Collects.CONFIRMATION.value in collected else []
    if step.system == OSS:
        return codes + ([] if is_nib(product.get("nib")) else ["nib"])
    documents = product.get("documents")
    return codes + ([] if isinstance(documents, list) and any(map(_text, documents)) else ["product"])


def _archive(collected: Mapping[str, object]) -> list[str]:
    archive = _part(collected, Collects.ARCHIVE)
    return [f"archive_{name}" for name in ("number", "place") if not _text(archive.get(name))]


def _receiver(collected: Mapping[str, object]) -> list[str]:
    receiver = _part(collected, Collects.RECEIVER)
    match receiver.get("kind"):
        case "self":
            return []
        case "representative":
            return [f"receiver_{name}" for name in ("name", "letter") if not _text(receiver.get(name))]
        case _:
            return ["receiver"]


def _recap(collected: Mapping[str, object]) -> list[str]:
    recap = _part(collected, Collects.RECAP)
    codes = [] if _text(recap.get("number")) else ["recap_number"]
    return codes if _is_date(recap.get("on")) else [*codes, "recap_date"]


_CHECKS: dict[Collects, Callable[[Mapping[str, object]], list[str]]] = {
    Collects.VALIDATION: _ticked(Collects.VALIDATION, "is_valid"),
    Collects.ACCOUNT: _ticked(Collects.ACCOUNT, "is_done"),
    Collects.LOGIN: _ticked(Collects.LOGIN, "is_done"),
    Collects.ENTRY: _ticked(Collects.ENTRY, "is_done"),
    Collects.CONFIRMATION: confirmation_missing,
    Collects.SIGNATURE: _ticked(Collects.SIGNATURE, "is_signed"),
    Collects.ARCHIVE: _archive,
    Collects.RECEIVER: _receiver,
    Collects.RECAP: _recap,
}


def _part(collected: Mapping[str, object], kind: Collects) -> Mapping[str, object]:
    part = collected.get(kind.value)
    return part if isinstance(part, Mapping) else {}


def _text(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""


def _is_date(value: object) -> bool:
    if isinstance(value, date):
        return True
    try:
        date.fromisoformat(_text(value))
    except ValueError:
        return False
    return True


def _value(version: Mapping[str, object], name: str) -> object:
    value = version.get(name)
    return None if value == "" else value
