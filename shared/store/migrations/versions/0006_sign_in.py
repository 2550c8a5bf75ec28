"""Tries to sign in by account and place, one-time passwords and tokens with an end, where a pairing comes from.

Revision ID: 0006
Revises: 0005
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_table(
        "sign_in_try",
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("login", sa.String(40), nullable=False),
        sa.Column("place", sa.String(64), nullable=False),
        sa.Column("failed", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("locked_until", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name="fk_sign_in_try_office_id"),
        sa.PrimaryKeyConstraint("office_id", "login", "place", name="pk_sign_in_try"),
    )
    op.add_column("officer", sa.Column("one_time_until", sa.DateTime(timezone=True), nullable=True))
    op.drop_column("officer", "failed_sign_ins")
    op.drop_column("officer", "locked_until")
    op.add_column("device", sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("pairing", sa.Column("address", sa.String(45), nullable=False, server_default=""))
