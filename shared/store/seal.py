"""Closes the secrets that the database keeps, so that a copy of it alone gives none of them away.

The key is made of the server's own, which lies beside the database and in no backup of it.
"""

from __future__ import annotations

import base64

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import Connection, Table, select, update

from shared.domain.errors import Refusal
from shared.store.outbox_tables import MessageGateway, WebhookRecord
from shared.store.tables import SecondFactor

MARK = "sealed:"


class Unreadable(Refusal):
    """A secret was closed with the key of another server, or of this one before its key was lost."""

    status = 409


class Seal:
    """Closes and opens with one server's key."""

    def __init__(self, server_key: str) -> None:
        made = HKDF(SHA256(), 32, salt=None, info=b"loket: secrets in the database").derive(server_key.encode())
        self._box = Fernet(base64.urlsafe_b64encode(made))

    def close(self, secret: str) -> str:
        return MARK + self._box.encrypt(secret.encode()).decode()

    def open(self, kept: str) -> str:
        """The secret; also of a row that an earlier version wrote. Raises `Unreadable("secret_unreadable")`."""
        if not kept.startswith(MARK):
            return kept
        try:
            return self._box.decrypt(kept.removeprefix(MARK)).decode()
        except InvalidToken:
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
