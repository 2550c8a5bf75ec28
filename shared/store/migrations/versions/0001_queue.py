"""The first schema of Loket."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "office",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("timezone", sa.String(length=40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("setup_version", sa.Integer(), nullable=False),
        sa.Column("settings", sa.JSON(), nullable=False),
        sa.Column("profile", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_office")),
        sa.UniqueConstraint("slug", name=op.f("uq_office_slug")),
    )
    op.create_table(
        "heard_call",
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("call_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_heard_call_office_id")),
        sa.PrimaryKeyConstraint("office_id", "call_id", name=op.f("pk_heard_call")),
    )
    op.create_table(
        "holiday",
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_holiday_office_id")),
        sa.PrimaryKeyConstraint("office_id", "on_day", name=op.f("pk_holiday")),
    )
    op.create_table(
        "hours",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=False),
        sa.Column("opens", sa.Time(), nullable=False),
        sa.Column("closes", sa.Time(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=True),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("break_from", sa.Time(), nullable=True),
        sa.Column("break_until", sa.Time(), nullable=True),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_hours_office_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hours")),
    )
    with op.batch_alter_table("hours", schema=None) as batch_op:
        batch_op.create_index("ix_hours_office_id", ["office_id"], unique=False)

    op.create_table(
        "learned_day",
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("visitors", sa.Integer(), nullable=False),
        sa.Column("q90", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_learned_day_office_id")),
        sa.PrimaryKeyConstraint("office_id", "on_day", name=op.f("pk_learned_day")),
    )
    op.create_table(
        "officer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("login", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("password_hash", sa.String(length=255), nullable=False),
        sa.Column("must_change_password", sa.Boolean(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("failed_sign_ins", sa.Integer(), nullable=False),
        sa.Column("locked_until", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_officer_office_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_officer")),
        sa.UniqueConstraint("office_id", "login", name=op.f("uq_officer_office_id_login")),
    )
    op.create_table(
        "pairing",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("purpose", sa.String(length=16), nullable=False),
        sa.Column("code", sa.String(length=8), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=True),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_pairing_office_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pairing")),
        sa.UniqueConstraint("office_id", "code", name=op.f("uq_pairing_office_id_code")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_pairing_token_hash")),
    )
    op.create_table(
        "register",
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("last_number", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_register_office_id")),
        sa.PrimaryKeyConstraint("office_id", "year", name=op.f("pk_register")),
    )
    op.create_table(
        "series",
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("letter", sa.String(length=1), nullable=False),
        sa.Column("last_number", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_series_office_id")),
        sa.PrimaryKeyConstraint("office_id", "on_day", "letter", name=op.f("pk_series")),
    )
    op.create_table(
        "service",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(length=40), nullable=False),
        sa.Column("series", sa.String(length=1), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("standard_id", sa.Integer(), nullable=True),
        sa.Column("quota", sa.Integer(), nullable=True),
        sa.Column("cutoff_minutes", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_service_office_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service")),
        sa.UniqueConstraint("office_id", "series", name=op.f("uq_service_office_id_series")),
        sa.UniqueConstraint("office_id", "slug", name=op.f("uq_service_office_id_slug")),
    )
    op.create_table(
        "counter",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("roles", sa.JSON(), nullable=False),
        sa.Column("services", sa.JSON(), nullable=True),
        sa.Column("zone", sa.String(length=40), nullable=True),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("officer_id", sa.Integer(), nullable=True),
        sa.Column("streak", sa.Integer(), nullable=False),
        sa.Column("paused_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("pause_reason", sa.String(length=16), nullable=True),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_counter_office_id")),
        sa.ForeignKeyConstraint(["officer_id"], ["officer.id"], name=op.f("fk_counter_officer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_counter")),
        sa.UniqueConstraint("office_id", "number", name=op.f("uq_counter_office_id_number")),
    )
    op.create_table(
        "counter_message",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("officer_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(length=200), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_counter_message_office_id")),
        sa.ForeignKeyConstraint(["officer_id"], ["officer.id"], name=op.f("fk_counter_message_officer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_counter_message")),
    )
    with op.batch_alter_table("counter_message", schema=None) as batch_op:
        batch_op.create_index("ix_counter_message_office_id", ["office_id"], unique=False)

    op.create_table(
        "day_check",
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("items", sa.JSON(), nullable=False),
        sa.Column("note", sa.String(length=400), nullable=True),
        sa.Column("officer_id", sa.Integer(), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_day_check_office_id")),
        sa.ForeignKeyConstraint(["officer_id"], ["officer.id"], name=op.f("fk_day_check_officer_id")),
        sa.PrimaryKeyConstraint("office_id", "on_day", "kind", name=op.f("pk_day_check")),
    )
    op.create_table(
        "device",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("purpose", sa.String(length=16), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("officer_id", sa.Integer(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lost_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settings", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_device_office_id")),
        sa.ForeignKeyConstraint(["officer_id"], ["officer.id"], name=op.f("fk_device_officer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_device")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_device_token_hash")),
    )
    op.create_table(
        "forced_word",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("service_id", sa.Integer(), nullable=True),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(length=120), nullable=False),
        sa.Column("until_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("officer_id", sa.Integer(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_forced_word_office_id")),
        sa.ForeignKeyConstraint(["officer_id"], ["officer.id"], name=op.f("fk_forced_word_officer_id")),
        sa.ForeignKeyConstraint(["service_id"], ["service.id"], name=op.f("fk_forced_word_service_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_forced_word")),
    )
    with op.batch_alter_table("forced_word", schema=None) as batch_op:
        batch_op.create_index("ix_forced_word_office_id", ["office_id"], unique=False)

    op.create_table(
        "occupied_time",
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("service_id", sa.Integer(), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "pemohon",
                "loket",
                "kasi",
                "operator",
                "sekretariat",
                "camat",
                "admin",
                name="role",
                native_enum=False,
                length=16,
            ),
            nullable=False,
        ),
        sa.Column("mean_s", sa.Double(), nullable=False),
        sa.Column("observed_s", sa.Double(), nullable=False),
        sa.Column("visitors", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_occupied_time_office_id")),
        sa.ForeignKeyConstraint(["service_id"], ["service.id"], name=op.f("fk_occupied_time_service_id")),
        sa.PrimaryKeyConstraint("office_id", "on_day", "service_id", "role", name=op.f("pk_occupied_time")),
    )
    op.create_table(
        "officer_role",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("officer_id", sa.Integer(), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "pemohon",
                "loket",
                "kasi",
                "operator",
                "sekretariat",
                "camat",
                "admin",
                name="role",
                native_enum=False,
                length=16,
            ),
            nullable=False,
        ),
        sa.Column("from_on", sa.Date(), nullable=True),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["officer_id"], ["officer.id"], name=op.f("fk_officer_role_officer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_officer_role")),
    )
    with op.batch_alter_table("officer_role", schema=None) as batch_op:
        batch_op.create_index("ix_officer_role_officer_id", ["officer_id"], unique=False)

    op.create_table(
        "officer_session",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("officer_id", sa.Integer(), nullable=False),
        sa.Column("key_hash", sa.String(length=64), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("address", sa.String(length=45), nullable=False),
        sa.Column("browser", sa.String(length=80), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["officer_id"], ["officer.id"], name=op.f("fk_officer_session_officer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_officer_session")),
        sa.UniqueConstraint("key_hash", name=op.f("uq_officer_session_key_hash")),
    )
    with op.batch_alter_table("officer_session", schema=None) as batch_op:
        batch_op.create_index("ix_officer_session_officer_id", ["officer_id"], unique=False)

    op.create_table(
        "outage",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("system", sa.String(length=16), nullable=False),
        sa.Column("from_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("officer_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_outage_office_id")),
        sa.ForeignKeyConstraint(["officer_id"], ["officer.id"], name=op.f("fk_outage_officer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outage")),
    )
    with op.batch_alter_table("outage", schema=None) as batch_op:
        batch_op.create_index("ix_outage_office_id", ["office_id"], unique=False)

    op.create_table(
        "recap",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=60), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("officer_id", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_recap_office_id")),
        sa.ForeignKeyConstraint(["officer_id"], ["officer.id"], name=op.f("fk_recap_officer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recap")),
        sa.UniqueConstraint("office_id", "number", name=op.f("uq_recap_office_id_number")),
    )
    op.create_table(
        "standard_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("service_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_standard_version_office_id")),
        sa.ForeignKeyConstraint(["service_id"], ["service.id"], name=op.f("fk_standard_version_service_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_standard_version")),
        sa.UniqueConstraint("service_id", "number", name=op.f("uq_standard_version_service_id_number")),
    )
    op.create_table(
        "case_file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("service_id", sa.Integer(), nullable=False),
        sa.Column("standard_id", sa.Integer(), nullable=False),
        sa.Column("token", sa.String(length=32), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "new",
                "open",
                "paused",
                "returned",
                "completed",
                "withdrawn",
                name="state",
                native_enum=False,
                length=16,
            ),
            nullable=False,
        ),
        sa.Column("step", sa.String(length=40), nullable=True),
        sa.Column("register_year", sa.Integer(), nullable=True),
        sa.Column("register_number", sa.Integer(), nullable=True),
        sa.Column("nik", sa.String(length=16), nullable=False),
        sa.Column("nib", sa.String(length=13), nullable=True),
        sa.Column("applicant", sa.JSON(), nullable=False),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("collected", sa.JSON(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("since_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("pauses", sa.JSON(), nullable=False),
        sa.Column("recap_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_case_file_office_id")),
        sa.ForeignKeyConstraint(["recap_id"], ["recap.id"], name=op.f("fk_case_file_recap_id")),
        sa.ForeignKeyConstraint(["service_id"], ["service.id"], name=op.f("fk_case_file_service_id")),
        sa.ForeignKeyConstraint(["standard_id"], ["standard_version.id"], name=op.f("fk_case_file_standard_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_file")),
        sa.UniqueConstraint("office_id", "nib", name=op.f("uq_case_file_office_id_nib")),
        sa.UniqueConstraint(
            "office_id",
            "register_year",
            "register_number",
            name=op.f("uq_case_file_office_id_register_year_register_number"),
        ),
        sa.UniqueConstraint("token", name=op.f("uq_case_file_token")),
    )
    with op.batch_alter_table("case_file", schema=None) as batch_op:
        batch_op.create_index("ix_case_file_nik", ["office_id", "nik"], unique=False)
        batch_op.create_index(
            "ix_case_file_running",
            ["office_id", "step"],
            unique=False,
            sqlite_where=sa.text("state IN ('open', 'paused', 'returned')"),
            postgresql_where=sa.text("state IN ('open', 'paused', 'returned')"),
        )

    op.create_table(
        "counter_break",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("counter_id", sa.Integer(), nullable=False),
        sa.Column("begins", sa.Time(), nullable=False),
        sa.Column("ends", sa.Time(), nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["counter_id"], ["counter.id"], name=op.f("fk_counter_break_counter_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_counter_break")),
    )
    with op.batch_alter_table("counter_break", schema=None) as batch_op:
        batch_op.create_index("ix_counter_break_counter_id", ["counter_id"], unique=False)

    op.create_table(
        "printer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("address", sa.String(length=200), nullable=False),
        sa.Column("profile", sa.String(length=40), nullable=False),
        sa.Column("answers", sa.String(length=16), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("status_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("fallback_id", sa.Integer(), nullable=True),
        sa.Column("device_id", sa.Integer(), nullable=True),
        sa.Column("roll_mm", sa.Integer(), nullable=False),
        sa.Column("printed_mm", sa.Double(), nullable=False),
        sa.Column("printed_slips", sa.Integer(), nullable=False),
        sa.Column("is_low", sa.Boolean(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["device_id"], ["device.id"], name=op.f("fk_printer_device_id")),
        sa.ForeignKeyConstraint(["fallback_id"], ["printer.id"], name=op.f("fk_printer_fallback_id")),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_printer_office_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_printer")),
        sa.UniqueConstraint("office_id", "slug", name=op.f("uq_printer_office_id_slug")),
    )
    op.create_table(
        "data_view",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("officer_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_data_view_case_id")),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_data_view_office_id")),
        sa.ForeignKeyConstraint(["officer_id"], ["officer.id"], name=op.f("fk_data_view_officer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_data_view")),
    )
    with op.batch_alter_table("data_view", schema=None) as batch_op:
        batch_op.create_index("ix_data_view_case_id", ["case_id"], unique=False)

    op.create_table(
        "ticket",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("series", sa.String(length=1), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("service_id", sa.Integer(), nullable=False),
        sa.Column("token", sa.String(length=32), nullable=False),
        sa.Column("nonce", sa.String(length=64), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "waiting",
                "called",
                "serving",
                "held",
                "processing",
                "absent",
                "done",
                "cancelled",
                "expired",
                name="state",
                native_enum=False,
                length=16,
            ),
            nullable=False,
        ),
        sa.Column(
            "lane", sa.Enum("recall", "priority", "ordinary", name="lane", native_enum=False, length=16), nullable=False
        ),
        sa.Column(
            "role",
            sa.Enum(
                "pemohon",
                "loket",
                "kasi",
                "operator",
                "sekretariat",
                "camat",
                "admin",
                name="role",
                native_enum=False,
                length=16,
            ),
            nullable=False,
        ),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("queued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("since_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("counter_id", sa.Integer(), nullable=True),
        sa.Column("recalls", sa.Integer(), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=True),
        sa.Column("return_counter_id", sa.Integer(), nullable=True),
        sa.Column("case_id", sa.Integer(), nullable=True),
        sa.Column("estimate_s", sa.Double(), nullable=True),
        sa.Column("quote_low", sa.Integer(), nullable=True),
        sa.Column("quote_high", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_ticket_case_id")),
        sa.ForeignKeyConstraint(["counter_id"], ["counter.id"], name=op.f("fk_ticket_counter_id")),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_ticket_office_id")),
        sa.ForeignKeyConstraint(["return_counter_id"], ["counter.id"], name=op.f("fk_ticket_return_counter_id")),
        sa.ForeignKeyConstraint(["service_id"], ["service.id"], name=op.f("fk_ticket_service_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket")),
        sa.UniqueConstraint("office_id", "nonce", name=op.f("uq_ticket_office_id_nonce")),
        sa.UniqueConstraint(
            "office_id", "on_day", "series", "number", name=op.f("uq_ticket_office_id_on_day_series_number")
        ),
        sa.UniqueConstraint("token", name=op.f("uq_ticket_token")),
    )
    with op.batch_alter_table("ticket", schema=None) as batch_op:
        batch_op.create_index(
            "ix_ticket_active",
            ["office_id", "on_day", "state", "role", "lane", "queued_at", "id", "service_id", "counter_id"],
            unique=False,
            sqlite_where=sa.text("state IN ('waiting', 'called', 'serving', 'held', 'processing', 'absent')"),
            postgresql_where=sa.text("state IN ('waiting', 'called', 'serving', 'held', 'processing', 'absent')"),
        )
        batch_op.create_index(
            "uq_ticket_counter",
            ["counter_id"],
            unique=True,
            sqlite_where=sa.text("state IN ('called', 'serving')"),
            postgresql_where=sa.text("state IN ('called', 'serving')"),
        )

    op.create_table(
        "event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("action", sa.String(length=24), nullable=False),
        sa.Column("from_state", sa.String(length=16), nullable=True),
        sa.Column("to_state", sa.String(length=16), nullable=True),
        sa.Column("ticket_id", sa.Integer(), nullable=True),
        sa.Column("case_id", sa.Integer(), nullable=True),
        sa.Column("counter_id", sa.Integer(), nullable=True),
        sa.Column("officer_id", sa.Integer(), nullable=True),
        sa.Column("device_id", sa.Integer(), nullable=True),
        sa.Column("address", sa.String(length=45), nullable=True),
        sa.Column("reason", sa.String(length=200), nullable=True),
        sa.Column("detail", sa.JSON(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_event_case_id")),
        sa.ForeignKeyConstraint(["counter_id"], ["counter.id"], name=op.f("fk_event_counter_id")),
        sa.ForeignKeyConstraint(["device_id"], ["device.id"], name=op.f("fk_event_device_id")),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_event_office_id")),
        sa.ForeignKeyConstraint(["officer_id"], ["officer.id"], name=op.f("fk_event_officer_id")),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_event_ticket_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event")),
    )
    with op.batch_alter_table("event", schema=None) as batch_op:
        batch_op.create_index(
            "ix_event_calls",
            ["office_id", "version"],
            unique=False,
            sqlite_where=sa.text("action IN ('call', 'recall')"),
            postgresql_where=sa.text("action IN ('call', 'recall')"),
        )
        batch_op.create_index("ix_event_case_id", ["case_id"], unique=False)
        batch_op.create_index("ix_event_office_id_version", ["office_id", "version"], unique=False)
        batch_op.create_index(
            "ix_event_officer",
            ["officer_id", "at"],
            unique=False,
            sqlite_where=sa.text("officer_id IS NOT NULL"),
            postgresql_where=sa.text("officer_id IS NOT NULL"),
        )
        batch_op.create_index("ix_event_ticket_id", ["ticket_id"], unique=False)

    op.create_table(
        "print_job",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("printer_id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=True),
        sa.Column("case_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("lines", sa.JSON(), nullable=False),
        sa.Column("emptied_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("fault", sa.String(length=40), nullable=True),
        sa.Column("is_uncertain", sa.Boolean(), nullable=False),
        sa.Column("witness", sa.String(length=12), nullable=True),
        sa.Column("copy_of_id", sa.Integer(), nullable=True),
        sa.Column("moved_from_id", sa.Integer(), nullable=True),
        sa.Column("owner", sa.String(length=120), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_print_job_case_id")),
        sa.ForeignKeyConstraint(["copy_of_id"], ["print_job.id"], name=op.f("fk_print_job_copy_of_id")),
        sa.ForeignKeyConstraint(["moved_from_id"], ["printer.id"], name=op.f("fk_print_job_moved_from_id")),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_print_job_office_id")),
        sa.ForeignKeyConstraint(["printer_id"], ["printer.id"], name=op.f("fk_print_job_printer_id")),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_print_job_ticket_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_print_job")),
    )
    with op.batch_alter_table("print_job", schema=None) as batch_op:
        batch_op.create_index("ix_print_job_copy_of_id", ["copy_of_id"], unique=False)
        batch_op.create_index("ix_print_job_ticket_id", ["ticket_id"], unique=False)
        batch_op.create_index(
            "ix_print_job_unsent",
            ["printer_id", "id"],
            unique=False,
            sqlite_where=sa.text("state IN ('queued', 'sending')"),
            postgresql_where=sa.text("state IN ('queued', 'sending')"),
        )
        batch_op.create_index(
            "ix_print_job_with_words",
            ["office_id", "made_at"],
            unique=False,
            sqlite_where=sa.text("emptied_at IS NULL"),
            postgresql_where=sa.text("emptied_at IS NULL"),
        )
        batch_op.create_index(
            "uq_print_job_sending",
            ["printer_id"],
            unique=True,
            sqlite_where=sa.text("state = 'sending'"),
            postgresql_where=sa.text("state = 'sending'"),
        )


def downgrade() -> None:
    with op.batch_alter_table("print_job", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_print_job_sending",
            sqlite_where=sa.text("state = 'sending'"),
            postgresql_where=sa.text("state = 'sending'"),
        )
        batch_op.drop_index(
            "ix_print_job_with_words",
            sqlite_where=sa.text("emptied_at IS NULL"),
            postgresql_where=sa.text("emptied_at IS NULL"),
        )
        batch_op.drop_index(
            "ix_print_job_unsent",
            sqlite_where=sa.text("state IN ('queued', 'sending')"),
            postgresql_where=sa.text("state IN ('queued', 'sending')"),
        )
        batch_op.drop_index("ix_print_job_ticket_id")
        batch_op.drop_index("ix_print_job_copy_of_id")

    op.drop_table("print_job")
    with op.batch_alter_table("event", schema=None) as batch_op:
        batch_op.drop_index("ix_event_ticket_id")
        batch_op.drop_index(
            "ix_event_officer",
            sqlite_where=sa.text("officer_id IS NOT NULL"),
            postgresql_where=sa.text("officer_id IS NOT NULL"),
        )
        batch_op.drop_index("ix_event_office_id_version")
        batch_op.drop_index("ix_event_case_id")
        batch_op.drop_index(
            "ix_event_calls",
            sqlite_where=sa.text("action IN ('call', 'recall')"),
            postgresql_where=sa.text("action IN ('call', 'recall')"),
        )

    op.drop_table("event")
    with op.batch_alter_table("ticket", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_ticket_counter",
            sqlite_where=sa.text("state IN ('called', 'serving')"),
            postgresql_where=sa.text("state IN ('called', 'serving')"),
        )
        batch_op.drop_index(
            "ix_ticket_active",
            sqlite_where=sa.text("state IN ('waiting', 'called', 'serving', 'held', 'processing', 'absent')"),
            postgresql_where=sa.text("state IN ('waiting', 'called', 'serving', 'held', 'processing', 'absent')"),
        )

    op.drop_table("ticket")
    with op.batch_alter_table("data_view", schema=None) as batch_op:
        batch_op.drop_index("ix_data_view_case_id")

    op.drop_table("data_view")
    op.drop_table("printer")
    with op.batch_alter_table("counter_break", schema=None) as batch_op:
        batch_op.drop_index("ix_counter_break_counter_id")

    op.drop_table("counter_break")
    with op.batch_alter_table("case_file", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_case_file_running",
            sqlite_where=sa.text("state IN ('open', 'paused', 'returned')"),
            postgresql_where=sa.text("state IN ('open', 'paused', 'returned')"),
        )
        batch_op.drop_index("ix_case_file_nik")

    op.drop_table("case_file")
    op.drop_table("standard_version")
    op.drop_table("recap")
    with op.batch_alter_table("outage", schema=None) as batch_op:
        batch_op.drop_index("ix_outage_office_id")

    op.drop_table("outage")
    with op.batch_alter_table("officer_session", schema=None) as batch_op:
        batch_op.drop_index("ix_officer_session_officer_id")

    op.drop_table("officer_session")
    with op.batch_alter_table("officer_role", schema=None) as batch_op:
        batch_op.drop_index("ix_officer_role_officer_id")

    op.drop_table("officer_role")
    op.drop_table("occupied_time")
    with op.batch_alter_table("forced_word", schema=None) as batch_op:
        batch_op.drop_index("ix_forced_word_office_id")

    op.drop_table("forced_word")
    op.drop_table("device")
    op.drop_table("day_check")
    with op.batch_alter_table("counter_message", schema=None) as batch_op:
        batch_op.drop_index("ix_counter_message_office_id")

    op.drop_table("counter_message")
    op.drop_table("counter")
    op.drop_table("service")
    op.drop_table("series")
    op.drop_table("register")
    op.drop_table("pairing")
    op.drop_table("officer")
    op.drop_table("learned_day")
    with op.batch_alter_table("hours", schema=None) as batch_op:
        batch_op.drop_index("ix_hours_office_id")

    op.drop_table("hours")
    op.drop_table("holiday")
    op.drop_table("heard_call")
    op.drop_table("office")
