"""What in a standard may be meant but is seldom right: shown to who edits it, and taken all the same."""

from __future__ import annotations

import re
from collections.abc import Iterator

from shared.domain.problem import Problem
from shared.domain.standards.standard import Collects, Role, ServiceStandard

LONGEST_PRODUCT_WORDS = 12


def warnings(service: ServiceStandard) -> list[Problem]:
    """What may be meant but is seldom right; a standard with these is taken all the same."""
    steps = [(place, step) for place, step in enumerate(service.steps) if step.role is not Role.APPLICANT]
    found = []
    if steps and not any(Collects.DOCUMENTS in step.collects for _, step in steps):
        found.append(Problem(("steps", steps[0][0], "collects"), "no_documents"))
    if len(steps) > 1 and not steps[-1][1].needs_applicant and Collects.RECAP not in steps[-1][1].collects:
        found.append(Problem(("steps", steps[-1][0], "needs_applicant"), "nobody_is_told"))
    for product in service.products:
        if len(product.split()) > LONGEST_PRODUCT_WORDS or product.rstrip().endswith("."):
            found.append(Problem(("products",), "product_is_sentence", {"value": product[:60]}))
    return [*found, *_contradictions(service)]


def _contradictions(service: ServiceStandard) -> Iterator[Problem]:
    """Words that say another number than the number beside them, on which the clock and the fee go."""
    promise, fee = service.promise, service.fee
    if promise is not None and promise.value is not None:
        said = [int(each) for each in re.findall(r"[0-9]{1,4}", promise.text)]
        if said and promise.value not in (*said, sum(said)):
            yield Problem(("promise", "text"), "other_number", {"value": promise.value})
    if fee is not None and fee.rupiah:
        said = [int(each.replace(".", "")) for each in re.findall(r"[0-9][0-9.]*[0-9]|[0-9]", fee.text)]
        if said and fee.rupiah not in said:
            yield Problem(("fee", "text"), "other_number", {"value": fee.rupiah})
