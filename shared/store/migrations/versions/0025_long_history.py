"""What is asked all day finds its rows by an index, however many years of history lie before them.

Revision ID: 0025
Revises: 0024
"""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"

_RESTING = "state IN ('returned', 'completed', 'withdrawn', 'refused')"
_REPORTED = "(ticket_id IS NULL OR action = 'late_entry')"
_INDEXES = (
    ("ix_ticket_known", "ticket", ["office_id", "on_day"], "substr(nonce, 1, 5) <> 'gone-'"),
    ("ix_event_at", "event", ["office_id", "at"], None),
    ("ix_event_reported", "event", ["office_id", "at", "case_id", "ticket_id", "action"], _REPORTED),
    ("ix_data_view_at", "data_view", ["office_id", "at"], None),
    ("ix_case_file_to_recap", "case_file", ["office_id", "completed_at"], "state = 'completed' AND recap_id IS NULL"),
    ("ix_case_file_recap_id", "case_file", ["recap_id"], "recap_id IS NOT NULL"),
    ("ix_case_file_resting", "case_file", ["office_id", "since_at"], _RESTING),
    ("ix_print_job_case_id", "print_job", ["case_id", "kind"], "case_id IS NOT NULL"),
    ("ix_print_job_test", "print_job", ["printer_id"], "kind = 'test'"),
    ("ix_print_job_failed", "print_job", ["office_id", "made_at"], "state = 'failed'"),
)


def upgrade() -> None:
    op.drop_index("ix_event_reported", "event")
    for name, table, columns, where in _INDEXES:
        only = None if where is None else sa.text(where)
        op.create_index(name, table, columns, sqlite_where=only, postgresql_where=only)
