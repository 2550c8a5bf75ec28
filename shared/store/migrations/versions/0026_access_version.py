"""A process may remember who may come in; two indexes hold only the few rows that they are asked for.

The database itself counts what changes about devices, officers and their sessions, so that no program can forget to.

Revision ID: 0026
Revises: 0025
"""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"

_INDEXES = (("ix_event_case_id", "event", "case_id"), ("ix_print_job_copy_of_id", "print_job", "copy_of_id"))
# What changes at every heartbeat is left out: `last_seen_at`, `seen_at`.
_COUNTED = (
    (
        "device",
        "UPDATE",
        "office_id, purpose, token_hash, officer_id, revoked_at, expires_at, scopes, settings, lost_at",
    ),
    ("device", "DELETE", ""),
    ("officer", "UPDATE", "office_id, name, login, must_change_password, is_active"),
    ("officer", "DELETE", ""),
    ("officer_role", "INSERT", ""),
    ("officer_role", "UPDATE", ""),
    ("officer_role", "DELETE", ""),
    ("officer_session", "UPDATE", "officer_id, key_hash, ended_at"),
    ("officer_session", "DELETE", ""),
)
_COUNT = "UPDATE office SET access_version = access_version + 1 WHERE id = "
_FUNCTION = """
CREATE FUNCTION count_access_of_{owner}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN {count_old}; ELSE {count_new}; END IF;
    RETURN NULL;
END $$
"""


def upgrade() -> None:
    for name, table, column in _INDEXES:
        only = sa.text(f"{column} IS NOT NULL")
        op.drop_index(name, table)
        op.create_index(name, table, [column], sqlite_where=only, postgresql_where=only)
    op.add_column("office", sa.Column("access_version", sa.Integer(), nullable=False, server_default="0"))
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    if not is_sqlite:
        for owner in ("office", "officer"):
            op.execute(_FUNCTION.format(owner=owner, count_old=_count(owner, "OLD"), count_new=_count(owner, "NEW")))
    for table, change, columns in _COUNTED:
        owner = "office" if table in ("device", "officer") else "officer"
        of = f" OF {columns}" if columns else ""
        does = f"BEGIN {_count(owner, 'OLD' if change == 'DELETE' else 'NEW')}; END"
        if not is_sqlite:
            does = f"EXECUTE FUNCTION count_access_of_{owner}()"
        name = f"count_access_{table}_{change.lower()}"
        op.execute(f"CREATE TRIGGER {name} AFTER {change}{of} ON {table} FOR EACH ROW {does}")


def _count(owner: str, row: str) -> str:
    office = f"{row}.office_id" if owner == "office" else f"(SELECT office_id FROM officer WHERE id = {row}.officer_id)"
    return _COUNT + office
