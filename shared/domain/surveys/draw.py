"""Who is asked to answer the survey: by lot, from a secret of the office and the number of the visit.

The lot can be drawn again by whoever holds the secret, with the same result; nobody at a counter can know or steer it.
"""

from __future__ import annotations

import hmac
from datetime import date
from hashlib import sha256

from shared.domain.surveys.survey import FULL

CODE_DIGITS = 4
MOST_TRIES = 5
"""Wrong codes after which a number can no longer be typed; its QR code still opens the survey."""


def visit_name(on_day: date, label: str) -> str:
    """What the lot is drawn for: a number of one day. It is fixed when the number is taken."""
    return f"{on_day.isoformat()} {label}"


def is_drawn(secret: str, visit: str, rate: int) -> bool:
    """Whether the lot falls on this visit; `rate`: visits in 10,000."""
    digest = hmac.new(secret.encode(), visit.encode(), sha256).digest()
    return int.from_bytes(digest[:8]) * FULL < rate << 64


def survey_code(token: str) -> str:
    """The digits on the number slip that show that somebody holds it: like the token, they cannot be computed."""
    return f"{int.from_bytes(sha256(b'survey ' + token.encode()).digest()[:8]) % 10**CODE_DIGITS:0{CODE_DIGITS}d}"
