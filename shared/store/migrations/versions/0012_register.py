"""When each file got its register number, amendments of the register, months that were closed.

Revision ID: 0012
Revises: 0011
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.add_column("case_file", sa.Column("registered_at", sa.DateTime(timezone=True), nullable=True))
    # the first acceptance gave the number; a file accepted again later has another `accepted_at`
    op.execute(
        "UPDATE case_file SET registered_at = coalesce("
        "(SELECT min(event.at) FROM event WHERE event.case_id = case_file.id AND event.action = 'accept'), accepted_at)"
        " WHERE register_number IS NOT NULL"
    )
    op.create_index("ix_case_file_registered_at", "case_file", ["office_id", "registered_at"])
    op.create_table(
        "register_amendment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("column_key", sa.String(20), nullable=False),
        sa.Column("was", sa.String(400), nullable=False),
        sa.Column("becomes", sa.String(200), nullable=False),
        sa.Column("reason", sa.String(200), nullable=False),
        sa.Column("officer_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name="fk_register_amendment_office_id"),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name="fk_register_amendment_case_id"),
        sa.ForeignKeyConstraint(["officer_id"], ["officer.id"], name="fk_register_amendment_officer_id"),
        sa.PrimaryKeyConstraint("id", name="pk_register_amendment"),
    )
    op.create_index("ix_register_amendment_case_id", "register_amendment", ["case_id"])
    op.create_table(
        "register_closing",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("month_on", sa.Date(), nullable=False),
        sa.Column("officer_id", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("row_count", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("marks", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name="fk_register_closing_office_id"),
        sa.ForeignKeyConstraint(["officer_id"], ["officer.id"], name="fk_register_closing_officer_id"),
        sa.PrimaryKeyConstraint("id", name="pk_register_closing"),
    )
    op.create_index("ix_register_closing_office_id", "register_closing", ["office_id", "month_on"])
