"""What leaves the office by itself: which changes programs are told, how a letter is signed, when it is tried again.

The signature is that of standardwebhooks.com, version 1, so that receivers can use its ready-made libraries.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from urllib.parse import urlsplit

from shared.domain.errors import Invalid


class Topic(StrEnum):
    """What a program can be told about."""

    TICKET = "ticket"
    FILE = "file"
    COMPLAINT = "complaint"


class Carrier(StrEnum):
    """Who carries a letter out."""

    WEBHOOK = "webhook"
    MESSAGE = "message"


@dataclass(frozen=True, slots=True)
class Webhook:
    """A program that is told of what happens: which topics."""

    id: int
    topics: frozenset[Topic]


PAUSES = tuple(
    timedelta(seconds=seconds) for seconds in (10, 30, 120, 600, 1800, 3600, 7200, 14400, 28800, 43200, 86400)
)
"""After the first, second ... try that failed; two and a half days in all."""


def next_try(attempts: int, failed_at: datetime) -> datetime | None:
    """When a letter is tried again that failed so often; None when it was tried often enough."""
    return failed_at + PAUSES[attempts - 1] if attempts <= len(PAUSES) else None


def topic_of(event: Mapping[str, object]) -> Topic | None:
    """What an event of the audit is about; None for what no program is told."""
    if event["ticket_id"] is not None:
        return Topic.TICKET
    if event["case_id"] is not None:
        return Topic.FILE
    return Topic.COMPLAINT if event["complaint_id"] is not None else None


# --- the signature ---

PREFIX = "whsec_"
SECRET_BYTES = 32


def new_secret() -> str:
    return PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def signature(secret: str, letter_id: str, sent_at: int, body: bytes) -> str:
    """What stands in the header `webhook-signature`. `sent_at`: seconds since 1970, as in `webhook-timestamp`."""
    key = base64.b64decode(secret.removeprefix(PREFIX))
    signed = f"{letter_id}.{sent_at}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


# --- the address ---

MOST_URL = 300


def receiver_url(text: str) -> str:
    """The address of a receiver as it is kept. Raises `Invalid("address_receiver")`; where it leads is asked later."""
    wrong = Invalid("address_receiver", fields=["url"], address=text[:80])
    plain = text.strip()
    try:
        parts = urlsplit(plain)
        port = parts.port
    except ValueError:
        raise wrong from None
    is_plain = plain.isascii() and plain.isprintable() and " " not in plain and len(plain) <= MOST_URL
    if parts.scheme not in ("http", "https") or not parts.hostname or port == 0 or not is_plain:
        raise wrong
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise wrong
    return plain
