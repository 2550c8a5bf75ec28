"""Gives one message to the office's gateway: what it says was written with the step, to whom is read now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from shared.domain.files.reminder import Reminder, mobile
from shared.domain.message import BODY, FOR_GOOD, body
from shared.engine.files.reminder import offered
from shared.engine.messages import TEST
from shared.printing.address import Reach
from shared.store.files import files
from shared.store.office import Store
from shared.store.outbox import Letter
from shared.store.outbox_tables import MessageGateway
from shared.store.seal import Seal
from shared.web.outgoing.posting import Undelivered, deliver, opened
from shared.words import words


@dataclass(frozen=True, slots=True)
class Addressed:
    """A message on its way out. No log may hold one."""

    number: str
    text: str


def send(store: Store, letter: Letter, now: datetime, reach: Reach, seal: Seal) -> None:
    """Returns when the gateway said 2xx; raises `Undelivered`."""
    with store.read() as connection:
        row = connection.execute(select(MessageGateway).where(MessageGateway.office_id == letter.office_id)).first()
        message = _test(letter) if letter.topic == TEST else _addressed(connection, store, letter, now)
    if row is None:
        raise Undelivered("removed", for_good=True)
    secret = opened(seal, row.secret) if row.secret else ""
    said = body(row.body or BODY, number=message.number, text=message.text, message_id=letter.key)
    headers = {row.header: secret} if secret else {}
    deliver(row.url, headers, said, reach, is_near=True, for_good=FOR_GOOD)


def _test(letter: Letter) -> Addressed:
    return Addressed(str(letter.body["number"]), words()("reminder.test", office=letter.body["office"]))


def _addressed(connection: Connection, store: Store, letter: Letter, now: datetime) -> Addressed:
    """Raises `Undelivered` when the file has moved on, the day is over, or nobody can be reached any more."""
    file = files.find(connection, letter.office_id, letter.case_id or 0)
    number = mobile(file.applicant.get("phone", "")) if file is not None else None
    if file is None or number is None:
        raise Undelivered("no_number", for_good=True)
    standard = store.office_configs.standard(connection, file.standard_id)
    is_late = "until" in letter.body and now >= datetime.fromisoformat(str(letter.body["until"]))
    if is_late or Reminder(letter.topic) not in offered(file, standard):
        raise Undelivered("no_longer", for_good=True)
    return Addressed(number, str(letter.body["text"]))
