"""What a visitor said at the kiosk about their errand: the answers to its questions, and what they have with them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from shared.domain.errors import Invalid
from shared.domain.standards.announced import announced
from shared.domain.standards.standard import Requirement, ServiceStandard, applies


@dataclass(frozen=True, slots=True)
class Brought:
    """`answers`: question key -> option key. `ready`: keys of the requirements that were ticked."""

    answers: Mapping[str, str] = field(default_factory=dict)
    ready: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.answers or self.ready)

    def needed(self, service: ServiceStandard) -> tuple[Requirement, ...]:
        """What this visitor has to bring, as far as the questions were answered."""
        return announced(service, self.answers)


NOTHING_SAID = Brought()


def brought(service: ServiceStandard, answers: Mapping[str, str], ready: Collection[str]) -> Brought:
    """What was said, without what does not concern this case.

    Raises `Invalid("fields")` for a question, an answer or a requirement that the service has not.
    """
    if not answers and not ready:
        return NOTHING_SAID
    options = {question.key: {option.key for option in question.options} for question in service.questions}
    if any(answer not in options.get(question, ()) for question, answer in answers.items()):
        raise Invalid("fields", fields=["answers"])
    if not set(ready) <= {each.key for each in service.requirements}:
        raise Invalid("fields", fields=["ready"])
    known: dict[str, str] = {}
    for question in service.questions:
        if question.key in answers and applies(question.when, known):
            known[question.key] = answers[question.key]
    bring = {each.key for each in announced(service, known)}
    return Brought(known, frozenset(ready) & bring)
