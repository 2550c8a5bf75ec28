"""The office's gateway for messages to phones, whose letters belong to files; room for secrets that are closed.

The secrets themselves are closed at the start of the server, which has the key.

Revision ID: 0024
Revises: 0023
"""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    op.create_table(
        "message_gateway",
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("url", sa.String(300), nullable=False),
        sa.Column("header", sa.String(60), nullable=False),
        sa.Column("secret", sa.String(1000), nullable=False),
        sa.Column("body", sa.String(1000), nullable=False),
        sa.Column("kinds", sa.JSON(), nullable=False),
        sa.Column("officer_id", sa.Integer(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name="fk_message_gateway_office_id"),
        sa.ForeignKeyConstraint(["officer_id"], ["officer.id"], name="fk_message_gateway_officer_id"),
        sa.PrimaryKeyConstraint("office_id", name="pk_message_gateway"),
    )
    with op.batch_alter_table("outbox") as batch:
        batch.add_column(sa.Column("case_id", sa.Integer(), nullable=True))
        batch.create_foreign_key("fk_outbox_case_id", "case_file", ["case_id"], ["id"])
    of_file = sa.text("case_id IS NOT NULL")
    op.create_index("ix_outbox_case_id", "outbox", ["case_id"], sqlite_where=of_file, postgresql_where=of_file)
    for name, was in (("second_factor", 64), ("webhook", 80)):
        with op.batch_alter_table(name) as batch:
            batch.alter_column("secret", existing_type=sa.String(was), type_=sa.String(400), existing_nullable=False)
