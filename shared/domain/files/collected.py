"""What the steps of a file have collected, each entry with the step that asked for it; what comes with a click made fit
to be kept there, and the applicant's data.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from shared.domain.actor import Actor
from shared.domain.errors import Invalid
from shared.domain.files.letters import Standing
from shared.domain.files.procedure import VOUCHED_FOR, acting_role, find_step
from shared.domain.identity import applicant_check, tidy
from shared.domain.standards.standard import APPLICANT_FIELDS, Collects, Requirement, Role, ServiceStandard, Step

LONGEST_REMARK = 80
REMARKS, TAKEN = "remarks", "taken"
"""What comes beside the kinds that a step collects, about its documents."""

Entry = Mapping[str, object]
"""What one step collected of one kind, as `procedure` describes the kinds; who and when stand in it too."""


@dataclass(frozen=True, slots=True)
class Change:
    """One corrected field of the applicant's data; None where there was or is nothing."""

    field: str
    was: object
    becomes: object


@dataclass(frozen=True, slots=True)
class Collected:
    """What the steps have collected: each entry belongs to the step that asked for it, a second signature as well."""

    steps: Mapping[str, Mapping[str, Entry]] = field(default_factory=dict)
    """Key of a step -> kind -> entry."""
    remarks: Mapping[str, str] = field(default_factory=dict)
    """Key of a document -> what is wrong with it."""
    data_version: int = 1
    """The newest version of the applicant's data and of the matter."""
    taken: Mapping[str, Entry] = field(default_factory=dict)
    """Key of a document -> what was taken in of it: `choice`, `original`, `copies`, and later `returned`."""

    def at(self, step: str | None) -> Mapping[str, Entry]:
        """What this step has collected."""
        return self.steps.get(step or "", {})

    def of(self, kind: str) -> Entry:
        """What was collected of that kind last, by whichever step; empty when nothing was."""
        found: Entry = {}
        for entries in self.steps.values():
            found = entries.get(kind, found)
        return found

    def amount(self, kind: str) -> int | None:
        """The amount that was written last by a step of that kind; a step after it may have written none."""
        said = [entries[kind].get("amount") for entries in self.steps.values() if kind in entries]
        return next((each for each in reversed(said) if isinstance(each, int)), None)

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
        taken = {"taken": {key: dict(entry) for key, entry in self.taken.items()}} if self.taken else {}
        return {"steps": steps, "remarks": dict(self.remarks), **taken, "data_version": self.data_version}

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Collected:
        """Raises nothing: what an earlier version wrote lacks what this one has."""
        return cls(kept.get("steps", {}), kept.get("remarks", {}), kept.get("data_version", 1), kept.get("taken", {}))


# --- what comes with a click ---


def gathered(
    collected: Collected,
    here: Step,
    given: Mapping[str, Mapping[str, object]],
    actor: Actor,
    standing: Standing = Standing.HOLDER,
) -> Collected:
    """What was collected before and what is given now, with who and when; only of the kinds that this step collects.

    `standing`: in which the actor holds the role as which they sign. Raises `Invalid("not_collected_here")`.
    """
    entries: dict[str, Entry] = {}
    before = collected
    for kind, entry in given.items():
        if kind == REMARKS and Collects.DOCUMENTS in here.collects:
            collected = replace(collected, remarks=_remarks(entry))
        elif kind == TAKEN and not {Collects.DOCUMENTS, Collects.RECEIVER}.isdisjoint(here.collects):
            collected = replace(collected, taken=_taken(collected.taken, entry))
        elif kind not in here.collects:
            raise Invalid("not_collected_here", fields=[kind], step=here.title)
        else:
            signed = _signed(here, actor, standing) if kind == Collects.SIGNATURE else {}
            entries[kind] = {**_completed(kind, entry, collected), **signed, **actor.stamp}
    if Collects.DOCUMENTS in entries:
        collected = replace(collected, remarks=_still_wrong(collected.remarks, before, entries[Collects.DOCUMENTS]))
    return collected.put(here.key, entries)


def papers_missing(requirements: Iterable[Requirement], collected: Collected, step: Step) -> list[str]:
    """Codes of what the papers lack beside being there: which of several, the original, what must be given back."""
    codes = []
    ticked = collected.of(Collects.DOCUMENTS) if Collects.DOCUMENTS in step.collects else {}
    for each in requirements:
        taken = collected.taken.get(each.key, {})
        if ticked.get(each.key) is True:
            if each.choices and taken.get("choice") not in [choice.key for choice in each.choices]:
                codes.append(f"choice:{each.key}")
            if each.original is not None and taken.get("original") is not True:
                codes.append(f"original:{each.key}")
        if Collects.RECEIVER in step.collects and Collects.DOCUMENTS not in step.collects:
            is_kept_back = each.is_given_back and taken.get("original") is True
            codes += [f"returned:{each.key}"] if is_kept_back and taken.get("returned") is not True else []
    return codes


def applicant_of(
    before: Mapping[str, str],
    given: Mapping[str, str] | None,
    standard: ServiceStandard,
    region: str,
    *,
    must_be_whole: bool,
    is_checked: bool,
) -> Mapping[str, str]:
    """The applicant's data with what is new of what the standard asks for.

    Raises `Invalid("applicant")` with what is wrong.
    """
    if given is None and not must_be_whole:
        return before
    data = {name: str(before.get(name, "")) for name in APPLICANT_FIELDS}
    data |= {name: str((given or {}).get(name, data[name])).strip() for name in standard.asked}
    data |= {name: tidy(data[name]) for name in ("nik", "kbli")}
    if is_checked or data["nik"]:
        errors = _applicant_errors(data, standard, region, is_checked=is_checked)
        if errors:
            raise Invalid("applicant", fields=errors)
    return {name: value for name, value in data.items() if value}


def changes(before: Mapping[str, object], after: Mapping[str, object]) -> list[Change]:
    """The fields that differ between two versions of the applicant's data: first those of `before`, then new ones.

    An absent field and an empty one are the same.
    """
    fields = [*before, *(name for name in after if name not in before)]
    pairs = ((name, _value(before, name), _value(after, name)) for name in fields)
    return [Change(name, was, becomes) for name, was, becomes in pairs if was != becomes]


def _applicant_errors(
    data: Mapping[str, str], standard: ServiceStandard, region: str, *, is_checked: bool
) -> list[str]:
    found = applicant_check(
        name=data["name"],
        nik=data["nik"],
        office_prefix=region,
        phone=data["phone"],
        email=data["email"],
        kbli=data["kbli"],
    )
    must_have = standard.must_have if is_checked else ()
    is_optional = {
        code for code in found.errors if code.startswith("nik_") and not data["nik"] and "nik" not in must_have
    }
    errors = [code for code in found.errors if code not in is_optional | {"name_missing"}]
    absent = [f"{name}_missing" for name in must_have if not data[name] and name != "nik"]
    return [*absent, *errors]


def _completed(kind: str, entry: Mapping[str, object], collected: Collected) -> dict[str, object]:
    """The applicant's yes is for the data as it is now; an NIB is kept without its spaces."""
    if kind == Collects.CONFIRMATION and entry.get("is_approved") is True:
        return {**entry, "data_version": collected.data_version}
    if kind == Collects.PRODUCT and "nib" in entry:
        return {**entry, "nib": tidy(str(entry["nib"]))}
    return dict(entry)


def _signed(step: Step, actor: Actor, standing: Standing) -> dict[str, object]:
    """How it was signed, as which role, and in whose name: what the letter shows above the signature."""
    role = acting_role(step, actor.roles) or step.role
    in_whose_name: Role | None = step.on_behalf_of or (step.role if role != step.role else None)
    said: dict[str, object] = {"signs": step.signs.value, "role": role.value, "standing": standing.value}
    return {**said, **({"on_behalf_of": in_whose_name.value} if in_whose_name else {})}


def _taken(before: Mapping[str, Entry], given: Mapping[str, object]) -> dict[str, Entry]:
    """What is known of each document, with what is new."""
    new = {str(key): entry for key, entry in given.items() if isinstance(entry, Mapping)}
    return {key: {**before.get(key, {}), **new.get(key, {})} for key in dict.fromkeys((*before, *new))}


def _remarks(given: Mapping[str, object]) -> dict[str, str]:
    """What is wrong with a document, as the slip will say it behind the document's name."""
    short = {str(key): " ".join(str(text).split())[:LONGEST_REMARK].strip() for key, text in given.items()}
    return {key: text for key, text in short.items() if text}


def _still_wrong(remarks: Mapping[str, str], before: Collected, ticked: Mapping[str, object]) -> dict[str, str]:
    """Without what was said of a document that was not there and has come now, unless it was written anew."""
    was = before.of(Collects.DOCUMENTS)
    has_come = {key for key, is_there in ticked.items() if is_there is True and was.get(key) is not True}
    return {key: text for key, text in remarks.items() if key not in has_come or before.remarks.get(key) != text}


def _value(version: Mapping[str, object], name: str) -> object:
    value = version.get(name)
    return None if value == "" else value
