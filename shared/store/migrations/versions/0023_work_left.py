"""Which completed files have work of the office left, such as the archive behind the hand-over.

No standard could have such a step before.

Revision ID: 0023
Revises: 0022
"""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"

WORK_LEFT = sa.text("work_left")


def upgrade() -> None:
    op.add_column("case_file", sa.Column("work_left", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_index(
        "ix_case_file_work_left", "case_file", ["office_id"], sqlite_where=WORK_LEFT, postgresql_where=WORK_LEFT
    )
