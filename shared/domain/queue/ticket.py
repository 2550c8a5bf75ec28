"""The ticket: a person in the room on one day, and what they said; all that moves it stands in the table MOVES."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple

from shared.domain.errors import Invalid
from shared.domain.moves import Moves
from shared.domain.numbering import label
from shared.domain.queue.policy import Lane
from shared.domain.standards.announced import announced
from shared.domain.standards.standard import Requirement, Role, ServiceStandard, applies


class State(StrEnum):
    WAITING = "waiting"
    CALLED = "called"
    SERVING = "serving"
    HELD = "held"
    PROCESSING = "processing"
    ABSENT = "absent"
    DONE = "done"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


class Action(StrEnum):
    CALL = "call"
    RECALL = "recall"
    START = "start"
    RELEASE = "release"
    MISS = "miss"
    RESTORE = "restore"
    HOLD = "hold"
    TRANSFER = "transfer"
    PASS_ON = "pass_on"
    PROCESS = "process"
    READY = "ready"
    FINISH = "finish"
    CANCEL = "cancel"
    CLOSE_DAY = "close_day"


WAITING, CALLED, SERVING, HELD = State.WAITING, State.CALLED, State.SERVING, State.HELD
PROCESSING, ABSENT, DONE, CANCELLED = State.PROCESSING, State.ABSENT, State.DONE, State.CANCELLED
EXPIRED = State.EXPIRED

# fmt: off
MOVES = Moves[State, Action]([
    # from       action            to
    (WAITING,    Action.CALL,      CALLED),      # by "next" or by number
    (CALLED,     Action.RECALL,    CALLED),      # spoken again
    (CALLED,     Action.START,     SERVING),     # the person stands at the counter
    (CALLED,     Action.RELEASE,   WAITING),     # called by mistake; place kept
    (CALLED,     Action.MISS,      ABSENT),      # nobody came
    (ABSENT,     Action.CALL,      CALLED),      # called back
    (ABSENT,     Action.RESTORE,   WAITING),     # place by original time
    (SERVING,    Action.HOLD,      HELD),        # "isi formulir ini dulu"; the same counter calls again
    (HELD,       Action.CALL,      CALLED),
    (SERVING,    Action.TRANSFER,  WAITING),     # to another counter or service; number kept
    (SERVING,    Action.PASS_ON,   WAITING),     # the next step needs the person at another desk
    (SERVING,    Action.PROCESS,   PROCESSING),  # the back office has the file; the person sits, not callable
    (PROCESSING, Action.READY,     WAITING),     # the file needs the person again
    (SERVING,    Action.FINISH,    DONE),
    (PROCESSING, Action.FINISH,    DONE),
    (WAITING,    Action.CANCEL,    CANCELLED),
    (CALLED,     Action.CANCEL,    CANCELLED),
    (HELD,       Action.CANCEL,    CANCELLED),
    (ABSENT,     Action.CANCEL,    CANCELLED),
    (PROCESSING, Action.CANCEL,    CANCELLED),
    (WAITING,    Action.CLOSE_DAY, EXPIRED),     # the day is over; counted, never lost
    (CALLED,     Action.CLOSE_DAY, EXPIRED),
    (HELD,       Action.CLOSE_DAY, EXPIRED),
    (ABSENT,     Action.CLOSE_DAY, EXPIRED),
    (PROCESSING, Action.CLOSE_DAY, EXPIRED),
])
# fmt: on

allowed = MOVES.allowed

AT_COUNTER = (CALLED, SERVING)
"""States in which a ticket occupies its counter: at most one such ticket per counter."""

ENDED = (DONE, CANCELLED, EXPIRED)

UNDOABLE = (
    Action.CALL,
    Action.RECALL,
    Action.START,
    Action.RELEASE,
    Action.MISS,
    Action.RESTORE,
    Action.HOLD,
    Action.TRANSFER,
    Action.FINISH,
    Action.CANCEL,
)
"""What its own officer can take back within seconds, by a new event. The moves that a file's way causes are taken back
with the file."""


# --- the ticket as a value ---


def after(state: State, action: Action) -> State:
    """The state that `action` leads to; raises `NotAllowed("stale")` when `state` does not know it."""
    return MOVES.ends[state, action]


class WaitsFor(NamedTuple):
    """Whom a ticket waits for: any counter of the role that serves the service, or one counter by name."""

    role: Role
    service_id: int
    counter_id: int | None = None


class LinePlace(NamedTuple):
    """A place in a lane; the id settles a tie."""

    queued_at: datetime
    ticket_id: int


@dataclass(frozen=True, slots=True)
class QueueTicket:
    """A person in the room on one day; the columns of its row (`store.tables.Ticket` says what each one means)."""

    id: int
    office_id: int
    on_day: date
    series: str
    number: int
    service_id: int
    token: str
    nonce: str
    state: State
    lane: Lane
    role: Role
    language: str
    taken_at: datetime
    queued_at: datetime
    since_at: datetime
    counter_id: int | None = None
    recalls: int = 0
    note: str | None = None
    return_counter_id: int | None = None
    case_id: int | None = None
    quota_service_id: int | None = None
    estimate_s: float | None = None
    quote_low: int | None = None
    quote_high: int | None = None

    @property
    def label(self) -> str:
        """The number as people read it."""
        return label(self.series, self.number)

    @property
    def waits_for(self) -> WaitsFor:
        return WaitsFor(self.role, self.service_id, self.counter_id)

    @property
    def place(self) -> LinePlace:
        return LinePlace(self.queued_at, self.id)


# --- what a visitor said at the kiosk about their errand ---


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
