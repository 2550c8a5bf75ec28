"""Complaints with their book and their writers, requests about personal data, and what was looked at.

Revision ID: 0015
Revises: 0014
"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"

WHEN = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "complaint_book",
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("last_number", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name="fk_complaint_book_office_id"),
        sa.PrimaryKeyConstraint("office_id", "year", name="pk_complaint_book"),
    )
    op.create_table(
        "complaint",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("token", sa.String(32), nullable=False),
        sa.Column("nonce", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("entrance", sa.String(16), nullable=False),
        sa.Column("foreign_number", sa.String(60), nullable=False),
        sa.Column("person", sa.String(8), nullable=False),
        sa.Column("service_id", sa.Integer(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("wanted", sa.Text(), nullable=False),
        sa.Column("barred", sa.JSON(), nullable=False),
        sa.Column("language", sa.String(2), nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("handler_id", sa.Integer(), nullable=True),
        sa.Column("received_at", WHEN, nullable=False),
        sa.Column("since_at", WHEN, nullable=False),
        sa.Column("verify_by", WHEN, nullable=False),
        sa.Column("answer_by", WHEN, nullable=False),
        sa.Column("verified_at", WHEN, nullable=True),
        sa.Column("answered_at", WHEN, nullable=True),
        sa.Column("forwarded_to", sa.String(120), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("reply", sa.Text(), nullable=False),
        sa.Column("public_said", sa.String(500), nullable=False),
        sa.Column("public_done", sa.String(500), nullable=False),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name="fk_complaint_office_id"),
        sa.ForeignKeyConstraint(["service_id"], ["service.id"], name="fk_complaint_service_id"),
        sa.ForeignKeyConstraint(["handler_id"], ["officer.id"], name="fk_complaint_handler_id"),
        sa.PrimaryKeyConstraint("id", name="pk_complaint"),
        sa.UniqueConstraint("office_id", "year", "number", name="uq_complaint_office_id_year_number"),
        sa.UniqueConstraint("office_id", "nonce", name="uq_complaint_office_id_nonce"),
        sa.UniqueConstraint("token", name="uq_complaint_token"),
    )
    op.create_index("ix_complaint_state", "complaint", ["office_id", "state"])
    op.create_table(
        "complaint_person",
        sa.Column("complaint_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("contact", sa.String(120), nullable=False),
        sa.ForeignKeyConstraint(["complaint_id"], ["complaint.id"], name="fk_complaint_person_complaint_id"),
        sa.PrimaryKeyConstraint("complaint_id", name="pk_complaint_person"),
    )
    op.create_table(
        "data_request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("cases", sa.JSON(), nullable=False),
        sa.Column("wish", sa.String(500), nullable=False),
        sa.Column("asked_at", WHEN, nullable=False),
        sa.Column("due_at", WHEN, nullable=False),
        sa.Column("officer_id", sa.Integer(), nullable=False),
        sa.Column("ended_at", WHEN, nullable=True),
        sa.Column("is_granted", sa.Boolean(), nullable=True),
        sa.Column("ended_by", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(500), nullable=False),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name="fk_data_request_office_id"),
        sa.ForeignKeyConstraint(["officer_id"], ["officer.id"], name="fk_data_request_officer_id"),
        sa.ForeignKeyConstraint(["ended_by"], ["officer.id"], name="fk_data_request_ended_by"),
        sa.PrimaryKeyConstraint("id", name="pk_data_request"),
    )
    op.create_index("ix_data_request_office_id", "data_request", ["office_id", "ended_at"])
    # In one statement: SQLite adds no constraint to a table that is there.
    op.execute(
        "ALTER TABLE event ADD COLUMN complaint_id INTEGER CONSTRAINT fk_event_complaint_id REFERENCES complaint (id)"
    )
    is_of_one = sa.text("complaint_id IS NOT NULL")
    op.create_index(
        "ix_event_complaint_id", "event", ["complaint_id"], sqlite_where=is_of_one, postgresql_where=is_of_one
    )
    with op.batch_alter_table("data_view") as batch:
        batch.alter_column("case_id", existing_type=sa.Integer(), nullable=True)
        batch.add_column(sa.Column("complaint_id", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("what", sa.String(16), nullable=False, server_default="file"))
        batch.create_foreign_key("fk_data_view_complaint_id", "complaint", ["complaint_id"], ["id"])
    op.create_index("ix_data_view_complaint_id", "data_view", ["complaint_id"])
