"""The tables of what leaves the office by itself: letters that wait to be sent, and the programs that get them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, text

from shared.store.tables import Base
from shared.store.typed_table import Mapped, mapped_column

WAITING = text("state = 'waiting'")
"""As literal text, for the partial index: see `tables.ACTIVE`."""
_ENDED = text("ended_at IS NOT NULL")
_OF_FILE = text("case_id IS NOT NULL")


class Outbox(Base):
    """A letter, written in the transaction that caused it, sent after it, and kept for some days."""

    __tablename__ = "outbox"
    __table_args__ = (
        Index("ix_outbox_due", "due_at", sqlite_where=WAITING),
        Index("ix_outbox_ended", "office_id", "ended_at", sqlite_where=_ENDED),
        Index("ix_outbox_case_id", "case_id", sqlite_where=_OF_FILE),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    office_id: Mapped[int] = mapped_column(ForeignKey("office.id"))
    channel: Mapped[str] = mapped_column(String(12))
    """`domain.outbox.Carrier`: who carries it."""
    receiver_id: Mapped[int | None] = mapped_column(default=None)
    """Of a webhook: its id."""
    case_id: Mapped[int | None] = mapped_column(ForeignKey("case_file.id"), default=None)
    """Of a message: the file whose applicant is told."""
    topic: Mapped[str] = mapped_column(String(40))
    """"ticket.call", "file.advance" ...; of a message: `domain.files.reminder.Reminder`."""
    body: Mapped[dict[str, object]]
    made_at: Mapped[datetime]
    due_at: Mapped[datetime]
    """When it may be tried next; who takes it moves this on first, so that of several processes one sends it."""
    state: Mapped[str] = mapped_column(String(8), default="waiting")
    """waiting, sent or failed."""
    attempts: Mapped[int] = mapped_column(default=0)
    fault: Mapped[str | None] = mapped_column(String(40), default=None)
    """Of the last try: a code."""
    ended_at: Mapped[datetime | None] = mapped_column(default=None)


class WebhookRecord(Base):
    """A program of somebody else that is told of what happens in the office."""

    __tablename__ = "webhook"
    __table_args__ = (Index("ix_webhook_office_id", "office_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    office_id: Mapped[int] = mapped_column(ForeignKey("office.id"))
    name: Mapped[str] = mapped_column(String(80))
    url: Mapped[str] = mapped_column(String(300))
    secret: Mapped[str] = mapped_column(String(400))
    """Signs what is sent; shown once, when it is made, and closed by `store.seal`."""
    topics: Mapped[list[object]]
    """`domain.outbox.Topic` values."""
    officer_id: Mapped[int | None] = mapped_column(ForeignKey("officer.id"), default=None)
    """Who made it."""
    made_at: Mapped[datetime]
    removed_at: Mapped[datetime | None] = mapped_column(default=None)


class MessageGateway(Base):
    """The program that sends an office's messages to applicants' phones."""

    __tablename__ = "message_gateway"

    office_id: Mapped[int] = mapped_column(ForeignKey("office.id"), primary_key=True)
    url: Mapped[str] = mapped_column(String(300))
    header: Mapped[str] = mapped_column(String(60))
    secret: Mapped[str] = mapped_column(String(1000))
    """Stands in the header; shown to nobody, and closed by `store.seal`."""
    body: Mapped[str] = mapped_column(String(1000))
    """JSON with places for number and text; empty: `domain.message.BODY`."""
    kinds: Mapped[list[object]]
    """`domain.files.reminder.Reminder` values that go out by themselves."""
    officer_id: Mapped[int | None] = mapped_column(ForeignKey("officer.id"), default=None)
    """Who set it up."""
    made_at: Mapped[datetime]
