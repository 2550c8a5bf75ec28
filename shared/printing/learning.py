"""What printers are found to answer while this process lives; whoever asks keeps what is sure."""

from __future__ import annotations

import time
from dataclasses import dataclass

from shared.domain.errors import Invalid
from shared.printing.delivery import Answers, Outcome, Result, ask, connect, first_look
from shared.printing.status import Status

SURELY_MUTE = 3
"""A printer that answered nothing so often in a row does not: the first time it may only have been busy."""

OFTEN_IN_DOUBT = 2
"""Slips in a row that a printer left in doubt although it was well afterwards."""

FRESH_S = 8.0
"""So long a printer that kept quiet is not asked again before a slip, which would come as much later."""

LONGEST_LOOK_S = 5.0
"""Also a printer that answers each question late is learned in this time."""

Place = tuple[str, str]
"""Kind and address of a printer."""


@dataclass(frozen=True, slots=True)
class Learned:
    """`is_sure`: this is new, and to be kept. `status`: how the printer was when it was asked just now, if well."""

    answers: Answers
    is_sure: bool = False
    status: Status | None = None


class Learning:
    def __init__(self, timeout_s: float) -> None:
        self.timeout_s = timeout_s
        self._mute: dict[Place, int] = {}
        self._mute_until: dict[Place, float] = {}
        """Until when a printer that was just found mute is taken for one."""
        self._doubts: dict[Place, int] = {}
        self._believed: set[Place] = set()
        """Printers that confirmed a slip in the life of this process."""

    def answers(self, kind: str, address: str, known: Answers, *, is_for_slip: bool = False) -> Learned:
        """How the printer is to be printed on now; one that is mute as a mute one.

        `is_for_slip`: a slip waits, so a printer that was just found mute is not asked anew.
        """
        place = (kind, address)
        if known is not Answers.NOT_LEARNED:
            return Learned(known)
        if is_for_slip and time.monotonic() < self._mute_until.get(place, 0.0):
            return Learned(Answers.NOTHING)
        try:
            with connect(kind, address, self.timeout_s) as connection:
                connection.limit(LONGEST_LOOK_S)
                found, status = first_look(connection)
        except (OSError, Invalid):
            return Learned(known)
        is_mute = found is Answers.NOTHING
        self._mute[place] = self._mute.get(place, 0) + 1 if is_mute else 0
        self._mute_until[place] = time.monotonic() + FRESH_S if is_mute else 0.0
        is_sure = found is not Answers.NOT_LEARNED and self._mute[place] in (0, SURELY_MUTE)
        return Learned(found, is_sure, status if status.can_print else None)

    def is_believed(self, kind: str, address: str) -> bool:
        """Whether this printer has confirmed a slip in order in the life of this process."""
        return (kind, address) in self._believed

    def after(self, kind: str, address: str, answers: Answers, outcome: Outcome) -> Answers | None:
        """What else to believe after this slip: one that never answers behind a slip is asked how it is instead."""
        place = (kind, address)
        if outcome.result is Result.CONFIRMED and answers is Answers.IN_ORDER:
            if outcome.evidence == Answers.REAL_TIME:
                return Answers.REAL_TIME
            self._believed.add(place)
        if outcome.result is not Result.UNCERTAIN or answers is not Answers.IN_ORDER or place in self._believed:
            self._doubts.pop(place, None)
            return None
        is_well = ask(kind, address, self.timeout_s).can_print
        self._doubts[place] = self._doubts.get(place, 0) + 1 if is_well else 0
        return Answers.REAL_TIME if self._doubts[place] >= OFTEN_IN_DOUBT else None
