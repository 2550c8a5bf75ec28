"""Numbers without gaps: each table of `last_number` holds one row per sequence, which is made by its first number."""

from __future__ import annotations

from functools import cache
from importlib import import_module

from sqlalchemy import Executable

from shared.store.tables import ComplaintBook, Register
from shared.store.transaction import Transaction


def next_number(tx: Transaction, table: type[Register | ComplaintBook], **sequence: object) -> int:
    """One more than the last number of `sequence` (the rest of the table's key); 1 is the first."""
    values = {"office_id": tx.office_id, **sequence, "last_number": 1}
    number: int = tx.execute(_upsert(table, tx.connection.dialect.name), values).scalar_one()
    return number


@cache
def _upsert(table: type[Register | ComplaintBook], dialect: str) -> Executable:
    insert = import_module(f"sqlalchemy.dialects.{dialect}").insert  # only the one in use: it costs at every start
    key = [column.name for column in table.__table__.primary_key]
    statement: Executable = (
        insert(table)
        .on_conflict_do_update(index_elements=key, set_={"last_number": table.last_number + 1})
        .returning(table.last_number)
    )
    return statement
