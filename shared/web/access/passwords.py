"""Password hashes; the slow work never holds the event loop."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from functools import lru_cache

from werkzeug.security import check_password_hash, generate_password_hash

from shared.domain import password as rules
from shared.loop import off_the_loop

FEWEST_GUESSES = 10**6
"""A password that falls sooner is refused; an office allows strangers one guess in half a minute."""
LONGEST_GUESSED = 72
"""zxcvbn looks at no more."""


def hash_password(password: str) -> str:
    return generate_password_hash(password, method="scrypt")


def fault(wanted: str, names: Sequence[str]) -> str | None:
    """What is wrong with a new password: `domain.password.fault`, or that others have it too."""
    return rules.fault(wanted, names) or ("password_common" if off_the_loop(_is_guessed, wanted, names) else None)


def _is_guessed(wanted: str, names: Sequence[str]) -> bool:
    """By zxcvbn's lists of passwords that were stolen, of names and words; ours (`domain.password`) are Indonesian."""
    from zxcvbn import zxcvbn  # 15 MB that a start does not need

    return int(zxcvbn(wanted[:LONGEST_GUESSED], user_inputs=list(names))["guesses"]) < FEWEST_GUESSES


def is_right(password_hash: str | None, password: str) -> bool:
    """Takes as long for an account that there is not (None) as for one that there is."""
    return off_the_loop(check_password_hash, password_hash or _nobody(), password) and password_hash is not None


def hash_aside(password: str) -> str:
    return off_the_loop(hash_password, password)


@lru_cache(maxsize=1)
def _nobody() -> str:
    return hash_password(secrets.token_hex(8))
