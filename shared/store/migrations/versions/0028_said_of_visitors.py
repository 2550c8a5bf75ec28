"""What the nights take out of events is found by an index, however many events there are.

Revision ID: 0028
Revises: 0027
"""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"

_SAID = "(action = 'call' AND reason IS NOT NULL OR action = 'note' AND (reason IS NOT NULL OR detail IS NOT NULL))"


def upgrade() -> None:
    only = sa.text(_SAID)
    op.create_index("ix_event_said", "event", ["office_id", "ticket_id"], sqlite_where=only, postgresql_where=only)
