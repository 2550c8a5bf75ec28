"""The conditions by which files that have not ended are found: SQLite keeps no statistics, so they say which index."""

from __future__ import annotations

from sqlalchemy import ColumnElement, TextClause

from shared.store.tables import RUNNING_FILES, FileRecord

AT_A_STEP = (RUNNING_FILES, FileRecord.step.is_not(None))
"""Beside the office: of all indexes only that of these files begins with both."""


def running_files(office_id: int) -> tuple[ColumnElement[bool], TextClause]:
    """All of the office, also those at no step: a sum is looked for in no index, which leaves that of these files."""
    return FileRecord.office_id + 0 == office_id, RUNNING_FILES
