"""Which service's numbers of the day a ticket counts among; an officer's events in the order of their making.

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.add_column("ticket", sa.Column("quota_service_id", sa.Integer(), nullable=True))
    # until now whoever came back for a file had the lane "recall", and nobody else had from the beginning
    op.execute("UPDATE ticket SET quota_service_id = service_id WHERE lane <> 'recall'")
    by_officer = sa.text("officer_id IS NOT NULL")
    op.create_index(
        "ix_event_newest", "event", ["officer_id", "id"], sqlite_where=by_officer, postgresql_where=by_officer
    )
