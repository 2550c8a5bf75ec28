"""The survey draws with the server's key too, and an office has a secret for each stretch of time.

Secrets that stand in clear draw on for whoever has a number; the next visit that ends brings a new one.

Revision ID: 0027
Revises: 0026
"""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"


def upgrade() -> None:
    connection = op.get_bind()
    kept = connection.execute(sa.text("SELECT office_id, secret FROM survey_secret")).all()
    op.drop_table("survey_secret")
    made = op.create_table(
        "survey_secret",
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("from_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("secret", sa.String(64), nullable=False),
        sa.Column("mark", sa.String(16), nullable=False),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name="fk_survey_secret_office_id"),
        sa.PrimaryKeyConstraint("office_id", "from_at", name="pk_survey_secret"),
    )
    old = [
        {"office_id": row[0], "from_at": datetime(1970, 1, 1, tzinfo=UTC), "secret": row[1], "mark": ""} for row in kept
    ]
    if old:
        op.bulk_insert(made, old)
