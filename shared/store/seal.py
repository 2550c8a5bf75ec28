"""Closes the secrets that the database keeps, so that a copy of it alone gives none of them away.

The key is made of the server's own, which lies beside the database and in no backup of it.
"""

from __future__ import annotations

import base64
from functools import cached_property
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Table, select, update

from shared.domain.errors import Refusal
from shared.late import late
from shared.store.outbox_tables import MessageGateway, WebhookRecord
from shared.store.tables import SecondFactor

if TYPE_CHECKING:
    from cryptography import fernet
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.kdf import hkdf
else:
    fernet = late("cryptography.fernet")
    hashes = late("cryptography.hazmat.primitives.hashes")
    hkdf = late("cryptography.hazmat.primitives.kdf.hkdf")

MARK = "sealed:"


class Unreadable(Refusal):
    """A secret was closed with the key of another server, or of this one before its key was lost."""

    status = 409


class Seal:
    """Closes and opens with one server's key."""

    def __init__(self, server_key: str) -> None:
        self._server_key = server_key

    @cached_property
    def _box(self) -> fernet.Fernet:
        key = hkdf.HKDF(hashes.SHA256(), 32, salt=None, info=b"loket: secrets in the database")
        return fernet.Fernet(base64.urlsafe_b64encode(key.derive(self._server_key.encode())))

    def close(self, secret: str) -> str:
        return MARK + self._box.encrypt(secret.encode()).decode()

    def open(self, kept: str) -> str:
        """The secret; also of a row that an earlier version wrote. Raises `Unreadable("secret_unreadable")`."""
        if not kept.startswith(MARK):
            return kept
        try:
            return self._box.decrypt(kept.removeprefix(MARK)).decode()
        except fernet.InvalidToken:
            raise Unreadable("secret_unreadable") from None


SEALED: tuple[Table, ...] = tuple(each.metadata.tables[each.__tablename__] for each in (
    SecondFactor, WebhookRecord, MessageGateway
))  # fmt: skip
"""Tables whose column `secret` is closed."""


def close_open_secrets(connection: Connection, seal: Seal) -> int:
    """Closes what an earlier version wrote in clear; how many."""
    closed = 0
    for table in SEALED:
        (key,) = table.primary_key.columns
        for row in connection.execute(select(key, table.c.secret).where(table.c.secret.not_like(f"{MARK}%"))).all():
            connection.execute(update(table).where(key == row[0]).values(secret=seal.close(row.secret)))
            closed += 1
    return closed
