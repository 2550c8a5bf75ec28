"""Files of standards that wait to be looked at before they are taken.

Revision ID: 0016
Revises: 0015
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    op.create_table(
        "standard_draft",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("officer_id", sa.Integer(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("file_name", sa.String(120), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name="fk_standard_draft_office_id"),
        sa.ForeignKeyConstraint(["officer_id"], ["officer.id"], name="fk_standard_draft_officer_id"),
        sa.PrimaryKeyConstraint("id", name="pk_standard_draft"),
    )
    op.create_index("ix_standard_draft_office_id", "standard_draft", ["office_id"])
