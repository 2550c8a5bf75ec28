"""Six signs that stand for a token where nobody can scan it; they are typed at the kiosk, at a desk or on a phone.

How safe they are: 24 signs give 24**6 = 191 million codes. An office with 5,000 that open something (files under way,
those that ended in the last 90 days, the numbers of today) is hit by one try in 38,000. A phone may try 10 times a
minute and 30 times a day in vain, all phones together 300 times a day (see `display/phone_code`), which is one hit in
127 days; what it shows is where a file stands, never a name. A kiosk and a desk stand in the office, where somebody
sees who tries.
Two codes that happen to be the same open nothing (1 pair in 15 offices of that size): their QR codes still do.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from hashlib import sha256

from shared.domain.identity import plain

SIGNS = "ACDEFGHJKMNPQRTVWXY34679"
"""No sign that is taken for another: B8, IL1, O0, S5, UV and Z2 are left out but for the V."""
LENGTH = 6
SURVEY_DIGITS = 4
"""Of the code that opens the survey together with a number: it has few tries."""


def short_code(token: str) -> str:
    """As it is printed: "K7M-4QX"; like the token, it cannot be guessed."""
    rest, signs = int.from_bytes(sha256(b"short " + token.encode()).digest()[:8]), ""
    for _ in range(LENGTH):
        rest, place = divmod(rest, len(SIGNS))
        signs += SIGNS[place]
    return f"{signs[:3]}-{signs[3:]}"


def survey_code(token: str) -> str:
    """The digits on the number slip that show that somebody holds it: like the token, they cannot be computed."""
    return f"{int.from_bytes(sha256(b'survey ' + token.encode()).digest()[:8]) % 10**SURVEY_DIGITS:0{SURVEY_DIGITS}d}"


def parse_short(text: str) -> str | None:
    """A code as it was typed, with or without its dash, in the form of `short_code`; None for anything else."""
    signs = re.sub(r"[\s.\u2010-\u2015-]", "", plain(text)).upper()
    return f"{signs[:3]}-{signs[3:]}" if _CODE.fullmatch(signs) else None


def meant(code: str, tokens: Iterable[str]) -> str | None:
    """The one of these tokens that has this code; None when none or more than one has."""
    found = {token for token in tokens if short_code(token) == code}
    return found.pop() if len(found) == 1 else None


_CODE = re.compile(f"[{SIGNS}]{{{LENGTH}}}")
