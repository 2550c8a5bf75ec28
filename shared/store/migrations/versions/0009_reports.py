"""Signed reports, and an index for what reports look for by its time.

Revision ID: 0009
Revises: 0008
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

REPORTED = sa.text("(ticket_id IS NULL OR action = 'late_entry')")


def upgrade() -> None:
    op.create_table(
        "report",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("period", sa.String(24), nullable=False),
        sa.Column("number", sa.String(80), nullable=False),
        sa.Column("place", sa.String(60), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("signer", sa.JSON(), nullable=False),
        sa.Column("officer_id", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("figures", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name="fk_report_office_id"),
        sa.ForeignKeyConstraint(["officer_id"], ["officer.id"], name="fk_report_officer_id"),
        sa.PrimaryKeyConstraint("id", name="pk_report"),
        sa.UniqueConstraint("office_id", "number", name="uq_report_office_id_number"),
        sa.UniqueConstraint("office_id", "period", name="uq_report_office_id_period"),
    )
    op.create_index("ix_event_reported", "event", ["office_id", "at"], sqlite_where=REPORTED, postgresql_where=REPORTED)
