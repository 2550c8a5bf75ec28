"""Writes the messages that an office's gateway sends to applicants: by themselves with a step, or by an officer's word.

A message is a row of the outbox in the change that causes it: its text is made now, its number read when it goes out.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta

from sqlalchemy import insert

from shared.domain.errors import NotAllowed
from shared.domain.files.file import File
from shared.domain.files.reminder import Reminder
from shared.domain.message import AFTER
from shared.domain.outbox import Carrier
from shared.engine.files.reminder import must_fit, offered, text
from shared.store import messages
from shared.store.office import Transaction
from shared.store.outbox_tables import Outbox

TEST = "test"
NOT_AGAIN = timedelta(hours=1)
"""After a message went out; somebody who did not get it is called or written to by WhatsApp."""


def after(tx: Transaction, before: File, file: File, *, is_here: bool) -> None:
    """What the step that was just done brings with it. `is_here`: the applicant is in the room and hears it there."""
    gateway = tx.office.gateway
    if gateway is None or is_here or not gateway.kinds or not tx.actor.officer_id:
        return
    standard = tx.standard(file.standard_id)
    news = gateway.kinds.intersection(offered(file, standard)).difference(offered(before, standard))
    for kind in sorted(news):
        if not messages.is_waiting(tx.connection, file.id, kind):
            _write(tx, file, kind, tx.now + AFTER)


def send(tx: Transaction, case_id: int, kind: Reminder) -> None:
    """An officer wants it told; noted as `file_reminder.remind` notes it.

    Raises `Unknown("case")` and `NotAllowed`: `no_reminder`, `no_gateway`, `message_waits` (the same is on its way),
    `message_sent` (it came a moment ago: nobody is pestered).
    """
    if tx.office.gateway is None:
        raise NotAllowed("no_gateway")
    file = must_fit(tx, case_id, kind)
    if messages.is_waiting(tx.connection, case_id, kind):
        raise NotAllowed("message_waits")
    if messages.is_sent_since(tx.connection, case_id, kind, tx.now - NOT_AGAIN):
        raise NotAllowed("message_sent")
    _write(tx, file, kind, tx.now)
    tx.record("remind", case_id=file.id, detail={"kind": kind.value})


def try_out(tx: Transaction, number: str) -> None:
    """A message that says only that it is a test, to the number that an admin typed."""
    body: dict[str, object] = {"number": number, "office": tx.office.name}
    _insert(tx, TEST, body, tx.now)
    tx.record("setup.gateway_tested")


def _write(tx: Transaction, file: File, kind: Reminder, due_at: datetime) -> None:
    body: dict[str, object] = {"text": text(tx, file, kind)}
    if kind == Reminder.CALLED:
        day = tx.office.calendar.next_working_day(tx.today)
        body["until"] = datetime.combine(day + timedelta(days=1), time(), tx.office.zone).isoformat()
    _insert(tx, kind.value, body, due_at, case_id=file.id)


def _insert(tx: Transaction, topic: str, body: dict[str, object], due_at: datetime, case_id: int | None = None) -> None:
    row = {"office_id": tx.office_id, "channel": Carrier.MESSAGE.value, "topic": topic, "body": body}
    tx.execute(insert(Outbox), {**row, "case_id": case_id, "made_at": tx.now, "due_at": due_at})
