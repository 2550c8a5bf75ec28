"""Letters to programs of others, these programs, and what the token of a program may do.

Revision ID: 0019
Revises: 0018
"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"

WHEN = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("device", sa.Column("scopes", sa.JSON(), nullable=True))
    op.create_table(
        "webhook",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("url", sa.String(300), nullable=False),
        sa.Column("secret", sa.String(80), nullable=False),
        sa.Column("topics", sa.JSON(), nullable=False),
        sa.Column("officer_id", sa.Integer(), nullable=True),
        sa.Column("made_at", WHEN, nullable=False),
        sa.Column("removed_at", WHEN, nullable=True),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name="fk_webhook_office_id"),
        sa.ForeignKeyConstraint(["officer_id"], ["officer.id"], name="fk_webhook_officer_id"),
        sa.PrimaryKeyConstraint("id", name="pk_webhook"),
    )
    op.create_index("ix_webhook_office_id", "webhook", ["office_id"])
    op.create_table(
        "outbox",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(12), nullable=False),
        sa.Column("receiver_id", sa.Integer(), nullable=True),
        sa.Column("topic", sa.String(40), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("made_at", WHEN, nullable=False),
        sa.Column("due_at", WHEN, nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("fault", sa.String(40), nullable=True),
        sa.Column("ended_at", WHEN, nullable=True),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name="fk_outbox_office_id"),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
    )
    waiting, ended = sa.text("state = 'waiting'"), sa.text("ended_at IS NOT NULL")
    op.create_index("ix_outbox_due", "outbox", ["due_at"], sqlite_where=waiting, postgresql_where=waiting)
    op.create_index("ix_outbox_ended", "outbox", ["office_id", "ended_at"], sqlite_where=ended, postgresql_where=ended)
