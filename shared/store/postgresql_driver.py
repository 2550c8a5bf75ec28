"""A connection to PostgreSQL that waits so long for an answer, and no longer; knows nothing of what is asked.

A server that is gone refuses. One that hangs (a frozen virtual machine, a disk that does not answer, a cable that was
pulled) says nothing: without a limit every click would wait with it, until the last connection is taken.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import cast

import psycopg
from psycopg.abc import RV, PQGen
from psycopg.pq import TransactionStatus
from sqlalchemy import Connection

ANSWER_S = 10.0
"""For one statement, the lock of an office and the disk of the server included: a click that waits longer is told."""
CONNECT_S = 3
LOOK_S = 0.1


class Driver(psycopg.Connection[tuple[object, ...]]):
    """`answers_in_s`: None for who reads much beside the clicks, however long it takes."""

    answers_in_s: float | None = ANSWER_S

    def wait(self, gen: PQGen[RV], interval: float = LOOK_S, timeout: float | None = None) -> RV:
        try:
            return super().wait(gen, interval, self.answers_in_s if timeout is None else timeout)
        except psycopg.OperationalError:
            if self.pgconn.transaction_status == TransactionStatus.ACTIVE:
                self.close()  # the answer to what was asked would come to the next statement
            raise


@contextmanager
def without_limit(connection: Connection) -> Iterator[None]:
    """Within it this connection waits for every answer."""
    driver = cast(Driver, connection.connection.dbapi_connection)
    usual, driver.answers_in_s = driver.answers_in_s, None
    try:
        yield
    finally:
        driver.answers_in_s = usual
