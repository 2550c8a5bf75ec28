"""Who is asked to answer the survey: by lot, from a secret key of the office and the number of the visit.

The lot can be drawn again by whoever holds the key, with the same result; nobody at a counter can know or steer it.
The key comes of what the database keeps and of the server's own key: a copy of the database tells nobody who is next.
"""

from __future__ import annotations

import hmac
from datetime import date
from hashlib import sha256

from shared.domain.surveys.survey import FULL

MOST_TRIES = 5
"""Wrong codes after which a number can no longer be typed; its QR code still opens the survey."""


def key_mark(server_key: str) -> str:
    """By which a secret shows with which server's key it draws; tells nothing of that key."""
    return hmac.new(server_key.encode(), b"loket: whose lots", sha256).hexdigest()[:16]


def lot_key(secret: str, mark: str, server_key: str) -> str | None:
    """What is drawn with; None when the secret draws with the key of another server.

    One without a mark is of an earlier version, and draws as it stands.
    """
    if mark and mark != key_mark(server_key):
        return None
    return hmac.new(server_key.encode(), f"loket: lots {secret}".encode(), sha256).hexdigest() if mark else secret


def visit_name(on_day: date, label: str) -> str:
    """What the lot is drawn for: a number of one day. It is fixed when the number is taken."""
    return f"{on_day.isoformat()} {label}"


def is_drawn(key: str, visit: str, rate: int) -> bool:
    """Whether the lot falls on this visit; `rate`: visits in 10,000."""
    digest = hmac.new(key.encode(), visit.encode(), sha256).digest()
    return int.from_bytes(digest[:8]) * FULL < rate << 64
