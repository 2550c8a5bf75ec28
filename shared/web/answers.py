"""What a program is told: the JSON answers as models, from which the OpenAPI description is made."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from shared.domain.files.procedure import FileState
from shared.domain.queue.availability import Code
from shared.domain.queue.policy import Lane
from shared.domain.queue.ticket import State


class Answer(BaseModel):
    """A JSON object that holds these fields and no others."""

    model_config = ConfigDict(extra="forbid", defer_build=True)


class ProblemFacts(Answer):
    """One thing that is wrong with what was sent."""

    at: str = Field(description="the field, as a form names it: steps-2-role; empty when the whole is meant")
    code: str = Field(description="stays the same in every language and version")
    message: str = Field(description="for a person, in the language of the request")


class ErrorFacts(Answer):
    code: str = Field(description="stays the same in every language and version")
    message: str = Field(description="for a person, in the language of the request")
    missing: list[str] = Field(default_factory=list, description="codes of what is missing, when that is the error")
    problems: list[ProblemFacts] = Field(default_factory=list, description="what is wrong, field by field")


class ErrorAnswer(Answer):
    """Nothing was changed."""

    error: ErrorFacts


class MadeSecret(Answer):
    """A token or a key that is told once and kept nowhere, or only to sign with."""

    secret: str


class QueueService(Answer):
    """How it stands with one service now."""

    service: str
    name: str
    is_open: bool
    waiting: int
    wait_min: list[int] | None = Field(description="the expected wait of somebody who comes now: from, to")


class QueueFacts(Answer):
    """The queue of an office in counts, for anybody."""

    office: str
    name: str
    at: datetime
    services: list[QueueService]


class RegencyOffice(Answer):
    """One office now, in counts."""

    slug: str
    name: str
    is_open: bool
    taken: int
    waiting: int
    served: int
    missed: int
    running_files: int
    overdue_files: int
    overdue_complaints: int
    devices: int
    devices_away: int
    printers_at_fault: int
    ikm: float | None = Field(description="the newest published index of satisfaction")
    ikm_period: str | None


class RegencyFacts(Answer):
    """All offices of the installation at a glance."""

    at: datetime
    last_backup_at: datetime | None
    offices: list[RegencyOffice]


class TakenTicket(Answer):
    """A number as its visitor gets it."""

    id: int
    number: str
    token: str = Field(description="of the page /t/<token> on the visitor's phone")
    service: str
    state: State
    priority: bool
    ahead: int = Field(description="people who are called before")
    wait_min_low: int | None
    wait_min_high: int | None
    has_paper: bool = Field(description="false: the visitor had this number before, and its slip")


class FileLookStep(Answer):
    title: str
    is_done: bool
    is_now: bool


class FileLook(Answer):
    """A file as the holder of its receipt sees it: no name, no service that is delicate."""

    state: FileState
    register_number: str | None
    service: str | None
    may_come: bool = Field(description="POST results gives a number for it now, or the one that its applicant has")
    is_ready: bool = Field(description="the next step needs the applicant")
    is_result: bool = Field(description="that step hands the result over")
    number: str | None = Field(description="with which its applicant is in the room")
    promised: str | None = Field(description="by when, in words; null when nothing is promised or it is over")
    ended_on: str | None
    steps: list[FileLookStep]


class TicketFacts(Answer):
    """A ticket after an action: no token, no person."""

    id: int
    number: str
    service: str
    state: State
    lane: Lane
    counter: int | None
    recalls: int
    taken_at: datetime
    since_at: datetime = Field(description="when it came to this state")


class FileFacts(Answer):
    """A file after an action: no person's data."""

    id: int
    register_: str | None = Field(alias="register")
    service: str
    state: FileState
    step: str | None
    step_title: str | None
    due_at: datetime | None
    data_version: int


class LetterFacts(Answer):
    """A letter that has its number."""

    id: int
    series: str
    number: str
    on: date
    signer: str | None = Field(description="post and name of who signs it")
    is_void: bool


class CallFacts(Answer):
    """A call or recall; a display speaks ids above the last that it spoke."""

    id: int
    number: str
    counter: int
    counter_name: str
    at: datetime


class CounterFacts(Answer):
    number: int
    name: str
    is_open: bool = Field(description="somebody sits there")
    serving: str | None = Field(description="the number that is called or served there")


class AvailabilityFacts(Answer):
    """Whether a service gives numbers; days and moments are null when unknown."""

    is_open: bool
    code: Code
    reason: str
    opens_again_on: date | None
    opens_again_at: datetime | None
    words: dict[str, tuple[str, str]] | None = Field(
        default=None, description="language: why it gives no numbers, and when again; absent while it does"
    )


class BoardFacts(Answer):
    """The whole public picture of an office: numbers, counters and counts, never a name."""

    office: str
    epoch: str = Field(description="of the office's history; a version counts within its epoch")
    version: int = Field(description="grows with every change; an older board is not drawn")
    minute: datetime
    at: datetime
    build: str = Field(description="of the program; a screen with another one loads itself again")
    setup: int = Field(description="grows with every change of the setup")
    calls: list[CallFacts] = Field(description="newest first, one for each ticket")
    speak: list[CallFacts] = Field(description="calls of the last minute, oldest first")
    heard: list[int] = Field(description="ids of calls that a display has begun to speak")
    waiting: dict[str, int] = Field(description="service: people who wait")
    waiting_total: int
    waits: dict[str, tuple[int, int]] = Field(description="service: from and to minutes, where that is known")
    counters: list[CounterFacts]
    availability: dict[str, AvailabilityFacts]
    closed: dict[str, str] | None = Field(
        description="language: why the whole office gives no numbers, and when again; null while it gives some"
    )
    printers: dict[str, str] = Field(description="printer: its status")
    outages: list[str] = Field(description="outside systems that are disturbed now")


class PhoneFacts(Answer):
    """What the page of one ticket shows, with its sentences in the language of the page."""

    number: str
    step: str | None = Field(description="key of the step at which the file lies; null without a file")
    state: State
    is_over: bool
    sentence: str
    counter: int | None
    counter_name: str | None
    ahead: int | None
    ahead_words: str
    wait_min_low: int | None
    wait_min_high: int | None
    wait_words: str
    survey: str = Field(description="drawn: the lot fell on this visit; wish: it may answer beside; else empty")


class PrintJobNumber(Answer):
    job: int


class WorkFacts(Answer):
    """How far a piece of long work is."""

    id: str
    state: Literal["running", "done", "stopped", "failed"]
    percent: int


class MonthFigures(Answer):
    """The figures of the last signed month: seconds for waits, parts of 1 for shares."""

    period: str
    number: str
    figures: dict[str, int | float | None]


class ReceivedComplaint(Answer):
    """A complaint as its writer gets it."""

    number: str
    token: str = Field(description="of the page /a/<token>, where its answer will stand")
    job: int | None = Field(description="its slip; null without a printer")


class ComplaintFacts(Answer):
    """A complaint after an action: nothing that was said, and nobody."""

    id: int
    number: str
    state: str


class SlipState(Answer):
    """What became of the paper of a ticket."""

    state: str = Field(description="of its print job; none: there is no job")
    fault: str | None


class Slide(Answer):
    kind: Literal["image", "video", "page"]
    seconds: int
    url: str | None = None
    title: str | None = None
    lines: list[str] = Field(default_factory=list)


class Playlist(Answer):
    """Slides in their order."""

    slides: list[Slide]


class SpokenCall(Answer):
    heard: int


class PairingCode(Answer):
    """The code for an admin to type, and the token that works once that is done."""

    code: str
    token: str
    expires_at: datetime


class PairingState(Answer):
    state: Literal["waiting", "confirmed"]
    code: str | None = None
    expires_at: datetime | None = None


class PairedWith(Answer):
    office: str


class AgentPrinterName(Answer):
    slug: str


class OfferedSlip(Answer):
    """A slip for an agent's printer; `job` is null when there is none."""

    job: int | None
    data: str | None = Field(None, description="the bytes for the printer, in base64")
    length_mm: float | None = None


class Recording(Answer):
    """Whether this phrase is recorded now, and how many are still missing."""

    recorded: bool
    missing: int


class Health(Answer):
    status: Literal["ok"]
    offices: int
    version: str
