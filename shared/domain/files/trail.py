"""What the page of a file draws: who ended which step, what is to be corrected, what one sitting ends."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from shared.domain.files.procedure import ENDS_STEP, acting_role, find_step, next_step
from shared.domain.standards.standard import Collects, Role, Step

TOGETHER = frozenset({Collects.ACCOUNT, Collects.LOGIN, Collects.ENTRY})
"""Done in one sitting with the applicant: steps that collect nothing but these stand on one page."""


@dataclass(frozen=True, slots=True)
class Deed:
    """One event of a file, as far as its way is concerned. `step`, `to_step`: where it was done, where it led."""

    action: str
    at: datetime
    by: str | None
    step: str | None
    to_step: str | None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class StepDone:
    """Who ended a step, when, and after how many minutes there."""

    by: str | None
    at: datetime
    minutes: int


@dataclass(frozen=True, slots=True)
class Correction:
    """Why a file came back to where it lies, point by point."""

    by: str | None
    at: datetime
    points: tuple[str, ...]


def trail(steps: Sequence[Step], deeds: Sequence[Deed]) -> dict[str, StepDone]:
    """Key of each ended step: how it was ended last. What was sent back or taken back is not ended any more."""
    places = {step.key: place for place, step in enumerate(steps)}
    done: dict[str, StepDone] = {}
    entered = deeds[0].at if deeds else None
    for deed in deeds:
        if deed.action in ENDS_STEP and deed.step in places and entered is not None:
            done[deed.step] = StepDone(deed.by, deed.at, int((deed.at - entered).total_seconds() // 60))
        elif deed.to_step in places and deed.action in ("send_back", "undo", "return_to_applicant"):
            done = {key: each for key, each in done.items() if places[key] < places[deed.to_step]}
        if deed.to_step is not None and deed.to_step != deed.step:
            entered = deed.at
    return done


def correction(deeds: Sequence[Deed], step: str | None) -> Correction | None:
    """What is to be put right at `step`, when the file was sent back there and has not gone on since."""
    for deed in reversed(deeds):
        if deed.action in ENDS_STEP:
            return None
        if deed.action == "send_back" and deed.to_step == step:
            points = [point.strip(" -•\t") for point in re.split(r"[;\n]", deed.reason or "")]
            return Correction(deed.by, deed.at, tuple(point for point in points if point))
    return None


def sitting(steps: Sequence[Step], here: Step, roles: Collection[Role]) -> list[Step]:
    """The steps from `here` on that one officer does in one sitting; at least `here` itself."""
    run, kinds = [here], set(here.collects)
    following = next_step(steps, here.key)
    while (
        TOGETHER.issuperset(kinds)
        and following is not None
        and following.collects
        and TOGETHER.issuperset(following.collects)
        and kinds.isdisjoint(following.collects)
        and acting_role(following, roles) is not None
        and following.elsewhere == here.elsewhere
    ):
        run.append(following)
        kinds |= set(following.collects)
        following = next_step(steps, following.key)
    return run


def shared_out(
    steps: Sequence[Step], here: str | None, given: Mapping[str, Mapping[str, object]], roles: Collection[Role]
) -> list[dict[str, Mapping[str, object]]]:
    """What one form gives to each step of a sitting, in order; the first part is for the step where the file lies."""
    run = sitting(steps, find_step(steps, here), roles)
    parts = [{kind: entry for kind, entry in given.items() if kind in step.collects} for step in run[1:]]
    later = {kind for part in parts for kind in part}
    while parts and not parts[-1]:
        parts.pop()
    return [{kind: entry for kind, entry in given.items() if kind not in later}, *parts]
