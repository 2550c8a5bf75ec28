"""Where a file (berkas) stands; everything that moves it stands in the table MOVES."""

from __future__ import annotations

from enum import StrEnum

from shared.domain.errors import NotAllowed


class FileState(StrEnum):
    """Where a file stands. NEW is a file on the desk that was neither accepted nor returned yet."""

    NEW = "new"
    OPEN = "open"
    PAUSED = "paused"
    RETURNED = "returned"
    COMPLETED = "completed"
    WITHDRAWN = "withdrawn"
    REFUSED = "refused"


class FileAction(StrEnum):
    ACCEPT = "accept"
    RETURN_TO_APPLICANT = "return_to_applicant"
    ADVANCE = "advance"
    SEND_BACK = "send_back"
    CORRECT = "correct"
    PAUSE = "pause"
    RESUME = "resume"
    HAND_OVER = "hand_over"
    FINISH = "finish"
    RECAP = "recap"
    WITHDRAW = "withdraw"
    REFUSE = "refuse"


class FilePauseReason(StrEnum):
    """Why a file is paused; the words live in the catalogues."""

    OSS_DOWN = "oss_down"
    SYSTEM_DOWN = "system_down"
    """Another system outside that a step works in."""
    NETWORK_DOWN = "network_down"
    POWER_CUT = "power_cut"
    WAITING_FOR_APPLICANT = "waiting_for_applicant"
    WAITING_FOR_SIGNATURE = "waiting_for_signature"
    OTHER_OFFICE = "other_office"
    OTHER = "other"


NEW, OPEN, PAUSED = FileState.NEW, FileState.OPEN, FileState.PAUSED
RETURNED, COMPLETED, WITHDRAWN = FileState.RETURNED, FileState.COMPLETED, FileState.WITHDRAWN
REFUSED = FileState.REFUSED

# fmt: off
MOVES: list[tuple[FileState, FileAction, FileState]] = [
    # from      action                       to
    (NEW,       FileAction.ACCEPT,               OPEN),       # all required documents are there: the promise starts
    (NEW,       FileAction.RETURN_TO_APPLICANT,  RETURNED),   # incomplete; the next visit opens with what was there
    (RETURNED,  FileAction.ACCEPT,               OPEN),       # what was missing has come
    (RETURNED,  FileAction.RETURN_TO_APPLICANT,  RETURNED),   # still incomplete
    (OPEN,      FileAction.RETURN_TO_APPLICANT,  RETURNED),   # found wanting later, at the validation
    (OPEN,      FileAction.ADVANCE,              OPEN),       # to the next step
    (OPEN,      FileAction.SEND_BACK,            OPEN),       # to an earlier step, with a reason
    (OPEN,      FileAction.CORRECT,              OPEN),       # a new version of the applicant's data
    (OPEN,      FileAction.PAUSE,                PAUSED),     # the clock of net time stops
    (PAUSED,    FileAction.RESUME,               OPEN),
    (OPEN,      FileAction.HAND_OVER,            COMPLETED),  # the product is in the applicant's hands
    (OPEN,      FileAction.FINISH,               COMPLETED),  # the last step of a procedure without hand-over
    (COMPLETED, FileAction.ADVANCE,              COMPLETED),  # work of the office behind the hand-over: the archive
    (COMPLETED, FileAction.RECAP,                COMPLETED),  # in a numbered recap to the camat
    (RETURNED,  FileAction.WITHDRAW,             WITHDRAWN),  # on the applicant's wish
    (OPEN,      FileAction.WITHDRAW,             WITHDRAWN),
    (PAUSED,    FileAction.WITHDRAW,             WITHDRAWN),
    (OPEN,      FileAction.REFUSE,               REFUSED),    # by who decides, with a reason and a letter
]
# fmt: on

_AFTER = {(start, action): end for start, action, end in MOVES}

RUNNING = (OPEN, PAUSED)
"""States in which the promise runs and the file lies at somebody's step."""

ENDED = (COMPLETED, WITHDRAWN, REFUSED)
"""States in which nothing more is promised."""

UNDOABLE = (
    FileAction.RETURN_TO_APPLICANT,
    FileAction.ADVANCE,
    FileAction.SEND_BACK,
    FileAction.CORRECT,
    FileAction.PAUSE,
    FileAction.RESUME,
    FileAction.HAND_OVER,
    FileAction.FINISH,
    FileAction.WITHDRAW,
    FileAction.REFUSE,
)
"""What its own officer can take back within seconds, by a new event. Not ACCEPT and not RECAP: they give out a
number of the register and of the report, and a number once given stays given (withdraw the file instead)."""

NEEDS_REASON = (
    FileAction.RETURN_TO_APPLICANT,
    FileAction.SEND_BACK,
    FileAction.PAUSE,
    FileAction.WITHDRAW,
    FileAction.REFUSE,
)


def after(state: FileState, action: FileAction) -> FileState:
    """The state that `action` leads to; raises `NotAllowed("stale")` when `state` does not know it."""
    try:
        return _AFTER[state, action]
    except KeyError:
        raise NotAllowed("stale", state=state.value, action=action.value) from None


def allowed(state: FileState) -> list[FileAction]:
    """The actions that `state` knows, in the order of the table. Which of them fit the step, `procedure` says."""
    return [action for start, action, _ in MOVES if start == state]


def can_undo(state_before: FileState, action: FileAction) -> bool:
    """Whether `action`, done in `state_before`, can be taken back; a file that was NEW has nothing to go back to."""
    return action in UNDOABLE and state_before != NEW
