"""The visits of a file are found by an index of their own.

Revision ID: 0018
Revises: 0017
"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    of_file = sa.text("case_id IS NOT NULL")
    op.create_index("ix_ticket_case_id", "ticket", ["case_id"], sqlite_where=of_file, postgresql_where=of_file)
