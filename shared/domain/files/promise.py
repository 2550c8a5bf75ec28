"""When a promise is kept: once the result is ready. That its applicant comes for it later is no delay of the office.

The one rule for lights, for what is called late, for the register and for the reports.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime

from shared.domain.files.procedure import FileAction
from shared.domain.standards.standard import Collects, Step

_BESIDE = frozenset({Collects.RECEIVER, Collects.PRODUCT, Collects.PAYMENT, Collects.ARCHIVE})
"""What is written down while a result is handed over; anything else is work of the office that is still to be done."""


def is_ready_at(step: Step | None) -> bool:
    """Whether a file at this step misses nothing but its applicant."""
    return step is not None and Collects.RECEIVER in step.collects and _BESIDE.issuperset(step.collects)


Act = tuple[datetime, str, object, object]
"""One that stood: when, what, at which step it was done, and at which the file was then."""


def ready_at(acts: Iterable[Act], ready: Collection[object]) -> datetime | None:
    """When the result became ready; None while it is not. `ready`: the steps at which it is (`is_ready_at`)."""
    found: datetime | None = None
    for at, action, step, to_step in acts:
        if to_step in ready and step not in ready:
            found = at
        elif step in ready and to_step not in ready and action != FileAction.HAND_OVER:
            found = None
    return found
