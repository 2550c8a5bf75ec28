"""Every printer is asked anew what it answers: "in_order" was written down for all that were added on a page.

Revision ID: 0003
Revises: 0002
"""

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.execute(
        "UPDATE printer SET answers = 'not_learned' "
        "WHERE answers = 'in_order' AND kind IN ('network', 'usb', 'serial', 'file', 'cups')"
    )
