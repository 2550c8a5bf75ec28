"""What the token of a program is good for: a part of what its officer may do, chosen when it is made."""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum

from shared.domain.rights import Right


class Scope(StrEnum):
    READ = "read"
    """Ask whatever the officer may see; change nothing."""
    QUEUE = "queue"
    """Numbers, calls, the day; also what a kiosk does."""
    FILES = "files"
    COMPLAINTS = "complaints"
    REPORTS = "reports"
    """Reports, register, recaps, survey."""
    SETUP = "setup"


# fmt: off
SCOPES: dict[Scope, frozenset[Right]] = {
    Scope.READ:  frozenset(),
    Scope.QUEUE: frozenset({Right.SERVE, Right.PRINT, Right.REPORT_OUTAGE, Right.RUN_DAY, Right.ENTER_LATE,
                            Right.SEE_FLOOR, Right.RUN_FLOOR}),
    Scope.FILES: frozenset({Right.SEE_FILES, Right.LEAD_FILES, Right.SEE_LETTERS, Right.ISSUE_LETTERS,
                            Right.VOID_LETTERS, Right.CARE_FOR_DATA}),
    Scope.COMPLAINTS: frozenset({Right.ENTER_COMPLAINTS, Right.HANDLE_COMPLAINTS, Right.LEAD_COMPLAINTS}),
    Scope.REPORTS: frozenset({Right.KEEP_REGISTER, Right.EXPORT_REGISTER, Right.SEE_RECAPS, Right.MAKE_RECAPS,
                              Right.SEE_REPORTS, Right.SEE_OFFICERS_FIGURES, Right.MAKE_REPORTS, Right.SEE_AUDIT,
                              Right.SEE_READERS, Right.MAKE_EVIDENCE, Right.SEE_SURVEY, Right.ENTER_SURVEY,
                              Right.LEAD_SURVEY, Right.SEE_REGENCY}),
    Scope.SETUP: frozenset({Right.SEE_SETUP, Right.CHANGE_SETUP}),
}
# fmt: on
BY_A_PERSON_ONLY = frozenset({Right.END_SESSIONS, Right.USE_SECOND_FACTOR, Right.GIVE_ACCESS})
"""In no scope: a program with a part of an account's rights gives itself no others."""


def covers(scopes: Collection[Scope] | None, right: Right | None, *, is_question: bool) -> bool:
    """Whether a token of these scopes reaches so far. None: no token, or one from the server's console without scopes.

    `right`: what is to be used, None for what every officer may; `is_question`: nothing would be changed.
    """
    if scopes is None:
        return True
    if right in BY_A_PERSON_ONLY:
        return False
    if is_question and Scope.READ in scopes:
        return True
    return right is not None and any(right in SCOPES[scope] for scope in scopes)


def acts_as_device(scopes: Collection[Scope] | None, *, is_question: bool) -> bool:
    """Whether such a token may do what a kiosk or a display does."""
    return scopes is None or Scope.QUEUE in scopes or (is_question and Scope.READ in scopes)
