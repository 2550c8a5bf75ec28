"""Letters with numbers of their own, and the last number of each series and year.

Revision ID: 0007
Revises: 0006
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.create_table(
        "letter_counter",
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("series", sa.String(40), nullable=False),
        sa.Column("last_number", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name="fk_letter_counter_office_id"),
        sa.PrimaryKeyConstraint("office_id", "year", "series", name="pk_letter_counter"),
    )
    op.create_table(
        "letter",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("series", sa.String(40), nullable=False),
        sa.Column("title", sa.String(120), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("serial", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(80), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("subject", sa.String(200), nullable=False),
        sa.Column("addressee", sa.String(120), nullable=False),
        sa.Column("signer", sa.JSON(), nullable=True),
        sa.Column("case_id", sa.Integer(), nullable=True),
        sa.Column("step", sa.String(40), nullable=True),
        sa.Column("officer_id", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("voided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("voided_by", sa.Integer(), nullable=True),
        sa.Column("void_reason", sa.String(200), nullable=True),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name="fk_letter_office_id"),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name="fk_letter_case_id"),
        sa.ForeignKeyConstraint(["officer_id"], ["officer.id"], name="fk_letter_officer_id"),
        sa.ForeignKeyConstraint(["voided_by"], ["officer.id"], name="fk_letter_voided_by"),
        sa.PrimaryKeyConstraint("id", name="pk_letter"),
        sa.UniqueConstraint("office_id", "series", "year", "serial", name="uq_letter_office_id_series_year_serial"),
        sa.UniqueConstraint("office_id", "number", name="uq_letter_office_id_number"),
    )
    op.create_index("ix_letter_case_id", "letter", ["case_id"])
