"""The tables, as typed classes; rows are the present, the event rows are the past."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time
from typing import ClassVar, TypeAlias

from sqlalchemy import (
    JSON,
    ForeignKey,
    Index,
    MetaData,
    Row,
    String,
    Text,
    TextClause,
    UniqueConstraint,
    text,
)

from shared.domain.files.letters import Standing
from shared.domain.files.procedure import FileState
from shared.domain.queue.policy import Lane
from shared.domain.queue.ticket import AT_COUNTER, ENDED, State
from shared.domain.standards.standard import Role
from shared.store.epoch import new_epoch
from shared.store.typed_table import TYPES, Mapped, TypedTable, mapped_column, words_of

AnyRow: TypeAlias = Row[*tuple[object, ...]]
"""A row of a query, whose columns are asked for by name."""


class Base(TypedTable):
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    types: ClassVar[Mapping[str, object]] = {
        **TYPES,
        "Role": words_of(Role, 16),
        "Lane": words_of(Lane, 16),
        "State": words_of(State, 16),
        "FileState": words_of(FileState, 16),
        "Standing": words_of(Standing, 8),
    }


class Office(Base):
    """One sub-district office. Its row is lock, clock and shard: every change takes it first."""

    __tablename__ = "office"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    timezone: Mapped[str] = mapped_column(String(40), default="Asia/Jakarta")
    version: Mapped[int] = mapped_column(default=0)
    """Grows by one with every change of the office."""
    epoch: Mapped[str] = mapped_column(String(16), default=new_epoch)
    """Another one when the database was put back to an earlier state: versions compare within one epoch only."""
    setup_version: Mapped[int] = mapped_column(default=1)
    """Grows when something changes that `OfficeConfig` holds, so that a process knows when to read it again;
    no value comes twice, for browsers keep what they were shown under it: `setup_version_of_now`.
    """
    access_version: Mapped[int] = mapped_column(default=0, server_default="0")
    """Grows by a trigger when something changes that `store.access` remembers of devices, officers and sessions."""
    settings: Mapped[dict[str, object]] = mapped_column(default=dict)
    profile: Mapped[dict[str, object]] = mapped_column(default=dict)
    """Address, phone and the like, from the office's standard file; what is unknown is absent."""
    erased_at: Mapped[datetime | None] = mapped_column(default=None)
    """When something was erased last whose bytes may still lie in the files of the database; None: nothing."""


class Service(Base):
    __tablename__ = "service"
    __table_args__ = (UniqueConstraint("office_id", "slug"), UniqueConstraint("office_id", "series"))

    id: Mapped[int] = mapped_column(primary_key=True)
    office_id: Mapped[int] = mapped_column(ForeignKey("office.id"))
    slug: Mapped[str] = mapped_column(String(40))
    series: Mapped[str] = mapped_column(String(2))
    """The letter before its numbers."""
    position: Mapped[int] = mapped_column(default=0)
    is_active: Mapped[bool] = mapped_column(default=True)
    standard_id: Mapped[int | None] = mapped_column(default=None)
    """The newest version of its standard; running cases keep theirs."""
    quota: Mapped[int | None] = mapped_column(default=None)
    """Numbers that it gives in a day; None without limit."""
    cutoff_minutes: Mapped[int] = mapped_column(default=0)
    """How long before the office closes it gives its last number."""


class StandardVersion(Base):
    """One version of a service standard, whole; never changed after it was written."""

    __tablename__ = "standard_version"
    __table_args__ = (UniqueConstraint("service_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    office_id: Mapped[int] = mapped_column(ForeignKey("office.id"))
    service_id: Mapped[int] = mapped_column(ForeignKey("service.id"))
    number: Mapped[int]
    body: Mapped[dict[str, object]]
    made_at: Mapped[datetime]


class Officer(Base):
    __tablename__ = "officer"
    __table_args__ = (UniqueConstraint("office_id", "login"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    office_id: Mapped[int] = mapped_column(ForeignKey("office.id"))
    login: Mapped[str] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(String(120))
    password_hash: Mapped[str] = mapped_column(String(255))
    must_change_password: Mapped[bool] = mapped_column(default=True)
    one_time_until: Mapped[datetime | None] = mapped_column(default=None)
    """When a one-time password lapses; None for one that the officer chose."""
    is_active: Mapped[bool] = mapped_column(default=True)
    toured_at: Mapped[datetime | None] = mapped_column(default=None)
    """When they ended the tour of the desk."""


class SignInTry(Base):
    """Wrong passwords in a row for one account name, whether it is known or not, from one place.

    `place`: an address or a known browser; "" for all strangers together.
    """

    __tablename__ = "sign_in_try"

    office_id: Mapped[int] = mapped_column(ForeignKey("office.id"), primary_key=True)
    login: Mapped[str] = mapped_column(String(40), primary_key=True)
    place: Mapped[str] = mapped_column(String(64), primary_key=True)
    failed: Mapped[int]
    at: Mapped[datetime]
    locked_until: Mapped[datetime | None] = mapped_column(default=None)


class OfficerRole(Base):
    """A role that an officer holds, for good or between two days (Plt/Plh)."""

    __tablename__ = "officer_role"
    __table_args__ = (Index("ix_officer_role_officer_id", "officer_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    officer_id: Mapped[int] = mapped_column(ForeignKey("officer.id"))
    role: Mapped[Role]
    from_on: Mapped[date | None] = mapped_column(default=None)
    until_on: Mapped[date | None] = mapped_column(default=None)
    standing: Mapped[Standing] = mapped_column(default=Standing.HOLDER)


class Counter(Base):
    __tablename__ = "counter"
    __table_args__ = (UniqueConstraint("office_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    office_id: Mapped[int] = mapped_column(ForeignKey("office.id"))
    number: Mapped[int]
    name: Mapped[str] = mapped_column(String(40))
    roles: Mapped[list[object]] = mapped_column(default=list)
    """Role values: whose work is done here; it calls tickets that wait for one of them."""
    services: Mapped[list[object] | None] = mapped_column(default=None)
    """Slugs of the services it serves; None is all."""
    short_name: Mapped[str | None] = mapped_column(String(12), default=None)
    """What a screen shows where `name` is too long for it."""
    zone: Mapped[str | None] = mapped_column(String(40), default=None)
    """Where its visitors wait, when the office has several such places."""
    is_active: Mapped[bool] = mapped_column(default=True)
    """A counter that was taken away stays here for its history, under a number below zero."""
    officer_id: Mapped[int | None] = mapped_column(ForeignKey("officer.id"), default=None)
    """Who sits here now."""
    streak: Mapped[int] = mapped_column(default=0)
    """Calls of a higher lane in a row while an ordinary visitor waited: see `policy`."""
    paused_at: Mapped[datetime | None] = mapped_column(default=None)
    """Since when it is paused although its officer stays; None while it works."""
    pause_reason: Mapped[str | None] = mapped_column(String(16), default=None)
    """A `counter.PauseReason` value."""


class Hours(Base):
    """Opening hours of one weekday, for good or between two days: `domain.calendar.Hours`. No rows: unknown."""

    __tablename__ = "hours"
    __table_args__ = (Index("ix_hours_office_id", "office_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    office_id: Mapped[int] = mapped_column(ForeignKey("office.id"))
    weekday: Mapped[int]
    """Monday is 0."""
    opens: Mapped[time]
    closes: Mapped[time]
    from_on: Mapped[date | None] = mapped_column(default=None)
    until_on: Mapped[date | None] = mapped_column(default=None)
    break_from: Mapped[time | None] = mapped_column(default=None)
    break_until: Mapped[time | None] = mapped_column(default=None)


class Holiday(Base):
    """A day on which the office is closed: public holiday, collective leave, or the office's own."""

    __tablename__ = "holiday"

    office_id: Mapped[int] = mapped_column(ForeignKey("office.id"), primary_key=True)
    on_day: Mapped[date] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120))


class CounterBreak(Base):
    """A planned break of one counter; its colleagues go on."""

    __tablename__ = "counter_break"
    __table_args__ = (Index("ix_counter_break_counter_id", "counter_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    counter_id: Mapped[int] = mapped_column(ForeignKey("counter.id"))
    begins: Mapped[time]
    ends: Mapped[time]
    weekday: Mapped[int | None] = mapped_column(default=None)
    """None: every day."""


class ScheduleOverride(Base):
    """A supervisor's override of the opening hours, for the office or one service; the newest one counts."""

    __tablename__ = "forced_word"
    __table_args__ = (Index("ix_forced_word_office_id", "office_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    office_id: Mapped[int] = mapped_column(ForeignKey("office.id"))
    service_id: Mapped[int | None] = mapped_column(ForeignKey("service.id"), default=None)
    """None: the whole office."""
    is_open: Mapped[bool]
    reason: Mapped[str] = mapped_column(String(120), default="")
    """What visitors read; never a private matter."""
    until_at: Mapped[datetime | None] = mapped_column(default=None)
    """None: until it is taken back."""
    officer_id: Mapped[int | None] = mapped_column(ForeignKey("officer.id"), default=None)
    made_at: Mapped[datetime]


class Pairing(Base):
    """A device that waits to be confirmed: it already holds its token, and shows `code` to the admin.

    With a `name` it is the other way round: an admin holds the code for a print agent, and `token_hash` is the code's.
    """

    __tablename__ = "pairing"
    __table_args__ = (UniqueConstraint("office_id", "code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    office_id: Mapped[int] = mapped_column(ForeignKey("office.id"))
    purpose: Mapped[str] = mapped_column(String(16))
    code: Mapped[str] = mapped_column(String(8))
    name: Mapped[str | None] = mapped_column(String(80), default=None)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    asked_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    address: Mapped[str] = mapped_column(String(45), default="", server_default="")
    """Where it was asked from: no address keeps others from pairing."""


class Device(Base):
    """A kiosk, a television, a print agent or a program: a token bound to one office and one purpose."""

    __tablename__ = "device"

    id: Mapped[int] = mapped_column(primary_key=True)
    office_id: Mapped[int] = mapped_column(ForeignKey("office.id"))
    purpose: Mapped[str] = mapped_column(String(16))
    """kiosk, display, agent, or officer (a program that acts as `officer_id`)."""
    name: Mapped[str] = mapped_column(String(80))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    officer_id: Mapped[int | None] = mapped_column(ForeignKey("officer.id"), default=None)
    made_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None] = mapped_column(default=None)
    expires_at: Mapped[datetime | None] = mapped_column(default=None)
    """When a program's token ends; those of devices last."""
    scopes: Mapped[list[object] | None] = mapped_column(default=None)
    """Of a program: `domain.rights.Scope` values; None: everything that its officer may do."""
    last_seen_at: Mapped[datetime | None] = mapped_column(default=None)
    """Its last heartbeat; written at most once in half a minute."""
    lost_at: Mapped[datetime | None] = mapped_column(default=None)
    """When its websocket ended; a later heartbeat outdates it."""
    settings: Mapped[dict[str, object]] = mapped_column(default=dict)


class Series(Base):
    """The counter row of the one or two letters of a service on one day: numbers come from here, never from max()+1."""

    __tablename__ = "series"

    office_id: Mapped[int] = mapped_column(ForeignKey("office.id"), primary_key=True)
    on_day: Mapped[date] = mapped_column(primary_key=True)
    letter: Mapped[str] = mapped_column(String(2), primary_key=True)
    last_number: Mapped[int]


def _states(states: Iterable[State]) -> TextClause:
    return text("state IN ({})".format(", ".join(f"'{state.value}'" for state in states)))


ACTIVE = _states(state for state in State if state not in ENDED)
"""As literal text: SQLite uses a partial index only when the query says the same words."""
STANDS_AT_COUNTER = _states(AT_COUNTER)


OF_FILE = text("case_id IS NOT NULL")
KNOWN = text("substr(nonce, 1, 5) <> 'gone-'")
"""Tickets whose details the nights have not cleared yet: see `hot.GONE`."""
_BROUGHT = text("brought IS NOT NULL")


class Ticket(Base):
    """A person in the room on one day."""

    __tablename__ = "ticket"
    __table_args__ = (
        UniqueConstraint("office_id", "on_day", "series", "number"),
        UniqueConstraint("office_id", "nonce"),
        # History costs nothing: what is looked at all day is a small part of the table. PostgreSQL has the same
        # condition by the migrations; `postgresql_where` here would load its dialect at every start.
        Index(
            "ix_ticket_active",
            "office_id",
            "on_day",
            "state",
            "role",
            "lane",
            "queued_at",
            "id",
            "service_id",
            "counter_id",
            sqlite_where=ACTIVE,
        ),
        Index(
            "uq_ticket_counter",
            "counter_id",
            unique=True,
            sqlite_where=STANDS_AT_COUNTER,
        ),
        Index("ix_ticket_brought", "office_id", "on_day", sqlite_where=_BROUGHT),
        Index("ix_ticket_case_id", "case_id", sqlite_where=OF_FILE),
        Index("ix_ticket_known", "office_id", "on_day", sqlite_where=KNOWN),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    office_id: Mapped[int] = mapped_column(ForeignKey("office.id"))
    on_day: Mapped[date]
    series: Mapped[str] = mapped_column(String(2))
    number: Mapped[int]
    service_id: Mapped[int] = mapped_column(ForeignKey("service.id"))
    token: Mapped[str] = mapped_column(String(32), unique=True)
    """Random, 128 bits: the address of its page on a phone."""
    nonce: Mapped[str] = mapped_column(String(64))
    state: Mapped[State]
    lane: Mapped[Lane]
    role: Mapped[Role]
    """Whose desk it waits for."""
    language: Mapped[str] = mapped_column(String(2), default="id")
    taken_at: Mapped[datetime]
    queued_at: Mapped[datetime]
    """Its place in the line."""
    since_at: Mapped[datetime]
    """When it came into its present state."""
    counter_id: Mapped[int | None] = mapped_column(ForeignKey("counter.id"), default=None)
    """Where it is, was last, or (while waiting after a transfer) shall be called."""
    recalls: Mapped[int] = mapped_column(default=0)
    note: Mapped[str | None] = mapped_column(String(200), default=None)
    """What one officer tells the next; seen at the counters only."""
    return_counter_id: Mapped[int | None] = mapped_column(ForeignKey("counter.id"), default=None)
    """The counter that sent it on and wants it back."""
    case_id: Mapped[int | None] = mapped_column(ForeignKey("case_file.id"), default=None)
    """The file that this visit is about, once there is one."""
    quota_service_id: Mapped[int | None] = mapped_column(default=None)
    """The service among whose numbers of the day it counts; None when its visitor came back for a file."""
    estimate_s: Mapped[float | None] = mapped_column(default=None)
    """The wait that was expected when it was taken; with the quoted range never changed afterwards."""
    quote_low: Mapped[int | None] = mapped_column(default=None)
    quote_high: Mapped[int | None] = mapped_column(default=None)
    """Minutes, as printed on the slip; None when no range was shown."""
    brought: Mapped[dict[str, object] | None] = mapped_column(JSON(none_as_null=True), default=None)
    """What was answered and ticked at the kiosk: see `store.queue.brought`; gone after the night."""


RUNNING_FILES = text("state IN ('open', 'paused', 'returned')")
FILES_WITH_WORK = text("work_left")
RESTING = text("state IN ('returned', 'completed', 'withdrawn', 'refused')")
"""Nobody of the office works at them."""
PAID_FILES = text("paid_at IS NOT NULL")
TO_RECAP = text("state = 'completed' AND recap_id IS NULL")
_IN_RECAP = text("recap_id IS NOT NULL")
_IN_REGISTER = text("register_number IS NOT NULL")
SOUGHT_MAX = 300


class FileRecord(Base):
    """A file (berkas) on its way through the procedure; it may outlive the day and have several tickets."""

    __tablename__ = "case_file"
    __table_args__ = (
        UniqueConstraint("office_id", "register_year", "register_number"),
        UniqueConstraint("office_id", "nib"),
        Index("ix_case_file_nik", "office_id", "nik"),
        Index("ix_case_file_registered_at", "office_id", "registered_at"),
        Index("ix_case_file_running", "office_id", "step", sqlite_where=RUNNING_FILES),
        Index("ix_case_file_work_left", "office_id", sqlite_where=FILES_WITH_WORK),
        Index("ix_case_file_paid_at", "office_id", "paid_at", sqlite_where=PAID_FILES),
        Index("ix_case_file_to_recap", "office_id", "completed_at", sqlite_where=TO_RECAP),
        Index("ix_case_file_recap_id", "recap_id", sqlite_where=_IN_RECAP),
        Index("ix_case_file_resting", "office_id", "since_at", sqlite_where=RESTING),
        Index(
            "ix_case_file_sought",
            *("office_id", "register_year", "register_number", "state", "service_id", "sought"),
            sqlite_where=_IN_REGISTER,
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    office_id: Mapped[int] = mapped_column(ForeignKey("office.id"))
    service_id: Mapped[int] = mapped_column(ForeignKey("service.id"))
    standard_id: Mapped[int] = mapped_column(ForeignKey("standard_version.id"))
    """The version of the standard that this file keeps to its end."""
    token: Mapped[str] = mapped_column(String(32), unique=True)
    """Random, 128 bits: what the QR on the receipt holds."""
    state: Mapped[FileState]
    step: Mapped[str | None] = mapped_column(String(40))
    """Key of the step at which it lies; None when none is left."""
    register_year: Mapped[int | None] = mapped_column(default=None)
    register_number: Mapped[int | None] = mapped_column(default=None)
    registered_at: Mapped[datetime | None] = mapped_column(default=None)
    """When it was accepted for the first time and got its number."""
    nik: Mapped[str] = mapped_column(String(16), default="")
    nib: Mapped[str | None] = mapped_column(String(13), default=None)
    applicant: Mapped[dict[str, object]] = mapped_column(default=dict)
    """Newest version of the data: name, nik, phone, email, village, address, business, kbli."""
    sought: Mapped[str] = mapped_column(String(SOUGHT_MAX), default="", server_default="")
    """Of these data what the register is searched by: see `domain.identity.sought`."""
    answers: Mapped[dict[str, object]] = mapped_column(default=dict)
    """Question key -> option key: which requirements apply."""
    matter: Mapped[dict[str, object]] = mapped_column(default=dict)
    """Key of a declared field -> what stands in it: see `domain.files.matter`."""
    collected: Mapped[dict[str, object]] = mapped_column(default=dict)
    """What the steps gathered: see `domain.files.procedure`."""
    opened_at: Mapped[datetime]
    since_at: Mapped[datetime]
    """When it came to its present state and step."""
    accepted_at: Mapped[datetime | None] = mapped_column(default=None)
    due_at: Mapped[datetime | None] = mapped_column(default=None)
    completed_at: Mapped[datetime | None] = mapped_column(default=None)
    pauses: Mapped[list[object]] = mapped_column(default=list)
    """[reason, from, until or None] in order; times as ISO 8601."""
    work_left: Mapped[bool] = mapped_column(default=False)
    """Completed for its applicant, and at a step that is left to the office."""
    fee: Mapped[int | None] = mapped_column(default=None)
    """Rupiah."""
    paid_at: Mapped[datetime | None] = mapped_column(default=None)
    recap_id: Mapped[int | None] = mapped_column(ForeignKey("recap.id"), default=None)


class StandardDraft(Base):
    """The file of a standard that was read and found right, and waits to be looked at and taken."""

    __tablename__ = "standard_draft"
    __table_args__ = (Index("ix_standard_draft_office_id", "office_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    office_id: Mapped[int] = mapped_column(ForeignKey("office.id"))
    officer_id: Mapped[int | None] = mapped_column(ForeignKey("officer.id"), default=None)
    made_at: Mapped[datetime]
    file_name: Mapped[str] = mapped_column(String(120))
    text: Mapped[str] = mapped_column(Text)


class Recap(Base):
    """A numbered report of the section head to the camat about the completed files of a period."""

    __tablename__ = "recap"
    __table_args__ = (UniqueConstraint("office_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    office_id: Mapped[int] = mapped_column(ForeignKey("office.id"))
    number: Mapped[str] = mapped_column(String(60))
    on_day: Mapped[date]
    from_on: Mapped[date]
    until_on: Mapped[date]
    officer_id: Mapped[int] = mapped_column(ForeignKey("officer.id"))
    made_at: Mapped[datetime]


class ReportRecord(Base):
    """The report of a month as it was signed; what is entered for its days afterwards stands in a later one."""

    __tablename__ = "report"
    __table_args__ = (UniqueConstraint("office_id", "period"), UniqueConstraint("office_id", "number"))

    id: Mapped[int] = mapped_column(primary_key=True)
    office_id: Mapped[int] = mapped_column(ForeignKey("office.id"))
    period: Mapped[str] = mapped_column(String(24))
    """`domain.reports.period.Period.address`."""
    number: Mapped[str] = mapped_column(String(80))
    place: Mapped[str] = mapped_column(String(60))
    on_day: Mapped[date]
    signer: Mapped[dict[str, object]]
    """A `domain.files.letters.Signer` as he was then."""
    officer_id: Mapped[int] = mapped_column(ForeignKey("officer.id"))
    made_at: Mapped[datetime]
    figures: Mapped[dict[str, object]]
    """Its tables as they were then, in words: what the public page shows."""


class Outage(Base):
    """A disturbance of a system outside (OSS): while it lasts, the files at its steps are paused."""

    __tablename__ = "outage"
    __table_args__ = (Index("ix_outage_office_id", "office_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    office_id: Mapped[int] = mapped_column(ForeignKey("office.id"))
    system: Mapped[str] = mapped_column(String(16))
    from_at: Mapped[datetime]
    until_at: Mapped[datetime | None] = mapped_column(default=None)
    officer_id: Mapped[int] = mapped_column(ForeignKey("officer.id"))


class Register(Base):
    """The counter row of the register of one year: file numbers come from here."""

    __tablename__ = "register"

    office_id: Mapped[int] = mapped_column(ForeignKey("office.id"), primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True)
    last_number: Mapped[int]


class RegisterAmendment(Base):
    """A correction of what stands in the register; the old value stays."""

    __tablename__ = "register_amendment"
    __table_args__ = (Index("ix_register_amendment_case_id", "case_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    office_id: Mapped[int] = mapped_column(ForeignKey("office.id"))
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"))
    column_key: Mapped[str] = mapped_column(String(20))
    """This and the next two: `domain.files.register.Amendment`."""
    was: Mapped[str] = mapped_column(String(400))
    becomes: Mapped[str] = mapped_column(String(200))
    reason: Mapped[str] = mapped_column(String(200))
    officer_id: Mapped[int] = mapped_column(ForeignKey("officer.id"))
    at: Mapped[datetime]


class RegisterClosing(Base):
    """A month of the register as its section head closed it; closed again it has another row, and the newest counts."""

    __tablename__ = "register_closing"
    __table_args__ = (Index("ix_register_closing_office_id", "office_id", "month_on"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    office_id: Mapped[int] = mapped_column(ForeignKey("office.id"))
    month_on: Mapped[date]
    """Its first day."""
    officer_id: Mapped[int] = mapped_column(ForeignKey("officer.id"))
    made_at: Mapped[datetime]
    row_count: Mapped[int]
    digest: Mapped[str] = mapped_column(String(64))
    """SHA-256 of its rows."""
    marks: Mapped[dict[str, object]]
    """See `domain.files.register.marks`."""


class LetterCounter(Base):
    """The last number of one series of letters in one year."""

    __tablename__ = "letter_counter"

    office_id: Mapped[int] = mapped_column(ForeignKey("office.id"), primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True)
    series: Mapped[str] = mapped_column(String(40), primary_key=True)
    last_number: Mapped[int]


class LetterRecord(Base):
    """A letter that got its number; a void one keeps its row, and no number is given twice."""

    __tablename__ = "letter"
    __table_args__ = (
        UniqueConstraint("office_id", "series", "year", "serial"),
        UniqueConstraint("office_id", "number"),
        Index("ix_letter_case_id", "case_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    office_id: Mapped[int] = mapped_column(ForeignKey("office.id"))
    series: Mapped[str] = mapped_column(String(40))
    title: Mapped[str] = mapped_column(String(120))
    """Of the series, as it was called then."""
    year: Mapped[int]
    serial: Mapped[int]
    number: Mapped[str] = mapped_column(String(80))
    """As it stands on the letter."""
    on_day: Mapped[date]
    subject: Mapped[str] = mapped_column(String(200), default="")
    addressee: Mapped[str] = mapped_column(String(120), default="")
    signer: Mapped[dict[str, object] | None] = mapped_column(default=None)
    """A `domain.files.letters.Signer` as he was then."""
    case_id: Mapped[int | None] = mapped_column(ForeignKey("case_file.id"), default=None)
    step: Mapped[str | None] = mapped_column(String(40), default=None)
    """Key of the step of the file that needed it."""
    officer_id: Mapped[int] = mapped_column(ForeignKey("officer.id"))
    made_at: Mapped[datetime]
    voided_at: Mapped[datetime | None] = mapped_column(default=None)
    voided_by: Mapped[int | None] = mapped_column(ForeignKey("officer.id"), default=None)
    void_reason: Mapped[str | None] = mapped_column(String(200), default=None)


class DataView(Base):
    """Who looked at whose personal data, and when: of a file, or of who wrote a complaint."""

    __tablename__ = "data_view"
    __table_args__ = (
        Index("ix_data_view_case_id", "case_id"),
        Index("ix_data_view_complaint_id", "complaint_id"),
        Index("ix_data_view_at", "office_id", "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    office_id: Mapped[int] = mapped_column(ForeignKey("office.id"))
    case_id: Mapped[int | None] = mapped_column(ForeignKey("case_file.id"), default=None)
    complaint_id: Mapped[int | None] = mapped_column(ForeignKey("complaint.id"), default=None)
    what: Mapped[str] = mapped_column(String(16), default="file", server_default="file")
    """file, nik (the whole number), person (who wrote a complaint), or sheet (all that is kept of one person)."""
    officer_id: Mapped[int] = mapped_column(ForeignKey("officer.id"))
    at: Mapped[datetime]


class ComplaintBook(Base):
    """The counter row of the book of complaints of one year."""

    __tablename__ = "complaint_book"

    office_id: Mapped[int] = mapped_column(ForeignKey("office.id"), primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True)
    last_number: Mapped[int]


class ComplaintRecord(Base):
    """What somebody said about the office, and what became of it; who said it stands in a table of its own."""

    __tablename__ = "complaint"
    __table_args__ = (
        UniqueConstraint("office_id", "year", "number"),
        UniqueConstraint("office_id", "nonce"),
        Index("ix_complaint_state", "office_id", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    office_id: Mapped[int] = mapped_column(ForeignKey("office.id"))
    year: Mapped[int]
    number: Mapped[int]
    token: Mapped[str] = mapped_column(String(32), unique=True)
    """Random, 128 bits: the address of its answer."""
    nonce: Mapped[str] = mapped_column(String(64))
    kind: Mapped[str] = mapped_column(String(16))
    """This and the next: `domain.complaint`."""
    entrance: Mapped[str] = mapped_column(String(16))
    foreign_number: Mapped[str] = mapped_column(String(60), default="")
    """Its number elsewhere (LAPOR!)."""
    person: Mapped[str] = mapped_column(String(8))
    """named, secret or none."""
    service_id: Mapped[int | None] = mapped_column(ForeignKey("service.id"), default=None)
    text: Mapped[str] = mapped_column(Text)
    wanted: Mapped[str] = mapped_column(Text, default="")
    """The settlement that was asked for."""
    barred: Mapped[list[object]] = mapped_column(default=list)
    """Ids of the officers whom it is about: they read nothing of it."""
    language: Mapped[str] = mapped_column(String(2), default="id")
    state: Mapped[str] = mapped_column(String(12))
    handler_id: Mapped[int | None] = mapped_column(ForeignKey("officer.id"), default=None)
    received_at: Mapped[datetime]
    since_at: Mapped[datetime]
    """When it came to its present state."""
    verify_by: Mapped[datetime]
    answer_by: Mapped[datetime]
    verified_at: Mapped[datetime | None] = mapped_column(default=None)
    answered_at: Mapped[datetime | None] = mapped_column(default=None)
    """When it was answered last; each earlier time is an event."""
    forwarded_to: Mapped[str] = mapped_column(String(120), default="")
    answer: Mapped[str] = mapped_column(Text, default="")
    """What the writer reads behind the token, and anybody who finds the slip."""
    reply: Mapped[str] = mapped_column(Text, default="")
    """Why the writer says that it is not settled."""
    public_said: Mapped[str] = mapped_column(String(500), default="")
    """The month's page, in the handler's words: what was said. Empty: it does not stand there."""
    public_done: Mapped[str] = mapped_column(String(500), default="")
    """The same: what was done."""


class ComplaintPerson(Base):
    """Who wrote a complaint; the row goes when its time is over, the complaint stays."""

    __tablename__ = "complaint_person"

    complaint_id: Mapped[int] = mapped_column(ForeignKey("complaint.id"), primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    contact: Mapped[str] = mapped_column(String(120), default="")


class DataRequest(Base):
    """Somebody's wish about the data that are kept of them, to be answered within 3 x 24 hours (UU 27/2022)."""

    __tablename__ = "data_request"
    __table_args__ = (Index("ix_data_request_office_id", "office_id", "ended_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    office_id: Mapped[int] = mapped_column(ForeignKey("office.id"))
    kind: Mapped[str] = mapped_column(String(8))
    """see, correct or erase."""
    cases: Mapped[list[int]] = mapped_column(default=list)
    """Ids of the person's files: never the NIK by which they were found."""
    wish: Mapped[str] = mapped_column(String(500), default="")
    asked_at: Mapped[datetime]
    due_at: Mapped[datetime]
    officer_id: Mapped[int] = mapped_column(ForeignKey("officer.id"))
    """Who wrote it down."""
    ended_at: Mapped[datetime | None] = mapped_column(default=None)
    is_granted: Mapped[bool | None] = mapped_column(default=None)
    ended_by: Mapped[int | None] = mapped_column(ForeignKey("officer.id"), default=None)
    reason: Mapped[str] = mapped_column(String(500), default="")


CALLS = text("action IN ('call', 'recall')")
"""As literal text, for the same reason as ACTIVE."""
_BY_OFFICER = text("officer_id IS NOT NULL")
REPORTED = text("(ticket_id IS NULL OR action = 'late_entry')")
"""What reports look for by its time: what was done to files and in the office, and what was entered later."""
_OF_REPORTS = ("case_id", "ticket_id", "action")  # so that SQLite asks it, and not the index of all events by time
_OF_COMPLAINT = text("complaint_id IS NOT NULL")
SAID_OF_VISITORS = text(
    "(action = 'call' AND reason IS NOT NULL OR action = 'note' AND (reason IS NOT NULL OR detail IS NOT NULL))"
)
"""What may say something of a visitor's health; the nights take it out."""


class Event(Base):
    """One move of one ticket, or one act in an office: the audit, and the source of every report."""

    __tablename__ = "event"
    __table_args__ = (
        Index("ix_event_office_id_version", "office_id", "version"),
        Index("ix_event_calls", "office_id", "version", sqlite_where=CALLS),
        Index("ix_event_ticket_id", "ticket_id"),
        Index("ix_event_officer", "officer_id", "at", sqlite_where=_BY_OFFICER),
        # The newest act of an officer, whatever the clock said: what undo takes back.
        Index("ix_event_newest", "officer_id", "id", sqlite_where=_BY_OFFICER),
        Index("ix_event_case_id", "case_id", sqlite_where=OF_FILE),
        Index("ix_event_at", "office_id", "at"),
        Index("ix_event_reported", "office_id", "at", *_OF_REPORTS, sqlite_where=REPORTED),
        Index("ix_event_complaint_id", "complaint_id", sqlite_where=_OF_COMPLAINT),
        Index("ix_event_said", "office_id", "ticket_id", sqlite_where=SAID_OF_VISITORS),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    office_id: Mapped[int] = mapped_column(ForeignKey("office.id"))
    version: Mapped[int]
    at: Mapped[datetime]
    action: Mapped[str] = mapped_column(String(24))
    from_state: Mapped[str | None] = mapped_column(String(16), default=None)
    to_state: Mapped[str | None] = mapped_column(String(16), default=None)
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("ticket.id"), default=None)
    case_id: Mapped[int | None] = mapped_column(ForeignKey("case_file.id"), default=None)
    complaint_id: Mapped[int | None] = mapped_column(ForeignKey("complaint.id"), default=None)
    counter_id: Mapped[int | None] = mapped_column(ForeignKey("counter.id"), default=None)
    officer_id: Mapped[int | None] = mapped_column(ForeignKey("officer.id"), default=None)
    device_id: Mapped[int | None] = mapped_column(ForeignKey("device.id"), default=None)
    address: Mapped[str | None] = mapped_column(String(45), default=None)
    """The network address that the click came from; None for what the server did by itself."""
    reason: Mapped[str | None] = mapped_column(String(200), default=None)
    detail: Mapped[dict[str, object] | None] = mapped_column(default=None)


class HeardCall(Base):
    """A call (the version of its event) that a display has begun to speak; kept for a day."""

    __tablename__ = "heard_call"

    office_id: Mapped[int] = mapped_column(ForeignKey("office.id"), primary_key=True)
    call_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime]


class OccupiedTime(Base):
    """How long one visitor of a service occupies a counter of a role, as known on the evening of a day."""

    __tablename__ = "occupied_time"

    office_id: Mapped[int] = mapped_column(ForeignKey("office.id"), primary_key=True)
    on_day: Mapped[date] = mapped_column(primary_key=True)
    service_id: Mapped[int] = mapped_column(ForeignKey("service.id"), primary_key=True)
    role: Mapped[Role] = mapped_column(primary_key=True)
    mean_s: Mapped[float]
    """Over the days, newer ones weighing more: `estimate.daily_mean`."""
    observed_s: Mapped[float]
    """The mean of that day alone."""
    visitors: Mapped[int]
    """Of that day, those who did not come included."""


class LearnedDay(Base):
    """What an office's evening taught about its waits; one row per day on which numbers were taken."""

    __tablename__ = "learned_day"

    office_id: Mapped[int] = mapped_column(ForeignKey("office.id"), primary_key=True)
    on_day: Mapped[date] = mapped_column(primary_key=True)
    visitors: Mapped[int]
    """Who left a counter, of all days until then: how much is known."""
    q90: Mapped[float]
    """See `estimate.learn_q90`."""


class Printer(Base):
    __tablename__ = "printer"
    __table_args__ = (UniqueConstraint("office_id", "slug"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    office_id: Mapped[int] = mapped_column(ForeignKey("office.id"))
    slug: Mapped[str] = mapped_column(String(40))
    kind: Mapped[str] = mapped_column(String(16), default="virtual")
    """see `printing.address.Kind`."""
    address: Mapped[str] = mapped_column(String(200), default="")
    profile: Mapped[str] = mapped_column(String(40), default="80mm-48")
    answers: Mapped[str] = mapped_column(String(16), default="not_learned")
    """How it answers questions about itself: `printing.delivery.Answers`."""
    is_active: Mapped[bool] = mapped_column(default=True)
    """A printer that was taken away stays here for its jobs, under a slug that nobody types."""
    status: Mapped[str] = mapped_column(String(16), default="unknown")
    status_at: Mapped[datetime | None] = mapped_column(default=None)
    """When it was last heard of."""
    fallback_id: Mapped[int | None] = mapped_column(ForeignKey("printer.id"), default=None)
    """Who prints its slips while it cannot."""
    device_id: Mapped[int | None] = mapped_column(ForeignKey("device.id"), default=None)
    """The print agent that it hangs on; None when the server reaches it, or it asks the server itself."""
    roll_mm: Mapped[int] = mapped_column(default=0)
    """How long a new roll is; 0 is the usual one of this width."""
    printed_mm: Mapped[float] = mapped_column(default=0.0)
    printed_slips: Mapped[int] = mapped_column(default=0)
    """Both since the roll was changed."""
    is_low: Mapped[bool] = mapped_column(default=False)
    """The roll was near its end, or out, when it was last seen."""
    asked_at: Mapped[datetime | None] = mapped_column(default=None)
    """When a process last took it upon itself to ask how it is."""


UNSENT = text("state IN ('queued', 'sending')")
"""As literal text, for the partial index: see `ACTIVE`."""
FAILED = text("state = 'failed'")
_SENDING = text("state = 'sending'")
TEST_PAGES = text("kind = 'test'")
_COPIES = text("copy_of_id IS NOT NULL")
_FULL = text("emptied_at IS NULL")


class PrintJob(Base):
    """A slip to be printed, written in the transaction that caused it."""

    __tablename__ = "print_job"
    __table_args__ = (
        Index("ix_print_job_unsent", "printer_id", "id", sqlite_where=UNSENT),
        Index("ix_print_job_ticket_id", "ticket_id"),
        Index("ix_print_job_case_id", "case_id", "kind", sqlite_where=OF_FILE),
        Index("ix_print_job_test", "printer_id", sqlite_where=TEST_PAGES),
        Index("ix_print_job_failed", "office_id", "made_at", sqlite_where=FAILED),
        Index("ix_print_job_copy_of_id", "copy_of_id", sqlite_where=_COPIES),
        Index("ix_print_job_with_words", "office_id", "made_at", sqlite_where=_FULL),
        # One slip at a time on each printer, however many processes serve it.
        Index("uq_print_job_sending", "printer_id", unique=True, sqlite_where=_SENDING),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    office_id: Mapped[int] = mapped_column(ForeignKey("office.id"))
    printer_id: Mapped[int] = mapped_column(ForeignKey("printer.id"))
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("ticket.id"), default=None)
    case_id: Mapped[int | None] = mapped_column(ForeignKey("case_file.id"), default=None)
    kind: Mapped[str] = mapped_column(String(24))
    lines: Mapped[list[dict[str, object]]]
    """The slip as `domain.slips.slip` wrote it; empty after `engine.paper.slips.WORDS_KEPT`."""
    emptied_at: Mapped[datetime | None] = mapped_column(default=None)
    state: Mapped[str] = mapped_column(String(12), default="queued")
    """queued, sending, confirmed, failed or expired."""
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime | None] = mapped_column(default=None)
    attempts: Mapped[int] = mapped_column(default=0)
    fault: Mapped[str | None] = mapped_column(String(40), default=None)
    """What hinders it, or what ended it: see `engine.paper.print_queue`."""
    is_uncertain: Mapped[bool] = mapped_column(default=False)
    """It ended without anybody knowing what is on paper."""
    witness: Mapped[str | None] = mapped_column(String(12), default=None)
    """On what "confirmed" stands: `printing.delivery.Outcome`."""
    copy_of_id: Mapped[int | None] = mapped_column(ForeignKey("print_job.id"), default=None)
    """The first print of this slip; None for the first print itself."""
    moved_from_id: Mapped[int | None] = mapped_column(ForeignKey("printer.id"), default=None)
    """The printer that could not print it, when a fallback took it over."""
    owner: Mapped[str | None] = mapped_column(String(120), default=None)
    """Who is sending it, until `lease_until`."""
    lease_until: Mapped[datetime | None] = mapped_column(default=None)
    ended_at: Mapped[datetime | None] = mapped_column(default=None)


class CounterMessage(Base):
    """A line from the supervisor that stands on the panels of all counters until its time is over."""

    __tablename__ = "counter_message"
    __table_args__ = (Index("ix_counter_message_office_id", "office_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    office_id: Mapped[int] = mapped_column(ForeignKey("office.id"))
    officer_id: Mapped[int] = mapped_column(ForeignKey("officer.id"))
    text: Mapped[str] = mapped_column(String(200))
    made_at: Mapped[datetime]
    until_at: Mapped[datetime]


class DayCheck(Base):
    """The opening or the closing checklist of one day, with the name under it."""

    __tablename__ = "day_check"

    office_id: Mapped[int] = mapped_column(ForeignKey("office.id"), primary_key=True)
    on_day: Mapped[date] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(8), primary_key=True)
    """opening or closing."""
    items: Mapped[dict[str, object]]
    """Item -> what was found or ticked."""
    note: Mapped[str | None] = mapped_column(String(400), default=None)
    officer_id: Mapped[int] = mapped_column(ForeignKey("officer.id"))
    signed_at: Mapped[datetime]


class SecondFactor(Base):
    """A telephone that shows codes for an officer (TOTP, RFC 6238), and codes on paper for the day it is lost.

    `drift`: steps of 30 s by which the telephone's clock is ahead of ours; `used_step`: the newest code that was taken;
    `codes`: digests of the paper's codes that are left.
    """

    __tablename__ = "second_factor"

    officer_id: Mapped[int] = mapped_column(ForeignKey("officer.id"), primary_key=True)
    secret: Mapped[str] = mapped_column(String(400))
    """Closed by `store.seal`."""
    made_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None] = mapped_column(default=None)
    drift: Mapped[int] = mapped_column(default=0)
    used_step: Mapped[int] = mapped_column(default=0)
    codes: Mapped[list[str]] = mapped_column(JSON, default=list)


class OfficerSession(Base):
    """One signed-in browser of an officer; ended, its cookie is worth nothing."""

    __tablename__ = "officer_session"
    __table_args__ = (Index("ix_officer_session_officer_id", "officer_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    officer_id: Mapped[int] = mapped_column(ForeignKey("officer.id"))
    key_hash: Mapped[str] = mapped_column(String(64), unique=True)
    made_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    address: Mapped[str] = mapped_column(String(45))
    browser: Mapped[str] = mapped_column(String(80), default="")
    ended_at: Mapped[datetime | None] = mapped_column(default=None)
