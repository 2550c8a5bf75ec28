"""The file (berkas) of an applicant: what is known of it, and what a click makes of it; see `decide`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, NamedTuple

from shared.domain.actor import Actor
from shared.domain.calendar import promised_at
from shared.domain.errors import Forbidden, Invalid, NotAllowed
from shared.domain.file_state import RUNNING, FileAction, FileState, after
from shared.domain.identity import applicant_check, is_nib, tidy
from shared.domain.numbering import register_label
from shared.domain.office import OfficeConfig
from shared.domain.procedure import VOUCHED_FOR, changes, check, find_step, first_desk
from shared.domain.standard import Collects, ServiceStandard, Step, needed

FIELDS = ("name", "nik", "phone", "email", "village", "address", "business", "kbli")
"""The applicant's data, in the order in which it is read aloud. Never a password or a code of theirs."""

COLLECT = "collect"
"""Keeps what a step has gathered so far without ending it, such as the applicant's approval before the issue."""

NOT_AT_THE_DESK = (FileAction.PAUSE, FileAction.RESUME, FileAction.WITHDRAW)
"""What an officer does with a file while its applicant sits in the room."""


Entry = Mapping[str, object]
"""What one step collected of one kind, as `procedure` describes the kinds; who and when stand in it too."""


@dataclass(frozen=True, slots=True)
class Collected:
    """What the steps have collected: each entry belongs to the step that asked for it, a second signature as well."""

    steps: Mapping[str, Mapping[str, Entry]] = field(default_factory=dict)
    """Key of a step -> kind -> entry."""
    remarks: Mapping[str, str] = field(default_factory=dict)
    """Key of a document -> what is wrong with it."""
    data_version: int = 1
    """The newest version of the applicant's data."""

    def at(self, step: str | None) -> Mapping[str, Entry]:
        """What this step has collected."""
        return self.steps.get(step or "", {})

    def of(self, kind: str) -> Entry:
        """What was collected of that kind last, by whichever step; empty when nothing was."""
        found: Entry = {}
        for entries in self.steps.values():
            found = entries.get(kind, found)
        return found

    def seen_from(self, step: Step) -> dict[str, object]:
        """What counts at `step`, by kind: its own entries, and others' only of kinds that it does not ask for."""
        others = [entries for key, entries in self.steps.items() if key != step.key]
        elsewhere = {kind: entry for entries in others for kind, entry in entries.items() if kind not in step.collects}
        return {**elsewhere, **self.at(step.key), "data_version": self.data_version}

    def put(self, step: str, entries: Mapping[str, Entry]) -> Collected:
        """With these entries of that step, in the place of its earlier ones of the same kinds."""
        if not entries:
            return self
        others = {key: kept for key, kept in self.steps.items() if key != step}
        return replace(self, steps={**others, step: {**self.at(step), **entries}})

    def sent_back(self, steps: Sequence[Step], target: str) -> Collected:
        """What stays when the file goes back to `target`: all but what must be vouched for again from there."""
        again = {step.key for step in steps[steps.index(find_step(steps, target)) :]}
        kept = {
            key: {kind: entry for kind, entry in entries.items() if key not in again or kind not in VOUCHED_FOR}
            for key, entries in self.steps.items()
        }
        return replace(self, steps={key: entries for key, entries in kept.items() if entries})

    def to_json(self) -> dict[str, object]:
        steps = {key: {kind: dict(entry) for kind, entry in entries.items()} for key, entries in self.steps.items()}
        return {"steps": steps, "remarks": dict(self.remarks), "data_version": self.data_version}

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Collected:
        return cls(kept.get("steps", {}), kept.get("remarks", {}), kept.get("data_version", 1))


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
    collected: Collected = field(default_factory=Collected)
    accepted_at: datetime | None = None
    due_at: datetime | None = None
    completed_at: datetime | None = None
    pauses: tuple[Pause, ...] = ()
    recap_id: int | None = None

    @property
    def register(self) -> str:
        return register_label(self.register_number, self.register_year) or "–"

    @property
    def is_running(self) -> bool:
        """The promise runs, and the file lies at somebody's step."""
        return self.state in RUNNING

    def at_step(self, steps: Sequence[Step]) -> Step:
        """Where it lies; a file that was not accepted yet lies at the first desk."""
        return find_step(steps, self.step) if self.step else first_desk(steps)

    def moved(self, state: FileState, step: str | None, now: datetime) -> File:
        """The file there; what has moved nowhere keeps the time since when it is where it is."""
        is_there = (state, step) == (self.state, self.step)
        return replace(self, state=state, step=step, since_at=self.since_at if is_there else now)

    def paused(self, reason: str, now: datetime) -> File:
        """Raises `NotAllowed("stale")`."""
        rests = self.moved(after(self.state, FileAction.PAUSE), self.step, now)
        return replace(rests, pauses=(*self.pauses, Pause(reason, now)))

    def resumed(self, now: datetime) -> File:
        """Raises `NotAllowed("stale")`."""
        goes_on = self.moved(after(self.state, FileAction.RESUME), self.step, now)
        return replace(goes_on, pauses=_ended(self.pauses, now))


@dataclass(frozen=True, slots=True)
class FileInput:
    """What comes with a click on a file; all of it may be absent."""

    collected: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    applicant: Mapping[str, str] | None = None
    answers: Mapping[str, str] | None = None
    target: str | None = None
    reason: str | None = None
    note: str | None = None


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
) -> Decision:
    """What `action` makes of the file, or a refusal; changes nothing.

    `waiting`: the number under which its applicant waits in the room, not yet at a desk. Raises `NotAllowed` (stale,
    no_step, wrong_step, bad_target, call_first), `Forbidden("wrong_role")`, `Missing("incomplete")` with the codes of
    what is missing, `Invalid` (applicant, no_correction, not_collected_here).
    """
    now, here = actor.now, file.at_step(standard.steps)
    answers = {**file.answers, **(given.answers or {})}
    collected = _gathered(file, here, given, actor)
    place = check(
        file.state,
        standard.steps,
        here.key,
        actor.roles,
        action,
        collected=collected.seen_from(here),
        required=required(standard, answers) if Collects.DOCUMENTS in here.collects else (),
        target=given.target,
        reason=given.reason,
    )
    if waiting is not None and here.needs_applicant and action not in NOT_AT_THE_DESK:
        raise NotAllowed("call_first", number=waiting)
    detail: dict[str, object] = {"step": here.key, "to_step": place.step}
    if given.note:
        detail["note"] = given.note
    applicant = _applicant(file, given.applicant, office, must_be_whole=action == FileAction.ACCEPT)
    corrected = changes(file.applicant, applicant) if file.accepted_at else []
    if corrected:
        collected = replace(collected, data_version=collected.data_version + 1)
        detail["data_version"] = collected.data_version
        detail["changes"] = [[each.field, each.was, each.becomes] for each in corrected]
    elif action == FileAction.CORRECT:
        raise Invalid("no_correction", fields=["applicant"])
    if action == FileAction.SEND_BACK and place.step is not None:
        collected = collected.sent_back(standard.steps, place.step)
    known = replace(file, answers=answers, applicant=applicant, nik=applicant.get("nik", ""), collected=collected)
    moved = _with_effects(_with_nib(known), file, standard, action, given, office, now)
    is_new = action == FileAction.ACCEPT and file.accepted_at is None
    return Decision(action.value, moved.moved(place.state, place.step, now), detail, given.reason, is_new)


def gather(file: File, standard: ServiceStandard, given: FileInput, actor: Actor) -> Decision:
    """`COLLECT`: what the step has so far, without ending it. Raises `NotAllowed("stale")`, `Forbidden`."""
    if file.state != FileState.OPEN:
        raise NotAllowed("stale", state=file.state.value, action=COLLECT)
    here = find_step(standard.steps, file.step)
    if here.role not in actor.roles:
        raise Forbidden("wrong_role", step=here.title, role=here.role.value, action=COLLECT)
    kept = _with_nib(replace(file, collected=_gathered(file, here, given, actor)))
    return Decision(COLLECT, kept, {"collected": sorted(given.collected)}, given.reason)


# --- inside one decision ---


def _gathered(file: File, here: Step, given: FileInput, actor: Actor) -> Collected:
    """What was collected before and what is given now, with who and when; only of the kinds that this step collects."""
    collected, entries = file.collected, dict[str, Entry]()
    stamp = {"by": actor.name, "at": actor.now.isoformat(timespec="seconds")}
    for kind, entry in given.collected.items():
        if kind == "remarks" and Collects.DOCUMENTS in here.collects:
            collected = replace(collected, remarks=_remarks(entry))
        elif kind not in here.collects:
            raise Invalid("not_collected_here", fields=[kind], step=here.title)
        else:
            entries[kind] = {**_completed(kind, entry, collected), **stamp}
    return collected.put(here.key, entries)


def _completed(kind: str, entry: Mapping[str, object], collected: Collected) -> dict[str, object]:
    """The applicant's yes is for the data as it is now; an NIB is kept without its spaces."""
    if kind == Collects.CONFIRMATION and entry.get("is_approved") is True:
        return {**entry, "data_version": collected.data_version}
    if kind == Collects.PRODUCT and "nib" in entry:
        return {**entry, "nib": tidy(str(entry["nib"]))}
    return dict(entry)


LONGEST_REMARK = 80


def _remarks(given: Mapping[str, object]) -> dict[str, str]:
    """What is wrong with a document, as the slip will say it behind the document's name."""
    short = {str(key): " ".join(str(text).split())[:LONGEST_REMARK].strip() for key, text in given.items()}
    return {key: text for key, text in short.items() if text}


def _applicant(
    file: File, given: Mapping[str, str] | None, office: OfficeConfig, *, must_be_whole: bool
) -> Mapping[str, str]:
    """The applicant's data with what is new; raises `Invalid("applicant")` with what is wrong."""
    if given is None and not must_be_whole:
        return file.applicant
    data = {name: str((given or {}).get(name, file.applicant.get(name, ""))).strip() for name in FIELDS}
    data |= {name: tidy(data[name]) for name in ("nik", "kbli")}
    is_checked = must_be_whole or file.accepted_at is not None
    if is_checked or data["nik"]:
        region = str(office.profile.get("region_code", ""))
        found = applicant_check(
            name=data["name"],
            nik=data["nik"],
            office_prefix=region,
            phone=data["phone"],
            email=data["email"],
            kbli=data["kbli"],
        )
        errors = [code for code in found.errors if is_checked or code != "name_missing"]
        if errors:
            raise Invalid("applicant", fields=errors)
    return {name: value for name, value in data.items() if value}


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
            return replace(file, accepted_at=now, due_at=_due_at(standard, office, now))
        case FileAction.PAUSE:
            return replace(file, pauses=(*file.pauses, Pause(given.reason or "", now)))
        case FileAction.RESUME | FileAction.WITHDRAW:
            return replace(file, pauses=_ended(file.pauses, now))
        case FileAction.HAND_OVER | FileAction.FINISH:
            return replace(file, completed_at=before.completed_at or now)
        case _:
            return file


def _due_at(standard: ServiceStandard, office: OfficeConfig, now: datetime) -> datetime | None:
    promise = standard.promise
    if promise is None:
        return None
    return promised_at(now, promise.value, promise.unit, office.calendar, office.settings.convention)


def _ended(pauses: Sequence[Pause], now: datetime) -> tuple[Pause, ...]:
    return tuple(pause if pause.until_at else pause._replace(until_at=now) for pause in pauses)
