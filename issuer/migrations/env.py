"""What Alembic runs: every step of an upgrade in one transaction, on a connection it is given."""

from alembic import context

import issuer.approvals.deliveries
import issuer.approvals.table.tables
import issuer.audit.tables
import issuer.outbox.tables
import issuer.people.tables
import issuer.program.coaching.tables
import issuer.program.evaluation.tables
import issuer.program.evidence.tables
import issuer.program.policy
import issuer.program.projects.declarations
import issuer.sharing.collections.tables  # noqa: F401 (they import the tables of every subject)
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
