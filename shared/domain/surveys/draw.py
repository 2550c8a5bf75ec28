"""Who is asked to answer the survey: by lot, from a secret of the office and the number of the visit.

The lot can be drawn again by whoever holds the secret, with the same result; nobody at a counter can know or steer it.
"""

from __future__ import annotations

import hmac
from datetime import date
from hashlib import sha256

from shared.domain.surveys.survey import FULL

MOST_TRIES = 5
"""Wrong codes after which a number can no longer be typed; its QR code still opens the survey."""


def visit_name(on_day: date, label: str) -> str:
    """What the lot is drawn for: a number of one day. It is fixed when the number is taken."""
    return f"{on_day.isoformat()} {label}"


def is_drawn(secret: str, visit: str, rate: int) -> bool:
    """Whether the lot falls on this visit; `rate`: visits in 10,000."""
    digest = hmac.new(secret.encode(), visit.encode(), sha256).digest()
    return int.from_bytes(digest[:8]) * FULL < rate << 64
