"""What a visitor answered and ticked at the kiosk goes with the ticket.

Revision ID: 0013
Revises: 0012
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"

_SAID = sa.text("brought IS NOT NULL")


def upgrade() -> None:
    op.add_column("ticket", sa.Column("brought", sa.JSON(none_as_null=True), nullable=True))
    op.create_index("ix_ticket_brought", "ticket", ["office_id", "on_day"], sqlite_where=_SAID, postgresql_where=_SAID)
