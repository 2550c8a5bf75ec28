"""When an officer has ended the tour of the desk; whoever has signed in before needs none.

Revision ID: 0022
Revises: 0021
"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    op.add_column("officer", sa.Column("toured_at", sa.DateTime(timezone=True), nullable=True))
    op.execute("UPDATE officer SET toured_at = CURRENT_TIMESTAMP WHERE NOT must_change_password")
