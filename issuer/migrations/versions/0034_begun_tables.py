"""When a table was let be issued on a page."""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"


def upgrade() -> None:
    """Add the column."""
    op.add_column("table_jobs", sa.Column("begun_at", sa.DateTime(timezone=True), nullable=True))
