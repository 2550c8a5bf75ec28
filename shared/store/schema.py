"""All tables, from whichever module: whoever works on the whole database asks here, or would know some of them only."""

from __future__ import annotations

from sqlalchemy import Table

from shared.store import outbox_tables
from shared.store.surveys import tables as survey_tables
from shared.store.tables import Base

MODULES = (outbox_tables, survey_tables)
"""Those beside `tables`; a new one is to be added here."""


def all_tables() -> list[Table]:
    """In the order of their references."""
    return Base.metadata.sorted_tables
