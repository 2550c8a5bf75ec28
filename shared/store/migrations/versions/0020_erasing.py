"""That something was erased is remembered until its bytes are out of the files too.

Revision ID: 0020
Revises: 0019
"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    op.add_column("office", sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True))
