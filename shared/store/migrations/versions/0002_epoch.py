"""An epoch beside each office's version.

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.add_column("office", sa.Column("epoch", sa.String(16), nullable=False, server_default=""))
