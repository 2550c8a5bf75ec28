"""What the register is searched by stands in a column and an index, in which names are found without reading all files.

Revision ID: 0029
Revises: 0028
"""

import sqlalchemy as sa
from alembic import op

from shared.domain.identity import sought
from shared.standards import village_names

revision = "0029"
down_revision = "0028"

AT_ONCE = 2000
_IN_REGISTER = sa.text("register_number IS NOT NULL")
_FILE = sa.table(
    "case_file", sa.column("id", sa.Integer), sa.column("applicant", sa.JSON), sa.column("sought", sa.String)
)


def upgrade() -> None:
    op.add_column("case_file", sa.Column("sought", sa.String(300), nullable=False, server_default=""))
    connection, last = op.get_bind(), 0
    write = sa.update(_FILE).where(_FILE.c.id == sa.bindparam("the_id")).values(sought=sa.bindparam("the_text"))
    query = sa.select(_FILE.c.id, _FILE.c.applicant).order_by(_FILE.c.id).limit(AT_ONCE)
    while found := connection.execute(query.where(_FILE.c.id > last)).all():
        last = found[-1].id
        connection.execute(
            write, [{"the_id": row.id, "the_text": sought(row.applicant or {}, village_names())} for row in found]
        )
    columns = ["office_id", "register_year", "register_number", "state", "service_id", "sought"]
    only = _IN_REGISTER
    op.create_index("ix_case_file_sought", "case_file", columns, sqlite_where=only, postgresql_where=only)
