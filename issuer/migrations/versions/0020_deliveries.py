"""That a message was refused, and why; and mails, found by what they are about."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    """Add a table and an index."""
    op.create_table(
        "refused_deliveries",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(length=50), nullable=False),
        sa.Column("event_id", sa.String(length=255), nullable=False),
        sa.Column("problem", sa.String(length=50), nullable=False),
        sa.Column("detail", sa.String(length=500), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_refused_deliveries"),
        sa.UniqueConstraint("source", "event_id", name="uq_refused_deliveries_source_event_id"),
    )
    op.create_index("ix_refused_deliveries_received_at", "refused_deliveries", ["received_at"])
    op.create_index("ix_outbox_about", "outbox", ["about"])
