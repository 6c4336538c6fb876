"""What Alembic runs: every step of an upgrade in one transaction, on a connection it is given."""

from alembic import context

from issuer.database.database import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,
    transactional_ddl=True,
    transaction_per_migration=False,
)
with context.begin_transaction():
    context.run_migrations()
