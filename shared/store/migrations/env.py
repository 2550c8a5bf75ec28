"""Runs migrations on the connection that `migrate.upgrade` hands over."""

from alembic import context

from shared.store.tables import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,
    transaction_per_migration=True,
)
context.run_migrations()
