"""The test page of a printer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from shared.domain.slips.head import Letterhead, top
from shared.domain.slips.slip import QR, Cut, Line, Pair, Rule, SlipWords, Space, Text


def printer_test_slip(
    head: Letterhead,
    words: SlipWords,
    *,
    printer: str,
    columns: int,
    facts: Sequence[tuple[str, str]],
    made_at: datetime,
    url: str,
) -> list[Line]:
    """Shows what the printer can: width, letters, sizes, QR, cut. `facts`: (label, value), such as its status."""
    ruler = "".join(str(place % 10) for place in range(1, columns + 1))
    return [
        *top(head, words),
        Text(words("slip.test.title"), size=2, bold=True, align="center"),
        Space(8),
        Text(printer, bold=True, align="center"),
        Text(words.moment(made_at), align="center"),
        Rule(),
        *(Pair(label, value) for label, value in facts),
        Rule(),
        Text(words("slip.test.line", columns=columns)),
        Text(ruler),
        Text(words("slip.test.letters", letters="ABC abc 0123456789 O0 Il1")),
        Text(words("slip.test.signs", signs="é è ë á à ü ö ñ ç É · – “Rp”")),
        Text(words("slip.test.bold"), bold=True),
        Text(words("slip.test.tall"), tall=True),
        Text(words("slip.test.inverse"), inverse=True),
        Text("A-012", size=8, bold=True, align="center"),
        Rule(double=True),
        QR(url),
        Text(url, align="center"),
        Space(),
        Text(words("slip.test.ready"), align="center"),
        Cut(),
    ]
