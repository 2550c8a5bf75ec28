"""What the steps of a file have collected: each entry belongs to the step that asked for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from shared.domain.files.procedure import VOUCHED_FOR, find_step
from shared.domain.standards.standard import Step

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
