"""The numbers of a service begin with one or two letters, so that an office may have more than 26 services.

Revision ID: 0014
Revises: 0013
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"

_COLUMNS = (("service", "series"), ("series", "letter"), ("ticket", "series"))


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        return  # it keeps no length of a text, and making the tickets anew would take minutes on an old disk
    for table, column in _COLUMNS:
        op.alter_column(table, column, type_=sa.String(2), existing_type=sa.String(1), existing_nullable=False)
