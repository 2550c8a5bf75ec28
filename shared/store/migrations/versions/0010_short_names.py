"""A short name of each counter, for screens on which its name does not fit.

Revision ID: 0010
Revises: 0009
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.add_column("counter", sa.Column("short_name", sa.String(12), nullable=True))
