"""The satisfaction survey: periods, the lot, answers that know no ticket, plans of action, coins.

Revision ID: 0011
Revises: 0010
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.create_table(
        "survey_secret",
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("secret", sa.String(64), nullable=False),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name="fk_survey_secret_office_id"),
        sa.PrimaryKeyConstraint("office_id", name="pk_survey_secret"),
    )
    op.create_table(
        "survey_period",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(24), nullable=False),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=False),
        sa.Column("collect_until", sa.Date(), nullable=False),
        sa.Column("publish_on", sa.Date(), nullable=False),
        sa.Column("running", sa.JSON(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("officer_id", sa.Integer(), nullable=True),
        sa.Column("result", sa.JSON(), nullable=True),
        sa.Column("texts", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name="fk_survey_period_office_id"),
        sa.ForeignKeyConstraint(["officer_id"], ["officer.id"], name="fk_survey_period_officer_id"),
        sa.PrimaryKeyConstraint("id", name="pk_survey_period"),
        sa.UniqueConstraint("office_id", "key", name="uq_survey_period_office_id_key"),
    )
    op.create_table(
        "survey_plan",
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("service_id", sa.Integer(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("rate", sa.Integer(), nullable=False),
        sa.Column("sample", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name="fk_survey_plan_office_id"),
        sa.ForeignKeyConstraint(["service_id"], ["service.id"], name="fk_survey_plan_service_id"),
        sa.PrimaryKeyConstraint("office_id", "service_id", "from_on", name="pk_survey_plan"),
    )
    op.create_table(
        "survey_action",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("period_id", sa.Integer(), nullable=False),
        sa.Column("element", sa.String(16), nullable=False),
        sa.Column("what", sa.String(400), nullable=False),
        sa.Column("who", sa.String(120), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("is_done", sa.Boolean(), nullable=False),
        sa.Column("outcome", sa.String(400), nullable=False),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name="fk_survey_action_office_id"),
        sa.ForeignKeyConstraint(["period_id"], ["survey_period.id"], name="fk_survey_action_period_id"),
        sa.PrimaryKeyConstraint("id", name="pk_survey_action"),
    )
    op.create_index("ix_survey_action_period_id", "survey_action", ["period_id"])
    op.create_table(
        "survey_answer",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("period_id", sa.Integer(), nullable=False),
        sa.Column("service_id", sa.Integer(), nullable=True),
        sa.Column("channel", sa.String(8), nullable=False),
        sa.Column("is_drawn", sa.Boolean(), nullable=False),
        sa.Column("persyaratan", sa.Integer(), nullable=False),
        sa.Column("prosedur", sa.Integer(), nullable=False),
        sa.Column("waktu", sa.Integer(), nullable=False),
        sa.Column("biaya", sa.Integer(), nullable=False),
        sa.Column("produk", sa.Integer(), nullable=False),
        sa.Column("kompetensi", sa.Integer(), nullable=False),
        sa.Column("perilaku", sa.Integer(), nullable=False),
        sa.Column("sarpras", sa.Integer(), nullable=False),
        sa.Column("pengaduan", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["period_id"], ["survey_period.id"], name="fk_survey_answer_period_id"),
        sa.ForeignKeyConstraint(["service_id"], ["service.id"], name="fk_survey_answer_service_id"),
        sa.PrimaryKeyConstraint("id", name="pk_survey_answer"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_survey_answer_period_id", "survey_answer", ["period_id"])
    op.create_table(
        "survey_coin",
        sa.Column("counter_id", sa.Integer(), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("face", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["counter_id"], ["counter.id"], name="fk_survey_coin_counter_id"),
        sa.PrimaryKeyConstraint("counter_id", "on_day", "face", name="pk_survey_coin"),
    )
    op.create_table(
        "survey_respondents",
        sa.Column("period_id", sa.Integer(), nullable=False),
        sa.Column("question", sa.String(16), nullable=False),
        sa.Column("answer", sa.String(16), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["period_id"], ["survey_period.id"], name="fk_survey_respondents_period_id"),
        sa.PrimaryKeyConstraint("period_id", "question", "answer", name="pk_survey_respondents"),
    )
    op.create_table(
        "survey_tally",
        sa.Column("period_id", sa.Integer(), nullable=False),
        sa.Column("service_id", sa.Integer(), nullable=False),
        sa.Column("refused", sa.Integer(), nullable=False),
        sa.Column("papers", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["period_id"], ["survey_period.id"], name="fk_survey_tally_period_id"),
        sa.ForeignKeyConstraint(["service_id"], ["service.id"], name="fk_survey_tally_service_id"),
        sa.PrimaryKeyConstraint("period_id", "service_id", name="pk_survey_tally"),
    )
    op.create_table(
        "survey_invitation",
        sa.Column("ticket_id", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("period_id", sa.Integer(), nullable=False),
        sa.Column("service_id", sa.Integer(), nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.Column("is_asked", sa.Boolean(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name="fk_survey_invitation_office_id"),
        sa.ForeignKeyConstraint(["period_id"], ["survey_period.id"], name="fk_survey_invitation_period_id"),
        sa.ForeignKeyConstraint(["service_id"], ["service.id"], name="fk_survey_invitation_service_id"),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name="fk_survey_invitation_ticket_id"),
        sa.PrimaryKeyConstraint("ticket_id", name="pk_survey_invitation"),
    )
    op.create_index("ix_survey_invitation_period_id", "survey_invitation", ["period_id", "service_id"])
