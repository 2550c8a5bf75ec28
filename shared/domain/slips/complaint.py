"""The slip of a complaint: its number, until when it is answered, and the address of the answer; nobody's words."""

from __future__ import annotations

from datetime import date, datetime

from shared.domain.slips.head import Letterhead, bottom, top
from shared.domain.slips.slip import QR, Line, Rule, SlipWords, Space, Text, typed_instead


def complaint_slip(
    head: Letterhead,
    words: SlipWords,
    *,
    number: str,
    kind: str,
    received_at: datetime,
    answer_on: date,
    url: str,
    code: str | None = None,
) -> list[Line]:
    """For whoever wrote it. `url` holds a random token: it opens the answer, and says nothing about anybody."""
    return [
        *top(head, words),
        Text(words("slip.complaint_received"), size=2, bold=True, align="center"),
        Space(8),
        Text(kind, align="center"),
        Text(number, size=2, bold=True, align="center"),
        Space(8),
        Text(words.moment(received_at), align="center"),
        Space(),
        Text(words("slip.complaint_answer_by"), align="center"),
        Text(words.day(answer_on), bold=True, align="center", tall=True),
        Rule(),
        QR(url),
        *typed_instead(code, words),
        Text(words("slip.complaint_follow"), align="center"),
        *bottom(head, words),
    ]
