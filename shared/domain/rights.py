"""Who may do what in an office: one table of rights and roles, and one of the scopes of tokens; guards, menus and pages
ask them.
"""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum

from shared.domain.standards.standard import CHIEFS, Role


class Right(StrEnum):
    SERVE = "serve"
    """Sit at a counter: call visitors, take their files in."""
    SEE_FILES = "see_files"
    LEAD_FILES = "lead_files"
    """Take files through their steps; at which of them, the role of the step says."""
    PRINT = "print"
    """Slips again, and the printers' paper."""
    REPORT_OUTAGE = "report_outage"
    RUN_DAY = "run_day"
    ENTER_LATE = "enter_late"
    """Numbers that were written by hand while the power was out."""
    SEE_FLOOR = "see_floor"
    RUN_FLOOR = "run_floor"
    KEEP_REGISTER = "keep_register"
    """Amend what stands in it, close its months."""
    EXPORT_REGISTER = "export_register"
    """Take its rows along as a file: names and all."""
    SEE_LETTERS = "see_letters"
    ISSUE_LETTERS = "issue_letters"
    """Give a number to a letter that belongs to no file; those of files get theirs at a step."""
    VOID_LETTERS = "void_letters"
    SEE_RECAPS = "see_recaps"
    MAKE_RECAPS = "make_recaps"
    SEE_REPORTS = "see_reports"
    SEE_OFFICERS_FIGURES = "see_officers_figures"
    """What a report says about single officers."""
    MAKE_REPORTS = "make_reports"
    """Sign the report of a month."""
    SEE_AUDIT = "see_audit"
    SEE_READERS = "see_readers"
    """Who looked at the data of a file."""
    ENTER_COMPLAINTS = "enter_complaints"
    """Write down what somebody said at the desk, by telephone, in the box."""
    HANDLE_COMPLAINTS = "handle_complaints"
    """Read the book, take one up and answer it; who wrote it is a question of `domain.complaint`."""
    LEAD_COMPLAINTS = "lead_complaints"
    """Hand somebody else's complaint to another handler."""
    CARE_FOR_DATA = "care_for_data"
    """One person's data: a sheet of them, and requests to correct or erase them."""
    MAKE_EVIDENCE = "make_evidence"
    """The folder for those who examine the office."""
    SEE_SURVEY = "see_survey"
    ENTER_SURVEY = "enter_survey"
    """Hand out questionnaires of paper and type them in."""
    LEAD_SURVEY = "lead_survey"
    """The plan of action and the words of the report."""
    SEE_SETUP = "see_setup"
    CHANGE_SETUP = "change_setup"
    GIVE_ACCESS = "give_access"
    """Accounts, passwords, tokens, paired devices, offices, a copy of everything: what opens more than one has."""
    USE_SECOND_FACTOR = "use_second_factor"
    """Ask also for a code of the own telephone when they sign in."""
    SEE_REGENCY = "see_regency"
    """How each office of the installation is now, in counts."""
    END_SESSIONS = "end_sessions"
    """Of others; everybody ends their own."""


_DESKS = frozenset({Role.LOKET, Role.OPERATOR, Role.KASI, Role.SEKRETARIAT, Role.KASIR, Role.ADMIN})
_HEADS = frozenset({Role.KASI, Role.ADMIN})
_CHIEFS = frozenset(CHIEFS)

# fmt: off
RIGHTS: dict[Right, frozenset[Role]] = {
    Right.SERVE:         _DESKS,
    Right.SEE_FILES:     _DESKS | _CHIEFS,
    Right.LEAD_FILES:    _DESKS | _CHIEFS,
    Right.PRINT:         _DESKS,
    Right.REPORT_OUTAGE: frozenset({Role.OPERATOR, Role.KASI, Role.ADMIN}),
    Right.RUN_DAY:       _HEADS,
    Right.ENTER_LATE:    _HEADS | {Role.LOKET},
    Right.SEE_FLOOR:     _HEADS | _CHIEFS,
    Right.RUN_FLOOR:     _HEADS,
    Right.KEEP_REGISTER: _HEADS,
    Right.EXPORT_REGISTER: _HEADS | _CHIEFS | {Role.SEKRETARIAT},
    Right.SEE_LETTERS:   _DESKS | _CHIEFS,
    Right.ISSUE_LETTERS: _HEADS | {Role.OPERATOR, Role.SEKRETARIAT},
    Right.VOID_LETTERS:  _HEADS | {Role.SEKRETARIAT},
    Right.SEE_RECAPS:    _HEADS | _CHIEFS,
    Right.MAKE_RECAPS:   _HEADS,
    Right.SEE_REPORTS:  _HEADS | _CHIEFS | {Role.SEKRETARIAT},
    Right.SEE_OFFICERS_FIGURES: _HEADS,
    Right.MAKE_REPORTS: _HEADS,
    Right.SEE_AUDIT:     _HEADS | _CHIEFS,
    Right.SEE_READERS:   _HEADS,
    Right.ENTER_COMPLAINTS:  _DESKS | _CHIEFS,
    Right.HANDLE_COMPLAINTS: _HEADS | _CHIEFS | {Role.SEKRETARIAT},
    Right.LEAD_COMPLAINTS:   _HEADS | _CHIEFS,
    Right.CARE_FOR_DATA:     _HEADS,
    Right.MAKE_EVIDENCE:     _HEADS,
    Right.SEE_SURVEY:    _DESKS | _CHIEFS,
    Right.ENTER_SURVEY:  _DESKS,
    Right.LEAD_SURVEY:   _HEADS,
    Right.SEE_SETUP:     _HEADS,
    Right.CHANGE_SETUP:  frozenset({Role.ADMIN}),
    Right.GIVE_ACCESS:   frozenset({Role.ADMIN}),
    Right.USE_SECOND_FACTOR: _HEADS,
    Right.SEE_REGENCY:   frozenset({Role.KABUPATEN}),
    Right.END_SESSIONS:  frozenset({Role.ADMIN}),
}
# fmt: on


def may(right: Right, roles: Collection[Role], counter: Collection[Role] = ()) -> bool:
    """Whether somebody with `roles` has the right. `counter`: whose work is done at the counter where they act.

    Whoever's work is done at a counter may serve there, also the camat.
    """
    allowed = RIGHTS[right] | frozenset(counter) if right == Right.SERVE else RIGHTS[right]
    return not allowed.isdisjoint(roles)


# --- the token of a program: a part of what its officer may do, chosen when it is made ---


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
