"""Tells one program of one change: a POST that is signed as standardwebhooks.com says."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from shared.domain.outbox import signature
from shared.printing.address import Reach
from shared.store.office import Store
from shared.store.outbox import Letter
from shared.store.outbox_tables import WebhookRecord
from shared.store.seal import Seal
from shared.store.undo import as_json
from shared.web.outgoing.posting import Undelivered, deliver, opened


def tell(store: Store, letter: Letter, now: datetime, reach: Reach, seal: Seal) -> None:
    """Returns when the receiver said 2xx; raises `Undelivered`."""
    wanted = select(WebhookRecord.url, WebhookRecord.secret).where(
        WebhookRecord.id == letter.receiver_id, WebhookRecord.removed_at.is_(None)
    )
    with store.read() as connection:
        row = connection.execute(wanted).first()
    if row is None:
        raise Undelivered("removed", for_good=True)
    body = as_json({"id": letter.key, **letter.body}).encode()
    sent_at = int(now.timestamp())
    headers = {
        "webhook-id": letter.key,
        "webhook-timestamp": str(sent_at),
        "webhook-signature": signature(opened(seal, row.secret), letter.key, sent_at, body),
    }
    deliver(row.url, headers, body, reach)
