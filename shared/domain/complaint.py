"""What people say about an office: a complaint, a wish, a question, praise; everything that moves it stands in MOVES.

Who said it is kept apart from what was said, and is for few eyes: see `may_see_person`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from shared.domain.bounds import is_text
from shared.domain.calendar import Calendar, Convention, due_at
from shared.domain.errors import Forbidden, Invalid, Missing
from shared.domain.identity import plain, without_nik
from shared.domain.moves import Moves


class ComplaintKind(StrEnum):
    COMPLAINT = "complaint"
    SUGGESTION = "suggestion"
    REQUEST = "request"
    """For information."""
    PRAISE = "praise"


class Entrance(StrEnum):
    """How it came in."""

    KIOSK = "kiosk"
    PHONE = "phone"
    """The visitor's own: the page of their ticket, or the office's public page."""
    DESK = "desk"
    BOX = "box"
    TELEPHONE = "telephone"
    WHATSAPP = "whatsapp"
    LAPOR = "lapor"
    """SP4N-LAPOR!, which has a number of its own."""


ENTERED = (Entrance.DESK, Entrance.BOX, Entrance.TELEPHONE, Entrance.WHATSAPP, Entrance.LAPOR)
"""Entrances at which an officer writes it down."""


class PersonKept(StrEnum):
    """What the writer wants known of themselves. Source: UU 25/2009, Pasal 42: the identity may be kept secret."""

    NAMED = "named"
    SECRET = "secret"
    NONE = "none"


class ComplaintState(StrEnum):
    RECEIVED = "received"
    VERIFIED = "verified"
    FORWARDED = "forwarded"
    ANSWERED = "answered"
    CLOSED = "closed"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


class ComplaintAction(StrEnum):
    VERIFY = "verify"
    HAND_ON = "hand_on"
    FORWARD = "forward"
    TAKE_BACK = "take_back"
    ANSWER = "answer"
    REJECT = "reject"
    REOPEN = "reopen"
    CLOSE = "close"
    WITHDRAW = "withdraw"


RECEIVED, VERIFIED, FORWARDED = ComplaintState.RECEIVED, ComplaintState.VERIFIED, ComplaintState.FORWARDED
ANSWERED, CLOSED = ComplaintState.ANSWERED, ComplaintState.CLOSED
REJECTED, WITHDRAWN = ComplaintState.REJECTED, ComplaintState.WITHDRAWN

# fmt: off
MOVES = Moves[ComplaintState, ComplaintAction]([
    # from      action                     to
    (RECEIVED,  ComplaintAction.VERIFY,    VERIFIED),   # somebody takes it up, and is its handler from now on
    (RECEIVED,  ComplaintAction.REJECT,    REJECTED),   # said twice, or nothing that an office could answer
    (RECEIVED,  ComplaintAction.WITHDRAW,  WITHDRAWN),  # the writer's wish
    (VERIFIED,  ComplaintAction.HAND_ON,   VERIFIED),   # to another handler
    (VERIFIED,  ComplaintAction.FORWARD,   FORWARDED),  # another office has to act; the answer is still ours to give
    (VERIFIED,  ComplaintAction.ANSWER,    ANSWERED),
    (VERIFIED,  ComplaintAction.REJECT,    REJECTED),
    (VERIFIED,  ComplaintAction.WITHDRAW,  WITHDRAWN),
    (FORWARDED, ComplaintAction.HAND_ON,   FORWARDED),
    (FORWARDED, ComplaintAction.TAKE_BACK, VERIFIED),
    (FORWARDED, ComplaintAction.ANSWER,    ANSWERED),
    (FORWARDED, ComplaintAction.WITHDRAW,  WITHDRAWN),
    (ANSWERED,  ComplaintAction.REOPEN,    VERIFIED),   # the writer says that it is not settled
    (ANSWERED,  ComplaintAction.CLOSE,     CLOSED),
])
# fmt: on

allowed = MOVES.allowed

OPEN = (RECEIVED, VERIFIED, FORWARDED)
"""States in which somebody still waits for the office."""
ENDED = tuple(state for state in ComplaintState if state not in {start for start, _, _ in MOVES})

UNDOABLE = frozenset(ComplaintAction) - {ComplaintAction.REOPEN}
"""What an officer may take back within seconds; a writer's word is theirs."""

CLOSES_AFTER_DAYS = 10
"""Working days after its answer in which the writer may say that it is not settled; our own choice."""

MOST_TEXT, MOST_LINE = 4000, 120
"""Characters of what was said, and of a name."""


def after(state: ComplaintState, action: ComplaintAction) -> ComplaintState:
    """The state that `action` leads to; raises `NotAllowed("stale")` when `state` does not know it."""
    return MOVES.ends[state, action]


@dataclass(frozen=True, slots=True)
class AnswerDays:
    """Working days until it is verified and until it is answered.

    Start: 7 days as the standard of Kecamatan Lumajang promises, 3 days as LAPOR! says of its verification
    (blog.lapor.go.id, FAQ).
    """

    verify: int = 3
    answer: int = 7


def complaint_label(number: int, year: int) -> str:
    """The number in the book of complaints, as on paper: `P-12/2026`."""
    return f"P-{number}/{year}"


def parse_complaint(text: str) -> tuple[int, int | None] | None:
    """Number and year of what a person typed: `P-12/2026`, `p12`, `12/2026`; None for anything else."""
    found = _TYPED.fullmatch(plain(text))
    return None if found is None else (int(found[1]), int(found[2]) if found[2] else None)


_TYPED = re.compile(r"(?:[Pp] ?-? ?)?([0-9]{1,7})(?: ?/ ?((?:19|20)[0-9]{2}))?")


# --- deadlines ---


def deadlines(received_at: datetime, days: AnswerDays, calendar: Calendar) -> tuple[datetime, datetime]:
    """Until when it has to be verified and answered. The day on which it came in does not count: LAPOR! says so."""
    verify_by = due_at(received_at, days.verify, calendar, Convention.NEXT)
    return verify_by, due_at(received_at, days.answer, calendar, Convention.NEXT)


def due(state: ComplaintState, verify_by: datetime, answer_by: datetime) -> datetime | None:
    """The next deadline; None when nobody waits any more."""
    return (verify_by if state == RECEIVED else answer_by) if state in OPEN else None


# --- what was said ---


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody says, before it has a number. `about`: officers whom it is about; `wanted`: how to settle it."""

    kind: ComplaintKind
    entrance: Entrance
    text: str
    person: PersonKept = PersonKept.NONE
    name: str = ""
    contact: str = ""
    wanted: str = ""
    service_id: int | None = None
    about: frozenset[int] = frozenset()
    foreign_number: str = ""
    language: str = "id"

    def checked(self) -> Said:
        """Tidy, with every NIK blacked out: nobody means to write one here, and the book is kept for years.

        Without an identity nothing of the person is kept. Raises `Missing("complaint_incomplete")` with what lacks,
        `Invalid("unreadable")` and `Invalid("complaint_long")`.
        """
        text, wanted = _tidy(self.text, "text"), _tidy(self.wanted, "wanted")
        name = contact = ""
        if self.person != PersonKept.NONE:
            name, contact = _tidy(self.name, "name", MOST_LINE), _tidy(self.contact, "contact", MOST_LINE)
        foreign = _tidy(self.foreign_number, "foreign_number", 60) if self.entrance == Entrance.LAPOR else ""
        missing = [] if text else ["complaint_text"]
        if self.person != PersonKept.NONE and not name:
            missing.append("complaint_name")
        if missing:
            raise Missing("complaint_incomplete", missing=missing)
        return replace(self, text=text, name=name, contact=contact, wanted=wanted, foreign_number=foreign)


def _tidy(text: str, field: str, longest: int = MOST_TEXT) -> str:
    """Without blanks around it and without signs that only a printer obeys."""
    if not is_text(text):
        raise Invalid("unreadable", fields=[field])
    plain = _CONTROL.sub(" ", text.replace("\r\n", "\n").replace("\r", "\n")).strip()
    if len(plain) > longest:
        raise Invalid("complaint_long", fields=[field], count=longest)
    return without_nik(plain)


_CONTROL = re.compile(r"[\x01-\x08\x0b-\x1f\x7f-\x9f]")


def written(text: str, missing: str, longest: int = MOST_TEXT) -> str:
    """What an officer wrote to go with an action; raises `Missing` when there is nothing, and what `checked` raises."""
    plain = _tidy(text, missing, longest)
    if not plain:
        raise Missing("complaint_incomplete", missing=[missing])
    return plain


# --- who may ---


@dataclass(frozen=True, slots=True)
class Reader:
    """An officer who may read complaints at all, as one complaint sees them. `is_head`: may hand it to others."""

    officer_id: int
    is_head: bool = False


def must_not_be_about(barred: Collection[int], reader: Reader) -> None:
    """Raises `Forbidden("complaint_about_you")`: whom it is about reads nothing of it, because words may show who."""
    if reader.officer_id in barred:
        raise Forbidden("complaint_about_you")


def may_see_person(person: PersonKept, handler_id: int | None, barred: Collection[int], reader: Reader) -> bool:
    """Whether the name is for these eyes: a secret one for the handler's alone, none for whom it is about."""
    if person == PersonKept.NONE or reader.officer_id in barred:
        return False
    return person == PersonKept.NAMED or reader.officer_id == handler_id


def must_handle(action: ComplaintAction, handler_id: int | None, barred: Collection[int], reader: Reader) -> None:
    """Raises `Forbidden`: `complaint_about_you`, `other_handler`.

    A new one is for whoever takes it up; after that it is the handler's, and a head may hand it on.
    """
    must_not_be_about(barred, reader)
    if handler_id is None or reader.officer_id == handler_id:
        return
    if not (action == ComplaintAction.HAND_ON and reader.is_head):
        raise Forbidden("other_handler")


def offered(
    state: ComplaintState, handler_id: int | None, barred: Collection[int], reader: Reader
) -> list[ComplaintAction]:
    """The actions that this officer has on it."""
    found = []
    for action in allowed(state):
        try:
            must_handle(action, handler_id, barred, reader)
        except Forbidden:
            continue
        found.append(action)
    return found


def days_of(choices: Mapping[str, tuple[int, int]], kind: ComplaintKind) -> AnswerDays:
    """The office's choice for this kind, else the start."""
    chosen = choices.get(kind.value)
    return AnswerDays(*chosen) if chosen else AnswerDays()
