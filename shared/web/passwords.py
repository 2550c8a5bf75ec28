"""Password hashes; the slow work never holds the event loop."""

from __future__ import annotations

import secrets
from functools import lru_cache

from werkzeug.security import check_password_hash, generate_password_hash

from shared.loop import off_the_loop


def hash_password(password: str) -> str:
    return generate_password_hash(password, method="scrypt")


def is_right(password_hash: str | None, password: str) -> bool:
    """Takes as long for an account that there is not (None) as for one that there is."""
    return off_the_loop(check_password_hash, password_hash or _nobody(), password) and password_hash is not None


def hash_aside(password: str) -> str:
    return off_the_loop(hash_password, password)


@lru_cache(maxsize=1)
def _nobody() -> str:
    return hash_password(secrets.token_hex(8))
