"""A file has the declared fields of its standard, its fee and when it was paid; a role says who holds it as a deputy.

Revision ID: 0017
Revises: 0016
"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    op.add_column("case_file", sa.Column("matter", sa.JSON(), nullable=False, server_default="{}"))
    op.add_column("case_file", sa.Column("fee", sa.Integer(), nullable=True))
    op.add_column("case_file", sa.Column("paid_at", sa.DateTime(timezone=True), nullable=True))
    paid = sa.text("paid_at IS NOT NULL")
    op.create_index(
        "ix_case_file_paid_at", "case_file", ["office_id", "paid_at"], sqlite_where=paid, postgresql_where=paid
    )
    op.add_column("officer_role", sa.Column("standing", sa.String(8), nullable=False, server_default="holder"))
    # until now a role with dates was a deputy's, and nothing said of which kind
    op.execute("UPDATE officer_role SET standing = 'plh' WHERE from_on IS NOT NULL OR until_on IS NOT NULL")
