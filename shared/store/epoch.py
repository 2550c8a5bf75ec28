"""What tells the state of a database from that of an earlier life: values that no database of it had before."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime

_SETUP_SINCE_S = 1577836800
"""2020-01-01: so it fits into 32 bits until 2088."""

LEARN_PRINTERS = (
    "UPDATE {printer} SET answers = 'not_learned' WHERE device_id IS NULL AND answers IN ('in_order', 'real_time')"
)
"""Where a copy is put back, another printer may stand at a known address: it is asked again what it answers.

One that answers nothing stays so, which an admin may have chosen; an agent tells of its own.
"""


def new_epoch() -> str:
    """A value that no epoch had before."""
    return secrets.token_hex(8)


def setup_version_of_now() -> int:
    """For a database that was put back: above every one that it had, for no setup is saved each second for years."""
    return int(datetime.now(UTC).timestamp()) - _SETUP_SINCE_S
