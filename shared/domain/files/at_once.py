"""A file that one desk takes in, does and hands over in one press, such as a certified photocopy.

Whoever presses vouches for all that the standard wants to see at that one step; what must be written down or decided
there (a number, an amount, a signature, a question without answer) cannot be vouched for, and is asked on its page.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from shared.domain.actor import Actor
from shared.domain.errors import NotAllowed, Refusal
from shared.domain.files.file import File, FileInput, decide
from shared.domain.files.matter import facts_of, products_of
from shared.domain.files.procedure import FileAction, first_desk, suits
from shared.domain.office import OfficeConfig
from shared.domain.standards.standard import Collects, ServiceStandard, needed, next_question

AT_ONCE = "at_once"
"""What a click says that accepts a file and ends it."""


def ending(standard: ServiceStandard) -> FileAction:
    """What ends the file after its acceptance; raises `NotAllowed("wrong_step")` when more than one step does."""
    step = first_desk(standard.steps)
    ends = (FileAction.HAND_OVER, FileAction.FINISH)
    found = next((each for each in ends if suits(standard.steps, step, each)), None)
    if found is None or not standard.is_over_the_counter:
        raise NotAllowed("wrong_step", step=step.title, action=FileAction.FINISH.value)
    return found


def vouched(standard: ServiceStandard, known: Mapping[str, str], given: FileInput) -> FileInput:
    """What was given, and for the rest that everything is there, right, and in the applicant's hands.

    `known`: the answers that the file has already.
    """
    answers = {**known, **(given.answers or {})}
    facts = facts_of(standard, answers, given.matter or {})
    bring = [each for each in needed(standard, facts) if not each.optional]
    seen: dict[str, Mapping[str, object]] = {
        Collects.DOCUMENTS: {each.key: True for each in bring},
        Collects.VALIDATION: {"is_valid": True},
        Collects.PRODUCT: {"documents": products_of(standard, facts)},
        Collects.RECEIVER: {"kind": "self"},
    }
    collects = first_desk(standard.steps).collects
    own = {kind: entry for kind, entry in seen.items() if kind in collects}
    taken = {each.key: {"original": True, "copies": each.copies} for each in bring if each.original or each.copies}
    said = {**own, **({"taken": taken} if taken else {})}
    whole = {kind: {**entry, **given.collected.get(kind, {})} for kind, entry in said.items()}
    return replace(given, collected={**given.collected, **whole})


def can_end_at_once(file: File, standard: ServiceStandard, actor: Actor, office: OfficeConfig) -> bool:
    """Whether this officer may end a file at the first desk with nothing more to say than that all is there."""
    if not standard.is_over_the_counter or next_question(standard, file.answers) is not None:
        return False
    try:
        said = vouched(standard, file.answers, FileInput())
        accepted = decide(file, standard, FileAction.ACCEPT, said, actor, office).file
        decide(accepted, standard, ending(standard), FileInput(), actor, office)
    except Refusal:
        return False
    return True
