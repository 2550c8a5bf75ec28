"""Letters to programs: written in the change that they tell of, taken by whoever sends them, ended.

A letter says what happened to which number, file or complaint; never to whom, and nobody's words.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, TextClause, delete, func, insert, or_, select, update

from shared.domain.numbering import label
from shared.domain.office import OfficeConfig
from shared.domain.outbox import PAUSES, Carrier, Topic, Webhook, next_try, topic_of
from shared.domain.queue.ticket import QueueTicket
from shared.store.outbox_tables import WAITING, Outbox, WebhookRecord
from shared.store.tables import ComplaintRecord, FileRecord

LEASE = timedelta(minutes=5)
"""How long a letter is its taker's: if that process ends meanwhile, another tries it afterwards."""
CLOCKS_DIFFER = timedelta(minutes=2)
"""The clocks of two processes differ by less."""
AT_ONCE = 20
KEPT = timedelta(days=7)
FAILED_KEPT = timedelta(days=30)

Facts = dict[str, object]


def webhooks(connection: Connection, office_id: int) -> tuple[Webhook, ...]:
    found = select(WebhookRecord.id, WebhookRecord.topics).where(
        WebhookRecord.office_id == office_id, WebhookRecord.removed_at.is_(None)
    )
    return tuple(
        Webhook(row.id, frozenset(Topic(str(each)) for each in row.topics))
        for row in connection.execute(found.order_by(WebhookRecord.id))
    )


@dataclass(frozen=True, slots=True)
class KnownWebhook:
    """A program that is told now. `fault`: of the oldest letter that waits for it."""

    id: int
    name: str
    url: str
    topics: list[object]
    waiting: int
    sent_at: datetime | None
    fault: str | None


def known_webhooks(connection: Connection, office_id: int) -> list[KnownWebhook]:
    mine = Outbox.receiver_id == WebhookRecord.id, Outbox.channel == Carrier.WEBHOOK.value
    waiting = select(func.count()).where(*mine, Outbox.state == "waiting").scalar_subquery()
    sent_at = select(func.max(Outbox.ended_at)).where(*mine, Outbox.state == "sent").scalar_subquery()
    oldest = select(Outbox.fault).where(*mine, Outbox.state == "waiting").order_by(Outbox.id).limit(1).scalar_subquery()
    columns = WebhookRecord.id, WebhookRecord.name, WebhookRecord.url, WebhookRecord.topics, waiting, sent_at, oldest
    wanted = select(*columns).where(WebhookRecord.office_id == office_id, WebhookRecord.removed_at.is_(None))
    return [KnownWebhook(*row) for row in connection.execute(wanted.order_by(WebhookRecord.id))]


# --- written in the change ---


def tell(
    connection: Connection,
    office: OfficeConfig,
    epoch: str,
    events: Iterable[Mapping[str, object]],
    ticket: Callable[[int], QueueTicket],
) -> None:
    """Writes a letter for each event to each program that wants to hear of it; as things stand after the change."""
    letters = []
    for event in events:
        topic = topic_of(event)
        receivers = [each.id for each in office.webhooks if topic in each.topics]
        if topic is None or not receivers:
            continue
        name, at = f"{topic}.{event['action']}", event["at"]
        facts = _FACTS[topic](connection, office, event, ticket)
        body = {"office": office.slug, "epoch": epoch, "version": event["version"], "at": at, "type": name, **facts}
        columns = {"office_id": office.office_id, "channel": Carrier.WEBHOOK.value, "topic": name[:40], "body": body}
        letters += [{**columns, "receiver_id": each, "made_at": at, "due_at": at} for each in receivers]
    if letters:
        connection.execute(insert(Outbox), letters)


def _of_ticket(
    _connection: Connection, office: OfficeConfig, event: Mapping[str, object], ticket: Callable[[int], QueueTicket]
) -> Facts:
    found = ticket(int(str(event["ticket_id"])))
    counter = office.counter_by_id(found.counter_id)
    return {
        "ticket": {
            "number": label(found.series, found.number),
            "on_day": found.on_day.isoformat(),
            "service": _service(office, found.service_id),
            "was": event["from_state"],
            "state": found.state.value,
            "lane": found.lane.value,
            "counter": counter.number if counter else None,
        }
    }


def _of_file(connection: Connection, office: OfficeConfig, event: Mapping[str, object], _: object) -> Facts:
    row = connection.execute(select(FileRecord).where(FileRecord.id == event["case_id"])).one()
    return {
        "file": {
            "id": row.id,
            "year": row.register_year,
            "number": row.register_number,
            "service": _service(office, row.service_id),
            "was": event["from_state"],
            "state": row.state.value,
            "step": row.step,
        }
    }


def _of_complaint(connection: Connection, office: OfficeConfig, event: Mapping[str, object], _: object) -> Facts:
    row = connection.execute(select(ComplaintRecord).where(ComplaintRecord.id == event["complaint_id"])).one()
    service = _service(office, row.service_id) if row.service_id else None
    state = {"was": event["from_state"], "state": row.state}
    return {"complaint": {"year": row.year, "number": row.number, "kind": row.kind, "service": service, **state}}


_FACTS: Mapping[Topic, Callable[..., Facts]] = {
    Topic.TICKET: _of_ticket,
    Topic.FILE: _of_file,
    Topic.COMPLAINT: _of_complaint,
}


def _service(office: OfficeConfig, service_id: int) -> str | None:
    found = office.service_ids.get(service_id)
    return found.slug if found else None


# --- taken, and ended ---


@dataclass(frozen=True, slots=True)
class Letter:
    """One that somebody is about to send; this is its `attempts`-th try."""

    id: int
    office_id: int
    channel: str
    receiver_id: int | None
    case_id: int | None
    topic: str
    body: Facts
    made_at: datetime
    attempts: int

    @property
    def key(self) -> str:
        """What a receiver knows it by: the same at each try, and no other letter's, also after the database was put
        back and counts its letters again.
        """
        return f"{int(self.made_at.timestamp())}-{self.id}"

    @property
    def line(self) -> tuple[str, int, int | None]:
        """Letters of one line go to one receiver, one after the other."""
        return self.channel, self.office_id, self.receiver_id


_COLUMNS = tuple(getattr(Outbox, name) for name in Letter.__dataclass_fields__)


def is_any_due(connection: Connection, now: datetime) -> bool:
    return connection.execute(select(Outbox.id).where(*_due(now)).limit(1)).first() is not None


def waiting(connection: Connection) -> int:
    """Letters that nobody has taken yet, or that are tried again."""
    return connection.execute(select(func.count()).select_from(Outbox).where(WAITING)).scalar_one()


def take(connection: Connection, now: datetime) -> Sequence[Letter]:
    """The oldest that are due for each receiver, now the caller's for `LEASE`."""
    # Said twice: of two processes that found the same letter the second finds it moved on.
    due = _due(now)
    line = Outbox.channel, Outbox.office_id, Outbox.receiver_id
    place = func.row_number().over(partition_by=line, order_by=Outbox.id).label("place")
    placed = select(Outbox.id, place).where(*due).subquery()
    oldest = select(placed.c.id).where(placed.c.place <= AT_ONCE)
    taken = (
        update(Outbox)
        .where(Outbox.id.in_(oldest), *due)
        .values(due_at=now + LEASE, attempts=Outbox.attempts + 1)
        .returning(*_COLUMNS)
    )
    return sorted((Letter(*row) for row in connection.execute(taken)), key=lambda letter: letter.id)


def _due(now: datetime) -> tuple[ColumnElement[bool] | TextClause, ...]:
    """Also what was written, or is to be tried again, by a clock that was ahead of now: it would wait for that day."""
    was_ahead = (Outbox.attempts == 0) & (Outbox.made_at > now + CLOCKS_DIFFER)
    return WAITING, or_(Outbox.due_at <= now, was_ahead, Outbox.due_at > now + PAUSES[-1])


def sent(connection: Connection, letter: Letter, now: datetime) -> None:
    _end(connection, letter, state="sent", fault=None, ended_at=now)


def failed(connection: Connection, letter: Letter, fault: str, now: datetime, *, for_good: bool = False) -> None:
    """It is tried again after a pause that grows, unless that is of no use or was done often enough."""
    again_at = None if for_good else next_try(letter.attempts, now)
    if again_at is None:
        _end(connection, letter, state="failed", fault=fault, ended_at=now)
    else:
        _end(connection, letter, due_at=again_at, fault=fault)


def put_back(connection: Connection, letters: Sequence[Letter], due_at: datetime) -> None:
    """They were not tried: their receiver does not answer."""
    ids = [letter.id for letter in letters]
    untried = {"due_at": due_at, "attempts": Outbox.attempts - 1}
    connection.execute(update(Outbox).where(Outbox.id.in_(ids)).values(**untried))


def _end(connection: Connection, letter: Letter, **columns: object) -> None:
    connection.execute(update(Outbox).where(Outbox.id == letter.id).values(**columns))


def forget_old(connection: Connection, office_id: int, now: datetime) -> int:
    """Takes out what was sent long ago; how many."""
    is_old = or_(Outbox.ended_at < now - FAILED_KEPT, (Outbox.state == "sent") & (Outbox.ended_at < now - KEPT))
    mine = Outbox.office_id == office_id, Outbox.ended_at.is_not(None)
    return connection.execute(delete(Outbox).where(*mine, is_old)).rowcount
