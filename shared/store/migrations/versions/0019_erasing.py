"""That something was erased is remembered until its bytes are out of the files too.

Revision ID: 0019
Revises: 0018
"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    op.add_column("office", sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True))
