"""An office's gateway for messages, and the messages of a file: letters of the outbox that a phone gets."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from shared.domain.files.reminder import Reminder
from shared.domain.message import Gateway
from shared.domain.outbox import Carrier
from shared.store.outbox_tables import MessageGateway, Outbox

_MESSAGES = Outbox.channel == Carrier.MESSAGE.value


def gateway(connection: Connection, office_id: int) -> Gateway | None:
    kinds = select(MessageGateway.kinds).where(MessageGateway.office_id == office_id)
    found = connection.execute(kinds).scalar_one_or_none()
    return None if found is None else Gateway(frozenset(Reminder(str(each)) for each in found))


@dataclass(frozen=True, slots=True)
class KnownGateway:
    """What setup shows of it; never its secret. `fault`: of the newest message that did not go out."""

    url: str
    header: str
    has_secret: bool
    body: str
    kinds: frozenset[Reminder]
    waiting: int
    sent_at: datetime | None
    fault: str | None


def known_gateway(connection: Connection, office_id: int) -> KnownGateway | None:
    row = connection.execute(select(MessageGateway).where(MessageGateway.office_id == office_id)).first()
    if row is None:
        return None
    mine = Outbox.office_id == office_id, _MESSAGES
    waiting = connection.execute(select(func.count()).where(*mine, Outbox.state == "waiting")).scalar_one()
    sent_at = connection.execute(select(func.max(Outbox.ended_at)).where(*mine, Outbox.state == "sent")).scalar()
    newest = select(Outbox.fault).where(*mine, Outbox.attempts > 0).order_by(Outbox.id.desc()).limit(1)
    fault, kinds = connection.execute(newest).scalar(), frozenset(Reminder(str(each)) for each in row.kinds)
    return KnownGateway(row.url, row.header, bool(row.secret), row.body, kinds, waiting, sent_at, fault)


@dataclass(frozen=True, slots=True)
class FileMessage:
    """`state`: waiting, sent, failed. `at`: when it was sent, was given up, or was written."""

    kind: str
    state: str
    at: datetime
    fault: str | None

    @property
    def is_sent(self) -> bool:
        return self.state == "sent"

    @property
    def is_over(self) -> bool:
        """It is not tried any more."""
        return self.state != "waiting"


def of_file(connection: Connection, case_id: int) -> list[FileMessage]:
    """The newest of each kind, newest first."""
    wanted = select(Outbox).where(Outbox.case_id == case_id, _MESSAGES).order_by(Outbox.id.desc())
    newest: dict[str, FileMessage] = {}
    for row in connection.execute(wanted):
        newest.setdefault(row.topic, FileMessage(row.topic, row.state, row.ended_at or row.made_at, row.fault))
    return list(newest.values())


def is_sent_since(connection: Connection, case_id: int, kind: Reminder, since: datetime) -> bool:
    mine = Outbox.case_id == case_id, _MESSAGES, Outbox.topic == kind.value, Outbox.state == "sent"
    return connection.execute(select(Outbox.id).where(*mine, Outbox.ended_at > since).limit(1)).first() is not None


def is_waiting(connection: Connection, case_id: int, kind: Reminder) -> bool:
    mine = Outbox.case_id == case_id, _MESSAGES, Outbox.topic == kind.value, Outbox.state == "waiting"
    return connection.execute(select(Outbox.id).where(*mine).limit(1)).first() is not None
